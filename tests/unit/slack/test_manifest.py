"""The manifest asks for what the app uses, and for no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[3]


def manifest() -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / "deploy" / "slack-manifest.yaml").read_text())


def test_it_hears_mentions_direct_messages_and_the_home() -> None:
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert set(events) == {"app_mention", "message.im", "app_home_opened"}
    assert manifest()["settings"]["interactivity"]["is_enabled"] is True
    assert manifest()["features"]["slash_commands"][0]["command"] == "/nova"


def test_it_asks_to_read_no_channel() -> None:
    scopes = set(manifest()["oauth_config"]["scopes"]["bot"])
    assert not scopes & {"channels:history", "groups:history", "mpim:history"}
    assert {"app_mentions:read", "chat:write", "commands", "files:write", "im:write"} <= scopes
