"""A clause: one thing asked, or one thing said, and the verbs that make it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("clauses")


CHANGING = frozenset(_WORDS["changing"])


READING = frozenset({"list", "describe", "count", "diagnose"})


GENERIC: dict[str, str] = {
    form: base
    for base, forms in {
        "force": "force forced",
        "turn": "turn turned turning turns",
        "switch": "switch switched switching switches",
        "swap": "swap swapped swapping",
        "power": "power powered powering powers",
        "put": "put putting puts stick sticking sticks slap slapping pop popping bung",
        "take": "take taken taking takes took yank yanked rip ripped peel tear pry",
        "bring": "bring brought bringing brings",
        "set": "set setting sets",
        "give": "give given giving gives gave",
        "add": "add added adding adds",
        "make": "make made making makes",
        "change": "change changed changing changes",
        "get": "get gotten getting gets got",
        "assign": "assign assigned assigning assigns",
        "have": "have having",
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


def may_begin_an_act(item: Item) -> bool:
    """Whether another act may begin with this word: a verb of the trade, or a small one."""
    if item.is_entity or not item.words:
        return False
    small = item.words[0] in GENERIC and GENERIC[item.words[0]] == item.words[0]
    return small or (item.has("verb") and item.form == "base" and item.action in CHANGING)


@dataclass
class Clause:
    """The items of one thing said.

    Attributes:
        verb: the item that says what to do, if one does.
        action: its action.
        asks: it ended with a question mark.
        condition: it began with "if", "when", "unless": it is a condition, no request.
        reason: it began with "because", "since", "so": it gives a reason.
        sentence: which sentence of the turn it is of.
        unwished: what it speaks of is forbidden, or was only thought of.
    """

    items: list[Item] = field(default_factory=list[Item])
    verb: Item | None = None
    action: str | None = None
    asks: bool = False
    condition: str = ""
    reason: bool = False
    sentence: int = 0
    unwished: bool = False

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
        return any(not i.kinds.keys().isdisjoint(kinds) for i in self.items)

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
