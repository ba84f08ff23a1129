"""What is forbidden, undecided or only spoken of plans nothing."""

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize(
    "said",
    [
        "never mind don't restart web-01",
        "no wait don't stop web-04",
        "you don't have to restart rdp-gw",
        "I haven't decided whether to reboot dns-1",
        "stop asking me to reboot dns-1",
        "I forbid you to reboot dns-2",
        "my colleague wanted to delete sandbox-01 but I said no",
        "an attacker might stop dev-db",
        "do I need approval to stop web-04?",
        "under no condition should you stop web-04",
        "last week I asked you to stop dev-db, that was wrong",
        "yesterday I told you to restart web-01. That was a mistake.",
        "what does it mean to suspend vdi-101?",
        "did anybody take 2 off ci-runners?",
        "don't give gitlab twice the cores",
        "I do not wish db-prod-2 to be cycled under any circumstances.",
        "I would not like web-01 stopped",
        "gitlab doesn't have to be restarted",
        "it is not my wish that db-prod-2 be restarted",
        "I'd rather you didn't tag vdi-101 hold=yes",
        "remind me why we wanted to take 2 off ci-runners",
        "yo can I stop web-01?",
    ],
)
def test_what_is_not_wished_plans_nothing(hold: Hold, said: str) -> None:
    turn = hold(said)[-1]
    assert turn.outcome != "confirm"
    assert turn.plan is None


@pytest.mark.parametrize(
    "then", ["no wait never mind don't delete anything", "never mind don't delete anything"]
)
def test_a_plan_is_called_off_without_a_comma(hold: Hold, then: str) -> None:
    assert hold("delete web-stg-1", then)[-1].outcome == "cancelled"
