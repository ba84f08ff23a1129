"""Which change a clause asks for, by its verb."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.intents.mentions import (
    bare_figure,
    figures_of_size,
    names_one,
    speaks_of_group,
)
from agent.brains.embedded.intents.verbless import without_verb
from agent.brains.embedded.intents.verbs import deletion_of, making_of, restoring_of, sizing_of
from agent.brains.embedded.supposing import asks_what_there_is
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("intents")
_GUARDING = frozenset(_WORDS["guarding"])


_DIRECT = {
    "suspend": "suspend_vms",
    "snapshot": "snapshot_vms",
    "untag": "untag_vms",
    "unprotect": "unprotect_vms",
    "unschedule": "cancel_schedule",
}
"""Verbs that mean one tool whatever else is said."""


def change_of(clause: Clause) -> str | None:
    """The tool of a clause that asks for a change, or None."""
    action = clause.action
    if (clause.asks and _opens_a_question(clause)) or asks_what_there_is(clause.text):
        return None
    if action is None:
        return None if _wants_to_know(clause) else without_verb(clause)
    if action == "reduce" and clause.has("cost") and not figures_of_size(clause):
        return None
    if _asked_which(clause):
        return None
    rule = _RULES.get(action)
    return rule(clause, clause.objects()) if rule else _DIRECT.get(action)


_TO_KNOW = re.compile(
    r"\b(?:want|like|need|wanted|wish|love|have)(?: only| just)? to "
    r"(?P<what>know|see|hear|learn|understand)\b"
)


def _wants_to_know(clause: Clause) -> bool:
    """ "I only want to know how busy its processor is"."""
    found = _TO_KNOW.search(" ".join(clause.words))
    return found is not None and (clause.has("wh") or found["what"] != "see")


_QUESTION_WORDS = frozenset(
    {"is", "are", "was", "were", "did", "has", "have", "anything", "anyone", "anybody", "who"}
)


def _opens_a_question(clause: Clause) -> bool:
    """ "is anything planned that stops …?": it asks of what is, whatever verbs follow."""
    words = [w for i in clause.items if not i.has("comma") for w in i.words]
    while words and words[0] in ("and", "so", "but", "hey", "hi", "ok", "okay", "um", "uh", "also"):
        words.pop(0)
    scheduled = words[:1] == ["any"] and "schedule" in clause.objects()
    if scheduled or words[:1] in (["anything"], ["anyone"], ["anybody"]):
        return True
    polite = words[1:2] in (["there"], ["it"], ["you"], ["we"])
    return bool(words) and not clause.has("ask") and not polite and words[0] in _QUESTION_WORDS


def _undo(clause: Clause, objects: set[str]) -> str:
    snapshot = clause.has("snapshot_name") or "snapshot" in objects
    return "restore_snapshot" if snapshot else "undo"


def _start(clause: Clause, objects: set[str]) -> str | None:
    if {"snapshot", "back"} <= set(clause.words):
        return "restore_snapshot"
    if "schedule" in objects and not _describes_machines(clause):
        return None
    return "protect_vms" if "protection" in objects else "start_vms"


def _resume(clause: Clause, objects: set[str]) -> str:
    return "restore_snapshot" if {"snapshot", "back"} <= set(clause.words) else "resume_vms"


def _stop(clause: Clause, objects: set[str]) -> str | None:
    if _for_ever(clause):
        return "delete_vms"
    if _guards(clause):
        return None
    if "schedule" in objects and (
        _ends_schedule(clause)
        or not _describes_machines(clause)
        or clause.has("number", "word", "unknown_name")
    ):
        return "cancel_schedule"
    return "unprotect_vms" if "protection" in objects else "stop_vms"


def _ends_schedule(clause: Clause) -> bool:
    """ "stop the schedule for jenkins": it is the schedule that ends, not the machine."""
    items = clause.items
    k = items.index(clause.verb) if clause.verb in items else -1
    after = next((i for i in items[k + 1 :] if not i.has("det", "filler", "all")), None)
    return after is not None and after.get("object") == "schedule"


def _restart(clause: Clause, objects: set[str]) -> str | None:
    return None if _guards(clause) else "restart_vms"


def _delete(clause: Clause, objects: set[str]) -> str:
    if _guards(clause):
        return "protect_vms"
    if speaks_of_group(clause) and bare_figure(clause) and not names_one(clause):
        return "scale_group"
    return deletion_of(clause, objects)


def _protect(clause: Clause, objects: set[str]) -> str:
    return "unprotect_vms" if "protection" in objects and clause.has("not") else "protect_vms"


def _tag(clause: Clause, objects: set[str]) -> str:
    guarded = clause.first("protected")
    if guarded is not None and not guarded.is_entity and "tag" not in objects:
        guarded.used = "verb"
        open_ = clause.has("not") or guarded.get("protected") is False
        return "unprotect_vms" if open_ else "protect_vms"
    return "unprotect_vms" if "unprotect" in clause.words else "tag_vms"


def _migrate(clause: Clause, objects: set[str]) -> str | None:
    if _to_a_size(clause):
        return "resize_vms"
    return None if "disk" in objects and not _machines(clause) else "migrate_vms"


def _to_a_size(clause: Clause) -> bool:
    """ "move it up to m6i.xlarge": a size, and no place, is where it goes."""
    fields = {name for i in clause.items for name, _ in i.get("value") or ()}
    if fields & {"host", "region", "zone", "provider"}:
        return False
    for before, item in pairwise(clause.items):
        unknown = (item.get("unknown_value") or ("",))[0] == "size"
        sized = unknown or any(name == "size" for name, _ in item.get("value") or ())
        if sized and before.has("to"):
            return True
    return False


_RULES: dict[str, Callable[[Clause, set[str]], str | None]] = {
    "undo": _undo,
    "start": _start,
    "resume": _resume,
    "stop": _stop,
    "restart": _restart,
    "delete": _delete,
    "protect": _protect,
    "tag": _tag,
    "migrate": _migrate,
    "restore": restoring_of,
    **dict.fromkeys(("create", "attach", "clone"), making_of),
    **dict.fromkeys(
        ("resize", "increase", "reduce", "double", "triple", "quadruple", "halve", "scale"),
        sizing_of,
    ),
}


def _describes_machines(clause: Clause) -> bool:
    return any(i.is_entity or i.has("noun") for i in clause.items)


def _for_ever(clause: Clause) -> bool:
    """ "kill x definitively": the machine shall be gone, not off."""
    verb = clause.verb.words if clause.verb else ()
    forever = {"definitively", "definitely", "permanently", "forever", "irrevocably"}
    return verb[:1] == ("kill",) and bool(forever & set(clause.words))


def _asked_which(clause: Clause) -> bool:
    """ "which machines should I stop?", "in which regions can we create machines?": a question."""
    if clause.verb is None or clause.verb not in clause.items:
        return False
    before = clause.items[: clause.items.index(clause.verb)]
    for k, item in enumerate(before):
        if (
            item.has("wh")
            and (
                item.words[0] in ("which", "what", "where", "who", "when", "why")
                or (
                    item.words == ("how",)
                    and before[k + 1 : k + 2] != []
                    and before[k + 1].has("plain")
                )
            )
            and not any(i.has("comma", "colon", "stop") for i in before[k:])
        ):
            if item.words[0] == "what" and k and before[k - 1].has("verb"):
                return False
            return not any(
                i.has("ask")
                and i.words[:2]
                not in (("can", "we"), ("could", "we"), ("should", "i"), ("should", "we"))
                and i.words[0] in ("please", "could", "can", "would", "i")
                for i in before[k:]
            )
    return False


def _guards(clause: Clause) -> bool:
    """ "make sure nobody deletes it", "must not be deleted by accident"."""
    if "tag" in clause.objects():
        return False
    words = set(clause.words)
    if _somebody_else_acts(clause) or _denied_after(clause):
        return False
    negative = words & {"nobody", "nothing", "none", "never", "not"} or {"no", "one"} <= words
    wished = _GUARDING & words
    if wished <= {"must", "should", "cannot"} and not words & {
        "accident",
        "accidentally",
        "nobody",
    }:
        wished = frozenset[str]()  # told of a machine, not asked for
    return bool(
        negative
        and wished
        and not {"do", "please"} <= words
        and not ("do" in words and "not" in words)
    )


_NOBODY = frozenset({"nobody", "none", "noone", "nothing", "never", "not"})
_ACTING = frozenset({"i", "we", "you", "it", "they", "that", "this", "so"})
_MAY = frozenset(
    {"can", "could", "should", "must", "may", "might", "will", "would", "shall", "want", "need",
     "think", "guess", "please", "needs", "is"}
)  # fmt: skip


def _somebody_else_acts(clause: Clause) -> bool:
    """ "nobody uses it, we can get rid of it": between the denial and the act another one acts."""
    if clause.verb is None or clause.verb not in clause.items:
        return False
    lead = [w for i in clause.items[: clause.items.index(clause.verb)] for w in i.words]
    denials = [k for k, w in enumerate(lead) if w in _NOBODY or lead[k : k + 2] == ["no", "one"]]
    if not denials:
        return False
    between = lead[denials[-1] + 1 :]
    if {"who", "which", "but", "except"} & set(between):
        return False
    return any(a in _ACTING and b in _MAY for a, b in pairwise(between)) or "please" in between


def _denied_after(clause: Clause) -> bool:
    """ "restart gitlab, nobody can log in": an order, and then what is wrong."""
    verb = clause.verb
    if verb is None or verb.form != "base" or verb not in clause.items:
        return False
    lead = clause.items[: clause.items.index(verb)]
    opens = all(i.has("ask", "filler", "comma", "det") and not i.is_entity for i in lead)
    return opens and not {w for i in lead for w in i.words} & (_NOBODY | {"no", "sure", "ensure"})


def _machines(clause: Clause) -> bool:
    return any(i.is_entity or i.has("noun", "pron") for i in clause.items)
