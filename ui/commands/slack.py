"""`novacron slack`: NovaCron in Slack over Socket Mode, without a web server."""

from __future__ import annotations

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def slack() -> None:
    """Answer in Slack over Socket Mode, until Ctrl-C or SIGTERM. No address need be reachable.

    It takes slack_bot_token, slack_app_token and slack_users; docs/slack.md shows how to install
    the app. `novacron serve` answers in Slack too, where these are set: this is for Slack alone.
    """
    from tools.settings import load_settings
    from ui.slack.alone import run

    run(load_settings())
