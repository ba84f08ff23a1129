"""What a request says in short, spelled out: "a and b at 1 and 2 respectively", "x and its
snapshots", "that one should have env=shared".
"""

from __future__ import annotations

import re

from agent.brains.embedded.back_later import with_both_acts
from agent.brains.embedded.occasions import without_the_occasion
from agent.brains.embedded.short_sentences import with_the_rest
from agent.brains.embedded.site import Site

_LIST = r"[\w.:-]+(?: ?[ap]\.?m\.?)?(?:\s*(?:,|,? and)\s*[\w.:-]+(?: ?[ap]\.?m\.?)?)+"
_RESPECTIVELY = re.compile(
    rf"(?P<names>(?<![\w-]){_LIST}) (?P<at>at|on|to|by) (?P<times>{_LIST}),? respectively\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s*(?:,? and|,)\s*", re.IGNORECASE)
_HALF_DAY = re.compile(r" ?[ap]\.?m\.?$", re.IGNORECASE)

_DELETES = r"delete|remove|destroy|terminate|get rid of|nuke|erase|wipe|decommission|bin"
_ITS = r"(?:all )?(?:of )?(?:its|their|his|her|the) (?:old |own )?"
_AND_ITS_SNAPSHOTS = re.compile(
    rf"\b(?P<act>{_DELETES}) (?P<what>(?:(?!snapshot|backup|tag|disk)[^.,;!?]){{2,60}}?),? "
    r"(?:and|with|including|incl\.?|together with|along with|plus)(?: also)? "
    rf"{_ITS}snapshots?(?= *(?:$|[.,;!?]|please|pls|too|as well|for good|now))",
    re.IGNORECASE,
)
_SNAPSHOTS_AND_IT = re.compile(
    rf"\b(?P<act>{_DELETES}) (?:(?:all )?(?:of )?the snapshots (?:of|on) (?P<of>[\w.-]+)|"
    r"(?P<whose>[\w.-]+)'s snapshots),? (?:and|then)(?: then| also| afterwards)?"
    rf"(?: (?:{_DELETES}))? (?:(?P<again>[\w.-]+)(?: itself)?|the (?:machine|vm|box|server)"
    r"(?: itself| too| as well)*|it(?:self)?)(?= *(?:$|[.!?]|please|pls|too|as well))",
    re.IGNORECASE,
)
_AND_SNAPSHOTS_OF = re.compile(
    rf"\b(?P<act>{_DELETES}) (?P<what>(?:(?!snapshot|backup|tag|disk)[^.,;!?]){{2,60}}?),? and "
    r"(?P<snaps>(?:all )?(?:of )?the snapshots? (?:of|on) )",
    re.IGNORECASE,
)
_SHOULD_HAVE = re.compile(
    r"^(?P<which>(?:that|this) one|it|that|they|those|these|them|(?:[\w.-]*\d|[a-z]+-[\w-]+))"
    r" (?:should|must|needs to|has to|ought to) (?:have|carry|bear|get) (?:the tag )?"
    r"(?P<tag>[a-z][\w.-]*=[\w.@/+-]*\w)(?:[.!;,]\s*(?:so |please )?(?:change|fix|correct|set|do|"
    r"make|put) (?:it|that|them)(?: right| so)?(?:,? please)?)?[.! ]*$",
    re.IGNORECASE,
)
_SO_OFTEN = re.compile(
    r"\b(?P<what>fail(?:s|ed|ing)?|ping|timeouts?|timed out|tried|retried|crash(?:es|ed)?|"
    r"rebooted|errors?|alerts?|paged|down|hung|attempts?|dropped) x ?\d{1,2}(?=\s*(?:[,.;:!]|$))",
    re.IGNORECASE,
)
""" "ping fail x3": how often, and no factor."""

_MAKE_IT = re.compile(
    r"\bmake (?P<which>it|them|that one|this one) (?:an? )?(?P<size>[\w.-]+)(?: one)?(?: instead)?"
    r"(?P<join>,? and |, |[.;] )(?=(?:also |then |please )*(?:add|tag|put|set|give|restart|reboot|"
    r"stop|start|snapshot|move|protect)\b)",
    re.IGNORECASE,
)
_THAT_OF = re.compile(
    r"^\W*(?P<lead>and|what about|how about) (?:that|the same|those|the one) (?:of|for) "
    r"(?P<what>[\w .,-]+)(?P<end>[?.! ]*)$",
    re.IGNORECASE,
)
""" "and that of print-srv?": the last question, of another machine."""

_DONE_ONESELF = re.compile(
    r"(?P<join>,? and |; ?|, )(?:then )?(?:i'll|i will|i'm going to|i am going to|i shall) "
    r"(?P<what>(?:(?!\b(?:you|please|keep|leave|except|not|only|but)\b)[\w' ,-])*)[.! ]*$",
    re.IGNORECASE,
)


_ACTS = (
    r"(?:restart|reboot|bounce|stop|start|boot|resize|upsize|downsize|move|migrate|delete|remove|kill|"
    r"suspend|pause|resume|tag|label|protect|unprotect|scale|restore|clone|copy|shut|turn|power|switch|"
    r"take|give|make|attach|snapshot|back ?up|bring|spin|grow|double|add)"
)
_PLUS = re.compile(rf"\bplus (?=(?:also |please )*{_ACTS} (?!\d))", re.IGNORECASE)
_BEFORE_YOU = re.compile(
    rf"^(?P<first>(?:(?:please|pls|kindly|can you|could you|would you|ok|and|so|then|now|"
    rf"first)[, ]+)*"
    rf"{_ACTS}\b[^.;!?]*?),? before (?:you |u )(?:then |go on to |start to )?(?={_ACTS}\b)",
    re.IGNORECASE,
)
""" "protect gitlab before you move it to kvm-01": both, in this order."""


def spelled_out(text: str, site: Site) -> str:
    """The same request, with what it says in short written in full."""
    if len(text) > _LONG:
        return text
    text = with_the_rest(_PLUS.sub("and ", without_the_occasion(text, site)), site)
    text = with_both_acts(text, site)
    text = _BEFORE_YOU.sub(r"\g<first>, then ", text)
    text = _RESPECTIVELY.sub(_each_at_its_time, text)
    text = _AND_ITS_SNAPSHOTS.sub(r"\g<act> \g<what>", text)
    text = _SNAPSHOTS_AND_IT.sub(_with_the_machine, text)
    text = _AND_SNAPSHOTS_OF.sub(r"\g<act> \g<what>, then \g<act> \g<snaps>", text)
    text = _THAT_OF.sub(r"\g<lead> \g<what>\g<end>", text)
    text = _SHOULD_HAVE.sub(r"tag \g<which> with \g<tag>", text)
    return _without_own_work(_SO_OFTEN.sub(r"\g<what>", text), site)


_LONG = 400


def resized_and(text: str, site: Site) -> str:
    """ "make it large, and add owner=nadia", where no plan waits: two acts on the same machine."""

    def resized(found: re.Match[str]) -> str:
        fields = {name for name, _ in site.values.get((found["size"].casefold(),), ())}
        if "size" not in fields:
            return found[0]
        return f"resize {found['which']} to {found['size']}{found['join']}"

    return _MAKE_IT.sub(resized, text)


def _each_at_its_time(found: re.Match[str]) -> str:
    names, times = _CUT.split(found["names"]), _CUT.split(found["times"])
    if len(names) != len(times) or not all(any(c.isdigit() for c in t) for t in times):
        return found[0]
    half = _HALF_DAY.search(times[-1])
    if half is not None:
        times = [t if _HALF_DAY.search(t) else f"{t}{half[0]}" for t in times]
    each = [f"{n} {found['at']} {t}" for n, t in zip(names, times, strict=True)]
    return f"{', '.join(each[:-1])} and {each[-1]}"


def _with_the_machine(found: re.Match[str]) -> str:
    """ "delete the snapshots of x and then x itself": they go with it."""
    name = found["of"] or found["whose"]
    again = found["again"]
    same = again is None or again.casefold() in (name.casefold(), "it", "itself")
    return f"{found['act']} {name}" if same else found[0]


def _without_own_work(text: str, site: Site) -> str:
    """ "…, and I'll get the rest in writing first": what the person does oneself goes."""
    found = _DONE_ONESELF.search(text.replace("\u2019", "'"))
    if found is None or len(text[: found.start()].split()) < _FEW:
        return text
    words = found["what"].casefold().split()
    named = any(w in site.names.exact or (w,) in site.values for w in words)
    acts = bool(words) and words[0] in _OWN_WORK
    return text if named and not acts else text[: found.start()]


_FEW = 2
_OWN_WORK = frozenset(
    {"restart", "reboot", "stop", "start", "delete", "remove", "resize", "snapshot", "move", "do",
     "check", "tell", "handle", "take", "clean", "patch", "update", "upgrade", "watch", "look"}
)  # fmt: skip
"""What somebody says to do oneself, whatever machine it is on."""
