"""A plan that waits, put right in other words: "replace 5pm with 6pm", "what about web-04?".

Each becomes what the corrections read: "make it 6pm", "I meant web-04".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agent.brains.base import Memory
from agent.brains.embedded.layout import asking_verbs
from agent.brains.embedded.site import Site
from tools.calls import Call

_LED = (
    r"^(?:(?:no|nope|nah|oh|ah|wait|hm+|sorry|oops|typo|well|ok(?:ay)?|actually|hang on|please|and|"
    r"my mistake|my bad|correction)[,.:! ]+)*"
)
_END = r"(?:,? (?:please|instead|then|rather|better|thanks))*[.!? ]*$"
_THING = r"(?:[^,;.!?]|\.(?=\w)){1,60}?"
_X, _Y = rf"(?P<was>{_THING})", rf"(?P<now>{_THING})"
_FORMS = tuple(
    re.compile(_LED + form + _END, re.IGNORECASE)
    for form in (
        rf"(?:i (?:said|wrote|typed)|you (?:have|wrote|took|heard)|it says) {_X},? (?:but|and) "
        rf"(?:i|it|that) (?:meant|mean|wanted|should (?:be|have been|say)) {_Y}",
        rf"(?:replace|exchange|substitute) {_X} (?:by|with|for) {_Y}",
        rf"(?:swap|change|switch) {_X} (?:for|with|to|into) {_Y}",
        rf"{_Y}(?:,? please)?, (?:and )?not {_X}",
        rf"not {_X}(?:, (?:but |rather )?|,? (?:but|rather) ){_Y}",
        rf"{_Y} (?:instead|in place) of {_X}",
        rf"(?:that's |it's |this is )?wrong(?: one)?[,.:!]? (?:it's|it is|it should be|"
        rf"should be) {_Y}",
        rf"(?:could|can|would) you (?:please )?(?:make|change) (?:it|that)(?: to)? {_Y}",
        rf"(?:can|could|shall|should|let's|may) (?:we|i|us)? ?(?:do|make|use|take|"
        rf"have)(?: it)? {_Y}",
        rf"(?:what|how) about {_Y}",
        rf"let (?:it|that) be {_Y}",
        rf"(?:(?:it|that) (?:should|must) (?:be|have been|read|say)|should be|better|rather) {_Y}",
    )
)
_PLACED = re.compile(
    r"^(?:(?:no|nope|nah|oh|ah|wait|hm+|sorry|oops|typo|my mistake|my bad|correction)[,.:! ]+)+"
    r"(?P<now>(?:the|all|all the) [\w' -]{2,50}|\d[\w.]*(?: ?(?:gb|gib|gigs?|cores?|cpus?|"
    r"vcpus?))?)[.! ]*$",
    re.IGNORECASE,
)
_OTHER_NAME = re.compile(
    _LED + r"(?:not that one,? )?(?:(?:please )?(?:use|go with|switch to|take|"
    r"change it to|change that to|make it|make that|let's make (?:that|it)|"
    r"i'd rather have|i meant?|i prefer|rather) )?"
    r"(?P<now>[a-z][\w.]*[-_][\w.-]*\w)" + _END.replace("better", "better|sorry|actually"),
    re.IGNORECASE,
)
""" "oops, pre-patch": a name that nothing has, where the plan gives a name."""
_SENTENCE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|not|need|needs?|should|must|can|could|do|does|"
    r"did|use|uses|want|wants|and then|because|since|if|until|after|before|too|also|rest|"
    r"others?)\b|"
    r"'s\b|n't\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"(?:at |in |by |to )?\d", re.IGNORECASE)
_TIME = re.compile(
    r"(?:at |on |every |this |next |in )?(?:tonight|tomorrow|today|noon|midnight|weekdays?|"
    r"weekends?|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:half|quarter) past|an? (?:hour|minute))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w.-]+")


def as_correction(text: str, memory: Memory, site: Site) -> str:
    """The turn as a plain correction of the plan that waits; as it is where it is none."""
    if memory.pending is None or len(text) > _LONGEST or '"' in text:
        return text
    for form in _FORMS:
        found = form.match(text)
        if found is not None and _may_stand(found, memory, site):
            return _plain(found["now"].strip(), memory, site)
    found = _PLACED.match(text)
    if found is not None and _SENTENCE.search(found["now"]) is None:
        return _plain(found["now"].strip(), memory, site)
    found = _OTHER_NAME.match(text)
    if found is not None and memory.pending.calls[-1].args.get("name"):
        now = found["now"].casefold()
        if now not in site.names.exact and (now,) not in site.values:
            return f"name it {found['now']}"
    return text


_LONGEST = 140
"""Characters; a longer turn says more than one thing instead of another."""


def _may_stand(found: re.Match[str], memory: Memory, site: Site) -> bool:
    """Whether both are things of one kind, and none a sentence or a machine that is left out."""
    now, was = found["now"].casefold(), (found.groupdict().get("was") or "").casefold()
    if any(_SENTENCE.search(said) or said.split()[:1] in _ORDERS for said in (now, was)):
        return False
    if now.split()[0] in asking_verbs() - {"the"} or _ATTRIBUTES & set(was.split()):
        return False
    assert memory.pending is not None
    call = memory.pending.calls[-1]
    named = {w for w in (now, was) if w in site.names.exact}
    several = len({i for targets in memory.pending.targets for i in targets}) > 1
    if was and (len(named) == 1 or (named and several)):
        return False
    if was and was in {str(value).casefold() for value in _given(call)}:
        return True
    if _FIGURE.match(now):
        return call.tool in _FIGURED or call.when is not None
    return not was or (_is_known(was, site) and _is_known(now, site))


def _given(call: Call) -> Iterator[Any]:
    """The arguments of a call, and the values of its tags."""
    tags: dict[str, str] = call.args.get("tags") or {}
    yield from tags.values()
    yield from (value for name, value in call.args.items() if name != "tags")


_ATTRIBUTES = frozenset(
    {"disk", "memory", "ram", "cpu", "cpus", "cores", "size", "name", "time", "owner", "region",
     "image", "host", "count", "number", "tag", "day", "hour", "zone"}
)  # fmt: skip
_ORDERS = (["keep"], ["leave"], ["exclude"], ["skip"], ["it"], ["that"], ["this"], ["them"])
_FIGURED = frozenset(
    {"resize_vms", "resize_disk", "attach_disk", "scale_group", "create_vms", "tag_vms"}
)


def _is_known(said: str, site: Site) -> bool:
    """Whether some word of it is the fleet's, or a time or a figure."""
    if _TIME.match(said) or any(c.isdigit() for c in said):
        return True
    words = [word[0] for word in _WORD.finditer(said)]
    return any((w,) in site.values or w in site.names.words for w in words)


def _plain(now: str, memory: Memory, site: Site) -> str:
    assert memory.pending is not None
    call = memory.pending.calls[-1]
    word = _WORD.fullmatch(now) is not None and now.casefold() not in site.names.exact
    tags: dict[str, str] = call.args.get("tags") or {}
    if call.tool == "tag_vms" and len(tags) == 1 and word and not _FIGURE.match(now):
        return f"{next(iter(tags))}={now}"
    if _FIGURE.match(now) or _TIME.match(now):
        return f"make it {now}"
    return f"I meant {now}"
