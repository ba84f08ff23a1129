"""Metrics of machines: hourly samples from where they live, and aggregates over a window.

One interface over sources: a file or folder of samples, what a provider keeps, Prometheus. A gap
is an absent value in all of them, never a zero.
"""

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

_KEPT_VALUES = 4_000_000
"""So many values are kept over all questions: about 300 MB at most."""
_LIVE_FOR = timedelta(minutes=1)
_FAILED_FOR = timedelta(seconds=1)


class SampleSource(Protocol):
    """Where samples come from."""

    @property
    def name(self) -> str:
        """What people are told the source is."""
        ...

    def stamp(self, now: datetime) -> Hashable:
        """Changes whenever what the source would answer may have changed."""
        ...

    def problems(self) -> tuple[str, ...]:
        """What could not be read when it was last asked, a sentence each."""
        ...

    def aggregate(
        self, metric: str, aggregate: str, since: datetime, until: datetime | None = None
    ) -> dict[str, float]:
        """One value for each machine that has a sample at `since` or later, before `until`."""
        ...

    def series(
        self, ids: Sequence[str], metric: str, since: datetime, until: datetime | None = None
    ) -> Series:
        """The samples of these machines at `since` or later and before `until`, by time."""
        ...


class NoSamples:
    """A source that has none."""

    name = "no samples"

    def stamp(self, now: datetime) -> Hashable:
        """It never changes."""
        return None

    def problems(self) -> tuple[str, ...]:
        """None."""
        return ()

    def aggregate(
        self, metric: str, aggregate: str, since: datetime, until: datetime | None = None
    ) -> dict[str, float]:
        """Nothing."""
        return {}

    def series(
        self, ids: Sequence[str], metric: str, since: datetime, until: datetime | None = None
    ) -> Series:
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


def reduced(series: Series, aggregate: str) -> dict[str, float]:
    """One figure for each series."""
    reduce = AGGREGATES[aggregate]
    return {i: reduce([value for _, value in points]) for i, points in series.items()}


class ProviderSamples:
    """The samples that one provider keeps itself, asked at most once a minute."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._read: dict[tuple[Hashable, datetime], list[Sample]] = {}
        self._now_stamp: Hashable = None
        self._problem = ""
        self._failures = 0
        self.name = f"{provider.name} samples"

    def stamp(self, now: datetime) -> Hashable:
        """The present minute; where the last reading failed, the present second.

        What a failure left out is never taken for an answer later on.
        """
        length_s = (_FAILED_FOR if self._problem else _LIVE_FOR).total_seconds()
        self._now_stamp = self._failures, length_s, int(now.timestamp() // length_s)
        return self._now_stamp

    def problems(self) -> tuple[str, ...]:
        """Why the provider gave none, where it failed."""
        return (self._problem,) if self._problem else ()

    def aggregate(
        self, metric: str, aggregate: str, since: datetime, until: datetime | None = None
    ) -> dict[str, float]:
        """One value for each machine that has a sample at `since` or later, before `until`."""
        return reduced(self._series(metric, since, until), aggregate)

    def series(
        self, ids: Sequence[str], metric: str, since: datetime, until: datetime | None = None
    ) -> Series:
        """The samples of these machines at `since` or later and before `until`, by time."""
        wanted = set(ids)
        return {i: p for i, p in self._series(metric, since, until).items() if i in wanted}

    def _series(self, metric: str, since: datetime, until: datetime | None) -> Series:
        found: Series = {}
        for sample in self._samples(since):
            value = getattr(sample, metric)
            is_within = sample.time >= since and (until is None or sample.time < until)
            if value is not None and is_within:
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
                self._problem = ""
            except NovaError as error:
                samples = []  # an absent reading is shown as such; it is no reason to fail
                self._problem = f"{self.name} could not be read: {error.message}"
                self._failures += 1
            self._read = {k: v for k, v in self._read.items() if k[0] == self._now_stamp}
            self._read[key] = samples
        return self._read[key]


class JoinedSamples:
    """Several sources as one; of a machine that several know, the last one's samples count."""

    def __init__(self, sources: Sequence[SampleSource]) -> None:
        self._sources = tuple(sources)
        self.name = ", ".join(source.name for source in self._sources)

    def stamp(self, now: datetime) -> Hashable:
        """The stamps of all."""
        return tuple(source.stamp(now) for source in self._sources)

    def problems(self) -> tuple[str, ...]:
        """The problems of all."""
        return tuple(problem for source in self._sources for problem in source.problems())

    def aggregate(
        self, metric: str, aggregate: str, since: datetime, until: datetime | None = None
    ) -> dict[str, float]:
        """The values of all."""
        found: dict[str, float] = {}
        for source in self._sources:
            found.update(source.aggregate(metric, aggregate, since, until))
        return found

    def series(
        self, ids: Sequence[str], metric: str, since: datetime, until: datetime | None = None
    ) -> Series:
        """The samples of all."""
        found: Series = {}
        for source in self._sources:
            found.update(source.series(ids, metric, since, until))
        return found


class KeptAndLive:
    """What was kept of a provider that keeps nothing itself, and its present reading after it."""

    def __init__(self, kept: SampleSource, live: SampleSource) -> None:
        self._kept = kept
        self._live = live
        self.name = live.name

    def stamp(self, now: datetime) -> Hashable:
        """The stamps of both."""
        return self._kept.stamp(now), self._live.stamp(now)

    def problems(self) -> tuple[str, ...]:
        """The problems of both."""
        return (*self._kept.problems(), *self._live.problems())

    def aggregate(
        self, metric: str, aggregate: str, since: datetime, until: datetime | None = None
    ) -> dict[str, float]:
        """One value for each machine that either knows, over the samples of both."""
        found = dict(self._kept.aggregate(metric, aggregate, since, until))
        live = self._live.aggregate(metric, "last", since, until)
        found.update(reduced(self.series(list(live), metric, since, until), aggregate))
        return found

    def series(
        self, ids: Sequence[str], metric: str, since: datetime, until: datetime | None = None
    ) -> Series:
        """What was kept, and what is read now of hours that were not kept."""
        found = self._kept.series(ids, metric, since, until)
        for machine_id, points in self._live.series(ids, metric, since, until).items():
            before = found.setdefault(machine_id, [])
            latest = before[-1][0] if before else None
            before += [point for point in points if latest is None or point[0] > latest]
        return found


def sample_source(
    providers: Iterable[Provider],
    kept: SampleSource | None = None,
    further: Sequence[SampleSource] = (),
) -> SampleSource:
    """Where the samples of these connections are.

    Args:
        providers: a file beside each, or what it keeps itself.
        kept: what NovaCron sampled of those that keep nothing.
        further: sources that come before the providers' own, such as Prometheus.
    """
    sources: list[SampleSource] = []
    forgetful: list[SampleSource] = []
    for provider in providers:
        path = getattr(provider, "samples_path", None)
        if path is not None:
            sources.append(FileSamples(path, f"{provider.name} samples"))
        elif Capability.METRICS in provider.capabilities:
            is_lost = kept is not None and not provider.keeps_samples
            (forgetful if is_lost else sources).append(ProviderSamples(provider))
    if forgetful and kept is not None:
        sources.append(KeptAndLive(kept, _joined(forgetful)))
    return _joined([*sources, *further])


def _joined(sources: Sequence[SampleSource]) -> SampleSource:
    if not sources:
        return NoSamples()
    return sources[0] if len(sources) == 1 else JoinedSamples(sources)


class Metrics:
    """Asks the samples; an aggregate is worked out once for each hour.

    A sample's time is the start of the hour that it covers, so a window reaches back whole hours
    from the start of the present one: at 10:40 the last hour is what the samples of 09:00 and
    10:00 say. The same window `ago` is moved back as a whole: at 10:40, 24h ago, it is what the
    samples of 09:00 and 10:00 of the day before say.
    """

    def __init__(self, source: SampleSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._kept: dict[tuple[str, str, str, str], tuple[Hashable, dict[str, float]]] = {}

    @property
    def source_name(self) -> str:
        """What people are told the source is."""
        return self._source.name

    def problems(self) -> tuple[str, ...]:
        """What could not be read when it was last asked, a sentence each."""
        return self._source.problems()

    def read(
        self, metric: str, aggregate: str = "avg", window: str = "1h", ago: str | None = None
    ) -> dict[str, float]:
        """The value of each machine; one without samples in the window is absent.

        Args:
            metric: cpu, memory, disk, network or iops.
            aggregate: avg, max, min, p95 or last.
            window: how far back.
            ago: the window as it was so much earlier, such as 24h or 7d.

        Raises:
            InvalidRequest: there is no such metric, aggregate or window.
        """
        _check(metric, aggregate)
        now = self._clock()
        since, until = self._window(now, window, ago)
        stamp = (since, self._source.stamp(now))
        key = (metric, aggregate, window, ago or "")
        kept = self._kept.get(key)
        if kept is None or kept[0] != stamp:
            kept = (stamp, self._source.aggregate(metric, aggregate, since, until))
            self._keep(key, kept)
        return kept[1]

    def series(
        self, ids: Sequence[str], metric: str, window: str, ago: str | None = None
    ) -> Series:
        """The samples of these machines over the window; gaps are absent, never 0.

        Raises:
            InvalidRequest: there is no such metric or window.
        """
        _check(metric, "avg")
        now = self._clock()
        self._source.stamp(now)
        return self._source.series(ids, metric, *self._window(now, window, ago))

    def _window(
        self, now: datetime, window: str, ago: str | None
    ) -> tuple[datetime, datetime | None]:
        since = now.replace(minute=0, second=0, microsecond=0) - window_length(window)
        if ago is None:
            return since, None
        return since - window_length(ago), now - window_length(ago)

    def _keep(
        self, key: tuple[str, str, str, str], kept: tuple[Hashable, dict[str, float]]
    ) -> None:
        self._kept.pop(key, None)
        room = _KEPT_VALUES - len(kept[1])
        held = sum(1 + len(values) for _, values in self._kept.values())
        while self._kept and held > room:
            oldest = next(iter(self._kept))
            held -= 1 + len(self._kept.pop(oldest)[1])
        self._kept[key] = kept


def _check(metric: str, aggregate: str) -> None:
    if metric not in METRIC_NAMES:
        raise InvalidRequest(f"There is no metric {metric!r}.", choices=METRIC_NAMES)
    if aggregate not in AGGREGATES:
        raise InvalidRequest(f"There is no aggregate {aggregate!r}.", choices=tuple(AGGREGATES))
