"""A model's brain whose key is kept in a store: opened at the first turn, anew with a new key."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pydantic import SecretStr

from agent.brains.base import Brain, Context, Understanding
from agent.brains.llm import without_model
from agent.brains.llm_wire import ModelFailed
from tools.credentials.secret import Secret
from tools.errors import NovaError


class KeyedBrain:
    """A brain that looks its key up before each turn; what is kept of it is minutes old at most.

    Args:
        name: what the brain is called.
        key: where its key is kept.
        make: opens the brain with a key.
        instead: reads a turn where the key cannot be had.
    """

    def __init__(
        self, name: str, key: Secret, make: Callable[[SecretStr], Brain], instead: Brain
    ) -> None:
        self.name = name
        self._key = key
        self._make = make
        self._instead = instead
        self._opened: tuple[str, Brain] | None = None
        self._lock = threading.Lock()

    def understand(self, text: str, context: Context) -> Understanding:
        """Read one turn with the key as it is now."""
        try:
            brain = self._brain(self._key.get_secret_value())
        except NovaError as error:
            failure = ModelFailed(f"the model's key cannot be had: {error.message.rstrip('.')}")
            return without_model(self._instead.understand(text, context), failure)
        return brain.understand(text, context)

    def _brain(self, key: str) -> Brain:
        with self._lock:
            if self._opened is None or self._opened[0] != key:
                self._opened = (key, self._make(SecretStr(key)))
            return self._opened[1]
