"""`novacron serve`: web chat, HTTP and MCP for many people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ui.serve.serving import Serving

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    pages: Annotated[
        bool, typer.Option("--pages/--no-pages", help="With the chat for browsers.")
    ] = True,
) -> None:
    """Serve the chat for browsers, the HTTP interface and MCP, until Ctrl-C or SIGTERM.

    \b
      novacron serve                           http://127.0.0.1:8080
      novacron serve --host 0.0.0.0            for others; put TLS in front, set NOVACRON_PUBLIC_URL

    The first start makes the account `admin` and shows its password once; `novacron users` makes
    others. A stop ends after what is under way; what could not end is taken over at the next
    start. Logs go to standard error, one JSON object a line.
    """
    from tools.settings import load_settings
    from ui.console import open_console
    from ui.serve.running import run

    console = open_console(stderr=True)
    settings = load_settings()

    def announce(serving: Serving, address: str) -> None:
        shown = settings.public_url or address
        console.print(f"NovaCron: {shown} (Ctrl-C stops it)", markup=False, highlight=False)
        password = serving.accounts.first_start()
        if password is None:
            console.print("Sign in as before; `novacron users password admin` sets another one.")
        else:
            console.print("First start: sign in as admin with this password, shown only now:")
            console.print(f"  {password}", markup=False, highlight=False)

    run(settings, host, port, pages=pages, announce=announce)
