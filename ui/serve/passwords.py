"""Passwords and secrets: scrypt for what people choose, SHA-256 for what is random."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

COST, BLOCK, LANES = 2**15, 8, 1
_MEMORY = 64 * 1024 * 1024
SHORTEST = 10
LONGEST = 200


def hash_password(password: str) -> str:
    """A password as it is kept."""
    salt = secrets.token_bytes(16)
    derived = _derived(password, salt, COST, BLOCK, LANES)
    return f"scrypt${COST}${BLOCK}${LANES}${_text(salt)}${_text(derived)}"


def is_password(password: str, kept: str | None) -> bool:
    """Whether this is the password; it takes as long where there is none."""
    _, cost, block, lanes, salt, wanted = (kept or _nobody()).split("$")
    given = _derived(password, _bytes(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(given, _bytes(wanted)) and kept is not None


def hash_secret(secret: str) -> str:
    """A random secret as it is kept: it has so much chance in it that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def random_password() -> str:
    """A password that nobody chose."""
    return secrets.token_urlsafe(15)


def _nobody() -> str:
    return f"scrypt${COST}${BLOCK}${LANES}${_text(bytes(16))}${_text(bytes(64))}"


def _derived(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    given = password.encode()
    return hashlib.scrypt(given, salt=salt, n=cost, r=block, p=lanes, maxmem=_MEMORY)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
