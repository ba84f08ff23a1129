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
from agent.brains.embedded.tools import CHANGES
from agent.brains.embedded.unions import share
from agent.brains.embedded.valued import Values


class SelectionReader(Exclusions, Pronouns, Names, Measures, Lacks, Values, States, Counts):
    """Reads the items of one clause that no argument took."""

    def read(self) -> Chosen:
        """What the clause says."""
        while self.k < len(self.items):
            item = self.items[self.k]
            step = 1
            if not item.used:
                step = self._take(item)
            self.k += max(1, step)
        self._close()
        share(self.chosen)
        return self.chosen

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
            or (item.has("plain", "tech") and self._inside_noun())
            or self._is_lost_measure(item)
        ):
            self.chosen.strangers.append(item.text)

    def _is_lost_measure(self, item: Item) -> bool:
        """A comparison or a figure that nothing took would narrow the machines of a change."""
        if self.tool not in CHANGES or item.has("time") or item.is_entity:
            return False
        if item.has("number") and self.tool in _WITHOUT_FIGURES:
            return not (self.chosen.count or self.noun.empty)
        return item.has("condition", "amount") or (
            item.has("cmp") and item.get("cmp") in ("gt", "lt")
        )

    def _inside_noun(self) -> bool:
        """Whether the word stands where it would narrow the machines: before their noun."""
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        return after is not None and after.has("noun") and not after.used


_WITHOUT_FIGURES = frozenset(
    {
        "start_vms",
        "stop_vms",
        "restart_vms",
        "suspend_vms",
        "resume_vms",
        "delete_vms",
        "protect_vms",
        "unprotect_vms",
        "snapshot_vms",
    }
)
