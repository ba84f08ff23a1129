"""The kinds of providers that are reached over the network: each is its file and a line here.

A module named in `MODULES` holds `PROVIDER`, a `ProviderKind`, and imports its SDK only where it
opens a connection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.errors import InvalidRequest, Unsupported
from tools.providers.base import Provider
from tools.times import Clock
from tools.validation import explain

MODULES: tuple[str, ...] = (
    "tools.providers.aws",
    "tools.providers.azure",
    "tools.providers.gcp",
    "tools.providers.vsphere",
    "tools.providers.proxmox",
)
"""Where each kind is declared, in the order in which they are shown."""


class ConnectionSettings(BaseModel):
    """What every entry of the setting `connections` has; a kind adds its own keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: str = Field(description="which kind of provider: aws, azure, …")
    name: str = Field("", description="what it is called here; empty: made from what it reaches")


C = TypeVar("C", bound=ConnectionSettings)


@dataclass(frozen=True)
class ProviderKind(Generic[C]):
    """One kind of provider.

    Attributes:
        name: `aws`, `azure`, `gcp`, `vsphere`, …; the `provider` of its machines.
        extra: the package extra that brings its SDK.
        settings: the keys of one connection.
        discover: the connections that this machine's own credentials reach; imports no SDK and
            sends nothing.
        open: connect. Raises a `NovaError`: `Unsupported` where the SDK is not installed
            (`missing_sdk`).
    """

    name: str
    extra: str
    settings: type[C]
    discover: Callable[[Mapping[str, str]], list[C]]
    open: Callable[[C, Clock], Provider]


@dataclass(frozen=True)
class Connection:
    """A connection that can be opened, and what it is called until it is.

    Attributes:
        key: stands for what it reaches and how; the same at every start, and without secrets.
    """

    key: str
    name: str
    open: Callable[[Clock], Provider]


@cache
def kinds() -> Mapping[str, ProviderKind[Any]]:
    """Every kind by its name."""
    found = [import_module(module).PROVIDER for module in MODULES]
    return {kind.name: kind for kind in found}


def connections_of(
    configured: Iterable[Mapping[str, Any]], *, discover: bool, environment: Mapping[str, str]
) -> list[Connection]:
    """The connections that the settings name, and those that credentials found here reach.

    A kind that the settings name is not looked for besides.

    Raises:
        InvalidRequest: a kind is unknown or a key is wrong.
    """
    chosen: list[ConnectionSettings] = [_parse(entry) for entry in configured]
    if discover:
        named = {entry.kind for entry in chosen}
        for kind in kinds().values():
            if kind.name not in named:
                chosen.extend(kind.discover(environment))
    return [_connection(entry) for entry in chosen]


def missing_sdk(kind: str, extra: str) -> Unsupported:
    """The error of a kind whose SDK is not installed."""
    return Unsupported(
        f"The {kind} connection needs packages that are not installed.",
        hint=f"Install the extra: pip install 'novacron[{extra}]' (in a clone: make clouds).",
    )


def _parse(entry: Mapping[str, Any]) -> ConnectionSettings:
    name = entry.get("kind")
    kind = kinds().get(str(name))
    if kind is None:
        raise InvalidRequest(
            f"There is no kind of provider {name!r}.", hint=f"There are: {', '.join(kinds())}."
        )
    try:
        return kind.settings.model_validate(dict(entry))
    except ValidationError as error:
        raise InvalidRequest(f"The {name} connection is not valid: {explain(error)}.") from error


def _connection(entry: ConnectionSettings) -> Connection:
    kind = kinds()[entry.kind]
    said = hashlib.sha256(entry.model_dump_json().encode()).hexdigest()[:16]
    key, name = f"{entry.kind}:{said}", entry.name or entry.kind
    return Connection(key, name, lambda clock: kind.open(entry, clock))
