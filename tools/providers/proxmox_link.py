"""The link to one Proxmox VE cluster: signing in, requests, tasks, and errors in our words."""

from __future__ import annotations

import importlib
import re
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import Field

from tools.credentials.secret import Secret
from tools.errors import (
    Capacity,
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NovaError,
    OutcomeUnknown,
    ProviderError,
    Throttled,
    Unreachable,
    Unsupported,
)
from tools.providers.kinds import ConnectionSettings, missing_sdk

_AGAIN_AFTER_S = 0.2
_UNSENT = {"NewConnectionError", "ConnectTimeoutError", "SSLError", "NameResolutionError"}

SAYINGS: tuple[tuple[str, type[NovaError]], ...] = (
    (r"protection mode enabled|permission check failed|permission denied", NotAllowed),
    (r"no quorum", Unreachable),
    (r"does not exist|no such |unable to find", NotFound),
    (r"no space|out of space|not enough|quota", Capacity),
    (
        r"already|not running|is running|is locked|can't lock|got timeout|checksum mismatch"
        r"|not stopped|in use",
        Conflict,
    ),
    (r"not supported|not available|not implemented", Unsupported),
)
"""Proxmox says most things with the status 500 and its own words; the first that fits counts."""
_STATUSES: dict[int, type[NovaError]] = {
    400: InvalidRequest, 401: NotAllowed, 403: NotAllowed, 404: NotFound, 429: Throttled,
    501: Unsupported, 503: Throttled, 595: Unreachable,
}  # fmt: skip
_HINTS = {
    "HTTP 401": "Check the user, the realm and the password or token of the connection.",
    "HTTP 403": "Give the connection's user or token that privilege in Proxmox.",
    "HTTP 595": "Its node is off or away: look at the node.",
    "no quorum": "The cluster has lost its quorum: look at its nodes.",
    "protection mode": "Unprotect it first.",
    "got timeout": "Look at its console; stop it by force to cut the power.",
    "checksum mismatch": "Somebody else changed it meanwhile: look at it and ask again.",
    "is locked": "A backup, snapshot or migration works on it: wait for its end.",
}


class ProxmoxSettings(ConnectionSettings):
    """The keys of one Proxmox VE cluster; a token, or a user with a password."""

    kind: str = "proxmox"
    url: str = Field(description="pve.example.com, or https://pve.example.com:8006")
    user: str = Field("", description="who signs in, such as novacron@pve")
    password: Secret = Field(Secret(""), description="the user's password")
    token: Secret = Field(Secret(""), description="user@realm!name=secret")
    verify: bool | str = Field(True, description="look at certificates; or a file of those trusted")
    location: str = Field("", description="what stands in machine ids; empty: the cluster's name")
    storage: str = Field("", description="where new disks go; empty: where the first disk is")
    stop_limit_s: int = Field(120, ge=1, description="how long a guest may take to shut down")
    task_limit_s: float = Field(3600, gt=0, description="how long a task may take")


def discover(environment: Mapping[str, str]) -> list[ProxmoxSettings]:
    """By the variables of Ansible's modules, or those of Terraform's provider."""
    get = environment.get
    url = get("PROXMOX_URL") or get("PROXMOX_HOST") or get("PROXMOX_VE_ENDPOINT")
    if not url:
        return []
    token = get("PROXMOX_VE_API_TOKEN", "")
    if identity := get("PROXMOX_TOKEN_ID"):
        who = identity if "!" in identity else f"{get('PROXMOX_USER', '')}!{identity}"
        token = f"{who}={get('PROXMOX_TOKEN_SECRET', '')}"
    insecure = get("PROXMOX_VE_INSECURE") or get("PROXMOX_INSECURE") or ""
    found = {
        "url": url,
        "user": get("PROXMOX_USER") or get("PROXMOX_VE_USERNAME") or "",
        "password": get("PROXMOX_PASSWORD") or get("PROXMOX_VE_PASSWORD") or "",
        "token": token,
        "verify": insecure.lower() not in {"1", "true", "yes"},
    }
    return [ProxmoxSettings.model_validate(found)]


class Link:
    """One user or token on one cluster."""

    def __init__(self, settings: ProxmoxSettings) -> None:
        self._settings = settings
        self._secret = settings.token if len(settings.token) else settings.password
        self._used = ""
        self._date: str | None = None
        self._lock = threading.Lock()
        self._sign_in()

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _who(self) -> dict[str, str]:
        """Who signs in, with the secret as it is now."""
        self._used = self._secret.get_secret_value()
        if self._secret is not self._settings.token:
            return {"user": self._settings.user, "password": self._used}
        who, _, value = self._used.partition("=")
        user, _, name = who.partition("!")
        return {"user": user, "token_name": name, "token_value": value}

    def _sign_in(self, *, again: bool = False) -> None:
        try:
            https: Any = importlib.import_module("proxmoxer.backends.https")
        except (ImportError, SystemExit) as error:
            raise missing_sdk("proxmox", "proxmox") from error
        url = self._settings.url
        parts = urlsplit(url if "://" in url else f"https://{url}")
        keys: dict[str, Any] = {"verify_ssl": self._settings.verify, "timeout": 30}
        keys |= self._who()
        self.user = str(keys["user"])
        try:
            backend = https.Backend(parts.hostname or "", port=parts.port or 8006, **keys)
        except https.AuthenticationError as error:
            busy = re.search(r"code: (429|5\d\d)", str(error))
            if not busy and not again and self._secret.changed(self._used):
                return self._sign_in(again=True)
            kind = Unreachable if busy else NotAllowed
            raise kind(
                f"{self.user} cannot sign in to {parts.hostname}.",
                hint="Check the user, the realm and the password of the connection.",
            ) from None
        except (https.requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise _broken("Signing in", error, acting=False) from error
        self._base, self._session = backend.get_base_url(), backend.get_session()
        self._failures = (https.requests.RequestException,)

    def ask(self, what: str, method: str, path: str, **data: Any) -> Any:
        """One request; what only looks is sent again after a short refusal, and everything after
        a ticket that had ended, for nothing was done then."""
        for last in (False, True):
            try:
                return self._send(what, method, path, data)
            except NovaError as error:
                wait_s = error.retry_after_s or _AGAIN_AFTER_S
                again = isinstance(error, Throttled) and method == "GET" and wait_s < 1
                if last or not (again or error.vendor_code == "HTTP 401"):
                    raise
                if again:
                    time.sleep(wait_s)
                else:
                    with self._lock:
                        if self._secret is self._settings.token:
                            self._secret.changed(self._used)  # it may have been replaced
                        self._sign_in()
        raise AssertionError("the last attempt returns or raises")

    def _send(self, what: str, method: str, path: str, data: dict[str, Any]) -> Any:
        acting = method != "GET"
        way = {"data": data} if method in ("POST", "PUT") else {"params": data}
        try:
            answer = self._session.request(method, self._base + quote(path, safe="/:@!"), **way)
            said: dict[str, Any] = dict(answer.json()) if _is_json(answer) else {}
        except (*self._failures, ValueError, TypeError) as error:
            raise _broken(what, error, acting=acting) from error
        if answer.status_code < 300 and "data" in said:
            self._date = answer.headers.get("Date")
            return said["data"]
        message = str(said.get("message") or answer.reason) if said else ""
        details = said.get("errors")
        raise _refused(what, answer, f"{message.strip()} {details or ''}".strip(), acting)

    def version(self) -> tuple[str, str | None]:
        """Which version of Proxmox VE it is, and when it said so: its header `Date`."""
        what = "Checking Proxmox VE"
        found = self.ask(what, "GET", "/version")
        return str(found["version"]), self._date

    def do(self, what: str, method: str, path: str, **data: Any) -> None:
        """Act, and wait for the task that it begins, if it does."""
        upid = self.ask(what, method, path, **data)
        if not str(upid).startswith("UPID:"):
            return
        node = str(upid).split(":")[1]
        end, pause = time.monotonic() + self._settings.task_limit_s, 0.05
        while True:
            try:
                task = self.ask(what, "GET", f"/nodes/{node}/tasks/{upid}/status")
            except NovaError as error:
                raise OutcomeUnknown(f"{what}: its task cannot be read: {error.message}") from error
            if task.get("status") == "stopped":
                break
            if time.monotonic() > end:
                raise OutcomeUnknown(f"{what}: the task {upid} still runs.")
            time.sleep(pause)
            pause = min(pause * 1.6, 2.0)
        ended = str(task.get("exitstatus"))
        if ended != "OK" and not ended.startswith("WARNINGS"):
            raise _in_our_words(what, ended, ProviderError, "TASK ERROR")


def _is_json(answer: Any) -> bool:
    return "json" in str(answer.headers.get("Content-Type", ""))


def _refused(what: str, answer: Any, message: str, acting: bool) -> NovaError:
    """What an answer that is no success is in our words."""
    status: int = answer.status_code
    code = f"HTTP {status}"
    if not message and status not in _STATUSES:
        # Not Proxmox's own words: something in front of it, or half an answer.
        kind = OutcomeUnknown if acting else Unreachable
        return kind(f"{what}: no sound answer came from Proxmox ({code}).", vendor_code=code)
    if status in (596, 597, 599):
        kind = OutcomeUnknown if acting else Unreachable
        return kind(f"{what}: the node did not answer ({code}).", vendor_code=code)
    error = _in_our_words(what, message or code, _STATUSES.get(status, ProviderError), code)
    if isinstance(error, Throttled):
        wait = str(answer.headers.get("Retry-After", ""))
        error.retry_after_s = float(wait) if wait.isdigit() else None
    return error


def _in_our_words(what: str, text: str, kind: type[NovaError], code: str) -> NovaError:
    """What Proxmox's words are in ours; a status that says more than 500 goes before them."""
    said = text.casefold()
    if kind is ProviderError:
        kind = next((k for pattern, k in SAYINGS if re.search(pattern, said)), kind)
    hints = (hint for sign, hint in _HINTS.items() if sign in said or sign == code)
    return kind(f"{what}: {text.strip()}", hint=next(hints, ""), vendor_code=code)


def _broken(what: str, error: BaseException, *, acting: bool) -> NovaError:
    """What a link that broke is in our words: refused connections carried nothing."""
    if _never_sent(error):
        return Unreachable(
            f"{what}: Proxmox cannot be reached.",
            hint="Check its address and certificate; `verify = false` trusts any certificate.",
        )
    kind = OutcomeUnknown if acting else Unreachable
    return kind(f"{what}: no sound answer came from Proxmox ({type(error).__name__}).")


def _never_sent(error: BaseException) -> bool:
    reason: Any = getattr(error.args[0], "reason", None) if error.args else None
    names = {type(one).__name__ for one in (error, reason) if one is not None}
    return bool(
        names & {"NewConnectionError", "ConnectTimeoutError", "SSLError", "NameResolutionError"}
    )
