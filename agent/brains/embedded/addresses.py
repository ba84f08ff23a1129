"""Machines that are called by their address: "who is 10.20.0.17", "restart 10.20.0.17"."""

from __future__ import annotations

import re

from tools.inventory import Inventory

_ADDRESS = re.compile(r"(?<![\w./=:\"'“‘-])(?:\d{1,3}\.){3}\d{1,3}(?![\w/-]|\.\d)")
_LED = re.compile(
    r"(?:\b(?:machine|vm|box|server|host|instance|one|thing)s? )?"
    r"(?:(?:with|at|on|behind|having|has) )?(?:(?:the|an?) )?(?:private |public )?"
    r"(?:ip(?: address)?|address)?(?: of)? ?$",
    re.IGNORECASE,
)


def named_by_address(text: str, inventory: Inventory) -> str:
    """The sentence with the machine in the place of its address, where just one has it.

    An address that no machine has, or several, is left as it is said, and is asked about then.
    """
    for found in reversed(list(_ADDRESS.finditer(text))):
        vms = inventory.at_address(found[0])
        if len(vms) != 1:
            continue
        vm = vms[0]
        name = vm.name if len(inventory.named(vm.name)) == 1 else vm.id
        head = _LED.sub("", text[: found.start()])
        text = f"{head.rstrip()} {name}{text[found.end() :]}".strip()
    return text
