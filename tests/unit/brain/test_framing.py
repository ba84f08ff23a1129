"""A request is read alike with what people put around it and without."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned

REQUESTS = (
    "stop web-stg-1, start web-stg-2",
    "shut down the staging web servers tonight",
    "delete sandbox-01",
    "restart bastion-use1 every Sunday at 4 in the morning",
    "move ci-runner-1 to kvm-02 and ci-runner-4 to kvm-01",
    "increase memory of search-2 by 16 GB",
    "delete all the sandboxes that have no owner",
    "take a snapshot of db-prod-1 named clean",
    "tag kafka-2 with note=stop",
    "which dev machines are idle?",
)
BEFORE = (
    "If it's not too much trouble, ", "If you'd be so kind, ", "When you have a minute, ",
    "Before I forget: ", "Long story short, ", "While I'm at it, ", "One more thing: ",
    "Management has decided: ", "My manager is asking me for this: ", "I need two things: ",
    "Finance asked for this: ", "On behalf of the data team, ", "On behalf of finance ",
    "Ok, by the way, ", "Sorry to bother you, ",
)  # fmt: skip
AFTER = (
    ", and let me know how it goes", ". Keep me posted.", " and report back", ", cheers, Tom",
    ". Many thanks, Olga", ", per the runbook", " (as per our change policy)",
    ", and tell me if it worked", ", in line with the standard procedure",
)  # fmt: skip


def read(hold: Hold, text: str) -> tuple[str, list[tuple[object, ...]]]:
    (turn,) = hold(text)
    return turn.outcome, [(c.tool, set(c.targets), c.args, c.when) for c in turn.calls]


@pytest.mark.parametrize("request_", REQUESTS)
def test_nothing_is_read_of_what_stands_around_a_request(hold: Hold, request_: str) -> None:
    plain = read(hold, request_)
    assert plain[0] in ("confirm", "answer")
    for before in BEFORE:
        assert read(hold, before + request_) == plain, before
    if not request_.endswith("?"):
        for after in AFTER:
            assert read(hold, request_ + after) == plain, after


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("restart these: kafka-1, kafka-2", {"kafka-1", "kafka-2"}),
        ("finance: restart your machines", {"erp-prod-1", "erp-prod-db"}),
        ("staging: stop everything", {"web-stg-1", "db-stg-1"}),
    ],
)
def test_what_says_which_machines_stays(
    hold: Hold, planned: Planned, said: str, names: set[str]
) -> None:
    assert planned(hold(said)[0])[1] == names


def test_a_lone_courtesy_is_no_request(hold: Hold) -> None:
    for said in ("let me know how it goes", "per the runbook", "cheers, Tom"):
        assert hold(said)[0].outcome != "confirm"
