"""A sentence in the words that the grammar reads: addresses, rows, open questions in full."""

from __future__ import annotations

import re

from agent.brains.base import Context, Memory
from agent.brains.embedded.addresses import named_by_address
from agent.brains.embedded.another_one import with_the_one_told, with_the_snapshot
from agent.brains.embedded.apposition import narrowed
from agent.brains.embedded.asked_plainly import asked_plainly
from agent.brains.embedded.denied import as_denied
from agent.brains.embedded.echoed import without_the_echo
from agent.brains.embedded.englishes import without_particles
from agent.brains.embedded.excepted import put_as_except
from agent.brains.embedded.framing import asked_for_another, without_announcement, without_framing
from agent.brains.embedded.fronted import put_in_place, without_told
from agent.brains.embedded.grouped_too import with_its_groups
from agent.brains.embedded.headroom import as_used, by_what_was_told
from agent.brains.embedded.idioms import in_plain_words
from agent.brains.embedded.in_its_place import in_its_place
from agent.brains.embedded.in_order import in_order
from agent.brains.embedded.instead_of import as_correction
from agent.brains.embedded.layout import asking_verbs
from agent.brains.embedded.naming_again import with_its_name
from agent.brains.embedded.on_behalf import as_their_wish
from agent.brains.embedded.one_of_those import one_of_those
from agent.brains.embedded.other_days import on_other_days
from agent.brains.embedded.other_ones import others_than_named
from agent.brains.embedded.overview import open_question
from agent.brains.embedded.pointed_out import pointed_out
from agent.brains.embedded.refigured import with_its_unit
from agent.brains.embedded.roles import in_their_roles
from agent.brains.embedded.said_again import said_again
from agent.brains.embedded.said_before import said_outright
from agent.brains.embedded.said_dates import with_dates
from agent.brains.embedded.said_numbers import with_figures
from agent.brains.embedded.site import Site
from agent.brains.embedded.spans import with_spans
from agent.brains.embedded.spelled_out import resized_and, spelled_out
from agent.brains.embedded.split_names import with_joined_names
from agent.brains.embedded.superlatives import by_group
from agent.brains.embedded.told_after import with_the_value
from agent.brains.embedded.torn import without_the_complaint
from agent.brains.embedded.versions import with_versions
from agent.brains.embedded.wished import as_request
from agent.brains.embedded.within import of_those_shown
from agent.courtesies import without_courtesies
from agent.dialogue import stops_instead

_COURTESY = re.compile(
    r"(?:(?<!\s)[,.;]?\s*(?:and )?(?:(?:kindly|please|pls) )?"
    r"(?:do the needful|(?:check and )?revert"
    r"(?: back)?(?: (?:with|to) (?:a )?(?:confirmation|me|us)| at the earliest| asap| soon)"
    r"|check and revert)(?: at the earliest)?(?= *(?:[.!]|$))[.!]?)"
    r"|\b(?:at the earliest|on priority)\b",
    re.IGNORECASE,
)
_ASKS_TO = re.compile(
    r"(?P<lead>^|[.!?,] (?:but |so |and )?)(?:(?:dear|hi|hello) [\w ]{2,20}, ?)?"
    r"(?:(?:this is to )?request(?:ing)? you to|you are requested to) (?:please |kindly )?",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"^(?:please |ok,? |no,? )*(?:change|set|put|correct|lower|raise) the (?:count|number) "
    r"(?:of (?:machines|vms|instances) )?to (?P<many>\w+)[.!]?$",
    re.IGNORECASE,
)
_TIMES = r"(?:tonight|tomorrow|today|next week|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_BEFORE_IT = re.compile(
    rf"(?P<lead>^|\s)before (?:(?:the|our|this|next|{_TIMES}(?:'s|\u2019s)?) )*"
    r"(?:release|patching|patch|upgrade|deploy(?:ment)?|maintenance|rollout|migration|update|"
    r"cutover|demo|audit|change)(?: window)?"
    rf"(?: (?:on |this |next )?{_TIMES}(?: (?:night|morning|evening))?)?,? ?",
    re.IGNORECASE,
)
"""What something is done ahead of: its time is the event's, and too late for the act."""
_IS_SO = re.compile(
    r"(?P<join>,? ?(?:oh,? )?and |, )?\b(?P<who>[a-z][\w-]{0,62})(?:'s|\u2019s| is)"
    r"(?= (?:on (?:leave|holiday|vacation|call|it|sick)|back|off|out|away|gone|here|not|still|"
    r"already|going|coming|asking|been|got|sick|ill|busy|waiting|leaving)\b)",
    re.IGNORECASE,
)
"""Where "carol's" says that she is, and names nothing of hers."""
_THOSE_ON = re.compile(
    r"\b(?P<but>except(?: for)?|excluding|other than|apart from) (?:for )?"
    r"(?:those|the ones|ones|any) (?:that are |which are )?(?:on|of|for|from|in|belonging to) ",
    re.IGNORECASE,
)

_TELLS_OTHERS = re.compile(
    r"(?<=[\w)])(?:,? (?:and|then|but)|[,;])(?: then| also| please| kindly| can you| could you)*"
    r" (?:let (?!me\b|us\b)[^.!?;,]{2,60}? know|"
    r"(?:tell|inform|notify|alert|warn|ping|page|e-?mail|message|text|dm|cc|update) "
    r"(?!me\b|us\b)(?:(?:the )?[\w ]{2,40}? (?:team|folks|people|guys|group|channel|owners?|"
    r"users?)|[a-z]+(?! *(?:machines?|vms?|servers?|box)))"
    r"(?= *(?:[.!?;,]|$| (?:that|about|when|once|it|so|afterwards|after|please|as)\b)))"
    r"(?: (?:that|about|when|once|it|so|as|afterwards)\b[^.!?;]*)?",
    re.IGNORECASE,
)
"""What is to be told to somebody after an act: no machines of theirs are meant."""

_NEW_OWNER = re.compile(
    r"\bmake (?P<who>[a-z][\w-]{0,40}) (?:the )?(?:new )?owner of (?P<what>[^.,;!?]{2,80})",
    re.IGNORECASE,
)

_BOTH = re.compile(r"\btag both (?=(?:with|as)\b|[\w.-]+=)", re.IGNORECASE)
_WITH_TAGS = re.compile(
    r"^(?:(?:and|also|plus|oh|please)[, ]+)*(?:(?:with|add|put)(?: on)? )?(?:the |a |these )?"
    r"tags? (?=[\w.-]+ ?=)",
    re.IGNORECASE,
)
"""Of a machine that is about to be made."""


def _said_apart(text: str, site: Site) -> str:
    """Each statement about somebody as a sentence of its own: "…, and carol's on leave"."""

    def apart(found: re.Match[str]) -> str:
        if (found["who"].casefold(),) not in site.values:
            return found[0]
        return f"{'. ' if found['join'] else ''}{found['who']} is"

    return _IS_SO.sub(apart, text)


_TEAM = re.compile(
    r"\b(?:the |our )?(?P<team>[\w-]+) (?:team|department|dept|people|folks|guys|squad|group)\b",
    re.IGNORECASE,
)
_THEY_HAVE = re.compile(
    r"\bthey (?=(?:have|own|run|use|operate|got|pay|spend|cost)\b)", re.IGNORECASE
)


_ALL_THEIRS = re.compile(
    r"\b(?P<all>everything|anything|all(?: (?:the )?(?:machines|servers|boxes|vms))?|what)"
    r"(?: (?:that|which))? (?:he|she) (?:owns?|has|runs?|uses?)\b",
    re.IGNORECASE,
)


def _of_its_owner(text: str, site: Site) -> str:
    """ "tomas leaves. Take the tag off everything he owns": everything of Tomas."""
    found = _ALL_THEIRS.search(text)
    if found is None:
        return text
    words = re.findall(r"[\w-]+", re.sub(r"\S+=\S+", " ", text[: found.start()]))
    people = {
        word.casefold()
        for word in words
        if any(name == "tags.owner" for name, _ in site.values.get((word.casefold(),), ()))
    }
    if len(people) != 1:
        return text
    return f"{text[: found.start()]}everything owned by {people.pop()}{text[found.end() :]}"


def _of_their_team(text: str, site: Site) -> str:
    """ "what the payments team costs, and how many machines they have": the payments team has."""
    team = _TEAM.search(text)
    if team is None or not any(
        name == "tags.team" for name, _ in site.values.get((team["team"].casefold(),), ())
    ):
        return text
    head, tail = text[: team.end()], text[team.end() :]
    return head + _THEY_HAVE.sub(f"the {team['team']} team ", tail)


def without_formalities(text: str) -> str:
    """A service desk's request without its courtesies."""
    plain = _ASKS_TO.sub(r"\g<lead>please ", text.strip())
    plain = _COURTESY.sub("", plain).strip()
    return plain if any(sign.isalpha() for sign in plain) else text


_BEFORE_THAT = re.compile(
    r"^\W*(?:(?:wait|hang on|hold on|(?:one|a|just a) (?:sec|second|moment|minute)|ok(?:ay)?|hm+|"
    r"but|well|and|just|oh|so|first)\b[,.!: ]*)*(?:right |just )?before (?:that|this|it|"
    r"(?:i|we|you) (?:do|say yes|decide|confirm|start|go|answer)(?: (?:that|it|so|this|ahead))?)\b"
    r"[,: ]+(?=(?:how|what|which|who|whose|where|when|is|are|does|do|did|has|have|can you (?:tell|"
    r"show|check)|could you (?:tell|show|check)|show|tell|list|check)\b)",
    re.IGNORECASE,
)
""" "wait, before that, how is …": a question in between."""

_NOT_BUT = re.compile(
    r"^\W*(?:no[,. ]+|sorry[,. ]+)*not (?P<that>[\w-]+)[,;.] ?(?:i|we) (?:meant|mean) (?:to say )?"
    r"(?P<this>[\w-]+)[.!]*\s*$",
    re.IGNORECASE,
)
""" "Not bob-dev, I meant carol-dev."."""
_MAKE_ITS_TIME = re.compile(
    r"\bmake the (?P<act>stop|start|shutdown|restart|reboot|snapshot|suspend|resume) "
    r"(?:at |be at )?(?=\d)",
    re.IGNORECASE,
)
""" "make the stop 9:30pm"."""
_WANTED = re.compile(
    r"\bi (?:wanted|was trying|intended|tried|meant|was going) to (?:say|write|type|tell you|ask "
    r"for|put|enter)\b|(?<=no, )i (?:want|wanted|need)(?= [\w-]*\d)|(?<=no )i (?:want|wanted|need)"
    r"(?= [a-z][\w-]*\d)",
    re.IGNORECASE,
)
""" "I wanted to say 400 more": what is meant instead."""

_BETTER = re.compile(
    r"^\W*(?:(?:actually|hm+|no|well|ok(?:ay)?|wait|sorry|oh|but|i think|maybe|then)\b[,. ]*)*"
    r"(?P<what>(?!(?:that|this|it|which|what|not|none|nothing|another|they|something|later|"
    r"everything)\b)[\w:.-]+(?: [\w:.-]+){0,2}?) (?:would be|'d be|is|are|sounds|looks|seems|"
    r"might be|would suit (?:us|me)) (?:(?:much|far|a bit|even|way|probably) )*"
    r"(?:better|best|preferable|nicer|wiser|smarter|safer)"
    r"(?: (?:then|instead|please|for (?:us|me)))*[.! ]*$",
    re.IGNORECASE,
)
""" "Actually, esx-01 would be better": it goes into the plan that waits."""

_TAGGED_AT_BIRTH = re.compile(
    r"^(?P<what>(?:[^.!?]*,)? ?(?:so |then |and |please |just )*(?:one|an?|1) (?:[\w.-]+ ){1,4}"
    r"(?:box|machine|vm|server|instance)\b[^!?;]*? (?:call|name) it [\w.-]+),? and (?:please )?"
    r"(?:tag|label) it (?:with |as )?(?=[\w.-]+=)",
    re.IGNORECASE,
)
""" "One small debian box please, call it lab-1 and tag it owner=bob": of what shall be made."""


def _born_with(text: str, site: Site) -> str:
    found = _TAGGED_AT_BIRTH.match(text)
    if found is None or any(w.casefold() in site.names.exact for w in found["what"].split()):
        return text
    return f"{found['what']}, {text[found.end() :]}"


_UNMAKES = re.compile(
    r"(?:(?:please|ok(?:ay)?|now|can you|could you)[, ]+)*(?:delete|remove|drop|discard) "
    r"(?:that|those|the|these) (?:new )?snapshots?"
    r"(?: (?:that )?(?:you|we|i)(?: have|'ve)?(?: just)? (?:made|took|taken|created))?"
    r"(?: (?:again|now|please))*",
    re.IGNORECASE,
)


def _unmade(text: str, memory: Memory) -> str:
    """ "delete the snapshot you just made", right after it was made: it is undone."""
    made = memory.pending is None and memory.operation is not None and memory.calls[-1:]
    if not made or made[0].tool != "snapshot_vms":
        return text
    return "undo that" if _UNMAKES.fullmatch(text.strip(" .!")) else text


_THAT_OF = re.compile(
    r"^\W*(?:(?:and|ok(?:ay)?|so|also|now|thanks|thank you|great|good|then|please|what about|"
    r"how about|what is|what's|what are|show|give me|tell me)[,. ]+)*"
    r"(?:that|those|the (?:same|one|ones|figures?|values?|numbers?)) (?:of|for|on|from|in) "
    r"(?=[a-z])",
    re.IGNORECASE,
)
""" "And that of print-srv?": the same of another machine."""


_COUNTS_NOT = re.compile(
    r"^(?P<only>\W*(?:no[, ]+|please |ok(?:ay)?[, ]+)*(?:only|just) [^.,;!?]+)[.,;] *(?:the )?"
    r"(?P<what>[\w-]+(?: (?:ones|machines|boxes|vms|servers))?) "
    r"(?:(?:do(?:es)?n't|do(?:es)? not|not|never) (?:count|matter|interest me|needed)|"
    r"not included)[.! ]*$",
    re.IGNORECASE,
)
""" "only cloud, on-prem not count": the second is left out."""
_ASSIGNED = re.compile(
    r"\b(?:(?:assign|give|hand|transfer|tag|hand over|mark) "
    r"(?P<what>[\w-]+(?:(?:,| and|, and) [\w-]+)*?)"
    r"(?: over)? to|(?P<those>those|these|they) (?:go|belong|move) to) (?P<who>[\w-]+)"
    r"(?:\s*[:,;\u2014-]+\s*|,? so |,? with )(?P<tags>[\w-]+ ?= ?[\w.-]*\w"
    r"(?:(?:,? and |, ?|,? )[\w-]+ ?= ?[\w.-]*\w)*)",
    re.IGNORECASE,
)
""" "assign those to priya: owner=priya, team=platform": the tags tell what the person gets."""


def _tagged_as_said(found: re.Match[str]) -> str:
    values = [
        tag.split("=")[1].strip() for tag in re.split(r",? and |, ?| (?=\S+=)", found["tags"])
    ]
    if found["who"].casefold() not in [value.casefold() for value in values]:
        return found[0]
    what = found["what"] or "those"
    return f"tag {'those' if what.casefold() == 'they' else what} with {found['tags']}"


_GOES_ON = frozenset(
    {"who", "whose", "what", "whats", "what's", "which", "how", "when", "where", "is", "are",
     "does",
     "did", "and", "only", "just", "now", "also", "then", "not", "per", "by", "for", "in", "on",
     "same", "the", "from", "to", "at", "both", "all", "actually", "make", "no", "rather"}
)  # fmt: skip
_FEW = 3


def _bare(text: str, memory: Memory) -> str:
    """What follows a plan, a question or an answer, without the courtesies around it."""
    if memory.pending is None and memory.asked is None and not memory.calls:
        return text
    plain = without_courtesies(text, sorry=memory.pending is None)
    if text.startswith(plain) and (memory.pending is not None or memory.asked is not None):
        return plain
    words = [word.strip(".,:;!?").casefold() for word in plain.split()]
    figure = len(words) <= _FEW and any(c.isdigit() or c in "-_" for c in plain)
    return plain if figure or words[0] in _GOES_ON or words[0] in asking_verbs() else text


def reword(text: str, context: Context, site: Site) -> str:
    """The same sentence, with what stands for something else written out."""
    text = _bare(without_particles(text, site), context.memory)
    text = put_as_except(with_dates(said_outright(pointed_out(text, context))))
    text = as_correction(text, context.memory, site)
    text = asked_plainly(as_denied(spelled_out(without_formalities(text), site)), context.memory)
    if context.memory.pending is None and context.memory.asked is None:
        text = as_their_wish(in_order(text), site)
        text = in_their_roles(without_framing(as_request(text), site), site)
    else:
        text = asked_for_another(without_announcement(without_the_echo(text, context.memory), site))
    text = narrowed(without_told(put_in_place(text, site), site), site)
    text = one_of_those(text, context.memory)
    text = by_what_was_told(as_used(in_plain_words(text)))
    text = with_the_snapshot(with_the_one_told(text), context.memory)
    text = of_those_shown(text, context.memory)
    text = _THOSE_ON.sub(r"\g<but> ", text)
    text = _NEW_OWNER.sub(r"tag \g<what> with owner=\g<who>", _TELLS_OTHERS.sub("", text))
    text = with_figures(with_its_groups(text, context.memory, site), site)
    text = with_joined_names(named_by_address(text, context.world.inventory), site)
    text = with_versions(
        _born_with(_of_their_team(_of_its_owner(others_than_named(text, site), site), site), site),
        site,
    )
    text = _COUNTS_NOT.sub(r"\g<only>, not \g<what>", text)
    text = _ASSIGNED.sub(_tagged_as_said, text)
    text = _BOTH.sub("tag both of them ", with_the_value(text, site))
    text = with_spans(text, site)
    if context.memory.pending is None and context.memory.calls:
        text = _THAT_OF.sub("and ", text)
    text = _BEFORE_IT.sub(r"\g<lead>", text).strip() or text
    text = with_its_name(_said_apart(text, site), site)
    pending = context.memory.pending
    if pending is None and context.memory.asked is None:
        text = resized_and(text, site)
    if pending is not None and pending.calls[-1].tool == "create_vms":
        text = _WITH_TAGS.sub("tag it ", text)
    if pending is not None:
        text = _NOT_BUT.sub(r"\g<this> instead of \g<that>", text)
        text = said_again(in_its_place(text, context.memory, site), context.memory, site)
        text = "stop it instead" if stops_instead(text, [c.tool for c in pending.calls]) else text
        text = _MAKE_ITS_TIME.sub(r"the \g<act> at ", text)
        text = _BETTER.sub(r"make it \g<what>", _BEFORE_THAT.sub("", text))
        text = _WANTED.sub("I meant", without_the_complaint(text))
        text = on_other_days(text, context.memory)
        text = with_its_unit(_COUNT.sub(r"make it \g<many>", text), context.memory)
    return _unmade(open_question(by_group(text)), context.memory)
