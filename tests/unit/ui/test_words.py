"""Small pieces of the command line: safe text, options, exit codes, commands for every tool."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import ERRORS, InvalidRequest
from tools.selector import LIST_FIELDS, NUMBER_FIELDS
from ui import exits
from ui.commands.typed import catalog, command_words, group
from ui.entries import ENTRIES
from ui.failures import Bug, NoRoom, foreseen
from ui.options import arguments_from, positional, selector_from
from ui.text import clean, clean_lines


@given(st.text())
def test_no_text_steers_a_terminal(text: str) -> None:
    shown = clean(f"\x1b]0;{text}\x07{text}\x1b[2J{text}")
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", shown)
    shown.encode()


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"]), max_size=60))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean_lines(text) == text


@pytest.mark.parametrize(
    ("values", "selector"),
    [
        ({"s_machines": ["web-*"], "s_names": ["db-1"]}, {"names": ["web-*", "db-1"]}),
        ({"s_tag_env": ["prod"], "s_tag": ["team=a", "team=b"]},
         {"tags": {"env": ["prod"], "team": ["a", "b"]}}),
        ({"s_vcpus": ">=8", "s_memory_gib": "4..8", "s_snapshots": "0"},
         {"vcpus": {"ge": 8}, "memory_gib": {"ge": 4, "le": 8}, "snapshots": {"eq": 0}}),
        ({"s_public_ip": False}, {"public_ip": False}),
        ({"s_metric": ["cpu:avg:7d<5"]},
         {"metric": [{"name": "cpu", "aggregate": "avg", "window": "7d", "lt": 5}]}),
        ({"s_selector": '{"os": ["linux"]}', "s_limit": 3}, {"os": ["linux"], "limit": 3}),
        ({"s_all": True, "s_except": ["web-01"]}, {"all": True, "exclude": {"names": ["web-01"]}}),
    ],
)  # fmt: skip
def test_options_make_the_contracts_selector(
    values: dict[str, Any], selector: dict[str, Any]
) -> None:
    made = selector_from(values)
    assert made is not None
    assert made.to_dict() == made.parse(selector).to_dict()


def test_no_option_makes_no_selector() -> None:
    empty = {f"s_{name}": None for name in (*LIST_FIELDS, *NUMBER_FIELDS)}
    assert selector_from({**empty, "s_all": False, "s_descending": False}) is None


@pytest.mark.parametrize("text", ["", "8..", ">>8", "eight", "--8", "1.2.3"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    if text:
        with pytest.raises(InvalidRequest):
            selector_from({"s_vcpus": text})


@pytest.mark.parametrize("name", list(catalog()))
def test_every_tool_is_a_command_with_its_own_words(name: str) -> None:
    noun, verb = command_words(name)
    assert noun in ENTRIES
    found = group(noun)
    assert found is not None
    command = found if not verb else found.get_command(None, verb)
    options = {param.name for param in command.params}
    assert {f"a_{field}" for field in catalog()[name].arguments.model_fields} <= options


def test_no_two_tools_share_a_command() -> None:
    words = [command_words(name) for name in catalog()]
    assert len(set(words)) == len(words)


def test_tags_may_be_written_as_pairs_or_json() -> None:
    tool = catalog()["tag_vms"]
    for text in ("env=prod,team=web", '{"env": "prod", "team": "web"}'):
        assert arguments_from(tool, {"a_tags": text}) == {"tags": {"env": "prod", "team": "web"}}


def test_an_operation_needs_no_option_to_be_undone() -> None:
    assert positional(catalog()["undo"]) == "operation"
    assert positional(catalog()["search_runbooks"]) == "question"
    assert positional(catalog()["stop_vms"]) is None


def test_every_exit_code_has_its_meaning() -> None:
    used = {error.exit_code for error in ERRORS} | {NoRoom.exit_code, Bug.exit_code}
    used |= set(exits.OF_OUTCOME.values()) | set(exits.OF_OPERATION.values())
    assert used <= set(exits.MEANINGS)


def test_a_full_disk_is_seen_through_whatever_wraps_it() -> None:
    full = OSError(28, "No space left on device")
    outer = RuntimeError("cannot go on")
    outer.__cause__ = full
    assert isinstance(foreseen(full), NoRoom)
    assert isinstance(foreseen(outer), NoRoom)
    assert isinstance(foreseen(FileNotFoundError(2, "No such file", "x.json")), InvalidRequest)
    assert isinstance(foreseen(KeyError("x")), Bug)
