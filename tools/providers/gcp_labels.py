"""Labels: Google's tags, changed only on the state that they were read in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tools.errors import Conflict, InvalidRequest
from tools.providers.gcp_link import Link, request_id
from tools.providers.gcp_machines import Machines
from tools.providers.gcp_record import OURS

_KEY = re.compile(r"[^\W\d_A-Z][\w-]{0,62}")
_VALUE = re.compile(r"[\w-]{0,63}")
_ATTEMPTS = 8


def check(tags: Mapping[str, str]) -> None:
    """Refuse what Google takes for no label.

    Raises:
        InvalidRequest: says which one, and what is allowed.
    """
    for key, value in tags.items():
        lower = key == key.lower() and value == value.lower()
        if not (lower and _KEY.fullmatch(key) and _VALUE.fullmatch(value)):
            raise InvalidRequest(
                f"Google takes no label {key!r} with the value {value!r}.",
                hint="Lower-case letters, digits, - and _ only, at most 63, a letter first.",
            )
        if key.startswith(OURS):
            raise InvalidRequest(f"Labels that begin with {OURS!r} are NovaCron's own.")


def change(
    machines: Machines, machine_id: str, token: str, to: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    """Bring labels to what `to` makes of them; read again where somebody else was faster.

    Raises:
        Conflict: they changed under our hands at every attempt.
    """
    link: Link = machines.link
    for _ in range(_ATTEMPTS):
        place, instance = machines.find(machine_id)
        now = dict(instance.labels)
        wanted = to(now)
        if wanted == now:
            return
        what = f"Tagging {instance.name}"
        body: dict[str, Any] = {"labels": wanted, "label_fingerprint": instance.label_fingerprint}
        try:
            operation = link.act(
                what, "instances", "set_labels",
                project=place.project, zone=place.zone, instance=place.number,
                request_id=request_id(token, f"labels on {instance.label_fingerprint}"),
                instances_set_labels_request_resource=body,
            )  # fmt: skip
        except Conflict as error:
            if error.vendor_code == "conditionNotMet":
                continue
            raise
        link.follow(what, operation)
        return
    raise Conflict(f"The labels of {machine_id} change all the time.", hint="Try again later.")
