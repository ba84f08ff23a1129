"""What a store is, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Found:
    """What is under a path: values by key, `""` being the whole; and how long they hold, in s."""

    values: Mapping[str, str] = field(repr=False)
    lease_s: float | None = None


class Store(Protocol):
    """One place where secrets are kept."""

    def read(self, path: str) -> Found:
        """What is under a path.

        Raises:
            NovaError: it cannot be read, or there is nothing.
        """
        ...

    def check(self) -> str:
        """Say in a line what is reached and as whom; raise if it is not."""
        ...
