"""What is known about one machine that may be in trouble: gathered once, judged elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from tools.errors import NovaError
from tools.forecast import Oddity, oddities
from tools.machine import VM, State
from tools.selector import METRIC_NAMES, Selector
from tools.world import World

RECENT = timedelta(hours=24)
_CONSOLE_LINES = 200
_LINE = 200
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One machine as it is seen now, its figures, its past and its neighbours.

    Attributes:
        now: the average of the last hour of each metric; absent where there is no sample.
        odd: runs of readings in the last day unlike what the machine does at those hours.
        last_sample_at: its newest sample of any metric.
        console: the end of its console, line by line, cleaned; None where nobody keeps it.
        acts: what NovaCron did to it in the last day, as sentences, the newest first.
        ill_neighbours: machines on the same host that are in error or silent too.
    """

    vm: VM
    moment: datetime
    now: dict[str, float]
    odd: dict[str, list[Oddity]]
    last_sample_at: datetime | None
    console: tuple[str, ...] | None = None
    acts: tuple[str, ...] = ()
    ill_neighbours: tuple[str, ...] = ()
    neighbours: int = 0

    @property
    def silent(self) -> bool:
        """Whether a running machine that used to send samples has stopped to."""
        running = self.vm.state is State.RUNNING
        return running and self.last_sample_at is not None and self.silent_h >= 3

    @property
    def silent_h(self) -> float:
        """Hours since its newest sample began."""
        if self.last_sample_at is None:
            return 0.0
        return (self.moment - self.last_sample_at) / timedelta(hours=1)


def gather(world: World, vm: VM) -> Evidence:
    """All that can be seen of one machine; what cannot be read is left out."""
    series = {m: world.metrics.series([vm.id], m, "28d").get(vm.id, []) for m in METRIC_NAMES}
    times = [points[-1][0] for points in series.values() if points]
    since = world.now - RECENT
    ill, neighbours = _neighbours(world, vm)
    return Evidence(
        vm,
        world.now,
        {m: v for m in METRIC_NAMES if (v := world.metrics.read(m).get(vm.id)) is not None},
        {m: oddities(points, since, m) for m, points in series.items() if points},
        max(times, default=None),
        _console(world, vm),
        tuple(_acts(world, vm)),
        ill,
        neighbours,
    )


def _console(world: World, vm: VM) -> tuple[str, ...] | None:
    try:
        text = world.inventory.provider_of(vm.id).console_log(vm.id)
    except NovaError:
        return None
    if text is None:
        return None
    lines = (_CONTROL.sub("", line).strip()[:_LINE] for line in text.splitlines())
    return tuple(line for line in lines if line)[-_CONSOLE_LINES:]


def _neighbours(world: World, vm: VM) -> tuple[tuple[str, ...], int]:
    if vm.host is None:
        return (), 0
    there = world.inventory.select(Selector.parse({"host": [vm.host], "provider": [vm.provider]}))
    others = [v for v in there if v.id != vm.id]
    heard = world.metrics.read("cpu", "last", "3h")
    before = world.metrics.read("cpu", "last", "7d")
    return tuple(v.name for v in others if _is_ill(v, heard, before)), len(others)


def _is_ill(vm: VM, heard: dict[str, float], before: dict[str, float]) -> bool:
    silent = vm.id in before and vm.id not in heard
    return vm.state is State.ERROR or (vm.state is State.RUNNING and silent)


def _acts(world: World, vm: VM) -> list[str]:
    """What the journal says was done to this machine lately; nothing where there is no journal."""
    history = getattr(cast(Any, world).journal, "acts_on", None)
    if history is None:
        return []
    return [str(act) for act in history(vm.id, world.now - RECENT)]
