"""What people put around a request that says nothing of it: courtesies, announcements, sign-offs.

"If it's not too much trouble, …", "Management has decided: …", "…, and let me know how it goes",
"…, per the runbook", "…, cheers, Tom". Each is taken off before anything is read, so that a request
is read alike with it and without. No machine, place or time stands in any of them.
"""

from __future__ import annotations

import re

from agent.brains.embedded.as_it_goes import without_stir, without_trend
from agent.brains.embedded.backups_kept import as_snapshots
from agent.brains.embedded.for_others import as_howto, without_asker
from agent.brains.embedded.prefaces import without_preface
from agent.brains.embedded.site import Site
from agent.brains.embedded.supposing import as_supposed
from agent.brains.embedded.words import word_lists

_JOINT = r"(?:\s*[,:;\u2014\u2013-]+\s*|\s*\.{3}\s*|\s+(?=(?:please|can|could|would)\b))"
_MOMENT = r"(?:a|the|some|one) (?:spare |free |quick )?(?:minute|min|moment|sec|second|chance|time)"
_COURTESIES = (
    r"(?:if|as long as|provided|assuming) (?:it|that|this)(?:'s| is| isn't| is not|'s not| would)? "
    r"(?:not )?(?:be )?(?:too much|much|a|any|no|an?)? ?"
    r"(?:trouble|bother|hassle|problem|imposition|inconvenience|ok(?:ay)?|alright|all right|fine|"
    r"possible|convenient)(?: (?:for|with|to) you)?",
    r"if (?:it|that) (?:does not|doesn't|won't|wouldn't) (?:bother|trouble|disturb) you"
    r"(?: too much)?",
    r"if you (?:would|could) be so (?:kind|good)(?: as to)?",
    r"if you (?:do not|don't|would not|wouldn't) mind",
    rf"(?:if|when|whenever|once) you(?: have| get|'ve got| find) {_MOMENT}",
    r"(?:if|when|whenever) you(?:'re| are) (?:free|around|back|ready|not busy|less busy)",
    r"at your (?:earliest )?(?:convenience|leisure)",
    r"if (?:i|we) (?:may|might|could|can)(?: ask| trouble you| be so bold)?",
    r"(?:i'?m |i am )?sorry (?:to|for) (?:bother|disturb|trouble|bug|ping|interrupt|nag)(?:ing)?"
    r"(?: you)?(?: (?:again|with this|so late|so early))?",
    r"(?:i )?(?:hope|trust) (?:you(?:'re| are) (?:well|doing well|fine)|"
    r"this (?:finds you well|is ok))",
)
_ASIDES = (
    r"before i forget(?: it| again)?", r"while i(?:'m| am) (?:at it|here|thinking of it)",
    r"while we(?:'re| are) (?:at it|here)", r"while i (?:remember|think of it|have you(?: here)?)",
    r"(?:to (?:cut|make) a )?long story short", r"in (?:short|brief|a nutshell|a word)",
    r"here(?:'s| is) the (?:thing|deal|situation|plan)", r"bottom line",
    r"for the record", r"for what it'?s worth", r"just so you know", r"fyi", r"btw",
    r"by the way", r"(?:to be|in all) (?:honest|honesty|fair|fairness|clear)",
    r"(?:and )?(?:one|another|just one|one more|one last) (?:more |other |last |final |small |"
    r"quick |little )*(?:thing|favou?r|request|item|question|job|"
    r"task)(?: (?:from|for) (?:me|you|us))?",
    r"(?:a |and a |just a )?(?:quick|small|little|last|final|simple) (?:one|thing|favou?r|request|"
    r"job|task)(?: (?:from|for) (?:me|you|us))?",
    r"as (?:always|ever|usual|promised|agreed|discussed|requested|mentioned|planned|instructed)"
    r"(?: (?:before|earlier|yesterday|today|above|last week))?",
    r"as you (?:may |might |can |will |probably |already |all |must |surely )*(?:know|noticed|see|"
    r"heard|imagine|remember|have (?:noticed|seen|heard)|are aware)",
    r"on second thoughts?", r"come to think of it", r"now that i think (?:of|about) it",
    r"if (?:memory serves(?: me right)?|i remember (?:right|rightly|correctly))",
    r"(?:the )?(?:(?:big|bigger|whole) picture|basics|overview|numbers|first things|big one) first",
    r"(?:just )?(?:for|as) (?:an?|a quick|a rough) overview", r"to (?:start|begin) with",
    r"for (?:starters|a start)",
    r"no (?:rush|hurry|pressure)(?: (?:but|at all|though))?", r"when all is said and done",
)  # fmt: skip
_LEAD = r"(?P<lead>\W*(?:(?:ok(?:ay)?|right|so|well|oh|hey|hi|hello|and|also|now)\b[,.! ]*)*)"
_OPENING = re.compile(
    rf"^{_LEAD}"
    rf"(?:{'|'.join((*_COURTESIES, *_ASIDES))}){_JOINT}(?=\w)",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    rf"(?P<stop>[.!?]\s+)(?:{'|'.join((*_COURTESIES, *_ASIDES))}){_JOINT}(?=\w)", re.IGNORECASE
)
_BETWEEN = re.compile(
    rf"(?<=[\w)]), ?(?:{'|'.join((*_COURTESIES, *_ASIDES))}|as (?:i|we) (?:said|wrote|mentioned|"
    r"agreed|discussed|told you)(?: (?:before|earlier|already|yesterday|"
    r"above))?|of course|you know|"
    r"as (?:you|we|everybody|everyone|all of us) (?:all )?(?:know|see|can see|remember)|"
    r"i (?:think|guess|believe|suppose|hear|gather|presume|assume)|obviously|naturally|"
    r"apparently|"
    r"frankly|honestly|hopefully|sadly|luckily|if possible|needless to say|mind you)"
    r"(?: (?:before|earlier|yesterday|today|in the (?:meeting|stand-?up|call)))?, ?(?=\w)",
    re.IGNORECASE,
)
""" "the idle ones, as agreed, should be stopped": an aside within a sentence."""
_BEHALF = re.compile(
    r"(?P<lead>^|[,.;]? )on behalf of (?:the |our |my |all )?[\w'&-]+(?: (?:and|&) [\w'-]+)?"
    r"(?: (?:team|department|dept|folks|people|guys|group|squad|side|manager|lead|"
    r"office))?(?! of\b)"
    r"(?P<end> ?[,:] ?|(?=[.;!]|$)| (?=\w))",
    re.IGNORECASE,
)
_BY_THE_BOOK = re.compile(
    r"[,;]? ?(?:\()?\b(?:as per|per|according to|following|in line with|in accordance with) "
    r"(?:the|our|its|their|company|internal|standard)(?: (?:usual|standard|company|internal|new|"
    r"change|security|operations?|ops|maintenance|release|agreed|official|current))* "
    r"(?:runbooks?|playbooks?|polic(?:y|ies)|procedures?|process(?:es)?|sops?|guidelines?|"
    r"guide|rules?|standards?|checklists?|instructions?|agreement|plan)\)?(?=\s*(?:[.!,;]|$))",
    re.IGNORECASE,
)
_ON_ADVICE = re.compile(
    r"[,;]? ?\b(?:as per|per|according to|on the (?:advice|recommendation) of|as (?:advised|"
    r"recommended|"
    r"suggested|requested) by) (?:the |our )?(?:[a-z]+ )?(?:support|vendor|help-?desk|"
    r"service ?desk|"
    r"manufacturer|consultants?|supplier)(?=\s*(?:[.!,;]|$))",
    re.IGNORECASE,
)
_ASKS_FIRST = re.compile(
    r"^\W*(?:how|what|why|which|where|when|who|is|are|does|do|explain|show|find|search|look)\b",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"(?<=[\w)'\"])[,;.!]?\s*(?:\b(?:and|then|but|also|please|pls|kindly|just|plus)\b[, ]*)*"
    r"(?:(?:can|could|would|will) you )?"
    r"(?:let (?:me|us) know|tell (?:me|us)|keep (?:me|us) (?:posted|updated|informed|in the loop)|"
    r"report back(?: to (?:me|us))?|update (?:me|us)|get back to (?:me|us))"
    r"(?: (?:on|about|of|with))?"
    r"(?: how (?:it|that|this|they|things|everything|all) (?:goes|go|went|is going|are going|"
    r"works? out|turns? out|turned out|worked out)| what (?:happens|happened|comes of it)|"
    r"(?: the)? (?:results?|outcome|progress)|"
    r" (?:if|whether|that) (?:it|that|this|all|everything) (?:works|worked|went well|goes well|"
    r"went (?:ok|okay|fine|through)|is ok(?:ay)?))?"
    r"(?: (?:afterwards|later|then|please|pls|when done|after))*(?P<end>\s*(?:[.!]+(?=\s|$)|$))",
    re.IGNORECASE,
)
_BARE_REPORT = re.compile(r"(?:let (?:me|us) know|tell (?:me|us))\W*$", re.IGNORECASE)
_SIGNED = re.compile(
    r"(?<=[\w)'\"])\s*[,.;!\u2014-]+\s*(?i:(?:many |kind |best |warm )?(?:thanks|regards|wishes)|"
    r"cheers|thank you|thx|ta|best|yours|greetings|rgds|br)(?i: so much| a lot| a million| again|"
    r" in advance)?\s*[,.!\u2014-]+\s*(?P<who>[A-Z][a-z]+(?: [A-Z][a-z]*\.?)?)[.!]?\s*$"
)
_HAVING_A_QUESTION = re.compile(
    rf"^{_LEAD}"
    r"(?:(?:one|just one) (?:more |last |other )?(?:thing|question)|(?:have you )?got a (?:minute|"
    r"sec|second|moment)|(?:can|could) you help(?: me)?(?: out)?(?: with (?:this|something))?|"
    r"(?:i have |i've got )?(?:a |just a )?(?:quick |small |another |silly |stupid )*question"
    r"(?: for you)?|i(?:'m| am) new(?: here| to this)?(?:,[^.?!]{1,50})?|"
    r"(?:i )?hope (?:this|it|you|"
    r"everyone)[^.?!,]{1,50}|i (?:can't|cannot|couldn't|could not) find (?:this|it|that) (?:in|on|"
    r"anywhere)[^.?!,]{0,30}|next(?: one| question| topic)?)[.?!]+ +(?=\w)",
    re.IGNORECASE,
)
_RECORDS = (
    r"(?:the|our|my|a|this|next|today's|tomorrow's) (?:[a-z]+ )?(?:audits?|auditors?|"
    r"reports?|reviews?|"
    r"meetings?|records?|minutes|budget|board|inventory|documentation|docs|wiki|stand-?up|"
    r"presentation|slides|deck|forecast|planning|handover|retro|post-?mortem|management|"
    r"spreadsheet|newsletter|dashboard|summary)"
)
""" "for the audit", "for my report": what an answer is for."""
_IN_VIEW_OF = re.compile(
    rf"^{_LEAD}"
    rf"(?:for|before|in|during|regarding|re) {_RECORDS}(?: (?:today|tomorrow|tonight|this week|"
    rf"next week|on \w+day))?(?:[,:]| -) (?=\w)",
    re.IGNORECASE,
)
_SOMEBODY_ASKS = re.compile(
    r"^(?P<lead>\W*(?:(?:ok(?:ay)?|right|so|well|oh|hey|hi|hello|and|also|now|wait|hang on|hold on|"
    r"but|sorry|(?:just )?before (?:that|this|it|(?:you|we|i) (?:do|go|start|run|carry on)"
    r"(?: (?:that|this|it|them|ahead|on))?)|(?:one|1|a|just one) (?:more |last |quick |small )*"
    r"(?:thing|question|sec|second|moment)(?: first| before that)?|quick (?:question|one)|first)"
    r"\b[,.:! ]*)*)"
    r"(?!(?:who|which|what|how|nobody|anybody|someone|somebody)\b)"
    r"(?:(?:the|my|our|his|her|some) )?[a-z]+(?: [a-z]+)? (?:(?:is|are|was|were|keeps?|"
    r"kept) (?:just |"
    r"always )?(?:asking|wondering|nagging|bugging)(?: me| us)?(?: again)?|(?:wants?|needs?|wanted|"
    r"needed|would like|would love) to know|asks?|asked|wonders?|wondered)(?: (?:me|us))?"
    r"(?: again)?(?:[,:] (?=\w)(?!(?:to|for|about|us|me|if|whether|that)\b)|"
    r" (?=(?:how (?:much|many)|which|what|who|where|when)\b))"
    r"(?!.*\b(?:their|they|them|his|her|him)\b)",
    re.IGNORECASE,
)
""" "finance is asking again, which machines are idle?": nothing of theirs is meant."""
_WHAT_FOR = re.compile(
    r"(?<=[\w)'\"])[.!?]\s+(?:(?:i|we) (?:just |only )?(?:need|want) (?:it|this|that|them|"
    r"those) for "
    rf"(?:(?:a|an|the|my|our) )?[a-z]+(?: [a-z]+)?|(?:it|this|that)(?:'s| is) (?:just |only )?for "
    rf"{_RECORDS}|(?:the|my|our) [a-z]+ (?:wants?|needs?|would like|asked|asks?) (?:to know|"
    rf"it|me|us|"
    r"for it))[.!]*\s*$",
    re.IGNORECASE,
)
""" "… I need it for a report."."""
_DAY_SAID = (
    r"(?:(?:on |at |this |next |the coming )*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|"
    r"tonight|tomorrow|week|month|\d{1,2}(?::\d\d)? ?(?:am|pm|h)|noon|morning|afternoon|evening)"
    r"(?:'s|\u2019s)?)"
)
_EVENTS = (
    r"(?:call|meeting|audit|review|demo|visit|release|launch|stand-?up|deadline|holidays?|rush|sale|"
    r"exams?|lecture|class|presentation|go-?live|cut-?over|freeze|inspection|campaign|workshop|"
    r"training|party|move|inventory|year-?end|quarter-?end|month-?end|rollout|deploy(?:ment)?|"
    r"upgrade|patching|handover|briefing|board|show|event|conference|webinar|interview|trip|shift)"
)
_OCCASION = re.compile(
    rf",? ?\b(?:(?:(?:right |just |well )?before|ahead of|in time for|for|because of|due to) "
    rf"(?:the |our |my |his |her |their |a |an |{_DAY_SAID} )+(?:[a-z'-]+ ){{0,2}}?{_EVENTS}"
    rf"(?: (?:window|call|meeting|starts?|begins?))?(?: {_DAY_SAID})*|"
    r"(?:before|ahead of|in time for|for) (?:black friday|cyber monday|christmas|xmas|easter|"
    r"thanksgiving|new year(?:'s)?(?: eve| day)?|ramadan|diwali|halloween|the holidays|"
    r"the weekend)|"
    rf"(?:just |exactly )?(?:like|as|same as) (?:on |we did |last time |you did )*(?:last |every |"
    rf"the last |each |on )*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|week|month|day|night|"
    r"year|time|quarter|sprint)s?|"
    r"for the (?:\d+(?:st|nd|rd|th)|second|third|fourth|fifth|umpteenth|n-?th|last|hundredth) time"
    r"(?: (?:today|this (?:week|morning|month)))?)(?=\s*(?:[,.;!]|$))",
    re.IGNORECASE,
)
""" "… before the 5pm call", "… ahead of Black Friday": an occasion, no time of the act."""
_WANTED_BY = re.compile(
    r", (?:the|our|my) [a-z]+(?: [a-z]+)? (?:want|wants|need|needs|asked for|(?:are|"
    r"is) waiting for|"
    r"expects?) (?:it|them|that|those)(?: [a-z]+){0,3}[.!]*\s*$",
    re.IGNORECASE,
)
""" "…, the testers want them ready"."""
_ALL_IS_WELL = re.compile(
    r"[.,;] (?:(?:the (?:others?|rest)(?: [a-z]+){0,3}|everything else|all (?:the )?others?"
    r"(?: [a-z]+){0,2}) (?:is|are|looks?|seems?) (?:all )?(?:fine|ok(?:ay)?|good|healthy|"
    r"unaffected|"
    r"not affected|green|up|well)|(?:the |its |their )(?:owners?|team|users?|customer|boss)"
    r"(?: \(\w+\))? (?:has |have )?(?:agreed|approved|knows?|is (?:fine|ok|okay|aware|informed)"
    r"(?: with (?:it|that))?|said (?:yes|ok|it's fine)|gave (?:their|his|her) ok(?:ay)?))[.!]*\s*$",
    re.IGNORECASE,
)
""" "… The other web servers are fine.", "…, the owner (bob) agreed"."""
_TAILS = re.compile(
    r"(?<=[\w)'\"])\s*(?:[,;!\u2014-]+\s*(?:"
    r"(?:the )?(?:ticket|paperwork|details?|explanations?|change|cr|form|approval|rest|more)s? "
    r"(?:to follow|follows?|(?:will|shall) follow|(?:is |are )?coming|(?:is |are )?pending|later)|"
    r"(?:can|could|do) you (?:tell|say|know)(?: me| us)?|if you (?:know|can tell)|roughly"
    r"(?: (?:is|will do|would do))?(?: (?:fine|ok(?:ay)?|enough))?|(?:just |only )?so (?:that )?"
    r"(?:i|we) know|(?:just |only )?(?:for|in) "
    rf"{_RECORDS}|(?:i'm |i am )?(?:just )?(?:curious|wondering)|"
    r"just in case|to be (?:on the )?safe(?: side)?|for good measure|for safety(?:'s sake)?|"
    r"asap|a\.s\.a\.p\.?|as soon as (?:you can|possible)|(?:right|straight) away|pronto|chop chop|"
    r"(?:will|would|can|could|won'?t) (?:you|ya|u)(?: mind| please| kindly)?|"
    r"(?:pretty )?pl(?:ease|s|z)|ok(?:ay)?|lol|haha+|and (?:that's it|we're done|done)|"
    r"that(?:'s| is| will be|'ll be) (?:all|it|everything)(?: (?:for (?:now|today|"
    r"the moment)|from me))?|"
    r"(?:or|at least) so i(?:'m| am|'ve been| was) told|not that it matters(?: much)?|"
    r"(?:the )?reasons?: [^,;.!?]{2,40}|if (?:that|it) makes sense|"
    r"(?:as |already |it(?:'s| is| was|'s been| has been) |was |has been )?(?:approved|requested|"
    r"asked for|ordered|signed[- ]off|confirmed|agreed|cleared|authori[sz]ed|okayed|sanctioned|"
    r"demanded|endorsed|reviewed|verified|discussed|coordinated|aligned|blessed)"
    r"(?: (?:by|with) (?:the |our |my )?[\w'-]+(?: [\w'-]+){0,2})?|"
    r"if (?:that's|it's|that is|it is) (?:ok(?:ay)?|possible|alright|all right|fine)"
    r"(?: (?:with|by|for) (?:you|everyone))?)"
    rf"|[,;]\s*(?:{'|'.join(_COURTESIES)})"
    r"|\s+and then (?:we're|i'm|we are|i am) done)(?: please| pls| thanks| thx)?"
    r"(?P<end>\s*(?:[.!?]*\s*$))",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    r"(?P<stop>^|[.!?] )(?P<head>[A-Za-z' ,]{3,70}): +(?=\w)(?!(?:name|size|region|image)\b)"
)
_COUNTED = re.compile(
    r"(?:two|three|four|five|six|several|a few|a couple of) [a-z]+(?: [a-z]+){0,3}?"
    r"(?: for (?:my|our|the|his|her|a) (?:[a-z]+ ){0,2}(?:report|meeting|review|boss|manager|"
    r"audit|stand-?up|board|slides|summary|handover))?(?:,? please)?",
    re.IGNORECASE,
)
""" "two callers at once: …"."""
_WORDS = word_lists("framing")
_ANNOUNCING = frozenset(_WORDS["announcing"])
"""Words of which an announcement may be made: none says which machines or what is to be done."""
_SAYS_SO = frozenset(_WORDS["says"])


def without_framing(text: str, site: Site) -> str:
    """A turn without what is put around it; as it is where nothing else would be left."""
    text = as_supposed(as_howto(without_asker(as_snapshots(text, site), site), site))
    plain = without_announcement(without_preface(without_announcement(text, site), site), site)
    for _ in range(3):
        before = plain
        plain = _OPENING.sub(r"\g<lead>", plain)
        if plain == before:
            break
    plain = _HAVING_A_QUESTION.sub(r"\g<lead>", plain)
    plain = _SOMEBODY_ASKS.sub(r"\g<lead>", _IN_VIEW_OF.sub(r"\g<lead>", plain))
    plain = _WHAT_FOR.sub(lambda found: "?" if found[0][0] == "?" else "", plain)
    plain = _INSIDE.sub(r"\g<stop>", plain)
    plain = _BETWEEN.sub(" ", plain)
    plain = _BEHALF.sub(lambda found: _instead(found, plain), plain)
    if not _ASKS_FIRST.match(plain):
        plain = _WANTED_BY.sub("", _ALL_IS_WELL.sub("", plain))
        plain = _ON_ADVICE.sub("", _BY_THE_BOOK.sub("", plain))
    signed = _SIGNED.search(plain)
    if signed is not None and not site.names.exact.get(signed["who"].casefold()):
        plain = plain[: signed.start()]
    if not _ASKS_FIRST.match(plain) and (found := _OCCASION.search(plain)) is not None:
        plain = (
            plain if _names_any(found[0], site) else plain[: found.start()] + plain[found.end() :]
        )
    plain = _REPORT.sub(_end, plain)
    plain = _TAILS.sub("", plain)
    plain = without_trend(without_stir(plain, site))
    return plain if re.search(r"\w", plain) else text


def asked_for_another(text: str) -> str:
    """ "oh, before you do, Tomas wonders how much disk it has": the question alone."""
    return _SOMEBODY_ASKS.sub("", text.replace("\u2019", "'"))


def _names_any(text: str, site: Site) -> bool:
    """Whether a machine is named in it."""
    return any(word in site.names.exact for word in re.findall(r"[\w.-]*\w", text.casefold()))


def _end(found: re.Match[str]) -> str:
    if _BARE_REPORT.search(found[0].strip(" .!")) is not None:
        return found[0]
    return found["end"] or ""


def _instead(found: re.Match[str], text: str) -> str:
    """What stands where "on behalf of …" stood."""
    if found.start() == 0:
        return ""
    return " " if found["end"].strip() == "" and found.end() < len(text) else found["end"]


def without_announcement(text: str, site: Site) -> str:
    """ "My manager asked for two things: …": what comes is the request."""
    found = _ANNOUNCED.search(text)
    if found is None:
        return text
    words = [w.strip(",'") for w in found["head"].casefold().split()]
    known = [w for w in words if (w,) in site.values or w in site.names.words]
    said = not _SAYS_SO.isdisjoint(words)
    plain = all(w in _ANNOUNCING or (said and w in known) for w in words)
    counted = _COUNTED.fullmatch(found["head"].strip()) is not None
    if not ((plain and said) or ((plain or counted) and not known)):
        return text
    return text[: found.start()] + found["stop"] + text[found.end() :]
