"""References into Vault, against a real server: engines, ways to sign in, what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.wire import Answer, Way, Wire, WireFault
from tests.live.fakepve.world import certificate_in
from tests.live.vault.world import POD_TOKEN, ROOT, Server, kubernetes, vault_server
from tools.credentials.secret import Secret
from tools.credentials.stores import Stores
from tools.credentials.vault import VaultOptions
from tools.errors import (
    InvalidRequest,
    NotAllowed,
    NotFound,
    NovaError,
    ProviderError,
    Throttled,
    Unreachable,
)

pytestmark = [pytest.mark.live, pytest.mark.timeout(90)]

VALUE = "0pen-Sesame-11"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with vault_server(tmp_path_factory.mktemp("vault")) as running:
        yield running


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    host, _, port = server.url.removeprefix("http://").partition(":")
    made = Wire(host, int(port))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def begin(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is written stands, and nothing of this machine's user is taken."""
    for name in ("VAULT_ADDR", "VAULT_TOKEN", "VAULT_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    server.put("novacron", password=VALUE, port=5432)
    server.ask("POST", "kv/novacron", {"password": f"{VALUE}-v1"})


class Reader:
    """Reads references with one set of stores, as settings do; its clock moves when told to."""

    def __init__(self, **options: Any) -> None:
        self.now = 0.0
        self.stores = Stores(VaultOptions(**options), lambda: self.now)

    def __call__(self, text: str) -> str:
        return self.secret(text).get_secret_value()

    def secret(self, text: str) -> Secret:
        made = Secret(text)
        made.bind(self.stores)
        return made


def by_token(url: str, token: str = ROOT) -> Reader:
    return Reader(address=url, token=Secret(token))


def failure(read: Reader, text: str, kind: type[NovaError]) -> NovaError:
    """The error of a reading; no value and no token is in it."""
    with pytest.raises(kind) as caught:
        read(text)
    said = f"{caught.value!r} {caught.value.as_dict()}"
    assert not [word for word in (VALUE, ROOT, POD_TOKEN) if word in said]
    assert caught.value.hint
    return caught.value


def test_both_engines_are_read(server: Server) -> None:
    read = by_token(server.url)
    assert read("vault:secret/data/novacron#password") == VALUE
    assert read("vault:secret/data/novacron#port") == "5432"
    assert read("vault:kv/novacron#password") == f"{VALUE}-v1"


def test_address_and_token_are_those_of_vault_s_own_variables_and_files(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VAULT_ADDR", server.url)
    monkeypatch.setenv("VAULT_TOKEN", ROOT)
    assert Secret("vault:kv/novacron#password").get_secret_value() == f"{VALUE}-v1"
    monkeypatch.delenv("VAULT_TOKEN")
    failed = failure(Reader(), "vault:kv/novacron#password", NotAllowed)
    assert "vault login" in failed.hint
    (tmp_path / ".vault-token").write_text(f"{ROOT}\n")
    assert Reader()("vault:kv/novacron#password") == f"{VALUE}-v1"


def test_a_role_of_approle_signs_in_and_may_no_more_than_its_policy(server: Server) -> None:
    role_id, secret_id = server.approle()
    server.put("other", password=VALUE)
    read = Reader(address=server.url, auth="approle", role=role_id, secret_id=Secret(secret_id))
    assert read("vault:secret/data/novacron#password") == VALUE
    failed = failure(read, "vault:secret/data/other#password", NotAllowed)
    assert "policy" in failed.hint
    assert "approle" in read.stores.check("vault")
    wrong = Reader(address=server.url, auth="approle", role=role_id, secret_id=Secret("no"))
    assert "vault_role" in failure(wrong, "vault:kv/novacron#password", NotAllowed).hint
    nobody = Reader(address=server.url, auth="approle")
    assert "vault_role" in failure(nobody, "vault:kv/novacron#password", InvalidRequest).hint


def test_a_pod_s_account_signs_in(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "token"
    with kubernetes() as address:
        certificate, _ = certificate_in(tmp_path)
        config = {
            "kubernetes_host": address, "disable_local_ca_jwt": True,
            "kubernetes_ca_cert": certificate.read_text(),
        }  # fmt: skip
        server.ask("POST", "auth/kubernetes/config", config)
        role = {
            "bound_service_account_names": "nova", "bound_service_account_namespaces": "ops",
            "token_policies": "novacron",
        }  # fmt: skip
        server.ask("POST", "auth/kubernetes/role/nova", role)
        read = Reader(address=server.url, auth="kubernetes", role="nova", jwt_file=file)
        failed = failure(read, "vault:secret/data/novacron#password", NotAllowed)
        assert "inside a pod" in failed.hint
        file.write_text(POD_TOKEN)
        assert read("vault:secret/data/novacron#password") == VALUE
        file.write_text(f"{POD_TOKEN[:-4]}AAAA")
        other = Reader(address=server.url, auth="kubernetes", role="nova", jwt_file=file)
        assert "role" in failure(other, "vault:kv/novacron#password", NotAllowed).hint


def test_a_sign_in_that_ended_is_made_anew(server: Server) -> None:
    role_id, secret_id = server.approle(token_ttl="1s", token_max_ttl="1s")
    read = Reader(address=server.url, auth="approle", role=role_id, secret_id=Secret(secret_id))
    assert read("vault:secret/data/novacron#password") == VALUE
    time.sleep(1.5)  # the server's own clock ends it, ours stands still
    assert read("vault:kv/novacron#password") == f"{VALUE}-v1"


def test_a_token_is_renewed_before_it_ends(server: Server, wire: Wire) -> None:
    token = server.token("novacron", ttl="1h", explicit_max_ttl="30d")
    read = by_token(wire.url, token)
    read("vault:secret/data/novacron#password")
    renewals = [r for r in wire.requests if r.path.endswith("renew-self")]
    assert renewals == []
    read.now = 2500.0
    read("vault:secret/data/novacron#password")
    assert len([r for r in wire.requests if r.path.endswith("renew-self")]) == 1
    read.now = 4000.0
    read("vault:secret/data/novacron#password")
    assert len([r for r in wire.requests if r.path.endswith("renew-self")]) == 1


def test_a_value_that_was_changed_is_seen_after_minutes_and_at_once_where_it_is_refused(
    server: Server,
) -> None:
    read = by_token(server.url)
    secret = read.secret("vault:secret/data/novacron#password")
    assert secret.get_secret_value() == VALUE
    server.put("novacron", password="changed")
    assert secret.get_secret_value() == VALUE
    assert secret.changed(VALUE)
    assert secret.get_secret_value() == "changed"
    server.put("novacron", password="again")
    read.now = 301.0
    assert secret.get_secret_value() == "again"


def test_what_is_not_there_is_told_with_what_to_do(server: Server) -> None:
    read = by_token(server.url)
    missing = failure(read, "vault:secret/data/novacron#passwd", NotFound)
    assert missing.choices == ("password", "port")
    assert "Check the path" in failure(read, "vault:secret/data/nothing#a", NotFound).hint
    unversioned = failure(read, "vault:secret/novacron#password", NotFound)
    assert "MOUNT/data/NAME" in unversioned.hint
    server.put("gone", password=VALUE)
    server.ask("DELETE", "secret/data/gone")
    assert "deleted" in failure(read, "vault:secret/data/gone#password", NotFound).hint


def test_a_token_that_is_none_and_one_that_may_not_are_told_apart(server: Server) -> None:
    unknown = failure(by_token(server.url, "nonsense"), "vault:kv/novacron#password", NotAllowed)
    assert "does not know the token" in unknown.message
    server.policy("little", "secret/data/other")
    lesser = by_token(server.url, server.token("little"))
    refused = failure(lesser, "vault:kv/novacron#password", NotAllowed)
    assert "read" in refused.hint


def test_a_server_that_is_away_or_busy_or_another_one_is_told(wire: Wire) -> None:
    read = by_token(wire.url)
    with wire.cut():
        away = failure(read, "vault:kv/novacron#password", Unreachable)
    assert "vault_address" in away.hint

    def answered(status: int, body: bytes) -> WireFault:
        kind = {"Content-Type": "application/json"}
        return WireFault(Way.ANSWERED, answer=Answer(status, body, kind))

    for status, body, kind, words in (
        (503, b'{"errors":["Vault is sealed"]}', Unreachable, "is sealed"),
        (429, b'{"errors":["rate limit quota exceeded"]}', Throttled, "slow down"),
        (500, b'{"errors":["internal error"]}', ProviderError, "internal error"),
        (200, b"<html>hello</html>", ProviderError, "no sound answer"),
    ):
        with wire.faulty(answered(status, body)):
            assert words in failure(read, "vault:kv/novacron#password", kind).message
    with wire.faulty(WireFault(Way.LOST)):
        failure(read, "vault:kv/novacron#password", Unreachable)
    assert read("vault:kv/novacron#password") == f"{VALUE}-v1"


def test_the_store_says_where_as_whom_and_for_how_long(server: Server) -> None:
    said = by_token(server.url, server.token("novacron", ttl="1h")).stores.check("vault")
    assert server.url.removeprefix("http://") in said
    assert "signed in for 3" in said
