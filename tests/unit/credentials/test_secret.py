"""Secrets of the settings: what is a reference, what is shown, and how long a value is kept."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, SecretStr

from tools.credentials.found import Found
from tools.credentials.secret import SECRET_KEYS, Reference, Secret, parse
from tools.credentials.stores import KEPT_S, Stores
from tools.errors import InvalidRequest, NotFound, NovaError, Unreachable
from tools.providers.kinds import connections_of, kinds
from tools.settings import Settings, load_settings

VALUE = "0pen-Sesame-9"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("vault:secret/data/nova#password", Reference("vault", "secret/data/nova", "password")),
        ("vault:/kv/a b/nova#key", Reference("vault", "kv/a b/nova", "key")),
        ("aws-secrets:nova#password", Reference("aws-secrets", "nova", "password")),
        ("aws-secrets:nova", Reference("aws-secrets", "nova", "")),
        (
            "aws-secrets:arn:aws:secretsmanager:eu-west-1:123456789012:secret:nova-AbCdEf#key",
            Reference(
                "aws-secrets", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:nova-AbCdEf",
                "key",
            ),
        ),
        ("vaulted:secret", None),
        ("xoxb-1#2", None),
        ("plain:vault:secret/data/nova#password", None),
        ("", None),
    ],
)  # fmt: skip
def test_what_is_a_reference(text: str, reference: Reference | None) -> None:
    assert parse(text) == reference


@pytest.mark.parametrize("text", ["vault:secret/data/nova", "vault:#key", "aws-secrets:", "vault:"])
def test_a_reference_that_is_not_whole_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidRequest, match="slack_bot_token") as caught:
        load_settings(slack_bot_token=text)
    assert "secret/data/nova" not in caught.value.message
    entry = {"kind": "vsphere", "url": "vc", "password": text}
    with pytest.raises(InvalidRequest, match="password: a reference into") as caught:
        load_settings(connections=(entry,))
    assert "secret/data/nova" not in caught.value.message


def test_a_value_is_itself_and_plain_takes_it_as_it_stands() -> None:
    assert Secret(VALUE).get_secret_value() == VALUE
    assert Secret("plain:vault:a#b").get_secret_value() == "vault:a#b"
    assert not Secret("").get_secret_value()


class Model(BaseModel):
    """Something with a secret."""

    secret: Secret | None = None
    anything: dict[str, Any] = {}


@pytest.mark.parametrize("text", [VALUE, "vault:secret/data/nova#password"])
def test_it_is_shown_nowhere_and_nothing_is_looked_up_for_showing(text: str) -> None:
    model = Model(secret=text, anything={"password": Secret(text)})  # type: ignore[arg-type]
    shown = [
        repr(model), str(model), f"{model.secret}", repr(model.model_dump()),
        model.model_dump_json(), repr(model.model_dump(mode="json")), str(Model.model_validate(
            {"secret": SecretStr(text)})),
    ]  # fmt: skip
    assert not [one for one in shown if text in one]
    assert json.loads(model.model_dump_json())["secret"] == "**********"
    assert Secret(text) == Secret(text) != Secret("another")
    assert len({Secret(text), Secret(text)}) == 1


def test_settings_show_no_secret_of_a_connection() -> None:
    entry = {"kind": "vsphere", "url": "vc", "user": "nova", "password": VALUE}
    settings = Settings(connections=(entry,), slack_bot_token=VALUE, api_key=VALUE)  # type: ignore[arg-type]
    assert VALUE not in repr(settings) + settings.model_dump_json() + repr(settings.model_dump())
    (connection,) = connections_of(settings.connections, discover=False, environment={})
    assert VALUE not in repr(connection)


def test_a_wrong_setting_beside_a_secret_does_not_show_it() -> None:
    with pytest.raises(InvalidRequest) as caught:
        load_settings(slack_bot_token=[VALUE], connections=({"password": {"x": VALUE}},))
    said = "".join(traceback.format_exception(caught.value))
    assert VALUE not in said
    entry = {"kind": "proxmox", "url": "pve", "password": [VALUE]}
    with pytest.raises(InvalidRequest) as caught:
        connections_of([entry], discover=False, environment={})
    assert VALUE not in "".join(traceback.format_exception(caught.value))


def test_every_secret_of_a_kind_is_hidden_in_the_settings() -> None:
    found = {
        name
        for kind in kinds().values()
        for name, field in kind.settings.model_fields.items()
        if field.annotation is Secret or Secret in get_args(field.annotation)
    }
    assert found == SECRET_KEYS


def test_what_signs_in_to_vault_is_not_kept_in_vault() -> None:
    with pytest.raises(InvalidRequest, match="vault_secret_id"):
        load_settings(vault_secret_id="vault:secret/data/nova#id")


class Kept:
    """A store in memory that counts its readings."""

    def __init__(self) -> None:
        self.values = {"password": VALUE}
        self.lease_s: float | None = None
        self.error: NovaError | None = None
        self.readings = 0

    def read(self, path: str) -> Found:
        self.readings += 1
        if self.error:
            raise self.error
        return Found(dict(self.values), self.lease_s)

    def check(self) -> str:
        return "kept"


@pytest.fixture
def store() -> Kept:
    return Kept()


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def secret(store: Kept, clock: list[float]) -> Callable[[str], Secret]:
    stores = Stores(clock=lambda: clock[0])
    stores._stores["vault"] = store

    def made(key: str) -> Secret:
        one = Secret(f"vault:secret/data/nova#{key}")
        one.bind(stores)
        return one

    return made


def test_it_is_read_when_first_asked_for_and_kept_for_minutes(
    secret: Callable[[str], Secret], store: Kept, clock: list[float]
) -> None:
    password = secret("password")
    assert store.readings == 0
    assert [password.get_secret_value() for _ in range(3)] == [VALUE] * 3
    assert store.readings == 1
    store.values = {"password": "new"}
    clock[0] = KEPT_S - 1
    assert password.get_secret_value() == VALUE
    clock[0] = KEPT_S
    assert (password.get_secret_value(), store.readings) == ("new", 2)


def test_keys_of_one_lease_belong_together_and_are_read_anew_before_its_end(
    secret: Callable[[str], Secret], store: Kept, clock: list[float]
) -> None:
    store.values, store.lease_s = {"user": "u1", "password": "p1"}, 90
    user, password = secret("user"), secret("password")
    assert (user.get_secret_value(), password.get_secret_value()) == ("u1", "p1")
    store.values = {"user": "u2", "password": "p2"}
    clock[0] = 59
    assert (user.get_secret_value(), password.get_secret_value()) == ("u1", "p1")
    clock[0] = 60
    assert (password.get_secret_value(), user.get_secret_value()) == ("p2", "u2")
    assert store.readings == 2


def test_one_that_was_refused_is_looked_at_again_at_once(
    secret: Callable[[str], Secret], store: Kept
) -> None:
    password = secret("password")
    used = password.get_secret_value()
    assert not password.changed(used)
    store.values = {"password": "new"}
    assert password.changed(used)
    assert password.get_secret_value() == "new"
    assert not Secret(VALUE).changed(VALUE)


def test_a_key_that_is_not_there_is_told_with_those_that_are(
    secret: Callable[[str], Secret], store: Kept
) -> None:
    store.values = {"pass": VALUE, "user": "nova"}
    with pytest.raises(NotFound, match="has no key 'password'") as caught:
        secret("password").get_secret_value()
    assert caught.value.choices == ("pass", "user")
    assert VALUE not in repr(caught.value.as_dict())


def test_a_store_that_fails_is_asked_again(secret: Callable[[str], Secret], store: Kept) -> None:
    store.error = Unreachable("It is away.")
    password = secret("password")
    for _ in range(2):
        with pytest.raises(Unreachable):
            password.get_secret_value()
    store.error = None
    assert (password.get_secret_value(), store.readings) == (VALUE, 3)


def test_the_file_and_the_environment_take_references(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "novacron.toml"
    file.write_text(
        'slack_bot_token = "vault:secret/data/slack#bot"\nvault_address = "http://127.0.0.1:1"\n'
        '[[connections]]\nkind = "proxmox"\nurl = "pve"\ntoken = "aws-secrets:pve#token"\n'
    )
    monkeypatch.setenv("NOVACRON_CONFIG", str(file))
    monkeypatch.setenv("NOVACRON_API_KEY", "aws-secrets:claude")
    settings = load_settings()
    assert settings.slack_bot_token
    assert settings.api_key
    assert str(settings.slack_bot_token.reference) == "vault:secret/data/slack#bot"
    assert str(settings.api_key.reference) == "aws-secrets:claude"
    assert str(settings.connections[0]["token"].reference) == "aws-secrets:pve#token"
