"""A turn is cut into clauses: one thing asked, or one thing said, each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.brains.embedded.scan import Item

CHANGING = frozenset(
    {
        "stop",
        "start",
        "restart",
        "suspend",
        "resume",
        "create",
        "clone",
        "snapshot",
        "restore",
        "delete",
        "tag",
        "untag",
        "protect",
        "unprotect",
        "resize",
        "increase",
        "reduce",
        "double",
        "triple",
        "quadruple",
        "halve",
        "attach",
        "migrate",
        "scale",
        "undo",
        "unschedule",
    }
)
READING = frozenset({"list", "describe", "count", "diagnose"})

GENERIC: dict[str, str] = {
    form: base
    for base, forms in {
        "turn": "turn turned turning turns",
        "switch": "switch switched switching switches",
        "power": "power powered powering powers",
        "put": "put putting puts",
        "take": "take taken taking takes took",
        "bring": "bring brought bringing brings",
        "set": "set setting sets",
        "give": "give given giving gives gave",
        "add": "add added adding adds",
        "make": "make made making makes",
        "change": "change changed changing changes",
        "get": "get gotten getting gets got",
        "assign": "assign assigned assigning assigns",
        "have": "have had having",
        "apply": "apply applied applying applies",
        "shut": "shut shutting shuts",
        "boot": "boot booted booting",
        "fire": "fire fired",
        "spin": "spin spun",
        "keep": "keep kept keeping",
        "leave": "leave left",
        "go": "go going goes",
        "pull": "pull",
        "send": "send",
        "do": "do",
        "let": "let",
        "run": "run",
        "perform": "perform",
        "execute": "execute",
        "schedule": "schedule scheduled",
        "want": "want wants wanted",
        "need": "need needs needed",
        "throw": "throw",
        "flip": "flip",
        "drop": "drop",
        "lose": "lose",
        "remove": "remove",
        "update": "update",
        "rename": "rename renamed",
        "modify": "modify",
        "adjust": "adjust",
        "enable": "enable",
        "disable": "disable",
        "kick": "kick",
        "allocate": "allocate",
        "grant": "grant",
        "cut": "cut",
    }.items()
    for form in forms.split()
}

OFF = frozenset({"off", "down", "offline", "out"})
ON = frozenset({"on", "up", "online", "back"})


@dataclass
class Clause:
    """The items of one thing said.

    Attributes:
        verb: the item that says what to do, if one does.
        action: its action.
        asks: it ended with a question mark.
        condition: it began with "if", "when", "unless": it is a condition, no request.
        reason: it began with "because", "since", "so": it gives a reason.
    """

    items: list[Item] = field(default_factory=list[Item])
    verb: Item | None = None
    action: str | None = None
    asks: bool = False
    condition: str = ""
    reason: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """All words of it."""
        return tuple(w for i in self.items for w in i.words)

    @property
    def text(self) -> str:
        """What was said."""
        return " ".join(i.text for i in self.items)

    def has(self, *kinds: str) -> bool:
        """Whether any item may be one of these."""
        return any(i.has(*kinds) for i in self.items)

    def first(self, *kinds: str) -> Item | None:
        """The first item that may be one of these."""
        return next((i for i in self.items if i.has(*kinds)), None)

    def objects(self) -> set[str]:
        """The things of the trade that are spoken of, such as snapshot or disk."""
        return {i.get("object") for i in self.items if i.has("object") and not i.is_entity}

    def generic(self) -> set[str]:
        """Verbs such as give, add or take that mean little alone."""
        return {
            GENERIC[w]
            for i in self.items
            if not i.is_entity or i.has("verb")
            for w in i.words
            if w in GENERIC
        }


def split(items: Sequence[Item]) -> list[Clause]:
    """The clauses of a turn, in order."""
    clauses: list[Clause] = []
    for sentence, asks in _sentences(items):
        parts = _parts(sentence)
        for part in parts:
            clause = _clause(part, first=part is parts[0])
            clause.asks = asks and part is parts[-1]
            if clause.items:
                clauses.append(clause)
    return clauses


def _sentences(items: Sequence[Item]) -> list[tuple[list[Item], bool]]:
    found: list[tuple[list[Item], bool]] = []
    current: list[Item] = []
    for item in items:
        if item.has("stop", "question"):
            if current:
                found.append((current, item.has("question")))
            elif found and item.has("question"):
                found[-1] = (found[-1][0], True)
            current = []
        else:
            current.append(item)
    if current:
        found.append((current, False))
    return found


_REASONS = frozenset({"because", "since", "so", "as", "cause", "due", "coz"})
_CONDITIONS = frozenset({"if", "unless", "whenever", "once", "when", "as", "provided", "should"})


def _parts(items: list[Item]) -> list[list[Item]]:
    """Cut before each further verb that begins a request of its own, and before reasons."""
    cuts: list[int] = []
    seen_verb = False
    seen_object = False
    for k, item in enumerate(items):
        if is_action(items, k) or _is_reading(items, k) or _acts_by_particle(items, k):
            if (
                (seen_verb and (seen_object or _joined(items, k))) or _after_statement(items, k)
            ) and _begins(items, k):
                cuts.append(_cut_at(items, k))
                seen_object = False
            seen_verb = True
        elif _is_reason(items, k) or _starts_afresh(items, k):
            cuts.append(k)
            seen_object = False
            seen_verb = False
        elif item.is_entity or item.has("pron", "noun", "all", "object"):
            seen_object = True
    parts: list[list[Item]] = []
    last = 0
    for cut in dict.fromkeys(cuts):
        if cut > last:
            parts.append(items[last:cut])
            last = cut
    parts.append(items[last:])
    return [half for part in parts for half in _after_condition(part)]


def _after_condition(items: list[Item]) -> list[list[Item]]:
    """A part that opens with "if" ends at its comma: "if you don't mind, stop web-01"."""
    if not items or items[0].words[:1] not in (("if",), ("unless",), ("provided",)):
        return [items]
    for k in range(2, len(items) - 1):
        follows = items[k + 1]
        if items[k].has("comma") and not items[k].is_entity:
            if follows.is_entity and k + 2 < len(items) and items[k + 2].has("comma", "and"):
                continue
            return [items[: k + 1], items[k + 1 :]]
    return [items]


def _acts_by_particle(items: list[Item], k: int) -> bool:
    """ "…, and bring them back at 6": a small verb with its particle is a request of its own."""
    item = items[k]
    before = items[k - 1] if k else None
    if before is None or not before.has("and", "then", "comma", "also") or item.is_entity:
        return False
    if not {GENERIC.get(w) for w in item.words} & {"bring", "turn", "switch", "power", "fire"}:
        return False
    for j in range(k + 1, min(len(items), k + 7)):
        word = items[j].words[-1] if items[j].words else ""
        if items[j].has("comma", "and", "then") and not items[j].is_entity:
            return False
        if not items[j].is_entity and word in OFF | ON and j > k + 1:
            after = items[j + 1] if j + 1 < len(items) else None
            return after is None or after.has("time", "comma", "and", "then", "filler", "also")
    return False


_TELLING = frozenset(
    {
        "gave",
        "said",
        "says",
        "asked",
        "wants",
        "wanted",
        "left",
        "told",
        "thinks",
        "has",
        "needs",
        "is",
        "was",
        "will",
        "would",
        "went",
        "does",
        "did",
        "knows",
        "complained",
        "insists",
        "agreed",
        "quit",
        "moved",
    }
)
_SUBJECTS = frozenset(
    {
        "i",
        "we",
        "you",
        "it",
        "they",
        "he",
        "she",
        "there",
        "that",
        "this",
        "could",
        "can",
        "would",
        "will",
        "please",
        "what",
        "which",
        "how",
        "where",
        "why",
        "who",
        "let",
    }
)


def _starts_afresh(items: list[Item], k: int) -> bool:
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
    if item.words[0] not in _SUBJECTS or k < 2:
        return False
    if item.words[0] in ("that", "which", "who", "this", "it", "there") and not (
        k + 1 < len(items) and items[k + 1].has("be", "ask", "verb")
    ):
        return False
    return not (item.has("pron") and before.has("and"))


def _after_statement(items: list[Item], k: int) -> bool:
    """A verb after a comma that ends a statement or a topic: "bob-dev is stuck, wake it"."""
    j = k - 1
    while (
        j >= 0
        and items[j].has("ask", "filler", "then", "also", "only", "and")
        and not items[j].is_entity
        and not items[j].has("comma")
    ):
        j -= 1
    if j < 1 or not items[j].has("comma", "dash"):
        return False
    return any(
        i.has(
            "be", "trouble", "state", "pron", "condition", "filler", "verb", "wh", "cost", "savings"
        )
        and not i.has("time")
        for i in items[:j]
    ) and any(not i.has("time", "filler", "comma") for i in items[:j])


_WONDERING = frozenset(
    {
        "wondering",
        "wonder",
        "wondered",
        "know",
        "see",
        "tell",
        "check",
        "ask",
        "asking",
        "asked",
        "grateful",
        "appreciate",
        "great",
        "nice",
        "lovely",
        "kind",
        "wonderful",
        "possible",
        "curious",
        "glad",
        "happy",
        "good",
        "love",
        "like",
    }
)


def _is_reason(items: list[Item], k: int) -> bool:
    item = items[k]
    if not item.words or item.is_entity or k == 0:
        return False
    word = item.words[0]
    if word in ("because", "due", "cause", "coz"):
        return True
    if word == "if" and set(items[k - 1].words[-1:]) & _WONDERING:
        return False
    if word in ("if", "unless", "whenever", "provided"):
        return True
    if word in ("since", "so", "as") and len(item.words) == 1 and k and items[k - 1].has("comma"):
        return True
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


def _joined(items: list[Item], k: int) -> bool:
    return any(i.has("comma", "and", "then") for i in items[max(0, k - 2) : k])


def _begins(items: list[Item], k: int) -> bool:
    """Whether the verb at `k` begins a request rather than being part of the one before."""
    before = items[k - 1] if k else None
    if before is None or before.has(
        "comma", "and", "then", "also", "or", "plus_sign", "filler", "slash"
    ):
        return True
    if before.has("ask", "not", "wh", "pron"):
        return True
    return before.is_entity or before.has("time", "noun", "colon", "number")


def _cut_at(items: list[Item], k: int) -> int:
    """Where the clause of the verb at `k` begins: before its connectors, "please", "don't"."""
    while (
        k
        and items[k - 1].has("and", "then", "also", "ask", "not", "filler", "wh")
        and not items[k - 1].is_entity
    ):
        if items[k - 1].has("verb") and not items[k - 1].has("also", "then", "filler"):
            break
        k -= 1
    return k


def _is_reading(items: list[Item], k: int) -> bool:
    """A verb or question word that begins a question."""
    item = items[k]
    if item.is_entity:
        return False
    if item.words[:1] == ("number",) and any(is_action(items, j) for j in range(k)):
        return False
    if item.has("wh") and item.words[0] in ("what", "which", "who", "how", "where", "why", "when"):
        before = items[k - 1] if k else None
        return before is None or before.has("comma", "and", "then", "stop", "also", "dash")
    return bool(
        item.has("verb")
        and item.action in READING
        and item.form == "base"
        and _begins(items, k)
        and k > 0
        and items[k - 1].has("comma", "and", "then", "also")
    )


_LIGHT = frozenset(
    {
        "need",
        "want",
        "give",
        "do",
        "take",
        "get",
        "perform",
        "schedule",
        "have",
        "make",
        "add",
        "run",
        "execute",
        "apply",
    }
)
_WISHING = frozenset(
    {
        "get",
        "want",
        "have",
        "need",
        "gets",
        "gotten",
        "like",
        "love",
        "prefer",
        "see",
        "needs",
        "wants",
    }
)
_NOUN_LIKE = frozenset(
    {
        "restart",
        "reboot",
        "snapshot",
        "stop",
        "shutdown",
        "resize",
        "clone",
        "copy",
        "start",
        "reset",
        "bounce",
        "backup",
        "checkpoint",
        "upgrade",
        "kick",
        "snap",
        "migration",
        "power cycle",
        "undo",
        "move",
        "boost",
        "rollback",
        "bump",
        "label",
        "tag",
        "lock",
        "guard",
        "shut down",
    }
)


def is_action(items: Sequence[Item], k: int) -> bool:
    """Whether the item at `k` asks for a change, rather than naming a state or a thing."""
    item = items[k]
    if not item.has("verb") or item.action not in CHANGING or item.quoted:
        return False
    if any(i.words == ("scheduled",) for i in items[max(0, k - 3) : k]) and items[0].has("wh"):
        return False
    if item.is_entity and not item.has("verb"):
        return False
    if item.is_entity and (
        item.has("names") or (k and items[k - 1].has("det", "all", "value", "names"))
    ):
        return False
    if item.has("savings") and not (
        k + 1 < len(items) and (items[k + 1].is_entity or items[k + 1].has("det", "pron"))
    ):
        return False
    if item.form == "past":
        return _past_acts(items, k)
    if item.form == "ing":
        return _ing_acts(items, k)
    return _base_acts(items, k)


def _past_acts(items: Sequence[Item], k: int) -> bool:
    item = items[k]
    before = items[max(0, k - 9) : k]
    words = [w for i in before for w in i.words]
    if set(words[-4:]) & {"seems", "appears", "seem", "appear", "looks", "said", "likely"}:
        return False
    if item.has("state", "protected", "except", "condition") or item.action in (
        "tag",
        "create",
        "protect",
        "migrate",
        "start",
    ):
        near = words[-2:]
        wished = any(w in _WISHING for w in words) and not any(i.has("rel", "wh") for i in before)
        should = any(a in ("be", "being") for a in near) and any(
            w
            in (
                "should",
                "must",
                "to",
                "can",
                "shall",
                "needs",
                "has",
                "will",
                "could",
                "would",
                "may",
                "might",
            )
            for w in words
        )
        gets = any(w in ("gets", "get", "getting") for w in near)
        after = items[k + 1] if k + 1 < len(items) else None
        adjective = (
            after is not None
            and after.has("noun", "value", "stem")
            and item.has("state")
            and not should
        )
        return (wished or should or gets) and not adjective
    if item.words[0] in ("shut", "set", "put", "cut", "reset", "rid", "run"):
        return True
    if (
        any(i.words[:1] in (("who",), ("what",), ("which",), ("when",)) for i in before)
        and "want" not in words
    ):
        return False
    return any(
        w in _WISHING or w in ("be", "to", "should", "must", "needs") for w in words
    ) and not any(w in ("was", "were", "been", "has", "did", "is", "are") for w in words[-2:])


def _ing_acts(items: Sequence[Item], k: int) -> bool:
    item = items[k]
    before = items[k - 1] if k else None
    if item.has("state", "condition"):
        lead = [w for i in items[max(0, k - 3) : k] for w in i.words]
        after = items[k + 1] if k + 1 < len(items) else None
        if before is None and after is not None and after.has("names"):
            return True
        return (
            "mind" in lead
            or ("starting" in items[k].words and before is not None and before.has("comma"))
            or any(w in ("about", "recommend", "suggest", "by") for w in lead)
        )
    if before is None or all(i.has("filler", "comma") for i in items[:k]):
        return True
    words = [w for i in items[max(0, k - 4) : k] for w in i.words]
    return any(
        w
        in (
            "want",
            "wants",
            "deserve",
            "deserves",
            "mind",
            "try",
            "start",
            "about",
            "for",
            "by",
            "of",
            "need",
            "needs",
            "am",
            "consider",
            "up",
            "could",
            "me",
            "requires",
            "please",
        )
        for w in words
    )


def _leads_an_act(items: Sequence[Item], k: int) -> bool:
    """The small verb of "make the start of x": the act is the noun after it."""
    if not {GENERIC.get(w) for w in items[k].words} & {"make", "do", "put", "perform"}:
        return False
    j = k + 1
    while j < len(items) and items[j].has("det", "in") and not items[j].is_entity:
        j += 1
    return j < len(items) and items[j].has("verb") and _by_light_verb(items, j)


def _base_acts(items: Sequence[Item], k: int) -> bool:
    item = items[k]
    before = items[k - 1] if k else None
    if _leads_an_act(items, k):
        return False
    if before is not None and before.words == ("first",) and k == 1:
        before = None
    if item.action == "tag" and before is not None and _names_a_tag(items, k):
        return False
    if (
        before is not None
        and before.words in (("on",), ("at",), ("after",), ("during",))
        and " ".join(item.words) in ("shutdown", "reboot", "restart", "boot", "startup", "start")
    ):
        return False
    lead = [w for i in items[max(0, k - 3) : k] for w in i.words]
    subject = items[k - 2] if k > 1 else None
    if lead[-1:] in (["will"], ["would"], ["might"]) and subject is not None and subject.is_entity:
        return False
    if (
        lead[-1:]
        and lead[-1] in ("it", "they", "that", "this")
        and set(lead[-3:]) & {"does", "will", "would", "did", "do", "is", "can"}
        and "please" not in lead
    ):
        return False
    after = items[k + 1] if k + 1 < len(items) else None
    if (
        item.action == "snapshot"
        and after is not None
        and after.has("verb")
        and after.action == "delete"
    ):
        return False
    if item.words in (
        ("up",),
        ("down",),
        ("order",),
        ("program",),
        ("return",),
        ("half",),
        ("clean",),
        ("clear",),
        ("empty",),
    ) and not _leads(items, k):
        return item.words in (("half",),)
    if before is not None and _by_light_verb(items, k):
        return True
    if before is not None and before.has("det", "superlative", "most") and not before.has("verb"):
        lead = [w for i in items[max(0, k - 5) : k] for w in i.words]
        light = any(
            GENERIC.get(w) in _LIGHT
            or w
            in (
                "like",
                "love",
                "appreciate",
                "would",
                "please",
                "due",
                "for",
                "requires",
                "deserves",
                "after",
                "of",
                "with",
            )
            for w in lead
        )
        noun = " ".join(item.words) in _NOUN_LIKE or item.action in ("restart", "snapshot")
        return light and noun and not (item.action == "snapshot" and item.has("object"))
    if item.has("object") and item.get("object") == "snapshot" and item.words[0] != "back":
        if item.form == "s" or (
            before is not None
            and before.has("with", "without", "all", "not", "in", "from", "to", "for")
            and not before.has("ask")
        ):
            return False
        return _leads(items, k) and not _counts_things(items, k)
    if (
        item.has("state")
        and before is not None
        and before.has("be", "rel", "state")
        and item.form == "base"
    ):
        lead = [w for i in items[max(0, k - 3) : k] for w in i.words]
        return "be" in lead and any(w in ("should", "must", "to") for w in lead)
    if item.form == "s":
        if before is not None and before.has("time"):
            return False
        return before is not None and (before.is_entity or before.has("noun", "pron"))
    return not (item.has("metric", "cost") and not _leads(items, k))


_HANDLING = frozenset({"take", "remove", "put", "add", "give", "set", "drop", "lose", "change"})
_LIGHT_ACTS = frozenset(
    {"start", "stop", "restart", "suspend", "resume", "clone", "delete", "restore"}
)


def _by_light_verb(items: Sequence[Item], k: int) -> bool:
    """ "make the start of x", "make stop for x", "put in suspend x": the noun is the act."""
    j = k - 1
    while j >= 0 and items[j].has("det", "in") and not items[j].is_entity:
        j -= 1
    if j < 0 or items[j].is_entity or items[k].action not in _LIGHT_ACTS:
        return False
    after = items[k + 1] if k + 1 < len(items) else None
    if after is not None and after.has("object") and not after.is_entity:
        return False
    light = {GENERIC.get(w) for w in items[j].words} & {"make", "do", "perform", "put", "execute"}
    return bool(light)


def _names_a_tag(items: Sequence[Item], k: int) -> bool:
    """ "a tag", "no owner tag", "the owner tag of x": the thing, not the act."""
    before = items[k - 1]
    if before.has("det", "with", "without", "lacks", "all") or before.words in (("no",), ("not",)):
        return True
    if {GENERIC.get(w) for i in items[max(0, k - 2) : k] for w in i.words} & _HANDLING:
        return True
    led = k > 1 and items[k - 2].has("det", "without", "with", "not")
    return before.has("key", "quote") or (led and not before.has("verb", "names"))


def _leads(items: Sequence[Item], k: int) -> bool:
    """Whether nothing but politeness or a connector stands before, or a subject with a modal
    does.
    """
    j = k - 1
    if j >= 0 and items[j].has("colon"):
        return True
    while (
        j >= 0
        and items[j].has(
            "filler",
            "ask",
            "comma",
            "det",
            "also",
            "then",
            "only",
            "and",
            "instead",
            "colon",
            "same",
            "not",
            "dash",
            "plus_sign",
        )
        and not items[j].is_entity
    ):
        if items[j].has("comma"):
            return True
        if items[j].has("det") and not items[j].has("comma"):
            return False
        j -= 1
    if j < 0:
        return True
    return (
        items[j].has("and", "then", "comma", "stop", "time", "colon")
        or (items[j].is_entity and j < k - 1)
        or items[j].has("ask")
    )


def _counts_things(items: Sequence[Item], k: int) -> bool:
    before = items[k - 1] if k else None
    return before is not None and before.has("number")


def _clause(items: list[Item], *, first: bool) -> Clause:
    clause = Clause(list(items))
    opener = next((i for i in items if not i.has("comma", "dash")), None)
    if opener is not None and opener.words:
        word = opener.words[0]
        polite = (
            len(items) > 1
            and word == "if"
            and " ".join(w for i in items[:4] for w in i.words).startswith(_POLITE_OPENINGS)
        )
        clause.condition = (
            ""
            if polite
            else word
            if word in ("if", "unless", "whenever", "provided")
            or (
                word == "when"
                and not (len(items) > 1 and items[1].has("time"))
                and not opener.has("asking", "forecast")
                and items.index(opener) == 0
                and _statement(items)
            )
            else ""
        )
        clause.reason = (
            word in ("because", "due", "cause")
            or (word == "before" and not first)
            or (
                word == "so"
                and not first
                and not any(i.has("ask") for i in items[:4])
                and not any(is_action(items, k) for k in range(len(items)))
            )
            or (
                word in ("since", "as")
                and len(opener.words) == 1
                and not opener.has("time")
                and not first
            )
        )
    for k, item in enumerate(items):
        if is_action(items, k):
            clause.verb, clause.action = item, item.action
            break
    if clause.verb is None:
        _particle(clause)
    else:
        _off_and_on(clause)
        _trailing_particle(clause)
    return clause


def _trailing_particle(clause: Clause) -> None:
    """ "shut web-01 and web-02 down tonight": the particle belongs to the verb, it is no state."""
    items = clause.items
    verb = clause.verb
    if verb is None or verb not in items or verb.words not in _SPLITS:
        return
    wanted = OFF if clause.action == "stop" else ON
    for j in range(items.index(verb) + 2, len(items)):
        item = items[j]
        after = items[j + 1] if j + 1 < len(items) else None
        if item.is_entity or not item.words or item.words[-1] not in wanted:
            continue
        if after is None or after.has("time", "comma", "and", "then", "ask", "filler", "also"):
            item.used = "verb"
            return


_SPLITS = frozenset(
    (w,)
    for w in ("shut", "power", "turn", "switch", "take", "bring", "boot", "spin", "fire", "put")
)


_POLITE_OPENINGS = (
    "if you could",
    "if you would",
    "if you can",
    "if we could",
    "if i could",
    "if it is possible to",
    "if i may",
    "if possible",
    "if you might",
    "if i can",
)


def _statement(items: list[Item]) -> bool:
    return (
        len(items) > 1
        and not items[1].has("be", "verb", "ask")
        and not set(items[1].words[:1])
        & {
            "did",
            "was",
            "will",
            "is",
            "does",
            "might",
            "can",
            "could",
            "do",
            "are",
            "should",
            "would",
            "must",
            "shall",
            "am",
            "were",
            "may",
        }
    )


def _particle(clause: Clause) -> None:
    """ "turn bob's box off", "shut every workstation down", "bring it back up"."""
    items = clause.items
    for k, item in enumerate(items):
        verb = next((GENERIC[w] for w in item.words if w in GENERIC), None)
        if verb not in (
            "turn",
            "switch",
            "power",
            "put",
            "take",
            "bring",
            "shut",
            "boot",
            "fire",
            "spin",
            "have",
            "get",
            "want",
            "flip",
            "go",
            "need",
            "let",
            "kick",
            "knock",
        ):
            continue
        if verb in ("want", "need") and k and _is_somebody(items[k - 1]):
            continue
        for j in range(k + 1, len(items)):
            word = items[j].words[-1] if items[j].words else ""
            if items[j].words == ("up", "and", "running"):
                word = "up"
            if (
                items[j].is_entity
                or word not in OFF | ON
                or (len(items[j].words) > 2 and items[j].words != ("up", "and", "running"))
            ):
                continue
            after = items[j + 1] if j + 1 < len(items) else None
            if (
                after is not None
                and not after.has(
                    "time",
                    "comma",
                    "and",
                    "then",
                    "ask",
                    "filler",
                    "also",
                    "instead",
                    "state",
                    "force",
                    "to",
                    "only",
                    "or",
                )
            ) or (after is not None and (after.is_entity or after.has("det", "pron"))):
                continue
            if verb in ("have", "get", "want", "need", "let", "go") and items[j].words in (
                ("up", "and", "running"),
            ):
                pass
            elif verb in ("have", "get", "want", "need", "let", "go") and word not in (
                "off",
                "down",
                "on",
                "up",
                "online",
                "offline",
            ):
                continue
            if after is not None and _by_a_figure(items, j + 1):
                continue
            if verb == "go" and not any(i.is_entity or i.has("pron") for i in items[:k]):
                continue
            clause.action = "stop" if word in OFF else "start"
            clause.verb = item
            item.used = "verb"
            items[j].used = "verb"
            rest = [w for i in items[j + 1 : j + 5] for w in i.words]
            if word in OFF and rest[:2] in (["and", "on"], ["and", "back"], ["then", "on"]):
                clause.action = "restart"
                for more in items[j + 1 : j + 4]:
                    more.used = "verb"
            return


def _by_a_figure(items: list[Item], k: int) -> bool:
    """ "down by one": how far, not which way the power goes."""
    return items[k].words == ("by",) and k + 1 < len(items) and items[k + 1].has("number")


def _is_somebody(item: Item) -> bool:
    """A person who is spoken of: what they want is told, not asked for."""
    if item.words[:1] in (("he",), ("she",), ("somebody",), ("someone",)):
        return True
    owners = [name for name, _ in item.get("value") or () if name == "tags.owner"]
    return bool(owners) and not item.possessive


def _off_and_on(clause: Clause) -> None:
    """ "turn off web-03 and on again" is a restart."""
    if clause.action != "stop":
        return
    words = list(clause.words)
    for n in range(len(words) - 1):
        if (
            words[n] in ("and", "then")
            and words[n + 1] in ("on", "back")
            and words[n + 2 : n + 3] in ([], ["again"], ["on"])
        ):
            clause.action = "restart"
            for item in clause.items:
                if item.words in (("on",), ("again",), ("back",)):
                    item.used = "verb"
            return
