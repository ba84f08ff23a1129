"""Likely causes of a machine's trouble, ranked, each with its evidence; or an honest unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from knowledge.evidence import Evidence
from tools.machine import State
from tools.names import listed

Topic = Literal["off", "boot", "disk", "cpu", "memory", "io", "network", "host", "change"]

LIKELY = 0.7
POSSIBLE = 0.35
_ASKED_FOR = 1.25


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that may be wrong.

    Attributes:
        weight: how strongly the evidence speaks for it, 0 to 1.
        next: what to do or look at next, in words that NovaCron understands where it can help.
        runbook: the file of the runbook that fits.
    """

    topic: Topic
    what: str
    weight: float
    evidence: tuple[str, ...]
    next: str
    runbook: str | None = None

    @property
    def confidence(self) -> Literal["likely", "possible"]:
        """The weight in a word."""
        return "likely" if self.weight >= LIKELY else "possible"


@dataclass(frozen=True, slots=True)
class _Sign:
    """What a console says in one kind of trouble, what that means, and what to do."""

    pattern: re.Pattern[str]
    topic: Topic
    what: str
    next: str
    runbook: str


def _sign(pattern: str, topic: Topic, what: str, next: str, runbook: str) -> _Sign:
    return _Sign(re.compile(pattern, re.IGNORECASE), topic, what, next, runbook)


_SIGNS = (
    _sign(
        r"grub rescue|error: no such (partition|device)",
        "boot",
        "it stops at the boot loader",
        "follow the runbook on its console",
        "grub-rescue.md",
    ),
    _sign(
        r"kernel panic|unable to mount root|emergency mode|soft lockup|bugcheck",
        "boot",
        "its kernel crashed or cannot boot",
        "boot the previous kernel",
        "kernel-panic.md",
    ),
    _sign(
        r"out of memory|oom-?kill|cannot allocate memory",
        "memory",
        "its memory ran out and processes were killed",
        "find what grew; resize it if it is too small",
        "out-of-memory.md",
    ),
    _sign(
        r"no space left on device|disk full",
        "disk",
        "a disk is full",
        "free space, or grow the disk",
        "disk-full.md",
    ),
    _sign(
        r"\bi/o error|remounting .*read-only|ext4-fs error|xfs.*corruption|blk_update_request",
        "io",
        "its disk reports errors",
        "check the storage under it before writing more",
        "paused-storage.md",
    ),
    _sign(
        r"network is unreachable|link is down|no route to host|dhcp.*(fail|timed out)",
        "network",
        "its network is down",
        "check its interface and the switch",
        "unreachable.md",
    ),
)

_SYMPTOMS: dict[Topic, str] = {
    "off": "down dead off unreachable offline gone unresponsive respond up",
    "boot": "boot booting loop grub panic start starting crash crashed",
    "disk": "disk space full storage write",
    "cpu": "slow cpu load busy sluggish lag laggy hot",
    "memory": "memory ram oom slow swap swapping killed",
    "io": "slow io iops latency hang hangs frozen freeze freezes",
    "network": "network ssh ping connect connection rdp reach unreachable login",
    "host": "host hypervisor down unreachable",
    "change": "since after changed suddenly",
}
"""Words of a symptom that speak of a topic."""


_BY_METRIC: dict[Literal["cpu", "memory"], str] = {
    "cpu": "high-cpu.md",
    "memory": "out-of-memory.md",
}


def causes(seen: Evidence, symptom: str | None = None) -> list[Cause]:
    """What may be wrong, the best supported first; a cause that fits the symptom weighs more."""
    words = set(re.findall(r"[a-z]+", (symptom or "").casefold()))
    found = [cause for judge in _JUDGES for cause in judge(seen)]
    weighed = [
        replace(c, weight=min(0.99, c.weight * _ASKED_FOR))
        if words & set(_SYMPTOMS[c.topic].split())
        else c
        for c in found
    ]
    return sorted((c for c in weighed if c.weight >= POSSIBLE), key=lambda c: -c.weight)


def _state(seen: Evidence) -> Iterable[Cause]:
    vm, why = seen.vm, seen.acts[:2]
    heard = _last_heard(seen)
    if vm.state is State.ERROR:
        yield Cause(
            "off",
            "its provider reports it in error",
            0.7,
            (f"state error on {vm.host or vm.region}", *heard, *why),
            f"read its provider's message and its console; then force restart {vm.name}",
            "error-state.md",
        )
    elif vm.state is State.STOPPED:
        yield Cause(
            "off",
            "it is powered off",
            0.9,
            ("state stopped", *heard, *why),
            f"start {vm.name}",
            "unreachable.md",
        )
    elif vm.state in {State.SUSPENDED, State.PAUSED}:
        alone = not why and vm.state is State.PAUSED
        runbook = "paused-storage.md" if alone else None
        note = ("nobody paused it through NovaCron lately: storage may have failed",)
        yield Cause(
            "off",
            f"it is {vm.state.value}",
            0.9,
            (f"state {vm.state.value}", *heard, *(why or (note if alone else ()))),
            f"resume {vm.name}",
            runbook,
        )
    elif vm.state in {State.STARTING, State.STOPPING}:
        yield Cause(
            "boot",
            f"it is {vm.state.value}; it may only need time",
            0.6,
            (f"state {vm.state.value}", *why),
            "look again in a few minutes",
            "error-state.md",
        )
    elif vm.state is State.UNKNOWN:
        yield Cause(
            "host",
            "its provider cannot tell its state",
            0.6,
            ("state unknown",),
            "check the connection with `novacron doctor`",
            "host-failure.md",
        )


def _last_heard(seen: Evidence) -> tuple[str, ...]:
    if seen.last_sample_at is None:
        return ("no samples in four weeks",)
    return (f"last sample {seen.last_sample_at:%Y-%m-%d %H:%M}",) if seen.silent_h > 1.5 else ()


def _silence(seen: Evidence) -> Iterable[Cause]:
    if not seen.silent:
        return
    said = f"running, yet no sample since {seen.last_sample_at:%Y-%m-%d %H:%M}"
    yield Cause(
        "network",
        "it hangs, or it lost its network",
        0.75,
        (said,),
        f"read its console; then restart {seen.vm.name}",
        "unreachable.md",
    )


def _console(seen: Evidence) -> Iterable[Cause]:
    for sign in _SIGNS:
        lines = [line for line in seen.console or () if sign.pattern.search(line)]
        if lines:
            said = (f"console: “{lines[-1]}”",)
            yield Cause(sign.topic, sign.what, 0.95, said, sign.next, sign.runbook)


def _disk(seen: Evidence) -> Iterable[Cause]:
    used = seen.now.get("disk")
    if used is not None and used >= 90:
        yield Cause(
            "disk",
            "its disk is nearly full",
            0.95 if used >= 97 else 0.8,
            (f"disk {used:.0f} % used in the last hour",),
            f"free space, or grow the disk: resize the disk of {seen.vm.name}",
            "disk-full.md",
        )


def _load(seen: Evidence) -> Iterable[Cause]:
    name = seen.vm.name
    real = f"find the process inside; scale its group or resize {name} if it is real load"
    grew = f"find what grew; resize {name} if it is too small"
    yield from _high(seen, "cpu", 80, "its CPU is busy", real)
    yield from _high(seen, "memory", 90, "its memory is nearly used up", grew)


def _high(
    seen: Evidence, metric: Literal["cpu", "memory"], high: float, what: str, step: str
) -> Iterable[Cause]:
    value = seen.now.get(metric)
    if value is None or value <= high:
        return
    odd = _rise(seen, metric)
    weight = (0.75 if value > 95 else 0.6) + (0.1 if odd else -0.1)
    usual = odd or ("about what it does at this hour on other days",)
    said = (f"{metric} {value:.0f} % in the last hour", *usual)
    yield Cause(metric, what, weight, said, step, _BY_METRIC[metric])


def _rise(seen: Evidence, metric: str) -> tuple[str, ...]:
    return tuple(
        f"{metric} {o.value:.0f} from {o.start:%m-%d %H:%M}, usually {o.usual:.0f} at that hour"
        for o in seen.odd.get(metric, [])[-1:]
        if o.value > o.usual
    )


def _unlike_itself(seen: Evidence) -> Iterable[Cause]:
    io, network = _rise(seen, "iops"), _rise(seen, "network")
    if io:
        yield Cause(
            "io",
            "its disk is far busier than usual",
            0.5,
            io,
            "find who writes: a backup, a reindex, swapping",
            "slow-disk.md",
        )
    if network:
        yield Cause(
            "network",
            "its network traffic is far above the usual",
            0.45,
            network,
            "look at what it serves and to whom it sends",
            "scale-traffic.md",
        )
    for metric, runbook in _BY_METRIC.items():
        rise = _rise(seen, metric)
        if rise and seen.now.get(metric, 0) <= 80:
            yield Cause(
                metric,
                f"its {metric} was unlike itself in the last day",
                0.4,
                rise,
                "ask what ran then",
                runbook,
            )


def _host(seen: Evidence) -> Iterable[Cause]:
    ill = seen.ill_neighbours
    in_trouble = seen.silent or seen.vm.state in {State.ERROR, State.UNKNOWN}
    if in_trouble and len(ill) >= 2 and 2 * len(ill) >= seen.neighbours:
        yield Cause(
            "host",
            f"its host {seen.vm.host} is in trouble",
            0.85,
            (f"{len(ill)} of {seen.neighbours} others there are ill too: {listed(ill)}",),
            f"look at {seen.vm.host} before its machines",
            "host-failure.md",
        )


def _changes(seen: Evidence) -> Iterable[Cause]:
    if seen.acts and seen.vm.state is State.RUNNING:
        yield Cause(
            "change",
            "something was changed on it lately",
            0.4,
            seen.acts[:3],
            "ask whether the trouble began then; undo it if so",
        )


def _snapshots(seen: Evidence) -> Iterable[Cause]:
    vm = seen.vm
    if vm.provider not in {"libvirt", "vsphere"} or len(vm.snapshots) < 3:
        return
    oldest = min(s.created_at for s in vm.snapshots)
    yield Cause(
        "io",
        "a long chain of snapshots slows its disk",
        0.3,
        (f"{len(vm.snapshots)} snapshots, the oldest of {oldest:%Y-%m-%d}",),
        f"delete the old snapshots of {vm.name}",
        "snapshot-care.md",
    )


_JUDGES: tuple[Callable[[Evidence], Iterable[Cause]], ...] = (
    _console,
    _state,
    _silence,
    _host,
    _disk,
    _load,
    _unlike_itself,
    _changes,
    _snapshots,
)
