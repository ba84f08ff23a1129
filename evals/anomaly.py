"""How often `find_anomalies` is right, beside plainer ways: `python -m evals.anomaly`.

Thresholds were chosen on the seeds of `DEV`; what is printed and published is of `SCORE`.
"""

from __future__ import annotations

import importlib
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from evals.series import KINDS, NOISES, Labelled, Values, labelled
from tools.anomalies import oddities

DEV, SCORE = 11, 2027
SETTINGS = {"3 weeks before, 7 days looked at": (504, 168), "6 days before, 1 day": (144, 24)}
_SLACK = timedelta(hours=1)

Span = tuple[datetime, datetime]
Finder = Callable[[Sequence[tuple[datetime, float]], datetime], list[Span]]


@dataclass
class Score:
    """What a finder got right: anomalies found of those that are, runs right of those told."""

    found: int = 0
    labelled: int = 0
    right: int = 0
    told: int = 0
    quiet: int = 0
    healthy: int = 0
    by_kind: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def precision(self) -> float:
        """The share of what it told that was an anomaly."""
        return self.right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        """The share of the anomalies that it told of."""
        return self.found / self.labelled if self.labelled else 1.0


def novacron(points: Sequence[tuple[datetime, float]], since: datetime) -> list[Span]:
    """What the tool uses."""
    return [(odd.start, odd.end) for odd in oddities(points, since, "cpu")]


def three_sigma(points: Sequence[tuple[datetime, float]], since: datetime) -> list[Span]:
    """Further than three standard deviations from the mean of all before."""
    before = [value for time, value in points if time < since]
    mean, spread = statistics.fmean(before), statistics.stdev(before)
    return _spans([t for t, v in points if t >= since and abs(v - mean) > 3 * spread])


def same_hour(points: Sequence[tuple[datetime, float]], since: datetime) -> list[Span]:
    """Further than 4.5 median deviations from the median of the hours of the day around it."""
    by_hour: dict[int, list[float]] = defaultdict(list)
    for time, value in points:
        if time < since:
            by_hour[time.hour].append(value)
    found: list[datetime] = []
    for time, value in points:
        if time >= since:
            near = [v for h in (-1, 0, 1) for v in by_hour[(time.hour + h) % 24]]
            usual = statistics.median(near)
            spread = 1.4826 * statistics.median(abs(v - usual) for v in near)
            if abs(value - usual) > 4.5 * max(spread, 2.5, 0.1 * abs(usual)):
                found.append(time)
    return _spans(found)


def stl(points: Sequence[tuple[datetime, float]], since: datetime) -> list[Span]:
    """What a robust STL of all leaves over, further than 5 of its median deviations."""
    module: Any = importlib.import_module("statsmodels.tsa.seasonal")
    start = points[0][0]
    hours = [round((time - start) / timedelta(hours=1)) for time, _ in points]
    values = np.interp(np.arange(hours[-1] + 1), hours, [value for _, value in points])
    fitted = module.STL(values, period=24, robust=True).fit()
    left: Values = np.asarray(fitted.resid)
    spread = max(1.4826 * float(np.median(np.abs(left - np.median(left)))), 1.0)
    odd = [start + timedelta(hours=i) for i in np.flatnonzero(np.abs(left) > 5 * spread).tolist()]
    return _spans([time for time in odd if time >= since])


FINDERS: dict[str, Finder] = {
    "NovaCron": novacron,
    "median of the hour, MAD": same_hour,
    "robust STL, MAD": stl,
    "mean, 3 sigma": three_sigma,
}


def score(finder: Finder, cases: Sequence[Labelled]) -> Score:
    """Judge a finder: a run is right where it meets the anomaly, an hour around it counting."""
    total = Score()
    for case in cases:
        spans = finder(case.points, case.since)
        total.told += len(spans)
        if case.start is None or case.end is None:
            total.healthy += 1
            total.quiet += not spans
            continue
        begin, finish = case.start - _SLACK, case.end + _SLACK
        right = [1 for start, end in spans if start < finish and end > begin]
        total.labelled += 1
        total.found += bool(right)
        total.right += len(right)
        total.by_kind[case.kind].append(bool(right))
        total.by_kind[f"noise {case.noise}"].append(bool(right))
    return total


def main(seed: int, each: int) -> None:
    """Print the tables that docs/metrics.md shows."""
    out = sys.stdout
    for name, (history_h, window_h) in SETTINGS.items():
        cases = list(labelled(seed, each, history_h, window_h))
        out.write(f"\n{name}: {len(cases)} series, seed {seed}\n\n")
        kinds = [*KINDS[1:], *(f"noise {noise}" for noise in NOISES)]
        heads = ["finder", "precision", "recall", "healthy and quiet", *kinds]
        out.write(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n")
        for label, finder in FINDERS.items():
            got = score(finder, cases)
            cells = [f"{got.precision:.3f}", f"{got.recall:.3f}", f"{got.quiet / got.healthy:.3f}"]
            cells += [f"{statistics.fmean(got.by_kind[kind]):.2f}" for kind in kinds]
            out.write(f"| {label} | {' | '.join(cells)} |\n")


def _spans(times: Sequence[datetime]) -> list[Span]:
    spans: list[Span] = []
    for time in times:
        if spans and time - spans[-1][1] <= timedelta(hours=1):
            spans[-1] = (spans[-1][0], time + timedelta(hours=1))
        else:
            spans.append((time, time + timedelta(hours=1)))
    return spans


if __name__ == "__main__":
    dev = "--dev" in sys.argv
    main(DEV if dev else SCORE, 8 if dev else 40)
