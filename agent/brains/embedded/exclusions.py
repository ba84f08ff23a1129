"""Machines that are left out: "except web-01", "non-prod"."""

from __future__ import annotations

from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.named import spelt
from agent.brains.embedded.phrases import Noun
from agent.brains.embedded.scan import Item
from agent.brains.embedded.tools import CHANGES, WITHOUT_FIGURES

_STRICT = frozenset({"but not", "except", "except for", "excluding", "apart from", "other than"})
"""Words that always leave something out."""

_LEFT_OUT = frozenset({"excluded", "excepted", "exempt", "exempted", "spared", "omitted"})
"""Words that leave out what stands before them."""


class Exclusions(Cursor):
    """Reads exceptions."""

    def _exception(self, item: Item) -> int:
        if self._is_elsewhere(item):
            return self._non(item, self.items[self.k + 1])
        if self._is_excluded_after(item):
            self._close()
            self.excluding = True
            self.chosen.excepting = True
            self.join = ""
            return 0
        if not item.has("except"):
            return 0
        word = item.words[0] if item.words else ""
        if word == "everything":
            self.chosen.whole = True
        if word == "spare" and self.k and self.items[self.k - 1].has("det"):
            item.used = "spare"
            return 1
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
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if item.words == ("but",) and after is not None and after.has("be"):
            item.used = "and"
            return 1
        nearest = self._after_articles(self.k + 1)
        follows = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if nearest is None or (item.words == ("but",) and follows and follows.has("only")):
            self._lost(item)
            return 0
        real = nearest.is_entity or nearest.has(
            "noun", "os", "condition", "protected", "lacks", "untagged", "ordinal", "weak_stem"
        )
        real = real or self._is_described_after(nearest)
        real = real or (nearest.has("pron", "other", "state", "superlative") and bool(item.words))
        said = nearest.words[0] if len(nearest.words) == 1 else spelt(nearest)
        numbered = said.isdigit() and not nearest.has("amount")
        if numbered and nearest.has("number") and not self.noun.empty and not nearest.has("time"):
            real = real or bool(self.site.names.ending(said))
        siblings = numbered and self._may_spare(nearest, said)
        if item.words == ("not",) or item.words == ("nor",):
            apart = nearest is not self.items[self.k + 1]
            real = nearest.is_entity or nearest.has("os") or (nearest.has("noun") and apart)
            between = self.items[self.k + 1 : self.items.index(nearest)]
            real = real and all(i.has("det", "only", "in", "all", "for") for i in between)
            real = real or bool(numbered and self.noun.named_only and self.noun.names)
        if word in ("without", "less", "minus", "no", "outside", "save", "aside", "apart", "bar"):
            real = (real and nearest.is_entity) or (len(item.words) > 1 and real)
        real = real or siblings
        if item.has("cmp") and nearest.has("number"):
            return 0
        if not real:
            self._lost(item)
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

    def _may_spare(self, item: Item, said: str) -> bool:
        """ "the web boxes without 02", "…, not 3 though": one of them, by its number alone."""
        after = self.items.index(item) + 1
        counts = after < len(self.items) and self.items[after].words[:1] == ("of",)
        several = self.noun.plural or self.chosen.plural or self.chosen.whole
        if self.tool not in WITHOUT_FIGURES or self.chosen.count or not several or counts:
            return False
        return item.has("number") and not item.has("time") and bool(self.site.names.ending(said))

    def _is_described_after(self, item: Item) -> bool:
        """ "save for the machines that finance have": a relative clause says which."""
        k = self.items.index(item)
        led = item.has("generic", "noun") and any(i.has("rel") for i in self.items[k + 1 : k + 3])
        return led and any(i.is_entity for i in self.items[k + 1 : k + 6])

    def _is_excluded_after(self, item: Item) -> bool:
        """ "all kafka nodes, kafka-2 excluded": the word stands after what it leaves out."""
        before = self.items[self.k - 1] if self.k else None
        if self.excluding or before is None or not before.has("comma", "and", "with"):
            return False
        for after in self.items[self.k :]:
            if after.words[-1:] and after.words[-1] in _LEFT_OUT and not after.is_entity:
                after.used = "except"
                return True
            if not (after.is_entity or after.has("det", "noun", "and", "be", "filler", "number")):
                return False
        return False

    def _is_elsewhere(self, item: Item) -> bool:
        """ "that are not on aws": where they are not, not that they are off."""
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        not_on = item.has("state") and item.words[:1] == ("not",) and item.words[-1] in ("on", "up")
        return not_on and after is not None and (after.has("value") or after.has("os"))

    def _lost(self, item: Item) -> None:
        """ "but not …" with something after it that names no machine: it is asked about."""
        lasting = " ".join(item.words) in _STRICT
        rest = self.items[self.k + 1 :]
        if self.tool in CHANGES and lasting and rest and not rest[0].has("time"):
            self.chosen.strangers.append(" ".join([item.text, *(i.text for i in rest[:3])]))

    def _non(self, item: Item, nearest: Item) -> int:
        """ "non-prod machines": the one value is left out, and what follows narrows as before."""
        name, values = (
            self._alternative(nearest) if nearest.has("value") else ("os", (nearest.get("os"),))
        )
        noun = Noun(apart=True)
        noun.fields[name] = list(values)
        self.chosen.exclude.append(noun)
        self.chosen.excepting = True
        self.noun.plural = True
        self.noun.head = self.noun.head or item.words == ("non",)
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
            if item.words[0] == "drop" and any(i.get("object") == "tag" for i in self.items):
                return False
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
