"""What is free, left or available of disk, memory and CPU, said as what is used of them.

The measures are shares that are used: "less than 10 % of disk free" is "disk over 90 % used".
"""

from __future__ import annotations

import re

from agent.brains.base import Understanding
from agent.brains.embedded import replies

_SPACE = r"(?: ?(?:space|capacity|storage))?"
_MEASURE = rf"(?P<what>disks?|storage|drives?|volumes?|memory|ram|mem|cpu|processor){_SPACE}"
_FREE = r"(?:free|left(?: over)?|available|remaining|spare|unused|empty|headroom|idle|to spare)"
_FEWER = r"less than|fewer than|lower than|under|below|beneath|<"
_AT_MOST = r"at most|no more than|not more than|up to|only|just|merely|<="
_MORE = r"more than|greater than|higher than|over|above|beyond|>"
_AT_LEAST = r"at least|no less than|not less than|>="
_COMPARED = rf"(?:(?P<how>{_FEWER}|{_AT_MOST}|{_MORE}|{_AT_LEAST}) ?(?:about |around )?)"
_SHARES = {
    "half": 50.0, "a half": 50.0, "a third": 33.0, "one third": 33.0, "a quarter": 25.0,
    "one quarter": 25.0, "a fifth": 20.0, "a tenth": 10.0, "five": 5.0, "ten": 10.0,
    "fifteen": 15.0, "twenty": 20.0, "twenty-five": 25.0, "thirty": 30.0, "forty": 40.0,
    "fifty": 50.0,
}  # fmt: skip
_FIGURE = (
    r"(?:(?P<figure>\d{1,2}(?:[.,]\d+)?|(?:five|ten|fifteen|twenty|twenty-five|thirty|forty|fifty)"
    r"(?= percent| per cent)) ?(?:%|percent|per cent)|(?P<part>half|(?:a|one) (?:half|third|"
    r"quarter|fifth|tenth)))"
)
_OR = r"(?: or (?P<or>less|fewer|lower|more|higher|under|over|below|above))?"
_OWN = r"(?:(?:the|its|their|his|her|your|our|of|a) )*"
_IS = r"(?:(?:is|are|has|have|had|with|at|of|got|drops?|dropped|falls?|fell|still|was) )*"
_HOW_MUCH = rf"(?:{_COMPARED})?{_FIGURE}{_OR}"
_FORMS = tuple(
    re.compile(rf"(?<![\w-]){form}(?![\w-])", re.IGNORECASE)
    for form in (
        rf"{_HOW_MUCH} {_OWN}{_MEASURE} {_IS}{_FREE}",
        rf"{_HOW_MUCH} {_OWN}{_FREE} (?:on |in |for )?{_OWN}{_MEASURE}(?: {_FREE})?",
        rf"{_MEASURE} {_IS}{_HOW_MUCH} {_OWN}{_FREE}",
        rf"{_FREE} {_MEASURE} {_IS}{_HOW_MUCH}",
        rf"{_MEASURE} {_IS}{_FREE} {_IS}{_HOW_MUCH}",
    )
)
_THAN = re.compile(
    rf"(?<![\w-])(?P<more>more|less|fewer) "
    rf"(?P<what>{_FREE} (?:disk|memory|storage|ram|cpu){_SPACE}) than "
    r"(?P<figure>\d{1,2}(?:[.,]\d+)? ?(?:%|percent|per cent))(?![\w-])",
    re.IGNORECASE,
)
_ALARMS = re.compile(
    r"^[^.!?:;]{0,40}?\b(?P<what>disk(?: space)?|storage|memory|ram|cpu|network|iops)\b"
    r"(?: usage| load| use)? (?:alerts?|alarms?|warnings?|pressure|spikes?|issues?|problems?|"
    r"trouble|alerting|alarming|is (?:high|up|tight|short))\b[^.!?:;]{0,40}[.!?:;] +(?P<then>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_BARE_FIGURE = re.compile(
    rf"(?<![\w-])(?P<how>{_FEWER}|{_MORE}|{_AT_LEAST}) (?P<figure>\d{{1,2}}) ?"
    r"(?:%|percent|per cent)?"
    r"(?=[.!?,;]|$| (?:in|on|of|right|now|please|used|full))",
    re.IGNORECASE,
)
_LEFT_OF_IT = re.compile(rf"(?<![\w-]){_HOW_MUCH} {_OWN}{_FREE}(?![\w-])", re.IGNORECASE)
_SPOKEN_OF = re.compile(rf"(?<![\w-]){_MEASURE}(?![\w-])", re.IGNORECASE)
_LEAST = re.compile(
    rf"(?<![\w-])(?P<end>least|lowest|smallest|most|highest|largest|biggest) (?:amount of |"
    r"share of )?"
    rf"(?:{_FREE} {_MEASURE}|(?P<what2>disk|storage|memory|ram|cpu){_SPACE} {_FREE})(?![\w-])",
    re.IGNORECASE,
)
_ROOM = re.compile(
    r"\b(?:hosts?|hypervisors?|place|placement|room|fits?|where (?:is|are|can|could|should|do|does|"
    r"would)|esx[\w-]*|kvm[\w-]*)\b",
    re.IGNORECASE,
)
"""Words with which it is asked what a host has left for a new machine."""
_GIB = re.compile(
    rf"(?<![\w-]){_COMPARED}\d+(?:[.,]\d+)? ?(?:gi?b|gigs?|gigabytes?|ti?b|tera\w*|mi?b) "
    rf"(?:{_OWN}(?:disks?|storage|memory|ram|mem|drive)?{_SPACE} ?{_FREE}|{_OWN}{_FREE})(?![\w-])",
    re.IGNORECASE,
)
_PLAIN = {"storage": "disk", "drive": "disk", "volume": "disk", "ram": "memory", "mem": "memory",
          "processor": "cpu"}  # fmt: skip
_FEW = frozenset({"least", "lowest", "smallest"})
_TURNED = {"lt": "over", "le": "at least", "gt": "under", "ge": "at most"}


def as_used(text: str) -> str:
    """The turn with what is free of a measure said as what is used of it."""
    if not _FREE_SAID.search(text):
        return text
    text = text if _ROOM.search(text) else _LEAST.sub(_other_end, text)
    text = _THAN.sub(r"\g<more> than \g<figure> \g<what>", text)
    for form in _FORMS:
        text = form.sub(lambda m: _used(m, m["what"]), text)
    spoken = {_measure(m["what"]) for m in _SPOKEN_OF.finditer(text)}
    if len(spoken) == 1 and _LEFT_OF_IT.search(text):
        text = _LEFT_OF_IT.sub(lambda m: _used(m, next(iter(spoken))), text)
    return text


def by_what_was_told(text: str) -> str:
    """ "Disk alerts again! Show everything in hq over 80 percent": 80 percent of the disk."""
    told = _ALARMS.match(text)
    if told is None or _MEASURES.search(told["then"]):
        return text
    figure = rf"with {_measure(told['what'].split()[0])} \g<how> \g<figure>%"
    then = _ARE.sub("", _BARE_FIGURE.sub(figure, told["then"], count=1))
    return f"{text[: told.start('then')]}{then}"


_ARE = re.compile(
    r"\b(?:is|are|sits?|stands?|runs?|run) (?=with (?:disk|memory|cpu|network|iops) )"
)
_MEASURES = re.compile(
    r"\b(?:disks?|storage|memory|ram|cpus?|cores?|network|iops|cost\w*|days?|\$|dollars?|load|gi?b)\b",
    re.IGNORECASE,
)


def asks_for_gib_free(text: str) -> Understanding | None:
    """The question after "less than 10 GB free": how full a disk is, is known as a share."""
    if _ROOM.search(text) or _GIB.search(text) is None:
        return None
    return replies.ask(
        "How much is free I know as a share alone. Say it in percent, please: less than 10 % free."
    )


_FREE_SAID = re.compile(rf"\b{_FREE}\b", re.IGNORECASE)


def _measure(said: str) -> str:
    word = said.casefold()
    word = word[:-1] if word in ("disks", "drives", "volumes") else word
    return _PLAIN.get(word, word)


def _used(found: re.Match[str], what: str) -> str:
    """The same condition on what is used; unchanged where no comparison was said."""
    compared = _compared(found)
    if not compared:
        return found[0]
    said = found["figure"] or found["part"]
    figure = _SHARES.get(said.casefold()) or float(said.replace(",", "."))
    return f"{_measure(what)} {_TURNED[compared]} {100 - figure:g}% used"


def _compared(found: re.Match[str]) -> str:
    said, beyond = (found["how"] or "").casefold(), (found["or"] or "").casefold()
    if beyond:
        return "le" if beyond in ("less", "fewer", "lower", "under", "below") else "ge"
    kinds = (("lt", _FEWER), ("le", _AT_MOST), ("gt", _MORE), ("ge", _AT_LEAST))
    return next((kind for kind, words in kinds if said and said in words.split("|")), "")


def _other_end(found: re.Match[str]) -> str:
    few = found["end"].casefold() in _FEW
    return f"{'highest' if few else 'lowest'} {_measure(found['what'] or found['what2'])} usage"
