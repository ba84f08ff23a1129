"""Ordinary words: what each is to NovaCron. Nothing here belongs to one site."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from agent.brains.embedded.inflection import Phrase, plural, verb_forms
from agent.brains.embedded.measures import measure_phrases
from agent.brains.embedded.numbers import ONES, ORDINALS, TENS, UNITS
from agent.brains.embedded.words import grouped_lists, word_lists

Entry = tuple[str, Any]
"""A kind, such as verb or noun, and what the phrase stands for as that kind."""

_UNINFLECTED = {
    "up", "down", "off and on", "off and on again", "2x", "x2", "3x", "x3", "twice", "half",
}  # fmt: skip


class _Table:
    """Phrases with what they may be, in the order in which they were put."""

    def __init__(self) -> None:
        self.entries: dict[Phrase, list[Entry]] = {}

    def put(self, phrase: Phrase, kind: str, value: Any) -> None:
        """Add what a phrase may be, once."""
        entries = self.entries.setdefault(phrase, [])
        if (kind, value) not in entries:
            entries.append((kind, value))

    def put_all(self, names: Iterable[str], kind: str, value: Any) -> None:
        """Add what each of these phrases may be."""
        for name in names:
            self.put(tuple(name.split()), kind, value)


@cache
def phrases() -> dict[Phrase, tuple[Entry, ...]]:
    """Every phrase with what it may be, the likelier first."""
    table = _Table()
    things, marks = grouped_lists("things"), word_lists("marks")
    _put_verbs(table)
    _put_nouns(table, marks["noun"])
    _put_things(table, things)
    _put_topics(table)
    for word in marks["cancel"]:
        table.put((word,), "cancel", word)
    for phrase, kind, value in measure_phrases():
        table.put(phrase, kind, value)
    table.put_all(marks["protected"], "protected", True)
    table.put_all(marks["unprotected"], "protected", False)
    table.put_all(marks["untagged"], "untagged", True)
    for kind in ("lacks", "os"):
        for value, names in things[kind].items():
            table.put_all(names, kind, value)
    table.put_all(marks["force"], "force", True)
    for word in marks["filler"]:
        table.put((word,), "filler", word)
    return {phrase: tuple(entries) for phrase, entries in table.entries.items()}


def _put_verbs(table: _Table) -> None:
    for action, names in word_lists("actions").items():
        for name in names:
            if name in _UNINFLECTED:
                table.put(tuple(name.split()), "verb", (action, "base"))
                continue
            for phrase, form in verb_forms(name):
                table.put(phrase, "verb", (action, form))


def _put_nouns(table: _Table, names: Iterable[str]) -> None:
    """Words for a machine: 1 for one of them, 2 for several."""
    for name in names:
        phrase = tuple(name.split())
        table.put(phrase, "noun", 1)
        table.put(_in_plural(phrase), "noun", 2)


def _put_things(table: _Table, things: dict[str, dict[str, list[str]]]) -> None:
    for kind in ("object", "metric"):
        for value, names in things[kind].items():
            for name in names:
                phrase = tuple(name.split())
                table.put(phrase, kind, value)
                table.put(_in_plural(phrase), kind, value)
    for kind in ("agg", "cmp", "state"):
        for value, names in things[kind].items():
            table.put_all(names, kind, value)


def _put_topics(table: _Table) -> None:
    for kind, names in word_lists("topics").items():
        for name in names:
            phrase = tuple(name.split())
            table.put(phrase, kind, phrase[0])
    for kind, names in word_lists("particles").items():
        for name in names:
            phrase = tuple(name.split())
            table.put(phrase, kind, " ".join(phrase))


def _in_plural(phrase: Phrase) -> Phrase:
    return (*phrase[:-1], plural(phrase[-1]))


def longest_by_first_word(found: Iterable[Phrase]) -> dict[str, int]:
    """First word → how many words the longest of these phrases has that begins with it."""
    made: dict[str, int] = {}
    for phrase in found:
        made[phrase[0]] = max(made.get(phrase[0], 0), len(phrase))
    return made


@cache
def longest() -> dict[str, int]:
    """First word → how many words the longest phrase has that begins with it."""
    return longest_by_first_word(phrases())


@cache
def vocabulary() -> frozenset[str]:
    """Every ordinary word that is known."""
    known = frozenset(word for phrase in phrases() for word in phrase)
    numbers = frozenset((*ONES, *TENS, *ORDINALS, *UNITS))
    return known | trade_words() | numbers | frozenset(_lists()["time"])


@cache
def trade_words() -> frozenset[str]:
    """Words of the trade: a how-to question with one of them is for the runbooks."""
    return frozenset(_lists()["trade"])


@cache
def everyday_words() -> frozenset[str]:
    """Everyday English: no misspelling of a word of ours, nor a name."""
    return frozenset(_lists()["english"])


@cache
def distributions() -> frozenset[str]:
    """Families of operating systems, as images are called."""
    return frozenset(_lists()["distribution"])


@cache
def _lists() -> dict[str, list[str]]:
    return word_lists("vocabulary")
