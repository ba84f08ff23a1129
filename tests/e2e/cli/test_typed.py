"""Typed commands: the same tools, the same gate, tables for people, JSON for programs."""

from __future__ import annotations

import re

import pytest

from tests.e2e.cli.conftest import Nova

PLAN_ID = re.compile(r"novacron approve ([0-9a-f]{32})")


def plan_of(text: str) -> str:
    found = PLAN_ID.search(text)
    assert found, text
    return found[1]


def test_a_list_is_a_table_for_people_and_rows_for_programs(nova: Nova) -> None:
    table = nova("vms", "list", "--env", "prod", "--role", "web")
    assert table.code == 0
    assert "web-01" in table.out
    assert "\x1b" not in table.out
    rows = nova("machines", "list", "--env", "prod", "--role", "web", "--json").json["results"]
    assert all(row["id"].startswith(("aws/", "azure/", "gcp/")) for row in rows[0]["rows"])
    assert len(rows[0]["rows"]) == len([w for w in table.out.splitlines() if "web-" in w]) - 1


def test_a_change_shows_its_plan_and_waits(nova: Nova) -> None:
    asked = nova("vms", "stop", "web-02")
    assert asked.code == 10
    assert "web-02" in asked.out
    assert nova.state_of("web-02") == "running"
    waiting = nova("pending")
    assert plan_of(asked.out)[:8] in waiting.out


def test_a_yes_runs_the_plan_once_and_undo_takes_it_back(nova: Nova) -> None:
    plan = plan_of(nova("vms", "stop", "web-02").out)
    done = nova("approve", plan)
    assert (done.code, "Done" in done.out) == (0, True), done
    assert nova.state_of("web-02") == "stopped"
    again = nova("approve", plan)
    assert again.code != 0
    undo = nova("undo", "--yes")
    assert undo.code == 0, undo
    assert nova.state_of("web-02") == "running"


def test_a_plan_that_was_called_off_does_not_run(nova: Nova) -> None:
    plan = plan_of(nova("vms", "stop", "web-02").out)
    assert nova("cancel", plan[:8]).code == 0
    assert nova("approve", plan).code != 0
    assert nova.state_of("web-02") == "running"


def test_yes_on_the_line_is_enough_for_a_stop(nova: Nova) -> None:
    done = nova("vms", "stop", "web-02", "--yes", "--json")
    assert done.code == 0, done
    assert done.json["outcome"] == "done"
    assert [s["status"] for s in done.json["operation"]["steps"]] == ["done"]
    assert nova.state_of("web-02") == "stopped"


def test_losing_data_takes_the_typed_name(nova: Nova) -> None:
    name = "web-stg-1"
    assert nova("vms", "delete", name, "--yes").code == 2  # there is no --yes here
    asked = nova("vms", "delete", name)
    assert asked.code == 10
    plan = plan_of(asked.out)
    wrong = nova("approve", plan, "--type", "something-else")
    assert wrong.code == 2
    assert nova("approve", plan).code == 10
    assert nova.state_of(name) is not None
    right = nova("approve", plan, "--type", name)
    assert right.code == 0, right
    assert nova.state_of(name) is None


def test_a_name_that_nothing_bears_offers_the_closest(nova: Nova) -> None:
    failed = nova("vms", "stop", "web-0l", "--json")
    assert failed.code == 3
    error = failed.json["error"]
    assert error["code"] == "not_found"
    assert "web-01" in error["choices"]


@pytest.mark.parametrize(
    "args",
    [
        ("vms", "list", "--vcpus", ">=many"),
        ("vms", "list", "--metric", "cpu>>80"),
        ("vms", "list", "--selector", "{not json"),
        ("vms", "list", "--selector", "[1]"),
        ("vms", "list", "--tag", "no-equals-sign"),
        ("vms", "resize", "web-01", "--vcpus", "minus two"),
        ("vms", "stop", "web-01", "--at", "tomorrow-ish"),
        ("vms", "stop", "web-01", "--cron", "every day"),
        ("vms", "stop"),
    ],
)
def test_a_wrong_argument_is_a_clear_error(nova: Nova, args: tuple[str, ...]) -> None:
    failed = nova(*args)
    assert failed.code == 2, failed
    assert failed.err.startswith(("Error: ", "Usage: "))
    assert "Traceback" not in failed.err


def test_no_color_and_pipes_have_no_escape_codes(nova: Nova) -> None:
    for shown in (nova("tools"), nova("vms", "list", NO_COLOR="1"), nova("doctor")):
        assert "\x1b" not in shown.out


def test_tools_tells_what_a_tool_takes_and_how_it_is_said(nova: Nova) -> None:
    one = nova("tools", "resize_vms")
    assert "memory_gib" in one.out
    assert "novacron ask" in one.out
    every = nova("tools", "--json").json
    assert {tool["risk"] for tool in every} == {"read", "change", "disrupt", "destroy"}
    assert len(every) >= 37


def test_a_cut_off_reader_is_no_error(nova: Nova) -> None:
    import subprocess

    from tests.e2e.cli.conftest import NOVACRON

    ran = subprocess.Popen(
        [*NOVACRON, "vms", "list", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=nova.environment,
    )
    assert ran.stdout is not None
    assert ran.stderr is not None
    ran.stdout.close()
    said = ran.stderr.read().decode()
    ran.stderr.close()
    assert ran.wait(60) in (0, 141)
    assert "Traceback" not in said
