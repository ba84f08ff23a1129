""" "dana's machines, the staging ones, …": what says again, and closer, which machines are meant.

It narrows what stands before it, as "just the staging ones" does, and is no further item of a list.
"""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_MEANING = (
    r"(?:namely|specifically|to be (?:precise|exact|specific)|more (?:precisely|exactly)|"
    r"that is(?: to say)?|that's(?: to say)?|in other words|i\.?e\.?|meaning|by which i mean|"
    r"viz\.?)[,:]? "
)
_ONES = (
    r"(?:the|those|these|his|her|their|our|my|its) (?:[\w'.+-]+ ){1,4}?ones?\b(?: (?:in|on|of|with|"
    r"from|at|under|running|owned by|that|which|without) [^,;.()!?]{2,60})?"
)
_THOSE = (
    r"(?:the ones?|those) (?:in|on|of|with|from|at|under|running|owned by|that|which|without|named|"
    r"called) [^,;.()!?]{2,60}"
)
_NARROWED = re.compile(
    rf"(?P<before>[\w'\"])(?:, ?| ?[\u2013\u2014] ?| - | ?\()"
    rf"(?:(?P<means>{_MEANING})(?P<what>[^,;.()!?]{{3,80}}?)|(?P<ones>{_ONES}|{_THOSE}))"
    r"(?P<only> only)?(?P<close>\)|,| [\u2013\u2014-] )?"
    r"(?=\s*(?:[.;!?)]|$)|(?(close) ?"
    r"(?!and\b|or\b|plus\b|as well\b|the\b|those\b|but (?:also|the)\b)))",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"\b(?:machines?|servers?|boxes|vms?|instances?|nodes?|hosts?|guests?|everything|all|every|"
    r"(?<!')[a-z]{3,}s)\b[^,;.!?]*$",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\bones?\b|^[^,]*,[^,]*\b(?:the|those)\b[^,]*$|\b(?:except|but|not)\b", re.IGNORECASE
)


_IN_BRACKETS = re.compile(
    r"(?P<before>[\w'\"]) ?\((?P<what>[\w.-]+(?:(?:, ?(?:and )?| and | & |/)[\w.-]+)*)\)"
)


def narrowed(text: str, site: Site) -> str:
    """A turn in which what says closer which machines are meant is marked as that."""

    def named(found: re.Match[str]) -> str:
        names = re.split(r", ?(?:and )?| and | & |/", found["what"])
        known = all(name.casefold() in site.names.exact for name in names)
        return _marked(found) if known else found[0]

    return _IN_BRACKETS.sub(named, _NARROWED.sub(_marked, text))


def _marked(found: re.Match[str]) -> str:
    before = re.split(r"[.;!?]\s", found.string[: found.start() + 1])[-1]
    if _LEADS.search(before) is None or _LISTED.search(before) is not None:
        return found[0]
    parts = found.groupdict()
    close = parts.get("close") or ""
    end = "," if close.strip() in (",", "-", "\u2013", "\u2014") else ""
    what = parts["what"] or parts["ones"]
    return f"{found['before']}, just {what}{end}{' ' if ' ' in close else ''}"
