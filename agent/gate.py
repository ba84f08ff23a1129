"""Whether a person's own words open the gate. Brains are not asked, and cannot answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.courtesies import without_courtesies
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


_READS_OUT = re.compile(
    r"\b(?:e-?mails?|mails?|tickets?|notes?|messages?|docs?|documents?|logs?|pages?|runbooks?|wiki|"
    r"letters?|forms?|scripts?|prompts?|instructions?|screens?|stickers?|tags?|chat|thread|sms|text|"
    r"description|comment|slack|banner)\b[^.!?]{0,40}\b(?:says?|said|reads?|tells?|states?|stated|"
    r"wrote|writes|written|asks?|goes)\b",
    re.IGNORECASE,
)
""" "the email says: yes, go ahead": words that are somebody else's."""

_WHO = (
    r"(?:(?:the|my|our|his|her) )?[a-z]+"
    r"(?: (?:team|manager|lead|board|owner|boss|side|department))?"
)
_APPROVALS = re.compile(
    rf"(?:^|(?<=[,.;!] ))(?:(?:it(?:'s| is| was) |already |has been |was )?(?:approved|"
    rf"signed off|agreed|confirmed|"
    rf"okayed|cleared|authori[sz]ed|(?:a |the )?green light|(?:a |the )?go-ahead) (?:by|"
    rf"from|with) {_WHO}|"
    rf"{_WHO} (?:says?|said) (?:it's |it is |that's )?(?:yes|ok|okay|fine|go|good))(?:[,.;!]+ *)",
    re.IGNORECASE,
)
""" "approved by Dana, go ahead": who agreed besides; the yes is what comes after it."""


def _without_approvals(text: str) -> str:
    plain = _APPROVALS.sub("", text.replace("\u2019", "'"))
    return plain if plain.strip() else text


_HUMS = re.compile(r"\W*hm+[,. ]+(?:ok(?:ay)?|well|so|right|fine)\b", re.IGNORECASE)
""" "hmm ok 2": somebody who thinks types nothing that loses data."""

_NOUNS = {
    "start_vms": "start|boot|power-?on",
    "stop_vms": "stop|shut-?down|power-?off",
    "restart_vms": "restarts?|reboots?|bounce",
    "suspend_vms": "suspend|suspension|pause",
    "resume_vms": "resume|wake-?up",
    "snapshot_vms": "snapshots?",
    "restore_snapshot": "restore|rollback|revert",
    "tag_vms": "tags?|tagging",
    "untag_vms": "untagging|tag removal",
    "protect_vms": "protection",
    "unprotect_vms": "unprotection",
    "resize_vms": "resizes?|resizing|upgrade|downgrade",
    "resize_disk": "resize|resizing|disk (?:extension|growth|resize)|extension",
    "attach_disk": "attachment|disk|new disk",
    "migrate_vms": "migrations?|moves?|vmotion",
    "scale_group": "scaling|scale-?(?:up|down|out|in)",
    "create_vms": "creation|creating|build|deployment",
    "clone_vm": "clone|cloning|copy",
    "undo": "undo|rollback",
    "cancel_schedule": "cancellation",
}
"""What each act is called where it is named: "proceed with the migration"."""


def _without_the_act(text: str, planned: frozenset[str]) -> str:
    """A yes without the name of the one act that it is a yes to."""
    if len(planned) != 1:
        return text
    nouns = _NOUNS.get(next(iter(planned)), "")
    if not nouns:
        return text
    named = (
        rf"\b(?P<yes>go ahead|proceed|continue|carry on|go on|confirm|approve|execute)(?: with)? "
        rf"(?:the |this |that )?(?:{nouns})(?= *(?:[.,;!]|$| please\b| now\b| then\b| thanks?\b))"
    )
    return re.sub(named, r"\g<yes>", text, flags=re.IGNORECASE)


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
    bare = without_courtesies(text)
    words = bare.strip().strip("\"'`.!").strip()
    said = _COUNTS.get(words.casefold(), words.casefold())
    typed = to_type is not None and said == to_type.casefold() and reads(to_type) is None
    if typed and _HUMS.match(text) is None:
        return to_type
    if hesitates(text) and not says_yes(text):
        return None
    if _READS_OUT.search(text) is not None:
        return None
    planned = frozenset(tools)
    doing = frozenset(word for tool in planned for word in _WORDS.get(tool, ()))
    spoken = frozenset(said for word in doing for said in _forms(word))
    for said in dict.fromkeys((text, bare)):
        asked = _without_the_act(_without_approvals(said), planned)
        if reads(asked, spoken) == "yes" or _repeats_the_act(asked, planned, doing):
            return ""
        if knows is not None and agrees(asked, planned, doing, knows):
            return ""
    return None
