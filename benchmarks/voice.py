"""How well spoken commands are heard: plans beside those of the same words typed, and how fast.

    python benchmarks/voice.py [HOW_MANY [MODEL]] [-v]

Every sentence of evals/cases/look/speech.jsonl (written by others, for typing) is said by a
synthesised voice at one of three speeds with one of three noises, heard, and planned on the
contract fleet. `recorded` voices are made from people, `robots` by rule. "Seconds" run from the
end of speech to the plan. -v lists every sentence whose plan differs.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from evals.speech.judge import Judge, Verdict, commands, share
from evals.speech.speakers import Manner, installed_voices, manners, say
from tools.settings import load_settings
from ui.voice.ear import Ear, Heard

BAR, BAR_S = 0.9, 1.5


@dataclass(frozen=True, slots=True)
class Row:
    """One command as it was said, heard and planned."""

    said: str
    manner: Manner
    heard: Heard
    verdict: Verdict
    plain: Verdict
    seconds: float


def main() -> None:
    """Say, hear, plan, compare and print."""
    given = [argument for argument in sys.argv[1:] if argument != "-v"]
    rows = measure(int(given[0]) if given else 10_000, given[1] if len(given) > 1 else "")
    if "-v" in sys.argv:
        for row in rows:
            if not row.verdict.same:
                _show(row)
    _report(rows)


def measure(many: int, model: str) -> list[Row]:
    """Hear so many commands, spread over all that there are."""
    said = commands()
    step = max(1, len(said) // many)
    judge = Judge()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder), voice_model=model)
        ear = Ear(settings, judge.rehearsal.control.inventory)
        ear.warm()
        spoken = list(zip(said, manners(installed_voices(), len(said)), strict=True))[::step]
        return [_row(words, manner, ear, judge) for words, manner in spoken]


def _row(words: str, manner: Manner, ear: Ear, judge: Judge) -> Row:
    sound = say(words, manner)
    began = time.perf_counter()
    heard = ear.hear(sound)
    judge.turn(heard.text)
    spent = time.perf_counter() - began
    verdict = judge.judge(words, heard.text, doubtful=bool(heard.question))
    return Row(words, manner, heard, verdict, judge.judge(words, heard.transcript), spent)


def _show(row: Row) -> None:
    voice, noise = row.manner.voice.label, row.manner.noise_db
    print(f"{voice} {noise} | {row.said} | {row.heard.transcript} | {row.heard.text} "
          f"| {row.heard.question} {row.verdict.unsafe}")  # fmt: skip


def _report(rows: list[Row]) -> None:
    by_voice: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_voice[row.manner.voice.label].append(row)
        by_voice["recorded" if row.manner.voice.recorded else "robots"].append(row)
        noise = row.manner.noise_db
        by_voice[f"noise {noise:.0f} dB" if noise else "quiet room"].append(row)
    by_voice["all"] = rows
    print(f"{'voice':20} {'commands':>8} {'same plan':>10} {'without corrector':>18} {'unsafe':>7}")
    for label, some in by_voice.items():
        same, plain = share([r.verdict.same for r in some]), share([r.plain.same for r in some])
        unsafe = sum(bool(r.verdict.unsafe) for r in some)
        print(f"{label:20} {len(some):8} {same:10.1%} {plain:18.1%} {unsafe:7}")
    named = [r for r in rows if r.verdict.names]
    missed = 1 - share([r.verdict.names <= r.verdict.names_heard for r in named])
    before = 1 - share([r.plain.names <= r.plain.names_heard for r in named])
    times = sorted(r.seconds for r in rows)
    print(f"names missed in {len(named)} commands that name machines: {missed:.1%}, "
          f"without the corrector {before:.1%}")  # fmt: skip
    print(f"seconds to the plan: median {statistics.median(times):.2f}, "
          f"95 % within {times[int(len(times) * 0.95)]:.2f}, bar {BAR_S}")  # fmt: skip


if __name__ == "__main__":
    main()
