"""An act and its reverse later: "ci-runners down to 2 tonight, back to 4 tomorrow at 6am"."""

from __future__ import annotations

import re

from agent.brains.embedded.numbers import ONES
from agent.brains.embedded.site import Site

_ONE_TO = "|".join(w for w in ONES if len(w) > 2)
_DAYS = (
    r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?s?|today|tonight|"
    r"tomorrow|"
    r"weekdays?|weekends?|day|night|morning|afternoon|evening|noon|midday|midnight|nights|mornings|"
    r"evenings|now|week|month"
)
_CLOCK = (
    r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: ?h)?|\d{1,2} ?(?:[ap]\.?m\.?|h|o'clock)|\d{1,2}|"
    rf"(?:{_ONE_TO})(?: (?:[ap]\.?m\.?|o'clock))?"
)
_LINKS = (
    r"at|on|from|by|in|every|each|this|next|the|after|around|half|past|right|starting|same|utc|cet|"
    r"hours?|minutes?|days?|later|again|please|pls|thanks"
)
_FIRST = (
    rf"(?:at|on|from|by|in|every|each|this|next|after|around|right|{_DAYS}|"
    r"\d{1,2}[:.]\d\d|\d{1,2} ?[ap]m)"
)
TIME = rf"(?={_FIRST}\b)(?:{_DAYS}|{_CLOCK}|{_LINKS})(?:,? (?:{_DAYS}|{_CLOCK}|{_LINKS})\b)*"
_LEAD = r"(?P<lead>\W*(?:(?:please|pls|kindly|can you|could you|ok|okay|so|and|now|hi|hey)[, ]+)*)"
_JOINT = r"(?:\s*[,;.]\s+|\s+(?=(?:and|then|but|before)\b))(?:(?:and|then|but|please)[, ]+)*"
_AGAIN = (
    r"(?P<back>(?:(?:put|bring|take|scale|set|move|size|get|resize|let|send|switch|drop|raise) "
    r"(?:it|them|that|"
    r"everything)(?: all)? )?(?:(?:back|up|down|again|return(?:ed|ing)?|restored?|returns?|"
    r"reverts?|out|in|then|goes|go) )*)"
)
_OF = r"(?: (?:machines?|instances?|vms?|nodes?|servers?|members?|runners?|workers?|desktops?))?"
_VALUE = r"[\w.]+(?:-[\w.]+)*(?: ?(?:g|gb|gib|gigs?|cores?|v?cpus?))?"

_GROUP = re.compile(
    rf"^{_LEAD}(?:(?P<t0>{TIME}),? )?(?:(?:scale|bring|take|set|put|reduce|grow|shrink|increase|"
    rf"lower|raise|"
    rf"drop|cut|move|get|have|keep|run|make|turn|dial)(?: up| down| back| out| in)? )?(?:the )?"
    rf"(?:group )?(?P<group>[\w-]+)(?: group| pool)?(?:[:,] ?| )(?:(?:up|down|back|out|in|should "
    rf"be|goes|go|at) )*(?:to |at )?(?P<first>\d{{1,3}}|{_ONE_TO}){_OF}(?:,? (?P<t1>{TIME}))?"
    rf"{_JOINT}{_AGAIN}(?:to )?(?:the )?(?:usual |normal |old |original |regular )?"
    rf"(?P<second>\d{{1,3}}|{_ONE_TO}|normal|what it was|where it was|the (?:old|usual|normal|"
    rf"original|present|current) (?:number|count|size)){_OF}(?: again)?,? (?P<t2>{TIME})[.! ]*$",
    re.IGNORECASE,
)
_VALUED = re.compile(
    rf"^{_LEAD}(?P<verb>scale|resize|upsize|bump|grow|migrate|move|shift|set|reduce|downsize|"
    rf"upgrade)"
    rf"(?: up| down)? (?P<what>[^.,;!?]{{2,60}}?)(?: up| down| over)? to (?P<first>{_VALUE})"
    rf"(?:,? (?P<t1>{TIME}))?{_JOINT}{_AGAIN}(?:(?P<t3>{TIME}),? )?to "
    rf"(?P<second>{_VALUE})(?: again)?(?:,? (?P<t2>{TIME}))?[.! ]*$",
    re.IGNORECASE,
)
_POWER = re.compile(
    rf"^{_LEAD}(?P<what>(?!(?:take|put|turn|switch|power|keep|get|what|who|is|are|i|"
    rf"we)\b)[^.,;:!?]{{2,60}}?)"
    rf"(?::| should be| to be| go| goes)? (?P<off>off|down|on|up) (?P<t1>{TIME}){_JOINT}(?:back "
    rf"|again )?(?P<on>off|down|on|up)(?: again)?,? (?P<t2>{TIME})[.! ]*$",
    re.IGNORECASE,
)
_BACK_ON = re.compile(
    rf"(?P<head>\b(?:stop|shut|turn|switch|power|take|halt)\b[^?]*?)(?P<joint>{_JOINT})"
    rf"(?:(?:turn|switch|power|bring|put|get|have|fire) (?:it|them|that|those) )?(?:back up|back "
    rf"on|back|up again|on again)(?: again)? (?P<t2>{TIME})(?P<end>[.! ]*)$",
    re.IGNORECASE,
)
_STOPS = re.compile(
    r"\b(?:stop|halt|shut(?: \S+){0,4}? down|(?:turn|switch|power)(?: \S+){0,4}? off|"
    r"take(?: \S+){1,4}? (?:down|offline))\b",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\d(?P<unit> ?(?:g|gb|gib|gigs?|cores?|v?cpus?))$", re.IGNORECASE)
_OUT_AND_BACK = re.compile(
    rf"^{_LEAD}(?P<verb>migrate|move|shift|relocate) (?P<what>[\w.-]+)(?: over)? to "
    rf"(?P<first>[\w.-]+)"
    rf"(?P<t1>,? {TIME})?{_JOINT}(?:(?:move|bring|migrate|take|put) (?:it|that) )?(?:back|home)"
    rf"(?: again)?(?: to where it (?:was|is(?: now)?))?,? (?P<t2>{TIME})[.! ]*$",
    re.IGNORECASE,
)
_COLON = re.compile(rf"(?P<at>(?:^|[,.;] (?:and |then )?){TIME}): (?=[a-z])", re.IGNORECASE)
_NIGHTLY = re.compile(
    r"^(?P<lead>\W*(?:(?:please|pls|take|make|do|set up|schedule|create|a|the)[, ]+)*)(?:nightly|"
    r"daily) "
    rf"(?P<what>snapshots?|backups?) (?:of|for) (?P<of>[^.;!?]{{2,60}}?),? (?P<at>at "
    rf"{_CLOCK})[.! ]*$",
    re.IGNORECASE,
)
_LONG = 300


def with_both_acts(text: str, site: Site) -> str:
    """The two acts in full, each with its time."""
    if len(text) > _LONG or "?" in text:
        return text
    if (found := _GROUP.match(text)) and (both := _scaled(found, site)):
        return both
    if (found := _VALUED.match(text)) and (both := _valued(found)):
        return both
    if (found := _POWER.match(text)) and (both := _switched(found)):
        return both
    if (found := _OUT_AND_BACK.match(text)) and (host := site.placed.get(found["what"].casefold())):
        act, when = f"{found['verb']} {found['what']} to", found["t1"] or " now"
        both = f"{act} {found['first']}{when}, then {act} {host} {found['t2']}"
        return f"{found['lead']}{both}"
    if found := _NIGHTLY.match(text):
        return f"snapshot {found['of']} every day {found['at']}"
    if len(_COLON.findall(text)) > 1:
        text = _COLON.sub(r"\g<at> ", text)
    if (found := _BACK_ON.search(text)) and _STOPS.search(found["head"]):
        head = text[: found.start()] + found["head"]
        return f"{head}, then start it {found['t2']}{found['end']}"
    return text


def _scaled(found: re.Match[str], site: Site) -> str:
    group = next((g for g in site.groups if g.casefold() == found["group"].casefold()), None)
    if group is None:
        return ""
    first, second = found["first"], found["second"]
    if not (second[0].isdigit() or second.casefold() in ONES):
        second = str(site.groups[group].count)
    when = found["t0"] or found["t1"] or "now"
    both = f"scale {group} to {first} {when}, then scale {group} to {second}"
    return f"{found['lead']}{both} {found['t2']}"


def _valued(found: re.Match[str]) -> str:
    """ "resize x to 8 gig now and back to 4 tomorrow": the figure has the unit of the first."""
    back = found["back"].casefold()
    if not re.search(r"\b(?:back|again|return|restore|revert|it|them|that)", back):
        return ""
    second, then = found["second"], found["t3"] or found["t2"]
    if then is None:
        return ""
    unit = _UNIT.search(found["first"])
    if unit is not None and second.isdigit():
        second += unit["unit"]
    act = f"{found['verb']} {found['what']} to"
    when = found["t1"] or "now"
    return f"{found['lead']}{act} {found['first']} {when}, then {act} {second} {then}"


def _switched(found: re.Match[str]) -> str:
    ways = {"off": "stop", "down": "stop", "on": "start", "up": "start"}
    first, then = ways[found["off"].casefold()], ways[found["on"].casefold()]
    if first == then:
        return ""
    return f"{found['lead']}{first} {found['what']} {found['t1']}, then {then} it {found['t2']}"
