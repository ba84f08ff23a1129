"""Yes and no: whether a whole utterance confirms or calls off, by its words alone."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection
from importlib import resources
from typing import Literal

from agent.second_thoughts import hesitates

_YES_SIGNS = {
    "👍": " yes ",
    "✅": " yes ",
    "🚀": " ",
    "👌": " yes ",
    "💯": " yes ",
    "🆗": " yes ",
    "✔": " yes ",
    "❌": " no ",
    "👎": " no ",
    "🛑": " no ",
}

_SHORT = (
    ("'m", " am"),
    ("'ve", " have"),
    ("'ll", " will"),
    ("'re", " are"),
    ("'d", " would"),
    ("n't", " not"),
    ("'s", " is"),
)

_LISTS: dict[str, list[str]] = json.loads(
    resources.files("agent").joinpath("dialogue.json").read_text(encoding="utf-8")
)
_HARMLESS = frozenset(_LISTS["harmless"])
_BUT = frozenset(_LISTS["but"])
_THANKS = frozenset({"thanks", "thank", "thx", "ty", "cheers", "ta"})
_WEAK = frozenset(_LISTS["weak"])
"""An "ok, thanks" ends a talk; it starts nothing."""

_ASKING = frozenset(
    (verb, whom)
    for verb in ("are", "is", "am", "was", "do", "does", "did")
    for whom in ("you", "it", "this", "that", "i", "we", "they", "there")
) - {("do", "it"), ("do", "this"), ("do", "that")}
"""How a question begins, though no sign follows it: "are you sure"."""

_REFERENCE = re.compile(
    r"[(\[,]?\s*(?:\b(?:as|per|under|in|for|ref|reference|see|via|ticket|change|incident|request|"
    r"number|the|our)\b[.:#]?\s+){0,5}\b(?:inc|chg|crq|cr|rfc|ritm|req|sctask|prb|jira|tkt)[-_]?\d+"
    r"\b[)\]]?(?!\w)",
    re.IGNORECASE,
)
"""The ticket beside a yes or a no: "yes, per CHG-4488"."""

NEGATIVE = frozenset(
    {"not", "no", "never", "nothing", "nobody", "none", "cannot", "dont", "wont", "nope", "nah"}
)


def plain_words(text: str) -> list[str]:
    """The words of an utterance in lower case, contractions opened, signs gone."""
    for sign, word in _YES_SIGNS.items():
        text = text.replace(sign, word)
    text = (
        unicodedata.normalize("NFKC", text)
        .casefold()
        .replace("\u2019", "'")
        .replace("can't", "can not")
        .replace("won't", "will not")
    )
    for ending, opened in _SHORT:
        text = re.sub(rf"{re.escape(ending)}\b", opened, text)
    text = re.sub(r"\blets\b", "let us", re.sub(r"\bdont\b", "do not", text))
    return re.findall(r"[^\W_]+(?:[-.][^\W_]+)*", text)


_SAID_NO = re.compile(
    r"\s*(?:(?:sorry|oh|ah|well|hm+)[, ]+)?(?:(?:my|the|our|his|her) )?[a-z]+ (?:says|"
    r"said) (?:it's a |it is a )?"
    r"no\s*[.!]*\s*$",
    re.IGNORECASE,
)
""" "the customer said no"."""

Phrases = dict[str, tuple[tuple[str, ...], ...]]
"""First word → the phrases that begin with it, longest first."""


def _without(words: list[str], phrases: Phrases) -> tuple[list[str], int]:
    """The words with every phrase taken out, longest first, and how many there were."""
    left: list[str] = []
    found = 0
    i = 0
    while i < len(words):
        for phrase in phrases.get(words[i], ()):
            if tuple(words[i : i + len(phrase)]) == phrase:
                i += len(phrase)
                found += 1
                break
        else:
            left.append(words[i])
            i += 1
    return left, found


def _by_first_word(phrases: list[str]) -> Phrases:
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        words = tuple(phrase.split())
        found.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(each, key=len, reverse=True)) for first, each in found.items()}


_YES, _NO, _POLITE = (_by_first_word(_LISTS[name]) for name in ("yes", "no", "polite"))


def reads(text: str, doing: frozenset[str] = frozenset()) -> Literal["yes", "no"] | None:
    """Whether the whole utterance is a plain yes or a plain no.

    Args:
        text: what the person said.
        doing: words for what the pending plan does; "yes, restart it" is a yes to a restart.

    Returns:
        "yes", "no", or None where anything else was said with it.
    """
    if len(text) > 200 or any(mark in text for mark in ("`", '"', "*")):
        return None
    words = plain_words(_REFERENCE.sub(" ", text))
    if not words or len(words) > 16:
        return None
    words, _ = _without(words, _POLITE)
    if _SAID_NO.match(text) is not None:
        return "no"
    left, refused = _without(words, _NO)
    if (
        refused
        and not (set(left) - _HARMLESS - {"yes"})
        and not (set(left) & {"yes", "yep", "yeah"})
    ):
        return "no"
    left, agreed = _without(words, _YES)
    if set(left) & (_BUT | NEGATIVE) or "?" in text or tuple(words[:2]) in _ASKING:
        return None
    if agreed and hesitates(text):
        return None
    if set(words) <= _WEAK and set(words) & _THANKS:
        return None
    if (
        agreed
        and not (set(left) - _HARMLESS - doing)
        and not (set(left) & {"wait", "hang", "hold", "sorry", "actually", "oops"})
    ):
        return "yes"
    return None


_STOPS_INSTEAD = re.compile(
    r"\W*(?=.*\b(?:no+|nah|nope|actually|on second thoughts?)\b)"
    r"(?:(?:no+|nah|nope|wait|actually|on second thoughts?|hm+|oh|ok(?:ay)?|well)\b[,. ]*)+"
    r"(?:just|simply|rather) stop (?:it|them|this one|that one)"
    r"(?: (?:please|pls|then|for now))*[. ]*",
    re.IGNORECASE,
)
_INTERRUPTS = frozenset({"restart_vms", "suspend_vms", "delete_vms"})


def stops_instead(text: str, tools: Collection[str]) -> bool:
    """Whether a stop is wished for in the place of the plan: "nah actually just stop it"."""
    return set(tools) <= _INTERRUPTS and _STOPS_INSTEAD.fullmatch(text) is not None
