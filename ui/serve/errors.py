"""What can go wrong at the door, beside the product's own errors."""

from __future__ import annotations

from tools.errors import NovaError
from ui import exits


class Unauthenticated(NovaError):
    """Nobody is signed in, and no token that holds was shown."""

    code = "unauthenticated"
    http_status = 401
    exit_code = exits.DECLINED
    default_hint = "Sign in at /auth/login, or send Authorization: Bearer with a token."


class TooLarge(NovaError):
    """The request's body is longer than anything that is meant."""

    code = "too_large"
    http_status = 413
    exit_code = exits.WRONG_REQUEST
    default_hint = "Send less at once."


class Stopping(NovaError):
    """The server is about to stop and begins nothing more."""

    code = "stopping"
    http_status = 503
    retryable = True
    default_hint = "Try again in a moment."
    exit_code = exits.FAILED


class Misdirected(NovaError):
    """The request is for another host: a name that points here may be an attacker's."""

    code = "misdirected"
    http_status = 421
    exit_code = exits.WRONG_REQUEST
    default_hint = "NOVACRON_PUBLIC_URL and NOVACRON_ALLOWED_HOSTS say which names are ours."
