"""What NovaCron keeps on a machine itself, in vCenter's custom attributes.

vSphere has no deletion protection and no client tokens, so both are ours: the protection keeps
NovaCron from deleting a machine, not people who work in vCenter. Custom attributes are vCenter's
own records: a snapshot that is put back leaves them as they are.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tools.providers.vsphere_link import Link
from tools.providers.vsphere_stub import vim

_PREFIX = "novacron."
PROTECTED = "novacron.protected"
ACTS = "novacron.acts"
IMAGE = "novacron.image"
_KEPT = 16


def short(token: str) -> str:
    """A token as it is written down: attributes are short."""
    return hashlib.sha256(token.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Acts:
    """The last acts on a machine, by their tokens.

    Attributes:
        done: those that ended, the newest last.
        begun: one that may be done only once and has begun; whether it was done is not known.
    """

    done: tuple[str, ...] = ()
    begun: str | None = None

    @classmethod
    def read(cls, text: str) -> Acts:
        """Read them back."""
        words = text.split()
        begun = next((word[:-1] for word in words if word.endswith("?")), None)
        return cls(tuple(word for word in words if not word.endswith("?")), begun)

    def __str__(self) -> str:
        """As they are written down."""
        return " ".join([*self.done[-_KEPT:], *([f"{self.begun}?"] if self.begun else [])])

    def with_done(self, token: str) -> Acts:
        """One more that ended."""
        if not token:
            return replace(self, begun=None)
        return Acts((*(one for one in self.done if one != short(token)), short(token)))

    def with_begun(self, token: str) -> Acts:
        """One that may be done only once begins."""
        return replace(self, begun=short(token))


class Attributes:
    """The custom attributes of one vCenter: their numbers, and writing them.

    Attributes:
        ours: whether NovaCron may keep its own; without that right it keeps no tokens and protects
            nothing.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._manager: Any = link.content.customFieldsManager
        self.ours = self._manager is not None and self._may_keep()

    def _may_keep(self) -> bool:
        self._look()
        try:
            for name in (PROTECTED, ACTS, IMAGE):
                self._number(name)
        except vim.fault.NoPermission:
            return False
        return True

    def _look(self) -> None:
        machines = (None, vim.VirtualMachine)
        fields = [f for f in self._manager.field or () if f.managedObjectType in machines]
        self._names = {field.key: field.name for field in fields}
        self._numbers = {field.name: field.key for field in fields}

    def _number(self, name: str) -> int:
        with self._lock:
            if name not in self._numbers:
                self._look()
            if name not in self._numbers:
                made = self._manager.AddCustomFieldDef(name, vim.VirtualMachine)
                self._numbers[name] = made.key
                self._names[made.key] = name
            return self._numbers[name]

    def of(self, values: Iterable[Any]) -> dict[str, str]:
        """A machine's attributes by name; one that is empty is absent."""
        values = [value for value in values if value.value]
        if self._manager is not None and any(v.key not in self._names for v in values):
            with self._lock:
                self._look()
        return {self._names.get(v.key, str(v.key)): v.value for v in values}

    def write(self, machine: Any, name: str, value: str) -> None:
        """Keep a value; an empty one takes it away."""
        self._manager.SetField(machine, self._number(name), value)

    def known(self, name: str) -> bool:
        """Whether there is such an attribute."""
        return name in self._numbers


def people_s(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes that people gave, without ours."""
    return {k: v for k, v in attributes.items() if not k.startswith(_PREFIX)}
