"""Runbooks are found by symptom and by meaning, cited, and not made up."""

from pathlib import Path

import pytest

from knowledge.embedding import key_of, shipped_vectors
from knowledge.library import shipped_shelf
from knowledge.runbooks import FOLDER, HEADINGS, load_runbooks, read_runbook
from knowledge.search import RunbookSearch, library
from tests.unit.families.world import Bench
from tools.catalog import Catalog
from tools.errors import InvalidRequest

CATALOG = Catalog.load(("tools.families", "knowledge.families"))
BOOKS = load_runbooks()
GOOD = """---
title: A tale of teapots
symptoms: teapot, kettle boils over
applies_to: linux
severity: low
tools: list_vms
---
## Fix
1. Turn the kettle off.

## Risks
Buy a larger teapot.
"""


def test_there_are_runbooks_enough() -> None:
    assert len(BOOKS) >= 60


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.file)
def test_a_runbook_is_whole(book) -> None:  # type: ignore[no-untyped-def]
    assert tuple(section.heading for section in book.sections) == HEADINGS
    assert all(section.text for section in book.sections)
    assert set(book.tools) <= set(CATALOG)
    assert (FOLDER / book.file).is_file()


def test_the_vectors_that_ship_are_those_of_the_runbooks() -> None:
    wanted = {key_of(passage.meant) for passage in shipped_shelf().passages}
    assert wanted == set(shipped_vectors()), "run: make docs"


def test_symptoms_find_their_runbook() -> None:
    asked = [(symptom, book.file) for book in BOOKS[::6] for symptom in book.symptoms[:3]]
    for symptom, file in asked:
        found = [f.runbook.file for f in library().find(f"how do I fix this: {symptom}?", 5)]
        assert file in found, symptom


@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("a guest dropped to the grub rescue prompt", "grub-rescue.md"),
        ("kernel panic - not syncing after an update", "kernel-panic.md"),
        ("ssh says connection refused", "unreachable.md"),
        ("the oom killer killed my java process", "out-of-memory.md"),
        ("live migration never finishes", "migration-fails.md"),
        ("could not resolve host", "dns-failure.md"),
    ],
)
def test_a_question_in_other_words_finds_it_first(question: str, file: str) -> None:
    assert library().find(question)[0].runbook.file == file


@pytest.mark.parametrize(
    "question",
    ["how do I bake bread?", "what's the weather in Oslo", "who won the match",
     "", "???", "AND OR NOT NEAR", '"; DROP TABLE sections; --'],
)  # fmt: skip
def test_nothing_is_found_where_nothing_fits(question: str) -> None:
    assert library().find(question) == []


def test_the_answer_cites_file_and_heading(bench: Bench) -> None:
    result = bench.read("search_runbooks", question="how do I fix a grub rescue prompt?")
    assert "knowledge/runbooks/grub-rescue.md#fix, “Fix”" in result.text
    assert "set prefix=" in result.text
    assert result.rows[0]["file"] == "grub-rescue.md"
    nothing = bench.read("search_runbooks", question="how do I bake bread?")
    assert nothing.text.startswith("Nothing found")
    assert nothing.rows == ()


def test_a_filter_keeps_what_does_not_apply_out(bench: Bench) -> None:
    question = "the machine shows its stop code and reboots over and over"
    everywhere = bench.read("search_runbooks", question=question)
    assert everywhere.rows[0]["file"] == "windows-bluescreen.md"
    linux = bench.read("search_runbooks", question=question, os="linux")
    assert all(row["applies_to"] != "windows" for row in linux.rows)
    with pytest.raises(InvalidRequest):
        bench.read("search_runbooks", question=question, os="plan9")


def test_a_next_step_is_offered_for_the_one_machine_that_was_named(bench: Bench) -> None:
    def offers(question: str) -> list[str]:
        return bench.read("search_runbooks", question=question).data["offers"]

    asked = "how do I get out of the grub rescue prompt"
    assert offers(f"{asked} on db-1?") == ["take a snapshot of db-1"]
    assert offers(f"{asked}?") == []
    assert offers(f"{asked} on db-1 and db-2?") == []
    assert offers("what to do when the disk is full") == ["which machines have disk over 90%?"]


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "teapot.md").write_text(GOOD)
    search = RunbookSearch(load_runbooks(tmp_path))
    (found,) = search.find("my kettle boils over")
    assert (found.runbook.title, found.steps.anchor) == ("A tale of teapots", "fix")
    assert RunbookSearch([]).find("my kettle") == []


@pytest.mark.parametrize(
    "broken",
    [
        "# No front matter\n",
        GOOD.replace("severity: low", "severity: grave"),
        GOOD.replace("title: A tale of teapots\n", ""),
        GOOD.replace("tools: list_vms", "tools: list_vms\nauthor: me"),
    ],
)
def test_a_broken_front_matter_is_refused(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "broken.md"
    path.write_text(broken)
    with pytest.raises(InvalidRequest, match=r"broken\.md"):
        read_runbook(path)
