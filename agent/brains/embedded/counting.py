"""How many machines, the nouns for them, and the words between."""

from __future__ import annotations

from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.scan import Item


class Counts(Cursor):
    """Reads quantities, nouns and connectors."""

    def _quantity(self, item: Item) -> int:
        if item.has("all") and not item.is_entity and not item.has("pron"):
            self.chosen.any_of = self.chosen.any_of or item.words[0] in (
                "any",
                "anything",
                "either",
            )
            if self.excluding and item.words[0] in ("everything", "anything", "all"):
                if self.join and not self.noun.empty:
                    self._close()
                    self.join = ""
                return 1
            if item.words[-1] not in ("both", "each", "any", "either", "total", "full"):
                self.chosen.whole = True
            self.noun.plural = True
            if item.words[0] in ("everything", "anything", "whatever"):
                self.noun.head = True
            item.used = item.used or "all"
            return 1
        if item.words == ("one",):
            after = self._next()
            if after is None or not after.has("noun"):
                self.noun.head = True
                return 1
        if item.has("number") and not item.has("amount", "time", "names"):
            if self.excluding:
                return 0
            before = self.items[self.k - 1] if self.k else None
            nearest = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
            if (
                before is not None
                and before.words in (("the",), ("those",), ("these",))
                and (nearest is None or nearest.has("be", "comma", "stop", "question"))
            ):
                self._refer(item)
                return 1
            after = self._after_articles(self.k + 1)
            if after is not None and (
                after.has("noun", "value", "stem", "superlative", "state", "os", "condition")
                and not after.has("names")
            ):
                value = item.get("number")
                if value == int(value) and value > 0:
                    self.chosen.count = int(value)
                    item.used = "how many meant"
                    return 1
        if item.has("only"):
            if self.join and not self.noun.empty and not self.excluding:
                self.join = ""
            self.chosen.only = True
            item.used = "only"
            return 1
        if item.has("det"):
            self.noun.determined = True
            return 1
        return 0

    def _head(self, item: Item) -> int:
        if item.words in (("host",), ("hosts",)) and self.tool not in ("list_catalog", None):
            self.noun.head = True
            self.noun.plural = self.noun.plural or item.plural
            item.used = item.used or "machines"
            return 1
        bare = item.words in (("ones",), ("one",), ("stuff",), ("lot",))
        if item.has("noun") or (bare and self.k and not self.items[self.k - 1].has("number")):
            self.noun.head = True
            self.noun.plural = (
                self.noun.plural or item.get("noun") == 2 or item.words in (("ones",), ("stuff",))
            )
            item.used = item.used or "machines"
            if item.words == ("ones",) and not self.excluding and self._determined():
                self._refer(item)
            return 1
        return 0

    def _determined(self) -> bool:
        """Whether "the", "those" or "these" stands before the noun at hand."""
        before = self.items[max(0, self.k - 4) : self.k]
        return any(i.words[:1] in (("the",), ("those",), ("these",)) for i in before)

    def _connector(self, item: Item) -> int:
        if item.has("and", "comma", "or", "slash", "plus_sign"):
            self.join = "or" if item.has("or") else "and"
            return 1
        if item.has("with") and item.words in (("of",),):
            return 1
        return (
            1
            if item.has(
                "in",
                "for",
                "rel",
                "be",
                "det",
                "from",
                "to",
                "filler",
                "ask",
                "wh",
                "also",
                "question",
                "stop",
                "colon",
                "list",
                "dash",
                "then",
                "instead",
                "same",
                "by",
                "with",
                "not",
                "at",
                "asking",
                "only",
                "percent",
                "dollar",
            )
            else 0
        )
