"""`novacron users`: who may sign in at `novacron serve`."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from tools.errors import InvalidRequest
from ui.commands.grouped import Group

if TYPE_CHECKING:
    from ui.serve.accounts import Accounts, Person

app = typer.Typer(cls=Group, rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The person's name.")]
Roles = Annotated[
    list[str] | None, typer.Option("--role", help="viewer, operator, admin; repeat for several.")
]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


@app.callback()
def users() -> None:
    """Say who may sign in at `novacron serve`, and as what.

    \b
      novacron users add ada --role operator --role admin
      novacron users add bob --role viewer --tenant north
      novacron users disable bob

    What a role may do is said by the policies: by default a viewer looks, an operator asks and
    approves, an admin may also take guards away.
    """


@contextmanager
def open_accounts() -> Generator[Accounts]:
    """The accounts of the NovaCron that is set up."""
    from tools.database import open_database
    from tools.settings import load_settings
    from tools.times import utc_now
    from ui.serve.accounts import Accounts

    settings = load_settings()
    engine = open_database(settings.database)
    try:
        yield Accounts(engine, utc_now, settings.session_hours)
    finally:
        engine.dispose()


@app.command(name="add")
def add(
    name: Name,
    role: Roles = None,
    tenant: Annotated[str, typer.Option(help="Whose plans and operations they see.")] = "default",
    password_stdin: FromInput = False,
) -> None:
    """Let somebody sign in; without a password given, one is made and shown once.

    \b
      novacron users add ada --role operator --role admin
      echo "a long password" | novacron users add bob --role operator --password-stdin
    """
    with open_accounts() as accounts:
        password, made = _password(password_stdin)
        person = accounts.create(name, password, _known(role or ["operator"]), tenant)
        typer.echo(f"{person.name} may sign in, as {', '.join(person.roles)}.")
        if made:
            typer.echo(f"Password, shown only now: {password}")


@app.command(name="list")
def list_people(as_json: AsJson = False) -> None:
    """List who may sign in."""
    from ui.wire import write_json

    with open_accounts() as accounts:
        people = accounts.people()
    if as_json:
        write_json(people)
        return
    from ui.console import open_console
    from ui.tables import simple_table

    if not people:
        typer.echo("Nobody may sign in yet: novacron users add NAME --role operator")
        return
    rows = [_row(person) for person in people]
    console = open_console()
    console.print(simple_table(["name", "tenant", "roles", "signs in by", ""], rows))


@app.command(name="disable")
def disable(name: Name) -> None:
    """Let somebody in no more: browsers are signed out, tokens revoked."""
    with open_accounts() as accounts:
        accounts.disable(name)
    typer.echo(f"{name} is disabled.")


@app.command(name="enable")
def enable(name: Name) -> None:
    """Let somebody in again; their tokens stay revoked."""
    with open_accounts() as accounts:
        accounts.disable(name, disabled=False)
    typer.echo(f"{name} may sign in again.")


@app.command(name="password")
def password(name: Name, password_stdin: FromInput = False) -> None:
    """Give somebody another password; their browsers are signed out."""
    with open_accounts() as accounts:
        chosen, made = _password(password_stdin)
        accounts.set_password(name, chosen)
    typer.echo(f"{name} has another password.")
    if made:
        typer.echo(f"Password, shown only now: {chosen}")


@app.command(name="roles")
def roles(name: Name, role: Roles = None) -> None:
    """Give somebody other roles."""
    if not role:
        raise InvalidRequest("No role is given.", hint="--role operator")
    with open_accounts() as accounts:
        accounts.set_roles(name, _known(role))
    typer.echo(f"{name} is {', '.join(sorted(role))} now.")


def _known(roles: list[str]) -> list[str]:
    """These roles, where the policies speak of them: with a misspelt one nobody may do anything."""
    from tools.names import require_known
    from tools.policy import load_policies, roles_of_policies
    from tools.settings import load_settings

    named = roles_of_policies(load_policies(load_settings().policies))
    return [require_known("role", role, named, "the policies in force") for role in roles]


def _password(from_input: bool) -> tuple[str, bool]:
    """The password, and whether it was made here."""
    from ui.serve.passwords import random_password

    if not from_input:
        return random_password(), True
    return sys.stdin.readline().rstrip("\r\n"), False


def _row(person: Person) -> tuple[str, ...]:
    state = "disabled" if person.disabled else ""
    return person.name, person.tenant, ", ".join(person.roles), person.source, state
