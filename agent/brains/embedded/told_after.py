"""The value of a tag in a sentence of its own: "put an owner tag on both. The owner is nadia."."""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_VALUE = r"[\w@][\w.@/+-]*"
_ACT = r"\b(?:put|add|give|set|stick|tag|attach|label|apply|assign|slap|want|need)\b"
_PARTS = re.compile(
    rf"^(?P<act>(?=[^.;!?]*{_ACT})[^=;!?]*?)\s*[.;!]\s+(?:and |please )?"
    r"(?:(?:(?:the|its|their|that|this) (?P<what>[a-z][\w-]*)(?: tag| value)?|it|they|that)"
    rf"(?: (?:is|are|should be|shall be|must be|will be|should say|has to be)|:|=) )?"
    rf"(?:(?P<pair>[\w-]+=[\w.@/+-]+)|(?P<value>{_VALUE}))\s*(?P<end>(?:[.!](?:\s.*)?)?)$",
    re.IGNORECASE | re.DOTALL,
)
_KEY_TAG = re.compile(
    r"(?:\b(?:an?|the|its|their) )?(?P<key>[a-z][\w-]*) tags?\b(?! (?:is|are|was))", re.IGNORECASE
)
_WITH_KEY = re.compile(r"\b(?:with )?(?:an?|the) (?P<key>[a-z][\w-]*)\W*$", re.IGNORECASE)
_NO_VALUE = frozenset({"yes", "no", "thanks", "please", "now", "ok", "okay", "cheers", "ta", "all"})
_NO_KEY = frozenset(
    {"the", "a", "an", "this", "that", "these", "those", "new", "same", "right", "and"}
)


def with_the_value(text: str, site: Site) -> str:
    """The request with its tag in full, where the value is told in the next sentence."""
    found = _PARTS.match(text.strip()) if len(text) < _LONG else None
    if found is None:
        return text
    act, end = found["act"], found["end"]
    named = (found["what"] or "").casefold()
    if found["pair"] is not None:
        tagging = re.search(r"\b(?:tag|label)\b", act, re.IGNORECASE)
        return f"{act} with {found['pair']}{end}" if tagging and not _KEY_TAG.search(act) else text
    value = found["value"].rstrip(".")
    if value.casefold() in _NO_VALUE or not value:
        return text
    for shape in (_KEY_TAG, _WITH_KEY):
        said = shape.search(act)
        key = said["key"].casefold() if said else ""
        known = shape is _KEY_TAG or key in site.tag_keys
        if said is None or key in _NO_KEY or not known or named not in ("", "tag", "value", key):
            continue
        if not (_is_stated(found) or (value.casefold(),) in site.values):
            continue
        lead = "with " if said[0].casefold().startswith("with ") else "the tag "
        return f"{act[: said.start()]}{lead}{key}={value}{act[said.end() :]}{end}"
    return text


_LONG = 300


def _is_stated(found: re.Match[str]) -> bool:
    """Whether the second sentence says of something that it is so."""
    between = found.string.strip()[found.end("act") : found.start("value")]
    return re.search(r"[a-z:=]", between, re.IGNORECASE) is not None
