"""HashiCorp Vault, or OpenBao: signing in, reading, and errors in our words.

hvac is loaded at the first look. A secret is asked for by the path of Vault's HTTP interface, so
that every engine can be read: `secret/data/NAME` of a KV engine of version 2, `kv/NAME` of version
1, `database/creds/ROLE`. A connection is opened for each look: they are rare.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from tools.credentials.found import Found
from tools.credentials.secret import Secret
from tools.credentials.vault_errors import (
    in_our_words,
    is_login_refused,
    is_refused,
    load_sdk,
    no_sound_answer,
)
from tools.errors import InvalidRequest, NotAllowed, NotFound, NovaError

Auth = Literal["token", "approle", "kubernetes"]

JWT_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
"""Where Kubernetes puts a pod's own token."""
_LIMIT_S = 10
_NEVER = float("inf")


@dataclass(frozen=True)
class VaultOptions:
    """How Vault is reached and who signs in; what is empty is taken from Vault's own variables.

    Attributes:
        address: such as https://vault.example.com:8200; empty: VAULT_ADDR.
        namespace: of Vault Enterprise; empty: VAULT_NAMESPACE.
        auth: how NovaCron signs in.
        mount: where that way of signing in is mounted; empty: under its own name.
        role: AppRole's role id, or the role in Kubernetes' way.
        token: for the way `token`; None: VAULT_TOKEN, or what `vault login` kept.
        secret_id: AppRole's secret id.
        jwt_file: the pod's token, for Kubernetes' way.
    """

    address: str = ""
    namespace: str = ""
    auth: Auth = "token"
    mount: str = ""
    role: str = ""
    token: Secret | None = None
    secret_id: Secret | None = None
    jwt_file: Path = JWT_FILE


@dataclass(frozen=True)
class _Session:
    """A token, when it is to be renewed, and when it ends."""

    token: str
    renewable: bool
    renew_at: float
    ends_at: float


class Vault:
    """One Vault as one identity; used by one thread at a time."""

    def __init__(self, options: VaultOptions, clock: Callable[[], float]) -> None:
        self._options = options
        self._clock = clock
        self._session: _Session | None = None

    def read(self, path: str) -> Found:
        """What is under a path of Vault's HTTP interface.

        Raises:
            NovaError: it cannot be read, or there is nothing.
        """
        what = f"Reading {path} in Vault"
        with self._client(what) as client:
            body = self._asked(client, lambda: client.adapter.get(f"/v1/{quote(path)}"))
        return _found(path, what, body)

    def check(self) -> str:
        """Which Vault it is, as whom, and how long the sign-in holds."""
        with self._client("Looking at Vault") as client:
            found = self._asked(client, client.auth.token.lookup_self)["data"]
        ttl = int(found.get("ttl") or 0)
        holds = f"for {ttl} s" if ttl else "without an end"
        return f"Vault at {self._where()} as {found.get('display_name', '?')}, signed in {holds}"

    def _where(self) -> str:
        address = self._options.address or os.environ.get("VAULT_ADDR") or "http://localhost:8200"
        return urlsplit(address).netloc or address

    @contextmanager
    def _client(self, what: str) -> Generator[Any]:
        """A client for one look; what goes wrong is an error of ours."""
        hvac, options = load_sdk(), self._options
        client: Any = hvac.Client(
            url=options.address or None,
            token="",
            namespace=options.namespace or os.environ.get("VAULT_NAMESPACE") or None,
            timeout=_LIMIT_S,
        )
        try:
            yield client
        except NovaError:
            raise
        except Exception as error:
            raise in_our_words(error, what, self._where()) from error
        finally:
            client.adapter.close()

    def _asked(self, client: Any, ask: Callable[[], Any]) -> Any:
        """Sign in where that is due and ask; a refused sign-in of ours is made anew once."""
        fresh = self._sign_in(client)
        try:
            return ask()
        except Exception as error:
            if fresh or not is_refused(error):
                raise
        self._session = None
        self._sign_in(client)
        return ask()

    def _sign_in(self, client: Any) -> bool:
        """Give the client a token that holds; whether it was signed in just now."""
        now, session = self._clock(), self._session
        if session is not None:
            client.token = session.token
            if now < session.renew_at:
                return False
            if session.renewable and now < session.ends_at and self._renewed(client, now):
                return False
        self._session = self._signed_in(client, now)
        client.token = self._session.token
        return True

    def _renewed(self, client: Any, now: float) -> bool:
        try:
            auth = client.auth.token.renew_self()["auth"]
        except Exception as error:
            if not is_login_refused(error):
                raise
            return False
        self._session = _session(auth, now)
        return True

    def _signed_in(self, client: Any, now: float) -> _Session:
        options = self._options
        mount = options.mount or options.auth
        if options.auth == "token":
            return self._by_token(client, now)
        client.token = None
        if options.auth == "approle":
            given = {"role_id": options.role, "secret_id": self._secret_id(), "mount_point": mount}
            answer = self._login(lambda: client.auth.approle.login(**given))
        else:
            given = {"role": options.role, "jwt": self._jwt(), "mount_point": mount}
            answer = self._login(lambda: client.auth.kubernetes.login(**given))
        return _session(answer["auth"], now)

    def _login(self, login: Callable[[], Any]) -> Any:
        """Sign in; a role must be named."""
        options = self._options
        if not options.role:
            raise InvalidRequest(
                f"Signing in to Vault by {options.auth} takes a role.", hint="Set vault_role."
            )
        try:
            return login()
        except Exception as error:
            if not is_login_refused(error):
                raise
            raise NotAllowed(
                f"Vault at {self._where()} refuses the sign-in by {options.auth}.",
                hint="Check vault_role, vault_mount, and the secret id or the pod's account.",
            ) from error

    def _by_token(self, client: Any, now: float) -> _Session:
        given = self._options.token
        token = given.get_secret_value() if given else load_sdk().utils.get_token_from_env()
        if not token:
            raise NotAllowed(
                "There is no token for Vault.",
                hint="Run `vault login`, set vault_token or VAULT_TOKEN, or choose another "
                "vault_auth: approle, kubernetes.",
            )
        client.token = token
        try:
            found = client.auth.token.lookup_self()["data"]
        except Exception as error:
            if not is_refused(error):
                raise
            raise NotAllowed(
                f"Vault at {self._where()} does not know the token, or it has expired.",
                hint="Sign in again: `vault login`, or give a new vault_token.",
            ) from error
        facts = {"lease_duration": found.get("ttl"), "renewable": found.get("renewable")}
        return _session({"client_token": token, **facts}, now)

    def _secret_id(self) -> str | None:
        secret_id = self._options.secret_id
        return secret_id.get_secret_value() if secret_id else None

    def _jwt(self) -> str:
        try:
            return self._options.jwt_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NotAllowed(
                f"There is no token of a pod in {self._options.jwt_file}.",
                hint="vault_auth = kubernetes works inside a pod; see vault_jwt_file.",
            ) from error


def _session(auth: Mapping[str, Any], now: float) -> _Session:
    lasts_s = float(auth.get("lease_duration") or 0) or _NEVER
    renewable = bool(auth.get("renewable"))
    return _Session(str(auth["client_token"]), renewable, now + lasts_s * 2 / 3, now + lasts_s)


def _found(path: str, what: str, body: Any) -> Found:
    if not isinstance(body, dict):
        raise no_sound_answer(what)
    answer: dict[str, Any] = body  # pyright: ignore[reportUnknownVariableType]
    data: Any = answer.get("data")
    if isinstance(data, dict) and isinstance(data.get("metadata"), dict) and "data" in data:  # pyright: ignore[reportUnknownMemberType]
        data = data["data"]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(data, dict):
        raise NotFound(f"Vault has nothing under {path}.", hint="Check the path.")
    values: dict[str, Any] = data  # pyright: ignore[reportUnknownVariableType]
    lease_s = float(answer["lease_duration"]) if answer.get("lease_id") else None
    return Found(
        {key: v if isinstance(v, str) else json.dumps(v) for key, v in values.items()}, lease_s
    )
