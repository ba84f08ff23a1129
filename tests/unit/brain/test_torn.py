"""What is said otherwise in mid-turn stands in place of what it takes back, or is asked about."""

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    [
        "Restart worker-3, no wait, I mean worker-4, please.",
        "restart worker-3 I mean worker-4",
        "restart worker-3, sorry, I meant worker-4",
        "please restart worker-3, hang on, that should be worker-4",
        "restart worker-3, no, worker-4, please",
        "reboot worker-3. Oops, worker-4.",
    ],
)
def test_the_name_said_last_is_meant(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold(said)[-1]) == ("restart_vms", {"worker-4"})


@pytest.mark.parametrize(
    "said", ["stop web-01, and actually web-02 too", "stop web-01, also web-02"]
)
def test_what_comes_on_top_takes_nothing_back(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold(said)[-1]) == ("stop_vms", {"web-01", "web-02"})


@pytest.mark.parametrize(
    ("said", "vcpus"),
    [("resize web-01 to 4 cores, I mean 8", 8), ("give web-01 4 cores, sorry, 8 cores", 8)],
)
def test_the_figure_said_last_is_meant(hold: Hold, said: str, vcpus: int) -> None:
    (call,) = hold(said)[-1].calls
    assert call.args["vcpus"] == vcpus


@pytest.mark.parametrize("said", ["too much, 4", "that's too many. 4", "way too much, make it 4"])
def test_a_complaint_with_a_figure_is_about_the_figure(
    hold: Hold, planned: Planned, said: str
) -> None:
    turn = hold("resize web-01 to 8 cores", said)[-1]
    assert planned(turn) == ("resize_vms", {"web-01"})
    assert turn.calls[0].args["vcpus"] == 4


@pytest.mark.parametrize(
    "said",
    [
        "stop web-01 and restart web-02 at 5pm, sorry, gitlab",
        "stop web-01 and web-02, sorry, web-03",
        "stop web-01, no wait, restart it",
        "stop web-01 and restart web-02, no wait, web-03",
    ],
)
def test_what_is_not_plain_is_asked_about(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    "said",
    [
        "sorry for the noise but stop web-01 please",
        "stop web-01, sorry for the short notice",
        "hold on, stop web-01",
        "stop web-01, I mean now",
    ],
)
def test_regrets_that_take_nothing_back_leave_the_request(
    hold: Hold, planned: Planned, said: str
) -> None:
    assert planned(hold(said)[-1]) == ("stop_vms", {"web-01"})
