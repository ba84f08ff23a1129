"""Open questions after the fleet ask for what is unusual."""

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize(
    ("said", "machines"),
    [
        ("is everything ok?", 68),
        ("Good morning, anything I should know?", 68),
        ("any problems right now?", 68),
        ("how's the fleet doing today", 68),
        ("give me a quick status report please", 68),
        ("what needs my attention?", 68),
        ("is everything fine in prod?", 45),
        ("health check on the databases", 7),
    ],
)
def test_what_is_unusual_is_shown(hold: Hold, said: str, machines: int) -> None:
    (call,) = hold(said)[-1].calls
    assert call.tool == "find_anomalies"
    assert len(call.targets) == machines


@pytest.mark.parametrize("said", ["is everything stopped?", "status of web-01", "is web-01 ok?"])
def test_a_plain_question_stays_what_it_is(hold: Hold, said: str) -> None:
    assert all(call.tool != "find_anomalies" for call in hold(said)[-1].calls)


@pytest.mark.parametrize(
    ("said", "symptom"),
    [
        ("the console of web-01 shows kernel panic, what now?", "panic"),
        ("the disk of nfs-01 is almost full, what should I do?", "full"),
    ],
)
def test_what_to_do_about_a_machine_is_diagnosed(hold: Hold, said: str, symptom: str) -> None:
    (call,) = hold(said)[-1].calls
    assert call.tool == "diagnose_vms"
    assert symptom in call.args["symptom"]
