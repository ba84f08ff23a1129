"""Where a new sentence or a reason begins within a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.clause import GENERIC, OFF, ON, may_begin_an_act
from agent.brains.embedded.clauses.tails import has_tail, last_words_of_tails
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("clauses")


_TELLING = frozenset(_WORDS["telling"])


_SUBJECTS = frozenset(_WORDS["subject"])


def _sets_figures(items: list[Item], k: int) -> bool:
    """ "…, set to 4 vCPU / 8 GB": a size that is set, in a row of requests."""
    follows = items[k + 1 : k + 4]
    sized = any(i.has("amount") and i.get("amount")[1] in ("vcpus", "gib") for i in follows)
    set_to = GENERIC.get(items[k].words[0]) in ("set", "make", "give", "change")
    return set_to and sized and bool(follows) and follows[0].has("to", "pron")


def _makes_it(items: list[Item], k: int) -> bool:
    """ "its disk is filling up, make it 300": a figure for what is told before."""
    told = any(i.has("be", "condition", "trouble") for i in items[:k])
    figure = items[k + 1] if k + 1 < len(items) else None
    return told and items[k].words == ("make", "it") and figure is not None and figure.has("number")


def _are_at_it(items: list[Item], k: int) -> bool:
    """ "unlock db-dr-1 we're getting rid of it": somebody is at something."""
    words = [w for i in items[k : k + 3] for w in i.words]
    if words[:1] not in (["we"], ["i"], ["they"], ["he"], ["she"]) or items[k].is_entity:
        return False
    later = items[k + 1 : k + 4]
    return any(w in ("are", "am", "is") for w in words[1:2]) and any(
        i.words[:1] and i.words[0].endswith("ing") for i in later
    )


def starts_afresh(items: list[Item], k: int) -> bool:
    """A new sentence after a comma: "…, I hope that's right", "…, could you stop it"."""
    item = items[k]
    before = items[k - 1] if k else None
    after = items[k + 1] if k + 1 < len(items) else None
    if (
        item.words
        and item.words[0] in ("he", "she", "they")
        and before is not None
        and not before.has("rel", "verb")
    ):
        return True
    if before is not None and before.is_entity and _are_at_it(items, k):
        return True
    if (
        (
            before is not None
            and before.has("comma")
            and item.has("value", "names")
            and not item.possessive
            and not item.plural
            and k > 2
        )
        and after is not None
        and after.words
        and after.words[0] in _TELLING
    ):
        return True
    if before is None or not before.has("comma", "dash") or not item.words or item.is_entity:
        return False
    if item.has("verb") and is_action(items, k):
        return False
    if k > 2 and (_sets_figures(items, k) or _makes_it(items, k)):
        return True
    if item.words[0] not in _SUBJECTS or k < 2:
        return False
    timed = any(i.has("time") for i in items[:k])
    if timed and all(i.has("time", "comma", "dash", "filler") for i in items[:k]):
        return False  # "tonight at 8, please stop dev-db": the time is of the request
    if item.words[0] in ("that", "which", "who", "this", "it", "there") and not (
        k + 1 < len(items) and items[k + 1].has("be", "ask", "verb")
    ):
        return False
    return not (item.has("pron") and before.has("and"))


_COMES = frozenset(
    {"has", "have", "finishes", "finished", "ends", "ended", "completes", "completed", "gets",
     "goes", "becomes", "falls", "drops", "stops", "comes", "reaches", "done", "succeeds", "fails"}
)  # fmt: skip


def waits_for(items: Sequence[Item], k: int) -> bool:
    """ "once it is idle", "as soon as the backup has finished": what must come first."""
    words = [w for i in items[k : k + 3] for w in i.words]
    if k and items[k - 1].words[-1:] in (("at",), ("all",)):
        return False  # "both at once"
    soon = words[:3] == ["as", "soon", "as"]
    if not (soon or items[k].words in (("once",), ("after",)) or words[:2] == ["the", "moment"]):
        return False
    rest = [i for i in items[k + 1 : k + 10] if i.words[:1] not in (("soon",), ("as",))]
    if not rest or rest[0].has("time", "number") or rest[0].words[:1] in (("you",), ("possible",)):
        return False
    comes = rest[1:8]
    ends = next((n for n, i in enumerate(comes) if i.has("comma", "stop")), len(comes))
    return any(i.has("be") or _COMES & set(i.words) for i in comes[:ends])


_WONDERING = frozenset(_WORDS["wondering"])


def is_reason(items: list[Item], k: int) -> bool:
    """Whether a reason or a condition begins at `k`."""
    item = items[k]
    if not item.words or item.is_entity or k == 0:
        return False
    word = item.words[0]
    if word in ("because", "due", "cause", "coz"):
        return True
    if word == "if" and set(items[k - 1].words[-1:]) & _WONDERING:
        return False
    if word in ("if", "unless", "whenever", "provided") or waits_for(items, k):
        return True
    that = k + 1 < len(items) and items[k + 1].words[:1] == ("that",)
    if item.words == ("so", "that") or (item.words == ("so",) and that):
        return True
    if item.words == ("so",) and _so_that(items, k):
        return True
    if word in ("since", "so", "as") and len(item.words) == 1 and k and items[k - 1].has("comma"):
        named = k + 2 == len(items) and items[k + 1].has("unknown_name", "quote")
        return not (word == "as" and named)
    called = {"call", "name", "named", "called"} & {
        w for i in items[max(0, k - 2) : k] for w in i.words
    }
    if word == "before" and not called and k + 1 < len(items) and not items[k + 1].has("time"):
        return True
    acted = any(is_action(items, j) for j in range(k))
    return (
        word == "when"
        and k > 0
        and not (k + 1 < len(items) and items[k + 1].has("time"))
        and not items[k - 1].has("verb")
        and acted
        and not item.has("asking")
    )


_PEOPLE = frozenset({"i", "we", "he", "she", "they", "people", "everyone", "everybody", "nobody"})
_ABLE = frozenset({"can", "could", "may", "might", "will", "would", "do", "does"})


def _so_that(items: list[Item], k: int) -> bool:
    """ "wake his box up so he can carry on": what it is for."""
    words = [w for i in items[k + 1 : k + 4] for w in i.words]
    return words[:1] != [] and words[0] in _PEOPLE and bool(_ABLE & set(words[1:3]))


def _gives_it(items: list[Item], k: int) -> bool:
    """ "…, and give it the tag x=y": what is given to the machine of before."""
    if GENERIC.get(items[k].words[0] if items[k].words else "") not in ("give", "put", "set"):
        return False
    made = any(i.has("verb") and i.action in ("clone", "create", "snapshot") for i in items[:k])
    rest = items[k + 1 : k + 7]
    copied = any(i.has("verb") and i.action in ("clone", "create") for i in items[:k])
    sized = any(i.has("amount") and i.get("amount")[1] in ("vcpus", "gib") for i in rest)
    if sized and not copied and rest[0].has("pron", "names"):
        return True
    tagged = any(i.has("tag") or i.get("object") in ("tag", "protection") for i in rest)
    return bool(rest) and not made and tagged and rest[0].has("pron", "det")


_BY_PARTICLE = frozenset(
    {"bring", "turn", "switch", "power", "fire", "take", "spin", "boot", "put", "shut", "knock"}
)


def _follows_a_request(before: Item) -> bool:
    """ "power a off bring b up": after a machine or a particle another act may begin."""
    last = (
        before.words[-1:]
        and not before.is_entity
        and before.words[-1] in (OFF | ON | last_words_of_tails())
    )
    joint = before.has("and", "then", "comma", "also", "names") or before.words == ("but",)
    return joint or bool(last)


def acts_by_particle(items: list[Item], k: int) -> bool:
    """ "…, and bring them back at 6": a small verb with its particle is a request of its own."""
    item = items[k]
    before = items[k - 1] if k else None
    if before is None or not _follows_a_request(before) or item.is_entity:
        return False
    if _gives_it(items, k) or has_tail(items, k):
        return True
    if not {GENERIC.get(w) for w in item.words} & _BY_PARTICLE:
        return False
    for j in range(k + 1, min(len(items), k + 7)):
        word = items[j].words[-1] if items[j].words else ""
        if items[j].has("comma", "and", "then") and not items[j].is_entity:
            return False
        if not items[j].is_entity and word in OFF | ON and j > k + 1:
            after = items[j + 1] if j + 1 < len(items) else None
            ends = after is None or after.has("time", "comma", "and", "then", "filler", "also")
            return ends or (after is not None and may_begin_an_act(after))
    return False
