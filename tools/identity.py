"""Who asks, and through which surface."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass

VOICE = "voice"
"""The surface of what is spoken: what must be typed cannot be said there."""


@dataclass(frozen=True, slots=True)
class User:
    """An authenticated person; `roles` come from the sign-in, never from the conversation.

    Attributes:
        approves: whether a yes may come this way; False for a program that only plans.
        sees: a selector as JSON: for them no other machine exists; empty: the whole fleet.
    """

    name: str
    roles: frozenset[str] = frozenset({"operator"})
    surface: str = "terminal"
    tenant: str = "default"
    approves: bool = True
    sees: str = ""


Standing = Callable[[User], User | None]
"""Somebody as they are now, with no more rights than then; None for who may not sign in now."""


def local_user(surface: str = "terminal") -> User:
    """The person at this machine's terminal: an operator and an admin of their own NovaCron."""
    return User(getpass.getuser(), frozenset({"operator", "admin"}), surface)
