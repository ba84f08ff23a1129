"""Undo: the calls that take an operation back, as one plan of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import Field

from tools.calls import Call
from tools.catalog import Arguments, Catalog, Change, Risk, Step, Targets, Tool, Undo, Verdict
from tools.machine import VM
from tools.names import listed
from tools.plan import NothingToDo, PlannedCall, Planner
from tools.providers.base import Provider
from tools.selector import Selector
from tools.world import World


class UndoArguments(Arguments):
    """What to take back."""

    operation: str | None = Field(
        None,
        min_length=4,
        max_length=64,
        description="the operation's id; the last one if not given",
    )


@cache
def _tools() -> Catalog:
    """The tools that inverse calls are made of."""
    return Catalog.load(("tools.families",))


def _handler(step: Step) -> tuple[Change[Any], Step]:
    """The inverse's own handler, and the step as that handler made it."""
    inner = Step(step.target, step.label, step.args["args"])
    return _tools().tool(step.args["tool"]).change, inner


class Undoing(Change[UndoArguments]):
    """Take an operation back, machine by machine, by the inverse of each act.

    Args:
        planned: the inverse calls, worked out; filled by `members` on the handler that `at` gives.
    """

    repeatable = False

    def __init__(self) -> None:
        self._planned: list[PlannedCall] = []
        self._operation = ""
        self._gone: list[str] = []

    def at(self, now: datetime) -> Change[UndoArguments]:
        """A handler for one plan."""
        return Undoing()

    def members(self, world: World, args: UndoArguments) -> list[VM]:
        """The machines that the inverse calls are about."""
        self._operation, calls = _inverse_calls(world, args.operation)
        planner = Planner(_tools(), world)
        idle: list[str] = []
        for call in merged(calls):
            kept, gone = _still_there(world, call)
            self._gone.extend(gone)
            try:
                if kept is not None:
                    self._planned.append(planner.planned(kept, self._planned))
            except NothingToDo as nothing:
                idle.append(nothing.message)
        if not self._planned:
            gone = f"{listed(self._gone)} is no longer there." if self._gone else ""
            raise NothingToDo(" ".join(["There is nothing left to undo.", *idle, gone]).strip(), [])
        return list({vm.id: vm for planned in self._planned for vm in planned.vms}.values())

    def settle(self, world: World, vms: Sequence[VM], args: UndoArguments) -> UndoArguments:
        """Which operation it is."""
        return UndoArguments(operation=self._operation)

    def effect(self, vms: Sequence[VM], args: UndoArguments) -> str:
        """What will happen, act by act."""
        if len(self._planned) == 1:
            return self._planned[0].effect
        parts = [
            f"{listed([vm.name for vm in planned.vms], 3)}: {planned.effect}"
            if planned.vms
            else planned.effect
            for planned in self._planned
        ]
        return "; ".join(parts[:6]) + (f"; and {len(parts) - 6} more" if len(parts) > 6 else "")

    def undo(self, args: UndoArguments) -> Undo:
        """Where each inverse can be taken back, so can the undoing."""
        lasting = [p.undo.how for p in self._planned if not p.undo.possible]
        return Undo(False, lasting[0]) if lasting else Undo(True, "do it again")

    def notes(self, world: World, vms: Sequence[VM], args: UndoArguments) -> list[str]:
        """What the inverse calls note, and which machines are gone."""
        notes = [note for planned in self._planned for note in planned.notes]
        if self._gone:
            notes.append(f"No longer there: {listed(self._gone)}.")
        return list(dict.fromkeys(notes))

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: UndoArguments) -> float:
        """The inverse calls' together."""
        return sum(planned.cost_change_usd for planned in self._planned)

    def risk(self, vms: Sequence[VM], args: UndoArguments) -> Risk | None:
        """To undo a creation is to delete a machine, whatever was written on it since."""
        deletes = any(planned.tool == "delete_vms" for planned in self._planned)
        return Risk.DESTROY if deletes else None

    def loses(self, vms: Sequence[VM], args: UndoArguments) -> str | None:
        """What the inverse calls lose."""
        return "; ".join(p.loses for p in self._planned if p.loses) or None

    def steps(self, world: World, vms: Sequence[VM], args: UndoArguments) -> list[Step]:
        """The inverse calls' own, each with its tool."""
        return [
            Step(step.target, step.label, {"tool": planned.tool, "args": dict(step.args)})
            for planned in self._planned
            for step in planned.steps
        ]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """As the inverse acts."""
        change, inner = _handler(step)
        return change.act(provider, inner, token)

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """As the inverse is judged."""
        change, inner = _handler(step)
        return change.verify(before, after, inner)

    def read_back(self, provider: Provider, step: Step) -> Verdict | None:
        """As the inverse is judged where it is about no machine."""
        change, inner = _handler(step)
        return change.read_back(provider, inner)

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """The act that was taken back, done again."""
        change, inner = _handler(step)
        return change.inverse(before, after, inner)


def merged(calls: Iterable[Call]) -> list[Call]:
    """The same calls, the machines of one act taken together; each machine keeps its order."""
    turns: dict[str, int] = {}
    together: dict[tuple[int, str, str], list[Call]] = {}
    for call in calls:
        ids = _ids(call) or (f"{call.tool} {json.dumps(call.args, sort_keys=True)}",)
        turn = max(turns.get(i, 0) for i in ids)
        turns.update(dict.fromkeys(ids, turn + 1))
        key = (turn, call.tool, json.dumps(call.args, sort_keys=True))
        together.setdefault(key, []).append(call)
    in_turn = sorted(together.items(), key=lambda item: item[0][0])
    return [_one(group) for _, group in in_turn]


def _ids(call: Call) -> tuple[str, ...]:
    return (call.selector.ids or ()) if call.selector is not None else ()


def _one(group: Sequence[Call]) -> Call:
    ids = [i for call in group for i in _ids(call)]
    if not ids:
        return group[0]
    return group[0].model_copy(update={"selector": Selector.parse({"ids": ids})})


def _still_there(world: World, call: Call) -> tuple[Call | None, list[str]]:
    """The call for the machines that exist, and the ids of those that do not."""
    ids = _ids(call)
    if not ids:
        return call, []
    known = world.inventory.get(ids)
    gone = [i for i in ids if i not in known]
    left = [i for i in ids if i in known]
    if not left:
        return None, gone
    return call.model_copy(update={"selector": Selector.parse({"ids": left})}), gone


def _inverse_calls(world: World, operation: str | None) -> tuple[str, list[Call]]:
    """The operation that is meant and the calls that take it back.

    Raises:
        NotFound: there is no such operation.
        NothingToDo: nothing of it can be undone.
    """
    found = _full_id(world, operation) if operation else world.journal.last_undoable()
    if found is None:
        raise NothingToDo("Nothing was done that can be undone.", [])
    calls = world.journal.inverse_calls(found)
    if not calls:
        raise NothingToDo(f"Nothing of operation {found} can be undone.", [])
    return found, calls


def _full_id(world: World, given: str) -> str:
    """The operation that begins so; where there is none or several, what was given."""
    found = [o.id for o in world.journal.list(limit=1000) if o.id.startswith(given.casefold())]
    return found[0] if len(found) == 1 else given


UNDO = Tool(
    name="undo",
    risk=Risk.DISRUPT,
    summary="Take the last operation back, or the one that is named.",
    arguments=UndoArguments,
    handler=Undoing(),
    targets=Targets.NONE,
    says=(
        "undo that",
        "undo the last operation",
        "revert that",
        "roll that back",
    ),
)
