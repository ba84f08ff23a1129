"""Everything that can go wrong, one tree with stable codes.

NovaError
├── InvalidRequest   an argument or a selector is wrong
├── NotFound         no such machine, size, host, snapshot …
├── Ambiguous        several machines bear that name
├── NotAllowed       policy, protection or a limit says no
├── Unsupported      this provider cannot do that
├── Conflict         the machine's state forbids it
├── Drifted          what was shown is no longer what is there
├── Throttled        the provider asks to slow down
├── Unreachable      nothing was sent, or the link is down
├── Capacity         the provider has no room
├── ProviderError    the provider refused or failed
└── OutcomeUnknown   sent, and no answer came back
"""

from __future__ import annotations

from typing import Any, ClassVar


class NovaError(Exception):
    """Base of all expected failures; surfaces switch on `code`.

    Args:
        message: what happened and to what; no secrets.
        hint: what to do next.
        choices: names that exist and come closest, best first.
        vendor_code: the provider's own error code, where it gave one.
        retry_after_s: seconds the provider asks to wait, where it said so.
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False
    default_hint: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        choices: tuple[str, ...] = (),
        vendor_code: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint
        self.choices = choices
        self.vendor_code = vendor_code
        self.retry_after_s = retry_after_s

    def as_dict(self) -> dict[str, Any]:
        """The only wire form of an error."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "choices": list(self.choices),
            "vendor_code": self.vendor_code,
            "retry_after_s": self.retry_after_s,
        }


class InvalidRequest(NovaError):
    """An argument or a selector is wrong or missing."""

    code = "invalid_request"
    http_status = 422
    exit_code = 2
    default_hint = "Correct the request; nothing was changed."


class NotFound(NovaError):
    """What was named does not exist."""

    code = "not_found"
    http_status = 404
    exit_code = 3
    default_hint = "Check the name, or list what exists."


class Ambiguous(NovaError):
    """A name that several machines bear."""

    code = "ambiguous"
    http_status = 409
    exit_code = 3
    default_hint = "Say which one: by provider, region or id."


class NotAllowed(NovaError):
    """Policy, protection or a limit refuses it."""

    code = "not_allowed"
    http_status = 403
    exit_code = 4
    default_hint = "Ask someone who may, or change the policy."


class Unsupported(NovaError):
    """The provider cannot do that; nothing was sent."""

    code = "unsupported"
    http_status = 422
    exit_code = 4
    default_hint = "Another provider may; `novacron doctor` shows which are connected."


class Conflict(NovaError):
    """The machine is in a state that forbids it."""

    code = "conflict"
    http_status = 409
    exit_code = 5
    default_hint = "Look at the machine's state and try again."


class Drifted(NovaError):
    """What was shown is no longer what is there, so nothing ran."""

    code = "drifted"
    http_status = 409
    exit_code = 5
    default_hint = "Look at the new plan and confirm it."


class Throttled(NovaError):
    """The provider asks to slow down; nothing was done."""

    code = "throttled"
    http_status = 503
    exit_code = 6
    retryable = True
    default_hint = "It is retried by itself; otherwise wait a little."


class Unreachable(NovaError):
    """The provider cannot be reached; nothing was sent."""

    code = "unreachable"
    http_status = 503
    exit_code = 6
    retryable = True
    default_hint = "Run `novacron doctor` to see what can be reached."


class Capacity(NovaError):
    """The provider has no room for it, or a quota is used up."""

    code = "capacity"
    http_status = 503
    exit_code = 6
    default_hint = "Try another size, zone or host, or free some room."


class ProviderError(NovaError):
    """The provider refused it or failed."""

    code = "provider_failed"
    http_status = 502
    exit_code = 6
    default_hint = "Read the provider's own message and the machine's console."


class OutcomeUnknown(NovaError):
    """It was sent and no answer came back: read the machine, never repeat blindly."""

    code = "outcome_unknown"
    http_status = 504
    exit_code = 7
    default_hint = "Look at the machine before asking again."


ERRORS: tuple[type[NovaError], ...] = (
    InvalidRequest,
    NotFound,
    Ambiguous,
    NotAllowed,
    Unsupported,
    Conflict,
    Drifted,
    Throttled,
    Unreachable,
    Capacity,
    ProviderError,
    OutcomeUnknown,
)


def error_from_dict(data: dict[str, Any]) -> NovaError:
    """The error that `as_dict` described; an unknown code gives a `ProviderError`."""
    kind = next((e for e in ERRORS if e.code == data.get("code")), ProviderError)
    return kind(
        str(data.get("message", "")),
        hint=str(data.get("hint", "")),
        choices=tuple(data.get("choices") or ()),
        vendor_code=data.get("vendor_code"),
        retry_after_s=data.get("retry_after_s"),
    )
