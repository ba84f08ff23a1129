"""How many machines, the nouns for them, and the words between."""

from __future__ import annotations

from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.inflection import singular
from agent.brains.embedded.names import key_of
from agent.brains.embedded.scan import Item
from agent.brains.embedded.tools import CHANGES


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
            if item.words in (("both",), ("each",)) and (
                self._stands_alone() or self._is_subject()
            ):
                self._refer(item)
                return 1
            if item.words[-1] not in ("both", "each", "any", "either", "total", "full"):
                self.chosen.whole = True
            self.noun.plural = True
            if item.words[0] in ("everything", "anything", "whatever"):
                self.noun.head = True
            item.used = item.used or "all"
            return 1
        if item.words == ("one",):
            if self.tool in CHANGES and self._one_of():
                self.chosen.count = 1
                item.used = "one of them"
                return 1
            after = self._next()
            if after is None or not after.has("noun"):
                self.noun.head = True
                return 1
        if item.has("number") and not item.has("amount", "time", "names"):
            if self.excluding:
                return 0
            if self._numbered(item):
                return 1
            if self._numbers_those(item):
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

    def _numbers_those(self, item: Item) -> bool:
        """ "the three", "all four of these", "two of them": so many of the machines of before."""
        value = item.get("number")
        if value != int(value) or value <= 0:
            return False
        nearest, then = (*self.items[self.k + 1 : self.k + 3], None, None)[:2]
        of_them = nearest is not None and nearest.words == ("of",)
        of_them = of_them and then is not None and then.has("pron")
        before = self.items[self.k - 1] if self.k else None
        pointed = before is not None and (
            before.words[-1:] in (("the",), ("those",), ("these",))
            or before.words in (("all",), ("all", "of"), ("each", "of"), ("every", "of"))
        )
        alone = nearest is None or (
            nearest.has(*_AFTER_A_COUNT) and not nearest.is_entity and not nearest.has("noun")
        )
        if not of_them and not (pointed and alone and not self._counts_what_follows()):
            return False
        if not of_them:
            self._refer(item)
        item.used = item.used or "how many meant"
        self.chosen.count = int(value)
        if before is not None and before.has("all") and self.noun.empty:
            self.chosen.whole = False
        return True

    def _counts_what_follows(self) -> bool:
        """ "the pair of web servers": a figure and what it counts."""
        after, then = (*self.items[self.k + 1 : self.k + 3], None, None)[:2]
        of = after is not None and after.words == ("of",)
        return of and then is not None and not then.has("pron")

    def _one_of(self) -> bool:
        """ "one of the databases": which one is for the person to say."""
        rest = self.items[self.k + 1 : self.k + 3]
        return len(rest) == 2 and rest[0].words[:1] == ("of",) and rest[1].has("det")

    def _stands_alone(self) -> bool:
        """ "start both again", "a snapshot of each, apart from dns-1": nothing says what."""
        rest = self.items[self.k + 1 :]
        if self.noun.named_only or not self.noun.empty:
            return False
        if rest and (rest[0].has("except", "comma") or rest[0].words[:1] in _THEN):
            return True
        return all(
            i.has("filler", "comma", "stop", "ask", "same", "time", "then") and not i.is_entity
            for i in rest
        )

    def _is_subject(self) -> bool:
        """ "both need a restart", "both should be stopped"."""
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        return after is not None and after.words[0] in _WISHED and self.noun.empty

    def _numbered(self, item: Item) -> bool:
        """ "search machines 1 and 2": the numbers say which of what stands before the noun."""
        lead = [i for i in self.items[: self.k] if not i.has("number", "and", "comma", "or")]
        if len(lead) < 2 or not lead[-1].has("noun") or not lead[-2].has("value", "stem"):
            return False
        digits = str(int(item.get("number")))
        names = self.site.names.keys.get((*key_of(singular(lead[-2].words[-1])), digits))
        if not names:
            return False
        if not self.noun.named_only:
            self.noun.fields.clear()
            self.noun.names.clear()
        self.noun.names.extend(names)
        self.noun.last = "names"
        self.join = ""
        item.used = f"names {', '.join(names)}"
        return True

    def _head(self, item: Item) -> int:
        if item.words in (("host",), ("hosts",)) and self.tool not in ("list_catalog", None):
            self.noun.head = True
            self.noun.plural = self.noun.plural or item.plural
            item.used = item.used or "machines"
            return 1
        counted = bool(item.words) and item.words[-1] in _SETS and not self.excluding
        if counted and (not self.noun.empty or self.noun.determined):
            self.chosen.count = _SETS[item.words[-1]]
            self.noun.head = self.noun.plural = True
            if self.noun.empty and not self._counts_what_follows():
                self._refer(item)
            item.used = item.used or "how many meant"
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
        if self.tool in CHANGES and item.has("by") and item.words[-1] in ("each", "every"):
            self.noun.plural = True
            return 1
        if item.has("and", "comma", "or", "slash", "plus_sign") or item.words in _BESIDE:
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


_AFTER_A_COUNT = (
    "be", "comma", "stop", "question", "then", "time", "to", "with", "in", "at", "and", "ask",
    "cost", "by", "also", "filler", "for", "from", "number", "tag", "quote", "pair", "until",
)  # fmt: skip
"""What may follow "the three" where it stands for machines of before."""

_SETS = {"pair": 2, "duo": 2, "twins": 2, "trio": 3, "quartet": 4}
"""Nouns that say how many: "the finance pair"."""

_BESIDE = (("vs",), ("versus",))
_WISHED = frozenset({"need", "should", "must", "shall", "can", "are", "have", "may", "could"})
_THEN = (("before",), ("until",), ("now",), ("please",), ("again",), ("right",), ("too",))
"""What may follow a "both" that stands for machines of before."""
