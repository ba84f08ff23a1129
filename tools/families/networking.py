"""Networking: ports that are opened and closed for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from tools.calls import Call
from tools.catalog import (
    Arguments,
    Change,
    Column,
    NoArguments,
    Read,
    Result,
    Risk,
    Step,
    Tool,
    Undo,
    Verdict,
)
from tools.errors import InvalidRequest, NotAllowed
from tools.families.power import same_machine
from tools.machine import VM
from tools.names import counted, listed
from tools.openings import Openings, openings_of, others_named
from tools.plan import NothingToDo
from tools.ports import ANYWHERE, Opening, PortRule, read_ports, read_source
from tools.providers.base import Capability, Provider
from tools.world import World

SOURCES_MOST = 20
A = TypeVar("A", bound=Arguments)


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _ports(text: str) -> str:
    first, last = read_ports(text)
    return f"{first}" if first == last else f"{first}-{last}"


def _sources(text: str) -> str:
    found = list(dict.fromkeys(read_source(part) for part in text.split(",")))
    if len(found) > SOURCES_MOST:
        raise InvalidRequest(f"{len(found)} ranges of addresses are too many for one call.")
    return ",".join(found)


Ports = Annotated[str, BeforeValidator(_text), AfterValidator(_ports)]
Sources = Annotated[str, AfterValidator(_sources)]
Protocol = Literal["tcp", "udp"]


class OpenArguments(Arguments):
    """Which traffic shall be let in."""

    port: Ports = Field(description="the port, or a range of them: 443, 8000-8100")
    source: Sources = Field(
        description="from which addresses, never guessed: 10.0.0.0/8, 203.0.113.7; 0.0.0.0/0 is "
        "everybody on the internet; several with commas"
    )
    protocol: Protocol = Field("tcp", description="tcp or udp")


class CloseArguments(Arguments):
    """Which traffic shall be let in no more."""

    port: Ports = Field(description="the port, or a range, as it was opened: 443, 8000-8100")
    source: Sources | None = Field(
        None, description="from which addresses: 10.0.0.0/8; if not given, from all of them"
    )
    protocol: Protocol = Field("tcp", description="tcp or udp")


def _rules(args: OpenArguments | CloseArguments) -> list[PortRule]:
    """The rules that the arguments name; none where no source is named."""
    first, last = read_ports(args.port)
    sources = args.source.split(",") if args.source else []
    return [PortRule(args.protocol, first, last, source) for source in sources]


def _of_step(step: Step) -> list[PortRule]:
    return [PortRule.from_dict(rule) for rule in step.args["rules"]]


class _Ports(Change[A]):
    """A change of what is let in.

    Args:
        seen: what is let in now, read once for one plan.
    """

    capability = Capability.PORTS

    def __init__(self) -> None:
        self.seen = Openings()

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """The machine's record does not show it: `read_back` judges."""
        return Verdict.waiting("the rules have not been read yet")


class Open(_Ports[OpenArguments]):
    """Let traffic in."""

    def at(self, now: datetime) -> Change[OpenArguments]:
        """A handler for one plan."""
        return Open()

    def effect(self, vms: Sequence[VM], args: OpenArguments) -> str:
        """What will happen; that everybody is let in is said loudly."""
        what = f"{args.protocol} {args.port}"
        if any(rule.is_everybody for rule in _rules(args)):
            return (
                f"{what} OPENED TO THE WHOLE INTERNET ({args.source}): anybody anywhere can "
                "connect to it"
            )
        return f"{what} opened to {args.source.replace(',', ', ')}"

    def undo(self, args: OpenArguments) -> Undo:
        """By closing."""
        return Undo(True, "close it again")

    def notes(self, world: World, vms: Sequence[VM], args: OpenArguments) -> list[str]:
        """Where it is open already, and by whose rule."""
        seen, notes = self.seen.read(world, vms), list[str]()
        for vm in vms:
            for rule in _rules(args):
                for opening in seen[vm.id]:
                    if opening.rule == rule or opening.rule.covers(rule):
                        notes.append(
                            f"{vm.name} lets {opening.rule} in already ({opening.through})."
                        )
        return notes

    def steps(self, world: World, vms: Sequence[VM], args: OpenArguments) -> list[Step]:
        """One a machine; it remembers which rules of ours were there before."""
        seen = self.seen.read(world, vms)
        return [
            Step(vm.id, vm.name, {
                "rules": [rule.to_dict() for rule in _rules(args)],
                "new": [r.source for r in _rules(args) if not _is_own(seen[vm.id], r)],
            })
            for vm in vms
        ]  # fmt: skip

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider, rule by rule."""
        for number, rule in enumerate(_of_step(step)):
            provider.open_port(step.target, f"{token}:{number}", rule)
        return None

    def read_back(self, provider: Provider, step: Step) -> Verdict | None:
        """The rules are there."""
        seen = provider.openings([step.target]).get(step.target)
        if seen is None:
            return Verdict.failed("the machine is no longer there")
        lacking = [str(rule) for rule in _of_step(step) if not _is_own(seen, rule)]
        if lacking:
            return Verdict.waiting(f"not let in yet: {listed(lacking)}")
        return Verdict.done(f"lets in {listed([str(rule) for rule in _of_step(step)])}")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Close what was not open before."""
        rules = [rule for rule in _of_step(step) if rule.source in step.args["new"]]
        return same_machine("close_port", before, _arguments(rules)) if rules else None


class Close(_Ports[CloseArguments]):
    """Let traffic in no more."""

    def at(self, now: datetime) -> Change[CloseArguments]:
        """A handler for one plan."""
        return Close()

    def settle(self, world: World, vms: Sequence[VM], args: CloseArguments) -> CloseArguments:
        """It is open somewhere, and by no rule that opens it for others too.

        Raises:
            NothingToDo: no rule lets just this in.
            NotAllowed: the rule is shared with machines that are not meant.
        """
        seen = self.seen.read(world, vms)
        named = {vm.id for vm in vms}
        if not any(self._meant(seen[vm.id], args) for vm in vms):
            what = f"{args.protocol} {args.port}" + (f" from {args.source}" if args.source else "")
            left = self._left(vms, seen, args)
            raise NothingToDo(" ".join([f"No rule of its own lets {what} in.", *left]), [])
        for vm in vms:
            for opening in self._meant(seen[vm.id], args):
                if others := [one for one in opening.shared_with if one not in named]:
                    raise NotAllowed(
                        f"{vm.name}: {opening.through} lets {opening.rule} in to "
                        f"{others_named(world, others)} too.",
                        hint="Name those machines as well, or change that rule with the provider.",
                    )
        return args

    def _meant(self, seen: Sequence[Opening], args: CloseArguments) -> list[Opening]:
        """The openings that are exactly what shall be closed."""
        first, last = read_ports(args.port)
        sources = args.source.split(",") if args.source else None
        return [
            opening
            for opening in seen
            if (opening.rule.protocol, opening.rule.first, opening.rule.last)
            == (args.protocol, first, last)
            and opening.rule.has_addresses
            and (sources is None or opening.rule.source in sources)
        ]

    def _left(
        self, vms: Sequence[VM], seen: Mapping[str, Sequence[Opening]], args: CloseArguments
    ) -> list[str]:
        """Rules that go on letting the traffic in, or a part of it."""
        first, last = read_ports(args.port)
        wanted = PortRule(args.protocol, first, last, ANYWHERE)
        return [
            f"{vm.name} still lets {opening.rule} in ({opening.through})."
            for vm in vms
            for opening in seen[vm.id]
            if opening.rule.meets(wanted) and opening not in self._meant(seen[vm.id], args)
        ]

    def effect(self, vms: Sequence[VM], args: CloseArguments) -> str:
        """What will happen."""
        to = args.source.replace(",", ", ") if args.source else "every range it was opened to"
        return f"{args.protocol} {args.port} closed to {to}; who uses it now may be cut off"

    def undo(self, args: CloseArguments) -> Undo:
        """By opening."""
        return Undo(True, "open it again, by a rule of each machine's own")

    def notes(self, world: World, vms: Sequence[VM], args: CloseArguments) -> list[str]:
        """What is closed where, and what stays open."""
        seen = self.seen.read(world, vms)
        notes: list[str] = []
        for vm in vms:
            rules = [f"{o.rule} ({o.through})" for o in self._meant(seen[vm.id], args)]
            notes.append(
                f"{vm.name}: {listed(rules)}." if rules else f"{vm.name} has no such rule."
            )
        return [*notes, *self._left(vms, seen, args)]

    def steps(self, world: World, vms: Sequence[VM], args: CloseArguments) -> list[Step]:
        """One for each machine that has such a rule."""
        seen, among = self.seen.read(world, vms), [vm.id for vm in vms]
        found = {
            vm.id: list(dict.fromkeys(o.rule for o in self._meant(seen[vm.id], args))) for vm in vms
        }
        return [
            Step(vm.id, vm.name, {
                "rules": [rule.to_dict() for rule in found[vm.id]], "among": among,
            })
            for vm in vms if found[vm.id]
        ]  # fmt: skip

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider, rule by rule."""
        for number, rule in enumerate(_of_step(step)):
            provider.close_port(
                step.target, f"{token}:{number}", rule, among=tuple(step.args["among"])
            )
        return None

    def read_back(self, provider: Provider, step: Step) -> Verdict | None:
        """The rules are gone."""
        seen = provider.openings([step.target]).get(step.target)
        if seen is None:
            return Verdict.failed("the machine is no longer there")
        there = {opening.rule for opening in seen}
        left = [str(rule) for rule in _of_step(step) if rule in there]
        if left:
            return Verdict.waiting(f"still lets in {listed(left)}")
        return Verdict.done(f"no longer lets in {listed([str(r) for r in _of_step(step)])}")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Open the same again."""
        rules = _of_step(step)
        return same_machine("open_port", before, _arguments(rules)) if rules else None


def _is_own(seen: Sequence[Opening], rule: PortRule) -> bool:
    return any(opening.own and opening.rule == rule for opening in seen)


def _arguments(rules: Sequence[PortRule]) -> dict[str, Any]:
    """The arguments that name these rules, which differ in their sources at most."""
    source = ",".join(rule.source for rule in rules)
    return {"port": rules[0].ports, "source": source, "protocol": rules[0].protocol}


_COLUMNS = (
    Column("machine", "Machine"),
    Column("traffic", "Let in"),
    Column("source", "From"),
    Column("through", "Rule or group"),
    Column("shared", "Also opens it for", "count"),
    Column("id", "Machine id"),
)


def _open_ports(world: World, vms: Sequence[VM], args: NoArguments) -> Result:
    seen, notes = openings_of(world, vms)
    rows = tuple(
        {
            "machine": vm.name,
            "traffic": opening.rule.traffic,
            "source": opening.rule.source,
            "through": opening.through,
            "shared": len(opening.shared_with),
            "id": vm.id,
        }
        for vm in vms
        for opening in seen.get(vm.id, ())
    )
    read = [vm for vm in vms if vm.id in seen]
    exposed = sorted({str(row["machine"]) for row in rows if row["source"] in (ANYWHERE, "::/0")})
    shown = [f"{r['machine']}: {r['traffic']} from {r['source']}" for r in rows]
    if not read:
        text = "The rules of none of these machines can be read."
    elif not rows:
        text = f"No rule lets anything in to {listed([vm.name for vm in read])}."
    else:
        text = f"{counted(len(rows), 'rule')} for {counted(len(read), 'machine')}: {listed(shown)}."
    if exposed:
        text += f" Open to the whole internet: {listed(exposed)}."
    return Result(text, _COLUMNS, rows, source="the providers' own rules", notes=tuple(notes))


LIST_OPEN_PORTS = Tool(
    name="list_open_ports",
    risk=Risk.READ,
    summary="List which ports the providers' rules open for machines, and from where.",
    arguments=NoArguments,
    handler=Read(_open_ports),
    says=(
        "which ports are open on web-01?",
        "list the open ports of gitlab",
        "what ports are open on the staging web servers?",
    ),
)
OPEN_PORT = Tool(
    name="open_port",
    risk=Risk.DISRUPT,
    summary="Open a port of machines, and of no others, to a range of addresses.",
    arguments=OpenArguments,
    handler=Open(),
    says=(
        "open port 443 on web-01 to 10.0.0.0/8",
        "open ports 8000-8100 on jenkins to 10.20.0.0/16",
        "allow port 22 on gitlab from 203.0.113.7",
    ),
)
CLOSE_PORT = Tool(
    name="close_port",
    risk=Risk.DISRUPT,
    summary="Close a port of machines; what others share is left as it is.",
    arguments=CloseArguments,
    handler=Close(),
    says=(
        "close port 22 on the staging web servers",
        "close port 443 on web-01 from 10.0.0.0/8",
        "block port 3389 on rdp-gw",
    ),
)
