"""Rows of machines by their numbers: "vdi-101 to 103", "kafka 1-3", "worker-1..4"."""

from __future__ import annotations

import re

from agent.brains.embedded.numbers import ONES
from agent.brains.embedded.site import Site

_SPAN = re.compile(
    r"\b(?P<stem>[a-z][\w.-]{0,252}?)(?P<gap>[- ]?)(?P<first>\d{1,4})"
    r"\s*(?P<to>to|through|thru|up to|-|\u2013|\u2014|\.{2,3}|\u2026)\s*"
    r"(?P<last>\d{1,4})\b(?!\s*(?:v?cpus?|cores?|gigs?|g[bi]*b?\b|t[bi]*b?\b|machines?|boxes|vms|"
    r"servers|instances|%|percent|[ap]\.?m\b|o'?clock|:|\.\d))",
    re.IGNORECASE,
)
_WORD = r"(?:oh |zero )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_SPOKEN = re.compile(
    rf"\b(?P<stem>[a-z][\w.-]{{0,60}}) (?P<first>{_WORD}) (?:to|through|thru|up to) "
    rf"(?P<last>{_WORD})\b"
    r"(?! (?:v?cpus?|cores?|gigs?|machines?|boxes|times|hours?|minutes?|days?))",
    re.IGNORECASE,
)
_SIZES = re.compile(
    r"\b(?:resiz\w*|scal\w*|grow\w*|shrink\w*|bump\w*|increas\w*|reduc\w*|upgrad\w*|rais\w*|"
    r"lower\w*|extend\w*|expand\w*|set|give|make|chang\w*)\b",
    re.IGNORECASE,
)
"""With these "web-01 to 8" says how much."""


_COUNTS = re.compile(
    r"(?: [-\u2013\u2014]|[,;.]) (?:about |some |over |already )?\d+ (?:users?|people|"
    r"customers?|tickets?|"
    r"alerts?|complaints?|incidents?|teams?|colleagues|callers?)\b(?![^,;.!?]*\w-\d)[^,;.!?]*"
    r"(?=[,;.!?]|$)",
    re.IGNORECASE,
)
""" "delete sandbox-01 - 3 users complained": no row, and no third machine."""


def with_spans(text: str, site: Site) -> str:
    """The sentence with both ends of a row named in full, where a machine bears the first."""
    text = _COUNTS.sub("", text)

    def named(found: re.Match[str]) -> str:
        if int(found["last"]) <= int(found["first"]):
            return found[0]
        one = f"{found['stem']}-{found['first']}"
        first = site.names.numbered(one, found["first"])
        last = site.names.numbered(one, found["last"])
        if len(first) != 1 or len(last) > 1 or found[0].casefold() in site.names.exact:
            return found[0]
        end = last[0] if last else f"{found['stem']}-{found['last']}"
        return f"{first[0]} to {end}"

    def in_figures(found: re.Match[str]) -> str:
        first, last = (ONES[found[end].split()[-1].casefold()] for end in ("first", "last"))
        row = f"{found['stem']}-{first} to {last}"
        return row if site.names.numbered(f"{found['stem']}-{first}", str(first)) else found[0]

    return text if _SIZES.search(text) else _SPAN.sub(named, _SPOKEN.sub(in_figures, text))
