"""A model's key that is kept in a store: opened at the first turn, and anew with a new key."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.assembly import open_brain
from agent.brains.base import Brain, Context, Understanding
from agent.brains.embedded import EmbeddedBrain
from agent.brains.llm_keys import KeyedBrain
from tests.contract.standing import kept_in
from tools.settings import load_settings


class Opened:
    """A brain that says with which key it was opened."""

    name = "opened"

    def __init__(self, key: SecretStr) -> None:
        self._key = key.get_secret_value()

    def understand(self, text: str, context: Context) -> Understanding:
        return Understanding("reply", text=self._key)


def test_it_is_opened_at_the_first_turn_and_anew_where_the_key_was_replaced(
    context: Context,
) -> None:
    made: list[str] = []

    def make(key: SecretStr) -> Brain:
        made.append(key.get_secret_value())
        return Opened(key)

    key = kept_in("first", "second")
    brain = KeyedBrain("anthropic", key, make, EmbeddedBrain())
    assert (brain.name, made) == ("anthropic", [])
    assert [brain.understand("hello", context).text for _ in range(2)] == ["first", "first"]
    assert key.changed("first")
    assert brain.understand("hello", context).text == "second"
    assert made == ["first", "second"]


def test_a_turn_is_read_without_the_model_where_the_key_cannot_be_had(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "t0ken-not-shown")
    settings = load_settings(
        data_dir=tmp_path, brain="openai", model="m", vault_address="http://127.0.0.1:9",
        api_key="vault:secret/data/nova#key",
    )  # fmt: skip
    brain = open_brain(settings)
    assert brain.name == "openai"
    understood = brain.understand("how many machines are there?", context)
    assert understood.kind == "calls"
    assert "key cannot be had" in understood.note
    assert "t0ken-not-shown" not in repr(understood)
