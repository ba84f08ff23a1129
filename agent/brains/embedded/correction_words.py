"""Words with which a plan that waits is put right, and what they leave in or out."""

from __future__ import annotations

import re

from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.phrases import Noun
from tools.calls import Call
from tools.selector import Selector

LEAVE_IT = re.compile(
    r"\b((leave|keep|take|drop|let) (it|that|them|that one|those|this one|him|her)( one)? "
    r"(out|off|alone|in peace|be|running|up|on)|(skip|exclude|spare|omit|ignore) (it|that|them|"
    r"this one)|(?:leave|spare|keep) (?:it|that|them|those|this|that one|this one|"
    r"him|hers?|his|theirs|mine|ours|yours)"
    r"(?=\s*(?:$|[.!,;]|please)))",
    re.IGNORECASE,
)


def other_value(call: Call, text: str) -> dict[str, str] | None:
    """ "cost-center should be 9001": another value for a key of the plan."""
    for key in call.args.get("tags", {}):
        said = re.search(
            rf"\b{re.escape(key)}\b\W+(?:(?:should|must|shall|is|to|as|be|=|not \S+ but)\s+)+"
            r"(\S+?)[.!]?$",
            text,
            re.IGNORECASE,
        )
        if said:
            return {**call.args["tags"], key: said[1]}
    return None


LEAVES = re.compile(
    r"\b(not|except|without|but|leave|skip|spare|minus|excluding|exclude|drop|keep|bar|barring|"
    r"apart from|other than|excepting)\b",
    re.IGNORECASE,
)

NOT_THAT = re.compile(
    r"\bnot (?:that|this|it|those|these|him|her|(?:all|every\w*|both)(?: of)?"
    r"(?: (?:them|those|these|it))?)(?: ones?)?(?=\s*(?:[.,;!-]|but\b|$))",
    re.IGNORECASE,
)
""" "not that one, the other": what is meant instead stands beside it."""

LEAVE_OUT = re.compile(
    r"\b(leave|keep|take|drop|let) [\w.-]+( and [\w.-]+)? (out|off|alone|in peace|be|running|up|"
    r"on)\b|"
    r"\b(skip|exclude|spare|omit)\b",
    re.IGNORECASE,
)

NOW = re.compile(
    r"(?:(?:no|or|ok|actually|rather|better|please|hm+|make (?:it|that))[, ]+)*"
    r"(?:right now|right away|now|immediately|at once|straight away)(?:[, ]+(?:please|instead|then|"
    r"rather))*[.!]*$",
    re.IGNORECASE,
)

ALL_OF_THEM = re.compile(
    r"^(?:(?:no|yes|ok(?:ay)?|please|do|and|just|the whole|well)[, ]+)*(?:all|both)(?: of)?"
    r"(?: the| them)? (?:\d+|two|three|four|five|six|seven|eight|nine|ten)"
    r"(?: of (?:them|those)| please| pls)*[.! ]*$",
    re.IGNORECASE,
)

SOME_OF = re.compile(
    r"\b(one|two|three|four|five|half|some|any|\d+|a few|a couple) of (them|those|these|the)\b",
    re.IGNORECASE,
)


def named_value(call: Call, reading: Reading) -> dict[str, str] | None:
    """ "I meant alice", of a plan that tags owner=bob: another value for the key of the plan."""
    tags = call.args.get("tags", {})
    if any(i.has("names", "noun", "pron", "except") for i in reading.items):
        return None
    said = [i for i in reading.items if i.has("value")]
    found = [(n[5:], v) for i in said for n, v in i.get("value") if n.startswith("tags.")]
    fitting = [(key, values[0]) for key, values in found if key in tags and len(values) == 1]
    if len(said) != 1 or len(fitting) != 1 or fitting[0][1] == tags[fitting[0][0]]:
        return None
    return {**tags, fitting[0][0]: fitting[0][1]}


def is_but_a_day(call: Call, frame: Frame, reading: Reading) -> bool:
    """ "on Friday it is not needed", of what recurs: a day less, no other time."""
    time = frame.said.time
    recurs = call.when is not None and call.when.cron is not None
    if time is None or not recurs or time.recurs or time.day is None or time.clock is not None:
        return False
    return bool({"not", "no", "except", "without", "never", "but", "skip"} & set(reading.words))


def selector_of(noun: Noun) -> Selector:
    """The selector of one noun phrase."""
    return Selector.parse(noun.selector())


def named_after_only(reading: Reading) -> list[str]:
    """ "ml-train-1 still writes. Only ml-train-2.": the machines that alone are meant."""
    items = reading.items
    k = next((k for k, i in enumerate(items) if i.has("only") and i.words[:1] == ("only",)), None)
    if k is None or not any(i.has("names") for i in items[:k]):
        return []
    return [n for i in items[k:] if i.has("names") for n in i.get("names")]
