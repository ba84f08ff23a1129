"""A correction and one more act in one turn; a size that is said is no machine of that size."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize(
    ("asked", "said", "tools", "args"),
    [
        (
            "resize web-03 to m6i.xlarge",
            "make it m6i.2xlarge instead, and add owner=nadia",
            ["resize_vms", "tag_vms"],
            {"size": "m6i.2xlarge"},
        ),
        (
            "attach a 50 gb disk to gitlab",
            "100 instead, and restart it after",
            ["attach_disk", "restart_vms"],
            {"size_gib": 100.0},
        ),
        (
            "snapshot gitlab",
            "call it pre-up, and tag gitlab audit=yes",
            ["snapshot_vms", "tag_vms"],
            {"name": "pre-up"},
        ),
    ],
)
def test_both_hold(
    hold: Hold, asked: str, said: str, tools: list[str], args: dict[str, object]
) -> None:
    calls = hold(asked, said)[-1].calls

    assert [c.tool for c in calls] == tools
    assert {k: calls[0].args[k] for k in args} == args
    assert calls[0].targets == calls[1].targets


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("delete sandbox-01", "make it small instead"),
        ("tag gitlab team=data", "make it large instead"),
        ("stop web-03 at 8pm", "make it medium instead"),
        ("move dns-1 to esx-02", "to esx-03 instead, and make it medium"),
        ("start web-stg-2", "make it large instead, and add owner=nadia"),
        ("list the hosts", "make it large and add owner=nadia"),
    ],
)
def test_a_size_is_no_selection(hold: Hold, asked: str, said: str) -> None:
    assert hold(asked, said)[-1].outcome == "clarify"


def test_after_an_answer_it_is_the_machine_shown(hold: Hold) -> None:
    calls = hold("show me gitlab", "make it large, and add owner=nadia")[-1].calls

    assert [(c.tool, len(c.targets)) for c in calls] == [("resize_vms", 1), ("tag_vms", 1)]
