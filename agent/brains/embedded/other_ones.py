""" "sandbox-01 is needed, the other sandboxes can go": others than those named before in a turn."""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_COUNT = r"(?:(?:two|three|four|five|six|seven|eight|nine|ten|\d+) )?"
_WHOSE = r"(?P<whose>the|these|those|our|my|his|her|their|your|\w+['\u2019]s)"
_WHAT = (
    r"(?P<what>(?!one\b|ones\b|half\b|day|way|side|thing|time|end\b|hand\b|week|night|hosts?\b|hypervisors?\b)"
    r"[a-z][^,;.!?]*?)"
)
_OTHERS = re.compile(
    rf"\b(?P<all>all )?(?:(?:of )?{_WHOSE} |all |every ){_COUNT}(?:other|remaining) {_COUNT}{_WHAT}"
    r"(?P<end>\s*(?:[,;.!?]|$))",
    re.IGNORECASE,
)
_REST = re.compile(
    r"\b(?P<all>all )?the (?:others|rest|remaining ones|other ones|remainder) "
    r"(?:of|in|from|among) "
    rf"(?!it\b|them\b|this\b|that\b){_WHOSE} {_WHAT}(?P<end>\s*(?:[,;.!?]|$))",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z][\w.-]*\w")
_JOINED = re.compile(r"\b(?:and|plus|or|&)(?: also| then)? $", re.IGNORECASE)
""" "restart kafka-1 now and the other brokers later": more machines of one act."""
_LOOKS = re.compile(
    r"\b(?:list|show|display|give me|tell me|which|what|who|how|count|compare|"
    r"check)\b[^,;.!?]{0,30}$",
    re.IGNORECASE,
)
""" "stop qa-runner-1 and list the other test machines": a look at more than an act is about."""
_SPARED = re.compile(
    r"\b(?:don['\u2019]?t|do not|not|never|leave|leaving|without|except|excluding|keep|keeping|"
    r"touch\w*|spare|ignore|skip|than|but)\b[^,.;!?]{0,20}$",
    re.IGNORECASE,
)
""" "reboot vdi-101, don't touch the other desktops"."""
_LEFT_OUT = re.compile(r"\b(?:except|excluding|but|apart|besides|without|than)\b", re.IGNORECASE)


def others_than_named(text: str, site: Site) -> str:
    """A turn in which "the other sandboxes" are the sandboxes except those named before."""
    found = _OTHERS.search(text) or _REST.search(text)
    if found is None or _LEFT_OUT.search(found["what"]) is not None:
        return text
    if _JOINED.search(text[: found.start()]) or _LOOKS.search(text[: found.start()]):
        return text
    if _SPARED.search(text[: found.start()]):
        return text
    before = (word[0] for word in _NAME.finditer(text[: found.start()]))
    names = list(dict.fromkeys(w for w in before if w.casefold() in site.names.exact))
    if not names:
        return text
    whose = found["whose"] or "all"
    these = f"{found['all'] or ''}{whose} {found['what']} except {' and '.join(names)}"
    return text[: found.start()] + these + found["end"] + text[found.end() :]
