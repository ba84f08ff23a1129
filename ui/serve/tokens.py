"""Tokens: what programs show instead of a password, each with scopes and an end."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa

from tools.database import reading
from tools.errors import InvalidRequest, NotAllowed, NotFound
from tools.identity import User
from ui.serve.accounts import Accounts
from ui.serve.passwords import hash_secret
from ui.serve.tables import people, tokens

Scope = Literal["read", "plan", "approve", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "nova_"
_SEEN_EVERY_S = 60


@dataclass(frozen=True, slots=True)
class Token:
    """A token as a list shows it; its secret was shown once and is not kept."""

    id: str
    label: str
    person: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who comes with a token, and what it lets them do."""

    user: User
    scopes: frozenset[Scope]


_BEARER = (
    sa.select(tokens.c.id, tokens.c.scopes, tokens.c.used_at, people)
    .join(people, people.c.name == tokens.c.person)
    .where(
        tokens.c.hash == sa.bindparam("hash"),
        tokens.c.revoked_at.is_(None),
        sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > sa.bindparam("now")),
        people.c.disabled == 0,
    )
)


class Tokens:
    """The tokens of one NovaCron."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._engine = accounts.engine

    def create(
        self, person: str, label: str, scopes: Collection[str], days: float | None = None
    ) -> tuple[Token, str]:
        """A new token of a person, and its secret, to be shown once.

        Raises:
            NotFound: nobody is called so.
            InvalidRequest: a scope is none.
            NotAllowed: the scope admin for somebody who is no admin.
        """
        owner = self._accounts.person(person)
        wanted = _scopes(scopes)
        if "admin" in wanted and "admin" not in owner.roles:
            raise NotAllowed(f"{owner.name} is no admin: the scope admin is not theirs to give.")
        secret, now = f"{PREFIX}{secrets.token_urlsafe(32)}", self._accounts.clock()
        token_id = uuid.uuid4().hex[:12]
        row = {
            "id": token_id, "hash": hash_secret(secret), "label": label[:100],
            "person": owner.name, "scopes": json.dumps(wanted), "created_at": now.timestamp(),
            "expires_at": (now + timedelta(days=days)).timestamp() if days else None,
        }  # fmt: skip
        with self._engine.begin() as db:
            db.execute(sa.insert(tokens), row)
        return self.get(token_id), secret

    def get(self, token_id: str) -> Token:
        """A token by its id.

        Raises:
            NotFound: there is none.
        """
        with reading(self._engine) as db:
            row = db.execute(sa.select(tokens).where(tokens.c.id == token_id)).one_or_none()
        if row is None:
            raise NotFound(f"There is no token {token_id[:40]!r}.", hint="novacron tokens list")
        return _token(row)

    def list(self, person: str | None = None) -> list[Token]:
        """The tokens, the newest first; of one person, or of all."""
        query = sa.select(tokens).order_by(tokens.c.created_at.desc())
        if person is not None:
            query = query.where(tokens.c.person == self._accounts.person(person).name)
        with reading(self._engine) as db:
            return [_token(row) for row in db.execute(query)]

    def revoke(self, token_id: str) -> Token:
        """Let a token open nothing more."""
        self.get(token_id)
        change = sa.update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
        with self._engine.begin() as db:
            db.execute(change.values(revoked_at=self._accounts.clock().timestamp()))
        return self.get(token_id)

    def bearer(self, secret: str, surface: str = "api") -> Bearer | None:
        """Who comes with that secret; None where it opens nothing.

        Without the scope approve no yes of theirs counts, and without plan and approve they only
        look.
        """
        now = self._accounts.clock().timestamp()
        with reading(self._engine) as db:
            row = db.execute(_BEARER, {"hash": hash_secret(secret), "now": now}).one_or_none()
        if row is None:
            return None
        if now - (row.used_at or 0) > _SEEN_EVERY_S:
            with self._engine.begin() as db:
                db.execute(sa.update(tokens).where(tokens.c.id == row.id).values(used_at=now))
        roles: frozenset[str] = frozenset(json.loads(row.roles))
        own: frozenset[Scope] = frozenset(json.loads(row.scopes))
        scopes = own if "admin" in roles else own - {"admin"}  # roles are those of now
        user = User(row.name, roles, surface, row.tenant, approves="approve" in scopes)
        return Bearer(user, scopes)


def _scopes(given: Collection[str]) -> list[Scope]:
    unknown = sorted(set(given) - set(SCOPES))
    if unknown or not given:
        raise InvalidRequest(f"Scopes are {', '.join(SCOPES)}.")
    return [scope for scope in SCOPES if scope in given]


def _token(row: sa.Row[Any]) -> Token:
    def moment(seconds: float | None) -> datetime | None:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    return Token(
        row.id, row.label, row.person, tuple(json.loads(row.scopes)),
        datetime.fromtimestamp(row.created_at, UTC), moment(row.expires_at),
        moment(row.revoked_at), moment(row.used_at),
    )  # fmt: skip
