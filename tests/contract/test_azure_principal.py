"""A service principal of Azure whose secret is kept in a store, over a sign-in of our own."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.contract.azure_bench import SUBSCRIPTIONS
from tests.contract.standing import kept_in
from tests.live.fakepve.world import certificate_in
from tools.credentials.secret import Secret
from tools.errors import NotAllowed
from tools.providers.azure import Azure, AzureSettings

TENANT = "22222222-2222-4333-8444-555555555555"
RIGHT = "the-right-secret"


@dataclass
class SignIn:
    """Microsoft's sign-in, as far as a service principal goes.

    Attributes:
        given: the secrets that were sent.
    """

    url: str = ""
    given: list[str] = field(default_factory=list[str])

    def get(self) -> dict[str, Any]:
        base = f"{self.url}/{TENANT}"
        return {
            "issuer": f"{base}/v2.0", "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        }  # fmt: skip

    def post(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        self.given.append(form["client_secret"][0])
        if self.given[-1] == RIGHT:
            token = "eyJhbGciOiJub25lIn0.eyJhcHBpZCI6Im5vdmEtYXBwIn0.c2ln"
            return 200, {"token_type": "Bearer", "expires_in": 3600, "access_token": token}
        said = "AADSTS7000215: Invalid client secret provided."
        return 401, {"error": "invalid_client", "error_description": said}


@pytest.fixture
def sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignIn]:
    made = SignIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(200, made.get())

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._send(*made.post(parse_qs(raw)))

        def _send(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    certificate, key = certificate_in(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made.url = f"https://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    yield made
    server.shutdown()
    server.server_close()


def opened(sign_in: SignIn, secret: Secret) -> Azure:
    given = {
        "kind": "azure", "subscriptions": SUBSCRIPTIONS, "tenant_id": TENANT,
        "client_id": "nova-app", "client_secret": secret, "authority": sign_in.url,
    }  # fmt: skip
    return Azure.open(AzureSettings.model_validate(given))


def test_a_secret_that_was_replaced_in_its_store_is_met_without_a_restart(
    sign_in: SignIn,
) -> None:
    secret = kept_in("old-secret", RIGHT)
    azure = opened(sign_in, secret)
    assert sign_in.given == []
    assert azure._link.as_whom() == "nova-app"
    assert sign_in.given == ["old-secret", RIGHT]
    azure.close()


def test_a_secret_that_is_refused_is_ours_and_is_in_no_error(sign_in: SignIn) -> None:
    azure = opened(sign_in, kept_in("wrong-secret"))
    with pytest.raises(NotAllowed) as caught:
        azure._link.as_whom()
    assert "wrong-secret" not in f"{caught.value!r} {caught.value.as_dict()}"
    assert caught.value.hint
    azure.close()


@pytest.mark.parametrize("missing", ["tenant_id", "client_id", "client_secret"])
def test_a_principal_is_given_whole(missing: str) -> None:
    given = {"tenant_id": TENANT, "client_id": "nova-app", "client_secret": RIGHT}
    del given[missing]
    with pytest.raises(ValueError, match="go together"):
        AzureSettings.model_validate({"kind": "azure", **given})
