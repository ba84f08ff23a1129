"""Pronouns between two machines: "web-02 is hot, restart it, and … stop carol-dev".

What stands for a machine stands for one that was named before it, never for a later one.
"""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_WORD = re.compile(r"[A-Za-z0-9][\w.-]*[A-Za-z0-9]")
_PRONOUN = re.compile(
    r"(?<=[a-z] )(?<!call )(?<!name )(?<!label )(?P<it>it|its)\b"
    r"(?! (?:is|was|has|had|will|would|needs?|looks?|seems?|keeps?|can|could|should|does|did|"
    r"hangs?|gets?|runs?|be|off|on|from|away|to)\b|'|\u2019)",
    re.IGNORECASE,
)


def with_its_name(text: str, site: Site) -> str:
    """The sentence with the one machine named so far in place of "it", where others follow."""
    named = [
        (found.start(), found[0])
        for found in _WORD.finditer(text)
        if found[0].casefold() in site.names.exact
    ]
    if len({name.casefold() for _, name in named}) < 2:
        return text

    def meant(found: re.Match[str]) -> str:
        before = {name.casefold(): name for at, name in named if at < found.start()}
        after = {name.casefold() for at, name in named if at > found.end()} - before.keys()
        if len(before) != 1 or not after:
            return found[0]
        name = next(iter(before.values()))
        return f"{name}'s" if found["it"].casefold() == "its" else name

    return _PRONOUN.sub(meant, text)
