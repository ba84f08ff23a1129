"""How words sound, roughly: letters to sounds by rule, and how far two sounds are apart.

Both what was heard and what exists go through the same rules, so that most of their faults
cancel. A sound is one character; vowels are told apart only as far as a small model hears them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

LETTERS = {
    "a": "E", "b": "bi", "c": "si", "d": "di", "e": "i", "f": "ef", "g": "ji", "h": "EC",
    "i": "Y", "j": "jE", "k": "kE", "l": "el", "m": "em", "n": "en", "o": "O", "p": "pi",
    "q": "kyu", "r": "ar", "s": "es", "t": "ti", "u": "yu", "v": "vi", "w": "dablyu",
    "x": "eks", "y": "wY", "z": "zi",
}  # fmt: skip
"""The names of the letters."""

_RULES = tuple(
    (re.compile(letters), sounds)
    for letters, sounds in (
        (r"^kn|^gn|^pn", "n"), (r"^wr", "r"), (r"^x", "z"), (r"^wh", "w"),
        (r"tch", "C"), (r"sch(?=[eo])", "sk"), (r"ch(?=r)", "k"), (r"ch", "C"), (r"sh", "S"),
        (r"ph", "f"), (r"th", "T"), (r"ck", "k"), (r"qu", "kw"), (r"q", "k"),
        (r"ough(?=t)", "o"), (r"ough", "O"), (r"augh", "o"), (r"igh", "Y"), (r"gh", ""),
        (r"tion|sion|cian", "San"), (r"tious|cious", "Sas"), (r"ture$", "Car"), (r"age$", "ij"),
        (r"ing$", "in"), (r"dge", "j"), (r"ge$", "j"), (r"g(?=[ei]n|y$)", "j"), (r"gg?", "g"),
        (r"cc(?=[ei])", "ks"), (r"c(?=[eiy])", "s"), (r"cc?", "k"),
        (r"ss?", "s"), (r"zz?", "z"), (r"ff?", "f"), (r"x", "ks"), (r"j", "j"),
        (r"bb?", "b"), (r"dd?", "d"), (r"hh?", "h"), (r"kk?", "k"), (r"ll?", "l"),
        (r"mb$", "m"), (r"mm?", "m"), (r"nn?", "n"), (r"pp?", "p"), (r"rr?", "r"), (r"tt?", "t"),
        (r"vv?", "v"), (r"w(?=r)", ""), (r"w", "w"), (r"y(?=[aeiou])", "y"),
        (r"ee|ea(?!u)|ie(?=[lv])|ei", "i"), (r"eau", "O"), (r"ai|ay|ey$", "E"), (r"oa|oe$", "O"),
        (r"oo", "u"), (r"ou(?=s$)", "a"), (r"ou", "W"), (r"ow$", "O"), (r"ow", "W"),
        (r"oi|oy", "Q"), (r"au|aw", "o"), (r"ew|ue$|eu", "u"),
        (r"a(?=[bcdfgklmnpstvz]e$)", "E"), (r"a(?=[bcdfgklmnpstvz]e[sd]$)", "E"),
        (r"i(?=[bcdfgklmnpstvz]es?$)", "Y"), (r"i(?=nd$|ld$)", "Y"),
        (r"o(?=[bcdfgklmnpstvz]es?$)", "O"), (r"u(?=[bcdfgklmnpstvz]es?$)", "u"),
        (r"(?<=.)e$", ""), (r"(?<=[^aeiouy])ed$", "d"), (r"le$", "al"), (r"er$|or$|ar$", "ar"),
        (r"y$", "i"), (r"a", "a"), (r"e", "e"), (r"i|y", "i"), (r"o$", "O"), (r"o", "o"),
        (r"u", "a"),
    )
)  # fmt: skip

_ODD = {
    "a": "a", "the": "Ta", "of": "ov", "to": "tu", "too": "tu", "two": "tu", "one": "wan",
    "won": "wan", "four": "for", "eight": "Et", "ate": "Et", "oh": "O", "zero": "zirO",
    "three": "Tri", "five": "fYv", "nine": "nYn", "seven": "sevan", "eleven": "ilevan",
    "have": "hav", "give": "giv", "gives": "givz", "are": "ar", "was": "woz", "do": "du",
    "does": "daz", "done": "dan", "what": "wot", "who": "hu", "whose": "huz", "you": "yu",
    "your": "yor", "move": "muv", "gone": "gon", "some": "sam", "come": "kam", "said": "sed",
    "says": "sez", "any": "eni", "many": "meni", "live": "liv", "idle": "Ydal", "ubuntu": "ubuntu",
    "debian": "debian", "kafka": "kafka", "azure": "ajar", "europe": "yurap", "gib": "gigs",
    "vcpu": "visipiyu", "vcpus": "visipiyus", "cpu": "sipiyu", "gb": "gigs", "sql": "sikwal",
    "wei": "wE", "ines": "ines", "tag": "tag", "tags": "tagz", "disk": "disk", "region": "rijan",
    "machine": "maSin", "machines": "maSinz", "servers": "sarvarz", "server": "sarvar",
}  # fmt: skip
"""Common words that the rules get wrong."""


@cache
def sound(word: str) -> str:
    """The sounds of one word in small letters."""
    if word in _ODD:
        return _ODD[word]
    if len(word) > 1 and not re.search("[aeiouy]", word):
        return spelled(word)
    made, i = "", 0
    while i < len(word):
        for pattern, sounds in _RULES:
            if found := pattern.match(word, i):
                made += sounds
                i = max(found.end(), i + 1)
                break
        else:
            i += 1
    return re.sub(r"(.)\1", r"\1", made)


@cache
def spelled(word: str) -> str:
    """The sounds of a word said letter by letter."""
    return "".join(LETTERS.get(letter, "") for letter in word)


def sounds(words: Iterable[str]) -> str:
    """The sounds of words in a row; a single letter is said by its name."""
    return "".join(LETTERS[w] if len(w) == 1 and w in LETTERS else sound(w) for w in words)


_VOWELS = frozenset("aeioOuEYWQ")
_NEAR: tuple[tuple[str, float], ...] = (
    ("pb", 0.3), ("td", 0.3), ("kg", 0.3), ("fv", 0.3), ("sz", 0.2), ("Cj", 0.3), ("SC", 0.4),
    ("Sj", 0.5), ("Sz", 0.5), ("sS", 0.4), ("Ts", 0.5), ("Tf", 0.4), ("Td", 0.4), ("Tt", 0.5),
    ("Tv", 0.5), ("Tz", 0.5), ("mn", 0.4), ("bv", 0.5), ("pf", 0.5), ("vw", 0.5), ("bm", 0.6),
    ("dn", 0.6), ("pt", 0.6), ("pk", 0.6), ("tk", 0.6), ("bd", 0.6), ("dg", 0.6), ("rl", 0.6),
    ("rw", 0.6), ("lw", 0.6), ("yi", 0.4), ("wu", 0.4), ("wO", 0.5), ("tC", 0.5), ("dj", 0.5),
    ("sf", 0.6), ("kh", 0.7), ("hf", 0.7),
    ("ao", 0.15), ("ae", 0.25), ("ei", 0.25), ("eE", 0.2), ("iE", 0.3), ("oO", 0.2), ("Ou", 0.3),
    ("oW", 0.3), ("aW", 0.3), ("aY", 0.35), ("iY", 0.35), ("ai", 0.3), ("uo", 0.3), ("OW", 0.3),
    ("EY", 0.3), ("aO", 0.35), ("au", 0.35), ("oQ", 0.3),
)  # fmt: skip
"""Pairs that a listener takes for one another, and how far apart they are."""
_COST = {pair: cost for both, cost in _NEAR for pair in (both, both[::-1])}
_WEAK = {**dict.fromkeys(_VOWELS, 0.5), **dict.fromkeys("hyrwt", 0.6), "d": 0.7, "l": 0.7, "n": 0.7}
"""What it costs to drop or to add a sound; 1 for the others."""


def distance(heard: str, meant: str) -> float:
    """How far apart two strings of sounds are: 0 is alike, 1 is one clear sound."""
    row = [0.0]
    for sound_meant in meant:
        row.append(row[-1] + _WEAK.get(sound_meant, 1.0))
    for sound_heard in heard:
        dropped = _WEAK.get(sound_heard, 1.0)
        last, row = row, [row[0] + dropped]
        for j, sound_meant in enumerate(meant):
            row.append(
                min(
                    last[j] + _instead(sound_heard, sound_meant),
                    last[j + 1] + dropped,
                    row[j] + _WEAK.get(sound_meant, 1.0),
                )
            )
    return row[-1]


def _instead(heard: str, meant: str) -> float:
    if heard == meant:
        return 0.0
    both_vowels = heard in _VOWELS and meant in _VOWELS
    return _COST.get(heard + meant, 0.5 if both_vowels else 1.0)


def weight(text: Sequence[str]) -> float:
    """How much there is to hear in a string of sounds."""
    return sum(_WEAK.get(one, 1.0) for one in text)
