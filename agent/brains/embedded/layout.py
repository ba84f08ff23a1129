"""How a turn is laid out: numbered steps and bullets become plain sentences.

Each step or bullet that asks for something is a sentence of its own; bullets that only name
machines, or what a new machine shall have, are a row behind the line that leads to them.
"""

from __future__ import annotations

import re
from functools import cache

from agent.brains.embedded.clauses.clause import CHANGING, GENERIC, READING
from agent.brains.embedded.words import word_lists

_BULLET = re.compile(r"^\s*(?:[-*•‣·–—▪◦]|\(?(?:\d{1,2}|[a-h]|i{1,3}|iv|v)[.)])\s+(?=\S)")
_STEP = re.compile(
    r"(?:^|(?<=[\s;,:]))(?P<word>(?:step|task|item|part|no\.?|nr\.?)\s*|\()?"
    r"(?P<label>\d{1,2}|[a-h]|i{1,3}|iv|v)(?P<sign>[.):]\)?|\s-)(?=\s)",
    re.IGNORECASE,
)
_ORDERS = (
    tuple(str(n) for n in range(1, 31)),
    ("a", "b", "c", "d", "e", "f", "g", "h"),
    ("i", "ii", "iii", "iv", "v"),
)
_POLITE = frozenset({"please", "pls", "plz", "kindly", "then", "and", "also", "finally", "just"})
_ASKING = frozenset({"what", "which", "who", "how", "where", "when", "is", "are", "can", "could"})
_LONGEST = 4000
"""A longer turn is no list of steps."""


def laid_out(text: str) -> str:
    """The turn with its steps and bullets as sentences; any other as it is."""
    if len(text) > _LONGEST:
        return text
    return _without_steps(_without_bullets(text) if "\n" in text else text)


def _without_bullets(text: str) -> str:
    """The lines of each list as sentences, or as a row behind the line before them."""
    told: list[str] = []
    listed: list[str] = []
    for line in [*text.split("\n"), ""]:
        bullet = _BULLET.match(line)
        if bullet is not None:
            listed.append(line[bullet.end() :].strip())
        elif line.strip() or not told:
            if listed:
                told = _with_list(told, listed)
                listed = []
            told.append(line)
    if listed:
        told = _with_list(told, listed)
    return "\n".join(told).strip("\n")


def _with_list(told: list[str], listed: list[str]) -> list[str]:
    if len(listed) < 2:
        return [*told, *listed]
    asked = sum(map(_asks, listed)) * 2 > len(listed)
    joint = ". " if asked else ", "
    row = joint.join(item.rstrip(" .;,") for item in listed)
    *before, lead = told or [""]
    if not lead.strip():
        return [*before, f"{row}."]
    return [*before, f"{lead.rstrip(' .:,-')}: {row}."]


def _without_steps(text: str) -> str:
    """ "1) stop a 2) start b": the steps as sentences."""
    steps = _steps(text)
    if len(steps) < 2:
        return text
    lead = text[: steps[0].start()].rstrip(" ,;-")
    ends = [step.start() for step in steps[1:]]
    parts = [text[s.end() : e].strip() for s, e in zip(steps, [*ends, len(text)], strict=True)]
    asked = sum(map(_asks, parts)) * 2 > len(parts)
    row = (". " if asked else ", ").join([*(part.rstrip(" .;,") for part in parts[:-1]), parts[-1]])
    return f"{lead} {row}" if lead else row


def _steps(text: str) -> list[re.Match[str]]:
    """The marks of steps that count up from the first on, all alike."""
    marks = list(_STEP.finditer(text))
    for order in _ORDERS:
        found: list[re.Match[str]] = []
        for mark in marks:
            if mark["label"].casefold() == order[len(found)] and _alike(found, mark):
                found.append(mark)
            if len(found) == len(order):
                break
        if len(found) > 1:
            return found
    return []


def _alike(found: list[re.Match[str]], mark: re.Match[str]) -> bool:
    """Whether a mark is written as the first is; a bare "1:" or "1 -" is no mark."""
    bare = mark["word"] is None and mark["sign"].strip() in (":", "-")
    return not bare and (not found or found[0]["sign"] == mark["sign"])


@cache
def asking_verbs() -> frozenset[str]:
    """The first words of all that may be asked for."""
    actions = word_lists("actions")
    known = {name.split()[0] for act in (*CHANGING, *READING) for name in actions.get(act, ())}
    return frozenset(known | {w for w, base in GENERIC.items() if w == base} | _ASKING)


def _asks(item: str) -> bool:
    """Whether a step begins with what asks for something."""
    words = [w.strip(",.:;!?").casefold() for w in item.split()[:5]]
    while words and words[0] in _POLITE:
        words.pop(0)
    return bool(words) and words[0] in asking_verbs()
