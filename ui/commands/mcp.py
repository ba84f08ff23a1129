"""`novacron mcp`: the catalogue for an MCP client, over standard input and output."""

from __future__ import annotations

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def mcp() -> None:
    """Speak MCP over standard input and output, for a client that starts this command.

    \b
      {"mcpServers": {"novacron": {"command": "novacron", "args": ["mcp"]}}}

    Reads answer at once. A change makes a plan that waits: a person approves it with
    `novacron approve`, in the chat or on the web; the client cannot. Over HTTP the same is at
    /mcp of `novacron serve`, with a token.
    """
    from tools.settings import load_settings
    from ui.mcp.stdio import run

    run(load_settings())
