"""A secret of the settings: the value itself, or a reference to where it is kept; never shown."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import GetCoreSchemaHandler, SecretStr
from pydantic_core import CoreSchema, SchemaSerializer, core_schema

if TYPE_CHECKING:
    from tools.credentials.stores import Stores

SCHEMES = ("vault", "aws-secrets")
_PLAIN = "plain:"
_SHOWN = "**********"

SECRET_KEYS = frozenset({
    "password", "token", "external_id", "access_key", "secret_key", "session_token",
    "client_secret", "service_account",
})  # fmt: skip
"""The keys of `connections` that hold secrets; a test holds it to the kinds' own settings."""


class Reference(NamedTuple):
    """Where a secret is kept: in which store, under which path, and which of its keys it is."""

    scheme: str
    path: str
    key: str

    def __str__(self) -> str:
        """As it is written in the settings."""
        return f"{self.scheme}:{self.path}" + (f"#{self.key}" if self.key else "")


def parse(text: str) -> Reference | None:
    """The reference that this is, if it is one.

    Raises:
        ValueError: it begins like one and is not whole; the text itself is not repeated.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or scheme not in SCHEMES:
        return None
    path, _, key = rest.partition("#")
    path = path.strip().strip("/")
    if scheme == "vault" and not (path and key):
        raise ValueError("a reference into Vault is vault:PATH#KEY (see docs/credentials.md)")
    if not path:
        raise ValueError("a reference into AWS Secrets Manager is aws-secrets:NAME#KEY")
    return Reference(scheme, path, key)


class Secret(SecretStr):
    """A secret that is shown nowhere.

    It is written as it is, or as a reference: `vault:PATH#KEY`, `aws-secrets:NAME#KEY`. A reference
    is looked up when the value is asked for; `plain:` before a value takes it as it stands.
    """

    def __init__(self, secret_value: str) -> None:
        super().__init__(secret_value)
        self._stores: Stores | None = None

    @property
    def reference(self) -> Reference | None:
        """Where it is kept, if it is not the value itself."""
        return parse(self._secret_value)

    def bind(self, stores: Stores) -> None:
        """Look it up in these stores; without, in those that the environment names."""
        self._stores = stores

    def get_secret_value(self) -> str:
        """The value itself.

        Raises:
            NovaError: its store cannot be read, or does not have it.
        """
        reference = self.reference
        if reference is None:
            return self._secret_value.removeprefix(_PLAIN)
        return self._where().value(reference)

    def changed(self, used: str) -> bool:
        """Look again, past what is kept: whether it is no longer what was used.

        Raises:
            NovaError: its store cannot be read, or no longer has it.
        """
        reference = self.reference
        return reference is not None and self._where().anew(reference) != used

    def _where(self) -> Stores:
        if self._stores is None:
            from tools.credentials.stores import Stores

            self._stores = Stores()
        return self._stores

    def __eq__(self, other: object) -> bool:
        """Whether it is written alike; nothing is looked up."""
        same = isinstance(other, Secret)
        return same and hmac.compare_digest(
            self._secret_value.encode(), other._secret_value.encode()
        )

    def __hash__(self) -> int:
        """By how it is written."""
        return hash(self._secret_value)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Text or a secret goes in; what comes out is never the value."""
        inner = super().__get_pydantic_core_schema__(source, handler)
        unwrapped = core_schema.no_info_before_validator_function(_unwrapped, inner)
        return core_schema.no_info_after_validator_function(
            _checked, unwrapped, serialization=_SERIALIZED
        )


def _unwrapped(value: object) -> object:
    """Pydantic's own secrets are taken like text."""
    return value.get_secret_value() if type(value) is SecretStr else value


def _checked(secret: Secret) -> Secret:
    _ = secret.reference
    return secret


def _serialized(value: Secret, info: core_schema.SerializationInfo) -> str | Secret:
    if info.mode == "json":
        return _SHOWN if len(value) else ""
    return value


_SERIALIZED = core_schema.plain_serializer_function_ser_schema(
    _serialized, info_arg=True, when_used="unless-none"
)
Secret.__pydantic_serializer__ = SchemaSerializer(  # type: ignore[attr-defined]
    core_schema.any_schema(serialization=_SERIALIZED)
)


def hidden(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of `connections` with its secrets as such.

    Raises:
        ValueError: a reference is not whole; it names the key.
    """
    found = dict(entry)
    for key in SECRET_KEYS & entry.keys():
        if isinstance(entry[key], str):
            found[key] = Secret(entry[key])
            try:
                _checked(found[key])
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from error
    return found


def secrets_in(value: object) -> Iterator[Secret]:
    """Every secret in settings, or in a value of theirs."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():  # pyright: ignore[reportUnknownVariableType]
            yield from secrets_in(one)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, tuple | list):
        for one in value:  # pyright: ignore[reportUnknownVariableType]
            yield from secrets_in(one)  # pyright: ignore[reportUnknownArgumentType]
