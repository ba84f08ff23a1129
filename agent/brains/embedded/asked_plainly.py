"""Questions in forms of their own, said as the grammar reads them.

"Two lists: the stopped ones in hq, and the idle ones in gcp" asks twice for a list; "neither web
nor db" leaves both out; "VMs / region" counts by region; "see for next 30 days" says how far ahead.
"""

from __future__ import annotations

import re

from agent.brains.base import Context, Memory, Understanding

_TWO_LISTS = re.compile(
    r"^(?P<lead>[^:.;!?]{0,40}?)\b(?:two|2|both|a couple of) (?:short |quick |separate )?lists?"
    r"(?: (?:please|for me|for us|then))?(?:[:;,]| -) (?P<one>[^:;?!.]{3,100}?)"
    r"(?:[,;]? (?:and|plus|then)(?: also)? |[;] )(?P<other>(?:the|all|any|every) [^:;?!.]{3,100})"
    r"(?P<end>[.?!]*)$",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"(?:\b(?:that|which|who) )?\b(?:are|is|were) neither (?P<one>[\w'\u2019-]+(?: "
    r"[\w'\u2019-]+){0,3}?),? "
    r"nor (?P<other>[\w'\u2019-]+)",
    re.IGNORECASE,
)
_NOR = re.compile(
    r"\b(?:are|is)(?: not|n['\u2019]t) (?P<one>[\w-]+(?: [\w-]+){0,2}?),? nor (?P<other>[\w-]+)",
    re.IGNORECASE,
)
_SYSTEM = (
    r"(?:linux|windows|ubuntu|debian|rhel|red ?hat|centos|rocky|alma(?:linux)?|fedora|"
    r"suse|sles|unix|"
    r"win\d+)\b"
)
_RUN_NOT = re.compile(
    r"\b(?:(?P<be>are|is|was|were)(?: not|n['\u2019]?t) (?:currently )?(?:running|using)|"
    r"(?:do|does)(?: not|n['\u2019]?t) (?:run|use)) (?:on |under )?(?:an? |any )?"
    rf"(?={_SYSTEM})",
    re.IGNORECASE,
)
""" "that don't run linux": of another system, and no machines that are down."""
_ARE_NOT = re.compile(
    r"\b(?:(?:that|which|who) )?(?:(?:are|is|was|were|do|does|have|has)(?: not|n['\u2019]?t)|never|"
    r"(?<=machines )not|(?<=boxes )not|(?<=servers )not|(?<=vms )not|(?<=those )not|(?<=ones )not|"
    r"(?<=everything )not|(?<=anything )not)"
    r" (?:(?:currently|really|actually|already|yet|being|been|be) )*(?:"
    r"(?:belong(?:ing|s)? to|owned by|(?:a )?(?:parts?|members?) of|assigned to|"
    r"(?:in use|used|managed|"
    r"operated|run) by|property of|(?:tagged|label+ed|marked)(?: (?:as|with|for))?|"
    r"(?:have|carry|bear|"
    r"wear)(?: the| a)?(?: (?:tag|label))?(?= [\w.-]+=)) |"
    r"(?:live|sit|stand|reside|stay|run|come) (?=(?:in|on|at|under|from)\b))"
    r"(?!(?:any|some)(?:one|body)\b|any\b|no\b|a\b|an\b|one\b)",
    re.IGNORECASE,
)
""" "that don't belong to alice", "not tagged env=prod": what they are not; the "not" is theirs."""
_NOT_EITHER = re.compile(
    r"\b(?P<not>(?:that are|which are|are|is) not) (?P<one>(?:(?:in|on|from) )?[\w'\u2019=.-]+) or "
    r"(?P<other>(?:(?:in|on|from) )?[\w'\u2019=.-]+)"
    r"(?= *(?:[.!?,;]|$|please\b|now\b|at\b|tonight\b|tomorrow\b))",
    re.IGNORECASE,
)
""" "not tagged prod or staging": neither of the two."""
_NEITHER_RUN = re.compile(
    r"\b(?:(?:that|which) )?neither (?:run|use|are|have|belong to) (?P<one>[\w-]+(?: [\w-]+)?) "
    r"nor (?:(?:run|use|are|have|belong to) )?(?P<other>(?:in |on )?[\w-]+)",
    re.IGNORECASE,
)
_PLACED = frozenset({"in", "on", "at", "from", "of", "running", "hosted", "owned", "tagged"})
_LOOKS_AHEAD = re.compile(
    r"(?P<ahead>[.?!,;:] *)(?:(?:and|please|pls|kindly|just|let us|let's|can you|could you) )*"
    r"(?:see|check|look|show|tell|consider|take|use|do|calculate|plan|think|say|give me|show me)"
    r"(?: (?:it|me|us|that|this))?(?: (?:at|for|over|in|into|ahead))*"
    r"(?: the)? (?:(?:next|coming|following) )(?P<span>[\w-]+ (?:days?|weeks?|months?))\b"
    r"(?=(?: please| pls| ahead)*\s*[.!?]*$)",
    re.IGNORECASE,
)
_FORECASTS = re.compile(
    r"\b(?:when|forecast|predict|fills?|full|run(?:s|ning)? out|going to|will|trend)\b",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    r"(?P<what>\b(?:vms?|machines?|servers?|box(?:es)?|instances?|nodes?|hosts?|"
    r"costs?|spend(?:ing)?"
    r"|bill|count)) ?/ ?(?P<key>region|zone|provider|cloud|host|team|env(?:ironment)?|owner|os|"
    r"state|role|size|group|image)s?\b(?! ?[/=:])",
    re.IGNORECASE,
)
_BARE_COUNT = re.compile(
    r"^(?:(?:please|pls|just) )?(?:the )?(?:all |our )?(?:vms|machines|servers|boxes|instances) "
    r"(?:per|by) (?=[a-z]+\W*$)",
    re.IGNORECASE,
)
_RANKED_SAME = re.compile(
    r"^\W*(?:(?:and|ok(?:ay)?|now|then|please|good|thanks|thank you|great|also)\b[,. ]*)*"
    r"(?:(?:show|give me|do|run) )?(?:the )?same (?:thing|question|list|ranking|top|table|again)"
    r"(?: again| please)? (?:for|with|by|on|but (?:for|by|with)) (?:the )?"
    r"(?P<metric>cpu|processor|memory|ram|disk|network|iops)\b[^\w]*(?:please\W*)?$",
    re.IGNORECASE,
)
_THIS_SET = re.compile(
    r"\b(?P<cost>(?:costs?|costing|spend|price|pay)\b[^.?!]{0,30}? |"
    r"how much (?:do|does|is|are|will|would) |what (?:do|does|is|will|would) )"
    r"(?:this|that) (?:whole |entire |same )?(?:group|set|bunch|lot|batch)\b(?= *(?:\W|$|costs?\b|"
    r"in\b|per\b|a\b|each\b|us\b|for\b))(?! of\b)",
    re.IGNORECASE,
)
_WITHOUT_ONES = re.compile(
    r"^(?P<lead>\W*(?:(?:can|could|would) you |please |just )*(?:show|list|give|tell|name|what are|"
    r"which are)(?: me| us)? (?:the )?(?:\w+ )?(?:(?:most|least) expensive|priciest|costliest|"
    r"cheapest|busiest|biggest|largest|smallest|oldest|newest|fullest)) ones\b",
    re.IGNORECASE,
)
_COSTS_MOST = re.compile(
    r"^\W*(?:which|what) (?:machines|vms|servers|boxes|ones) (?:cost|costs|are costing)(?: us)?"
    r"(?: the)? most[.?!]+ +(?=[^.?!]*\b(?:most expensive|priciest|costliest)\b)",
    re.IGNORECASE,
)
_WE_ARE = re.compile(
    r"^(?P<lead>\W*(?:(?:hey|hi|so|ok|well)\b[, ]*)*)were (?=(?:all|now|already|both) "
    r"(?:on|using|moving|moved|over|in|at|done|agreed|set|good|happy)\b)(?![^.!]*\?)",
    re.IGNORECASE,
)
_ITS_COST = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|but|wait|hm+|first|good|great|nice)\b[,. ]*)*"
    r"(?:(?:how much|what) (?:will|would|does|do|is|are|shall|'s) (?:it|that|this|they|those|"
    r"the (?:new )?(?:machine|vm|server|box|one|thing)s?)(?: (?:going to|gonna))?"
    r"(?: (?:cost|be|run|set))?(?: (?:me|us))?(?: (?:then|now|extra|more))?|how much|"
    r"what(?:'s| is| will be| would be) (?:the|its) (?:price|cost)s?|(?:the )?(?:price|costs?))"
    r"(?: (?:(?:per|a|each|every) (?:hour|day|month|year)|hourly|monthly|daily|in total))?\W*$",
    re.IGNORECASE,
)
_OPENED = re.compile(
    r"^\W*(?:first|for a start|to start|to begin with),? (?=(?:only |just |please |"
    r"can you |could you "
    r")*(?:show|list|tell|give|count)\b)(?!.*\b(?:then|second|next|after that)\b)",
    re.IGNORECASE,
)
_ON_EACH = re.compile(
    r"\b(?:are|is|run|runs|live|sit|do we have)(?: there| running| placed)? (?:on|in) "
    r"(?:each|every)(?: of (?:the|our))? (?=(?:\w+ )?(?:hosts?|regions?|clouds?|"
    r"providers?|zones?)\b)",
    re.IGNORECASE,
)
_WHEN_IT_WILL = re.compile(
    r"(?:\bby )?\bwhen (?P<what>(?:the )?[\w-]+(?: [\w-]+){0,3}?) (?P<will>will|is going to) "
    r"(?=(?:be|get|become|run) (?:\w+ )?(?:full|out)\b|(?:fill|reach|hit)\b)",
    re.IGNORECASE,
)
_MAKES = frozenset({"create_vms", "clone_vm"})


def asked_plainly(text: str, memory: Memory) -> str:
    """The question in the form that the grammar reads."""
    if memory.pending is None:
        text = _WE_ARE.sub(r"\g<lead>we are ", text)
        text = _TWO_LISTS.sub(r"list \g<one>, and list \g<other>\g<end>", text)
        text = _OPENED.sub("", text)
    text = _ON_EACH.sub("are there per ", text)
    text = _WHEN_IT_WILL.sub(r"when \g<will> \g<what> ", text)
    text = _ARE_NOT.sub("that are not ", _RUN_NOT.sub("are not ", text))
    text = _NOT_EITHER.sub(r"\g<not> \g<one> and not \g<other>", text)
    text = _NEITHER_RUN.sub(r"that are not \g<one> and not \g<other>", text)
    text = _NOR.sub(_not_those, _NEITHER.sub(_not_those, text))
    if _FORECASTS.search(text):
        text = _LOOKS_AHEAD.sub(r"\g<ahead>forecast the next \g<span>", text)
    text = _SLASHED.sub(r"\g<what> per \g<key>", text)
    text = _BARE_COUNT.sub("count machines per ", text)
    text = _COSTS_MOST.sub("", text)
    if not memory.calls:
        return _WITHOUT_ONES.sub(r"\g<lead> machines", text)
    text = _THIS_SET.sub(r"\g<cost>those", text)
    last = memory.calls[-1]
    ranked = last.selector is not None and last.selector.order_by and last.selector.limit
    found = _RANKED_SAME.match(text) if ranked and memory.pending is None else None
    return f"by {found['metric']}" if found else text


def _not_those(found: re.Match[str]) -> str:
    """Both are left out; what stands where (neither "in aws" nor …) keeps its place."""
    led = {found["one"].split()[0].casefold(), found["other"].casefold()} & _PLACED
    if not led:
        return f"except {found['one']} and {found['other']}"
    be = "are" if "are" in found[0].casefold().split() else "is"
    return f"that {be} not {found['one']} and not {found['other']}"


def cost_of_what_waits(text: str, context: Context) -> Understanding | None:
    """ "how much will it cost?", of a machine that is still to be made: what its plan says."""
    pending = context.memory.pending
    if pending is None or {call.tool for call in pending.calls} - _MAKES:
        return None
    if not _ITS_COST.match(text):
        return None
    shown = (said for who, said in reversed(context.memory.said) if who == "nova")
    costs = (line for said in shown for line in said.splitlines() if line.startswith("Cost:"))
    line = next(costs, None)
    if line is None:
        return None
    return Understanding("reply", text=f"{line.strip()} The plan waits for your yes.")
