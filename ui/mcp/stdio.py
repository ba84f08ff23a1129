"""MCP over standard input and output: for a client on this machine, as the person who starts it."""

from __future__ import annotations

import anyio
from mcp.server.lowlevel import NotificationOptions
from mcp.server.stdio import stdio_server

from tools.control import connect
from tools.identity import local_user
from tools.settings import Settings
from ui.mcp.server import Client, make_server
from ui.serve.desk import Desk


def run(settings: Settings) -> None:
    """Answer until the input ends."""
    control, _ = connect(settings)
    try:
        base = settings.public_url.rstrip("/")
        anyio.run(_serve, Desk(control), f"{base}/approvals#plan-" if base else "")
    finally:
        control.close()


async def _serve(desk: Desk, plans_at: str) -> None:
    client = Client(local_user("mcp"), frozenset({"read", "plan"}), plans_at)
    server = make_server(lambda: desk, lambda _: client)
    async with stdio_server() as (reading, writing):
        options = server.create_initialization_options(NotificationOptions())
        await server.run(reading, writing, options)
