"""The connection to Compute Engine: its clients, its errors in our words, operations followed.

The SDK is loaded here, when a connection opens. Verbs use the SDK's `*_unary` methods: the
operation objects that the others give poll through a client that ignores the endpoint.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar
from urllib.parse import urlsplit

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
)
from tools.providers.http_reading import BY_STATUS, LONGEST_PAUSE_S, patiently, seconds_in
from tools.providers.kinds import missing_sdk

T = TypeVar("T")

ERRORS: dict[type[NovaError], tuple[str, ...]] = {
    NotFound: ("notFound", "RESOURCE_NOT_FOUND", "INVALID_USAGE_RESOURCE_NOT_FOUND"),
    Conflict: (
        "alreadyExists", "conditionNotMet", "resourceInUseByAnotherResource", "resourceNotReady",
        "invalidResourceUsage", "RESOURCE_ALREADY_EXISTS", "CONDITION_NOT_MET",
        "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "RESOURCE_NOT_READY", "badRequest",
    ),
    Capacity: (
        "quotaExceeded", "limitExceeded", "QUOTA_EXCEEDED", "LIMIT_EXCEEDED",
        "ZONE_RESOURCE_POOL_EXHAUSTED", "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS",
        "RESOURCE_POOL_EXHAUSTED", "IP_SPACE_EXHAUSTED", "IP_SPACE_EXHAUSTED_WITH_DETAILS",
        "REGION_QUOTA_EXCEEDED", "STOCKOUT", "INSUFFICIENT_CAPACITY",
    ),
    Throttled: (
        "rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED",
        "concurrentOperationsQuotaExceeded", "operationRateExceeded",
    ),
    NotAllowed: (
        "forbidden", "authError", "accessNotConfigured", "PERMISSIONS_ERROR",
        "insufficientPermissions",
    ),
    InvalidRequest: ("invalid", "required", "invalidParameter", "INVALID_FIELD_VALUE"),
}  # fmt: skip
"""Which of our errors each reason or code is; others go by their HTTP status."""

_BY_REASON = {reason: kind for kind, reasons in ERRORS.items() for reason in reasons}
_HINTS: dict[type[NovaError], str] = {
    NotAllowed: "Sign in again (gcloud auth application-default login), or ask for the role "
    "Compute Instance Admin in the project.",
    Capacity: "Try another zone or machine type, or ask Google for more quota.",
}
_REQUESTS = uuid.UUID("b3a04bb5-5a3a-5f0b-8a39-3f7a1f1f9a0e")
_TIMEOUT_S = 60.0
_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)


def request_id(token: str, step: str) -> str:
    """The request id of one step of one act; Google carries out no request id twice."""
    return str(uuid.uuid5(_REQUESTS, f"{token}\n{step}") if token else uuid.uuid4())


class Link:
    """Clients to one endpoint with one sign-in; safe to use from many threads.

    Args:
        endpoint: where the API is, if not at Google.
        anonymous: send no sign-in.
        service_account: the key, in JSON, of who signs in instead of whom Google's chain finds.
        limit_s: how long an operation is followed.
    """

    def __init__(
        self,
        endpoint: str = "",
        *,
        anonymous: bool = False,
        service_account: str | None = None,
        limit_s: float = 300,
    ) -> None:
        try:
            self.compute: Any = import_module("google.cloud.compute_v1")
            self.exceptions: Any = import_module("google.api_core.exceptions")
            auth: Any = import_module("google.auth")
            self._auth_errors: Any = import_module("google.auth.exceptions")
        except ImportError as error:
            raise missing_sdk("gcp", "gcp") from error
        self._requests: Any = import_module("requests")
        self._parsing: Any = import_module("google.protobuf.json_format")
        self.endpoint = endpoint
        self.limit_s = limit_s
        self.project: str | None = None
        if anonymous:
            self.credentials: Any = import_module("google.auth.credentials").AnonymousCredentials()
        elif service_account is not None:
            self.credentials, self.project = _of_key(service_account)
        else:
            try:
                self.credentials, self.project = auth.default(scopes=_SCOPES)
            except self._auth_errors.GoogleAuthError as error:
                raise NotAllowed(
                    "There is no usable sign-in to Google Cloud here.",
                    hint="Run: gcloud auth application-default login, or set "
                    "GOOGLE_APPLICATION_CREDENTIALS.",
                ) from error
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def as_whom(self) -> str:
        """The account behind the credentials, as far as they tell."""
        account = getattr(self.credentials, "service_account_email", None)
        return str(account or getattr(self.credentials, "account", "") or "the signed-in user")

    def call(self, client: str, method: str, **request: Any) -> Any:
        """Send one request, such as `call("instances", "get", project=…, zone=…, instance=…)`."""
        return getattr(self._client(client), method)(
            request=request, retry=None, timeout=_TIMEOUT_S
        )

    def _client(self, name: str) -> Any:
        with self._lock:
            if name not in self._clients:
                made = "".join(part.capitalize() for part in name.split("_")) + "Client"
                options = {"api_endpoint": self.endpoint} if self.endpoint else None
                self._clients[name] = getattr(self.compute, made)(
                    credentials=self.credentials, client_options=options
                )
            return self._clients[name]

    def read(self, what: str, reading: Callable[[], T]) -> T:
        """Look at something; what is refused for now is tried again.

        Raises:
            NovaError: what went wrong, in our words.
        """
        return patiently(
            reading,
            self._foreign(),
            lambda error: self.in_our_words(error, what, sent=False),
        )

    def get(self, what: str, client: str, **request: Any) -> Any:
        """One resource, as its protobuf."""
        found = self.read(what, lambda: self.call(client, "get", **request))
        return _pb(found)

    def rows(self, what: str, client: str, **request: Any) -> list[Any]:
        """All pages of a list, as protobufs."""

        def reading() -> list[Any]:
            pages = self.call(client, "list", **request).pages
            return [row for page in pages for row in _pb(page).items]

        return self.read(what, reading)

    def scoped_rows(self, what: str, client: str, field: str, **request: Any) -> list[Any]:
        """All pages of an aggregated list; one that a zone is missing from is refused.

        Raises:
            Unreachable: Google could not look into a zone or a region.
        """

        def reading() -> list[Any]:
            rows: list[Any] = []
            for page in self.call(client, "aggregated_list", **request).pages:
                for scope, part in _pb(page).items.items():
                    if part.warning.code == "UNREACHABLE":
                        raise Unreachable(f"{what}: Google cannot look into {scope} now.")
                    rows.extend(getattr(part, field))
            return rows

        return self.read(what, reading)

    def act(self, what: str, client: str, method: str, **request: Any) -> Any:
        """Send what changes something; gives its operation, which may still run.

        Raises:
            OutcomeUnknown: it was sent and no answer came.
        """
        try:
            sent = self.call(client, f"{method}_unary", **request)
        except self._foreign() as error:
            raise self.in_our_words(error, what, sent=True) from error
        return _pb(sent)

    def follow(self, what: str, operation: Any) -> Any:
        """Wait until an operation has ended; a lost poll is only asked again: the act was taken.

        Raises:
            OutcomeUnknown: it has not ended in time, or it can no longer be looked at.
            NovaError: it failed.
        """
        until = time.monotonic() + self.limit_s
        pause = 0.03
        while operation.status != self._done:
            if time.monotonic() > until:
                raise OutcomeUnknown(f"{what}: accepted, not finished after {self.limit_s:g} s.")
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_S)
            operation = self._polled(what, operation)
        for error in operation.error.errors:
            kind = _BY_REASON.get(error.code, ProviderError)
            raise kind(
                f"{what}: {error.message or error.code}", vendor_code=error.code,
                hint=_HINTS.get(kind, ""),
            )  # fmt: skip
        return operation

    @property
    def _done(self) -> int:
        return int(self.compute.Operation.Status.DONE)

    def _polled(self, what: str, operation: Any) -> Any:
        client, place = operation_place(operation)
        try:
            found = self.call(client, "get", operation=operation.name, **place)
        except self._foreign() as error:
            ours = self.in_our_words(error, what, sent=False)
            if not ours.retryable:
                raise OutcomeUnknown(
                    f"{what}: accepted, but it cannot be followed. {ours.message}"
                ) from error
            time.sleep(min(ours.retry_after_s or 0, LONGEST_PAUSE_S))
            return operation
        return _pb(found)

    def was_sent(self, token: str, step: str, project: str, zone: str) -> Any | None:
        """The operation of this very step, if Google took it at an earlier attempt."""
        wanted = f'clientOperationId = "{request_id(token, step)}"'
        if not token:
            return None
        found = self.rows(
            "Looking for an earlier attempt", "zone_operations",
            project=project, zone=zone, filter=wanted,
        )  # fmt: skip
        return found[0] if found else None

    def _foreign(self) -> tuple[type[BaseException], ...]:
        return (
            self.exceptions.GoogleAPIError,
            self._auth_errors.GoogleAuthError,
            self._requests.exceptions.RequestException,
            self._parsing.ParseError,
        )

    def in_our_words(self, error: BaseException, what: str, *, sent: bool) -> NovaError:
        """What an error of the SDK is; `sent`: the request may have changed something."""
        if isinstance(error, self._auth_errors.GoogleAuthError):
            return NotAllowed(
                f"{what}: the sign-in to Google Cloud failed.", hint=_HINTS[NotAllowed]
            )
        if isinstance(error, self._parsing.ParseError):
            kind = OutcomeUnknown if sent else Unreachable
            return kind(f"{what}: Google's answer could not be read.")
        if isinstance(error, self.exceptions.GoogleAPICallError):
            return _answered(error, what, sent)
        refused = isinstance(error, self._requests.exceptions.ConnectTimeout) or (
            "Failed to establish a new connection" in str(error)
        )
        if sent and not refused:
            return OutcomeUnknown(f"{what}: no answer came.")
        where = urlsplit(self.endpoint).netloc or "Google Cloud"
        return Unreachable(f"{what}: {where} does not answer.")


def _of_key(text: str) -> tuple[Any, str | None]:
    """The credentials of a service account's key, and its project."""
    accounts: Any = import_module("google.oauth2.service_account")
    try:
        facts: dict[str, Any] = json.loads(text)
        found = accounts.Credentials.from_service_account_info(facts, scopes=_SCOPES)
    except (ValueError, TypeError, AttributeError):
        # what was read is not repeated, and neither is the cause: it may hold parts of the key
        raise NotAllowed(
            "What stands for service_account is no key of a Google service account.",
            hint="Give the whole JSON file that Google made for the key.",
        ) from None
    return found, found.project_id


def _answered(error: Any, what: str, sent: bool) -> NovaError:
    status = int(error.code or 0)
    details: list[Any] = [e for e in error.errors or () if hasattr(e, "get")]
    reason = next((str(e.get("reason")) for e in details), "")
    kind = _BY_REASON.get(reason) or BY_STATUS.get(status, ProviderError)
    if status >= 500:
        # It may have been carried out; the request id makes asking again safe.
        kind = OutcomeUnknown if sent else Unreachable
    text = "" if "<" in str(error.message) else str(error.message).strip()
    headers: Any = getattr(error.response, "headers", None) or {}
    return kind(
        f"{what}: {text or f'Google answered {status}'}",
        hint=_HINTS.get(kind, ""),
        vendor_code=reason or str(status),
        retry_after_s=seconds_in(headers.get("Retry-After")),
    )


def _pb(message: Any) -> Any:
    """The plain protobuf inside an SDK's message: its attributes cost a tenth as much."""
    return message.__class__.pb(message)


def operation_place(operation: Any) -> tuple[str, dict[str, str]]:
    """Which client shows an operation, and where it is."""
    parts = operation.self_link.rpartition("projects/")[2].split("/")
    if parts[1] == "global":
        return "global_operations", {"project": parts[0]}
    scope = parts[1][:-1]
    return f"{scope}_operations", {"project": parts[0], scope: parts[2]}
