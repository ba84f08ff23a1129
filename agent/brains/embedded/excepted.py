"""Exceptions in other words: "with exception of …", "exception: …", "…; exempt are …".

Each is put as "except …", which the grammar reads. An exception that is overheard turns into the
very machines that were to be spared, so what is said here is read before anything else.
"""

from __future__ import annotations

import re

_NOUN = r"(?:exceptions?|exclusions?|exemptions?)"
_HOW_MANY = (
    r"(?:(?:the|a|an|only|one|single|sole|two|three|four|few|some|following|these|this|my|our|"
    r"possible|obvious|notable|usual|explicit) ){0,3}"
)
_LINK = (
    r"(?: (?:of|for|to|being|is|are|here|however|concerns?)\b| ?[:=]|,)(?: (?:of|for|to|only)\b)?"
)
_NOMINAL = re.compile(
    rf"\s*(?:[,;:(\u2014-]+\s*|\.\s+)?\b(?:(?:but|and|yet|though|however),? )?"
    rf"(?:(?:with|in|under|at|by|to) {_HOW_MANY}{_NOUN}{_LINK}|"
    rf"(?:making|make|made|i make|we make) {_HOW_MANY}{_NOUN}(?: (?:of|for|with)\b| ?:)|"
    rf"(?<=[,;:(.\u2014-] ){_HOW_MANY}{_NOUN}{_LINK})\s*",
    re.IGNORECASE,
)
""" "with (the) exception of", ", exception is", "making an exception for", ". Exceptions: "."""
_PARTICIPLE = re.compile(
    r"\s*[,;(\u2014-]*\s*\b(?:but |and )?(?:exempting|excepting|sparing|discounting|"
    r"exempt(?:ed)?(?: from (?:this|that|it))? (?:is|are|being|remains?|stays?)|"
    r"(?:excluded|excepted|spared|omitted|left out|not included|not affected)"
    r"(?: from (?:this|that|it))? (?:is|are|being|remains?)|"
    r"apart of|except of|beside(?= (?:the|those|of)?))\b\s*(?:of )?(?=\S)",
    re.IGNORECASE,
)
""" "exempt are those in production", "exempting production"."""
_LEFT_OUT = re.compile(
    r"(?:\s*[,;(\u2014-]+|\.)\s+(?:but |and |while |whereas |though |only )?"
    r"(?P<what>(?!(?:it|they|that|this|which|those|these|he|she|we|i)\b"
    r"(?! (?:in|on|of|from|with)\b))"
    r"[\w-][\w .-]{1,60}?),? (?:(?:is|are|shall be|should be|must be|will be|being|remains?|stays?|"
    r"to be) (?:to be |all |also |of course |naturally |clearly |however )*|(?=exempt))"
    r"(?:left out|excluded|exempt(?:ed)?|excepted|spared|omitted|not included|not part of "
    r"(?:this|it|that)|off[ -]limits|not (?:to be )?touched|to stay untouched|untouched)"
    r"(?: (?:from|of) (?:this|that|it))?\)?(?=\s*(?:[.!,;]|$))",
    re.IGNORECASE,
)
""" "…; the ones in production are to be left out"."""
_SPARED_FIRST = re.compile(
    r"^(?P<what>(?!(?:it|they|that|this|what|which|who|how|why|where|is|are|can|could)\b)"
    r"[\w-][\w -]{1,50}?) (?:is|are|stays?|remains?|must stay|must remain) (?:all |still |"
    r"strictly |completely |absolutely |to be )*(?:off[ -]limits|exempt(?:ed)?|excluded|"
    r"excepted|spared|left out|not to be touched|not to be stopped|untouchable|taboo|"
    r"sacred|untouched)"
    r"(?: (?:today|tonight|as always|of course|please))?[.!;,]+ (?:but |so |other than that,? |"
    r"otherwise,? )?(?P<ask>[a-z][^.?!]+?)[.!]*$",
    re.IGNORECASE,
)
""" "Production is off limits. Stop all idle machines.": told first, and spared as well."""
_NONE = re.compile(
    r",? \b(?:(?:but |and )?with(?:out| no)|no) (?:any |a single |the slightest )?exceptions?"
    r"(?: (?:at all|please|whatsoever))?(?=\s*(?:[.!,;]|$))",
    re.IGNORECASE,
)
_BUT_ONLY = re.compile(
    r",? \b(?:but|though|however|yet),? (?:please )?(?P<only>only|just|solely) "
    r"(?=(?:the|those|ones|any|snapshots?|machines?|idle|stopped|running)\b)"
    r"(?!the (?:day|week|night|first|next|time)\b)",
    re.IGNORECASE,
)
""" "all databases, but only the ones in staging": a narrowing, and no exception."""
_READS = re.compile(
    r"^\W*(?:how|why|what does|what is|explain|fix|troubleshoot|search|find (?:the )?runbook)\b",
    re.IGNORECASE,
)
""" "how do I fix an exception of …": no exception of machines."""


def put_as_except(text: str) -> str:
    """A turn whose exceptions are all said with "except"."""
    if len(text) > _LONGEST or _READS.match(text) is not None:
        return text
    text = _NOMINAL.sub(_excepting, _NONE.sub("", text))
    text = _PARTICIPLE.sub(_excepting, text)
    text = _BUT_ONLY.sub(r", \g<only> ", text)
    text = _SPARED_FIRST.sub(_spared, text)
    return _LEFT_OUT.sub(r", except \g<what>", text)


_LONGEST = 2_000


def _spared(found: re.Match[str]) -> str:
    ask = re.sub(r"\bothers?(?= \w)|\bremaining\b", "", found["ask"]).replace("  ", " ")
    return f"{ask}, except {found['what']}"


def _excepting(found: re.Match[str]) -> str:
    return ", except " if found.start() else "except "
