"""What goes to Slack: messages, changes of them, words for one person alone, files."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import (
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)

from tools.errors import NovaError
from tools.settings import Settings
from ui.serve.logs import log_of
from ui.slack.blocks import Blocks, fitted, quiet, words
from ui.slack.people import Spot
from ui.slack.results import File, Part
from ui.slack.wording import clipped, escaped

LONGEST_FALLBACK = 3000
"""The text of notifications, and of clients that know no blocks."""
_GONE = frozenset({"message_not_found", "cant_update_message", "channel_not_found", "is_archived"})
_NO_ROOM = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"}
)
_WAITS = 5


def make_client(settings: Settings) -> Any:
    """The Web API, which ships partial types; where Slack says to wait, it is waited for."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    client = WebClient(token=token, base_url=settings.slack_api_url, timeout=30)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=_WAITS))
    client.retry_handlers.append(ServerErrorRetryHandler(max_retry_count=2))
    return client


class Poster:
    """Posts as the app.

    Args:
        client: Slack's Web API.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._log = log_of("slack")

    def post(self, spot: Spot, text: str, blocks: Blocks) -> tuple[str, str]:
        """A message where something was said; its channel and its time, which names it."""
        given: dict[str, Any] = {
            "channel": spot.post_to, "thread_ts": spot.thread, "text": _fallback(text),
            "unfurl_links": False, "unfurl_media": False, "link_names": False,
        }  # fmt: skip
        try:
            made = self.client.chat_postMessage(**given, blocks=fitted(blocks))
        except SlackApiError as error:
            if code_of(error) not in _NO_ROOM:
                raise
            self._log.warning("slack refused blocks", error=code_of(error))
            made = self.client.chat_postMessage(**given)
        return str(made["channel"]), str(made["ts"])

    def part(self, spot: Spot, part: Part) -> None:
        """One message of an answer, with its files."""
        self.post(spot, part.text, part.blocks)
        for file in part.files:
            self.upload(spot, file)

    def change(self, channel: str, ts: str, text: str, blocks: Blocks) -> bool:
        """Write a message anew; False where it is gone."""
        try:
            self.client.chat_update(
                channel=channel, ts=ts, text=_fallback(text), blocks=fitted(blocks)
            )
        except SlackApiError as error:
            if code_of(error) in _GONE:
                return False
            raise
        return True

    def whisper(self, spot: Spot, text: str) -> None:
        """Words that only this person sees."""
        blocks = [words(text)]
        if spot.direct:
            self.post(spot, text, blocks)
            return
        try:
            self.client.chat_postEphemeral(
                channel=spot.channel, user=spot.member, thread_ts=spot.thread,
                text=_fallback(text), blocks=blocks,
            )  # fmt: skip
        except SlackApiError as error:
            self._log.warning("not said", error=code_of(error))

    def error(self, spot: Spot, error: NovaError) -> None:
        """What was wrong, to who did it."""
        self.whisper(spot, " ".join(part for part in (error.message, error.hint) if part))

    def direct(self, member: str) -> Spot:
        """The conversation between a person and the app."""
        opened = self.client.conversations_open(users=member)
        return Spot(member, str(opened["channel"]["id"]))

    def upload(self, spot: Spot, file: File) -> None:
        """A file in the same thread; where Slack takes none, that is said."""
        try:
            self.client.files_upload_v2(
                channel=spot.channel, thread_ts=spot.thread, filename=file.name, title=file.name,
                content=file.content,
            )  # fmt: skip
        except SlackApiError as error:
            self._log.warning("no file", error=code_of(error))
            said = f"Slack took no file ({code_of(error)}); the web chat shows all of it."
            self.post(spot, said, [quiet(said)])


def _fallback(text: str) -> str:
    return clipped(escaped(text), LONGEST_FALLBACK) or "NovaCron"


def code_of(error: SlackApiError) -> str:
    """Slack's word for what was wrong."""
    response: Any = error.response
    return str(response.get("error") or "") if hasattr(response, "get") else ""
