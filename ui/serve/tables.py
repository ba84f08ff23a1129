"""The tables of what many people need beside the product's own: talks, people, tokens."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Engine, Float, Index, Integer, Table, Text

from tools.database import take_turn

metadata = sa.MetaData()

threads = Table(
    "threads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("surface", Text, nullable=False),
    Column("shared", Integer, nullable=False),  # 1: others of the tenant may talk on its surface
    Column("title", Text, nullable=False),
    Column("created_at", Float, nullable=False),  # seconds since 1970, UTC
    Column("updated_at", Float, nullable=False),
    Index("threads_of", "tenant", "owner", "updated_at"),
)
"""Conversations, each with the person whose it is."""

messages = Table(
    "messages",
    metadata,
    Column("thread_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False),  # person, novacron
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("turn", Text),  # what came of it, as JSON
)
"""What was said in them, in order."""

offers = Table(
    "offers",
    metadata,
    Column("plan_id", Text, primary_key=True),
    Column("thread_id", Text, nullable=False),
)
"""In which conversation a plan was shown first."""

people = Table(
    "people",
    metadata,
    Column("name", Text, primary_key=True),  # folded
    Column("tenant", Text, nullable=False),
    Column("roles", Text, nullable=False),  # JSON
    Column("password", Text),  # scrypt; null: signs in elsewhere
    Column("source", Text, nullable=False),  # password, oidc
    Column("disabled", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
)
"""Who may sign in."""

identities = Table(
    "identities",
    metadata,
    Column("id", Text, primary_key=True),  # the provider's address and its subject
    Column("person", Text, nullable=False, unique=True),
)
"""Whom of a single sign-on's people an account is: a name can be changed there, this cannot."""

sessions = Table(
    "sessions",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person", Text, nullable=False, index=True),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
)
"""Browsers that are signed in; a cookie is kept as its hash."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("scopes", Text, nullable=False),  # JSON
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("revoked_at", Float),
    Column("used_at", Float),
)
"""What programs show instead of a password; kept as its hash."""

failures = Table(
    "failed_sign_ins",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("who", Text, nullable=False),  # a name, or an address
    Column("at", Float, nullable=False),
    Index("failed_sign_ins_of", "who", "at"),
)
"""Failed sign-ins of late."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("event", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Float),  # null: delivered, or given up
    Column("error", Text),
    Column("created_at", Float, nullable=False),
    Index("deliveries_due", "next_at"),
)
"""Webhooks to send and sent: an event goes to an address once, whichever process sees it."""


def create_tables(engine: Engine) -> None:
    """Make the tables that are not there yet."""
    with engine.begin() as db:
        take_turn(db, "tables")
        metadata.create_all(db)
