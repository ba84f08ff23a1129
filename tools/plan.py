"""Calls become a plan: exact machines as seen now, what will happen, and a digest of it."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from tools.calls import Call, When
from tools.catalog import Catalog, Risk, Step, Targets, Tool, Undo
from tools.errors import Ambiguous, InvalidRequest, NotFound
from tools.identity import User
from tools.losses import to_type, what_to_type
from tools.machine import VM
from tools.names import told_apart
from tools.narrowing import LeftOut, NothingToDo, narrow, nothing_left
from tools.seen import check_seen, lasting
from tools.selector import Selector
from tools.sight import Gap, about, gaps, look_again
from tools.silence import silence, unheard
from tools.world import World

__all__ = ["LeftOut", "NothingToDo", "Plan", "PlannedCall", "Planner", "digest_of", "observed"]


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call with everything worked out.

    Attributes:
        vms: the machines as they are seen now, in order; what the person is shown.
        args: canonical arguments, JSON values.
        steps: the acts, in order.
        cost_change_usd: how much more the machines will cost an hour afterwards.
        loses: what data is lost for good, or None.
        notes: anything to know, such as "web-03 is already stopped".
        given: the arguments as they were asked for: what a schedule is planned anew from.
    """

    tool: str
    risk: Risk
    selector: Selector | None
    vms: tuple[VM, ...]
    args: Mapping[str, Any]
    when: When | None
    steps: tuple[Step, ...]
    effect: str
    cost_change_usd: float
    undo: Undo
    loses: str | None = None
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def targets(self) -> tuple[str, ...]:
        """The ids of the machines, in order."""
        return tuple(vm.id for vm in self.vms)

    def to_dict(self) -> dict[str, Any]:
        """The planned call as JSON values."""
        return {
            "tool": self.tool,
            "risk": self.risk.value,
            "selector": self.selector.to_dict() if self.selector else None,
            "vms": [vm.to_dict() for vm in self.vms],
            "args": dict(self.args),
            "when": self.when.model_dump(exclude_none=True) if self.when else None,
            "steps": [{"target": s.target, "label": s.label, "args": s.args} for s in self.steps],
            "effect": self.effect,
            "cost_change_usd": self.cost_change_usd,
            "undo": {"possible": self.undo.possible, "how": self.undo.how},
            "loses": self.loses,
            "left_out": [{"id": o.id, "name": o.name, "reason": o.reason} for o in self.left_out],
            "notes": list(self.notes),
            "given": dict(self.given),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PlannedCall:
        """Read back what `to_dict` wrote."""
        return cls(
            tool=data["tool"],
            risk=Risk(data["risk"]),
            selector=Selector.parse(data["selector"]) if data["selector"] else None,
            vms=tuple(VM.from_dict(vm) for vm in data["vms"]),
            args=data["args"],
            when=When.model_validate(data["when"]) if data["when"] else None,
            steps=tuple(Step(s["target"], s["label"], s["args"]) for s in data["steps"]),
            effect=data["effect"],
            cost_change_usd=data["cost_change_usd"],
            undo=Undo(**data["undo"]),
            loses=data["loses"],
            left_out=tuple(LeftOut(**o) for o in data["left_out"]),
            notes=tuple(data["notes"]),
            given=data["given"],
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person is asked about, frozen; `digest` stands for all of it that matters."""

    id: str
    calls: tuple[PlannedCall, ...]
    asked_by: str
    surface: str
    tenant: str
    created_at: datetime
    digest: str

    @property
    def risk(self) -> Risk:
        """The gravest risk of its calls."""
        order = list(Risk)
        return max((call.risk for call in self.calls), key=order.index)

    @property
    def machine_ids(self) -> tuple[str, ...]:
        """Every machine that it touches, each once."""
        return tuple(dict.fromkeys(i for call in self.calls for i in call.targets))

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools of its calls, in order."""
        return tuple(call.tool for call in self.calls)

    @property
    def to_type(self) -> str | None:
        """What must be typed before data is lost: a name, or how many there are."""
        return to_type(self.calls)

    @property
    def what_to_type(self) -> str:
        """What that is, in words."""
        return what_to_type(self.calls)

    @property
    def cost_change_usd(self) -> float:
        """How much more the machines will cost an hour afterwards."""
        return sum(call.cost_change_usd for call in self.calls)

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON values."""
        return {
            "id": self.id,
            "calls": [call.to_dict() for call in self.calls],
            "asked_by": self.asked_by,
            "surface": self.surface,
            "tenant": self.tenant,
            "created_at": self.created_at.isoformat(),
            "digest": self.digest,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """Read back what `to_dict` wrote."""
        return cls(
            id=data["id"],
            calls=tuple(PlannedCall.from_dict(c) for c in data["calls"]),
            asked_by=data["asked_by"],
            surface=data["surface"],
            tenant=data["tenant"],
            created_at=datetime.fromisoformat(data["created_at"]),
            digest=data["digest"],
        )


OBSERVED = (
    "name", "provider", "region", "zone", "host", "state", "size", "vcpus", "memory_gib",
    "disk_gib", "os", "image", "tags", "group", "protected", "snapshots",
)  # fmt: skip
"""The fields of a machine that a plan stands on: a difference in one of them is drift."""


def observed(vm: VM) -> dict[str, Any]:
    """What a plan stands on for one machine; 8 GiB are 8.0 GiB, whichever a provider says."""
    seen: dict[str, Any] = dict(zip(OBSERVED, _observed(vm), strict=True))
    seen["state"] = vm.state.value
    seen.update((name, float(seen[name])) for name in ("vcpus", "memory_gib", "disk_gib"))
    seen["snapshots"] = [[s.name, s.created_at.timestamp()] for s in vm.snapshots]
    return seen


_observed = attrgetter(*OBSERVED)


def digest_of(calls: Iterable[PlannedCall]) -> str:
    """SHA-256 over tool, machines as observed, arguments, steps and time of each call, in order.

    The order of the machines within a call does not matter.
    """
    facts = [
        {
            "tool": call.tool,
            "args": call.args,
            "when": call.when.model_dump(exclude_none=True) if call.when else None,
            "selector": call.selector.to_dict() if call.when and call.selector else None,
            "given": call.given if call.when else None,
            "machines": sorted(([vm.id, observed(vm)] for vm in call.vms), key=lambda m: str(m[0])),
            "steps": sorted(([s.target, s.args] for s in call.steps), key=lambda s: str(s[0])),
        }
        for call in calls
    ]
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Planner:
    """Turns calls into plans, by the contract's rules, whoever proposed them."""

    def __init__(self, catalog: Catalog, world: World) -> None:
        self.catalog = catalog
        self.world = world

    def plan(self, calls: Sequence[Call], user: User) -> Plan:
        """Work every call out against the fleet as it is seen now.

        Raises:
            NotFound, Ambiguous: a name fits no machine, or several.
            InvalidRequest, Unsupported: an argument is wrong, the provider cannot do it.
            NotAllowed: protection, a group's limits, another provider.
        """
        planner, planned = self.of(user), list[PlannedCall]()
        for call in calls:
            planned.append(planner.planned(call, planned))
        return self.assemble(planned, user)

    def of(self, user: User) -> Planner:
        """The planner over what this person may see."""
        return Planner(self.catalog, self.world.of(user))

    def assemble(self, planned: Sequence[PlannedCall], user: User) -> Plan:
        """One plan of calls that are worked out already."""
        return Plan(
            id=uuid.uuid4().hex,
            calls=tuple(planned),
            asked_by=user.name,
            surface=user.surface,
            tenant=user.tenant,
            created_at=self.world.now,
            digest=digest_of(planned),
        )

    def planned(self, call: Call, earlier: Sequence[PlannedCall] = ()) -> PlannedCall:
        """One call, worked out; `earlier` are the calls of the same plan that run before it."""
        tool = self.catalog.tool(call.tool)
        if tool.reads:
            raise InvalidRequest(f"{tool.name} changes nothing and needs no plan.")
        args = tool.parse(call.args)
        change = tool.change.at(self.world.now)
        seen: dict[str, VM] = {}
        missing = look_again(self.world.inventory, self.world.now.timestamp())
        if tool.targets is Targets.NONE:
            vms, left_out, notes = change.members(self.world, args), [], []
        else:
            vms = self.machines(tool, call)
            seen.update((vm.id, vm) for vm in vms)
            ahead = self._ahead(call, earlier)
            vms = [ahead.get(vm.id, vm) for vm in vms]
            vms, left_out, notes = narrow(self.world.inventory, change, call, vms, args, missing)
            if not vms:
                why = f"{nothing_left(left_out)} {self._unknown(call.selector)}"
                raise NothingToDo(why.rstrip(), left_out)
        args = change.settle(self.world, vms, args)
        steps = tuple(change.steps(self.world, vms, args))
        check_seen(self.world.inventory, steps)
        said = (*change.notes(self.world, vms, args), *self._said(missing, call, vms))
        return PlannedCall(
            tool=tool.name,
            risk=change.risk(vms, args) or tool.risk,
            selector=lasting(self.world.inventory, call),
            vms=tuple(seen.get(vm.id, vm) for vm in vms),
            args=args.model_dump(mode="json"),
            when=call.when,
            steps=steps,
            effect=change.effect(vms, args),
            cost_change_usd=change.cost_change_usd(self.world, vms, args),
            undo=change.undo(args),
            loses=change.loses(vms, args),
            left_out=tuple(left_out),
            notes=tuple(dict.fromkeys((*notes, *said))),
            given=call.args,
        )

    def _said(self, missing: Sequence[Gap], call: Call, vms: Sequence[VM]) -> list[str]:
        """What was not seen when this was planned, a sentence a connection."""
        said = unheard(self.world.metrics, call.selector)
        if not missing:
            return said
        targets = [vm.id for vm in vms]
        if call.selector is None:
            reached = set(self.world.inventory.connections_of(targets).values())
            return [str(gap) for gap in missing if gap.connection in reached]
        found = about(self.world.inventory, missing, call.selector, targets)
        return [*said, *map(str, found)]

    def _ahead(self, call: Call, earlier: Sequence[PlannedCall]) -> dict[str, VM]:
        """The machines as this call will find them: a scheduled call is ahead of scheduled ones."""
        found: dict[str, VM] = {}
        for before in earlier:
            if before.when is not None and call.when is None:
                continue
            tool = self.catalog.tool(before.tool)
            args = tool.parse(before.args)
            for vm in before.vms:
                found[vm.id] = tool.change.after(found.get(vm.id, vm), args)
        return found

    def machines(self, tool: Tool[Any], call: Call) -> list[VM]:
        """The machines that a call means, in its selector's order.

        Raises:
            InvalidRequest: no machine is named.
            NotFound: a name or id that no machine bears, or nothing fits.
            Ambiguous: a change by a name that several machines bear, or one machine is needed.
        """
        selector = call.selector
        if selector is None or not (selector.all or selector.is_narrowed()):
            raise InvalidRequest("No machine is named.", hint="Say which machines you mean.")
        self._check_names(selector)
        vms = self.world.inventory.select(selector)
        if tool.reads:
            return vms
        if not vms:
            why = silence(self.world.metrics, selector)
            raise NothingToDo(f"No machine fits that. {why} {self._unknown(selector)}".strip(), [])
        by_name: dict[str, list[VM]] = {}
        for vm in vms:
            by_name.setdefault(vm.name, []).append(vm)
        for name in selector.exact_names():
            if len(same := by_name.get(name, [])) > 1:
                raise Ambiguous(
                    f"{len(same)} machines are called {name!r}: {told_apart(same)}.",
                    choices=tuple(vm.id for vm in same),
                )
        if tool.targets is Targets.ONE and len(vms) > 1:
            raise Ambiguous(
                f"{tool.name} takes one machine, and {len(vms)} fit.",
                choices=tuple(vm.id for vm in vms[:10]),
            )
        return vms

    def _check_names(self, selector: Selector) -> None:
        inventory = self.world.inventory
        for name in inventory.missing_names(selector.exact_names()):
            said = f"No machine is called {name!r}. {self._unknown(selector)}".rstrip()
            raise NotFound(said, choices=inventory.closest(name))
        if selector.ids:
            known = inventory.get(selector.ids)
            for machine_id in selector.ids:
                if machine_id not in known:
                    said = f"No machine has the id {machine_id!r}. {self._unknown(selector)}"
                    raise NotFound(said.rstrip())

    def _unknown(self, selector: Selector | None) -> str:
        """What could not be seen where a machine was looked for in vain."""
        inventory = self.world.inventory
        found = gaps(inventory, self.world.now.timestamp())
        said = map(str, about(inventory, found, selector, ()))
        return " ".join([*unheard(self.world.metrics, selector), *said])
