"""What the model is told to expect: the fleet's names and how commands are said, in few tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from agent.brains.embedded.site import Site

MOST_TOKENS = 200
"""Whisper takes 223 before a sentence; every one costs time."""
_MANNER = (
    "Reboot app oh seven, please. Which machines in U.S. west two are idle? Give lab prod eight "
    "cores and 32 gigs. Shut down the staging web servers except box S T G six."
)
"""Commands as they are said, about machines that nobody has: no number of theirs is expected."""


def prompt_of(site: Site, tokens: Callable[[str], Sequence[int]]) -> list[int]:
    """The fleet's words as tokens, what matters most last: Whisper forgets from the front."""
    manner = list(tokens(_MANNER))
    chosen: list[str] = []
    left = MOST_TOKENS - len(manner)
    for word in hot_words(site):
        left -= len(tokens(word)) + 1
        if left < 0:
            break
        chosen.append(word)
    listed = list(tokens(", ".join(reversed(chosen)) + ".")) if chosen else []
    return listed + manner


def hot_words(site: Site) -> list[str]:
    """Names without their numbers, the commonest first; then groups, places and tags."""
    names = (name for found in site.names.exact.values() for name in found)
    hosts = (name.partition(".")[0] or name for name in names)
    stems = Counter(re.sub(r"[-_]?\d+$", "", name) or name for name in hosts)
    things = [stem for stem, _ in stems.most_common()]
    tags = [value for values in site.tag_values.values() for value in values]
    found = (*things, *site.groups, *site.hosts.values(), *site.regions.values(), *tags)
    return list(dict.fromkeys(w for w in found if w.isprintable() and len(w) < 40))
