"""Forms of English words: plurals of nouns, and -s, past and -ing of verbs."""

from __future__ import annotations

from collections.abc import Iterator

Phrase = tuple[str, ...]

_PAST = {
    "shut": ("shut",), "cut": ("cut",), "put": ("put",), "take": ("taken", "took"),
    "bring": ("brought",), "give": ("given", "gave"), "make": ("made",), "get": ("got", "gotten"),
    "set": ("set",), "wake": ("woken", "woke"), "build": ("built",), "stand": ("stood",),
    "spin": ("spun",), "throw": ("thrown",), "blow": ("blown",), "tear": ("torn",), "go": ("gone",),
    "send": ("sent",), "grow": ("grown",), "freeze": ("frozen",), "sleep": ("slept",),
    "undo": ("undone",), "find": ("found",), "show": ("shown",), "tell": ("told",),
    "see": ("seen",), "run": ("run",), "rid": ("rid",), "light": ("lit",), "come": ("come",),
    "quit": ("quit",),
    "wind": ("wound",), "knock": ("knocked",), "lift": ("lifted",), "reset": ("reset",),
    "rm": ("rm'd",),
}  # fmt: skip

_NOT_DOUBLED = {"power", "recover", "order", "offer", "trigger", "label", "open", "visit", "enter",
                "deploy", "alter", "transfer", "reboot", "boot", "terminat", "detail", "clean",
                "list", "cover", "awaken"}  # fmt: skip


def singular(word: str) -> str:
    """A plural noun's singular, by its ending; any other word unchanged."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return word


def plural(word: str) -> str:
    """A noun's plural, by its ending."""
    if _ends_in_y(word):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def is_plural(word: str) -> bool:
    """Whether a word looks like a plural."""
    return len(word) > 3 and singular(word) != word


def verb_forms(phrase: str) -> Iterator[tuple[Phrase, str]]:
    """A verb phrase in its forms: as it is, with -s, past, and -ing."""
    first, *rest = phrase.split()
    tail = tuple(rest)
    yield (first, *tail), "base"
    if len(first) < 3 or not first.isalpha():
        return
    yield (_third_person(first), *tail), "s"
    stem = _stem(first)
    for form in _PAST.get(first) or (_regular_past(first, stem),):
        yield (form, *tail), "past"
    yield (stem + "ing", *tail), "ing"


def _third_person(verb: str) -> str:
    if verb.endswith(("sh", "ch", "x", "ss")):
        return verb + "es"
    return verb[:-1] + "ies" if _ends_in_y(verb) else verb + "s"


def _regular_past(verb: str, stem: str) -> str:
    return verb[:-1] + "ied" if _ends_in_y(verb) else stem + "ed"


def _stem(verb: str) -> str:
    """What -ed and -ing are put to: without a final e, or with its last letter doubled."""
    if verb.endswith("e"):
        return verb[:-1]
    return verb + verb[-1] if _doubles(verb) else verb


def _doubles(word: str) -> bool:
    short = len(word) >= 3 and word[-1] not in "aeiouwxy" and word[-2] in "aeiou"
    return short and word[-3] not in "aeiou" and word not in _NOT_DOUBLED


def _ends_in_y(word: str) -> bool:
    return word.endswith("y") and word[-2] not in "aeiou"
