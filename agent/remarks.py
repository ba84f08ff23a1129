"""A yes with remarks around it: what is told beside it must hold nothing that could matter.

A remark tells of people or of how things are: "everybody has been warned", "outrageous". What
might be a condition, an exception, a time, a figure, another machine or a wish is no remark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib import resources

from agent.dialogue import NEGATIVE, plain_words, reads

Knows = Callable[[str], bool]
"""Whether a word is the fleet's: a machine's name or a part of it, a tag's value, a place."""

_LISTS: dict[str, list[str]] = json.loads(
    resources.files("agent").joinpath("remarks.json").read_text(encoding="utf-8")
)
_SETS = {name: frozenset(words) for name, words in _LISTS.items()}
_ACTS = tuple(_LISTS["acts"])

_PART = re.compile(r"[.!;,:…\n()]+|\s[-\u2013\u2014]+\s|\u2014")
_FIGURE = re.compile(
    r"\b(?:(?:only|just|about|around|roughly) )?(?:\$\s?)?\d+(?:[.,]\d+)*\s?"
    r"(?:%|percent\b|dollars\b|bucks\b|usd\b|cents\b)|\$\s?\d+(?:[.,]\d+)*",
    re.IGNORECASE,
)
_WHOSE_PEOPLE = re.compile(
    r"\b(?P<who>ward|room|floor|shift|team|crew|department|dept|line|building|hall|class|desk|"
    r"squad|group) \d{1,3}[a-z]?(?= (?:has|have|had|is|are|was|were|knows?|agreed|agrees)\b)|"
    r"\b\d{1,4} (?P<people>users|people|customers|testers|students|nurses|developers|devs|"
    r"colleagues|engineers|staff|players|guests|pupils|employees|analysts)"
    r"(?= (?:have|had|are|were|know|agreed|agree|all)\b)",
    re.IGNORECASE,
)
""" "ward 6 has been warned", "the 12 testers know": people, and a figure that is only theirs."""
_FIGURED = frozenset(
    {"resize_vms", "resize_disk", "attach_disk", "scale_group", "create_vms", "tag_vms"}
)
"""What takes a figure: beside it a figure may be another one."""

_BEGINS = re.compile(r"(?:yes|yep|yeah|yup|go ahead|proceed|confirm|confirmed|approved)\b")

_TRAILING = ("so", "and", "then", "anyway", "now", "also", "too", "already")

_LONGEST = 40
"""Words in a yes with its remarks; who says more is read by the brain."""


def agrees(text: str, tools: frozenset[str], doing: frozenset[str], knows: Knows) -> bool:
    """Whether an utterance is a clear yes, and all that is said beside it are remarks.

    Args:
        text: what the person said.
        tools: what the pending plan does.
        doing: words for it; "yes, restart it" is a yes to a restart.
        knows: which words are the fleet's own.
    """
    if "?" in text or len(text) > 300 or any(mark in text for mark in ("`", '"', "*")):
        return False
    said = _WHOSE_PEOPLE.sub(lambda m: m["who"] or m["people"], text)
    said = said if tools & _FIGURED else _FIGURE.sub(" ", said)
    if any(c.isdigit() for c in said):
        return False
    parts = [p for p in (_words(part) for part in _PART.split(said)) if p]
    if not parts or sum(map(len, parts)) > _LONGEST:
        return False
    parts = _with_the_act(parts, doing)
    told = _Told(doing, knows)
    kinds = [kind for part in parts for kind in told.kinds(part)]
    return "other" not in kinds and "yes" in (kinds[0], kinds[-1])


def _with_the_act(parts: list[list[str]], doing: frozenset[str]) -> list[list[str]]:
    """ "yes, stop it" is one yes to a stop, though "stop it" alone is a no."""
    joined: list[list[str]] = []
    for part in parts:
        if joined and set(part) & doing and _strong([*joined[-1], *part], doing):
            joined[-1] = [*joined[-1], *part]
        else:
            joined.append(part)
    return joined


def says_yes(text: str) -> bool:
    """Whether the first or the last part of a turn is a clear yes and nothing else."""
    parts = [p for p in (_words(part) for part in _PART.split(text)) if p]
    return bool(parts) and any(_strong(part, frozenset()) for part in (parts[0], parts[-1]))


def leans_to_yes(text: str) -> bool:
    """Whether a turn begins or ends with a clear yes, whatever else is in it."""
    parts = [p for p in (_words(part) for part in _PART.split(text)) if p]
    if not parts:
        return False
    return says_yes(text) or _BEGINS.match(" ".join(parts[0])) is not None


_AS_THOUGHT = re.compile(
    r"(?:(?:that|it) is |just |exactly |pretty much )*(?:as|what|like) "
    r"((?:i|we|he|she|they|you|everybody|discussed|agreed|planned|expected)(?: \w+){0,2})$"
)
"""What was thought, said or agreed before."""

_ENOUGH = re.compile(
    r"(?:(?:it|that|this) (?:is|was|looks|seems) )?(?:(?:quite|more than|just|certainly) )?"
    r"(?P<how>\w+) enough(?: (?:for (?:me|us|this|that|(?:my|our|the) (?P<whom>\w+))|by now))?"
)
""" "that is recent enough for us": what was looked up is as it should be."""

_RUN_TOGETHER = re.compile(
    r"\b(that|it|he|she|there|what)(s)\b|\b(they|we|you)(re)\b|\b(i)(m)\b|\b(i|they|we)(ve)\b|"
    r"\b(is|are|was|were|does|do|did|has|have)(n)t\b",
    re.IGNORECASE,
)
"""A contraction without its apostrophe; "were" is a word of its own."""


def _words(part: str) -> list[str]:
    said = re.sub(r"\bno[ -]one\b", "nobody", part, flags=re.IGNORECASE)
    return plain_words(_RUN_TOGETHER.sub(_opened, said))


def _opened(found: re.Match[str]) -> str:
    stem, ending = (g for g in found.groups() if g)
    if ending.casefold() == "n":
        return f"{stem} not"
    return found[0] if found[0].casefold() == "were" else f"{stem}'{ending}"


def _strong(words: list[str], doing: frozenset[str]) -> bool:
    """A yes that is more than an "ok"."""
    said = " ".join(words)
    return reads(said, doing) == "yes" and said not in _SETS["weak"]


_OF_ANOTHER = frozenset({"its", "his", "her", "their", "my", "our", "your", "the", "a", "an", "any",
                         "some", "another", "other", "every", "each", "this", "these"})  # fmt: skip
"""Right after an act these begin what it shall be done to: "stop its neighbour"."""


_SAYS_HOW = frozenset(
    {"is", "are", "was", "were", "be", "would", "looks", "seems", "sounds", "feels"}
)
"""Right after these a word says how something is: "I think web-04 is better"."""


class _Told:
    """What the parts of an utterance are: a yes, a weak yes, a remark, or something else."""

    def __init__(self, doing: frozenset[str], knows: Knows) -> None:
        self.doing = doing
        self.knows = knows

    def kinds(self, words: list[str]) -> list[str]:
        """The kinds of a part; one without a comma may hold a yes and a remark."""
        if agreed := self._agreed(words):
            return [agreed]
        if len(words) == 1 and self._is_exclamation(words[0]):
            return ["remark"]
        for k in range(1, len(words)):
            first, then = words[:k], words[k:]
            if first[-1] in self.doing and then[0] in _OF_ANOTHER:
                continue
            if first[-1] in _SAYS_HOW or then[0] in _SAYS_HOW:
                continue
            if _strong(first, self.doing) and self.is_remark(then):
                return ["yes", "remark"]
            told = first[-1] in _SETS["saying"] or first[-1] == "to"  # "was told to say yes"
            if not told and _strong(then, self.doing) and self.is_remark(first):
                return ["remark", "yes"]
        return ["remark" if self.is_remark(words) else "other"]

    def _agreed(self, words: list[str]) -> str:
        if reads(" ".join(words), self.doing) == "yes":
            return "yes" if _strong(words, self.doing) else "weak"
        return "yes" if self._reported(words) else ""

    def _reported(self, words: list[str]) -> bool:
        """ "she says yes", "my manager said go ahead"."""
        k = next((k for k, w in enumerate(words[:4]) if w in _SETS["saying"]), 0)
        return k > 0 and self._plain(words[:k]) and _strong(words[k + 1 :], self.doing)

    def is_remark(self, words: list[str]) -> bool:
        """Whether these words only tell of people, or how something is."""
        if " ".join(words) in _SETS["phrases"]:
            return True
        if (enough := _ENOUGH.fullmatch(" ".join(words))) is not None:
            told = [word for word in enough.groups() if word]
            return self._plain(told) and not set(told) & NEGATIVE
        while words[0] in _SETS["linking"] and len(words) > 1:
            words = words[1:]
        while words and words[-1] in _TRAILING:
            words = words[:-1]
        if " ".join(words) in _SETS["phrases"] or not words:
            return True
        if set(words) <= _SETS["signs"] | _SETS["small"]:
            return bool(set(words) & _SETS["signs"])
        while words and words[0] in _SETS["signs"]:
            words = words[1:]
        if " ".join(words) in _SETS["phrases"] or not words:
            return True
        if (thought := _AS_THOUGHT.match(" ".join(words))) is not None:
            return self._plain(thought[1].split())
        return self._is_clause(_without_wanted(words))

    def _is_exclamation(self, word: str) -> bool:
        """ "sawa", "beauty": a word alone that is none of ours, and none that could matter."""
        ours = word in NEGATIVE or word in self.doing or not self._plain([word])
        return word.isalpha() and len(word) > 2 and not ours

    def _is_clause(self, words: list[str]) -> bool:
        """Somebody or something, and what is told of them."""
        k = next((k for k, w in enumerate(words[:6]) if k and w in _SETS["verbs"]), 0)
        somebody = words[0] in _SETS["people"] or (
            words[0] == "you" and words[1:2] and (words[1] in _SETS["you"])
        )
        if len(words) < 2 or not (somebody or k) or words[0] in self.doing:
            return False
        person = bool(k) and bool(set(words[k:]) & (_SETS["told"] | {"with"}))
        told = words[k:] if person else words
        if not self._plain(told) or (person and not self._plain(words[:k], names=True)):
            return False
        return not set(words) & NEGATIVE or self._is_unneeded(words)

    def _is_unneeded(self, words: list[str]) -> bool:
        """ "nobody uses it", "she does not need it", "it is not in use"."""
        return words[0] in ("nobody", "nothing") or (
            words[0] not in ("that", "this") and bool(set(words) & _SETS["unneeded"])
        )

    def _plain(self, words: list[str], *, names: bool = False) -> bool:
        """No word that could matter to a plan; a person may bear a name that the fleet knows."""
        for word in words:
            if word in self.doing or any(word.startswith(d) for d in self.doing):
                continue
            if word in _SETS["matter"] or word.startswith(_ACTS):
                return False
            if not names and self.knows(word):
                return False
        return True


def _without_wanted(words: list[str]) -> list[str]:
    """ "we need it", "he wants that done", "nobody needs it": a wish for the plan itself."""
    for k, word in enumerate(words):
        if word in ("want", "wants", "need", "needs", "wanted", "needed") and k:
            after = words[k + 1 :]
            wished = after in ([], ["it"], ["that"], ["this"], ["anything"], ["it", "done"])
            if wished or after in (["that", "done"], ["this", "done"], ["it", "gone"]):
                return [*words[:k], "has", *([] if not after else ["it"])]
            if after in (["it", "anymore"], ["it", "any", "more"], ["this", "anymore"]):
                return [*words[:k], "using", "it"]
    return words
