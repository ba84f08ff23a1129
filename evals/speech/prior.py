"""Counts the words of commands for the ear: `python -m evals.speech.prior`, seconds.

It reads what people wrote in `evals/cases/look` and `open` and in `evals/phrases`. The sentences
that `benchmarks/voice.py` says are left out, and so is every other that has the same words.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from agent.brains.embedded.site import build_site
from evals.case import CONTRACT_FLEET, load_cases
from evals.speech.judge import COMMANDS
from tools.control import connect
from tools.settings import load_settings
from ui.voice.prior import BEGIN, END, kind_of, packed_of, parts_of, words_of

HERE = Path(__file__).resolve().parents[1]
MADE = HERE.parent / "ui" / "voice" / "prior.json.gz"


def sentences() -> Iterator[tuple[str, Path]]:
    """Each sentence and the fleet that it is about."""
    for case in load_cases([HERE / "cases" / "look", HERE / "cases" / "open"]):
        for turn in case.turns:
            yield turn.say, case.fleet
    for path in sorted((HERE / "phrases").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["say"], CONTRACT_FLEET


def main() -> None:
    """Count and write."""
    tested = {" ".join(words_of(case)) for case in _tested()}
    names: dict[Path, frozenset[str]] = {}
    seen: Counter[tuple[tuple[str, ...], str]] = Counter()
    many = 0
    for say, fleet in sentences():
        words = words_of(say)
        if not words or " ".join(words) in tested:
            continue
        many += 1
        if fleet not in names:
            names[fleet] = _parts(fleet)
        row = [BEGIN, BEGIN, *(kind_of(word, names[fleet]) for word in words), END]
        for i in range(2, len(row)):
            for past in ((), (row[i - 1],), (row[i - 2], row[i - 1])):
                seen[past, row[i]] += 1
    MADE.write_bytes(packed_of((past, word, often) for (past, word), often in seen.items()))
    print(f"{MADE.name}: {many} sentences, {MADE.stat().st_size:,} bytes")  # noqa: T201


def _tested() -> Iterator[str]:
    for line in COMMANDS.read_text("utf-8").splitlines():
        for turn in json.loads(line)["turns"]:
            yield turn["say"]


def _parts(fleet: Path) -> frozenset[str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            data_dir=Path(folder), fleet=fleet, libvirt_uris="none", discover=False
        )
        control, _ = connect(settings)
        return parts_of(build_site(control.inventory)).words


if __name__ == "__main__":
    main()
