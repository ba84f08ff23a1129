"""From a mention to a plan, a yes, what ran, and back: over real HTTP, with real signatures."""

from __future__ import annotations

from tests.live.slack.conftest import Town
from tests.live.slack.members import ANSWERED, ASKED
from tests.live.slack.workspace import eventually


def test_from_a_mention_to_done_and_undone(town: Town) -> None:
    thread = town.mention("UADA", "C1", "stop analytics-1")
    card = town.card("C1", thread)
    assert "analytics-1" in card.words
    assert "Approve" in card.words

    assert town.press("UBOB", card, "plan_approve").status_code == 200
    eventually(lambda: "Done" in card.words)
    assert "bob" in card.words
    assert card.button("plan_approve") is None
    town.answer("C1", thread, "Done: analytics-1")

    town.press("UADA", card, "plan_undo")
    back = town.card("C1", thread)
    assert back.ts != card.ts
    assert "Start" in back.words or "analytics-1" in back.words
    town.press("UADA", back, "plan_approve")
    eventually(lambda: "Done" in back.words)


def test_a_direct_message_and_a_yes_in_words(town: Town) -> None:
    channel = town.write("UBOB", ASKED)
    town.answer(channel, None, ANSWERED)
    town.write("UBOB", "stop analytics-2")
    card = town.card(channel)
    town.write("UBOB", "yes")
    eventually(lambda: "Done" in card.words)
    assert card.changes >= 1


def test_a_thread_goes_on_where_it_was(town: Town) -> None:
    thread = town.mention("UADA", "C2", "list the machines in fra1")
    eventually(lambda: town.workspace.posted("C2", thread))
    town.mention("UADA", "C2", "how many of them are running?", thread)
    eventually(lambda: len(town.workspace.posted("C2", thread)) >= 2)


def test_a_plan_is_called_off(town: Town) -> None:
    thread = town.mention("UADA", "C3", "restart gitlab")
    card = town.card("C3", thread)
    town.press("UADA", card, "plan_cancel")
    eventually(lambda: "Called off" in card.words)
    assert card.button("plan_approve") is None


def test_what_is_approved_elsewhere_shows_here(town: Town) -> None:
    thread = town.mention("UADA", "C4", "stop jenkins")
    card = town.card("C4", thread)
    client = town.site.client("bob")
    plan = next(p for p in client.get("/api/plans").json()["plans"] if "jenkins" in str(p))
    client.post(f"/api/plans/{plan['id']}/approve", json={"digest": plan["digest"]})
    eventually(lambda: "Done" in card.words)
    assert card.button("plan_undo") is not None
