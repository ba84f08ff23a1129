"""`novacron tokens`: what programs show at `novacron serve` instead of a password."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.commands.grouped import Group
from ui.commands.users import AsJson, open_accounts

app = typer.Typer(cls=Group, rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def tokens() -> None:
    """Make and revoke what programs show at `novacron serve` instead of a password.

    \b
      novacron tokens create ada --scope read --scope plan --label ci --days 30
      novacron tokens revoke 075eb424b28d

    The scope read looks, plan makes plans that wait, approve says yes, admin verifies the audit.
    """


@app.command(name="create")
def create(
    person: Annotated[str, typer.Argument(help="Whose token it is; it can do no more than they.")],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="read, plan, approve, admin; repeat.")
    ] = None,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[
        float | None, typer.Option(min=0.01, help="How long it holds; without: until revoked.")
    ] = 90,
    as_json: AsJson = False,
) -> None:
    """Make a token and show it once; what is kept of it is a hash.

    \b
      novacron tokens create ada --scope read --scope plan --label "ci"
      curl -H "Authorization: Bearer nova_…" http://127.0.0.1:8080/api/plans

    read looks; plan talks and makes plans, on which no yes of its own counts; approve says yes;
    admin verifies the audit.
    """
    from ui.serve.tokens import Tokens
    from ui.wire import write_json

    with open_accounts() as accounts:
        token, secret = Tokens(accounts).create(person, label, scope or ["read"], days)
    if as_json:
        write_json({"id": token.id, "token": secret, "scopes": list(token.scopes)})
        return
    typer.echo(f"Token {token.id} of {token.person} for {', '.join(token.scopes)}, only now:")
    typer.echo(secret)


@app.command(name="list")
def list_tokens(
    person: Annotated[str | None, typer.Argument(help="Only this person's.")] = None,
    as_json: AsJson = False,
) -> None:
    """List tokens, the newest first."""
    from ui.serve.tokens import Tokens
    from ui.wire import write_json

    with open_accounts() as accounts:
        found = Tokens(accounts).list(person)
    if as_json:
        write_json(found)
        return
    from ui.console import open_console
    from ui.tables import simple_table

    if not found:
        typer.echo("There are no tokens: novacron tokens create PERSON --scope read")
        return
    rows = [
        (
            token.id, token.person, ", ".join(token.scopes), token.label,
            "revoked" if token.revoked_at else "",
            token.expires_at.date().isoformat() if token.expires_at else "never",
            token.used_at.date().isoformat() if token.used_at else "never",
        )
        for token in found
    ]  # fmt: skip
    heads = ["id", "person", "scopes", "label", "", "ends", "last used"]
    open_console().print(simple_table(heads, rows))


@app.command(name="revoke")
def revoke(token: Annotated[str, typer.Argument(help="The token's id.")]) -> None:
    """Let a token open nothing more."""
    from ui.serve.tokens import Tokens

    with open_accounts() as accounts:
        revoked = Tokens(accounts).revoke(token)
    typer.echo(f"Token {revoked.id} of {revoked.person} opens nothing more.")
