"""An answer that first says back what the question said: "no such region? then eu-west-1"."""

from __future__ import annotations

import re

from agent.brains.base import Memory

_KIND = (
    r"(?:(?:data ?cent(?:er|re)|regions?|zones?|hosts?|sizes?|images?|machines?|servers?|"
    r"box(?:es)?|"
    r"vms?|names?|groups?|thing|place|one|such thing)\b)"
)
_NOT_THERE = (
    r"(?:(?:is|are|was|were|does|do|did|has|have|could|can|ca|wo|will)(?: not|n'?t)|never|"
    r"no longer)"
    r"(?: (?:really|actually|even|there))*"
    r"(?: (?:exist(?:s|ed)?|there|available|valid|known|possible|supported|found|a thing|real|"
    r"work|fit|offered|have (?:it|that|one)|find (?:it|that)|know (?:it|that)))"
)
_SAID_BACK = re.compile(
    r"^\W*(?:(?:oh|ah+|hm+|so|ok(?:ay)?|right|really|huh|what|wait|eh+|well|damn|sorry)\b[,.!? ]*)*"
    rf"(?:no such {_KIND}(?: (?:there|exists?))?|not (?:there|available|valid|found|possible|known|"
    rf"supported|a {_KIND})|(?:there(?:'s| is| are)|we(?:'ve| have)?(?: got)?|you(?:'ve| have)?"
    rf"(?: got)?|they have|have) (?:no|none)(?: such)?(?: {_KIND}| [a-z][\w.-]*\d(?=\s*\?))?"
    rf"(?: (?:there|of that name|like that|called that|with that name|by that name))*|"
    r"(?:(?:that|it|this|the|my|our) ?"
    rf"(?:{_KIND} |one )?)?{_NOT_THERE}(?: (?:there|here|any ?more))?|"
    r"none(?: there| of that name)?|"
    r"no\?|unknown|(?:my )?(?:typo|wrong (?:one|name|region))|i (?:mis(?:typed|spelt|spelled|"
    r"remembered)|got (?:it|that) wrong|must have (?:mistyped|misremembered)(?: it| that)?))"
    r"\s*[?.!,;\u2026-]+\s*"
    r"(?:(?:then|so|ok(?:ay)?|right|well|fine|all ?right|in that case|and|but)\b[, ]*)*(?=\S)",
    re.IGNORECASE,
)

_WHICH = re.compile(
    r"\W*(?:(?:wait|ok(?:ay)?|hang on|hold on|hm+|oh|so|and|but|sorry|first|please|pls|just)\b"
    r"[,.! ]*)*(?:(?:can|could) (?:you|i) )?(?:(?:please )?(?:show|give|tell|list|let)(?: me| us)?"
    r"(?: see)? (?:(?:the|that|a|your|this) (?:whole |full |exact )?list|which(?: ones| machines)?"
    r"(?: (?:exactly|those are|these are|they are|you mean|it is|that is|it would be))?|the names|"
    r"their names)|(?:so )?which (?:ones|machines|servers|boxes|vms)?(?: exactly)? "
    r"?(?:are|would|will|is)? ?(?:there|they|those|these|that|it)?(?: be)?(?: exactly)?)"
    r"(?: (?:first|please|pls|again|once more|before(?: that| i say yes)?))*\W*",
    re.IGNORECASE,
)
""" "show me the list first", "which ones exactly?": of the plan that waits."""

_LONGEST = 200


def without_the_echo(text: str, memory: Memory) -> str:
    """The answer alone, where a question is open and its refusal is said back first; and "which
    ones?" about a plan in full.
    """
    if len(text) > _LONGEST:
        return text
    if memory.pending is not None and _WHICH.fullmatch(text) is not None:
        return "list them"
    if memory.asked is None:
        return text
    plain = _SAID_BACK.sub("", text.replace("\u2019", "'"), count=1)
    return text if not plain or "?" in plain else plain
