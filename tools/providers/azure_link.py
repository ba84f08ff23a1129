"""The connection to Azure: its clients, its errors in our words, long operations followed.

The SDKs are loaded here, when a connection opens. Requests name the API version that our tests hold
them to. An act has two parts: the request, and the polls until Azure has carried it out. A request
without an answer is `OutcomeUnknown`; a poll without one is taken up again from the operation's
continuation token, for the act itself was taken.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
from collections.abc import Callable, Iterable
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
from tools.providers.azure_principal import Principal
from tools.providers.http_reading import BY_STATUS, LONGEST_PAUSE_S, patiently, seconds_in
from tools.providers.kinds import missing_sdk

T = TypeVar("T")

COMPUTE_VERSION = "2022-11-01"
DISK_VERSION = "2022-07-02"
"""The versions of Microsoft's published descriptions that requests are checked against."""

ERRORS: dict[type[NovaError], tuple[str, ...]] = {
    NotFound: ("ResourceNotFound", "ResourceGroupNotFound", "NotFound", "SubscriptionNotFound"),
    Conflict: (
        "Conflict", "OperationNotAllowed", "PropertyChangeNotAllowed", "ResourceInUse",
        "AttachDiskWhileBeingDetached", "AnotherOperationInProgress", "RetryableError",
        "PreconditionFailed",
    ),
    Capacity: (
        "AllocationFailed", "ZonalAllocationFailed", "OverconstrainedAllocationRequest",
        "OverconstrainedZonalAllocationRequest", "SkuNotAvailable", "QuotaExceeded",
        "ResourceQuotaExceeded", "SubnetIsFull", "PublicIPCountLimitReached",
    ),
    Throttled: ("TooManyRequests", "SubscriptionRequestsThrottled", "ResourceRequestsThrottled"),
    NotAllowed: (
        "AuthorizationFailed", "AuthenticationFailed", "ExpiredAuthenticationToken",
        "InvalidAuthenticationToken", "LinkedAuthorizationFailed", "ScopeLocked",
        "RequestDisallowedByPolicy", "ReadOnlyDisabledSubscription",
    ),
    InvalidRequest: (
        "InvalidParameter", "InvalidRequestContent", "BadRequest", "InvalidTagNameOrValue",
        "InvalidResourceName", "ImageNotFound", "PlatformImageNotFound",
    ),
}  # fmt: skip
"""Which of our errors each code is; others go by their HTTP status."""

_BY_CODE = {code: kind for kind, codes in ERRORS.items() for code in codes}
_HINTS: dict[type[NovaError], str] = {
    NotAllowed: "Sign in again (az login), ask for the role Virtual Machine Contributor, or have "
    "the lock or the policy that stands against it changed.",
    Capacity: "Try another size or region, or ask Microsoft for more quota.",
}
_SCOPE = "https://management.azure.com/.default"
_CLIENTS = {
    "compute": ("azure.mgmt.compute", "ComputeManagementClient"),
    "network": ("azure.mgmt.network", "NetworkManagementClient"),
    "monitor": ("azure.mgmt.monitor", "MonitorManagementClient"),
    "resources": ("azure.mgmt.resource.resources", "ResourceManagementClient"),
    "subscriptions": ("azure.mgmt.subscription", "SubscriptionClient"),
}


class Link:
    """Clients to one endpoint with one sign-in; safe to use from many threads.

    Args:
        endpoint: where the resource manager is, if not at Azure.
        anonymous: send no sign-in.
        principal: who signs in, instead of whom Azure's own chain finds.
        limit_s: how long a long operation is followed.
        poll_s: the pause between two looks at it, where Azure names none.
    """

    def __init__(
        self,
        endpoint: str = "",
        *,
        anonymous: bool = False,
        principal: Principal | None = None,
        limit_s: float = 600,
        poll_s: float = 2,
    ) -> None:
        try:
            self._errors: Any = import_module("azure.core.exceptions")
            self._policies: Any = import_module("azure.core.pipeline.policies")
            identity: Any = import_module("azure.identity")
        except ImportError as error:
            raise missing_sdk("azure", "azure") from error
        self.endpoint = endpoint
        self.limit_s = limit_s
        self.poll_s = poll_s
        self._anonymous = anonymous
        self._credential: Any = None
        if not anonymous:
            self._credential = principal or identity.DefaultAzureCredential()
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def client(self, kind: str, subscription: str = "") -> Any:
        """A client of a kind, such as `compute`, for one subscription."""
        with self._lock:
            if (kind, subscription) not in self._clients:
                self._clients[kind, subscription] = self._open(kind, subscription)
            return self._clients[kind, subscription]

    def _open(self, kind: str, subscription: str) -> Any:
        module, name = _CLIENTS[kind]
        try:
            made: Any = getattr(import_module(module), name)
        except ImportError as error:
            raise missing_sdk("azure", "azure") from error
        more: dict[str, Any] = {"retry_total": 0, "connection_timeout": 10, "read_timeout": 60}
        if self.endpoint:
            more["base_url"] = self.endpoint
        credential = self._credential
        if self._anonymous:
            # The SDK refuses to send a bearer token without TLS, and to do without a credential.
            more["authentication_policy"] = self._policies.SansIOHTTPPolicy()
            credential = object()
        if kind == "subscriptions":
            return made(credential, **more)
        return made(credential, subscription, **more)

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def as_whom(self) -> str:
        """The account that the sign-in is for, as its token says."""
        if self._credential is None:
            return "nobody"
        token = self.read("Signing in", lambda: self._credential.get_token(_SCOPE).token)
        try:
            middle = str(token).split(".")[1]
            claims: dict[str, Any] = json.loads(
                base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))
            )
        except (IndexError, ValueError, binascii.Error):
            return "the signed-in account"
        return str(claims.get("upn") or claims.get("appid") or "the signed-in account")

    def read(self, what: str, reading: Callable[[], T]) -> T:
        """Look at something; what is refused for now is tried again.

        Raises:
            NovaError: what went wrong, in our words.
        """
        return patiently(
            reading,
            self._errors.AzureError,
            lambda error: self.in_our_words(error, what, sent=False),
        )

    def rows(self, what: str, listing: Callable[[], Iterable[Any]]) -> list[Any]:
        """All pages of a list."""
        return self.read(what, lambda: list(listing()))

    def act(self, what: str, begin: Callable[..., Any]) -> None:
        """Send what changes something, and follow it to its end.

        Args:
            what: what is done, for errors.
            begin: the SDK's `begin_…`, taking `polling_interval` and `continuation_token`.

        Raises:
            OutcomeUnknown: no answer came, or it has not ended in time.
            NovaError: it was refused, or it failed.
        """
        try:
            poller = begin(polling_interval=self.poll_s)
            token = poller.continuation_token()
        except self._errors.AzureError as error:
            raise self.in_our_words(error, what, sent=True) from error
        until = time.monotonic() + self.limit_s
        while True:
            try:
                poller.wait(max(0.0, until - time.monotonic()))
            except self._errors.AzureError as error:
                self._may_go_on(what, error, until)
                poller = begin(polling_interval=self.poll_s, continuation_token=token)
                continue
            if not poller.done():
                raise OutcomeUnknown(f"{what}: accepted, not finished after {self.limit_s:g} s.")
            return

    def _may_go_on(self, what: str, error: Any, until: float) -> None:
        """Wait before a poll is taken up again, or raise what the operation ended with."""
        status = getattr(error, "status_code", None)
        broken = isinstance(error, self._errors.DecodeError)
        if status is not None and status < 400 and not broken:  # Azure says: failed
            raise self.in_our_words(error, what, sent=False) from error
        ours = self.in_our_words(error, what, sent=False)
        if not ours.retryable:
            raise OutcomeUnknown(
                f"{what}: accepted, but it cannot be followed. {ours.message}"
            ) from error
        if time.monotonic() > until:
            raise OutcomeUnknown(f"{what}: accepted, not finished after {self.limit_s:g} s.")
        time.sleep(min(ours.retry_after_s or self.poll_s, LONGEST_PAUSE_S))

    def in_our_words(self, error: Any, what: str, *, sent: bool) -> NovaError:
        """What an error of the SDK is; `sent`: the request may have changed something."""
        errors = self._errors
        if isinstance(error, (errors.DecodeError, errors.DeserializationError)):
            kind = OutcomeUnknown if sent else Unreachable
            return kind(f"{what}: Azure's answer could not be read.")
        if isinstance(error, errors.HttpResponseError) and error.status_code is not None:
            return _answered(error, what, sent)
        if isinstance(error, errors.ClientAuthenticationError):
            return NotAllowed(f"{what}: the sign-in to Azure failed.", hint=_HINTS[NotAllowed])
        if sent and not isinstance(error, errors.ServiceRequestError):
            return OutcomeUnknown(f"{what}: no answer came.")
        where = urlsplit(self.endpoint).netloc or "Azure"
        return Unreachable(f"{what}: {where} does not answer.")


def _answered(error: Any, what: str, sent: bool) -> NovaError:
    status = int(error.status_code)
    inner = error.error
    code = str(getattr(inner, "code", None) or "")
    kind = _BY_CODE.get(code) or BY_STATUS.get(status, ProviderError)
    if status >= 500 and code not in ERRORS[Capacity]:
        kind = OutcomeUnknown if sent else Unreachable
    if status == 429:
        kind = Throttled
    if code == "OperationNotAllowed" and "quota" in str(inner.message).lower():
        kind = Capacity
    text = str(getattr(inner, "message", None) or f"Azure answered {status}").strip()
    headers: Any = error.response.headers if error.response else {}
    return kind(
        f"{what}: {text}",
        hint=_HINTS.get(kind, ""),
        vendor_code=code or str(status),
        retry_after_s=seconds_in(headers.get("Retry-After")),
    )
