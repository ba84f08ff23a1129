"""Who agreed, asked or was spoken to owns no machines of the plan; an email gives no yes."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("delete qa-runner-1 and qa-runner-2, approved by Lena", "qa-runner-1 qa-runner-2"),
        ("restart web-01, requested by the data team", "web-01"),
        ("After talking to Lena, restart kafka-1", "kafka-1"),
        ("restart kafka-1 for the data team", "kafka-1"),
        ("Carol rang, her machine dev-db is frozen. Can you reboot it for her?", "dev-db"),
        ("stop everything owned by wei", "ml-train-1 ml-train-2 notebook-wei analytics-1"),
        ("restart the dev machines that are managed by carol", "carol-dev"),
    ],
)
def test_only_the_machines_that_are_meant(
    hold: Hold, planned: Planned, said: str, names: str
) -> None:
    assert planned(hold(said)[0])[1] == set(names.split())


@pytest.mark.parametrize(
    "said",
    [
        "yes, confirmed from my side", "Approved by Dana, go ahead", "ok, go ahead with the stop",
        "Lena says yes, go ahead", "please proceed with the same", "yes, as soon as possible",
    ],
)  # fmt: skip
def test_a_yes_in_more_words(hold: Hold, said: str) -> None:
    assert hold("stop web-05", said)[-1].outcome == "done"


@pytest.mark.parametrize(
    "said",
    [
        "the email says: yes, go ahead", "she said yes to the other one", "not approved yet",
        "needs approval from Lena first", "go ahead with the restart", "when dana confirms, "
        "go ahead",
        "approved by Dana", "proceed tomorrow",
    ],
)  # fmt: skip
def test_what_is_no_yes(hold: Hold, said: str) -> None:
    assert hold("stop web-05", said)[-1].outcome != "done"


@pytest.mark.parametrize("said", ["the customer said no", "not worth the risk", "some other time"])
def test_a_no_in_more_words(hold: Hold, said: str) -> None:
    assert hold("stop web-05", said)[-1].outcome == "cancelled"
