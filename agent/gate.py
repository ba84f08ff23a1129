"""Whether a person's own words open the gate. Brains are not asked, and cannot answer."""

from __future__ import annotations

from collections.abc import Iterable

from agent.dialogue import plain_words, reads
from agent.remarks import Knows, agrees, says_yes
from agent.second_thoughts import hesitates

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
    "tag_vms": (
        "tag",
        "put",
        "stick",
    ),
    "untag_vms": ("untag",),
    "protect_vms": ("protect",),
    "unprotect_vms": ("unprotect",),
    "resize_vms": ("resize",),
    "resize_disk": (
        "resize",
        "grow",
        "disk",
    ),
    "attach_disk": (
        "attach",
        "disk",
        "stick",
        "put",
        "pop",
        "hang",
        "add",
    ),
    "open_port": ("open",),
    "close_port": ("close",),
    "assign_public_address": (
        "give",
        "assign",
    ),
    "release_public_address": (
        "take",
        "remove",
        "release",
    ),
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
        "put",
        "back",
        "turn",
        "roll",
        "reverse",
    ),
    "cancel_schedule": ("cancel",),
}


def _forms(word: str) -> tuple[str, str]:
    """ "scale" and "scaling", "stop" and "stopping"."""
    doubled = word + word[-1] if word in ("stop", "shut", "snap", "tag") else word
    return word, (word[:-1] if word.endswith("e") else doubled) + "ing"


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


_STOPPING = frozenset({"stop_vms", "suspend_vms", "undo", "cancel_schedule"})
"""Acts whose words may be meant for the plan itself: "stop it"."""

_WHAT = frozenset({"it", "them", "both", "all", "that", "those", "these"})


def _repeats_the_act(text: str, planned: frozenset[str], doing: frozenset[str]) -> bool:
    """ "perfect, create them": the act of the plan, asked for once more and nothing else."""
    words = plain_words(text)
    acts = [word for word in words if word in doing]
    plain = set(words) <= doing | _WHAT | _PRAISE
    return plain and len(acts) == 1 and bool(_WHAT & set(words)) and not planned & _STOPPING


_PRAISE = frozenset(
    {"perfect", "great", "good", "ok", "okay", "please", "then", "now", "right", "fine", "lovely",
     "so", "and", "just", "go", "excellent", "brilliant", "super", "thanks"}
)  # fmt: skip


def opens(
    text: str, to_type: str | None, tools: Iterable[str] = (), knows: Knows | None = None
) -> str | None:
    """What was typed where that is what must be typed, "" for a plain yes, None for neither.

    What must be typed may be a machine's name, which comes from outside: where it reads as a yes
    or a no, it is nothing more.

    Args:
        text: the person's words.
        to_type: what the pending plan wants typed, or None.
        tools: the tools of the pending plan: "yes, restart it" is a yes to a restart alone.
        knows: which words are the fleet's own; without it a yes has no remarks beside it.
    """
    words = text.strip().strip("\"'`.!").strip()
    said = _COUNTS.get(words.casefold(), words.casefold())
    if to_type and said == to_type.casefold() and reads(to_type) is None:
        return to_type
    if hesitates(text) and not says_yes(text):
        return None
    planned = frozenset(tools)
    doing = frozenset(word for tool in planned for word in _WORDS.get(tool, ()))
    spoken = frozenset(said for word in doing for said in _forms(word))
    if reads(text, spoken) == "yes" or _repeats_the_act(text, planned, doing):
        return ""
    return "" if knows is not None and agrees(text, planned, doing, knows) else None
