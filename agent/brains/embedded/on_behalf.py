"""Whose wish it is: "Tomas has rung and he'd like …", "on behalf of the QA team, … their machines".

Who asks is set aside where the request names its machines; "his" and "their" become the one person
or team that was named before, so that what is set aside takes no machine with it.
"""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_LEAD = (
    r"^(?P<lead>\W*(?:(?:ok(?:ay)?|right|so|well|oh|hey|hi|hello|and|also|now|morning|sorry|"
    r"look)\b[,.! ]*)*)"
)
_WHO = r"(?P<who>[a-z][\w'\u2019& -]{1,40}?)"
_CAME = (
    r"(?:rung|rang|called|phoned|messaged|pinged|texted|e-?mailed|mailed|written|wrote|"
    r"(?:popped|dropped|came|come|stopped|walked|been|called|rang|rung|wandered) "
    r"(?:in|by|round|over|up|"
    r"past|on the (?:phone|line)|in touch)|knocked|reached out|contacted|got in touch|"
    r"(?:opened|raised|filed|sent|left) (?:a|another|me a|us a) (?:ticket|mail|message|note|"
    r"request|voicemail)|spoken|spoke|asked|on the (?:phone|line)|at my (?:desk|door))"
)
_RANG = re.compile(
    rf"{_LEAD}{_WHO}(?:'s|\u2019s| has| have| is| was| had)?"
    rf"(?: just| only just| again| already| now)* "
    rf"{_CAME}(?: (?:me|us|in|up|by|again|to me|to us|about it|just now|earlier|this morning|"
    r"a minute ago|today|here))*"
    r"(?:, (?:god )?bless (?:him|her|them)|, (?:the )?poor \w+|, as (?:usual|always|ever))*"
    r"(?:,? (?:and|because|as|since|saying|to say)(?: that)?|[,.;:]| -) ?"
    r"(?:(?:he|she|they|it)(?P<short>'d|\u2019d)?|that|)\s*"
    r"(?:(?:also|really|now|just|would|urgently|kindly) )*"
    r"(?:like|likes|want|wants|wanted|need|needs|needed|asks for|asked for|asking for)"
    r"(?: to (?:have|get|see))? (?=\w)",
    re.IGNORECASE,
)
""" "Priya messaged me and would like …": what comes is the wish."""
_THEIRS = re.compile(
    r"(?P<of>\b(?:all |any |every one |each |some )(?:of ))?\b(?P<pron>his|her|their)"
    r"(?= (?:(?:own|old|new|dev|test|idle|other|running|stopped|suspended|work|personal|virtual|"
    r"development|linux|windows|desktop|two|three|whole) )*(?:machines?|box(?:es)?|servers?|vms?|"
    r"instances?|nodes?|desktops?|workstations?|notebooks?|laptops?|stuff|fleet|pc|computers?)\b)",
    re.IGNORECASE,
)
_OWNERS = ("tags.owner", "tags.team")
_VERBS = {
    "stopped": "stop", "started": "start", "restarted": "restart", "rebooted": "restart",
    "suspended": "suspend", "paused": "suspend", "resumed": "resume", "deleted": "delete",
    "removed": "remove", "destroyed": "delete", "protected": "protect",
    "unprotected": "unprotect", "shut down": "shut down", "turned off": "turn off",
    "turned on": "turn on", "switched off": "switch off", "switched on": "switch on",
    "powered off": "power off", "powered on": "power on", "powered down": "power down",
    "brought up": "start", "backed up": "back up", "cloned": "clone", "tagged": "tag",
    "resized": "resize", "migrated": "migrate", "moved": "move", "scaled": "scale",
    "snapshotted": "snapshot", "halted": "stop", "woken up": "resume",
}  # fmt: skip
_ASKED_THAT = re.compile(
    r"^(?P<lead>(?:[^?!;]{0,120}?[,.] )?(?:(?:so|and|please|hello|hi)[, ]+)*)"
    r"(?:(?:(?:i|we)(?: (?:would|hereby|kindly|do|must|also|respectfully|humbly|am|are)|"
    r"'d|'m|'re|\u2019d)* "
    r"(?:ask(?:ing)?|request(?:ing)?|require|demand|order|insist|like|need|want|wish)(?: for)?|"
    r"(?:it|this) is (?:hereby |kindly )?(?:requested|asked|required|necessary)|"
    r"(?:please|kindly)? ?(?:ensure|arrange|see to it|see)|"
    r"my (?:request|wish) is) that|please arrange for|(?:i|we) (?:would|'d) like)"
    r" (?P<what>[^;:?!]{3,120}?) (?:(?:should|shall|must|to) )?(?:all |both |kindly |please )?"
    rf"(?:be|get) (?:all |both |gracefully |kindly )?(?P<verb>{'|'.join(_VERBS)})\b",
    re.IGNORECASE,
)
""" "I kindly ask that all QA machines be stopped": to be stopped, and not those that are."""
_NEVER = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|without|if|but|when)\b|n't\b", re.I
)


def as_their_wish(text: str, site: Site) -> str:
    """A turn without who passed its wish on, and with "his" and "their" as whom they mean."""
    if len(text) > _LONGEST:
        return text
    text = _with_owner(text, site)
    found = _RANG.match(text)
    if found is not None and _is_plain(found["who"], text[found.end() :], site):
        text = f"{found['lead']}I'd like {text[found.end() :]}"
    asked = _ASKED_THAT.match(text)
    if asked is not None and _NEVER.search(asked["what"]) is None:
        verb = _VERBS[asked["verb"].casefold()]
        text = f"{asked['lead']}please {verb} {asked['what']}{text[asked.end() :]}"
    return text


_LONGEST = 300


def _with_owner(text: str, site: Site) -> str:
    """ "Bob's back, so resume his box": Bob's box, where nobody else is spoken of."""
    found = _THEIRS.search(text)
    if found is None:
        return text
    words = re.findall(r"[\w-]+", text[: found.start()].replace("'s", " ").replace("\u2019s", " "))
    known = [w for w in words if any(n in _OWNERS for n, _ in site.values.get((w.casefold(),), ()))]
    named = any(w.casefold() in site.names.exact for w in words)
    if len({w.casefold() for w in known}) != 1 or named:
        return text
    team = any(name == "tags.team" for name, _ in site.values[(known[0].casefold(),)])
    whose = f"the {known[0]} team's" if team else f"{known[0]}'s"
    before = (
        "all " if found["of"] and found["of"].casefold().startswith("all") else found["of"] or ""
    )
    return f"{text[: found.start()]}{before}{whose}{text[found.end() :]}"


def _is_plain(who: str, rest: str, site: Site) -> bool:
    """Whether a request stands by itself: it names its machines, or nobody who owns any asks."""
    if re.search(r"\b(?:his|her|their|hers|theirs)\b", rest, re.IGNORECASE) is not None:
        return False
    words = [w.casefold() for w in re.findall(r"[\w.-]*\w", who.replace("'s", ""))]
    if any(w in site.names.exact or w in site.groups for w in words):
        return False
    named = any(w in site.names.exact for w in re.findall(r"[\w.-]*\w", rest.casefold()))
    return named or not any((w,) in site.values or w in site.names.words for w in words)
