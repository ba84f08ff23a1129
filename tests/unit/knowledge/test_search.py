"""Runbooks are found by symptom, cited, and not made up."""

from pathlib import Path

import pytest

from knowledge.runbooks import FOLDER, WHAT_TO_DO, load_runbooks, read_runbook
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
## What to do
1. Turn the kettle off.

## How to prevent it
Buy a larger teapot.
"""


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.file)
def test_a_runbook_is_whole(book) -> None:  # type: ignore[no-untyped-def]
    headings = [section.heading for section in book.sections]
    assert headings == ["How to recognise it", "Why it happens", WHAT_TO_DO, "How to prevent it"]
    assert all(section.text for section in book.sections)
    assert set(book.tools) <= set(CATALOG)
    assert (FOLDER / book.file).is_file()


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.file)
def test_each_symptom_finds_its_runbook(book) -> None:  # type: ignore[no-untyped-def]
    for symptom in book.symptoms:
        found = [f.runbook.file for f in library().find(f"how do I fix this: {symptom}?")]
        assert book.file in found, symptom


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
    ["how do I bake bread?", "what's the weather in Oslo", "who won the match", "how do I fix it?",
     "", "???", "how does it work", "AND OR NOT NEAR", '"; DROP TABLE sections; --', "title:*"],
)  # fmt: skip
def test_nothing_is_found_where_nothing_fits(question: str) -> None:
    assert library().find(question) == []


def test_the_answer_cites_file_and_heading(bench: Bench) -> None:
    result = bench.read("search_runbooks", question="how do I fix a grub rescue prompt?")
    assert "knowledge/runbooks/grub-rescue.md#what-to-do" in result.text
    assert "set prefix=" in result.text
    assert result.rows[0]["file"] == "grub-rescue.md"
    nothing = bench.read("search_runbooks", question="how do I bake bread?")
    assert nothing.text.startswith("Nothing found")
    assert nothing.rows == ()


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "teapot.md").write_text(GOOD)
    search = RunbookSearch(load_runbooks(tmp_path))
    (found,) = search.find("my kettle is boiling over")
    assert (found.runbook.title, found.steps.anchor) == ("A tale of teapots", "what-to-do")
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
