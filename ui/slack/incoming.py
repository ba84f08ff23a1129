"""What Slack sends, read: what names it, and where in Slack it comes from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from ui.slack.people import Spot

_WRITTEN = (None, "file_share", "thread_broadcast")
"""Kinds of message that a person wrote just now."""


def event_key(body: Mapping[str, Any]) -> str:
    """What names an event, a click or a command, however often Slack sends it."""
    for name in ("event_id", "trigger_id"):
        if body.get(name):
            return f"{name}/{body[name]}"
    text = json.dumps(body, sort_keys=True, default=str)
    return f"body/{hashlib.sha256(text.encode()).hexdigest()}"


def spot_of_mention(body: Mapping[str, Any]) -> Spot | None:
    """Where NovaCron was mentioned; None where it is no person's fresh message in a channel."""
    event = part(body, "event")
    channel, member = str(event.get("channel", "")), event.get("user")
    if not member or "edited" in event or event.get("bot_id") or channel.startswith("D"):
        return None
    thread = str(event.get("thread_ts") or event["ts"])
    return Spot(str(member), channel, thread, bool(body.get("is_ext_shared_channel")))


def spot_of_message(body: Mapping[str, Any]) -> Spot | None:
    """Where somebody wrote to NovaCron directly; None for any other message."""
    event = part(body, "event")
    if event.get("channel_type") != "im" or event.get("subtype") not in _WRITTEN:
        return None
    if event.get("bot_id") or not event.get("user"):
        return None
    return Spot(str(event["user"]), str(event["channel"]), event.get("thread_ts"))


def spot_of_click(body: Mapping[str, Any]) -> Spot:
    """Where the message stands in which something was pressed."""
    container, message = part(body, "container"), part(body, "message")
    channel = part(body, "channel").get("id") or container.get("channel_id") or ""
    thread = message.get("thread_ts") or container.get("thread_ts")
    return Spot(member_of(body), str(channel), str(thread) if thread else None)


def is_at_home(body: Mapping[str, Any]) -> bool:
    """Whether it was pressed in the App Home."""
    return part(body, "container").get("type") == "view"


def member_of(body: Mapping[str, Any]) -> str:
    """Who pressed or typed."""
    return str(part(body, "user").get("id", ""))


def part(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part of it; empty where there is none."""
    found: object = body.get(name)
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}
