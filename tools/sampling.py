"""Where a NovaCron's samples are by its settings, and the reading that keeps new ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import NovaError
from tools.kept_samples import SampleKeeping
from tools.machine import VM
from tools.metrics import NoSamples, SampleSource, Series, sample_source
from tools.prometheus import PrometheusOptions, PrometheusSamples
from tools.providers.base import Capability, Provider
from tools.sample_file import FileSamples
from tools.settings import Settings

if TYPE_CHECKING:
    from tools.control import Control
    from tools.inventory import Inventory


def samples_folder(settings: Settings) -> Path:
    """Where NovaCron keeps what it samples itself."""
    return settings.data_dir / "samples"


def open_samples(
    settings: Settings, providers: Sequence[Provider], machines: Callable[[], Iterable[VM]]
) -> SampleSource:
    """The samples of these connections: their own, those that were kept, Prometheus'.

    Args:
        settings: how NovaCron is set up.
        providers: the connections.
        machines: every machine that there is, when it is asked.
    """
    kept = FileSamples(samples_folder(settings), "samples of novacron serve")
    further = [PrometheusSamples(prometheus_options(settings), machines)]
    return sample_source(providers, kept, further if settings.prometheus_url else ())


class ConnectedSamples:
    """The samples of the connections that are open at each question.

    Args:
        settings: how NovaCron is set up.
        inventory: where the connections are.
    """

    def __init__(self, settings: Settings, inventory: Callable[[], Inventory]) -> None:
        self._settings = settings
        self._inventory = inventory
        self._of: tuple[Provider, ...] | None = None
        self._source: SampleSource = NoSamples()
        self._lock = threading.Lock()

    def _now(self) -> SampleSource:
        inventory = self._inventory()
        providers = tuple(inventory.providers.values())
        with self._lock:
            if self._of != providers:
                self._source = open_samples(self._settings, providers, inventory.all)
                self._of = providers
            return self._source

    @property
    def name(self) -> str:
        """What people are told the source is."""
        return self._now().name

    def stamp(self, now: datetime) -> Hashable:
        """Changes with the connections, and with what they have."""
        source = self._now()
        return id(source), source.stamp(now)

    def problems(self) -> tuple[str, ...]:
        """What could not be read when it was last asked, a sentence each."""
        return self._now().problems()

    def aggregate(
        self, metric: str, aggregate: str, since: datetime, until: datetime | None = None
    ) -> dict[str, float]:
        """One value for each machine that has a sample at `since` or later, before `until`."""
        return self._now().aggregate(metric, aggregate, since, until)

    def series(
        self, ids: Sequence[str], metric: str, since: datetime, until: datetime | None = None
    ) -> Series:
        """The samples of these machines at `since` or later and before `until`, by time."""
        return self._now().series(ids, metric, since, until)


def prometheus_options(settings: Settings) -> PrometheusOptions:
    """How Prometheus is reached."""
    return PrometheusOptions(
        settings.prometheus_url,
        settings.prometheus_token,
        settings.prometheus_queries,
        settings.prometheus_labels,
        settings.prometheus_rate,
    )


class Sampling:
    """Reads what the machines of forgetful providers use, and keeps it."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._keeping = SampleKeeping(
            samples_folder(control.settings), control.settings.sample_days
        )

    @property
    def _providers(self) -> list[Provider]:
        return [
            provider
            for provider in list(self._control.inventory.providers.values())
            if Capability.METRICS in provider.capabilities and not provider.keeps_samples
        ]

    def take(self) -> int:
        """Read once; how many machines answered. Another process may own the samples: then none.

        Raises:
            NovaError: a provider or the disk failed; what the others said is kept.
        """
        providers = self._providers
        if not providers or not self._keeping.own():
            return 0
        now = self._control.clock()
        hour = now.replace(minute=0, second=0, microsecond=0)
        failure: NovaError | None = None
        count = 0
        for provider in providers:
            try:
                ids = [vm.id for vm in provider.list_machines()]
                count += self._keeping.record(provider.samples(ids, hour), now)
            except NovaError as error:
                failure = error
        if failure is not None:
            raise failure
        return count

    def close(self) -> None:
        """Let another process sample."""
        self._keeping.close()
