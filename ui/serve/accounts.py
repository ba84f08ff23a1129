"""Who may come in: people with passwords or from a single sign-on, and browsers signed in."""

from __future__ import annotations

import dataclasses
import json
import re
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.database import reading, take_turn
from tools.errors import Conflict, InvalidRequest, NotFound, Throttled
from tools.identity import User
from tools.times import Clock
from ui.serve.passwords import (
    LONGEST,
    SHORTEST,
    hash_password,
    hash_secret,
    is_password,
    random_password,
)
from ui.serve.tables import create_tables, failures, identities, people, sessions, tokens

ROLES = ("viewer", "operator", "admin")
FIRST = "admin"
_NAME = re.compile(r"[\w.@+-]{1,100}")
_WINDOW = timedelta(minutes=15)
_TRIES_OF_NAME = 5
_TRIES_OF_ADDRESS = 30


_SIGNED_IN = (
    sa.select(people)
    .join(sessions, sessions.c.person == people.c.name)
    .where(
        sessions.c.hash == sa.bindparam("hash"),
        sessions.c.expires_at > sa.bindparam("now"),
        people.c.disabled == 0,
    )
)


class TooManySignIns(Throttled):
    """Too many failed sign-ins of late; the password was not looked at."""

    code = "too_many_sign_ins"
    http_status = 429
    retryable = False
    default_hint = "Wait a quarter of an hour, or ask an admin for a new password."


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in, as an admin sees them."""

    name: str
    tenant: str
    roles: tuple[str, ...]
    source: Literal["password", "oidc"]
    disabled: bool
    created_at: datetime


class Accounts:
    """The people of one NovaCron, and the browsers in which they are signed in.

    Args:
        session_hours: how long a browser stays signed in.
    """

    def __init__(self, engine: Engine, clock: Clock, session_hours: float = 12) -> None:
        create_tables(engine)
        self.engine = engine
        self.clock = clock
        self._lifetime = timedelta(hours=session_hours)

    # people

    def first_start(self) -> str | None:
        """Make an admin where nobody is known yet; their password, to be shown once."""
        password = random_password()
        row = _row(FIRST, password, ("admin", "operator"), "default", self.clock())
        with self.engine.begin() as db:
            take_turn(db, "people")
            if db.scalar(sa.select(sa.func.count()).select_from(people)):
                return None
            db.execute(sa.insert(people), row)
        return password

    def create(
        self, name: str, password: str, roles: Collection[str], tenant: str = "default"
    ) -> Person:
        """Let somebody sign in with a password.

        Raises:
            InvalidRequest: the name, a role or the password will not do.
            Conflict: that name is taken.
        """
        _check_password(password)
        row = _row(checked_name(name), password, _checked_roles(roles), tenant, self.clock())
        with self.engine.begin() as db:
            take_turn(db, "people")
            if db.scalar(sa.select(people.c.name).where(people.c.name == row["name"])):
                raise Conflict(f"There is somebody called {row['name']!r} already.")
            db.execute(sa.insert(people), row)
        return self.person(row["name"])

    def welcome(
        self, name: str, roles: Collection[str], tenant: str, surface: str, identity: str
    ) -> User | None:
        """Somebody whom the single sign-on vouches for, with the roles that it gives.

        The identity decides who it is, whatever the name says by now: people can change their
        names at a provider. None where the account is disabled here, has a password, or is
        another identity's.

        Args:
            identity: what the provider never gives to anybody else: its address and the subject.
        """
        wanted = checked_name(name)
        row = {
            "name": wanted, "tenant": tenant, "roles": json.dumps(sorted(_checked_roles(roles))),
            "password": None, "source": "oidc", "disabled": 0,
            "created_at": self.clock().timestamp(),
        }  # fmt: skip
        with self.engine.begin() as db:
            take_turn(db, "people")
            known = _bound(db, wanted, identity)
            if known is None:
                return None
            found = db.execute(sa.select(people).where(people.c.name == known)).one_or_none()
            if found is None:
                db.execute(sa.insert(people), row)
            elif found.source != "oidc":
                return None
            else:
                fresh = {"roles": row["roles"], "tenant": tenant}
                db.execute(sa.update(people).where(people.c.name == known).values(fresh))
            if not db.scalar(sa.select(identities.c.person).where(identities.c.id == identity)):
                db.execute(sa.insert(identities), {"id": identity, "person": known})
        return self.user(known, surface)

    def person(self, name: str) -> Person:
        """Somebody by name.

        Raises:
            NotFound: nobody is called so.
        """
        row = self._row(name)
        if row is None:
            raise NotFound(f"Nobody is called {name[:60]!r}.", hint="novacron users list")
        return _person(row)

    def people(self) -> list[Person]:
        """Everybody, by name."""
        with reading(self.engine) as db:
            return [_person(r) for r in db.execute(sa.select(people).order_by(people.c.name))]

    def user(self, name: str, surface: str) -> User | None:
        """Somebody as they are now, on a surface; None for who is unknown or disabled."""
        row = self._row(name)
        return None if row is None or row.disabled else _user(row, surface)

    def standing(self, user: User) -> User | None:
        """Somebody who agreed earlier, with those of their roles of then that they still have.

        None where they were disabled since. Who has no account here stays as they were: at a
        terminal the rights are those of the machine.
        """
        row = None if user.surface == "terminal" else self._row(user.name)
        if row is None:
            return user
        if row.disabled or row.tenant != user.tenant:
            return None
        return dataclasses.replace(user, roles=user.roles & frozenset(json.loads(row.roles)))

    def set_password(self, name: str, password: str) -> None:
        """Give somebody another password; their browsers are signed out."""
        _check_password(password)
        if self.person(name).source != "password":
            raise Conflict(f"{name} signs in elsewhere and has no password here.")
        self._change(name, password=hash_password(password))

    def disable(self, name: str, disabled: bool = True) -> None:
        """Let somebody in no more: their browsers are signed out and their tokens revoked."""
        self._change(self.person(name).name, disabled=int(disabled))

    def set_roles(self, name: str, roles: Collection[str]) -> None:
        """Give somebody other roles, from now on."""
        self._change(self.person(name).name, roles=json.dumps(sorted(_checked_roles(roles))))

    def _change(self, name: str, **values: Any) -> None:
        known = _folded(name)
        with self.engine.begin() as db:
            db.execute(sa.update(people).where(people.c.name == known).values(values))
            if "roles" in values:
                return
            db.execute(sa.delete(sessions).where(sessions.c.person == known))
            if values.get("disabled"):
                revoked = sa.update(tokens).where(tokens.c.person == known)
                now = self.clock().timestamp()
                db.execute(revoked.where(tokens.c.revoked_at.is_(None)).values(revoked_at=now))

    def _row(self, name: str) -> sa.Row[Any] | None:
        with reading(self.engine) as db:
            query = sa.select(people).where(people.c.name == _folded(name))
            return db.execute(query).one_or_none()

    # signing in

    def sign_in(
        self, name: str, password: str, surface: str = "web", address: str = ""
    ) -> User | None:
        """Who that is, by name and password; None where they do not fit.

        Args:
            name: as it was typed.
            password: as it was typed.
            surface: where.
            address: from where, as the network says.

        Raises:
            TooManySignIns: too many failed of late, of this name there or from that address.
        """
        whose, where = f"{_folded(name)[:100]}@{address}", f"@{address}"
        self._begin_try(whose, where)
        row = self._row(name)
        fits = is_password(password[:LONGEST], row.password if row else None)
        if row is None or not fits or row.disabled:
            self._note_try(where)
            return None
        with self.engine.begin() as db:
            db.execute(sa.delete(failures).where(failures.c.who == whose))
        return _user(row, surface)

    def _begin_try(self, whose: str, where: str) -> None:
        """Count a try of a name before the password is looked at: many at once are no more tries.

        Raises:
            TooManySignIns: there were too many.
        """
        now = self.clock().timestamp()
        since = now - _WINDOW.total_seconds()
        counting = sa.select(sa.func.count()).where(failures.c.at > since)
        with self.engine.begin() as db:
            take_turn(db, "sign-in")
            of_name = db.scalar(counting.where(failures.c.who == whose)) or 0
            of_address = db.scalar(counting.where(failures.c.who == where)) or 0
            if of_name >= _TRIES_OF_NAME or of_address >= _TRIES_OF_ADDRESS:
                wait = _WINDOW.total_seconds()
                raise TooManySignIns("Too many sign-ins have failed.", retry_after_s=wait)
            db.execute(sa.insert(failures), {"who": whose, "at": now})

    def _note_try(self, where: str) -> None:
        now = self.clock().timestamp()
        with self.engine.begin() as db:
            db.execute(sa.delete(failures).where(failures.c.at < now - _WINDOW.total_seconds()))
            db.execute(sa.insert(failures), {"who": where, "at": now})

    # browsers

    def open_session(self, user: User) -> str:
        """A cookie's value for a browser in which somebody has signed in."""
        secret, now = secrets.token_urlsafe(32), self.clock()
        row = {
            "hash": hash_secret(secret), "person": user.name, "created_at": now.timestamp(),
            "expires_at": (now + self._lifetime).timestamp(),
        }  # fmt: skip
        with self.engine.begin() as db:
            db.execute(sa.delete(sessions).where(sessions.c.expires_at < now.timestamp()))
            db.execute(sa.insert(sessions), row)
        return secret

    def user_of_session(self, secret: str, surface: str = "web") -> User | None:
        """Who is signed in with that cookie."""
        given = {"hash": hash_secret(secret), "now": self.clock().timestamp()}
        with reading(self.engine) as db:
            row = db.execute(_SIGNED_IN, given).one_or_none()
        return _user(row, surface) if row is not None else None

    def close_session(self, secret: str) -> None:
        """Sign a browser out."""
        with self.engine.begin() as db:
            db.execute(sa.delete(sessions).where(sessions.c.hash == hash_secret(secret)))


def _bound(db: sa.Connection, name: str, identity: str) -> str | None:
    """The account of an identity: its own, else the one of that name where it is nobody's yet."""
    own = db.scalar(sa.select(identities.c.person).where(identities.c.id == identity))
    if own is not None:
        return own
    taken = db.scalar(sa.select(identities.c.id).where(identities.c.person == name))
    return None if taken is not None else name


def checked_name(name: str) -> str:
    """A person's name as it is kept.

    Raises:
        InvalidRequest: it is empty, too long, or has other signs than letters, digits and .@+-_.
    """
    known = _folded(name)
    if not _NAME.fullmatch(known):
        raise InvalidRequest("A person's name is up to 100 letters, digits and . @ + - _.")
    return known


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _checked_roles(roles: Collection[str]) -> tuple[str, ...]:
    unknown = [role for role in roles if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", role)]
    if unknown or not roles:
        raise InvalidRequest(f"Roles are names such as {', '.join(ROLES)}.")
    return tuple(roles)


def _check_password(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidRequest(f"A password has {SHORTEST} to {LONGEST} signs.")


def _row(
    name: str, password: str, roles: Collection[str], tenant: str, now: datetime
) -> dict[str, Any]:
    return {
        "name": name, "tenant": tenant, "roles": json.dumps(sorted(roles)),
        "password": hash_password(password), "source": "password", "disabled": 0,
        "created_at": now.timestamp(),
    }  # fmt: skip


def _user(row: sa.Row[Any], surface: str) -> User:
    return User(row.name, frozenset(json.loads(row.roles)), surface, row.tenant)


def _person(row: sa.Row[Any]) -> Person:
    created_at = datetime.fromtimestamp(row.created_at, UTC)
    roles = tuple(json.loads(row.roles))
    return Person(row.name, row.tenant, roles, row.source, bool(row.disabled), created_at)
