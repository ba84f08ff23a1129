"""A channel bounds what is seen and done in it, whoever speaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.live.slack.conftest import Town
from tests.live.slack.members import ANSWERED, ASKED, click, event_body, mention_event
from tests.live.slack.workspace import eventually


def test_a_channel_of_some_machines_knows_no_others(town: Town) -> None:
    thread = town.mention("UADA", "CDEV", "how many machines are there?")
    town.answer("CDEV", thread, "10")
    thread = town.mention("UADA", "CDEV", "stop erp-prod-1")
    eventually(lambda: town.workspace.posted("CDEV", thread))
    shown = town.workspace.posted("CDEV", thread)
    assert all(m.button("plan_approve") is None for m in shown)
    assert all("sql-win" not in m.words and "erp-prod-db" not in m.words for m in shown)

    thread = town.mention("UADA", "CDEV", "stop alice-dev")
    card = town.card("CDEV", thread)
    town.press("UBOB", card, "plan_approve")
    eventually(lambda: "Done" in card.words)


def test_a_plan_of_elsewhere_cannot_be_approved_in_a_bounded_channel(town: Town) -> None:
    thread = town.mention("UADA", "CP1", "stop erp-prod-1")
    card = town.card("CP1", thread)
    payload = click("UADA", card, "plan_approve")
    payload["channel"]["id"] = payload["container"]["channel_id"] = "CDEV"
    before = town.started()
    town.interact(payload)
    town.whisper("UADA", "no such plan here")
    assert town.started() == before


def test_a_word_in_a_bounded_channel_is_no_yes_to_a_plan_of_elsewhere(town: Town) -> None:
    thread = town.mention("UADA", "CDEV", ASKED)
    eventually(lambda: town.workspace.posted("CDEV", thread))
    ada = town.site.serving.accounts.user("ada", "web")
    assert ada is not None
    hub = town.site.serving.hub
    conversation = hub.threads(ada)[0].id
    assert hub.say(conversation, "stop backup-srv", ada).plan is not None
    before = town.started()
    town.mention("UADA", "CDEV", "yes", thread)
    town.whisper("UADA", "more than is seen here")
    assert town.started() == before


def test_in_a_channel_for_viewers_even_an_admin_only_looks(town: Town) -> None:
    thread = town.mention("UADA", "CVIEW", "stop print-srv")
    town.answer("CVIEW", thread, "not allowed")
    assert all(m.button("plan_approve") is None for m in town.workspace.posted("CVIEW"))


def test_where_nobody_is_served_nothing_is_said_aloud(town: Town) -> None:
    town.mention("UADA", "CNONE", ASKED)
    town.whisper("UADA", "do not answer in this channel")
    assert town.workspace.posted("CNONE") == []


def test_a_channel_shared_with_others_is_not_answered(town: Town) -> None:
    event = event_body(mention_event("UADA", "CSHARED", ASKED))
    town.send(json.dumps({**event, "is_ext_shared_channel": True}), "application/json")
    town.whisper("UADA", "another organisation")
    town.command("UADA", "CSHARED", ASKED)
    eventually(lambda: "another organisation" in str(town.workspace.responses))
    assert town.workspace.posted("CSHARED") == []


def test_members_are_known_by_their_email_where_that_is_set(another: Callable[..., Any]) -> None:
    with another(slack_users={}, slack_emails=True) as town:
        town.site.serving.accounts.create("ada@corp.example", "a quiet harbour", ["viewer"])
        known = {"profile": {"email": "Ada@corp.example"}, "is_email_confirmed": True}
        town.workspace.emails.update({"UMAIL": known, "UGUEST": {**known, "is_restricted": True}})
        town.write("UMAIL", ASKED)
        town.answer("DMAIL", None, ANSWERED)
        town.write("UGUEST", ASKED)
        town.answer("DGUEST", None, "do not know you")
