"""Secrets in AWS Secrets Manager, on moto: by name, by ARN, by key, and where they are not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.aws_bench import Raw
from tests.contract.moto_world import ACCESS_KEY, SECRET_KEY, MotoWire, refusal, reset, session
from tests.contract.wire import Way, WireFault
from tools.credentials.secret import Secret
from tools.credentials.stores import Stores
from tools.errors import InvalidRequest, NotAllowed, NotFound, Unreachable
from tools.providers.aws import AwsSettings, connect

pytestmark = [pytest.mark.xdist_group("moto")]

VALUE = "0pen-Sesame-10"


@pytest.fixture
def wire(moto: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[MotoWire]:
    reset(moto)
    made = MotoWire(moto)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", made.url)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    yield made
    made.close()


@pytest.fixture
def manager(moto: int, wire: MotoWire) -> Any:
    return session("eu-west-1").client("secretsmanager", endpoint_url=f"http://127.0.0.1:{moto}")


def value_of(text: str) -> str:
    secret = Secret(text)
    secret.bind(Stores())
    return secret.get_secret_value()


def test_a_text_a_key_and_an_arn(manager: Any) -> None:
    whole = json.dumps({"password": VALUE, "port": 5432})
    arn = manager.create_secret(Name="novacron/pve", SecretString=whole)["ARN"]
    manager.create_secret(Name="key", SecretString=VALUE)
    assert value_of("aws-secrets:key") == VALUE
    assert value_of("aws-secrets:novacron/pve#password") == VALUE
    assert value_of("aws-secrets:novacron/pve#port") == "5432"
    assert value_of("aws-secrets:novacron/pve") == whole
    assert value_of(f"aws-secrets:{arn}#password") == VALUE


def test_an_arn_of_another_region_is_asked_for_there(moto: int, wire: MotoWire) -> None:
    other = session("us-west-2").client("secretsmanager", endpoint_url=f"http://127.0.0.1:{moto}")
    arn = other.create_secret(Name="far", SecretString=VALUE)["ARN"]
    assert value_of(f"aws-secrets:{arn}") == VALUE
    with pytest.raises(NotFound) as caught:
        value_of("aws-secrets:far")
    assert "region" in caught.value.hint


def test_a_secret_that_was_rotated_is_seen_when_it_is_looked_at_anew(manager: Any) -> None:
    manager.create_secret(Name="key", SecretString="old")
    secret = Secret("aws-secrets:key")
    secret.bind(Stores())
    assert secret.get_secret_value() == "old"
    manager.put_secret_value(SecretId="key", SecretString=VALUE)
    assert secret.get_secret_value() == "old"
    assert secret.changed("old")
    assert secret.get_secret_value() == VALUE


def test_what_goes_wrong_is_told_without_the_value(manager: Any, wire: MotoWire) -> None:
    manager.create_secret(Name="pve", SecretString=json.dumps({"password": VALUE}))
    with pytest.raises(NotFound, match="has no key 'pass'") as wrong_key:
        value_of("aws-secrets:pve#pass")
    assert wrong_key.value.choices == ("password",)
    assert VALUE not in repr(wrong_key.value.as_dict())
    manager.create_secret(Name="blob", SecretBinary=b"\x00\x01")
    with pytest.raises(InvalidRequest, match="binary"):
        value_of("aws-secrets:blob")
    body = json.dumps({"__type": "AccessDeniedException", "Message": "no"}).encode()
    denied = refusal("AccessDeniedException")
    denied = type(denied)(400, body, {"Content-Type": "application/x-amz-json-1.1"})
    with wire.faulty(WireFault(Way.ANSWERED, answer=denied)), pytest.raises(NotAllowed) as refused:
        value_of("aws-secrets:pve#password")
    assert "secretsmanager:GetSecretValue" in refused.value.hint
    with wire.cut(), pytest.raises(Unreachable):
        value_of("aws-secrets:pve#password")


def test_the_store_says_as_whom_it_is_read(wire: MotoWire) -> None:
    assert "123456789012" in Stores().check("aws-secrets")


def test_a_connection_signs_in_with_a_key_from_a_store(
    moto: int, manager: Any, wire: MotoWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"access": "AKIDFROMSTORE", "secret": SECRET_KEY}
    manager.create_secret(Name="nova/aws", SecretString=json.dumps(key))
    Raw(moto, "eu-west-1").run("web-1")
    given = {
        "access_key": "aws-secrets:nova/aws#access", "secret_key": "aws-secrets:nova/aws#secret",
        "regions": ["eu-west-1"], "endpoint_url": wire.url, "prices": "table",
    }  # fmt: skip
    provider = connect(AwsSettings.model_validate(given))
    wire.forget()
    assert [vm.name for vm in provider.list_machines()] == ["web-1"]
    assert all("AKIDFROMSTORE" in r.headers["Authorization"] for r in wire.requests)
    provider.close()
