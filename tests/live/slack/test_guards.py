"""What must not get through: forged, old, repeated, expired, strangers', one yes for two."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.live.slack.conftest import Town
from tests.live.slack.members import ASKED, click, event_body, mention_event
from tests.live.slack.workspace import eventually

JSON = "application/json"


def mention_of(channel: str, words: str) -> str:
    return json.dumps(event_body(mention_event("UADA", channel, words)))


def test_a_wrong_signature_is_refused(town: Town) -> None:
    body = mention_of("CG1", ASKED)
    assert town.send(body, JSON, secret="another").status_code == 401
    unsigned = town.client.post("/slack/events", content=body, headers={"content-type": JSON})
    assert unsigned.status_code == 401
    time.sleep(0.2)
    assert town.workspace.posted("CG1") == []


def test_an_old_timestamp_is_refused(town: Town) -> None:
    body = mention_of("CG2", ASKED)
    for at in (time.time() - 400, time.time() + 400):
        assert town.send(body, JSON, at=at).status_code == 401
    time.sleep(0.2)
    assert town.workspace.posted("CG2") == []


def test_a_storm_of_retries_is_answered_once(town: Town) -> None:
    body = mention_of("CG3", ASKED)
    statuses: list[int] = []

    def send(number: int) -> None:
        more = {"x-slack-retry-num": str(number), "x-slack-retry-reason": "http_timeout"}
        statuses.append(town.send(body, JSON, **(more if number else {})).status_code)

    threads = [threading.Thread(target=send, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert statuses == [200] * 20
    eventually(lambda: town.workspace.posted("CG3"))
    time.sleep(0.4)
    assert len(town.workspace.posted("CG3")) == 1


def test_a_captured_click_sent_again_does_nothing(town: Town) -> None:
    thread = town.mention("UADA", "CG4", "stop ci-runner-1")
    card = town.card("CG4", thread)
    payload = click("UADA", card, "plan_approve")
    before = town.started()
    assert [town.interact(payload).status_code for _ in range(3)] == [200] * 3
    eventually(lambda: "Done" in card.words)
    assert town.started() == before + 1


def test_a_double_click_runs_once(town: Town) -> None:
    thread = town.mention("UADA", "CG5", "stop ci-runner-2")
    card = town.card("CG5", thread)
    before = town.started()
    clicks = [click(member, card, "plan_approve") for member in ("UADA", "UADA", "UBOB", "UADA")]
    threads = [threading.Thread(target=town.interact, args=[one]) for one in clicks]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    eventually(lambda: "Done" in card.words)
    time.sleep(0.3)
    assert town.started() == before + 1
    said = [m.words for m in town.workspace.posted("CG5", thread) if "Done: ci" in m.words]
    assert len(said) == 1


def test_an_expired_plan_says_so_and_is_shown_afresh(another: Callable[..., Any]) -> None:
    with another(approval_minutes=0.01) as town:
        thread = town.mention("UADA", "CG6", "stop ci-runner-3")
        card = town.card("CG6", thread)
        time.sleep(0.8)
        town.press("UBOB", card, "plan_approve")
        eventually(lambda: "Expired" in card.words)
        assert card.button("plan_approve") is None
        assert town.started() == 0
        fresh = town.card("CG6", thread)
        assert fresh.ts != card.ts
        payload = {**click("UBOB", fresh, "plan_approve")}
        payload["actions"][0]["value"] = json.dumps({"p": "0" * 32, "d": "0" * 64})
        town.interact(payload)
        town.whisper("UBOB", "no such plan")
        town.press("UBOB", fresh, "plan_approve")
        eventually(lambda: "Done" in fresh.words)


def test_where_two_people_are_needed_the_asker_alone_is_not_enough(town: Town) -> None:
    thread = town.mention("UADA", "CG7", "delete search-3")
    card = town.card("CG7", thread)
    assert "two people" in card.words
    before = town.started()
    assert town.type("UADA", typed_window(town, "UADA", card), "search-3").text == ""
    town.whisper("UADA", "another person's")
    town.press("UADA", card, "plan_type")
    town.whisper("UADA", "said yes already")
    assert town.started() == before
    eventually(lambda: "ada said yes" in card.words)

    view = typed_window(town, "UBOB", card)
    wrong = town.type("UBOB", view, "search-2").json()
    assert wrong["response_action"] == "errors"
    assert town.started() == before
    assert town.type("UBOB", view, "search-3").text == ""
    eventually(lambda: "Done" in card.words)
    assert "ada, bob" in card.words


def typed_window(town: Town, member: str, card: Any) -> dict[str, Any]:
    known = len(town.workspace.views)
    town.press(member, card, "plan_type")
    eventually(lambda: len(town.workspace.views) > known)
    return town.workspace.views[-1]


def test_data_is_not_lost_by_a_click_or_by_a_word(town: Town) -> None:
    thread = town.mention("UADA", "CG8", "delete test-win11")
    card = town.card("CG8", thread)
    assert card.button("plan_approve") is None
    payload = click("UADA", card, "plan_type")
    payload["actions"][0]["action_id"] = "plan_approve"
    before = town.started()
    town.interact(payload)
    town.whisper("UADA", "what must be typed")
    town.mention("UADA", "CG8", "yes", thread)
    eventually(lambda: len(town.workspace.posted("CG8", thread)) > 1)
    assert town.started() == before


def test_strangers_are_refused_and_change_nothing(town: Town) -> None:
    thread = town.mention("UWHO", "CG9", ASKED)
    assert "UWHO has no NovaCron account" in town.whisper("UWHO", "do not know you")
    town.mention("UADA", "CG9", "stop vdi-101", thread)
    card = town.card("CG9", thread)
    before = town.started()
    for action in ("plan_approve", "plan_cancel"):
        told = len(town.workspace.told("UWHO"))
        town.press("UWHO", card, action)
        eventually(lambda n=told: len(town.workspace.told("UWHO")) > n)
    assert town.started() == before
    assert card.button("plan_approve") is not None


def test_another_tenant_reaches_nothing(town: Town) -> None:
    thread = town.mention("UADA", "CG10", "stop vdi-102")
    card = town.card("CG10", thread)
    town.press("UEVE", card, "plan_approve")
    town.whisper("UEVE", "not your tenant's")
    town.mention("UADA", "COTHER", ASKED)
    town.whisper("UADA", "not your tenant's")
    assert town.workspace.posted("COTHER") == []
    assert card.button("plan_approve") is not None


def test_a_viewer_approves_nothing(town: Town) -> None:
    thread = town.mention("UADA", "CG11", "stop vdi-103")
    card = town.card("CG11", thread)
    town.press("UVIC", card, "plan_approve")
    town.whisper("UVIC", "may not approve")
    town.press("UVIC", card, "plan_cancel")
    town.whisper("UVIC", "can call it off")
    assert card.button("plan_approve") is not None


def test_who_is_disabled_is_out_at_once(town: Town) -> None:
    town.site.serving.accounts.disable("bob")
    try:
        town.mention("UBOB", "CG12", ASKED)
        town.whisper("UBOB", "do not know you")
    finally:
        town.site.serving.accounts.disable("bob", False)
