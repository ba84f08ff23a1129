"""Beside the talk: reports at their times, Socket Mode, a restart in the middle of a plan."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live.slack.conftest import MEMBERS, Town
from tests.live.slack.members import (
    ANSWERED,
    ASKED,
    click,
    event_body,
    mention_event,
    submission,
)
from tests.live.slack.workspace import Workspace, eventually
from tests.unit.serve.server import settings_of
from tools.database import open_database
from tools.errors import InvalidRequest
from tools.times import utc_now
from ui.serve.accounts import Accounts
from ui.slack.alone import answer, run


def test_a_report_comes_at_its_time_and_only_reads(town: Town) -> None:
    for words in (f'"* * * * *" {ASKED}', "* * * * * stop web-05"):
        town.command("UBOB", "CR1", f"report {words}")
    eventually(lambda: len(town.store.reports("CR1")) == 2)
    town.command("UVIC", "CR1", f'report "* * * * *" {ASKED}')
    eventually(lambda: any("set up by operators" in r["text"] for r in town.workspace.responses))

    before = town.started()
    for report in town.store.reports("CR1"):
        town.make_due(report.id)
    eventually(lambda: len(town.workspace.posted("CR1")) >= 2)
    words = [m.words for m in town.workspace.posted("CR1")]
    assert any(ANSWERED in one for one in words)
    assert any("not allowed" in one for one in words)
    assert all(m.button("plan_approve") is None for m in town.workspace.posted("CR1"))
    assert town.started() == before
    first = town.store.reports("CR1")[0].id
    town.command("UBOB", "CR1", f"report remove {first}")
    eventually(lambda: len(town.store.reports("CR1")) == 1)


def test_the_settings_reports_are_kept_as_they_are(another: Callable[..., Any]) -> None:
    report = {"channel": "CDEV", "cron": "0 9 * * *", "say": "how many machines are there?"}
    with another(slack_reports=[report]) as town:
        found = town.store.reports()
        assert [(r.channel, r.person) for r in found] == [("CDEV", None)]
        town.make_due(found[0].id)
        before = len(town.workspace.posted("CDEV"))
        eventually(lambda: len(town.workspace.posted("CDEV")) > before)
        assert "10" in town.workspace.posted("CDEV")[-1].words
    with another(people=False) as town:
        assert town.store.reports() == []


def test_a_restart_in_the_middle_of_a_plan_loses_nothing(another: Callable[..., Any]) -> None:
    with another() as town:
        thread = town.mention("UADA", "CR2", "stop vdi-104")
        card = town.card("CR2", thread)
        event = event_body(mention_event("UADA", "CR2", ASKED))
        town.send(json.dumps(event), "application/json")
        eventually(lambda: len(town.workspace.posted("CR2")) == 2)
    with another(people=False) as town:
        assert town.send(json.dumps(event), "application/json").status_code == 200
        town.press("UBOB", card, "plan_approve")
        eventually(lambda: "Done" in card.words)
        assert len([m for m in town.workspace.posted("CR2") if ANSWERED in m.words]) == 1


def test_socket_mode_does_the_same_without_an_address(
    workspace: Workspace, tmp_path: Path, fleet_folder: Path
) -> None:
    settings = settings_of(
        tmp_path, fleet_folder, slack_bot_token="xoxb-1", slack_app_token="xapp-1",
        slack_api_url=f"{workspace.url}/api/", slack_users=MEMBERS,
    )  # fmt: skip
    engine = open_database(settings.database)
    Accounts(engine, utc_now).create("ada", "a quiet harbour", ["operator"])
    engine.dispose()
    known, over = len(workspace.sockets), threading.Event()
    server = threading.Thread(target=answer, args=[settings, over])
    server.start()
    try:
        eventually(lambda: len(workspace.sockets) > known, 25)
        destroy_over_a_socket(workspace)
    finally:
        over.set()
        server.join(25)
        assert not server.is_alive()


def destroy_over_a_socket(workspace: Workspace) -> None:
    town = Town(workspace, None, None)  # type: ignore[arg-type]
    event = mention_event("UADA", "CR3", "delete sandbox-02")
    body = event_body(event)
    envelopes = [workspace.push("events_api", body, retry_attempt=n) for n in range(3)]
    card = town.card("CR3", event["ts"])
    eventually(lambda: all(e in workspace.acks for e in envelopes))
    assert len(workspace.posted("CR3")) == 1

    views = len(workspace.views)
    workspace.push("interactive", click("UADA", card, "plan_type"))
    eventually(lambda: len(workspace.views) > views)
    view = workspace.views[-1]
    wrong = workspace.push("interactive", submission("UADA", view, "sandbox-03"))
    eventually(lambda: "errors" in workspace.acks.get(wrong, {}))
    assert "Done" not in card.words
    workspace.push("interactive", submission("UADA", view, "sandbox-02"))
    eventually(lambda: "Done" in card.words)
    assert card.button("plan_undo") is None


def test_without_its_tokens_it_says_what_it_takes(tmp_path: Path, fleet_folder: Path) -> None:
    with pytest.raises(InvalidRequest, match="slack_app_token"):
        run(settings_of(tmp_path, fleet_folder, slack_bot_token="xoxb-1"))
