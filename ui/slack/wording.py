"""Text on its way into and out of Slack: words from outside never become markup or pings."""

from __future__ import annotations

import html
import re

from ui.text import clean_lines

_LINK = re.compile(r"<(?!@|#|!)([^<>|]+)(?:\|([^<>]*))?>")
_CHANNEL = re.compile(r"<#\w+(?:\|([^<>]*))?>")
_SPECIAL = re.compile(r"<!(?:subteam\^\w+|date\^[^<>|]*|\w+)(?:\|([^<>]*))?>")
_MEMBER = re.compile(r"<@(\w+)(?:\|[^<>]*)?>")
_FORMATS = re.compile(r"`|(?<![^\W_])[*_~]|[*_~](?![^\W_])")
"""A sign that may begin or end a format: not one within a word."""
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " "})


def escaped(text: str) -> str:
    """Text for Slack's mrkdwn: nothing of it is a mention, a link or a format."""
    plain = clean_lines(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _FORMATS.sub(_loosened, plain)


def _loosened(found: re.Match[str]) -> str:
    """A format's sign stands alone between two joiners: it looks the same and formats nothing."""
    return f"\u2060{found[0]}\u2060"


def said(text: str, bot: str) -> str:
    """What a person typed, without the mention of the bot and without Slack's own markup.

    Args:
        text: as Slack sends it.
        bot: the bot's member id.
    """
    own = re.sub(rf"<@{re.escape(bot)}(?:\|[^<>]*)?>", " ", text) if bot else text
    own = _MEMBER.sub(r"@\1", own)
    own = _CHANNEL.sub(lambda found: f"#{found[1] or ''}", own)
    own = _SPECIAL.sub(lambda found: found[1] or "", own)
    own = _LINK.sub(_label, own)
    words = html.unescape(own).translate(_QUOTES)
    return "\n".join(" ".join(line.split()) for line in words.strip().splitlines())


def _label(found: re.Match[str]) -> str:
    """What a link was before Slack made it one."""
    return found[2] or re.sub(r"^(?:https?://|mailto:|tel:)", "", found[1])


def clipped(text: str, length: int) -> str:
    """The text, or its beginning where it is too long."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
