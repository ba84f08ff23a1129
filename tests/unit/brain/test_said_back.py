"""What is said back, asked for another, set aside or told as a reason, while something waits."""

import pytest

from tests.unit.brain.conftest import Hold, Planned

MAKES = "new vm: 4 vCPU, 8 GB, debian-12, region ap-south-1, name probe-1"


@pytest.mark.parametrize(
    ("said", "region"),
    [
        ("No such region? Then eu-west-1.", "eu-west-1"),
        ("we have no region there? put it in eu-west-1 then", "eu-west-1"),
        ("oh we don't have that? frankfurt then", "fra1"),
        ("ok not available. us-east-1 will do", "us-east-1"),
    ],
)
def test_a_refusal_said_back_hides_no_answer(hold: Hold, said: str, region: str) -> None:
    turn = hold(MAKES, said)[-1]
    assert turn.outcome == "confirm"
    assert (turn.calls[0].args["name"], turn.calls[0].args["region"]) == ("probe-1", region)


@pytest.mark.parametrize("said", ["there's no web-09? I meant web-06", "not there? web-06 then"])
def test_an_unknown_name_said_back_is_not_asked_about_again(
    hold: Hold, planned: Planned, said: str
) -> None:
    assert planned(hold("restart web-09", said)[-1]) == ("restart_vms", {"web-06"})


@pytest.mark.parametrize(
    "said",
    [
        "Oh and before that, Tomas wonders how much disk it has",
        "wait, before you do it, the boss asks who owns it",
        "one quick question first: Dana asks which region it is in",
        "before you go ahead, my manager is asking how many cores it has",
    ],
)
def test_what_another_asks_is_answered_and_the_plan_waits(hold: Hold, said: str) -> None:
    asked, done = hold("start vdi-104", said, "go ahead")[1:]
    assert (asked.outcome, asked.calls[0].tool) == ("answer", "describe_vms")
    assert done.outcome == "done"


@pytest.mark.parametrize(
    "said",
    [
        "On reflection, please disregard my request. Tomas may still need it.",
        "kindly ignore my earlier instruction. We will do it after the audit.",
        "I would like to withdraw my request. Nadia is still testing.",
        "disregard my previous message, the customer still needs it",
        "please ignore what i just asked",
    ],
)
def test_a_request_is_withdrawn_in_any_words(hold: Hold, said: str) -> None:
    assert hold("stop web-03", said)[-1].outcome == "cancelled"


@pytest.mark.parametrize(
    "said", ["disregard my request for web-04", "withdraw web-04 please", "take back web-04"]
)
def test_a_part_of_it_is_withdrawn(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold("stop web-03 and web-04", said)[-1]) == ("stop_vms", {"web-03"})


@pytest.mark.parametrize(
    "said", ["forget web-05", "forget web-05 and stop web-06", "cancel web-05", "skip 05"]
)
def test_what_the_plan_does_not_touch_never_comes_to_it(hold: Hold, said: str) -> None:
    assert hold("stop web-03 and web-04", said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    "said",
    [
        "My apologies, kindly leave out the vdi desktops, as they will still be in use.",
        "kindly do not include the vdi machines, since they are in use",
        "Apologies. Please spare the vdi machines, as the exam runs until nine.",
        "eh, not the vdi machines, the nightly patching runs there",
    ],
)
def test_why_something_is_left_out_changes_nothing_else(hold: Hold, said: str) -> None:
    waits, fewer = hold("stop the qa machines at 6 pm today", said)
    assert fewer.calls[0].when == waits.calls[0].when
    assert len(fewer.calls[0].targets) == 1


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("no, not that one. web-04, 100 gb", {"web-04"}),
        ("100, and i meant web-04 sorry", {"web-04"}),
        ("100 gb, web-04 too", {"web-03", "web-04"}),
    ],
)
def test_a_machine_named_beside_the_argument_is_heard(
    hold: Hold, planned: Planned, said: str, names: set[str]
) -> None:
    assert planned(hold("add a disk to web-03", said)[-1]) == ("attach_disk", names)


def test_another_machine_beside_the_argument_is_asked_about(hold: Hold) -> None:
    assert hold("add a disk to web-03", "web-04, 100 gb")[-1].outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "place"),
    [("eu one obviously", "eu-west-1"), ("us, clearly", "us-central1"), ("gcp duh", "us-central1")],
)
def test_one_of_a_name_is_told_by_its_place(hold: Hold, said: str, place: str) -> None:
    (call,) = hold("reboot bastion", said)[-1].calls
    assert [target.split("/")[1] for target in call.targets] == [place]


@pytest.mark.parametrize("said", ["Diolch yn fawr, you're a star", "terima kasih", "salamat po"])
def test_thanks_in_other_languages(hold: Hold, said: str) -> None:
    assert hold("restart web-03", "yes", said)[-1].outcome == "answer"
