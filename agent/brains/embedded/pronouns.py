"""Machines of before: pronouns, the others, the second one."""

from __future__ import annotations

from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.scan import Item


class Pronouns(Cursor):
    """Reads references."""

    def _reference(self, item: Item) -> int:
        if item.has("generic") and not item.is_entity:
            if self._bare_noun(self._next()):
                self._refer(item)
            else:
                self.noun.head = True
                self.noun.determined = True
                self.noun.plural = self.noun.plural or item.words[-1].endswith(("s", "es"))
                item.used = "machines"
            return 1
        if item.has("pron") and not item.is_entity:
            after = self._next()
            text = item.words
            if (
                text == ("that",)
                and (after is None or not after.has("noun"))
                and not self._that_refers(after)
                and not self._is_asked_of()
            ):
                return 0
            self._refer(item)
            return 1
        if item.has("other") and not item.is_entity and self.tool != "create_vms":
            after = self._next()
            if after is not None and after.is_entity and not after.has("noun"):
                self.noun.rest = self.excluding and item.words[-1] in ("other", "rest")
                return 0
            item.used = "the others"
            if not self.excluding:
                self.chosen.other = True
            return 1
        if item.words == ("there",) and self._there(item):
            self._refer(item)
            return 1
        if item.words == ("else",) and self.k and self.items[self.k - 1].has("wh"):
            item.used = "the others"
            self.chosen.besides = True
            return 1
        return self._ordinal(item)

    def _there(self, item: Item) -> bool:
        """ "anything anomalous there?": at the end of a question, the machines of before."""
        if self.tool not in (
            "find_anomalies",
            "query_metrics",
            "diagnose_vms",
            "recommend_savings",
            "tag_vms",
        ):
            return False
        before = self.items[self.k - 1] if self.k else None
        rest = self.items[self.k + 1 :]
        ends = all(i.has("comma", "question", "filler", "ask") for i in rest)
        return ends and before is not None and not before.has("be", "wh") and self.noun.empty

    def _is_asked_of(self) -> bool:
        """ "when does that run out": the subject of a question."""
        before = self.items[self.k - 1] if self.k else None
        asks = self.items[0].words[:1] == ("when",)
        return asks and before is not None and before.words[-1:] in (("does",), ("will",), ("did",))

    def _that_refers(self, after: Item | None) -> bool:
        """ "that" at the end or before a preposition refers; before a verb or value it relates."""
        return after is None or after.has(
            "stop", "question", "to", "comma", "and", "time", "also", "then"
        )

    def _bare_noun(self, after: Item | None) -> bool:
        """ "the machines" with nothing narrowing them refers to those of before."""
        before = self.items[self.k - 1] if self.k else None
        if (
            before is not None
            and (before.is_entity or before.has("superlative", "condition", "state"))
            and not before.used
        ):
            return False
        return after is None or not (
            after.is_entity
            or after.has(
                "in",
                "with",
                "without",
                "rel",
                "cmp",
                "state",
                "condition",
                "lacks",
                "os",
                "for",
                "from",
                "verb",
                "untagged",
                "protected",
                "key",
            )
        )

    def _is_before_that(self, before: Item | None) -> bool:
        """ "let me ask the trainees first": an order of acts, no place in a list."""
        last = self.k + 1 == len(self.items) or self.items[self.k + 1].has("stop", "comma")
        if not last or before is None or not before.has("plain", "word", "filler"):
            return False
        return not before.has("det", "ask", "only", "not", "and", "except")

    def _ordinal(self, item: Item) -> int:
        """ "the first", "the second one", "the first two", "the last one"."""
        word = item.words[0] if item.words else ""
        if word in ("last", "final"):
            after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
            if (
                (after is not None and after.words and after.words[0] in ("one", "ones"))
                or after is None
                or after.has("stop")
            ):
                self.chosen.at_place((-1, 1))
                item.used = "the last"
                return 1
            if after.has("number") and not after.has("amount"):
                self.chosen.at_place((-int(after.get("number")), int(after.get("number"))))
                item.used = after.used = "the last"
                return 2
            return 0
        if word in ("latter", "former"):
            self.chosen.at_place((-1, 1) if word == "latter" else (1, 1))
            item.used = f"the {word}"
            return 1
        number = _ORDINALS.get(word)
        before = self.items[self.k - 1] if self.k else None
        if (
            word == "first"
            and before is not None
            and (before.has("pron", "names", "noun") or before.used)
            and not before.has("det", "with", "for", "in")
        ):
            item.used = "first"
            return 1
        if word == "first" and self._is_before_that(before):
            item.used = "before that"
            return 1
        if number is None or item.has("time") or item.is_entity:
            return 0
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if after is not None and after.has("plain", "word", "tech") and not after.has("noun"):
            return 0
        many = 1
        step = 1
        if (
            after is not None
            and after.has("number")
            and not after.has("amount")
            and after.words != ("one",)
        ):
            many, step = int(after.get("number")), 2
            after.used = "how many"
        elif (
            item.has("then")
            and after is not None
            and (after.has("verb") or after.has("comma") or after.is_entity)
        ):
            return 0
        self.chosen.at_place((number, many))
        item.used = "by its place"
        return step


_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
}
