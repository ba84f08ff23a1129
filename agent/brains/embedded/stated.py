"""Machines by their state."""

from __future__ import annotations

from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.scan import Item
from agent.brains.embedded.tools import CHANGES

STATE_WORDS = frozenset(
    {"up", "on", "down", "off", "live", "active", "started", "shut", "inactive", "error"}
)
"""Words that are a state only where something "is" so."""


class States(Cursor):
    """Reads states."""

    def _state(self, item: Item) -> int:
        if not item.has("state") or item.is_entity or (item.has("verb") and item.used):
            return 0
        if not self._is_state(item):
            return 0
        if self._is_told(item):
            return 1
        state = item.get("state")
        negated = self._negated() and "not" not in item.words
        self._begin(["state"], item, predicate=True)
        if item.words[:1] == ("not",) and state == "stopped":
            self.noun.not_states.append("running")
            item.used = "state is not running"
        elif negated:
            self.noun.not_states.append(state)
            item.used = f"state is not {state}"
        else:
            self._put("state", [state], item)
            item.used = f"state is {state}"
        return 1

    def _is_told(self, item: Item) -> bool:
        """A state that is said of named machines, or that they shall be kept in, narrows
        nothing.
        """
        named = bool(self.noun.names) and self.noun.last != "stem" and self.tool in CHANGES
        lead = {w for i in self.items[max(0, self.k - 8) : self.k] for w in i.words}
        kept = self.tool not in CHANGES and bool(lead & {"keep", "keeping"})
        if named or kept:
            item.used = "told"
        return named or kept

    def _is_state(self, item: Item) -> bool:
        word = " ".join(item.words)
        if item.has("time"):
            return False
        nearest = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if item.words[-1] in ("on", "up") and nearest is not None and nearest.has("time"):
            return False
        if word not in STATE_WORDS:
            return True
        nearest = self.items[self.k + 1] if self.k + 1 < len(self.items) else None

        before = [i for i in self.items[max(0, self.k - 3) : self.k]]
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if (
            word in ("on", "up")
            and after is not None
            and (after.is_entity or after.has("det", "pron", "number"))
        ):
            return False
        ends = after is None or after.has("question", "stop")
        if word in ("down", "off") and ends and before and before[-1].has("noun"):
            return self.tool not in CHANGES
        return any(
            i.has("be", "rel")
            or i.words[-1:]
            in (
                ("are",),
                ("is",),
                ("still",),
                ("currently",),
                ("switched",),
                ("what",),
                ("or",),
                ("and",),
                ("anything",),
            )
            for i in before
        ) or (
            word in ("down", "off", "live", "inactive", "error")
            and after is not None
            and after.has("noun")
        )
