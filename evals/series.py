"""Made-up hourly series with labelled anomalies: what `find_anomalies` is scored on.

A series has a level, a daily course, perhaps quieter weekends, perhaps a trend, and noise that
hangs together from hour to hour. Into its last days one anomaly of a kind is put, or none.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
Kind = Literal["healthy", "spike", "shift", "drift", "dropout", "season"]
KINDS: tuple[Kind, ...] = ("healthy", "spike", "shift", "drift", "dropout", "season")
NOISES = {"low": 0.02, "middle": 0.05, "high": 0.10}
"""The noise's standard deviation as a share of the level and its course together."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """One series: its kind, its hourly points up to `NOW`, when the anomaly is, when to look."""

    kind: Kind
    noise: str
    points: list[tuple[datetime, float]]
    since: datetime
    start: datetime | None = None
    end: datetime | None = None


def labelled(seed: int, each: int, history_h: int, window_h: int) -> Iterator[Labelled]:
    """So many series of each kind and noise; healthy ones are as many as all others together.

    Args:
        seed: the same seed gives the same series.
        each: how many of each kind and noise.
        history_h: hours of samples before the window.
        window_h: hours that are looked at, in which the anomaly begins.
    """
    chance = random.Random(seed)
    for kind in KINDS:
        for noise in NOISES:
            for _ in range(each * (len(KINDS) - 1) if kind == "healthy" else each):
                yield _make(chance, kind, noise, history_h, window_h)


def _make(chance: random.Random, kind: Kind, noise: str, history_h: int, window_h: int) -> Labelled:
    total = history_h + window_h
    numbers = np.random.default_rng(chance.getrandbits(32))
    now = NOW - timedelta(hours=chance.randrange(168))  # any day of the week
    first = now - timedelta(hours=total)
    hours = np.arange(total) + int(first.timestamp() // 3600)
    level, swing = chance.uniform(15, 60), chance.uniform(0, 0.6)
    course = np.cos((hours - chance.randrange(24)) * np.pi / 12)
    is_weekend = (hours // 24 + 4) % 7 % 6 == 0
    weekend = np.where(is_weekend, chance.choice((1.0, 1.0, 0.5)), 1.0)
    trend = level * chance.choice((0, 0, 0, 0.004)) * np.arange(total) / 24
    clean = level * (1 + swing * course) * weekend + trend
    sigma = NOISES[noise] * level * (1 + swing)
    values = clean + sigma * _noise(numbers, total, chance.choice((0.0, 0.4, 0.7)))
    start = end = None
    if kind != "healthy":
        start, end = _when(chance, kind, history_h, window_h)
        _spoil(chance, kind, values, clean, sigma, start, end)
    # a few samples are always lost
    points = [
        (first + timedelta(hours=i), float(max(0.0, v)))
        for i, v in enumerate(values.tolist())
        if chance.random() > 0.01
    ]
    since = now - timedelta(hours=window_h)
    if start is None or end is None:
        return Labelled(kind, noise, points, since)
    return Labelled(
        kind, noise, points, since, first + timedelta(hours=start), first + timedelta(hours=end)
    )


def _noise(numbers: np.random.Generator, count: int, memory: float) -> Values:
    """Noise of deviation 1 in which each hour keeps a part of the one before; rarely a jolt."""
    steps = numbers.standard_normal(count)
    steps[numbers.random(count) < 0.005] *= 2
    found = np.empty(count)
    last = 0.0
    for i, step in enumerate(steps.tolist()):
        last = memory * last + (1 - memory**2) ** 0.5 * step
        found[i] = last
    return found


def _when(chance: random.Random, kind: Kind, history_h: int, window_h: int) -> tuple[int, int]:
    lengths = {"spike": (1, 2), "shift": (8, 24), "drift": (20, 24), "dropout": (2, 8),
               "season": (20, 24)}  # fmt: skip
    low, high = lengths[kind]
    length = min(chance.randint(low, high), window_h)
    start = history_h + chance.randint(0, window_h - length)
    return start, start + length


def _spoil(
    chance: random.Random, kind: Kind, values: Values, clean: Values, sigma: float,
    start: int, end: int,
) -> None:  # fmt: skip
    """Put the anomaly in; its size is in the noise's deviations, so that it can be told from it."""
    sign = chance.choice((1, 1, -1))
    run = slice(start, end)
    if kind == "spike":
        values[run] += chance.uniform(8, 16) * sigma
    elif kind == "shift":
        values[run] += sign * chance.uniform(4, 8) * sigma
    elif kind == "drift":
        values[run] += sign * np.linspace(0, chance.uniform(7, 12), end - start) * sigma
    elif kind == "dropout":
        values[run] = np.abs(values[run] * chance.uniform(0, 0.05))
    else:
        moved = np.roll(clean, chance.choice((8, 12, -8)))[run] - clean[run]
        flat = np.mean(clean[run]) - clean[run]
        change = moved if chance.random() < 0.6 else flat
        size = float(np.max(np.abs(change)))
        least = chance.uniform(6, 10) * sigma
        values[run] += change if size >= least else change * least / max(size, 1e-9)
