"""What ails CPU and memory: runaway processes, load, noisy neighbours, leaks, OOM, swapping."""

from __future__ import annotations

from collections.abc import Callable

from knowledge.diagnosis.cause import Cause
from knowledge.diagnosis.clues import (
    above,
    below,
    busy_host,
    climbing,
    heard,
    in_state,
    unlike,
    usual,
    when,
)
from knowledge.diagnosis.evidence import Evidence
from tools.machine import State

_SLOW = r"slow|sluggish|lag|hot|busy|load|cpu|unresponsive|hang|time.?out|timing out|respond"
_MEMORY = r"memory|\bram\b|oom|swap|kill|slow|crash|restart"


def _both_high(seen: Evidence) -> str | None:
    network = seen.reading("network")
    high = seen.reading("cpu").high is True and network.high is True
    return f"its traffic rose with it: {network.described()}" if high else None


def _calm_host(seen: Evidence) -> str | None:
    busy = seen.around.busy
    return (
        f"the others on its host use only {busy:.0f} %" if busy is not None and busy < 40 else None
    )


def _by_the_day(seen: Evidence) -> str | None:
    """Memory that rises as the day goes on, as it does on other days."""
    reading = seen.reading("memory")
    if not reading.like_itself or (reading.climb is not None and reading.climb[1] >= 16):
        return None
    return f"{reading.described()}: as usual"


def _alone(seen: Evidence) -> str | None:
    """High while its peers are not."""
    reading = seen.reading("cpu")
    if reading.now is None or reading.peers is None or reading.now < 80:
        return None
    return f"its peers are at {reading.peers:.0f} %" if reading.peers < reading.now - 30 else None


def _without_a_past(metric: str, limit: float) -> Callable[[Evidence], str | None]:
    def find(seen: Evidence) -> str | None:
        reading = seen.reading(metric)
        if reading.now is None or reading.now < limit or reading.usual is not None:
            return None
        return f"{reading.described()}, and there is no past to compare with"

    return find


def _capped(seen: Evidence) -> str | None:
    """A burstable size that is held down at its baseline."""
    size = seen.vm.size or ""
    reading = seen.reading("cpu")
    burstable = size.startswith(("t2.", "t3", "t4g.", "Standard_B", "e2-"))
    if not burstable or reading.now is None or reading.now > 60:
        return None
    return f"{size} is a burstable size" if reading.odd_h >= 2 else None


def _swapping(seen: Evidence) -> str | None:
    memory, iops = seen.reading("memory"), seen.reading("iops")
    if memory.now is None or memory.now < 88 or iops.high is not True:
        return None
    return f"{memory.described()}, while {iops.described()}"


LOAD = (
    Cause(
        "cpu-hog",
        "a process uses up its CPU",
        signs=(
            above(0.6, "cpu", 80, odd=True),
            above(0.35, "cpu", 93, odd=True),
            when(0.65, _without_a_past("cpu", 85)),
            when(0.25, _alone),
            heard(0.3, "cpu-hog"),
        ),
        against=(usual(0.7, "cpu"), below(0.8, "cpu", 60), unlike(0.35, "network", "high")),
        about="high CPU: find the process that uses it",
        say="give {name} {more_vcpus} vCPUs",
        look="find the process inside (`top`, `pidstat 1`); more vCPUs help only real load",
        symptoms=_SLOW,
        explains=("cpu-stalls", "service-failing"),
    ),
    Cause(
        "real-load",
        "more is asked of it than it can serve",
        signs=(
            above(0.45, "cpu", 78, odd=True),
            when(0.4, _both_high),
            heard(0.45, "real-load"),
        ),
        against=(
            usual(0.7, "cpu"),
            below(0.8, "cpu", 55),
            usual(0.6, "network"),
            unlike(0.7, "network", "low"),
        ),
        about="scale for more traffic: the group is too small for the load",
        say="give {name} {more_vcpus} vCPUs",
        look="scale its group, or find who sends so much",
        symptoms=_SLOW + r"|traffic|requests|users|5\d\d",
        explains=("cpu-hog", "cpu-stalls"),
    ),
    Cause(
        "noisy-neighbour",
        "its host gives it too little CPU: its neighbours take it",
        signs=(
            heard(
                0.75,
                "noisy-neighbour",
            ),
            busy_host(0.5, 80),
            heard(0.35, "noisy-neighbour-weakly"),
        ),
        against=(above(0.3, "cpu", 97, odd=True), when(0.4, _calm_host)),
        about="CPU steal: a noisy neighbour on an overcommitted host",
        say="list the machines on host {host}",
        look="move it or its loudest neighbour to another host",
        symptoms=_SLOW + r"|steal|neighbo",
        explains=("cpu-stalls", "disk-slow", "cpu-hog", "clock-drift"),
    ),
    Cause(
        "cpu-credits",
        "its CPU credits are used up, so it is held at its baseline",
        signs=(
            heard(0.85, "cpu-credits"),
            when(0.2, _capped),
        ),
        about="CPU credits of a burstable size are used up",
        say="list the sizes of {provider}",
        look="resize it to a size that does not burst",
        symptoms=_SLOW,
        explains=("cpu-hog", "noisy-neighbour"),
    ),
    Cause(
        "cpu-stalls",
        "its kernel's CPUs get stuck",
        signs=(heard(0.55, "cpu-stalls"),),
        about="soft lockup: a CPU is stuck",
        say="restart {name}",
        look="read the call trace on its console; look at the load of its host",
        symptoms=_SLOW + r"|freez|stuck",
    ),
    Cause(
        "memory-leak",
        "something inside leaks memory",
        signs=(
            climbing(0.7, "memory", 70),
            climbing(0.35, "memory", 85),
            unlike(0.1, "memory", "high"),
        ),
        against=(when(0.6, _by_the_day), below(0.7, "memory", 55)),
        about="memory leak: memory grows until it runs out",
        say="show the memory of {name} over the last 7 days",
        look="find what grew (`ps aux --sort=-rss`) and restart that service; then mend the leak",
        symptoms=_MEMORY + r"|leak|grow",
        explains=("memory-full", "swap-storm"),
    ),
    Cause(
        "oom-killed",
        "its memory ran out and processes were killed",
        signs=(
            heard(
                0.88,
                "oom-killed",
            ),
            above(0.2, "memory", 90),
        ),
        against=(below(0.15, "memory", 40), in_state(0.6, State.STOPPED)),
        about="out of memory: the OOM killer killed a process",
        say="give {name} {more_memory} GiB of memory",
        look="find what grew and give it a limit; more memory only if it is really needed",
        symptoms=_MEMORY,
        explains=("memory-full", "swap-storm", "agent-stopped", "service-failing", "memory-leak"),
    ),
    Cause(
        "swap-storm",
        "it swaps: memory is used up and the disk is busy with it",
        signs=(
            when(0.7, _swapping),
            heard(0.6, "swap-storm"),
            above(0.2, "memory", 92),
        ),
        against=(below(0.6, "memory", 80), usual(0.25, "memory")),
        about="memory pressure: it swaps all the time",
        say="give {name} {more_memory} GiB of memory",
        look="find what grew; `vmstat 1` shows si and so",
        symptoms=_MEMORY + "|" + _SLOW,
        explains=("memory-full", "disk-slow", "cpu-hog"),
    ),
    Cause(
        "memory-full",
        "its memory is nearly used up",
        signs=(
            above(0.6, "memory", 88, odd=True),
            above(0.25, "memory", 95, odd=True),
            when(0.65, _without_a_past("memory", 90)),
            heard(0.3, "memory-full"),
        ),
        against=(usual(0.7, "memory"),),
        about="memory is nearly used up",
        say="give {name} {more_memory} GiB of memory",
        look="find what grew (`ps aux --sort=-rss`)",
        symptoms=_MEMORY,
    ),
)
