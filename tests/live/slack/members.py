"""People in Slack: what their clients make Slack send, signed as Slack signs it."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.live.slack.workspace import BOT, Message, Workspace, eventually

ASKED, ANSWERED = "how many machines are in us-west-2?", "3 machines"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
_numbers = itertools.count(1)


def fresh(prefix: str) -> str:
    """A name that was not used before."""
    return f"{prefix}{time.time_ns()}{next(_numbers)}"


@dataclass
class Slack:
    """Slack as NovaCron meets it: what it sends, and what it shows."""

    workspace: Workspace
    client: httpx.Client

    def send(
        self, body: str, kind: str, secret: str = SECRET, at: float | None = None, **headers: str
    ) -> httpx.Response:
        """One request, signed."""
        stamp = str(int(at if at is not None else time.time()))
        mac = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256)
        signed = {
            "x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={mac.hexdigest()}",
            "content-type": kind, **headers,
        }  # fmt: skip
        return self.client.post("/slack/events", content=body.encode(), headers=signed)

    def event(self, event: dict[str, Any], **more: Any) -> httpx.Response:
        """An event of the Events API."""
        return self.send(json.dumps(event_body(event)), "application/json", **more)

    def interact(self, payload: dict[str, Any], **more: Any) -> httpx.Response:
        """A click or a window that was sent."""
        body = urlencode({"payload": json.dumps(payload)})
        return self.send(body, "application/x-www-form-urlencoded", **more)

    # what people do

    def mention(self, member: str, channel: str, words: str, thread: str | None = None) -> str:
        """Mention NovaCron; the thread in which it answers."""
        event = mention_event(member, channel, words, thread)
        assert self.event(event).status_code == 200
        return event.get("thread_ts") or event["ts"]

    def write(self, member: str, words: str) -> str:
        """Write to NovaCron directly; the channel of that."""
        channel = f"D{member[1:]}"
        event = {
            "type": "message", "channel_type": "im", "user": member, "channel": channel,
            "text": words, "ts": fresh("1."),
        }  # fmt: skip
        assert self.event(event).status_code == 200
        return channel

    def command(self, member: str, channel: str, words: str) -> httpx.Response:
        """`/nova …`"""
        form = {
            "command": "/nova", "text": words, "user_id": member, "channel_id": channel,
            "team_id": "T1", "trigger_id": fresh("t"),
            "response_url": f"{self.workspace.url}/respond",
        }  # fmt: skip
        return self.send(urlencode(form), "application/x-www-form-urlencoded")

    def press(self, member: str, message: Message, action_id: str) -> httpx.Response:
        """Press a button of a message."""
        return self.interact(click(member, message, action_id))

    def type(self, member: str, view: dict[str, Any], words: str) -> httpx.Response:
        """Send a window with something typed in it."""
        return self.interact(submission(member, view, words))

    # what people see

    def card(self, channel: str, thread: str | None = None) -> Message:
        """The plan that waits, as soon as it is shown."""

        def find() -> Message | None:
            shown = self.workspace.posted(channel, thread)
            return next((m for m in reversed(shown) if m.button("plan_cancel")), None)

        return eventually(find)

    def answer(self, channel: str, thread: str | None, words: str) -> Message:
        """The message that says this, as soon as it is there."""

        def find() -> Message | None:
            shown = self.workspace.posted(channel, thread)
            return next((m for m in shown if words in m.words), None)

        return eventually(find)

    def whisper(self, member: str, words: str) -> str:
        """What only this member is told, as soon as it says this."""
        return eventually(
            lambda: next((w for w in self.workspace.told(member) if words in w), None)
        )


def event_body(event: dict[str, Any]) -> dict[str, Any]:
    """An event as Slack wraps it."""
    return {
        "type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": fresh("Ev"),
        "event_time": int(time.time()), "event": event,
        "authorizations": [{"team_id": "T1", "user_id": BOT, "is_bot": True}],
    }  # fmt: skip


def mention_event(
    member: str, channel: str, words: str, thread: str | None = None
) -> dict[str, Any]:
    """A mention of NovaCron."""
    event = {
        "type": "app_mention", "user": member, "channel": channel, "ts": fresh("1."),
        "text": f"<@{BOT}> {words}",
    }  # fmt: skip
    return {**event, "thread_ts": thread} if thread else event


def click(member: str, message: Message, action_id: str) -> dict[str, Any]:
    """A button of a message, pressed."""
    button = message.button(action_id)
    assert button is not None, f"no button {action_id}: {message.words}"
    return pressed(
        member, button,
        channel={"id": message.channel},
        container={"type": "message", "message_ts": message.ts, "channel_id": message.channel},
        message={"ts": message.ts, "thread_ts": message.thread},
    )  # fmt: skip


def pressed(member: str, button: dict[str, Any], **where: Any) -> dict[str, Any]:
    """A button, pressed somewhere."""
    action = {k: button[k] for k in ("action_id", "value", "type")}
    return {
        "type": "block_actions", "team": {"id": "T1"}, "user": {"id": member, "team_id": "T1"},
        "trigger_id": fresh("t"), "actions": [{**action, "block_id": "b", "action_ts": "1.1"}],
        **where,
    }  # fmt: skip


def submission(member: str, view: dict[str, Any], words: str) -> dict[str, Any]:
    """A window with something typed in it."""
    state = {"values": {"typed": {"typed": {"type": "plain_text_input", "value": words}}}}
    return {
        "type": "view_submission", "team": {"id": "T1"}, "user": {"id": member, "team_id": "T1"},
        "trigger_id": fresh("t"), "view": {**view, "id": "V1", "state": state},
    }  # fmt: skip
