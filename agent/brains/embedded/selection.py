"""Which machines a clause is about: its items become noun phrases, and these a selector."""

from __future__ import annotations

from agent.brains.embedded.counting import Counts
from agent.brains.embedded.exclusions import Exclusions
from agent.brains.embedded.lacking import Lacks
from agent.brains.embedded.measuring import Measures
from agent.brains.embedded.named import Names
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.pronouns import Pronouns
from agent.brains.embedded.scan import Item
from agent.brains.embedded.stated import States
from agent.brains.embedded.tools import CHANGES, WITHOUT_FIGURES
from agent.brains.embedded.unions import share
from agent.brains.embedded.valued import Values
from agent.brains.embedded.words import word_lists


class SelectionReader(Exclusions, Pronouns, Names, Measures, Lacks, Values, States, Counts):
    """Reads the items of one clause that no argument took."""

    def read(self) -> Chosen:
        """What the clause says."""
        while self.k < len(self.items):
            item = self.items[self.k]
            step = 1
            if item.has("comma") and self.excluding and self._request_next():
                self._close()
                self.excluding = False
            if (
                item.used == "verb"
                and self.excluding
                and (self.items[self.k - 1].has("comma", "and") or self._only_spared())
            ):
                self._close()
                self.excluding = False
            if not item.used:
                step = self._take(item)
            self.k += max(1, step)
        self._close()
        share(self.chosen)
        return self.chosen

    def _only_spared(self) -> bool:
        """ "except for web-01 restart the web servers": what is meant comes after the verb."""
        return not self.chosen.include and not self.noun.empty

    def _request_next(self) -> bool:
        """ "apart from web-01, tag the web servers": no further machine stands after the comma."""
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        goes_on = ("and", "det", "or", "only", "other", "not", "pron")
        request = after is not None and not (after.is_entity or after.has(*goes_on))
        return self._only_spared() and request

    def _take(self, item: Item) -> int:
        for reader in (
            self._exception,
            self._reference,
            self._named,
            self._measure,
            self._lacking,
            self._valued,
            self._state,
            self._quantity,
            self._head,
            self._connector,
        ):
            step = reader(item)
            if step:
                return step
        self._stranger(item)
        return 1

    def _stranger(self, item: Item) -> None:
        if (
            item.has("word", "unknown_name")
            or (item.words == ("twice",) and self.tool in CHANGES)
            or (item.has("plain", "tech") and self._inside_noun())
            or self._is_lost_adjective(item)
            or self._is_lost_value(item)
            or self._is_lost_measure(item)
            or self._is_lost_word(item)
        ):
            self.chosen.strangers.append(item.text)

    def _is_lost_adjective(self, item: Item) -> bool:
        """ "kick the stuck runners": which of them are, nothing tells."""
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        before = self.items[self.k - 1] if self.k else None
        if self.tool not in WITHOUT_FIGURES or after is None or before is None or item.is_entity:
            return False
        led = before.has("det", "all") and not before.is_entity
        described = after.has("stem", "noun", "value") or (after.has("names") and after.plural)
        return led and described and item.has("trouble", "plain", "tech", "anomaly")

    def _is_lost_value(self, item: Item) -> bool:
        """ "anything tagged temp": a value that nothing has."""
        before = self.items[self.k - 1] if self.k else None
        says = before is not None and before.words[-1:] != () and before.words[-1] in _SAYS_VALUE
        return self.tool in CHANGES and says and item.has("plain", "tech", "quote")

    def _is_lost_measure(self, item: Item) -> bool:
        """A comparison or a figure that nothing took would narrow the machines of a change."""
        if self.tool not in CHANGES or item.has("time") or item.is_entity:
            return False
        if item.has("number") and self.tool in WITHOUT_FIGURES:
            return not (self.chosen.count or self.noun.empty)
        return item.has("condition", "amount") or (
            item.has("cmp") and item.get("cmp") in ("gt", "lt")
        )

    def _is_lost_word(self, item: Item) -> bool:
        """A plain word that would say which machines: "on mars", "all the stocks", "kvm olden"."""
        lost = item.has("plain") and not item.is_entity and not item.has("filler", "ask")
        if self.tool not in WITHOUT_FIGURES or not lost or item.words[0] in _HARMLESS or not self.k:
            return False
        before = self.items[self.k - 1]
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        ends = after is None or after.has("and", "or", "comma", "stop", "question", "time")
        ends = ends or (after is not None and after.get("object")) in (
            "region",
            "host",
            "zone",
            "provider",
            "group",
        )
        placed = self.k > 1 and before.has("det") and self.items[self.k - 2].has("in")
        if placed or (before.has("in") and not before.has("to")):
            return ends
        whole = before.has("all") or (
            before.has("det") and self.items[self.k - 2].has("all", "verb")
        )
        return ends and (whole or (before.has("value", "os") and before.end == item.start))

    def _inside_noun(self) -> bool:
        """Whether the word stands where it would narrow the machines: before their noun."""
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        return after is not None and after.has("noun") and not after.used


_SAYS_VALUE = frozenset({"tagged", "labelled", "labeled", "marked", "flagged", "owned", "by"})

_HARMLESS = frozenset(word_lists("clauses")["harmless_after_machines"])
"""Words after machines that say nothing of which: "the web tier", "in parallel"."""
