"""What goes wrong with Vault, in our words; hvac is loaded here."""

from __future__ import annotations

import importlib
from typing import Any, cast

from tools.errors import (
    InvalidRequest,
    NotAllowed,
    NotFound,
    NovaError,
    ProviderError,
    Throttled,
    Unreachable,
    Unsupported,
)

_LONGEST = 200


def load_sdk() -> Any:
    """The module hvac.

    Raises:
        Unsupported: it is not installed.
    """
    try:
        return importlib.import_module("hvac")
    except ImportError as error:
        raise Unsupported(
            "References into Vault need packages that are not installed.",
            hint="Install the extra: pip install 'novacron[vault]' (in a clone: make clouds).",
        ) from error


def is_refused(error: Exception) -> bool:
    """Whether Vault says no to who asks: a token that ended, or one that may not."""
    return type(error).__name__ in ("Forbidden", "Unauthorized")


def is_login_refused(error: Exception) -> bool:
    """Whether Vault does not take a sign-in: a role or a secret id that it does not know."""
    return is_refused(error) or type(error).__name__ == "InvalidRequest"


def no_sound_answer(what: str) -> NovaError:
    """Something answered, and it was not Vault, or not in whole."""
    return ProviderError(f"{what}: no sound answer came.", hint="Check vault_address (VAULT_ADDR).")


def in_our_words(error: Exception, what: str, where: str) -> NovaError:
    """What an exception of hvac, or of the link below it, is in our words.

    Args:
        error: what was raised.
        what: what was asked, in words.
        where: the host that was asked.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    if "VaultError" in names:
        return _answered(error, what, where)
    if "SSLError" in names:
        return Unreachable(
            f"{what}: the certificate of {where} is not trusted.",
            hint="Name the certificates to trust in VAULT_CACERT.",
        )
    if "RequestException" in names:
        return Unreachable(
            f"{what}: {where} does not answer.",
            hint="Check vault_address (VAULT_ADDR) and that Vault runs; see `novacron doctor`.",
        )
    if names & {"KeyError", "TypeError", "ValueError", "AttributeError"}:
        return no_sound_answer(what)
    return ProviderError(f"{what}: {type(error).__name__}.")


def _answered(error: Any, what: str, where: str) -> NovaError:
    said = ", ".join(map(str, error.errors or ()))[:_LONGEST]
    kind = type(error).__name__
    if kind in ("Forbidden", "Unauthorized"):
        return NotAllowed(
            f"{what}: the sign-in may not.",
            hint="Give its policy `read` on that path, or sign in as somebody who may.",
        )
    if kind == "InvalidPath":
        return NotFound(f"{what}: there is nothing.", hint=_about_path(error.json))
    if kind == "RateLimitExceeded":
        return Throttled(f"{what}: Vault asks to slow down.")
    if kind == "VaultDown" or kind == "VaultNotInitialized":
        state = "sealed" if "sealed" in said.lower() else said or "not ready"
        return Unreachable(f"{what}: Vault at {where} is {state}.", hint="Unseal it first.")
    if kind == "InvalidRequest":
        return InvalidRequest(f"{what}: {said or 'Vault takes no such request'}.")
    return ProviderError(f"{what}: Vault at {where} failed ({said or kind}).")


def _about_path(answer: Any) -> str:
    """What to do about a path with nothing under it, by what Vault answered."""
    body = cast(dict[str, Any], answer) if isinstance(answer, dict) else dict[str, Any]()
    if any("versioned" in str(one) for one in body.get("warnings") or ()):
        return "It is a KV engine of version 2: write its path as MOUNT/data/NAME."
    if isinstance(body.get("data"), dict) and "metadata" in body["data"]:
        return "This version was deleted: write it again, or undelete it."
    return "Check the path: it is the one of Vault's HTTP interface, such as secret/data/NAME."
