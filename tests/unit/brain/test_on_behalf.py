"""Who passes a wish on narrows nothing; "his" and "their" are whom they mean."""

import pytest

from tests.unit.brain.conftest import Hold, Planned

QA = {"qa-runner-1", "vdi-101", "vdi-102", "vdi-103"}


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        ("Priya messaged me and would like web-03 rebooted if that's alright", "restart_vms",
         {"web-03"}),
        ("Tomas has just rung, bless him, and he'd like vdi-104 turned on if that's alright",
         "start_vms", {"vdi-104"}),
        ("The headmaster popped in and he'd like print-srv turned off", "stop_vms", {"print-srv"}),
        ("Bob's back from his conference, so could you resume his box for him please",
         "resume_vms", {"bob-dev"}),
        ("On behalf of the QA team, I kindly ask that all their machines be stopped today",
         "stop_vms", QA),
        ("I kindly request that all machines of the QA team be stopped", "stop_vms", QA),
        ("The auditors come tomorrow, so I ask that web-01 be protected", "protect_vms",
         {"web-01"}),
        ("Can we scale the vdi group up to six?", "scale_group",
         {"vdi-101", "vdi-102", "vdi-103", "vdi-104"}),
    ],
)  # fmt: skip
def test_the_wish_is_planned(
    hold: Hold, planned: Planned, said: str, tool: str, names: set[str]
) -> None:
    assert planned(hold(said)[-1]) == (tool, names)


@pytest.mark.parametrize(
    "said",
    [
        "On behalf of the QA team, I kindly ask that web-03 not be stopped at 6 pm today.",
        "Can we delete sandbox-03?",
        "Can we scale vdi?",
    ],
)
def test_what_is_not_wished_is_not_planned(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome != "confirm"
