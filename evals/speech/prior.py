"""Counts the words of commands for the ear: `python -m evals.speech.prior`, seconds.

It reads what people wrote in `evals/cases/look` and `open` and in `evals/phrases`, as they wrote it
and as it is said aloud (`evals.speech.spoken`). The sentences that `benchmarks/voice.py` says are
left out, and so is every other that has the same words.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from agent.brains.embedded.site import build_site
from evals.speech.spoken import spoken
from evals.speech.typed import HERE, unheard
from tools.control import connect
from tools.settings import load_settings
from ui.voice.prior import BEGIN, END, kind_of, packed_of, parts_of, words_of

MADE = HERE.parent / "ui" / "voice" / "prior.json.gz"
Seen = Counter[tuple[tuple[str, ...], str]]


def main() -> None:
    """Count and write."""
    names: dict[Path, frozenset[str]] = {}
    seen: Seen = Counter()
    chance = random.Random(1)
    many = 0
    for say, fleet in unheard():
        many += 1
        if fleet not in names:
            names[fleet] = _parts(fleet)
        _count(words_of(say), names[fleet], seen)
        said = spoken(say, fleet, chance)
        if said is not None:
            _count(said.words.split(), frozenset(" ".join(said.names).split()), seen)
    MADE.write_bytes(packed_of((past, word, often) for (past, word), often in seen.items()))
    print(f"{MADE.name}: {many} sentences, {MADE.stat().st_size:,} bytes")  # noqa: T201


def _count(words: Iterable[str], names: frozenset[str], seen: Seen) -> None:
    row = [BEGIN, BEGIN, *(kind_of(word, names) for word in words), END]
    for i in range(2, len(row)):
        for past in ((), (row[i - 1],), (row[i - 2], row[i - 1])):
            seen[past, row[i]] += 1


def _parts(fleet: Path) -> frozenset[str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            data_dir=Path(folder), fleet=fleet, libvirt_uris="none", discover=False
        )
        control, _ = connect(settings)
        return parts_of(build_site(control.inventory)).words


if __name__ == "__main__":
    main()
