"""Particles of the world's Englishes: "restart it lah", "stop it na", "snapshot it innit".

They carry a tone and say nothing else: a sentence is read alike with them and without.
"""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_AT_THE_END = (
    r"la+h?|lor+|loh|leh|lei|meh|hor|sia|siah|liao|mah|wor|ah|arh|anot|"
    r"na+|yaar|yaara|bhai|bhaiya|bhaisaab|ji|sir ?ji|da|machan|machi|macha|"
    r"innit|bruv|bro|bru|fam|cuz|mate|blud|guv|eh|ay|ya|"
    r"abeg|sha|jare|biko|ooo*|boet|yah|po|nga|naman|mun|so it is"
)
_AT_THE_START = (
    r"aiy(?:o|a|oh|ah)+|wah(?: ?lau| ?lao| ?piang)?|walao(?: eh)?|alamak|abeg|oya|oi|oy|arre+|"
    r"arrey|"
    r"eish|bhai|bhaiya|yaar|bruv|bro|bru|fam|mate|guv|haibo|yoh|och|boet|ag|paki(?:suyo)?|ayo|"
    r"eh|ey|hey bruv|hey bro|ano|chale|ehen|na wa(?: o)?|make you|accha|acha|achha|haan"
)
_WORDS_OF = r"(?=\s*(?:[.,;!?]|$))"
_TAIL = re.compile(rf"(?<=[\w)'\"])(?P<gap>,? )(?P<said>{_AT_THE_END}){_WORDS_OF}", re.IGNORECASE)
_LEAD = re.compile(rf"^(?:(?:{_AT_THE_START})\b[,.! ]+)+(?=\w)", re.IGNORECASE)
_NAMING = re.compile(r"\b(?:call|name|named|called|label|tag)\b[^.!?;]*$", re.IGNORECASE)


def without_particles(text: str, site: Site) -> str:
    """A turn without the particles at the ends of its sentences."""
    if len(text) > _LONGEST or '"' in text or "`" in text:
        return text

    def tone(found: re.Match[str]) -> str:
        said = found["said"].casefold()
        before = text[: found.start()]
        known = said in site.names.exact or (said,) in site.values
        if known or _NAMING.search(before) or len(before.split()) < _FEW:
            return found[0]
        return ""

    plain = text
    for _ in range(_LAYERS):
        shorter = _TAIL.sub(tone, plain)
        if shorter == plain:
            break
        plain = text = shorter
    plain = _LEAD.sub("", plain)
    return plain if re.search(r"\w", plain) else text


_FEW = 2
"""Before which a particle is half of what is said: "ok lah", "can ah"."""
_LAYERS = 2
_LONGEST = 400
