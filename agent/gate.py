"""Whether a person's own words open the gate. Brains are not asked, and cannot answer."""

from __future__ import annotations

from collections.abc import Iterable

from agent.dialogue import reads

_WORDS: dict[str, tuple[str, ...]] = {
    "start_vms": (
        "start",
        "boot",
    ),
    "stop_vms": (
        "stop",
        "shut",
        "down",
        "off",
        "turn",
        "power",
        "switch",
    ),
    "restart_vms": (
        "restart",
        "reboot",
        "bounce",
    ),
    "resume_vms": (
        "resume",
        "wake",
    ),
    "suspend_vms": (
        "suspend",
        "pause",
    ),
    "snapshot_vms": (
        "snapshot",
        "snap",
    ),
    "tag_vms": ("tag",),
    "untag_vms": ("untag",),
    "protect_vms": ("protect",),
    "unprotect_vms": ("unprotect",),
    "resize_vms": ("resize",),
    "resize_disk": (
        "resize",
        "grow",
    ),
    "attach_disk": ("attach",),
    "migrate_vms": (
        "migrate",
        "move",
    ),
    "scale_group": ("scale",),
    "create_vms": ("create",),
    "clone_vm": (
        "clone",
        "copy",
    ),
    "undo": (
        "undo",
        "revert",
    ),
    "cancel_schedule": ("cancel",),
}


_COUNTS = {
    word: str(n)
    for n, word in enumerate(
        (
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ),
        2,
    )
}
"""A number of machines may be written out."""


def opens(text: str, to_type: str | None, tools: Iterable[str] = ()) -> str | None:
    """What was typed where that is what must be typed, "" for a plain yes, None for neither.

    What must be typed may be a machine's name, which comes from outside: where it reads as a yes
    or a no, it is nothing more.

    Args:
        text: the person's words.
        to_type: what the pending plan wants typed, or None.
        tools: the tools of the pending plan: "yes, restart it" is a yes to a restart alone.
    """
    words = text.strip().strip("\"'`.!").strip()
    said = _COUNTS.get(words.casefold(), words.casefold())
    if to_type and said == to_type.casefold() and reads(to_type) is None:
        return to_type
    doing = frozenset(word for tool in tools for word in _WORDS.get(tool, ()))
    return "" if reads(text, doing) == "yes" else None
