"""Disks that no machine uses, in words: read whole or not at all."""

from __future__ import annotations

import pytest

from agent.brains.embedded.loose_disks import read_disks
from tools.catalog import Catalog
from tools.control import TOOL_PACKAGES


@pytest.mark.parametrize("said", Catalog.load(TOOL_PACKAGES)["delete_disks"].says)
def test_the_examples_are_read(said: str) -> None:
    read = read_disks(said)
    assert read is not None
    assert [(c.tool, c.args) for c in read.calls] == [("delete_disks", {})]


@pytest.mark.parametrize(
    "said",
    [
        "Please delete disk old-web-data.",
        "remove the volume old-web-data",
        "drop disk old-web-data!",
    ],
)
def test_one_is_named(said: str) -> None:
    read = read_disks(said)
    assert read is not None
    assert read.calls[0].args == {"disks": ["old-web-data"]}


@pytest.mark.parametrize(
    "said",
    [
        "show me the orphaned disks", "which disks are attached to nothing?",
        "are there any unattached volumes?", "list all unused disks",
        "what volumes are not attached to any machine", "any orphaned disks?",
    ],
)  # fmt: skip
def test_a_question_only_looks(said: str) -> None:
    read = read_disks(said)
    assert read is not None
    assert [(c.tool, c.args) for c in read.calls] == [
        ("recommend_savings", {"kind": "orphaned disk"})
    ]


@pytest.mark.parametrize(
    "said",
    [
        "delete the disk of web-03", "delete the machines with unattached disks",
        "don't delete the unattached disks", "delete from disk: sandbox-02",
        "delete unattached disks and web-03", "should I delete the orphaned disks?",
        "delete the disk on db-prod-1", "never remove the orphaned volumes",
        "which machines have unused disks attached", "delete web-03 and its disk",
        "what happens if I delete the orphaned disks?", "delete the disks",
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_grammar(said: str) -> None:
    assert read_disks(said) is None
