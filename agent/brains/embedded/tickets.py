"""Numbers of tickets, changes, incidents, projects and courses beside a request: "for INC-2093",
"CHG-4488:", "(JIRA OPS-118)". They name no machine and are set aside before anything is read.

Only where the way such a number stands says so. What is acted on ("restart CHG-12"), what stands
in a row of machines ("stop web-01 and INC-2093"), what says which machines ("the servers listed in
CHG-12") and what is a value ("ticket=CHG-1", "name it CHG-12") stays, and is asked about or kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.lexicon import distributions
from agent.brains.embedded.scan import Scanner
from agent.brains.embedded.text import tokenise
from agent.brains.embedded.words import word_lists
from tools.calls import Call

_WORDS = word_lists("tickets")
_PREFIXES = frozenset(_WORDS["prefix"])
_NO_PREFIX = frozenset(_WORDS["no_prefix"])


def _any(name: str) -> str:
    words = sorted(_WORDS[name], key=len, reverse=True)
    return "(?:" + "|".join(re.escape(w).replace(r"\ ", " ") for w in words) + ")"


_KIND = (
    rf"(?:(?:{_any('desk')} )?{_any('kind')}(?: (?:request|record|order|item|ticket))?"
    r"(?: (?:no\.?|number|nr\.?|id|ref))?|(?:ticket|ref) (?:no\.?|number|nr\.?|id)|"
    rf"{_any('desk')})"
)
_WHOSE = rf"(?:(?:the|our|my|this|that|your|an?|their) )?(?:{_any('sort')} )?"
_LABEL = rf"(?:{_WHOSE}(?:{_KIND}:? ?)?#?)"
_LABELLED = rf"(?:{_WHOSE}{_KIND}:? ?#?)"
_CODE = re.compile(
    r"(?<![\w=@/.\"'`\\*-])(?:(?P<head>[A-Za-z]{2,10})[-_#]?(?P<figure>\d{1,10}(?:-\d{1,7})?)|"
    r"#(?P<bare>\d{3,8})|"
    r"(?P<spaced>(?:inc|chg|chng|crq|rfc|ritm|req|prb|sctask|jira|tkt|cs|prj) \d{2,8})|"
    rf"(?P<label>(?:for|in|under|per|re|ref|see|of|to|by|on|with|the|our|my|this|\(|\[|^)\W? ?"
    rf"(?:the |our |my |this )?{_KIND}:? ?#?)(?P<plain>\d{{3,8}}))"
    r"(?![\w=@/*\"'`%]|-\w|\.\w|:\w)",
    re.IGNORECASE,
)
_MACHINES = rf"(?:{_any('machine')}|{_any('whole')})"
_WHICH = re.compile(
    rf"\b{_MACHINES}(?: (?:that|which)(?: \w+){{1,3}})?(?: {_any('listing')}| {_any('bearing')})?$",
    re.IGNORECASE,
)
"""Machines that are those of the ticket: "the servers listed", "everything"."""
_BARE = re.compile(
    r"(?:^|[,:;] |\b(?:the|all|all the|all of the|every|our|my|these|those|any|some|of|each|"
    rf"{_any('verb')}) ){_MACHINES}$|\b(?:everything|anything|whatever|all)$",
    re.IGNORECASE,
)
"""Machines of which nothing else is said."""
_STANDS_IN = re.compile(
    rf"(?:^|[.!?;:\n]|\b(?:{_any('event')}|tests?|steps?|wave|(?:wave|step|phase) \w+|"
    r"complain\w*|reports?|reported|writes?|wrote|says|said|asks?|asked|mention\w*))$",
    re.IGNORECASE,
)
_AFTER_FRONT = re.compile(r"\s*(?:[,:|]|[-\u2013\u2014]+(?=\s))\s*")
_GOES_ON = re.compile(r" (?:we|i|they|our|my|students|users)\b", re.IGNORECASE)
_INSTEAD = "the matter"
_LISTED = re.compile(rf"(?<!as )\b{_any('listing')}$", re.IGNORECASE)
_IN_A_ROW = re.compile(r"(?:\b(?:and|or|plus|also|nor|not|but|except|than)|[&+])$", re.IGNORECASE)
_PREPOSITION = re.compile(
    rf"(?P<before>^|[\s,;(-])(?P<how>(?:as |already |all )?{_any('bearing')} )?"
    rf"(?P<prep>{_any('preposition')}|{_any('placing')}) {_LABEL}$",
    re.IGNORECASE,
)
_PLACING = frozenset(_WORDS["placing"])
_START = r"(?:^|[.!?;:] |\n)"
_SUBJECT = re.compile(
    rf"(?:{_START}|, |\b(?:because|since|(?<!soon )(?<!long )as|while|so|but|that|although|now|"
    rf"before) )(?P<whole>{_LABEL})$",
    re.IGNORECASE,
)
_HEAD = re.compile(rf"^(?:{_any('opening')}\W+)*(?P<whole>{_LABEL})$", re.IGNORECASE)
_SENTENCE = re.compile(rf"(?:[.!?;] |\n)(?P<whole>{_LABEL})$", re.IGNORECASE)
_DASHED = re.compile(rf"(?P<whole>\s[-\u2013\u2014/|]+ {_LABEL})$", re.IGNORECASE)
_NAMED = re.compile(rf"(?:(?=[,;])|(?<=\d))(?P<whole>[,;]? {_LABELLED})$", re.IGNORECASE)
_LAST = re.compile(r"(?:(?=,)|(?<=\d))(?P<whole>,? )$")
_WORKED_ON = re.compile(rf"\b{_any('work')} (?P<whole>{_LABEL})$", re.IGNORECASE)
_ASKED_TOO = re.compile(r"(?:\b(?:and|or|plus|also|then|please)|[&+,])\s*$", re.IGNORECASE)
_IS_BASE = re.compile(r"(?!\w+(?:ing|ed)\b)", re.IGNORECASE)
_HOLDS = re.compile(rf"\b(?:have|has|got|with) (?P<whole>{_LABEL})$", re.IGNORECASE)
_HELD = re.compile(
    r" (?:is )?(?:still |already |now )?(?:open|approved|pending|running|scheduled|planned|signed|"
    r"in place|coming|booked|waiting|assigned|due|on|for|about|against|concerning|regarding)\b",
    re.IGNORECASE,
)
""" "we have CHG-12 approved"."""
_OWNED = re.compile(
    r"\b(?:the|our|my|this|that|a|an|his|her|their|today's|tonight's|next) "
    rf"(?:{_any('sort')} )?(?:{_KIND} )?(?P<whole>)$",
    re.IGNORECASE,
)
_BRACKET = re.compile(
    rf"(?P<whole>\s*[(\[](?:{_any('in_brackets')}[:,]? )*{_LABEL})$", re.IGNORECASE
)
_BRACKET_ENDS = re.compile(
    rf"(?:,? (?:(?:{_any('bearing')}|signed off|opened) by [a-z]+|{_any('after_in_brackets')}|\d))*"
    r" ?[)\]]",
    re.IGNORECASE,
)
_WISHES = re.compile(rf" {_any('wishing')}(?= )", re.IGNORECASE)
_INQUIRES = re.compile(
    r" (?:(?:wants|needs|would like) to (?:know|see)|asks(?: us| me)?(?= (?:what|which|how|who|"
    r"where|when|whether|if)\b))(?= )",
    re.IGNORECASE,
)
_BIDS = re.compile(rf" {_any('bidding')}(?= )", re.IGNORECASE)
_TELLS = re.compile(rf"(?: (?:also|now|already|only|just))? {_any('telling')}\b", re.IGNORECASE)
_ENDS_HEAD = re.compile(
    r"(?: (?:again|still|today|once more|continued|follow[- ]up|update|(?:step|part|phase|task) "
    rf"\d+)| {_any('event')})?\s*(?:(?:[:|/\u2013\u2014-]+|[-=]>)(?=\s)|(?P<comma>,)|(?=[(\[])|"
    r"[.!?;](?=\s)|\n)\s*"
)
_ENDS = re.compile(
    rf"(?: {_any('bearing')}(?: by(?: [a-z]+){{1,3}})?)?\s*(?:[.!?;\n]|$)", re.IGNORECASE
)
_EVENT = re.compile(rf"(?:'s)? {_any('event')}\b", re.IGNORECASE)
_ITS_MACHINES = re.compile(
    rf"(?:'s)? (?:(?!{_any('verb')}\b)[\w-]+ )?{_any('machine')}\b", re.IGNORECASE
)
_VERB_AND_THING = re.compile(
    rf" (?:please |kindly )?{_any('verb')} (?!and\b|or\b|it\b|them\b|too\b)(?=[\w*])", re.IGNORECASE
)
_SPEAKS_OF = re.compile(
    r" (?:on|about|for|concerning|regarding|with) (?=[\w-]+[:,])", re.IGNORECASE
)
_TAGS = re.compile(
    r"\b(?:tag|tags|tagged|label|labels|labelled|labeled|annotate|mark|names?|named|call|called)\b",
    re.IGNORECASE,
)
_JOINS = re.compile(r"(?:,? (?:and|or|plus) |,? ?[&+/] ?)(?P<next>.+)", re.DOTALL)
_ROW = re.compile(rf"(?:,? and |,? or |, ?| ?[&/] ?){_LABEL}", re.IGNORECASE)
_GAP = re.compile(r"[ \t]+(?=[,.;:!?)]|$)|(?<=\s)[ \t]+|^[ \t,;:]+")
_LONG = 6
"""From so many digits on a desk's number is no machine's."""
_AROUND = 90
"""So many signs before and after a number tell how it stands."""
_MOST = 20
"""More numbers than these are not looked at: a request has one or two."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A turn without its references.

    Attributes:
        text: the turn as it is to be read.
        references: the numbers that were set aside.
        narrows: one of them may tell which machines or deeds are meant: it stands after them.
    """

    text: str
    references: tuple[str, ...] = ()
    narrows: bool = False


@dataclass(frozen=True, slots=True)
class _Cut:
    """How much goes before and after a number, and what is said instead."""

    before: int
    after: int = 0
    instead: str = ""
    narrows: bool = False


def may_refer(text: str) -> bool:
    """Whether any number in the turn has such a shape at all: most turns have none."""
    return _CODE.search(text) is not None


def without_references(text: str, scanner: Scanner) -> Aside:
    """The turn without the numbers that plainly are references."""
    found: list[str] = []
    narrows = False
    at = 0
    for _ in range(_MOST):
        match = _CODE.search(text, at)
        if match is None:
            break
        start = match.end("label") if match["label"] is not None else match.start()
        at = match.end()
        if not _is_reference(match, text, scanner):
            continue
        at = end = _row_end(text, match.end(), scanner)
        before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
        cut = _cut(before, text[start:end], after, scanner)
        if cut is None:
            if match["spaced"] is not None:  # "stop web-01 and req 22": no figure of its own
                text = f"{text[:start]}{match['spaced'].replace(' ', '-')}{text[match.end() :]}"
            continue
        found.append(text[start:end])
        narrows = narrows or cut.narrows
        kept = text[: start - cut.before]
        text = f"{kept}{cut.instead}{text[end + cut.after :]}"
        at = len(kept) + len(cut.instead)
    if not found or not any(c.isalpha() for c in text):
        return Aside(text.strip())
    return Aside(_GAP.sub("", text).strip(), tuple(found), narrows)


def left_open(understood: Understanding, aside: Aside) -> Understanding | None:
    """The question where a reading without the references takes more than was said: the whole
    fleet, or every deed there was, where a ticket stood that may tell which.
    """
    calls = understood.calls if aside.narrows else ()
    if not any(c.tool in _OF_RECORDS or _is_whole(c) for c in calls):
        return None
    said = ", ".join(aside.references)
    return replies.ask(f"What “{said}” covers I do not know. Which machines do you mean?")


def _is_whole(call: Call) -> bool:
    fields = call.selector.to_dict() if call.selector is not None else {}
    return bool(fields) and fields.keys() <= {"all", "state", "exclude"}


_OF_RECORDS = frozenset({"list_operations", "list_schedules", "search_runbooks", "cancel_schedule"})


def _is_reference(match: re.Match[str], text: str, scanner: Scanner) -> bool:
    """Whether it has the shape of a reference and nothing of the fleet is called so."""
    if text.count('"', 0, match.start()) % 2:
        return False
    head = (match["head"] or (match["spaced"] or "").split(" ")[0]).casefold()
    if not head:
        return True
    site = scanner.site
    known = head in _NO_PREFIX or head in site.names.words or head in site.host_stems
    if known or (head,) in site.values or head in distributions():
        return False
    if match["spaced"] is not None:
        return True
    if not _has_its_shape(match, text):
        return False
    items = scanner.scan(tokenise(match[0]))
    strange = ("names", "value", "snapshot_name", "time", "amount", "stem", "tag", "glob", "id")
    return not any(i.has(*strange) for i in items)


def _has_its_shape(match: re.Match[str], text: str) -> bool:
    head, figure = match["head"], match["figure"]
    if head.casefold() in _PREFIXES:
        return True
    labelled = _LABELLED_BEFORE.search(text[max(0, match.start() - 40) : match.start()])
    shouted = head.isupper() and (not text.isupper() or labelled is not None)
    apart = not match[0][len(head)].isdigit()
    return (shouted or labelled is not None) and (apart or len(figure) > 2)


_LABELLED_BEFORE = re.compile(rf"\b{_KIND}:? ?#?$", re.IGNORECASE)


def _row_end(text: str, end: int, scanner: Scanner) -> int:
    """The end of a row of references: "INC-1, INC-2 and CHG-3"."""
    while (joint := _ROW.match(text, end)) is not None:
        more = _CODE.match(text, joint.end())
        if more is None or not _is_reference(more, text, scanner):
            break
        end = more.end()
    return end


def _cut(before: str, code: str, after: str, scanner: Scanner) -> _Cut | None:
    """What goes with a reference, or None where it does not plainly stand aside."""
    if (bracket := _BRACKET.search(before)) and (ends := _BRACKET_ENDS.match(after)):
        return _Cut(len(bracket["whole"]), ends.end())
    if _ITS_MACHINES.match(after) or _joins_machines(after, scanner):
        return None
    worked = _WORKED_ON.search(before)
    if worked and _ASKED_TOO.search(before[: worked.start()]) and _IS_BASE.match(worked[0]):
        return None  # "restart web-01 and close INC-12": something is asked that is not done here
    worked = worked or (_HELD.match(after) and _HOLDS.search(before))
    if worked and not before[: worked.start()].strip() and (sign := _AFTER_FRONT.match(after)):
        return _Cut(len(before), sign.end())
    if worked:
        return _Cut(len(worked["whole"]), 0, _INSTEAD)
    if (found := _PREPOSITION.search(before)) is not None:
        return _after_preposition(found, before, after)
    if _IN_A_ROW.search(_LABEL_LAST.sub("", before).rstrip()):
        return None
    return _subject(before, after) or _apart(before, code, after, scanner)


_LABEL_LAST = re.compile(rf"(?<!\S){_LABEL}$", re.IGNORECASE)


def _after_preposition(found: re.Match[str], before: str, after: str) -> _Cut | None:
    """ "for INC-2093", "as approved under CHG-4488"."""
    led = before[: found.start("how") if found["how"] else found.start("prep")].rstrip()
    placing = found["prep"].casefold() in _PLACING
    if _IN_A_ROW.search(led) or _LISTED.search(led):
        return None
    how = (found["how"] or "").casefold()
    named_by = placing if not how else not how.startswith("as ")
    scoped = (_WHICH if named_by else _BARE).search(led)
    told = after.startswith(" that ")
    if scoped or (placing and not (how or told) and not _STANDS_IN.search(led)):
        return None
    event = _EVENT.match(after)
    end = event.end() if event is not None else 0
    fronted = not led or led[-1] in ".!?;:\n"
    sign = _AFTER_FRONT.match(after, end) if fronted else None
    if placing and fronted and sign is None and not _GOES_ON.match(after, end):
        return None  # "from CHG-12 restore web-01"
    end = sign.end() if sign is not None else end
    narrows = placing or not fronted
    return _Cut(len(before) - len(led) - (1 if led else 0), end, narrows=narrows)


def _subject(before: str, after: str) -> _Cut | None:
    """ "CHG-4510 retires the DR copy", "INC-2093 needs web-01 restarted"."""
    found = _SUBJECT.search(before)
    if found is None:
        return None
    whole = len(found["whole"])
    if bids := _BIDS.match(after):
        return _Cut(whole, bids.end(), "please")
    if asks := _INQUIRES.match(after):
        return _Cut(whole, asks.end(), "please tell me")
    if wishes := _WISHES.match(after):
        wants = wishes[0].strip().casefold() == "wants"
        return _Cut(whole, wishes.end(), "we want" if wants else "we need")
    return _Cut(whole, 0, _INSTEAD) if _TELLS.match(after) else None


def _apart(before: str, code: str, after: str, scanner: Scanner) -> _Cut | None:
    """ "CHG-4488: …", "… - CHG-4488", "my CS210 class", "restart web-01. CHG-12."."""
    if _OWNED.search(before) and _EVENT.match(after):
        return _Cut(0)
    if head := _HEAD.search(before):
        ends = _ENDS_HEAD.match(after)
        if ends and not (ends["comma"] and _begins_with_machines(after[ends.end() :], scanner)):
            return _Cut(len(head["whole"]), ends.end())
        if _SPEAKS_OF.match(after):
            return _Cut(len(head["whole"]), 0, _INSTEAD)
        return _Cut(len(head["whole"])) if _VERB_AND_THING.match(after) else None
    if not _ENDS.match(after):
        return None
    places = [_SENTENCE, _DASHED]
    if not _TAGS.search(before):
        places.append(_NAMED)
    if sum(c.isdigit() for c in code) >= _LONG or _OF_A_DESK.match(code):
        places.append(_LAST)
    found = next((m for p in places if (m := p.search(before))), None)
    return _Cut(len(found["whole"])) if found is not None else None


_OF_A_DESK = re.compile(
    r"(?:CHG|CHNG|INC|RITM|REQ|SCTASK|PRB|CRQ|RFC|TKT|JIRA)[-_ ]?\d{2,}$", re.IGNORECASE
)
"""What service desks write, and nobody calls a machine: it may end a request after a comma."""


def _joins_machines(after: str, scanner: Scanner) -> bool:
    joint = _JOINS.match(after)
    return joint is not None and _begins_with_machines(joint["next"], scanner)


def _begins_with_machines(text: str, scanner: Scanner) -> bool:
    items = scanner.scan(tokenise(text))
    first = next((i for i in items if not i.has("det", "all")), None)
    return first is not None and first.has("names", "stem", "glob", "unknown_name", "noun")
