"""A condition that is denied, in the words in which it is read: "not older than", "no more than".

"the machines that do not have more than 8 gb" are those "with at most 8 gb"; "the boxes not in hq"
are those "that are not in hq". A "not" that is read past turns a set into its contrary.
"""

from __future__ import annotations

import re

_NOT = r"(?:not|never|no)"
_IS_NOT = (
    r"(?:(?:that|which|who) )?(?:(?:is|are|was|were) not|isn't|aren't|ain't|wasn't|weren't|not|"
    r"never)"
)
_HAS_NOT = (
    r"(?:(?:(?:that|which|who) )?(?:(?:do|does|did) not|don't|doesn't|didn't|dont|doesnt|never) "
    r"(?:have|has|use|uses|exceed|offer|own|got)|(?:that |which )?(?:have|has)(?:n't|"
    r" not)(?: got)?|"
    rf"(?:not |never )having|having {_NOT}|without(?: having)?|with {_NOT}|lacking)"
)
_MORE = r"(?:more|over|above|greater|higher|larger|bigger|in excess of)(?: than)?"
_FEWER = r"(?:less|fewer|under|below|lower|smaller)(?: than)?"
_AGES = {"older": "newer", "newer": "older", "younger": "older", "more recent": "older"}
_AGED = re.compile(
    rf"\b{_IS_NOT} (?:yet )?(?P<age>older|newer|younger|more recent) than\b", re.IGNORECASE
)
_AT_MOST = re.compile(
    rf"\b{_HAS_NOT} {_MORE}(?= \d|(?: an? )|(?: (?:one|two|three|four|five)))", re.I
)
_AT_LEAST = re.compile(
    rf"\b{_HAS_NOT} {_FEWER}(?= \d|(?: an? )|(?: (?:one|two|three|four|five)))", re.I
)
_NO_SNAPSHOTS = re.compile(rf"\b{_HAS_NOT} (?:any |a |a single )?(?P<what>snapshots?)\b", re.I)
_SET = (
    r"(?:machines|boxes|servers|vms|instances|nodes|guests|hosts|desktops|databases|dbs|sandboxes|"
    r"runners|workers|brokers|ones)"
)
_NOT_THERE = re.compile(
    rf"\b(?P<set>{_SET}) not (?=(?:in|on|at|owned|run|used|hosted|located|tagged|labelled|"
    rf"labeled|managed|"
    r"part|from|under|assigned|protected|running (?:in|on|at|linux|windows))\b)",
    re.IGNORECASE,
)
_NEVER_RUN = re.compile(
    r"\b(?P<who>that|which|who) never (?=(?:run|use|have|belong)\b)", re.IGNORECASE
)


_LISTED = re.compile(
    rf"^(?P<lead>(?:(?:please|pls|can you|could you|ok|and|so)[, ]+)*)(?:list|show(?: me)?|"
    rf"give me|find"
    rf"(?: me)?|get me) (?:all )?(?:of )?(?:the |our |"
    rf"my )?(?P<what>[^,.;!?]*{_SET}) with no snapshots?"
    r"(?P<end>[.!? ]*)$",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"(?P<but>\b(?:but not|except(?: for)?|not|without|"
    r"excluding) [^.;!?]{2,60}?),? (?:and neither|neither|"
    r"nor|and also not|and nor)(?: for)? (?=(?:the|those|any|in|on|of|[\w-]*\d)\b)",
    re.IGNORECASE,
)
""" "but not the workers and neither the ones in westeurope": both are left out."""
_ONES_OF = re.compile(
    r"(?P<head>\bsnapshots?\b[^.!?]*\b(?:delete|remove|drop|purge|erase|bin) )(?:the |all |"
    r"all the )?ones "
    r"(?P<old>older than [^,.;!?]+?) (?=(?:in|on|of|from) )",
    re.IGNORECASE,
)
""" "list the snapshots of x, and delete the ones older than 20 days in y": of y alone."""
_BELONGING = re.compile(
    r"\bthe ones? (?:that|which) (?:belongs? to|(?:is|are) owned by)(?= )", re.IGNORECASE
)
_EXCEPTION = re.compile(r"\bwith exception of\b", re.IGNORECASE)


def as_denied(text: str) -> str:
    """The turn with what its conditions deny said outright."""
    text = _ONES_OF.sub(r"\g<head>the snapshots \g<old> ", _EXCEPTION.sub("except", text))
    text = _BELONGING.sub("those owned by", text)
    if not _DENIES.search(text):
        return text
    text = _NEITHER.sub(r"\g<but> and not ", text)
    text = _AGED.sub(lambda found: f"{_AGES[found['age'].casefold()]} than", text)
    text = _NO_SNAPSHOTS.sub(r"with no \g<what>", text)
    text = _LISTED.sub(r"\g<lead>which \g<what> have no snapshots\g<end>", text)
    text = _AT_LEAST.sub("with at least", _AT_MOST.sub("with at most", text))
    text = _NEVER_RUN.sub(r"\g<who> do not ", text)
    return _NOT_THERE.sub(r"\g<set> that are not ", text)


_DENIES = re.compile(r"\b(?:not|never|no|without|lacking)\b|n't\b|\bdo(?:es)?nt\b", re.IGNORECASE)
