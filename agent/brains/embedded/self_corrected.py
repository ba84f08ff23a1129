"""What is put right in the same breath: "at 5pm, sorry, 6pm", "the databases, no, the brokers".

What is said last stands in the place of what it can be said instead of: a time for a time, a name
for a name, a figure for a figure. Where that is not plain the turn stays as it is, for a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from agent.brains.embedded.frames import Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.reader import Reader

_MARK = (
    r"(?:(?:no|nah|nope|wait|sorry|oops|whoops|ah|oh|uh|um|er+m?|actually|scratch that|strike that|"
    r"i mean|i meant|i should (?:say|have said)|"
    r"(?:that|it|this) should (?:be(?! (?:called|named|tagged|made|"
    r"created|placed|put|running|in)\b)|have been)|my bad|"
    r"make (?:it|that)|my mistake|correction|or rather|rather|better|forgive me|pardon(?: me)?|"
    r"(?:i )?beg (?:your )?pardon|excuse me|i misspoke|wrong one|typo|damn|"
    r"shoot)\b[,.:! \u2026-]*)+"
)
_PATTERNS = (
    re.compile(
        rf"^(?P<head>.+?)(?:\s*[,;(\u2026\u2014]+\s*|\s*\.+\s+|"
        rf"\s+[\u2013-]+\s+){_MARK}(?<=[ \u2026-])"
        r"(?P<tail>(?:[^,;.!?()]|\.(?=\w))+?)(?:,? (?:instead|actually|rather|please|"
        r"then))*[.!) ]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<head>.+?) (?:no,? wait|wait,? no|no,? sorry|sorry,? no|uh,? no|ah,? no|no no|"
        r"sorry|i mean"
        r"|i meant|or rather),? (?P<tail>(?:[^,;.!?()]|\.(?=\w))+?)(?: instead| actually|"
        r" rather)?[.! ]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<head>.+?)(?:[,;\u2026]+|\.+) (?:hm+|well|ah|oh|uh|"
        r"um)[,. ]+(?P<tail>(?:[^,;.!?()]|\.(?=\w))+?),? "
        r"(?:instead|actually|rather|i mean|i meant)[.! ]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<head>.+?), not (?P<was>(?:[^,;.!?()]|"
        r"\.(?=\w))+?), (?:but )?(?P<tail>(?:[^,;.!?()]|\.(?=\w))+?)[.! ]*$",
        re.IGNORECASE,
    ),
)
_AROUND = frozenset(
    {"of", "at", "to", "on", "only", "just", "then", "please", "instead", "actually", "rather",
     "the", "a", "an", "for", "as", "with", "in", "by"}
)  # fmt: skip
_PLACED = ("host", "size", "region", "image", "zone")
_NOUNS = ("noun", "value", "stem", "names", "all", "glob", "os")

_LONGEST = 400
"""Characters; in a longer turn it is not plain what is put right."""

Kind = str | None


def with_what_is_meant(reading: Reading, reader: Reader) -> Reading:
    """The turn with what is said last in its place; as it is where that is not plain."""
    if len(reading.text) > _LONGEST or not reading.has_change:
        return reading
    if any(item.quoted for item in reading.items):
        return reading
    for pattern in _PATTERNS:
        found = pattern.match(reading.text.strip())
        if found is None:
            continue
        again = _put_right(found, reader)
        if again is not None:
            return again
    return reading


def _put_right(found: re.Match[str], reader: Reader) -> Reading | None:
    head, tail = reader.read(found["head"]), reader.read(found["tail"])
    if not head.has_change or tail.has_change:
        return None
    was = found.groupdict().get("was")
    if was is not None and was.casefold() not in found["head"].casefold():
        return None
    kind = _kind(tail.items)
    span = _place(kind, tail.items, head.items) if kind is not None else None
    if span is None:
        return None
    first, last, said = span
    texts = [item.text for item in head.items]
    again = reader.read(" ".join([*texts[:first], said, *texts[last:]]))
    same = [f.tool for f in again.frames] == [f.tool for f in head.frames]
    return again if same and again.has_change else None


def _content(items: Sequence[Item]) -> list[Item]:
    """The items that say something of their own."""
    return [
        i
        for i in items
        if (i.is_entity or i.has("number", "time", "noun", "all", "verb", "plain", "word"))
        and not (set(i.words) <= _AROUND and not i.is_entity)
    ]


def _kind(items: Sequence[Item]) -> Kind:
    """What a turn's end may stand in the place of."""
    content = _content(items)
    if not content or any(i.has("verb") and not i.is_entity for i in content):
        return None
    if all(i.has("time") for i in content):
        return "time"
    if all(i.has("names") for i in content):
        return "names"
    if len(content) == 1:
        only = content[0]
        if only.has("number") and not only.is_entity:
            return "figure"
        if only.has("tag"):
            return "tag"
        if only.has("unknown_name"):
            return "new"
        if only.has("value"):
            return "value"
    return "described" if all(i.has(*_NOUNS) for i in content) else None


def _place(kind: str, tail: Sequence[Item], head: Sequence[Item]) -> tuple[int, int, str] | None:
    """From which item to which the head is replaced, and by what words."""
    said = " ".join(i.text for i in tail if not i.has("comma", "stop"))
    if kind == "time":
        at = _last(head, lambda i: i.has("time"))
        return (len(head), len(head), said) if at is None else (at, at + 1, said)
    if kind == "figure":
        return _figure(_content(tail)[0], head)
    if kind == "tag":
        key = _content(tail)[0].text.partition("=")[0].casefold()
        at = _last(head, lambda i: i.has("tag") and i.text.partition("=")[0].casefold() == key)
        return None if at is None else (at, at + 1, said)
    if kind == "new":
        at = _last(head, lambda i: i.has("unknown_name"))
        return None if at is None else (at, at + 1, said)
    if kind == "value" and (span := _value(_content(tail)[0], head)) is not None:
        return span
    if kind == "names":
        named = [k for k, i in enumerate(head) if i.has("names")]
        if named:
            return (named[0], named[0] + 1, said) if len(named) == 1 else None
    return _object(head, said)


def _last(items: Sequence[Item], fits: Callable[[Item], bool]) -> int | None:
    return next((k for k in range(len(items) - 1, -1, -1) if fits(items[k])), None)


def _figure(new: Item, head: Sequence[Item]) -> tuple[int, int, str] | None:
    """A figure for the last one of its unit; without a unit, for the last one there is."""
    unit = new.get("amount")[1] if new.has("amount") else None
    at = _last(
        head,
        lambda i: (
            i.has("number")
            and not (i.is_entity or i.has("time"))
            and (unit is None or (i.has("amount") and i.get("amount")[1] == unit))
        ),
    )
    if at is None:
        return None
    old = head[at].text
    said = new.text if unit is not None else re.sub(r"^\S+", new.text, old)
    return at, at + 1, said


def _value(new: Item, head: Sequence[Item]) -> tuple[int, int, str] | None:
    """A host for a host, a size for a size; a tag's value for that of the tag."""
    fields = {name for name, _ in new.get("value") or ()}
    for k in range(len(head) - 1, -1, -1):
        key, _, value = head[k].text.partition("=")
        if head[k].has("tag") and value and f"tags.{key.casefold()}" in fields:
            return k, k + 1, f"{key}={new.text}"
        placed = fields & {name for name, _ in head[k].get("value") or ()}
        if placed & set(_PLACED):
            return k, k + 1, new.text
    return None


def _object(head: Sequence[Item], said: str) -> tuple[int, int, str] | None:
    """What is said instead of the machines that the head describes, where that is one noun."""
    at = [k for k, i in enumerate(head) if i.has(*_NOUNS) and not i.has("verb", "time", "tag")]
    if not at or at[-1] - at[0] + 1 != len(at) or sum(head[k].is_entity for k in at) != 1:
        return None
    first = at[0]
    while first and head[first - 1].has("det") and not head[first - 1].is_entity:
        first -= 1
    return first, at[-1] + 1, said
