"""Who asks, and through which surface."""

from __future__ import annotations

import getpass
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """An authenticated person; `roles` come from the sign-in, never from the conversation.

    Attributes:
        approves: whether a yes may come this way; False for a program that only plans.
    """

    name: str
    roles: frozenset[str] = frozenset({"operator"})
    surface: str = "terminal"
    tenant: str = "default"
    approves: bool = True


def local_user(surface: str = "terminal") -> User:
    """The person at this machine's terminal: an operator and an admin of their own NovaCron."""
    return User(getpass.getuser(), frozenset({"operator", "admin"}), surface)
