"""The sandbox's firewall and public addresses: rules of each machine's own, kept in its file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from tools.errors import Capacity
from tools.machine import VM
from tools.ports import ANYWHERE, Opening, PortRule
from tools.providers.base import Capability, Provider
from tools.providers.sandbox_requests import Requests
from tools.providers.sandbox_store import Store

Rules = frozenset[PortRule]
Change = Callable[[Rules], Rules]

_INSIDE = "10.0.0.0/8"
_POOL = 254


class SandboxNetworking(Provider):
    """The networking verbs of the sandbox.

    A machine that nobody changed lets in what its kind does: remote access from inside, and the web
    to web servers.
    """

    _store: Store
    _requests: Requests

    def openings(self, ids: Sequence[str]) -> dict[str, tuple[Opening, ...]]:
        """Each machine's own rules, in one query."""
        self.require(Capability.PORTS)
        vms = self.get_machines(ids)
        kept = _kept(self._store, vms)
        return {
            vm.id: tuple(
                Opening(rule, f"sandbox rules of {vm.name}", own=True)
                for rule in kept.get(vm.id, _given(vm))
            )
            for vm in vms.values()
        }

    def open_port(self, machine_id: str, token: str, rule: PortRule) -> None:
        """Add a rule."""
        self.require(Capability.PORTS)
        self._change_rules(machine_id, "open_port", token, lambda rules: rules | {rule})

    def close_port(
        self, machine_id: str, token: str, rule: PortRule, *, among: Sequence[str] = ()
    ) -> None:
        """Take a rule away; none is shared here."""
        self.require(Capability.PORTS)
        self._change_rules(machine_id, "close_port", token, lambda rules: rules - {rule})

    def _change_rules(self, machine_id: str, verb: str, token: str, change: Change) -> None:
        def changed(vm: VM) -> bool:
            before = frozenset(_kept(self._store, [vm.id]).get(vm.id, _given(vm)))
            after = change(before)
            if after != before:
                self._store.set_fact(_key(vm.id), [rule.to_dict() for rule in sorted(after)])
            return after != before

        self._requests.keep(machine_id, verb, token, changed)

    def assign_public_address(self, machine_id: str, token: str) -> None:
        """Give the first free address of the documentation range."""
        self.require(Capability.PUBLIC_ADDRESS)

        def given(vm: VM) -> VM:
            return vm if vm.public_ip else replace(vm, public_ip=self._free_address())

        self._requests.label(machine_id, "assign_public_address", token, given)

    def release_public_address(self, machine_id: str, token: str) -> None:
        """Take the address away."""
        self.require(Capability.PUBLIC_ADDRESS)
        self._requests.label(
            machine_id, "release_public_address", token, lambda vm: replace(vm, public_ip=None)
        )

    def _free_address(self) -> str:
        taken = self._store.public_addresses()
        for number in range(1, _POOL + 1):
            if (address := f"198.51.100.{number}") not in taken:
                return address
        raise Capacity("The sandbox has no public address left.", hint="Release one first.")


def _given(vm: VM) -> tuple[PortRule, ...]:
    """What a machine lets in that nobody changed."""
    remote = 3389 if vm.os == "windows" else 22
    rules = [PortRule("tcp", remote, remote, _INSIDE)]
    if vm.tags.get("role") == "web":
        rules.append(PortRule("tcp", 443, 443, ANYWHERE))
    return tuple(rules)


def _key(machine_id: str) -> str:
    return f"openings/{machine_id}"


def _kept(store: Store, ids: Iterable[str]) -> dict[str, tuple[PortRule, ...]]:
    """The rules of the machines whose rules were changed."""
    keys = {_key(machine_id): machine_id for machine_id in ids}
    query = "SELECT key, value FROM facts WHERE key IN (SELECT value FROM json_each(?))"
    return {
        keys[key]: tuple(PortRule.from_dict(rule) for rule in json.loads(value))
        for key, value in store.ask(query, (json.dumps(list(keys)),))
    }
