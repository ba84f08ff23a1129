"""A request in short sentences: "Attach a disk to kafka-1. 200 GB.", "vdi is too small. Add 3."

What the second sentence says goes into the first, where it can belong nowhere else.
"""

from __future__ import annotations

import re

from agent.brains.embedded.back_later import TIME
from agent.brains.embedded.numbers import ONES
from agent.brains.embedded.site import Site

_NUMBER = rf"(?:\d{{1,3}}|an?|another|{'|'.join(w for w in ONES if len(w) > 2)})"
_GIB = r"\d+(?:[.,]\d+)? ?(?:g|gb|gib|gigs?|gigabytes?|t|tb|tib|terabytes?|teras?)"
_SOFT = r"(?:(?:and|so|then|please|pls|kindly|just|(?:can|could) you|let's|now)[, ]+)*"
_EACH = (
    r"(?:,? (?:each|apiece|for each|on each|per (?:machine|vm|node|box|server)|please|pls|thanks))*"
)
_STOP = r"\s*(?:[.;!]+|,|\u2014| -)\s+"

_DISK = re.compile(
    rf"^(?P<head>(?=[^.;!?]*\b(?:attach|add|new|extra|additional|another|needs?|give|hang|mount|"
    rf"put|want|second)\b)(?:(?!\b{_GIB}\b)[^.;!?])*?)"
    rf"\b(?P<what>disks?|volumes?|drives?)(?P<to>(?:(?!\b{_GIB}\b)[^;!?])*?){_STOP}"
    rf"(?:size:?|(?:it|they|each|that) (?:should|shall|must|has to|have to|needs? to) be|make "
    rf"(?:it|them|each|that)|with|of|about|capacity:?)? ?(?P<size>{_GIB})(?P<each>{_EACH})[.! ]*$",
    re.IGNORECASE,
)
_NOBODY = r"(?:attach|add|put|mount|hang|make|create|i|we|need|want|new|get|can|could|would|please)"
_DISK_FOR = re.compile(
    rf"^(?P<soft>{_SOFT})(?:(?:give|hand) )?(?P<whom>(?!{_NOBODY}\b)[^.;!?]{{2,60}}?)"
    r"(?::| needs?| gets?| wants?)? "
    r"(?:a |an )?(?:another|new|an? extra|extra|additional|second)(?: new)? $",
    re.IGNORECASE,
)
_NEW_DISK = re.compile(
    r"^(?P<soft>(?:please |pls )?)(?:an? )?(?=new|extra|additional|another|second)", re.I
)
_GROWS = re.compile(
    rf"^(?P<head>[^.;!?]*\b(?:extend|grow|expand|increase|enlarge|bigger|larger)\b[^.;!?]*?){_STOP}"
    rf"(?:(?P<by>\+ ?|plus |by |add )(?P<size>{_GIB})|(?P<more>{_GIB}) more|"
    rf"(?P<fig>\d+) more (?P<unit>g|gb|gib|gigs?|tb)|(?P<to>to {_GIB}))(?: please| pls)?[.! ]*$",
    re.IGNORECASE,
)
_PLUS = re.compile(
    rf"^{_SOFT}(?:the )?(?:disk|volume|drive|storage) (?:on|of|for|in) (?P<of>[\w.-]+)"
    rf"(?:[,:]? (?:plus|by)|[,:]? ?\+) ?(?P<size>{_GIB})(?: please| pls)?[.! ]*$",
    re.IGNORECASE,
)
_TOO_SMALL = re.compile(
    rf"^{_SOFT}(?P<what>[\w.-]+)(?:'s|\u2019s| is| looks| seems)?(?: (?:way|far|much|a bit))? "
    rf"too (?:small|"
    rf"weak|slow|big|large|tight|little){_STOP}{_SOFT}(?:make it|give it|needs?|it needs|resize "
    rf"(?:it )?to|set it to|to) (?P<spec>(?:\d+|{_NUMBER}) ?(?:v?cpus?|cores?|g|gb|gib|"
    rf"gigs?)\b[^.;!?]{{0,40}}?)[.! ]*$",
    re.IGNORECASE,
)
_FULL = re.compile(
    rf"^{_SOFT}(?P<told>(?=[^.;!?]*\b(?:disk|volume|drive|storage)\b)(?=[^.;!?]*\b(?:full|out of|"
    rf"low|"
    rf"fills?|filling|space|tight|small)\b)[^.;!?]{{4,80}}?){_STOP}{_SOFT}(?:add|give it|\+|needs?|"
    rf"it needs|put in|plus|grow it by|extend it by) ?(?P<size>{_GIB})(?: more| extra)?"
    rf"(?: (?:to (?:it|the disk)|please|pls))*[.! ]*$",
    re.IGNORECASE,
)
_SPECS = re.compile(
    rf"^(?P<head>{_SOFT}(?:(?P<verb>resize|upsize|downsize|upgrade) [^.;!?]{{2,60}}?|make "
    rf"(?P<what>[^.;!?]{{2,60}}?) (?:bigger|larger|smaller|beefier)))\s*[.;:]\s+"
    rf"(?P<spec>(?:to )?(?:\d+|{_NUMBER}) ?(?:v?cpus?|cores?|g|gb|gib|"
    rf"gigs?)\b[^.;!?]{{0,40}})[.! ]*$",
    re.IGNORECASE,
)
_SCALED = re.compile(
    rf"^(?P<head>{_SOFT}scale (?:up |down |out |in )?(?:the )?(?:group )?(?P<group>[\w-]+)(?: "
    rf"group)?)"
    rf"\s*[.;:]\s+(?:to )?(?P<many>{_NUMBER})(?: (?:instances?|machines?|vms?|nodes?|servers?|"
    rf"members?))?(?: please| pls)?[.! ]*$",
    re.IGNORECASE,
)
_PLACED = re.compile(
    rf"^(?P<head>{_SOFT}(?:migrate|move|relocate|transfer) [^.;!?]{{2,80}}?)\s*[.;:]\s+"
    rf"(?:(?:to|target|destination|new host)(?: is)?:? )(?P<where>[\w.-]*\w)(?: please| pls)?[.! "
    rf"]*$",
    re.IGNORECASE,
)
_TAGGED = re.compile(
    rf"^(?P<head>{_SOFT}(?:tag|label) [^.;!?=]{{2,80}}?)\s*[.;:]\s+(?:the )?(?:tags?|labels?)"
    rf"(?: (?:is|are|should be|to be))?:? (?P<tags>[\w.-]+=[^.;!?]+?)[.! ]*$",
    re.IGNORECASE,
)
_NARROWED = re.compile(
    rf"^(?P<head>{_SOFT}(?:delete|remove|drop|purge|clean up|clear) "
    rf"[^.;!?]*?\bsnapshots?\b[^.;!?]*?)"
    rf"\s*[.;:]\s+(?:but )?(?:only )?(?:(?:the|those|ones|any|all|which are|that are) )*"
    rf"(?P<age>(?:older than|over|from before|before|more than) [^.;!?]{{2,40}}?)[.! ]*$",
    re.IGNORECASE,
)
_MOMENTS = re.compile(
    rf"^(?P<head>[^.;!?]{{6,120}}?)(?P<times>(?:\s*[.;]\s+{TIME}){{2,3}})[.! ]*$", re.IGNORECASE
)
_MEMBERS = (
    r"(?: (?:more|extra|additional|new|further|fewer|less|of them|of those))*"
    r"(?: (?:instances?|machines?|vms?|nodes?|servers?|members?|boxes|box|runners?|workers?|"
    r"desktops?|replicas?))?(?: (?:more|extra))?(?: (?:to|in|into|from|for) (?:it|this|that|there|"
    r"(?:the|that|this) group))?"
)
_OF_GROUP = re.compile(
    rf"^(?P<told>[^.;!?]{{4,100}}?){_STOP}(?:so |hence )?{_SOFT}"
    rf"(?:(?P<more>add|give it|put in|spin up|throw in|bring in|start|launch|deploy|(?:we|it) "
    rf"needs?|"
    rf"need|i need|want|we want|get|increase (?:it )?by|scale (?:it )?(?:up|out) by|up by|plus|\+)|"
    rf"(?P<less>remove|drop|take away|take out|take off|cut|kill|delete|retire|decrease (?:it )?by|"
    rf"reduce (?:it )?by|scale (?:it )?(?:down|in) by|minus)|(?P<to>make it|scale (?:it )?"
    rf"(?:up |down |out |in )?to|set (?:it )?to|bring (?:it )?(?:up |down )?to|take (?:it )?(?:up |"
    rf"down )?to|(?:increase|raise|grow|reduce|lower|shrink|put) (?:it )?(?:up |down )?to|"
    rf"should be|go to|go with)|)"
    rf" ?(?P<many>{_NUMBER})(?P<of>{_MEMBERS})(?: (?:please|pls|now|asap|thanks|at once|right away|"
    rf"immediately))*[.! ]*$",
    re.IGNORECASE,
)
_ACTS_OR_FORBIDS = re.compile(
    r"\b(?:not(?! enough)|never|don'?t|do not|leave|keep|except|without|if|unless|when|stop|start|"
    r"restart|reboot|delete|remove|resize|snapshot|tag|move|migrate|show|list|tell|which|what|how|"
    r"who|clone|create|attach|protect|suspend|resume|scale)\b",
    re.IGNORECASE,
)
_LONG = 300


def with_the_rest(text: str, site: Site) -> str:
    """The request in one sentence, where it was said in two."""
    if len(text) > _LONG or "?" in text:
        return text
    plain = text.strip()
    for pattern, joined in _JOINED:
        if found := pattern.match(plain):
            return joined(found, site) or text
    return text


def _of_disk(found: re.Match[str], site: Site) -> str:
    if whose := _DISK_FOR.match(found["head"]):
        more = f"{found['to']}{found['each']}"
        return f"{whose['soft']}attach a {found['size']} disk to {whose['whom']}{more}"
    head = found["head"]
    if _NEW_DISK.match(head):
        head = _NEW_DISK.sub(r"\g<soft>attach a ", head)
        return f"{head}{found['size']} {found['what']} {_for_as_to(found['to'])}{found['each']}"
    return f"{head}{found['size']} {found['what']}{found['to']}{found['each']}"


def _for_as_to(told: str) -> str:
    plain = re.sub(r"[, ]+(?:please|pls)$", "", told.strip(), flags=re.IGNORECASE)
    return re.sub(r"^(?:for|on|in|at) ", "to ", plain, flags=re.IGNORECASE)


def _grown(found: re.Match[str], site: Site) -> str:
    if found["to"]:
        return f"{found['head']} {found['to']}"
    size = found["size"] or found["more"] or f"{found['fig']} {found['unit']}"
    return f"{found['head']} by {size}"


def _plus(found: re.Match[str], site: Site) -> str:
    known = found["of"].casefold() in site.names.exact
    return f"grow the disk of {found['of']} by {found['size']}" if known else ""


def _enlarged(found: re.Match[str], site: Site) -> str:
    """ "worker-1 too small, make it 8 cores 32 gigs": small says nothing of its size to be."""
    known = found["what"].casefold() in site.names.exact
    return f"resize {found['what']} to {found['spec']}" if known else ""


def _filled(found: re.Match[str], site: Site) -> str:
    """ "search-2 disk full, add 100 gb": the disk of the one machine that was told of."""
    words = re.findall(r"[\w.-]*\w", found["told"].casefold().replace("'s", ""))
    named = [w for w in words if w in site.names.exact]
    if len(set(named)) != 1 or _ACTS_OR_FORBIDS.search(found["told"]):
        return ""
    return f"grow the disk of {named[0]} by {found['size']}"


def _resized(found: re.Match[str], site: Site) -> str:
    spec = re.sub(r"^to ", "", found["spec"], flags=re.IGNORECASE)
    head = found["head"] if found["verb"] else f"resize {found['what']}"
    return f"{head} to {spec}"


def _scaled(found: re.Match[str], site: Site) -> str:
    return f"{found['head']} to {found['many']}" if _group_in(found["group"], site) else ""


def _placed(found: re.Match[str], site: Site) -> str:
    return f"{found['head']} to {found['where']}"


def _tagged(found: re.Match[str], site: Site) -> str:
    return f"{found['head']} with {found['tags']}"


def _of_age(found: re.Match[str], site: Site) -> str:
    return f"{found['head']} {found['age']}"


def _timed(found: re.Match[str], site: Site) -> str:
    """ "restart print-srv. Every Sunday. 4am.": one moment in two sentences."""
    times = [t.strip() for t in re.split(r"[.;]\s+", found["times"]) if t.strip(" .;")]
    clocks = [re.search(r"\d(?!\d*(?:st|nd|rd|th)\b)", t) is not None for t in times]
    if clocks.count(True) != 1 or re.search(r"\b(?:at|by) \d", found["head"]):
        return ""
    at = times[clocks.index(True)]
    at = at if re.match(r"[a-z]", at, re.IGNORECASE) else f"at {at}"
    days = [t for t, clock in zip(times, clocks, strict=True) if not clock]
    return f"{found['head']} {' '.join([*days, at])}"


def _changed_by(found: re.Match[str], site: Site) -> str:
    """ "workers-prod is overloaded. Add 2.": two more machines in the group that was told of."""
    group = _group_in(found["told"], site)
    if not group or _ACTS_OR_FORBIDS.search(found["told"]):
        return ""
    bare = not (found["more"] or found["less"] or found["to"])
    if bare and not re.search(r"more|extra|additional|further", found["of"], re.IGNORECASE):
        return ""
    if re.search(r"\d", found["told"].casefold().replace(group.casefold(), "")):
        return ""
    many = "1" if found["many"].casefold() in ("a", "an", "another") else found["many"]
    if found["to"]:
        return f"scale {group} to {many}"
    return (
        f"remove {many} machines from {group}"
        if found["less"]
        else f"add {many} machines to {group}"
    )


def _group_in(told: str, site: Site) -> str:
    """The one group that is named there, and no machine beside it."""
    words = [w.strip(",'").casefold() for w in re.findall(r"[\w.-]*\w", told)]
    named = {g for g in site.groups if g.casefold() in words}
    machines = any(w in site.names.exact for w in words)
    return named.pop() if len(named) == 1 and not machines else ""


_JOINED = (
    (_DISK, _of_disk),
    (_GROWS, _grown),
    (_PLUS, _plus),
    (_TOO_SMALL, _enlarged),
    (_FULL, _filled),
    (_SPECS, _resized),
    (_SCALED, _scaled),
    (_PLACED, _placed),
    (_TAGGED, _tagged),
    (_NARROWED, _of_age),
    (_MOMENTS, _timed),
    (_OF_GROUP, _changed_by),
)
