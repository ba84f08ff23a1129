"""What of a waiting plan is said again and otherwise: its value, its number, what comes first."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.brains.base import Memory
from agent.brains.embedded import numbers
from agent.brains.embedded.site import Site
from tools.calls import Call

_LED = (
    r"^\W*(?:(?:no+|nah|nope|ok(?:ay)?|wait|actually|sorry|oh|ah|hm+|well|but|and|so|please|pls|"
    r"correction|my (?:bad|mistake))\b[,.!:; -]*)*"
)
_ENDS = r"(?:[, ]+(?:please|pls|then|instead|rather|thanks|thank you))*[.! ]*$"
_VALUE = r"(?P<value>[\w][\w.-]*[\w]|\w)"
_NEW_VALUE = re.compile(
    rf"{_LED}(?:(?:the )?(?:right |correct |new |actual |proper )?(?:value|tag)"
    rf"(?: (?:is|should be|must be|shall be)|:)|(?:it|that)(?:'s| is| should be| must be)|make it|"
    rf"use) {_VALUE}(?:,? (?:and )?(?:not|instead of|rather than) (?P<old>[\w.-]*\w))?{_ENDS}",
    re.IGNORECASE,
)
_NEW_TAG = re.compile(rf"{_LED}(?P<key>[a-z][\w.-]*) ?= ?{_VALUE}{_ENDS}", re.IGNORECASE)
_SAME_SHAPE = re.compile(rf"{_LED}{_VALUE}{_ENDS}", re.IGNORECASE)
_STAYS_AT = re.compile(
    rf"{_LED}(?:let'?s |we )?(?:keep|leave|hold|let) (?:it|them|that|this|the group)"
    rf"(?: (?:stay|remain|all|just))* (?:at|on|with) (?P<many>\w+){_ENDS}",
    re.IGNORECASE,
)
_SNAPSHOT_FIRST = re.compile(
    r"^\W*(?:(?:and|also|but|plus|with|ok(?:ay)?|yes|please)\b[, ]*)*an? (?:fresh |new |quick )?"
    r"(?:snapshot|snap|backup|checkpoint) "
    r"(?:first|beforehand|before that|before it|prior)"
    rf"{_ENDS}",
    re.IGNORECASE,
)


def said_again(text: str, memory: Memory, site: Site) -> str:
    """A correction of the plan that waits, in the words in which it is read."""
    calls = memory.pending.calls if memory.pending is not None else ()
    if len(calls) != 1 or "?" in text:
        return text
    call, plain = calls[0], text.replace("\u2019", "'")
    if _SNAPSHOT_FIRST.match(plain) is not None and call.tool != "snapshot_vms":
        return "snapshot it first"
    if call.tool == "scale_group" and call.when is None and (at := _STAYS_AT.match(plain)):
        return _held_at(at["many"], text, memory)
    return _retagged(plain, call, site) or text if call.tool == "tag_vms" else text


def _held_at(many: str, text: str, memory: Memory) -> str:
    """ "keep it at 4": another number, or a no where they are as many now."""
    found = numbers.number_at([many.casefold()], 0)
    number = found[0] if found is not None else None
    present = memory.pending.targets[0] if memory.pending is not None else ()
    if number is None:
        return text
    return "keep it as it is" if number == len(present) else f"make it {number:g}"


def _retagged(text: str, call: Call, site: Site) -> str:
    """ "no, plat-02", of cost-center=plat-01: the same key with another value."""
    tags: dict[str, str] = call.args.get("tags", {})
    if (tag := _NEW_TAG.match(text)) is not None:
        key = next((k for k in tags if k.casefold() == tag["key"].casefold()), None)
        return _tagged({**tags, key: tag["value"]}) if key is not None else ""
    if len(tags) != 1:
        return ""
    ((key, old),) = tags.items()
    found = _NEW_VALUE.match(text)
    if found is not None and found["old"] and found["old"].casefold() != old.casefold():
        return ""
    alike = _SAME_SHAPE.match(text)
    if found is None and alike is not None and _shape(alike["value"]) == _shape(old):
        found = alike
    if found is None or found["value"].casefold() == old.casefold():
        return ""
    value = found["value"]
    known = site.names.exact.get(value.casefold()) or value.isdigit() != old.isdigit()
    likely = any(c.isdigit() for c in value) or _shape(value) == _shape(old)
    return _tagged({key: value}) if likely and not known else ""


def _tagged(tags: Mapping[str, str]) -> str:
    return f"tag it {' and '.join(f'{key}={value}' for key, value in tags.items())}"


def _shape(value: str) -> str:
    """ "plat-01" and "plat-17" have one shape; a value without a figure has its own."""
    return re.sub(r"\d", "0", value.casefold())
