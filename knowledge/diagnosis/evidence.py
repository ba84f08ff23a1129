"""What is known about one machine that may be in trouble: gathered elsewhere, judged elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from knowledge.diagnosis.lines import Console, Line
from knowledge.diagnosis.readings import Reading
from tools.errors import NovaError
from tools.journal import ActOn
from tools.machine import VM, State


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around a machine.

    Attributes:
        others: how many machines are on its host beside it, and `ill` those in error or silent.
        busy: percent of the host's vCPUs that the others use; None where that cannot be told.
        twins: running machines with the same private address in the same region, where one network
            alone may hold it.
        alike: how many machines are of its kind, and `alike_ill` those of them that are ill.
    """

    others: int = 0
    ill: tuple[str, ...] = ()
    busy: float | None = None
    twins: tuple[str, ...] = ()
    alike: int = 0
    alike_ill: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """The connection to a machine's provider.

    Attributes:
        error: why its machines could not be read, at the last reading or just now.
    """

    name: str
    error: NovaError | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One machine as it is seen now, its figures, its past and what is around it.

    Attributes:
        readings: each metric that it has or had.
        last_sample_at: its newest sample of any metric.
        console: the end of its console; None where nobody keeps it or it could not be read.
        events: what its provider noticed; None where it keeps no record.
        acts: what NovaCron did to it lately, the newest first.
        backup_age_d: how old its newest snapshot is, where it has any.
    """

    vm: VM
    moment: datetime
    connection: Connection
    readings: Mapping[str, Reading] = field(default_factory=dict[str, Reading])
    last_sample_at: datetime | None = None
    console: Console | None = None
    events: tuple[Line, ...] | None = None
    acts: tuple[ActOn, ...] = ()
    around: Surroundings = Surroundings()

    @property
    def running(self) -> bool:
        """Whether it is seen running."""
        return self.vm.state is State.RUNNING

    @property
    def silent_h(self) -> float:
        """Hours since its newest sample began; 0 where it never had any."""
        if self.last_sample_at is None:
            return 0.0
        return (self.moment - self.last_sample_at) / timedelta(hours=1)

    @property
    def silent(self) -> bool:
        """Whether a running machine that used to send samples has stopped to."""
        return self.running and self.silent_h >= 2.5

    @property
    def lines(self) -> tuple[Line, ...]:
        """Everything that was written about it: its console, then its provider's events."""
        return (*(self.console.lines if self.console else ()), *(self.events or ()))

    def reading(self, metric: str) -> Reading:
        """A metric; one without any sample has no value."""
        return self.readings.get(metric) or Reading(metric, None)

    def now(self, metric: str) -> float | None:
        """The newest value of a metric."""
        return self.reading(metric).now
