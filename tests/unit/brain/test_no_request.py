"""What somebody did, heard, considers or asks about is no request."""

import pytest

from tests.unit.brain.conftest import Hold, Planned

TOLD = (
    "has anyone restarted kafka-2 recently",
    "did someone reboot jenkins",
    "did somebody delete a snapshot of gitlab",
    "did you stop web-04",
    "anyone stop web-04?",
    "someone restarted web-01, why?",
    "lena removed the tag owner from web-01",
    "we deleted the snapshot of gitlab last week",
    "they moved ci-runner-1 to kvm-02 yesterday, how is it doing",
    "i heard web-04 got deleted",
    "is it true that jenkins gets restarted every night?",
    "planning to stop web-04 tomorrow, who owns it?",
    "is restarting web-02 going to help?",
    "does jenkins ever get rebooted?",
    "will web-01 be restarted tonight?",
    "the customer asked whether we restart web-01 tonight",
    "gitlab restart - good or bad idea?",
    "could you stop web-04? just kidding, leave it",
    "who owns crm-legacy? I need somebody to sign off on retiring it.",
    "I need approval for deleting sandbox-03",
)
ASKED = (
    ("I stopped web-01. Start it again", "start_vms", {"web-01"}),
    ("i need web-01 stopped", "stop_vms", {"web-01"}),
    ("bob asked me to restart web-01", "restart_vms", {"web-01"}),
    ("dana asked if you can restart web-01", "restart_vms", {"web-01"}),
    ("looks like web-02 is stuck, restart it", "restart_vms", {"web-02"}),
    ("have web-01 restarted", "restart_vms", {"web-01"}),
    ("can someone restart web-01", "restart_vms", {"web-01"}),
    ("what about stopping web-04?", "stop_vms", {"web-04"}),
    ("tag web-01 with owner=bob, so that we do not forget it", "tag_vms", {"web-01"}),
)


@pytest.mark.parametrize("said", TOLD)
def test_what_is_told_or_asked_about_plans_nothing(hold: Hold, said: str) -> None:
    (turn,) = hold(said)
    assert turn.outcome in ("answer", "clarify"), turn.reply
    assert all(call.risk == "read" for call in turn.calls)


@pytest.mark.parametrize(("said", "tool", "machines"), ASKED)
def test_what_is_asked_for_beside_it_is_planned(
    hold: Hold, planned: Planned, said: str, tool: str, machines: set[str]
) -> None:
    (turn,) = hold(said)
    assert planned(turn) == (tool, machines)


@pytest.mark.parametrize(
    "said",
    [
        "restart kafka-1 and let the data team know",
        "restart kafka-1, then notify the payments team",
        "restart kafka-1 and tell bob that it is done",
        "restart kafka-1 and email the data team about it",
    ],
)
def test_who_is_to_be_told_is_no_target(hold: Hold, planned: Planned, said: str) -> None:
    (turn,) = hold(said)
    assert planned(turn) == ("restart_vms", {"kafka-1"})


@pytest.mark.parametrize(
    "said",
    [
        "can you send a message in the Slack for the data team saying that we begin at 14h?",
        "um call dana and tell her the site is slow",
        "let the data team know we restart kafka tonight",
    ],
)
def test_messages_to_people_are_not_ours(hold: Hold, said: str) -> None:
    assert hold(said)[0].outcome == "decline"
