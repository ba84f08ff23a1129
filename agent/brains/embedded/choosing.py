"""Which of the machines that a question offers an answer means."""

from __future__ import annotations

import re
from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.missing import MissingArgument
from agent.brains.embedded.phrases import Chosen
from tools.calls import Call
from tools.machine import VM
from tools.names import told_apart
from tools.selector import Selector

_NUMBER = (("number",), ("no",), ("nr",), ("#",), ("the",), ("option",), ("just",), ("only",))
_NOT_A_PLACE = frozenset(
    {"the", "one", "in", "on", "at", "that", "is", "it", "please", "of", "a", ",", ".", "!",
     "obviously", "clearly", "obvs", "obv", "course", "naturally", "surely", "definitely", "duh",
     "pls", "plz", "i", "mean", "meant", "for", "sure", "sorry", "thanks", "lah", "ah", "eh"}
)  # fmt: skip


def _places_of(vm: VM) -> set[str]:
    """The words by which a machine is told from its like: where it is and what its tags say."""
    said = (vm.region, vm.zone, vm.host, vm.provider, vm.os, vm.group, *vm.tags.values())
    return {p for s in said if s for p in (s.casefold(), *re.split(r"[^a-z0-9]+", s.casefold()))}


class Choosing(MissingArgument):
    """Finds the machines meant among those offered."""

    def _choice_ids(self) -> list[str]:
        return [c for c in self.frame.get("choices") or self.asked.options if "/" in c]

    def _by_number(self, choices: list[str], reading: Reading) -> list[str]:
        """ "2", "number 3 please": those offered that bear the number, else by their place."""
        small = all(
            (i.has("number", "and", "comma", "filler", "det") and not i.is_entity)
            or i.words[:1] in _NUMBER
            for i in reading.items
        )
        figures = [i for i in reading.items if i.has("number") and not i.has("amount", "time")]
        if not small or not figures or "?" in reading.text:
            return []
        said = [int(i.get("number")) for i in figures]
        known = self.builder.inventory.get(choices)
        ends = {c: re.search(r"(\d+)$", known[c].name) for c in choices if c in known}
        if all(ends.values()) and len({m[1] for m in ends.values() if m}) == len(choices):
            return [c for c, m in ends.items() if m and int(m[1]) in said]
        return [choices[n - 1] for n in said if 0 < n <= len(choices)]

    def _by_place(self, choices: list[str], words: tuple[str, ...]) -> str | None:
        """ "the eu one": the only one of those offered that is told apart so."""
        said = [w for w in words if w not in _NOT_A_PLACE]
        fitting = [
            vm.id
            for vm in self.builder.inventory.get(choices).values()
            if said and all(any(p.startswith(w) for p in _places_of(vm)) for w in said)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _offered(self, chosen: Chosen) -> list[str]:
        """Of the names that the question offers, those that the answer describes."""
        if any((n.names and n.last != "stem") or n.ids for n in chosen.real):
            return []
        inventory = self.builder.inventory
        found = {i for n in chosen.real for i in inventory.select_ids(Selector.parse(n.selector()))}
        return [
            name
            for name in self.asked.options
            if any(vm.id in found for vm in inventory.named(name))
        ]

    def _which_of(self, call: Call, picked: list[str]) -> Understanding:
        """One was spoken of, and several of those offered fit."""
        vms = list(self.builder.inventory.get(picked).values())
        names = [vm.name for vm in vms]
        said = told_apart(vms) if len(set(names)) < len(names) else replies.listed(names)
        frame = {
            "from": "brain",
            "kind": "machines",
            "choices": picked,
            "call": call.to_dict(),
        }
        return replies.ask(f"Which one: {said}?", picked, frame)

    def _is_open_still(self, picked: list[str], chosen: Chosen, words: set[str]) -> bool:
        """Whether one is meant and several of those offered fit: their common name said again."""
        if len(picked) < 2 or words & {"all", "both", "two", "pair", "each", "every"}:
            return False
        by_name = bool(chosen.real) and all(n.named_only and not n.plural for n in chosen.real)
        names = {vm.name for vm in self.builder.inventory.get(picked).values()}
        return "one" in words or (by_name and len(names) == 1)

    def _among(
        self, choices: list[str], chosen: Any, fragment: Frame, words: set[str]
    ) -> list[str] | None:
        inventory = self.builder.inventory
        if chosen.ordinal is not None:
            return chosen.placed(choices)
        if chosen.exclude and any(not n.empty for n in chosen.exclude):
            gone = {
                i
                for n in chosen.exclude
                if not n.empty
                for i in inventory.select_ids(Selector.parse(n.selector()))
            }
            return [c for c in choices if c not in gone]
        if chosen.real:
            fitting: list[str] = []
            for noun in chosen.real:
                found = set(inventory.select_ids(Selector.parse(noun.selector())))
                fitting.extend(c for c in choices if c in found and c not in fitting)
            if chosen.order is not None:
                return self._ordered(fitting, chosen)
            return fitting
        if chosen.order is not None:
            return self._ordered(choices, chosen)
        if words & {"all", "both", "every", "everything", "each"} or chosen.whole:
            return list(choices)
        return None

    def _ordered(self, ids: list[str], chosen: Any) -> list[str]:
        order, descending = chosen.order
        made = {"ids": ids, "order_by": order, "descending": descending, "limit": chosen.limit or 1}
        return self.builder.inventory.select_ids(Selector.parse(made))

    def _chosen_selector(self, call: Call, picked: list[str]) -> Selector:
        """The chosen machines in place of the ambiguous ones; others of the call stay."""
        offered = set(self._choice_ids())
        if call.selector is None:
            return Selector(ids=tuple(picked))
        before = self.builder.inventory.select_ids(call.selector)
        kept = [i for i in before if i not in offered]
        return (
            Selector(ids=tuple(dict.fromkeys([*kept, *picked])))
            if self.frame.get("code") == "ambiguous"
            else Selector(ids=tuple(picked))
        )
