"""NovaCron in Slack as a process of its own."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from tools.errors import InvalidRequest
from tools.settings import Settings
from ui.serve.logs import log_of, set_up_logs
from ui.serve.serving import open_serving
from ui.slack.app import Slack
from ui.slack.mount import Socket


def run(settings: Settings) -> None:
    """Answer until SIGTERM or Ctrl-C.

    Raises:
        InvalidRequest: a token is missing.
    """
    if settings.slack_bot_token is None or settings.slack_app_token is None:
        raise InvalidRequest(
            "Socket Mode takes slack_bot_token and slack_app_token.",
            hint="docs/slack.md shows where they come from.",
        )
    set_up_logs(settings.log_level)
    over = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    answer(settings, over)


def answer(settings: Settings, over: threading.Event) -> None:
    """Answer until it is over."""
    serving = open_serving(settings)
    with serving.opening():
        slack = Slack(settings, lambda: serving.hub, serving.accounts)
        socket = Socket(slack, settings)
        slack.start()
        socket.start()
        try:
            over.wait()
        finally:
            log_of("slack").info("stopping")
            socket.stop()
            slack.stop()
    serving.accounts.engine.dispose()
