"""How far `forecast_metric` is off, beside seasonal-naive and others: `python -m evals.forecasts`.

From several origins each way continues a series it has seen only up to there. MASE is the mean
error in units of what repeating the day before is off on the part that was seen; coverage is the
share of hours inside the range that should hold nine in ten.
"""

from __future__ import annotations

import csv
import statistics
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from evals.series import NOISES, labelled
from tools.forecast import FAST, forecast

SEED = 2027
CONTRACT = Path(__file__).parent / "fleets" / "contract" / "metrics.csv"
COLUMNS = {"cpu_pct": 100.0, "memory_pct": 100.0, "disk_used_pct": 100.0, "network_mbps": 1e9}

Points = list[tuple[datetime, float]]
Ahead = tuple[list[float], list[float], list[float]]
Way = Callable[[Points, int, float], Ahead]


@dataclass
class Errors:
    """What one way was off over all series and origins."""

    mase: list[float] = field(default_factory=list[float])
    smape: list[float] = field(default_factory=list[float])
    inside: list[float] = field(default_factory=list[float])
    milliseconds: list[float] = field(default_factory=list[float])


def novacron(points: Points, hours: int, ceiling: float) -> Ahead:
    """What the tool uses for a few machines."""
    return _of(forecast(points, hours, 0, ceiling))


def fast(points: Points, hours: int, ceiling: float) -> Ahead:
    """What the tool uses for many machines."""
    return _of(forecast(points, hours, 0, ceiling, ways=FAST))


def _of(made: Any) -> Ahead:
    _, expected, low, high = zip(*made.points, strict=True)
    return list(expected), list(low), list(high)


def library(make: Callable[[int], Any]) -> Way:
    """A model of statsforecast as it comes."""

    def ahead(points: Points, hours: int, ceiling: float) -> Ahead:
        values = np.array([value for _, value in points])
        found = make(len(values)).forecast(y=values, h=hours, level=[90])
        return tuple(np.clip(found[k], 0, ceiling).tolist() for k in ("mean", "lo-90", "hi-90"))  # type: ignore[return-value]

    return ahead


def ways() -> dict[str, Way]:
    """Every way by name."""
    from statsforecast.models import MSTL, AutoETS, AutoTheta, SeasonalNaive

    def seasons(length: int) -> list[int]:
        return [24, 168] if length >= 504 else [24]

    return {
        "NovaCron, a few machines": novacron,
        "NovaCron, many machines": fast,
        "seasonal-naive": library(lambda _: SeasonalNaive(24)),
        "AutoETS": library(lambda _: AutoETS(season_length=24)),
        "AutoTheta": library(lambda _: AutoTheta(season_length=24)),
        "MSTL, ETS on the rest": library(
            lambda n: MSTL(seasons(n), trend_forecaster=AutoETS(model="ZZN"))
        ),
    }


def contract_series() -> Iterator[tuple[Points, float]]:
    """Every whole week of the contract's fleet: a metric of a machine each."""
    found: dict[tuple[str, str], Points] = defaultdict(list)
    with CONTRACT.open(newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["time"])
            for column in COLUMNS:
                if row[column]:
                    found[row["vm_id"], column].append((at, float(row[column])))
    for (_, column), points in sorted(found.items()):
        if len(points) == 168 and len({value for _, value in points}) > 1:
            yield points, COLUMNS[column]


def made_series(seed: int, each: int) -> Iterator[tuple[Points, float]]:
    """Healthy made-up series of four weeks."""
    for case in labelled(seed, each, 504, 168):
        if case.kind == "healthy":
            yield case.points, 1e9


def measure(
    way: Way, series: Sequence[tuple[Points, float]], origins: Sequence[int], hours: int
) -> Errors:
    """Continue each series from each origin."""
    total = Errors()
    for points, ceiling in series:
        for origin in origins:
            seen, later = points[:origin], points[origin : origin + hours]
            values = np.array([value for _, value in seen])
            actual = np.array([value for _, value in later])
            began = time.process_time()
            expected, low, high = (np.array(v)[: len(actual)] for v in way(seen, hours, ceiling))
            total.milliseconds.append((time.process_time() - began) * 1000)
            scale = max(float(np.mean(np.abs(values[24:] - values[:-24]))), 0.01)
            error = np.abs(expected - actual)
            total.mase.append(float(np.mean(error)) / scale)
            both = np.maximum(np.abs(expected) + np.abs(actual), 1e-9)
            total.smape.append(float(np.mean(200 * error / both)))
            total.inside.append(float(np.mean((actual >= low - 1e-9) & (actual <= high + 1e-9))))
    return total


def main(sparse: bool) -> None:
    """Print the tables that docs/metrics.md shows."""
    warnings.filterwarnings("ignore")
    every = 6 if sparse else 1
    contract = list(contract_series())[::every]
    made = list(made_series(SEED + sparse, 2 if sparse else 6))[::2]
    tables = {
        f"The contract's fleet: {len(contract)} series of a week, a day ahead": (
            contract, (96, 120, 144), 24,
        ),
        f"Made up: {len(made)} healthy series of four weeks ({', '.join(NOISES)} noise), "
        "a day ahead": (made, (480, 564, 640), 24),
        "The same, a week ahead": (made, (504,), 160),
    }  # fmt: skip
    out = sys.stdout
    for title, (series, origins, hours) in tables.items():
        heads = ("way", "MASE", "median MASE", "sMAPE %", "inside 90 %", "CPU ms each")
        out.write(f"\n{title}\n\n| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n")
        for name, way in ways().items():
            got = measure(way, series, origins, hours)
            out.write(
                f"| {name} | {statistics.fmean(got.mase):.3f} | {statistics.median(got.mase):.3f} "
                f"| {statistics.fmean(got.smape):.1f} | {statistics.fmean(got.inside):.2f} "
                f"| {statistics.fmean(got.milliseconds):.0f} |\n"
            )
            out.flush()


if __name__ == "__main__":
    main("--sparse" in sys.argv)
