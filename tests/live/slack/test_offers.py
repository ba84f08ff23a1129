"""What an answer offers is a button in Slack: pressed, it is a plan; figures come as a picture."""

from __future__ import annotations

from typing import Any

from tests.live.slack.conftest import Town
from tests.live.slack.members import click
from tests.live.slack.workspace import Message, eventually


def offering(town: Town, channel: str, thread: str) -> Message:
    def find() -> Message | None:
        shown = town.workspace.posted(channel, thread)
        return next((m for m in shown if m.button("offer_1")), None)

    return eventually(find)


def test_a_saving_pressed_is_a_plan_that_waits(town: Town) -> None:
    thread = town.mention("UADA", "CO1", "how can we cut costs?")
    message = offering(town, "CO1", thread)
    button = message.button("offer_1")
    assert button is not None
    before = town.started()
    assert town.press("UBOB", message, "offer_1").status_code == 200
    card = town.card("CO1", thread)
    assert "Asked by" in card.words
    assert "bob" in card.words
    assert town.started() == before
    town.press("UBOB", card, "plan_cancel")
    eventually(lambda: "Called off" in card.words)


def test_a_runbooks_next_step_is_a_button(town: Town) -> None:
    thread = town.mention("UADA", "CO2", "what should I do when a disk is full?")
    message = offering(town, "CO2", thread)
    town.press("UADA", message, "offer_1")
    town.answer("CO2", thread, "disk")
    eventually(lambda: len(town.workspace.posted("CO2", thread)) >= 2)


def test_a_press_counts_for_nothing_from_a_stranger_or_with_another_value(town: Town) -> None:
    thread = town.mention("UADA", "CO3", "how can we cut costs?")
    message = offering(town, "CO3", thread)
    town.press("UNOBODY", message, "offer_1")
    town.whisper("UNOBODY", "do not know you")
    forged: dict[str, Any] = click("UADA", message, "offer_1")
    forged["actions"][0]["value"] = '{"x": 1}'
    town.interact(forged)
    town.whisper("UADA", "none of mine")
    assert not any(m.button("plan_cancel") for m in town.workspace.posted("CO3", thread))


def test_figures_come_with_a_picture(town: Town) -> None:
    thread = town.mention("UADA", "CO4", "what does each team cost a month?")
    file = eventually(
        lambda: next((f for f in town.workspace.files.values() if f.get("thread") == thread), None)
    )
    assert file["name"] == "cost_report.png"
    assert file["body"][:8] == b"\x89PNG\r\n\x1a\n"
