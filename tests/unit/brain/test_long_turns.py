"""The longest turn that is read takes its length, not the square of it."""

import pytest

from tests.unit.brain.conftest import Hold

LENGTH = 19_000
RUNS = {
    "dots": ".", "commas": ", ", "regrets": " no,", "dashes": "a-", "prepositions": "for ",
    "spaces": " ", "names": "a.", "tickets": "for INC-1 ",
    "rows": "INC-1, ",
}  # fmt: skip


@pytest.mark.timeout(60)  # seconds where it is quadratic, hours where it is worse
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_a_run_of_signs_ends(hold: Hold, run: str) -> None:
    turn = hold(f"stop web-01 {run * (LENGTH // len(run))}x 1 no")[-1]
    assert turn.reply
