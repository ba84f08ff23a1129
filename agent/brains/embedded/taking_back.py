"""What a turn takes back at its beginning or its end: an act for another, a name for another."""

from __future__ import annotations

import re

from agent.brains.base import Memory
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.merging import numbered_names
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.tools import CHANGES

_LED = (
    r"^(?:(?:no|nah|nope|ok(?:ay)?|wait|actually|sorry|oh|hm+|well|please|pls|hang on|hold on)"
    r"[,.! ]+)*"
)
_OFF = r"(?:forget(?: about)?|scrap|scratch|cancel|skip|drop|abort|ditch|leave)"
_DROPPED = (
    re.compile(
        rf"{_LED}{_OFF} (?:the|that|this) (?:whole )?(?P<act>[a-z]+)(?:[- ]?(?:up|down))?"
        r"(?P<end>[,.;:! -]+)(?P<rest>.+)$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_LED}(?:{_OFF} (?:that|this|it)(?: one)?|never ?mind(?: that)?|nvm)"
        r"(?P<end>[,.;:! -]+)(?P<rest>.+)$",
        re.IGNORECASE,
    ),
)
"""The longer first: "forget that restart, …" drops a restart, "forget that restart x" does not."""

_ACTS = {
    "plan": "", "change": "", "request": "", "idea": "", "thing": "", "job": "",
    "restart": "restart", "reboot": "restart", "bounce": "restart",
    "stop": "stop", "shutdown": "stop", "start": "start", "boot": "start",
    "suspend": "suspend", "resume": "resume", "snapshot": "snapshot", "backup": "snapshot",
    "resize": "resize", "resizing": "resize", "upsize": "resize", "upgrade": "resize",
    "move": "migrate", "migration": "migrate", "clone": "clone", "copy": "clone",
    "delete": "delete", "deletion": "delete", "removal": "delete",
    "tag": "tag", "tagging": "tag", "scale": "scale", "scaling": "scale",
}  # fmt: skip
"""What a plan is called, and with what its tool begins."""

_AND = re.compile(r"^(?:(?:and|then|but|please|just|rather|better)[, ]+)+", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:instead|rather)\b", re.IGNORECASE)


def without_the_dropped(reading: Reading, reader: Reader, memory: Memory) -> Reading:
    """ "forget the restart, take a snapshot of it instead": the snapshot alone is asked for."""
    waits = memory.pending.calls if memory.pending is not None else memory.calls[-1:]
    planned = [c.tool for c in waits if c.tool in CHANGES]
    if not planned or "?" in reading.text:
        return reading
    for dropped in _DROPPED:
        found = dropped.match(reading.text.strip())
        if found is None:
            continue
        act = _ACTS.get(found.groupdict().get("act", "plan").casefold())
        if act is None or not any(tool.startswith(act) for tool in planned):
            continue
        rest, joined = _AND.subn("", found["rest"])
        apart = joined or found["end"].strip() or _INSTEAD.search(rest)
        again = reader.read(rest)
        first = again.frames[0] if again.frames else None
        asks = first is not None and first.changes and not (first.negated or first.about)
        if apart and asks and not again.conditional:
            return again
    return reading


_REGRETS = (
    r"(?:(?:no|nah|nope|wait|sorry|oops|whoops|er+m?|uh+|actually|scratch that|"
    r"(?:hang|hold) on(?! to)|i (?:mean|meant|should say|should have said)|"
    r"(?:that|it|this) should (?:be(?! (?:called|named|tagged|made|"
    r"created|placed|put|running|in)\b)|have been)|make (?:it|that)|"
    r"my bad|my mistake|correction|rather|better|forgive me|pardon(?: me)?|"
    r"(?:i )?beg (?:your )?pardon|excuse me|strike that|i misspoke|let me rephrase|wrong one|typo)"
    r"[,.:! \u2026-]+)+"
)
_CORRECTED = (
    re.compile(
        rf"(?:(?<![.!;\u2026\u2014-])[.!;\u2026\u2014-]+\s+|,\s*|"
        rf"(?<!\s)(?<! and)(?<! or)(?<! also)\s+){_REGRETS}(?P<tail>\S.*)$",
        re.IGNORECASE,
    ),
    re.compile(
        r"[.!;\u2026]+\s+(?P<tail>[^.,!;]+?),? (?:i mean|i meant|rather|instead|sorry)[.! ]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"[, ]+(?:uh+|um+|er+m?|no|oops|ah)[, ]+(?P<tail>[^.,!;]+?),? (?:i mean|i meant|rather|"
        r"sorry)[.! ]*$",
        re.IGNORECASE,
    ),
    re.compile(r"\s(?P<tail>[\w.-]*\d),? i (?:mean|meant)[.! ]*$", re.IGNORECASE),
)


def corrected_at_once(reading: Reading, reader: Reader) -> Reading:
    """ "stop worker-3. no wait, worker-4": the name said last stands in place of the first."""
    if not reading.has_change or "?" in reading.text:
        return reading
    if len(reading.text) > _LONGEST:
        return reading
    for pattern in _CORRECTED:
        found = pattern.search(reading.text)
        again = _with_the_last(reading, found, reader) if found is not None else None
        if again is not None:
            return again
    return reading


_LONGEST = 2_000
"""Characters."""


def _with_the_last(reading: Reading, found: re.Match[str], reader: Reader) -> Reading | None:
    """The turn with the name said last, where it holds nothing else that is put right."""
    head = reader.read(reading.text[: found.start()])
    named = [i for i in head.items if i.has("names", "unknown_name", "stem", "ordinal")]
    if len(head.frames) != 1 or not head.has_change or len(named) != 1:
        return None
    chosen = head.frames[0].chosen
    placed = named[0].has("ordinal") and not (chosen.real or chosen.unknown)
    if not placed and len(chosen.real) + len(chosen.unknown) != 1:
        return None
    if chosen.exclude or chosen.whole:
        return None
    tail = reader.read(found["tail"])
    names = _only_names(tail, named[0], reader)
    if not names:
        return None
    was = named[0].text
    at = head.text.rfind(was)
    if at < 0:
        return None
    return reader.read(f"{head.text[:at]}{' and '.join(names)}{head.text[at + len(was) :]}")


_AROUND = (("of",), ("only",), ("just",), ("on",), ("for",), ("to",))


def _only_names(tail: Reading, was: Item, reader: Reader) -> list[str]:
    """The machines of a turn's end, where it holds nothing else."""
    small = ("names", "number", "and", "comma", "filler", "ask", "instead", "det", "stop")
    adds = tail.words[:1] in (("and",), ("plus",)) or {"too", "also"} & set(tail.words)
    plain = all(i.has(*small) or i.words in _AROUND for i in tail.items)
    if not tail.items or adds or not plain:
        return []
    names = [i.text for i in tail.items if i.has("names")]
    if names or not was.has("names"):
        return names
    return numbered_names(tail, was.get("names"), reader.site)
