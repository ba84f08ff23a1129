"""Names that were taken for two words: "jen kins", as they are heard or typed."""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site
from agent.brains.embedded.spelling import english

_PAIR = re.compile(r"\b(?P<first>[a-z]{2,20}) (?=(?P<second>[a-z]{2,20})\b)", re.IGNORECASE)


def with_joined_names(text: str, site: Site) -> str:
    """Two words as one where that is a machine's name, and one of them is no word otherwise."""

    def joined(found: re.Match[str]) -> str:
        first, second = found["first"].casefold(), found["second"].casefold()
        known = site.names.exact.get(first + second)
        strange = not {first, second} <= english() and (first, second) not in site.values
        return found["first"] if known and strange else found[0]

    return _PAIR.sub(joined, text)
