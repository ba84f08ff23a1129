"""What people wrote to NovaCron, but for the sentences that `benchmarks/voice.py` says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from evals.case import CONTRACT_FLEET, load_cases
from evals.speech.judge import COMMANDS
from ui.voice.prior import words_of

HERE = Path(__file__).resolve().parents[1]


def unheard() -> Iterator[tuple[str, Path]]:
    """Each sentence and the fleet that it is about; none that has the words of one that is said."""
    tested = {" ".join(words_of(case)) for case in _tested()}
    for say, fleet in _sentences():
        key = " ".join(words_of(say))
        if key and key not in tested:
            yield say, fleet


def _sentences() -> Iterator[tuple[str, Path]]:
    for case in load_cases([HERE / "cases" / "look", HERE / "cases" / "open"]):
        for turn in case.turns:
            yield turn.say, case.fleet
    for path in sorted((HERE / "phrases").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["say"], CONTRACT_FLEET


def _tested() -> Iterator[str]:
    for line in COMMANDS.read_text("utf-8").splitlines():
        for turn in json.loads(line)["turns"]:
            yield turn["say"]
