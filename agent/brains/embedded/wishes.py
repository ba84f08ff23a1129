"""Whether a clause wishes its act, asks about it, forbids it or sets a condition."""

from __future__ import annotations

import re
from itertools import dropwhile

from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.clauses.clause import CHANGING
from agent.brains.embedded.items import Item


def is_negated(clause: Clause) -> bool:
    """Whether the wish is that it does not happen: "don't stop", "never restart", "no need to"."""
    verb = clause.verb
    if verb is None or verb not in clause.items:
        return _NEVER_SAID.match(" ".join(clause.words)) is not None
    k = clause.items.index(verb)
    if any(i.has("not") and len(i.words) > 1 for i in clause.items[:k]):
        return True
    if _NOT_WISHED.search(" ".join(w for i in clause.items[:k] for w in i.words)):
        return True
    before = clause.items[max(0, k - 5) : k]
    words = [w for i in before for w in i.words]
    if _MEANT_TO.search(" ".join(words)) or _POINTLESS.search(" ".join(words)):
        return True
    if any(i.words[:1] == ("neither",) for i in (*before, *clause.items[k + 1 : k + 2])):
        return True
    for n, item in enumerate(before):
        opener = " ".join(item.words[:1])
        if (
            opener
            and (
                opener in ("not", "never", "nobody", "no", "without", "nope", "nothing")
                or (item.has("not") and len(item.words) > 1)
            )
            and not item.has("lacks", "untagged", "protected", "condition")
            and not (item.has("without") and len(item.words) > 1)
            and not any(x.is_entity or x.has("comma", "stop", "protected") for x in before[n + 1 :])
        ):
            after = [w for i in before[n + 1 :] for w in i.words]
            if (
                "forget" in after
                or "hesitate" in after
                or "mind" in after
                or "why" in words[:1]
                or "only" in after
                or "so" in after
            ):
                continue
            if opener == "no" and not set(after) & {"need", "one", "reason", "to"}:
                continue
            return not (opener == "not" and "can" in words and "i" not in words and clause.asks)
    return False


_BEFORE_AN_ACT = r"(?:.* )?(?:to|be|been|being|get|gets|getting|got)$"
_NOT_WISHED = re.compile(
    r"\b(?:i|we|they|he|she|you|people|customers|users|management|\w+ team) "
    r"(?:do|does|did|would|will|could|can|may|shall|should) (?:not|never) (?:\w+ )?"
    r"(?:(?:want|wish|like|love|need|expect|intend|prefer|desire|care|allow|permit|accept|tolerate|"
    r"approve|authori[sz]e|order|ask|request|agree|consent|plan|have) "
    + _BEFORE_AN_ACT
    + r"|(?:want|wish|like|need|expect|see|have) (?!to\b)\S+$)|"
    r"\b(?:do|does|did|need|must|ought) not (?:(?:have|need) )?to(?: be)?$|"
    r"\b(?:is|was) (?:not|never|hardly) (?:my|our|the|his|her|their|anybody's) (?:wish|intention|"
    r"plan|idea|aim|will|desire|goal|job) (?:that|to|for)\b"
)
"""How what stands before an act forbids it: "I do not wish x to be", "x does not have to be"."""

_NEVER_SAID = re.compile(
    r"(?:(?:please|but|and|no|so|well|wait|oh) )*(?:i (?:never|did not) "
    r"(?:say|said|ask|asked|tell|told|want|wanted|mean|meant)|i would (?:rather|prefer(?: it if)?) "
    r"(?:you|we|nobody) (?:did|do|would)? ?not|(?:it|that) is not (?:necessary|needed|required|"
    r"useful|worth it) to|remind me (?:again )?(?:why|how))\b"
)
"""How a sentence begins that asks for nothing, though no verb of an act was seen in it."""

_POINTLESS = re.compile(r"\b(no|any|without) (good )?(reason|point|need|sense|use|cause|call)\b")
"""Before an act that nobody wants: "there is no point in stopping it"."""

_MEANT_TO = re.compile(
    r"\b(was|were) (just |only )?(going|about|planning|meaning|supposed|thinking) (to|of|about)\b|"
    r"\balmost\b|\bnearly\b"
)
"""What somebody had in mind before: no request."""


def asks_about(clause: Clause) -> bool:
    """Whether it asks about a change rather than for it."""
    asking = clause.first("asking")
    if asking is None or asking.is_entity:
        return _asks_by_its_start(clause)
    if clause.action is None and clause.first("wh") is not None and asking.words[0] in _MAY:
        return False
    return _asks_by(asking, clause)


def _asks_by(asking: Item, clause: Clause) -> bool:
    """Whether these words, such as "may i" and "is it possible", ask about what follows them."""
    k = clause.items.index(asking)
    after = clause.items[k + 1].words[:1] if k + 1 < len(clause.items) else ()
    if asking.words == ("may", "i") and _OBTAINING.intersection(after):
        return False
    if asking.words[0] in ("may", "are") and "please" in clause.words:
        return False
    if asking.words[:3] in _WHETHER_IT_CAN and asking.words[-1] != "safe":
        return "please" not in clause.words
    if asking.words[:2] in (("if", "i"), ("if", "we"), ("if", "you")):
        rest = [w for i in clause.items[k + 1 :] for w in i.words]
        if rest[:1] in (["would"], ["might"]) and clause.verb in clause.items[k + 1 : k + 4]:
            return asking.words[1] != "you"
        return bool(rest) and rest[0] not in _POLITE_AFTER_IF
    return k <= 4 or clause.asks


def _asks_by_its_start(clause: Clause) -> bool:
    """Whether it begins as "should X be stopped", "can we stop X" and "does X stop" do."""
    start = list(dropwhile(_BEFORE_A_QUESTION.__contains__, clause.words[:6]))
    asked_nicely = "please" in clause.words
    if clause.asks and not asked_nicely and _asks_of_an_act(start, clause):
        return True
    passive = start[:1] == ["should"] and "be" in start[1:] and start[1:2] != ["you"]
    if passive and clause.asks and clause.action is not None and not asked_nicely:
        return True
    acts = clause.action is not None or bool(clause.generic() - {"have", "get", "do"})
    if start[:2] in (["can", "i"], ["can", "we"], ["could", "i"]) and acts:
        return not _OBTAINING.intersection(start[2:5]) and not asked_nicely
    return False


def _asks_of_an_act(start: list[str], clause: Clause) -> bool:
    """ "does jenkins get rebooted?", "will x be stopped?", "when do you …?", "is stopping x …?"."""
    acts = [i for i in clause.items if i.action in CHANGING]
    if not acts or "not" in clause.words:
        return False
    first, second = (*start, "", "")[:2]
    if first == "is":
        return acts[0].form == "ing" and acts[0].words[:1] == (second,)
    if first in ("when", "why", "how", "what"):
        return not _AUXILIARIES.isdisjoint(start[1:6]) and "about" not in start[1:3]
    will = first == "will" and second not in (
        "you",
        "u",
        "somebody",
        "someone",
        "anybody",
        "anyone",
    )
    return first == "does" or will


_AUXILIARIES = frozenset(("does", "do", "did", "is", "are", "was", "were", "will", "gets", "get"))
_MAY = ("may", "can", "could", "am")
_OBTAINING = frozenset(("ask", "bother", "trouble", "request", "have", "get", "see", "please"))
_WHETHER_IT_CAN = (("is", "it", "possible"), ("am", "i", "able"), ("are", "you", "able"))
_POLITE_AFTER_IF = frozenset((
    "can", "could", "may", "understand", "would", "might", "please", "do", "got", "am", "remember",
    "have",
))  # fmt: skip
_BEFORE_A_QUESTION = frozenset((
    "so", "and", "hey", "hi", "hello", "ok", "okay", "um", "uh", "well", "also", "just", "then",
    "wait", "quick", "question", "one", ":", ",", "now", "but", "actually", "yo", "hm", "hmm", "oh",
    "right", "er", "erm", "morning", "good", "guys", "team", "all", "folks", "mate", "sorry",
    "look", "listen", "dear", "nova", "novacron", "again", "btw", "fyi", "yeah", "yes", "no",
))  # fmt: skip


_POLITE_IF = re.compile(
    r"\b(get (a|the|some)|chance|sec|second|minute|moment|free|ready|around|sense|right|"
    r"remember|wrong|mistaken|understand|possible|can|could|would|like|want|mind|please|needed|"
    r"necessary|dumb|stupid|silly|minds?|annoying|nobody|objects?|bothers?|ok|okay|trouble|so|time|helps?|may|wish|"
    r"alright|all right|convenient)\b"
)


_IF_SURE = re.compile(
    r"\bif (?:i|we|you)(?: am|'m| are|'re)? (?:(?:really|quite|very|absolutely) )?"
    r"(?:sure|certain|positive)\b"
)
"""What a person does not want to be asked: "do not ask if I am sure"."""


_IF_NO_TROUBLE = re.compile(
    r"\bif (?:it|that|this) (?:is|would|does) not (?:be )?(?:too much|a|any|cause)(?: \w+)? ?"
    r"(?:trouble|bother|hassle|problem|to ask|inconvenience)?$"
)


def is_real_condition(clause: Clause) -> bool:
    """A condition on the world, not "if you can"."""
    content = any(
        i.is_entity
        or (
            i.has("metric", "state", "condition", "trouble", "cmp", "cost", "unknown_name")
            and not i.has("ask")
        )
        for i in clause.items
    )
    words = " ".join(clause.words)
    if _IF_SURE.search(words) or _IF_NO_TROUBLE.search(words):
        return False
    return content or not _POLITE_IF.search(words)


ONLY_ASKING = re.compile(
    r"\b((only|just) (asking|wondering|curious|checking)|don'?t (actually )?(want|"
    r"need) to do (it|that|this)|not (now|yet),? just asking|"
    r"pretend to|simulate|(?<!i )suppose|imagine|let'?s say|dry[- ]?run|what[- ]if|"
    r"is (that|this|it) (an? )?(good|bad|safe|wise|smart|sensible|clever) (idea|plan|move|thing)|"
    r"(?:good or )?bad idea|good idea or|or not(?=\?)|(?:why|how come|what for)(?=\?$)|"
    r"(?:restart|reboot|stop|shutdown|resize|snapshot|migration|move|deletion|backup) (?:of|for) "
    r".{1,60}\b(?:scheduled|planned|done|finished|needed|necessary)(?=\?)|"
    r"what do you think|hypothetical(ly)?|in theory|theoretically|not that i (want|plan)|"
    r"purely (curious|"
    r"theoretical))\b",
    re.IGNORECASE,
)


_FORBIDS = re.compile(
    r"(?:(?:do|must|should|shall|can|need|could|would|may|rather|better|please) not|never|"
    r"no (?:need|reason|point) (?:to|in)|without)"
    r"(?: (?:please|just|yet|ever|you|we|i|need|have|want|to|dare|go|and|anyone|it))*$"
)


def is_forbidden(clause: Clause) -> bool:
    """ "don't undo that", where a negation stands right before the act."""
    if clause.unwished or clause.verb is None or clause.verb not in clause.items:
        return clause.unwished
    before = clause.items[: clause.items.index(clause.verb)]
    return _FORBIDS.search(" ".join(w for i in before for w in i.words)) is not None
