"""Machines that are left out: "except web-01", "non-prod"."""

from __future__ import annotations

from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.phrases import Noun
from agent.brains.embedded.scan import Item
from agent.brains.embedded.tools import CHANGES


class Exclusions(Cursor):
    """Reads exceptions."""

    def _exception(self, item: Item) -> int:
        if not item.has("except"):
            return 0
        word = item.words[0] if item.words else ""
        if item.words == ("but",) and not (
            self.chosen.whole
            or self.noun.plural
            or self.noun.head
            or (
                self.chosen.refers
                and self.chosen.refers.words[0] in ("all", "every", "each", "both", "them", "those")
            )
        ):
            return 0
        nearest = self._after_articles(self.k + 1)
        follows = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if nearest is None or (item.words == ("but",) and follows and follows.has("only")):
            return 0
        real = nearest.is_entity or nearest.has(
            "noun", "os", "condition", "protected", "lacks", "untagged", "ordinal", "weak_stem"
        )
        real = real or (nearest.has("pron", "other", "state", "superlative") and bool(item.words))
        if item.words == ("not",) or item.words == ("nor",):
            real = nearest.is_entity or (
                nearest.has("os", "noun") and nearest is not self.items[self.k + 1]
            )
            between = self.items[self.k + 1 : self.items.index(nearest)]
            real = real and all(i.has("det", "only", "in", "all", "for") for i in between)
        if word in ("without", "less", "minus", "no", "outside", "save", "aside", "apart", "bar"):
            real = (real and nearest.is_entity) or (len(item.words) > 1 and real)
        if item.has("cmp") and nearest.has("number"):
            return 0
        if not real:
            return 0
        if not self._exclusive(item):
            return 0
        if (
            item.words in (("non",), ("not",))
            and nearest.has("value", "os")
            and not nearest.plural
            and (item.words == ("non",) or self.noun.empty is not False)
        ):
            return self._non(item, nearest)
        self._close()
        self.excluding = True
        self.chosen.excepting = True
        self.join = ""
        item.used = "except"
        return 1

    def _non(self, item: Item, nearest: Item) -> int:
        """ "non-prod machines": the one value is left out, and what follows narrows as before."""
        name, values = (
            self._alternative(nearest) if nearest.has("value") else ("os", (nearest.get("os"),))
        )
        noun = Noun()
        noun.fields[name] = list(values)
        self.chosen.exclude.append(noun)
        self.chosen.excepting = True
        self.noun.plural = True
        item.used = "except"
        nearest.used = f"{name.removeprefix('tags.')} is not {' or '.join(values)}"
        return self.items.index(nearest) - self.k + 1

    def _exclusive(self, item: Item) -> bool:
        """Words such as leave, keep or drop make an exception only after something to except
        from.
        """
        if item.words[0] in (
            "leave",
            "keep",
            "keeping",
            "drop",
            "take",
            "hands",
            "never",
            "forget",
            "without",
        ):
            if self.tool is not None and self.tool not in CHANGES and self.k > 0:
                return item.words[0] in ("leave", "without", "forget") and (
                    bool(self.chosen.include) or not self.noun.empty or self.chosen.whole
                )
            if not any(i.used == "verb" or i.has("pron") for i in self.items):
                return True
            return (
                bool(self.chosen.include)
                or not self.noun.empty
                or self.chosen.whole
                or self.tool is None
                or self.chosen.refers is not None
            )
        return True
