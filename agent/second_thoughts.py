"""A roundabout wish to wait, or not to go on: "let's leave it until I've spoken to Priya".

Plain words alone: the gate looks here before it takes anything for a yes.
"""

from __future__ import annotations

import re

_IT = (
    r"(?:it|that|this|them|those|these|things?|everything|(?:the|that|this) (?:whole )?"
    r"(?:plan|thing|lot|idea|change|request|one|matter))"
)
_US = (
    r"(?:let'?s|let us|lets|we(?:'d| had|'ll| will| should| could| must| need to|'d better)*|"
    r"i(?:'d| would|'ll| will|'d better)*|please|maybe|perhaps|probably|better|best|rather|just|to|"
    r"can we|could we|shall we|can you|could you|should|then|so|and|but)"
)
_LEAD = rf"(?:\b{_US}\b[, ]+)*"
_WAITS = (
    rf"{_LEAD}\b(?:leave|keep|let) {_IT} (?:(?:all|both|just|exactly|rather) )?"
    r"(?:(?:as|where|how|the way) (?:it|they|that) (?:is|are|stands?|was|were)\b|be\b|alone\b|"
    r"for (?:now|the moment|the time being|today|another|a|later)\b|until\b|till\b|"
    r"(?:un)?touched\b|"
    r"at that\b|there\b)",
    r"\b(?:let'?s|lets|let us|we(?:'d| had|'ll)? better|we (?:should|ought to|must|need to|"
    r"have to)|i(?:'d| would)? (?:rather|prefer to|better|want to|need to|like to)|better|best|"
    r"rather|"
    r"(?:can|could|shall|should) we|i(?:'ll| will| must| have to|'d better))"
    r"(?: (?:rather|just|first|better|please|all))* "
    r"(?:wait|hold off|hold fire|hold on|sleep on|think (?:about|it|this|that|again|twice)|"
    r"postpone|put (?:it|that|this|them) off|park (?:it|that|this)|shelve|pause|not\b|pass\b|"
    r"stop here|stop there|reconsider|hang (?:fire|on|back)|give (?:it|that|this) a miss)",
    r"\b(?:it|that|this|which|they|these|those|the \w+)(?:'s| is| are)? ?(?:really |so |now )?"
    r"(?:won'?t|will not|wo n't|is not|isn'?t|are not|aren'?t|not|no longer|does not|doesn'?t|need "
    r"not|needn'?t)(?: (?:be|really|even|going to|have to))* "
    r"(?:needed|necessary|required|called for|wanted|happen(?:ing)?|be)\b",
    r"\b(?:no (?:longer )?need\b|not (?:needed|necessary|required)\b|"
    r"(?:there'?s|there is|we have|i have|i see) no (?:longer (?:a |any )?)?"
    r"(?:need|point|reason)\b|"
    r"(?:we|i|you|they)(?:'ll)? (?:don'?t|do not|won'?t|will not|no longer) (?:really |actually |"
    r"even )?(?:need|want|have to do)(?: to do| to)? (?:that|it|this|them|to)\b|"
    r"(?:we|i|you) (?:needn'?t|need not|don'?t need to|don'?t have to)\b)",
    r"\b(?:hold your horses|hang fire|hold fire|not (?:just )?yet\b|not so fast|not until\b|not "
    r"today|not right now|don'?t (?:go|do|run|proceed|start|touch|execute|change|carry)\b|"
    r"do not (?:go|do|run|proceed|start|touch|execute|change|carry)\b)",
    r"\b(?:(?:so|then) )?(?:we|i)(?:'ll| will)? (?:just |rather )?wait\b",
    r"\b(?:false alarm|as you were|forget (?:i|we) (?:said|asked|mentioned)|"
    r"i take (?:it|that) (?:all )?back|pretend i (?:never|didn'?t)|"
    r"(?:i(?:'ve| have)|i'?m having|we(?:'ve| have)) (?:changed (?:my|our) mind|(?:had )?second "
    r"thoughts|cold feet)|got cold feet|"
    r"i(?:'d| would) rather (?:we |you )?(?:not|didn'?t|did not|don'?t|do not|leave|wait)|"
    r"(?:don'?t|do not) (?:think|reckon|feel) (?:that )?(?:we|i|it|this|that)(?:'d)? (?:should|"
    r"ought|want|(?:is|'s) (?:a good|wise|worth|right|safe))|"
    r"(?:it|that|this) (?:can|could|will have to|has to|must|should|may|might as well) "
    r"(?:also )?wait\b|"
    r"on (?:second|reflection|balance)\b.{0,20}\b(?:leave|let|keep|no|not|rather|wait|don'?t)\b)",
)
_PUTS_OFF = re.compile("|".join(f"(?:{p})" for p in _WAITS), re.IGNORECASE)

_NO_NEED_TO_WAIT = re.compile(
    r"\b(?:no need|(?:don'?t|do not) (?:need|have)|needn'?t|need not|not)(?: to)? "
    r"(?:wait|hesitate|think|worry|ask|check|hold|postpone|pause|reconsider|delay|change "
    r"(?:it|anything|that))\b|"
    r"\b(?:don'?t|do not) (?:wait|hesitate|worry|hold|postpone|pause|delay)\b",
    re.IGNORECASE,
)
_HAD_BETTER = re.compile(
    r"(?:'d|\bhad|\bwould|\bshould|\bmight) (?:rather|better)\b", re.IGNORECASE
)

_WELL = (
    r"(?:fine|good|ok|okay|alright|all right|great|well|up|healthy|running|working|responding|"
    r"better) (?:as (?:it|they|things) (?:is|are)|as is|again|now|already|after all|by now|"
    r"where (?:it|they) (?:is|are)|without)"
)
_IT_IS_FINE = re.compile(
    r"\b(?:it|that|this|they|all|everything|things|he|she|[a-z]+-\d+)"
    r"(?:(?:'?s|'?re| is| are| has| have| looks?| seems?| came| comes)"
    r"(?: (?:just|all|quite|perfectly|to be|come|came|been|now|already|looking))* "
    rf"(?:{_WELL}|back(?: (?:up|online|again|now|to normal|on))?\b|recovered|"
    r"(?:fixed|sorted|solved|resolved|healed)(?: itself| now| by itself)?\b)| recovered\b| came "
    rf"(?:back|up)\b)|\ball {_WELL}\b|"
    r"\bwe(?:'re| are)? (?:all )?(?:good|fine|ok|okay|set|sorted|covered)\b(?! (?:to|with)\b)|"
    r"\blet (?:it|things?|them|that|everything|him|her) (?:run|be|go on|continue|alone|stay)\b|"
    r"^\W*(?:yeah|yep|sure)\W+right\W*$",
    re.IGNORECASE,
)
""" "it's fine now", "all good as it is": no yes, though the words of one are in it."""


def recovered(text: str) -> bool:
    """Whether words tell that things are well as they are, which may be why nothing is needed."""
    return _IT_IS_FINE.search(text.replace("\u2019", "'")) is not None


def wishes_to_wait(text: str) -> bool:
    """Whether words wish that something is not carried out, or not yet."""
    said = text.replace("\u2019", "'")
    found = _PUTS_OFF.search(said)
    return found is not None and not _NO_NEED_TO_WAIT.search(said)


def hesitates(text: str) -> bool:
    """Whether words are no yes, though one may be in them: "we'd better let things be"."""
    if recovered(text):
        return True
    return wishes_to_wait(text) or _HAD_BETTER.search(text.replace("\u2019", "'")) is not None
