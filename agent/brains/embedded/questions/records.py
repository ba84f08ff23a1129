"""Questions about what happened or is known: runbooks, schedules, operations, faults."""

from __future__ import annotations

import itertools
import re

from agent.brains.embedded.clauses.clause import CHANGING, Clause
from agent.brains.embedded.questions.mentions import machines_in, named_in, tech_in
from agent.brains.embedded.scan import Item
from agent.brains.embedded.supposing import asks_what_is_planned
from agent.brains.embedded.told import PEOPLE, tells_of_the_past
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("questions")
_RUNBOOK = frozenset(_WORDS["runbook"])
_SCHEDULED = frozenset(_WORDS["written_job"])
_DIAGNOSING = frozenset(_WORDS["diagnosing"])


def runbooks_rule(clause: Clause) -> str | None:
    """How something is done: for the runbooks."""
    howto = clause.first("howto")
    if howto is None:
        return "search_runbooks" if _seeks_help(clause) else None
    written = howto.words[0] in _RUNBOOK
    if written:
        return "search_runbooks"
    if clause.has("savings") or named_in(clause) or not tech_in(clause):
        return None
    return "search_runbooks"


_AT_A_LOSS = re.compile(r"\b(what now|what to do|what do (i|we) do|any (ideas?|clue|hints?))\b")


def _seeks_help(clause: Clause) -> bool:
    """ "help me with ssh permission denied": a trouble of the trade, and no machine of ours."""
    led = next((i for i in clause.items if not i.has("filler", "comma") or i.has("ask")), None)
    helping = led is not None and led.words[:1] == ("help",) and "with" in clause.words
    helping = helping or bool(_AT_A_LOSS.search(clause.text))
    ours = named_in(clause) or machines_in(clause) or clause.has("noun", "pron")
    return helping and tech_in(clause) and not ours


def schedules_rule(clause: Clause) -> str | None:
    """What is scheduled."""
    if asks_what_is_planned(clause.text):
        return "list_schedules"
    if "schedule" not in clause.objects():
        return None
    item = next(i for i in clause.items if i.has("object") and i.get("object") == "schedule")
    if item.words in (("job",), ("jobs",), ("automation",), ("upcoming",)) and not any(
        w in _SCHEDULED for w in clause.words
    ):
        return None
    return "list_schedules"


def operations_rule(clause: Clause) -> str | None:
    """Operations: what was done, by whom, and what runs."""
    wh = clause.first("wh")
    if _asks_who_meddled(clause):
        return "list_operations"
    if wh is not None and _asks_what_happened(clause, wh):
        return "list_operations"
    if wh is not None and _asks_what_failed(clause):
        return "list_operations"
    if "operation" in clause.objects():
        return "list_operations" if _means_operations(clause) else None
    if wh is not None and {"is", "doing", "nova"} <= set(clause.words):
        return "list_operations"
    if wh is not None and {"been", "doing"} <= set(clause.words) and _speaks_of_somebody(clause):
        return "list_operations"
    if wh is not None and wh.words[0] == "who" and _has_been_changing(clause):
        return "list_operations"
    return None


_SOMEBODY = frozenset({"anybody", "anyone", "somebody", "someone"})
_SUBJECTS = PEOPLE | {"any", "who"}
_OPENERS = frozenset(("and", "so", "hey", "um", "uh", "hi", "but", "ok", "okay", "wait", "sorry"))
_ONCE_DONE = frozenset(("restart", "resize", "migrate", "delete", "snapshot", "scale", "clone"))
"""Acts that leave no state which "was it …?" could ask for."""


def asks_of_the_past(clause: Clause) -> bool:
    """ "did someone reboot jenkins", "has web-01 been resized?": what was done, no request."""
    words = [w for w in clause.words if w not in _OPENERS and w != ","]
    acts = [i.action for i in clause.items if i.action in CHANGING]
    if not acts or len(words) < 3 or _speaks_of_making(clause):
        return False
    first, second = words[0], words[1]
    if first in ("did", "didnt", "had", "hasnt"):
        return second != "it"
    if first == "has":
        return second in _SUBJECTS or "been" in words
    if first in ("have", "are", "is"):
        meddling = first != "have" and second in _SOMEBODY
        return meddling or (first == "have" and second in _SUBJECTS)
    if first in ("was", "were"):
        done = bool(_ONCE_DONE.intersection(acts)) or "by" in words
        return done and not clause.has("wh")
    asked = first in _SOMEBODY and "please" not in words and clause.asks
    return asked or (first in _SOMEBODY and tells_of_the_past(clause.items))


_MEDDLED = frozenset(
    {"changed", "change", "changing", "touched", "touch", "touching", "altered", "modified",
     "messed", "mess", "messing", "tampered", "fiddled"}
)  # fmt: skip


def _asks_who_meddled(clause: Clause) -> bool:
    """ "has anybody changed anything since yesterday?"."""
    words = [w for w in clause.words if w not in ("and", "so", "hey", "um", "uh", "hi", "but")]
    asks = words[:1] in (["has"], ["have"], ["did"], ["was"])
    return asks and bool(_SOMEBODY & set(words[1:3])) and bool(_MEDDLED & set(words[2:6]))


def _asks_what_failed(clause: Clause) -> bool:
    """ "what failed in the last 24 hours?": acts, as machines do not fail over a time."""
    failed = any(i.words[:1] == ("failed",) for i in clause.items)
    since = any(i.has("time") and i.get("time").window for i in clause.items)
    return failed and since and "what" in clause.words and not clause.has("noun", "names", "value")


def _speaks_of_somebody(clause: Clause) -> bool:
    """Whether a person is spoken of: an owner, or somebody."""
    fields = {name for i in clause.items for name, _ in (i.get("value") or ())}
    return "tags.owner" in fields or "everybody" in clause.words or "everyone" in clause.words


_MOVES = frozenset(_WORDS["meddling"])


def _has_been_changing(clause: Clause) -> bool:
    """ "who has been switching things off?"."""
    words = set(clause.words)
    acts = any(i.has("verb") and i.action in CHANGING for i in clause.items)
    moves = _MOVES & words
    return "been" in words and (acts or bool(moves))


def _asks_what_happened(clause: Clause, wh: Item) -> bool:
    """ "who stopped web-03?", "what changed since monday?", "what was done?"."""
    word, words = wh.words[0], set(clause.words)
    past = any(
        i.has("verb")
        and i.action in CHANGING
        and i.form in ("past", "base")
        and not _is_a_copy(clause.items, k)
        for k, i in enumerate(clause.items)
    )
    if word == "who" and words & {"changed", "touched", "did", "done"}:
        return True
    if word == "who" and past and not clause.has("be"):
        return True
    if word in ("who", "when") and past and words & {"was", "were", "did", "got", "last"}:
        return True
    if (
        word == "what"
        and words & {"did", "happened", "changed"}
        and not clause.has("trouble")
        and not words & {"cost", "spend"}
    ):
        return True
    if (
        ("done" in words or ("made" in words and not clause.has("noun")))
        and words & {"what", "been", "was"}
        and words & {"has", "was", "been", "were", "did", "have"}
    ):
        return True
    recent = clause.has("time") or words & {"by", "recently", "last", "yesterday", "today"}
    return bool(
        word in ("what", "which")
        and past
        and not _speaks_of_making(clause)
        and words & {"was", "were", "got", "been"}
        and recent
    )


def _is_a_copy(items: list[Item], k: int) -> bool:
    """ "when was its last snapshot taken?": the thing, which is asked about, and no act."""
    if items[k].get("object") != "snapshot" or k == 0:
        return False
    before = items[k - 1]
    led = before.has("det", "superlative") or before.possessive or before.words[-1:] in _WHICH_COPY
    return led and not before.has("be")


_WHICH_COPY = (("last",), ("latest",), ("newest",), ("recent",), ("its",), ("their",), ("a",),
               ("first",), ("oldest",), ("one",), ("no",), ("any",))  # fmt: skip


_VAGUE = frozenset(_WORDS["vague_operation"])
_NARROWING = frozenset(_WORDS["narrows_operations"])


def _means_operations(clause: Clause) -> bool:
    """Whether a word such as "work" or "events" means operations here."""
    item = next(i for i in clause.items if i.get("object") == "operation")
    if item.words[0] not in _VAGUE:
        return True
    narrowed = _NARROWING & set(clause.words) or clause.has("time")
    return bool(narrowed) and not clause.has("metric")


def _speaks_of_making(clause: Clause) -> bool:
    """ "what was created this week?": the machines of that age."""
    return (
        any(i.has("verb") and i.action == "create" for i in clause.items)
        and "by" not in clause.words
    )


def diagnosis_rule(clause: Clause) -> str | None:
    """What ails machines."""
    words = set(clause.words)
    machines = named_in(clause) or machines_in(clause) or clause.has("noun")
    if clause.action == "diagnose" or any(
        i.has("verb") and i.action == "diagnose" for i in clause.items
    ):
        verb = next(i for i in clause.items if i.has("verb") and i.action == "diagnose")
        plain = verb.words[0] in _DIAGNOSING
        placed = words & {"first", "second", "third", "fourth", "last"} and "one" in words
        if placed and plain:
            return "diagnose_vms"
        if machines and (plain or clause.has("trouble") or named_in(clause)):
            return "diagnose_vms"
    listing = next((i for i in clause.items if not i.has("filler", "ask", "comma")), None)
    if listing is not None and listing.has("verb") and listing.action in ("list", "count"):
        return None
    trouble = clause.first("trouble")
    if (
        trouble is not None
        and machines
        and (named_in(clause) or clause.has("pron") or machines_in(clause))
    ):
        if trouble.words in (("failed",), ("crashed",), ("error",)) and not named_in(clause):
            return None
        other = any(i.has("state") and i is not trouble for i in clause.items)
        if other and clause.has("or") and not named_in(clause):
            return None
        return "diagnose_vms"
    if words & {"why"} and machines and named_in(clause):
        return "diagnose_vms"
    if named_in(clause) and (_does_not(clause) or _KEEPS.search(clause.text)):
        return "diagnose_vms"
    return None


_KEEPS = re.compile(
    r"\bkeeps? (?:on )?(?:running out|run out|going|crash|fail|rebooting|restarting|dying|hang|"
    r"freez|drop|swapp|losing|giving|throwing|timing|getting|disconnect)",
    re.IGNORECASE,
)
"""A trouble that comes again and again."""


def _does_not(clause: Clause) -> bool:
    """ "print-srv is not printing": a machine that does not do what it is for."""
    words = clause.words
    return any(
        a == "not" and b.endswith("ing") and b not in ("using", "running", "being", "including")
        for a, b in itertools.pairwise(words)
    )
