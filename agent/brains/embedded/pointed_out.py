"""What a turn points out of what was shown: the oldest snapshot of a list, a machine of a plan.

"what snapshots has carol-dev?", "delete the oldest one": a snapshot goes, and no machine. "is
db-dr-1 running?", "leave that one out": the machine just looked at leaves the plan that waits.
"""

from __future__ import annotations

import re

from agent.brains.base import Context

_ONE_OF_THEM = re.compile(
    r"^(?P<lead>\W*(?:(?:ok(?:ay)?|so|then|and|now|please|pls|thanks|right|great|can you|could you|"
    r"would you|let's|i want to|i'd like to|we can)[,.! ]+)*)"
    r"(?:delete|remove|drop|bin|erase|get rid of|clean up|purge|kill|ditch|trash|nuke) "
    r"(?:the |its |his |her )?"
    r"(?P<which>oldest|earliest|newest|latest|most recent|youngest|first|last|second|middle|"
    r"older|newer|other)"
    r"(?: (?:one|snapshot|of (?:them|those|these)))?(?P<rest>(?:[,.;!? ].*)?)$",
    re.IGNORECASE | re.DOTALL,
)
_THAT_ONE_OUT = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|so|then|and|but|oh|ah|hm+|well|right|please|wait|no|actually|fine)"
    r"[,.! ]+)*(?:(?:leave|take|keep|let) (?:that|this|it)(?: one| machine| box)? "
    r"(?:out|off|alone|aside)(?: of it)?|"
    r"(?:not|except|without|all but|everything but|skip|exclude|drop|spare|omit|minus) "
    r"(?:that|this) (?:one|machine|box))(?: (?:then|please|though))*(?P<rest>(?:[,.;!].*)?)$",
    re.IGNORECASE | re.DOTALL,
)
_KEEP_IT = re.compile(
    r"^\W*(?:(?:no+|oh|wait|ah|hey)[,.! ]+)*(?:stop|halt|wait|hold on|hang on)[,.! ]+(?:please )?"
    r"(?:keep|leave|spare) (?:it|them|that|this|everything)(?: (?:please|alone|as is|then|be))*"
    r"(?:[.,!;].*)?$",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_SHOW = re.compile(
    r"^\W*(?:(?:please|ok(?:ay)?|well|no|wait)[, ]+)*(?:first[, ]+)?(?:only|just)(?: first)? "
    r"(?=(?:show|list|tell|give me|let me see)\b)",
    re.IGNORECASE,
)
""" "first only show me …", to a question of ours: a look, no answer."""
_HOW_ABOUT = re.compile(
    r"\W*(?:(?:ok(?:ay)?|so|and|then)[, ]+)*(?:how|"
    r"what) about (?:number )?(?P<number>\d{1,4})[?.! ]*$",
    re.IGNORECASE,
)
_OLDEST = frozenset({"oldest", "earliest"})
_OF_TWO = frozenset({"older", "newer"})
_PAIR = 2
_NEWEST = frozenset({"newest", "latest", "most recent", "youngest"})


def pointed_out(text: str, context: Context) -> str:
    """The turn with what it points out said by its name."""
    memory = context.memory
    if memory.asked is not None:
        text = _ONLY_SHOW.sub("", text)
    if memory.pending is not None:
        if _KEEP_IT.match(text) is not None:
            return "no, cancel that"
        return _left_out(text, context)
    if memory.calls and (found := _HOW_ABOUT.match(text)) is not None:
        return f"and {found['number']}?"
    if memory.calls and memory.calls[-1].tool == "list_snapshots" and len(memory.targets) == 1:
        return _snapshot(text, context)
    return text


def _left_out(text: str, context: Context) -> str:
    """ "leave that one out", after a look at one machine of the plan."""
    memory = context.memory
    found = _THAT_ONE_OUT.match(text)
    if found is None or memory.pending is None or len(memory.targets) != 1:
        return text
    planned = {i for targets in memory.pending.targets for i in targets}
    vm = context.world.inventory.get(list(memory.targets)).get(memory.targets[0])
    if vm is None or vm.id not in planned or len(planned) < 2:
        return text
    return f"not {vm.name}{found['rest']}"


def _snapshot(text: str, context: Context) -> str:
    """ "delete the oldest one", after the snapshots of one machine were listed."""
    named = text.strip(" .!?")
    found = _ONE_OF_THEM.match(text)
    vm = context.world.inventory.get(list(context.memory.targets)).get(context.memory.targets[0])
    if vm is None or not vm.snapshots:
        return text
    asked = context.memory.asked
    if asked is not None and named in asked.options:
        return f"delete the snapshot {named} of {vm.name}"
    if found is None:
        return text
    which, shots = found["which"].casefold(), sorted(vm.snapshots, key=lambda s: s.created_at)
    lead = found["lead"]
    if which in _OLDEST or which in _NEWEST or (which in _OF_TWO and len(shots) == _PAIR):
        chosen = shots[0] if which in _OLDEST or which == "older" else shots[-1]
        return f"{lead}delete the snapshot {chosen.name} of {vm.name}{found['rest']}"
    return text
