"""What is said of a new machine while its plan waits is about that plan."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.brain.conftest import Hold

NEW = "create a small debian-12 vm called lab-9 in fra1"
THREE = "create 3 small debian-12 vms in fra1"


@pytest.mark.parametrize(
    ("said", "args"),
    [
        ("make it large instead, and add owner=nadia", {"size": "large", "tags.owner": "nadia"}),
        ("make it medium and put 100 GB disk on it", {"size": "medium", "disk_gib": 100.0}),
        ("change the size to large and the region to hq", {"size": "large", "region": "hq"}),
        ("rename it to lab-10 and make it large", {"name": "lab-10", "size": "large"}),
        ("two of them please, and call them lab-x", {"name": "lab-x", "count": 2}),
        ("owner is nadia, size large", {"size": "large", "tags.owner": "nadia"}),
        ("could it be large? and the owner is nadia", {"size": "large", "tags.owner": "nadia"}),
        ("move it to hq", {"region": "hq"}),
        ("200 GB disk please", {"disk_gib": 200.0}),
        ("windows instead of linux", {"image": "windows-2022"}),
        ("Large, not small. Owner nadia.", {"size": "large", "tags.owner": "nadia"}),
        ("dana says make it large", {"size": "large", "tags": {}}),
        ("add a second one", {"count": 2}),
        ("label it env=test", {"name": "lab-9", "tags.env": "test"}),
        ("kindly make it 3 nos.", {"count": 3}),
    ],
)
def test_a_correction_stays_in_the_plan(hold: Hold, said: str, args: dict[str, Any]) -> None:
    turn = hold(NEW, said)[-1]

    assert turn.outcome == "confirm", turn.reply
    (call,) = turn.calls
    assert call.tool == "create_vms"
    made = {**call.args, **{f"tags.{k}": v for k, v in call.args["tags"].items()}}
    assert {k: made[k] for k in args} == args


@pytest.mark.parametrize(
    ("said", "count"), [("one less", 2), ("two more", 5), ("two are enough, but large", 2)]
)
def test_how_many_there_shall_be(hold: Hold, said: str, count: int) -> None:
    assert hold(THREE, said)[-1].calls[0].args["count"] == count


def test_a_tag_is_taken_from_the_plan_again(hold: Hold) -> None:
    turn = hold(f"{NEW} with owner=bob and env=dev", "drop the owner tag and make it medium")[-1]

    assert turn.calls[0].args["tags"] == {"env": "dev"}
    assert turn.calls[0].args["size"] == "medium"


def test_another_one_with_a_name_of_its_own_is_one_more(hold: Hold) -> None:
    turn = hold(NEW, "and create another one called lab-10 in hq")[-1]

    assert [(c.args["name"], c.args["region"]) for c in turn.calls] == [
        ("lab-9", "fra1"),
        ("lab-10", "hq"),
    ]


@pytest.mark.parametrize(
    "said",
    [
        "make it large and stop web-03",
        "in both fra1 and hq",
        "on esx-02 please",
        "protect it too",
        "larger, and the owner shall be nadia",
    ],
)
def test_what_cannot_be_both_is_asked_about(hold: Hold, said: str) -> None:
    assert hold(NEW, said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    "said", ["name it web-lab and make it m6i.large", "and tag it owner=nadia", "with 100 gb disk"]
)
def test_a_copy_is_as_its_source_is(hold: Hold, said: str) -> None:
    assert hold("clone web-03 as web-copy", said)[-1].outcome == "clarify"


def test_a_copy_is_made_at_a_time_under_another_name(hold: Hold) -> None:
    (call,) = hold("clone web-03 as web-copy", "tonight, and call it web-lab")[-1].calls

    assert call.args["name"] == "web-lab"
    assert call.when == {"at": "2026-11-23T22:00:00+00:00"}


def test_machines_of_the_fleet_are_still_spoken_of(hold: Hold) -> None:
    (call,) = hold(NEW, "tag web-03 owner=nadia")[-1].calls

    assert call.tool == "tag_vms"
    assert len(call.targets) == 1
