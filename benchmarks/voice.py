"""How well spoken commands are heard: plans beside those of the same words typed, and how fast.

    python benchmarks/voice.py [HOW_MANY [MODEL]] [-v]

Every sentence of evals/cases/look/speech.jsonl (written by others, for typing) is said twice, by
two synthesised voices at one of three speeds with one of three noises, heard, and planned on the
contract fleet. `network` voices are nearest to a person, `robot` ones are computed by rule. The
ear was tuned on the sentences of the first half (every other one); those of the second were looked
at once. "Seconds" run from the
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
    half: int
    seconds: float
    cpu: float


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
    said, voices, judge = commands(), installed_voices(), Judge()
    spoken = [
        (words, manner, i % 2)
        for again in range(2)
        for i, (words, manner) in enumerate(
            zip(said, manners(voices, len(said), again), strict=True)
        )
    ]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder), voice_model=model)
        ear = Ear(settings, judge.rehearsal.control.world)
        ear.warm()
        chosen = spoken[:: max(1, len(spoken) // many)]
        return [_row(words, manner, half, ear, judge) for words, manner, half in chosen]


def _row(words: str, manner: Manner, half: int, ear: Ear, judge: Judge) -> Row:
    sound = say(words, manner)
    began, cpu = time.perf_counter(), time.process_time()
    heard = ear.hear(sound)
    judge.turn(heard.text)
    spent, cpu = time.perf_counter() - began, time.process_time() - cpu
    verdict = judge.judge(words, heard.text, doubtful=bool(heard.question))
    plain = judge.judge(words, heard.transcript)
    return Row(words, manner, heard, verdict, plain, half, spent, cpu)


def _show(row: Row) -> None:
    voice, noise = row.manner.voice.label, row.manner.noise_db
    print(f"{voice} {noise} | {row.said} | {row.heard.transcript} | {row.heard.text} "
          f"| {row.heard.question} {row.verdict.unsafe}")  # fmt: skip


def _report(rows: list[Row]) -> None:
    by_voice: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_voice[row.manner.voice.label].append(row)
        by_voice[f"any {row.manner.voice.kind}"].append(row)
        noise = row.manner.noise_db
        by_voice[f"noise {noise:.0f} dB" if noise else "quiet room"].append(row)
        by_voice["second half" if row.half else "first half"].append(row)
    by_voice["all"] = rows
    print(f"{'voice':22} {'commands':>8} {'same plan':>10} {'without corrector':>18} "
          f"{'asked':>6} {'unsafe':>7}")  # fmt: skip
    for label, some in sorted(by_voice.items()):
        same, plain = share([r.verdict.same for r in some]), share([r.plain.same for r in some])
        asked = share([bool(r.heard.question) for r in some])
        unsafe = sum(bool(r.verdict.unsafe) for r in some)
        print(f"{label:22} {len(some):8} {same:10.1%} {plain:18.1%} {asked:6.1%} {unsafe:7}")
    named = sum(len(r.verdict.names) for r in rows)
    missed = sum(len(r.verdict.names - r.verdict.names_heard) for r in rows)
    before = sum(len(r.plain.names - r.plain.names_heard) for r in rows)
    print(f"{named} machines were named; missed or misheard {missed / named:.1%}, "
          f"without the corrector {before / named:.1%}")  # fmt: skip
    times = sorted(r.seconds for r in rows)
    print(f"seconds to the plan: median {statistics.median(times):.2f}, "
          f"95 % within {times[int(len(times) * 0.95)]:.2f}, bar {BAR_S}; "
          f"{statistics.mean(r.cpu for r in rows):.2f} processor seconds each")  # fmt: skip


if __name__ == "__main__":
    main()
