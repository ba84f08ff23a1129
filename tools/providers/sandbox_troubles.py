"""Troubles for the simulated fleet: what would really be seen of each, in many wordings.

A trouble sets states, consoles, events and shapes of samples; the same seed gives the same ones.
They are data, in `sandbox_troubles.json`; nothing here knows how troubles are found.
"""

from __future__ import annotations

import dataclasses
import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tools.errors import NotFound
from tools.machine import VM, Snapshot, State
from tools.providers.base import Event
from tools.providers.sandbox_faults import Fault, FaultKind
from tools.providers.sandbox_ills import Ill
from tools.providers.sandbox_shapes import Shape

BOOK = Path(__file__).with_suffix(".json")

_BLANK = re.compile(r"\{([^{}]+)\}")
_RANGE = re.compile(r"(\d+)-(\d+)")
_SPOKEN = re.compile(r"^[\w./@-]+(\[\d+\])?: ")


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody does to the machine beside it, through NovaCron.

    Attributes:
        fails: the code of the error with which its provider refuses; None: it succeeds.
        args: what the tool needs.
    """

    tool: str
    by: str
    fails: str | None = None
    args: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Planned:
    """A trouble on one machine of a fleet, ready to be planted.

    Attributes:
        cause: what is really wrong; None: nothing, it only looks busy.
        symptom: how somebody might complain about it.
        ills: what each machine that it touches shows, the ailing one first.
        faults: how requests to the provider go wrong from then on.
    """

    name: str
    cause: str | None
    vm: VM
    symptom: str
    ills: tuple[Ill, ...]
    faults: tuple[Fault, ...] = ()
    done: tuple[Done, ...] = ()


@cache
def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def trouble_names(book: Path = BOOK) -> tuple[str, ...]:
    """The troubles of a book."""
    return tuple(_read(book)["troubles"])


def plan_trouble(
    name: str,
    fleet: Sequence[VM],
    seed: int,
    now: datetime,
    vm: VM | None = None,
    book: Path = BOOK,
) -> Planned:
    """Make up a trouble on one machine: the given one, or one that it suits.

    Args:
        book: where the trouble is described; the usual consoles come from this room's own book.

    Raises:
        NotFound: there is no such trouble, or no machine that it suits.
    """
    known = _read(book)["troubles"]
    if name not in known:
        raise NotFound(f"There is no trouble {name!r}.", choices=tuple(known))
    told: dict[str, Any] = known[name]
    chance = random.Random(f"{name}:{seed}")
    variants: list[dict[str, Any]] = told.get("variants") or [{}]
    variant: dict[str, Any] = {**told, **chance.choice(variants)}
    vm = vm or _suited(variant, fleet, chance)
    if vm is None:
        raise NotFound(f"No machine of this fleet suits the trouble {name!r}.")
    writer = _Writer(vm, chance, now)
    own = Ill(
        vm.id,
        name,
        int(now.timestamp() // 3600),
        writer.console(variant),
        tuple(writer.events(variant.get("events", ()))),
        tuple(writer.shapes(variant.get("shapes", ()))),
        _record(variant, vm, fleet, chance, now),
    )
    others = _others(variant, vm, fleet, writer, name, now)
    return Planned(
        name,
        told.get("cause"),
        vm,
        chance.choice(told["symptoms"]),
        (own, *others),
        tuple(_faults(variant)),
        tuple(_done(variant, vm, fleet, chance)),
    )


def _suited(told: Mapping[str, Any], fleet: Sequence[VM], chance: random.Random) -> VM | None:
    """A running machine that the trouble suits, taken from those that are not special already."""
    wanted = told.get("on", {})
    hosts = [vm.host for vm in fleet if vm.state is State.RUNNING]
    found = [
        vm
        for vm in fleet
        if vm.state is State.RUNNING
        and vm.os == wanted.get("os", "linux")
        and vm.provider in wanted.get("providers", (vm.provider,))
        and vm.tags.get("role") in wanted.get("roles", (vm.tags.get("role"),))
        and vm.name not in _SPECIAL
        and hosts.count(vm.host) >= wanted.get("neighbours", 0)
        and (not wanted.get("grouped") or vm.group is not None)
    ]
    return chance.choice(found) if found else None


_SPECIAL = frozenset(
    {"web-03", "api-02", "db-prod-01", "db-prod-1", "kafka-03", "worker-04", "ci-runner-03",
     "ci-runner-01", "crm-legacy", "nfs-1"}
)  # fmt: skip
"""Machines of the generated fleet that are out of the ordinary as it is."""


def _record(
    told: Mapping[str, Any], vm: VM, fleet: Sequence[VM], chance: random.Random, now: datetime
) -> dict[str, Any]:
    found: dict[str, Any] = dict(told.get("record", {}))
    if count := told.get("snapshots"):
        many = chance.randint(*count)
        days = sorted((chance.uniform(0.5, 200) for _ in range(many)), reverse=True)
        taken = [
            Snapshot(f"{chance.choice(_SNAPSHOTS)}-{n}", now - timedelta(days=age), 4.0)
            for n, age in enumerate(days, 1)
        ]
        found["snapshots"] = dataclasses.replace(vm, snapshots=tuple(taken)).to_dict()["snapshots"]
    if told.get("twin"):
        near = [v for v in fleet if v.region == vm.region and v.provider == vm.provider and v != vm]
        if near:
            found["private_ip"] = chance.choice(near).private_ip
    return found


_SNAPSHOTS = ("before-upgrade", "daily", "veeam", "auto", "pre-patch")


def _others(
    told: Mapping[str, Any], vm: VM, fleet: Sequence[VM], writer: _Writer, name: str, now: datetime
) -> list[Ill]:
    """What the machines beside it show: those on its host, or those of its group."""
    found: list[Ill] = []
    begun = int(now.timestamp() // 3600)
    for key, same in (("host", vm.host), ("group", vm.group)):
        beside = told.get(key)
        if not beside or same is None:
            continue
        for other in fleet:
            if other == vm or getattr(other, key) != same or other.state is not State.RUNNING:
                continue
            shapes = tuple(writer.shapes(beside.get("shapes", ())))
            record = beside.get("record", {})
            found.append(Ill(other.id, name, begun, None, (), shapes, record))
    return found


def _faults(told: Mapping[str, Any]) -> Iterable[Fault]:
    if kind := told.get("reading"):
        yield Fault(FaultKind(kind), None, "read", None)


def _done(
    told: Mapping[str, Any], vm: VM, fleet: Sequence[VM], chance: random.Random
) -> Iterable[Done]:
    people = ("omar", "lena", "priya", "sam")
    hosts = sorted({v.host for v in fleet if v.host and v.provider == vm.provider} - {vm.host})
    for done in told.get("does", ()):
        args = {
            k: chance.choice(hosts) if v == "HOST" else v for k, v in done.get("args", {}).items()
        }
        yield Done(done["tool"], chance.choice(people), done.get("fails"), args)


class _Writer:
    """Writes consoles and events of one machine; a word that it chose stays the same."""

    def __init__(self, vm: VM, chance: random.Random, now: datetime) -> None:
        self._chance = chance
        self._now = now
        self._os = vm.os
        self._long_up = True
        self._style = chance.choice(("stamp", "syslog", "iso", "plain"))
        disk = chance.choice(("vda", "sda", "nvme0n1"))
        self._known = {
            "name": vm.name,
            "host": vm.host or "host",
            "ip": vm.private_ip or "10.0.0.9",
            "mac": _mac(chance),
            "mac2": _mac(chance),
            "gw": re.sub(r"\.\d+$", ".1", vm.private_ip or "10.0.0.9"),
            "uuid": f"{chance.getrandbits(32):08x}-{chance.getrandbits(16):04x}-4c1f-9d2e-"
            f"{chance.getrandbits(48):012x}",
            "disk": disk,
            "part": f"{disk}p1" if disk[-1].isdigit() else f"{disk}1",
            "data": chance.choice(("vdb", "sdb", "vdc")),
            "nic": chance.choice(("eth0", "ens3", "enp1s0", "ens192")),
            "proc": chance.choice(("java", "mysqld", "postgres", "node", "python3", "redis")),
            "site": chance.choice(("api.example.com", "shop.example.net", "git.example.org")),
        }  # fmt: skip

    def shapes(self, told: Iterable[Sequence[Any]]) -> Iterable[Shape]:
        """Shapes from `[metric, form, [hours], [to], at]`."""
        for metric, form, hours, *rest in told:
            to = self._chance.uniform(*rest[0]) if rest else 0.0
            yield Shape(
                metric, form, self._chance.randint(*hours), to, rest[1] if len(rest) > 1 else 0
            )

    def events(self, told: Iterable[str | Sequence[str]]) -> Iterable[Event]:
        """Events of the last hours."""
        at = self._now - timedelta(minutes=self._chance.randint(20, 200))
        for line in told:
            text = self._chance.choice(line) if not isinstance(line, str) else line
            if text:
                yield Event(at, self._filled(text))
            at += timedelta(minutes=self._chance.randint(1, 6))

    def console(self, told: Mapping[str, Any]) -> str | None:
        """The whole console: how it started, what else it said, and the trouble at its end."""
        usual = _read(BOOK)
        boot = usual["boot"][self._os]
        how = told.get("boot", "up")
        self._long_up = how == "up"
        lines: list[str] = []
        if how != "none":
            start = list(self._chance.choice(boot["start"]))
            lines += [self._said(line, n) for n, line in enumerate(start)]
        if how == "up":
            rest = self._chance.choice(boot["up"])
            lines += [self._said(line, 8 + n) for n, line in enumerate(rest)]
            noise = self._chance.sample(usual["noise"][self._os], self._chance.randint(1, 4))
            lines += [self._said(line, 90_000 + 900 * n) for n, line in enumerate(noise)]
        for _ in range(self._chance.randint(*told.get("times", (1, 1)))):
            for n, line in enumerate(told.get("console", ())):
                text = self._chance.choice(line) if not isinstance(line, str) else line
                if text:
                    late = 9 + n if how != "up" else 400_000 + 3 * n
                    lines.append(self._said(text, late))
        return "\n".join(lines)

    def _said(self, text: str, second: float) -> str:
        """A line as this machine's console writes it; one that begins with ~ is bare."""
        text = self._filled(text)
        if text.startswith("~"):
            return text[1:]
        at = self._now - timedelta(minutes=10)
        if second < 80_000 and self._long_up:
            at -= timedelta(days=6)
        at += timedelta(seconds=second % 400)
        if self._style == "stamp":
            return f"[{second + self._chance.random():12.6f}] {text}"
        who = "" if _SPOKEN.match(text) else "kernel: "
        if self._style == "syslog":
            return f"{at:%b} {at.day:2} {at:%H:%M:%S} {self._known['name']} {who}{text}"
        if self._style == "iso":
            return (
                f"{at:%Y-%m-%dT%H:%M:%S}.{self._chance.randint(100000, 999999)}+00:00 {who}{text}"
            )
        return text

    def _filled(self, text: str) -> str:
        return _BLANK.sub(lambda match: self._word(match[1]), text)

    def _word(self, blank: str) -> str:
        if "|" in blank:
            return self._chance.choice(blank.split("|"))
        if match := _RANGE.fullmatch(blank):
            return str(self._chance.randint(int(match[1]), int(match[2])))
        return self._known[blank]


def _mac(chance: random.Random) -> str:
    return "52:54:00:" + ":".join(f"{chance.randrange(256):02x}" for _ in range(3))
