"""Metrics of machines: hourly samples from files or providers, and aggregates over a window."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tools.errors import InvalidRequest, NovaError
from tools.providers.base import Capability, Provider, Sample
from tools.sample_file import FileSamples
from tools.selector import METRIC_NAMES
from tools.times import Clock, window_length

Series = dict[str, list[tuple[datetime, float]]]
"""The samples of each machine by time; a gap is absent, never 0."""

_KEPT = 512
_LIVE_FOR = timedelta(minutes=1)


class SampleSource(Protocol):
    """Where samples come from."""

    @property
    def name(self) -> str:
        """What people are told the source is."""
        ...

    def stamp(self, now: datetime) -> Hashable:
        """Changes whenever what the source would answer may have changed."""
        ...

    def aggregate(self, metric: str, aggregate: str, since: datetime) -> dict[str, float]:
        """One value for each machine that has a sample at `since` or later."""
        ...

    def series(self, ids: Sequence[str], metric: str, since: datetime) -> Series:
        """The samples of these machines at `since` or later, in order of time."""
        ...


class NoSamples:
    """A source that has none."""

    name = "no samples"

    def stamp(self, now: datetime) -> Hashable:
        """It never changes."""
        return None

    def aggregate(self, metric: str, aggregate: str, since: datetime) -> dict[str, float]:
        """Nothing."""
        return {}

    def series(self, ids: Sequence[str], metric: str, since: datetime) -> Series:
        """Nothing."""
        return {}


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, -(-95 * len(values) // 100) - 1)]


AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "avg": statistics.fmean,
    "max": max,
    "min": min,
    "p95": _p95,
    "last": lambda values: values[-1],
}
"""How samples in order of time become one figure; p95 is the nearest rank."""


class ProviderSamples:
    """The samples that one provider keeps itself, asked at most once a minute."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._read: dict[tuple[Hashable, datetime], list[Sample]] = {}
        self._now_stamp: Hashable = None
        self.name = f"{provider.name} samples"

    def stamp(self, now: datetime) -> Hashable:
        """The present minute."""
        self._now_stamp = int(now.timestamp() // _LIVE_FOR.total_seconds())
        return self._now_stamp

    def aggregate(self, metric: str, aggregate: str, since: datetime) -> dict[str, float]:
        """One value for each machine that has a sample at `since` or later."""
        series = self._series(metric, since)
        reduce = AGGREGATES[aggregate]
        return {i: reduce([value for _, value in points]) for i, points in series.items()}

    def series(self, ids: Sequence[str], metric: str, since: datetime) -> Series:
        """The samples of these machines at `since` or later, in order of time."""
        wanted = set(ids)
        return {i: p for i, p in self._series(metric, since).items() if i in wanted}

    def _series(self, metric: str, since: datetime) -> Series:
        found: Series = {}
        for sample in self._samples(since):
            value = getattr(sample, metric)
            if value is not None and sample.time >= since:
                found.setdefault(sample.machine_id, []).append((sample.time, value))
        for points in found.values():
            points.sort()
        return found

    def _samples(self, since: datetime) -> list[Sample]:
        key = (self._now_stamp, since)
        if key not in self._read:
            try:
                ids = [vm.id for vm in self._provider.list_machines()]
                samples = self._provider.samples(ids, since)
            except NovaError:
                samples = []  # an absent reading is shown as such; it is no reason to fail
            self._read = {k: v for k, v in self._read.items() if k[0] == self._now_stamp}
            self._read[key] = samples
        return self._read[key]


class JoinedSamples:
    """Several sources as one; no machine is in two of them."""

    def __init__(self, sources: Sequence[SampleSource]) -> None:
        self._sources = tuple(sources)
        self.name = ", ".join(source.name for source in self._sources)

    def stamp(self, now: datetime) -> Hashable:
        """The stamps of all."""
        return tuple(source.stamp(now) for source in self._sources)

    def aggregate(self, metric: str, aggregate: str, since: datetime) -> dict[str, float]:
        """The values of all."""
        found: dict[str, float] = {}
        for source in self._sources:
            found.update(source.aggregate(metric, aggregate, since))
        return found

    def series(self, ids: Sequence[str], metric: str, since: datetime) -> Series:
        """The samples of all."""
        found: Series = {}
        for source in self._sources:
            found.update(source.series(ids, metric, since))
        return found


def sample_source(providers: Iterable[Provider]) -> SampleSource:
    """Where the samples of these connections are: a file beside them, or what they keep."""
    sources: list[SampleSource] = []
    for provider in providers:
        path = getattr(provider, "samples_path", None)
        if path is not None:
            sources.append(FileSamples(path, f"{provider.name} samples"))
        elif Capability.METRICS in provider.capabilities:
            sources.append(ProviderSamples(provider))
    if not sources:
        return NoSamples()
    return sources[0] if len(sources) == 1 else JoinedSamples(sources)


class Metrics:
    """Asks the samples; an aggregate is worked out once for each hour.

    A sample's time is the start of the hour that it covers, so a window reaches back whole hours
    from the start of the present one: at 10:40 the last hour is what the samples of 09:00 and
    10:00 say.
    """

    def __init__(self, source: SampleSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._kept: dict[tuple[str, str, str], tuple[Hashable, dict[str, float]]] = {}

    @property
    def source_name(self) -> str:
        """What people are told the source is."""
        return self._source.name

    def read(self, metric: str, aggregate: str = "avg", window: str = "1h") -> dict[str, float]:
        """The value of each machine; one without samples in the window is absent.

        Raises:
            InvalidRequest: there is no such metric, aggregate or window.
        """
        _check(metric, aggregate)
        now = self._clock()
        since = self._since(now, window)
        stamp = (since, self._source.stamp(now))
        key = (metric, aggregate, window)
        kept = self._kept.get(key)
        if kept is None or kept[0] != stamp:
            kept = (stamp, self._source.aggregate(metric, aggregate, since))
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = kept
        return kept[1]

    def series(self, ids: Sequence[str], metric: str, window: str) -> Series:
        """The samples of these machines over the window; gaps are absent, never 0.

        Raises:
            InvalidRequest: there is no such metric or window.
        """
        _check(metric, "avg")
        now = self._clock()
        self._source.stamp(now)
        return self._source.series(ids, metric, self._since(now, window))

    def _since(self, now: datetime, window: str) -> datetime:
        return now.replace(minute=0, second=0, microsecond=0) - window_length(window)


def _check(metric: str, aggregate: str) -> None:
    if metric not in METRIC_NAMES:
        raise InvalidRequest(f"There is no metric {metric!r}.", choices=METRIC_NAMES)
    if aggregate not in AGGREGATES:
        raise InvalidRequest(f"There is no aggregate {aggregate!r}.", choices=tuple(AGGREGATES))
