"""Words that nothing knows: names that no machine bears, unknown sizes and places, plain words."""

from __future__ import annotations

import re

from agent.brains.embedded.inflection import singular
from agent.brains.embedded.items import Item, Kinds
from agent.brains.embedded.lexicon import (
    distributions,
    everyday_words,
    trade_words,
    vocabulary,
)
from agent.brains.embedded.names import Stem, key_of
from agent.brains.embedded.site import Site
from agent.brains.embedded.spelling import english

_NAMELIKE = re.compile(r"[a-z]+[a-z0-9]*([-_.][a-z0-9]+)*", re.IGNORECASE)
_SIZELIKE = re.compile(
    r"[a-z]+\d+[a-z]*\.\w+|standard_\w+|[enca]\d[a-z]*-\w+-\w+|\d*xlarge|[234]xl"
)
_REGIONLIKE = re.compile(
    r"(us|eu|ap|sa|ca|me|af|il|mx|cn)-[a-z]+-?[a-z]*-?\d|"
    r"[a-z]+-(north|south|east|west|central)[a-z]*\d"
)
_AFTER_A_COUNT = frozenset(
    {
        "more", "times", "biggest", "newest", "oldest", "machines", "servers", "boxes", "vms", "%",
        "to", "o'clock", "am", "pm", ":", "instances", "nodes",
    }
)  # fmt: skip


def kinds_of_unknown(word: str, text: str, site: Site) -> Kinds:
    """What a word may be that neither the lexicon nor the site knows."""
    if _REGIONLIKE.fullmatch(word):
        return {"unknown_value": ("region", text)}
    if _SIZELIKE.fullmatch(word):
        return {"unknown_value": ("size", text)}
    if compound := _compound(word, site):
        return compound
    stem = re.sub(r"[-_.]?\d+.*$", "", word)
    if stem in site.host_stems and stem != word:
        return {"unknown_value": ("host", text), "unknown_name": text}
    if word.split("-")[0] in distributions() and re.search(r"\d", word):
        return {"unknown_value": ("image", text)}
    if _looks_like_name(word, site):
        return {"unknown_name": text}
    if word in trade_words():
        return {"tech": word}
    if word in everyday_words() or (word.isalpha() and word in english()):
        return {"plain": word}
    return {"word": text}


_SAYS_WHAT = frozenset(
    {
        "team", "owned", "based", "hosted", "role", "tier", "env", "environment", "tagged", "side",
        "group", "region", "only", "related", "facing", "class", "grade", "level", "wide",
    }
)  # fmt: skip


def _compound(word: str, site: Site) -> Kinds | None:
    """ "finance-team", "priya-owned", "aws-hosted": a value with a word that says what it is."""
    head, _, tail = word.rpartition("-")
    if tail not in _SAYS_WHAT:
        return None
    values = site.values.get((head,)) or site.values.get(tuple(head.split("-")))
    return {"value": values} if values else None


def _looks_like_name(word: str, site: Site) -> bool:
    if not _NAMELIKE.fullmatch(word):
        return False
    if re.search(r"\d", word) and len(word) > 2:
        return not re.fullmatch(r"v?\d+[a-z]{0,2}|[a-z]\d|p9\d+|\d+.*", word)
    if "-" in word or "_" in word:
        parts = re.split(r"[-_.]", word)
        return any(p in site.names.words for p in parts) or not all(
            p in vocabulary() or p in everyday_words() for p in parts
        )
    if len(word) <= 4 or word in everyday_words() or word in english():
        return False
    return bool(site.names.closest(word, 1, 80))


def join_numbers(items: list[Item], words: list[str], site: Site) -> list[Item]:
    """A stem and a number become one name, whether or not a machine bears it: "web 9"."""
    made: list[Item] = []
    for item in items:
        if made and item.words == ("leave",) and made[-1].words[-1:] in _ABSENT:
            item.kinds = {"plain": "leave", "absence": True}  # "on leave", "back from leave"
        if listed := _another_number(made, item, words, site):
            made.append(listed)
            continue
        joined = _joined(made[-1], item, words, site) or _edition(made[-1], item) if made else None
        if joined is None:
            made.append(item)
        else:
            made[-1] = joined
    return made


def _another_number(made: list[Item], item: Item, words: list[str], site: Site) -> Item | None:
    """ "web 1 2 and 5": the next of a row of numbers after one name, where each has a machine."""
    before = made[-1] if made else None
    if before is None or not before.has("names") or len(before.get("names")) != 1:
        return None
    last = before.text.rstrip("0123456789")
    digits = before.text[len(last) :]
    written = item.words[:1] and item.words[0].isdigit() and digits
    rest = words[item.end : item.end + 2]
    goes_on = rest[:1] in (["and"], ["&"], [","]) and rest[1:] != [] and rest[1].isdigit()
    if not (written and goes_on and item.has("number")) or item.has("amount", "time"):
        return None
    found = site.names.numbered(before.get("names")[0], item.words[0])
    together = site.names.numbered(before.get("names")[0], digits + item.words[0])
    if len(found) != 1 or together:
        return None
    kinds: Kinds = {"names": list(found)}
    return Item(item.text, item.start, item.end, kinds, words=item.words)


_ABSENT = (
    ("on",), ("from",), ("maternity",), ("paternity",), ("parental",), ("annual",), ("sick",),
    ("his",), ("her",), ("their",), ("my",), ("unpaid",), ("study",),
)  # fmt: skip
_YEAR = re.compile(r"20[012]\d")


def _edition(system: Item, year: Item) -> Item | None:
    """ "windows 2012", where there is no image of that year: no clock."""
    if not (system.has("os") and year.has("time") and _YEAR.fullmatch(year.text)):
        return None
    text = f"{system.text} {year.text}"
    words = (*system.words, *year.words)
    return Item(text, system.start, year.end, {"unknown_value": ("image", text)}, words=words)


def _joined(stem: Item, number: Item, words: list[str], site: Site) -> Item | None:
    after = words[number.end] if number.end < len(words) else ""
    pointed = stem.start > 0 and words[stem.start - 1] in ("the", "that", "this", "which", "both")
    if pointed and number.words == ("one",) and stem.words[-1] not in ("oh", "o", "zero"):
        return None  # "the sandbox one": one of those, not number one
    if (
        not number.has("number")
        or number.has("amount")
        or stem.end != number.start
        or after in _AFTER_A_COUNT
        or stem.has("verb", "noun")
    ):
        return None
    if not (_is_stem(stem, site) or stem.has("stem")):
        return _inside(stem, number, site)
    if stem.has("stem") and not _is_stem(stem, site):
        return _among(stem, number)
    names = _numbered(stem, number, site)
    if not names and _counts(stem, number):
        return None
    text = f"{stem.text} {number.text}"
    kinds: Kinds = {"names": names} if names else {"unknown_name": text}
    return Item(text, stem.start, number.end, kinds, words=(*stem.words, *number.words))


def _among(stem: Item, number: Item) -> Item | None:
    """ "runner 2": of the names with the word in them, those that end in the figure."""
    digits = str(int(number.get("number")))
    names = tuple(n for n in stem.get("stem").names if key_of(n)[-1] == digits)
    if not names or stem.plural:
        return None
    kinds: Kinds = {"names": list(names)}
    if len(names) > 1:
        kinds = {"stem": Stem(key_of(names[0]), names)}
    text = f"{stem.text} {number.text}"
    return Item(text, stem.start, number.end, kinds, words=(*stem.words, *number.words))


def _inside(word: Item, number: Item, site: Site) -> Item | None:
    """ "gate 01" of NYC_GATE_01: a word within names, and the figure that they end in."""
    if not word.has("value", "word") or len(word.words) != 1 or (word.plural and word.has("noun")):
        return None
    digits = str(int(number.get("number")))
    inner = site.names.inner.get(word.words[0]) or site.names.inner.get(singular(word.words[0]), [])
    names = tuple(n for n in inner if key_of(n)[-1] == digits and len(number.words[0]) > 1)
    if not names:
        return None
    text = f"{word.text} {number.text}"
    kinds: Kinds = {"names": list(names)} if len(names) == 1 else {"unknown_name": text}
    return Item(text, word.start, number.end, kinds, words=(*word.words, *number.words))


def _is_stem(item: Item, site: Site) -> bool:
    key = tuple(p for w in item.words for p in key_of(w))
    if not key or not item.has("stem", "value", "names", "word"):
        return False
    bare = (*key[:-1], singular(key[-1]))
    found = site.names.stems.get(key) or site.names.stems.get(bare) or []
    return any(key_of(n)[-1].isdigit() and key_of(n)[:-1] in (key, bare) for n in found)


def _numbered(stem: Item, number: Item, site: Site) -> list[str]:
    key = tuple(p for w in stem.words for p in key_of(w))
    bare = (*key[:-1], singular(key[-1]))
    digits = str(int(number.get("number")))
    keys = site.names.keys
    return list(keys.get((*key, digits)) or keys.get((*bare, digits)) or [])


def _counts(stem: Item, number: Item) -> bool:
    """Whether the figure after a plural counts rather than names: "scale workers 6"."""
    return stem.plural or number.get("number") != int(number.get("number"))
