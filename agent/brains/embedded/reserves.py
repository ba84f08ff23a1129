"""What another clause of the turn leaves out: "stop qa. Don't touch vdi-102.", "…, they're a
waste, except sandbox-02".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.clauses.remarks import AS_IT_IS
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.phrases import Chosen

_SPARES = re.compile(
    r"^(?:(?:ok|okay|and|but|oh|though|however|please|well|so|just|only|also|,|-) )*"
    r"(?:(?:do not|never|not to) (?:touch|include|bother|disturb|harm|forget about)|not |except|"
    r"apart from|aside from|other than|besides|without|skip|spare|exclude|excluding|minus|"
    r"leave out|hands off|hold off(?: on| with)?|hold fire on|steer clear of|stay away from|"
    r"keep your hands off|all but|save for|barring|keep|leave)\b"
    r"|\b(?:stays?|remains?|is (?:to be )?(?:left|kept|spared|exempt|excluded|untouched|"
    r"off limits))\b(?: (?:as|where|how|out|on|up|alone|there|put|running|it|they|is|are|was|"
    r"were|of|this|that))* ?$|\b(?:excluded|excepted|exempt|exempted|spared|omitted) ?$"
)

_WEAK = frozenset({"not", "but", "less", "leave", "leaving", "keep", "keeping", "forget", "save"})
"""Words that leave something out only where a clause begins with them."""

_AS_IT_IS = frozenset({"alone", "as", "out", "untouched", "running", "on", "up", "there"})


def apply_reserves(
    reading: Reading, clauses: Sequence[Clause], choose: Callable[[str | None, Clause], Chosen]
) -> None:
    """Leave out of a change what another clause of the turn spares."""
    live = [f for f in reading.frames if f.changes and not f.negated and not f.about]
    if not live:
        return
    order = {id(clause): n for n, clause in enumerate(clauses)}
    for clause in clauses:
        if any(f.clause is clause for f in live) or not _reserves(clause, reading):
            continue
        for item in clause.items:
            item.used = ""
        chosen = choose(live[0].tool, clause)
        spared = [n for n in (*chosen.real, *chosen.exclude) if not n.empty]
        if not spared and not chosen.unknown:
            continue
        place = order[id(clause)]
        before = [f for f in live if order.get(id(f.clause), -1) < place]
        if not before and _does_another(clause, live[0], reading):
            reading.frames = [f for f in reading.frames if f.clause is not clause]
            reading.fragments.append(Clause([i for i in clause.items if i.has("names")]))
            continue
        frame = before[-1] if before else live[0]
        frame.chosen.exclude.extend(spared)
        frame.chosen.excepting = True
        frame.chosen.strangers.extend(chosen.unknown)
        reading.frames = [f for f in reading.frames if f.clause is not clause]
        reading.fragments = [c for c in reading.fragments if c is not clause]


def _does_another(clause: Clause, frame: Frame, reading: Reading) -> bool:
    """ "don't stop web-05, restart it": the act is forbidden, not the machine."""
    forbidden = any(f.clause is clause and f.changes and f.negated for f in reading.frames)
    refers = frame.chosen.refers is not None and frame.chosen.refers.words in _IT
    other = not any(f.clause is clause and f.tool == frame.tool for f in reading.frames)
    return forbidden and refers and other and not frame.chosen.real and clause.has("names")


_IT = (("it",), ("them",), ("that",), ("that", "one"))


def _reserves(clause: Clause, reading: Reading) -> bool:
    """Whether a clause spares machines that it names or describes."""
    if clause.asks or not any(i.is_entity for i in clause.items):
        return False
    text = " ".join(clause.words)
    if not clause.reason and (_SPARES.search(text) or AS_IT_IS.search(text)):
        return True
    if any(f.clause is clause and _is_forbidden(f) for f in reading.frames):
        return True
    for k, item in enumerate(clause.items):
        after = next((i for i in clause.items[k + 1 :] if not i.has("det")), None)
        named = item.words == ("not",) and after is not None and after.has("names")
        led = named and k > 0 and clause.items[k - 1].has("comma")
        rest = {w for i in clause.items[k + 1 :] for w in i.words}
        weak = len(item.words) == 1 and item.words[0] in _WEAK
        kept = item.words[:1] in (("leave",), ("keep",)) and bool(rest & _AS_IT_IS)
        sure = item.has("except") and (not weak or kept)
        if (sure or led) and any(i.is_entity for i in clause.items[k + 1 :]):
            return True
    return False


def _is_forbidden(frame: Frame) -> bool:
    return frame.changes and frame.negated and bool(frame.chosen.real)
