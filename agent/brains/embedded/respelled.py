"""How a name or a value of the plan that waits is spelled: "spelled danna, with two n"."""

from __future__ import annotations

import re
from typing import Any

from agent.brains.base import Context, Understanding
from agent.brains.embedded import replies

_LETTER = (
    r"(?:an?|one|1|two|2|double|three|only one|a single|no) ['\"]?[a-z]['\"]?(?:'?s)?(?![\w-])"
)
_WITH = (
    rf"(?:,? *(?:with|and not|not with) {_LETTER}"
    r"(?: (?:at|in) the (?:end|beginning|front|middle))?|"
    r",? *(?:please|pls|sorry|not \S+|instead|rather|by the way))*[.! ]*$"
)
_LEAD = (
    r"^\W*(?:(?:oh|ah+|no|sorry|wait|actually|oops|hm+|but|and|ok(?:ay)?|by the way|btw|just|"
    r"note|mind|careful|that'?s|that is|it'?s|it is|the name is|the name'?s|his name is|"
    r"her name is|he'?s|she'?s|is|should be)\b[,.! ]*)*"
)
_SPELLED = re.compile(
    rf"{_LEAD}(?:(?:to be )?(?:spelled|spelt|written|spell it|write it)(?: as| like| with)?:? "
    rf"(?P<what>[\w.-]*\w){_WITH}|(?P<also>[\w.-]*\w),? (?:(?:spelled|spelt|written) )?"
    rf"with {_LETTER}{_WITH})",
    re.IGNORECASE,
)
_NO_NAME = frozenset({"correctly", "right", "wrong", "differently", "out", "a", "an", "one", "two"})
_NAMED = ("create_vms", "clone_vm", "snapshot_vms")

_LONGEST = 120


def respelled(text: str, context: Context) -> Understanding | None:
    """The plan with its one name or value spelled so; a question where it has several."""
    pending = context.memory.pending
    if pending is None or len(text) > _LONGEST:
        return None
    found = _SPELLED.match(text.replace("\u2019", "'"))
    if found is None:
        return None
    said = found["what"] or found["also"]
    if said.casefold() in _NO_NAME:
        return None
    call = pending.calls[-1]
    tags: dict[str, Any] = dict(call.args.get("tags") or {})
    named = call.tool in _NAMED and call.args.get("name")
    if len(pending.calls) > 1 or (bool(named) + len(tags) != 1):
        return replies.ask(f"What shall be spelled “{said}”? Say the plan anew, please.")
    args = {"name": said} if named else {"tags": dict.fromkeys(tags, said)}
    made = call.model_copy(update={"args": {**call.args, **args}})
    return Understanding("revise", (made,))
