"""Words: a sentence becomes tokens, with quoted text kept apart as data."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_TOKENS = 600
"""What comes after so many words is not read; a sentence for a machine is shorter."""


@dataclass(slots=True)
class Token:
    """One word or sign.

    Attributes:
        text: as it was written.
        low: in lower case, without a possessive ending, spelling mended.
        start, end: where it stands in the cleaned sentence.
        quoted: it is the inside of quotation marks, whole.
        possessive: it ended in 's.
        spaced: white space stands before it.
    """

    text: str
    low: str
    start: int
    end: int
    quoted: bool = False
    possessive: bool = False
    spaced: bool = True


_QUOTES = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "´": "'", "…": " .. ",
        "–": "-", "—": " , ", "→": " -> ", "×": "x", "≥": ">=", "≤": "<=", "\u00a0": " ",
    }
)  # fmt: skip

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTED_LINE = re.compile(r"(?m)^\s*>[^\n=].*$")
_REPORTED = re.compile(
    r"\b(?:says?|said|saying|reads?|shows?|wrote|writes|pasted|contains?|containing|claims?|"
    r"states|text|message|msg|comment|note|logs?|logged|banner|motd|description|prints?|printed|"
    r"error|line|output|email|mail|ticket|subject|entry|tag)\s*:\s+(?=\S+\s+\S+\s+\S)|"
    r"\b(?:says?|said|saying|reads|shows|wrote|writes|contains?|claims?|states|logs?|logged|"
    r"banner|motd|prints?|printed|output)\s*:\s+(?=\S+\s+\S)",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"\b(?:motd|banner|log|logs|tag|note|readme|file|message|comment|ticket|email|mail|console|"
    r"output|description|annotation|runbook|page|doc|screen|prompt|error|label)\b"
    r"[^.!?\n\"]{0,60}?"
    r"\b(?:says?|said|reads?|states?|tells (?:me|us|you) to|told (?:me|us) to)\s+(?=\S+\s+\S)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n|$")
_QUOTE = re.compile(r'"([^"\n]*)"|`([^`\n]*)`|(?<![\w\'])\'([^\'\n]+)\'(?![\w])')
_LEADING = re.compile(r"->|<=|>=|==|!=|&&|@(?=\w)|[+-](?=\d)|[^\w*?{\[+-]|[+-](?![\w])|\?(?!\w)")
_TRAILING = re.compile(r"(->|<=|>=|==|\.\.+|[^\w*}\]%+]|%|\+)$")
_AMOUNT = re.compile(
    r"([$€£]?)(\d+(?:[.,]\d+)*)(%|g|gb|gib|gig|gigs|gigabytes?|m|mb|mib|t|tb|tib|c|cores?|v?cpus?|"
    r"h|hrs?|hours?|d|days?|w|wks?|weeks?|mins?|minutes?|s|secs?|mo|months?|y|yrs?|years?|am|pm|k|"
    r"vms?|x|st|nd|rd|th)(\+?)",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"(>=|<=|==|>|<|=)(.+)")
_PAIR = re.compile(r"[A-Za-z][\w.-]*[=:][^\s=:/]+.*")
_IDENTITY = re.compile(r"[a-z]+/[\w-]+/[\w.-]+")
_DATE = re.compile(r"\d{1,4}/\d{1,2}(/\d{2,4})?")

_CONTRACTIONS = {
    "n't": "not", "what's": "what is", "whats": "what is", "who's": "who is", "whos": "who is",
    "where's": "where is", "wheres": "where is", "how's": "how is", "hows": "how is",
    "that's": "that is", "thats": "that is", "it's": "it is", "there's": "there is",
    "theres": "there is", "whens": "when is", "here's": "here is", "when's": "when is",
    "why's": "why is",
    "let's": "let us", "lets": "let us", "i'm": "i am", "im": "i am", "i've": "i have",
    "i'd": "i would", "i'll": "i will", "we're": "we are", "we've": "we have", "we'd": "we would",
    "we'll": "we will", "you're": "you are", "you've": "you have", "you'd": "you would",
    "you'll": "you will", "they're": "they are", "they've": "they have", "it'd": "it would",
    "it'll": "it will", "can't": "can not", "cant": "can not", "cannot": "can not",
    "won't": "will not", "wont": "will not", "don't": "do not", "dont": "do not",
    "doesn't": "does not", "doesnt": "does not", "didn't": "did not", "didnt": "did not",
    "isn't": "is not", "isnt": "is not", "aren't": "are not", "arent": "are not",
    "wasn't": "was not", "weren't": "were not", "hasn't": "has not", "hasnt": "has not",
    "haven't": "have not", "havent": "have not", "shouldn't": "should not",
    "shouldnt": "should not", "wouldn't": "would not", "wouldnt": "would not",
    "couldn't": "could not", "couldnt": "could not", "mustn't": "must not", "needn't": "need not",
    "gimme": "give me", "lemme": "let me", "gonna": "going to", "wanna": "want to",
    "gotta": "got to", "wazzup": "what is up", "whatcha": "what are you", "dunno": "do not know",
    "y'all": "you", "ain't": "is not", "pls": "please", "plz": "please", "plx": "please",
    "em": "them", "'em": "them", "u": "you", "ur": "your", "r": "are", "rn": "now", "atm": "now",
    "b4": "before", "w": "with", "w/": "with", "w/o": "without", "thx": "thanks", "ty": "thanks",
    "tysm": "thanks", "cuz": "because", "coz": "because", "bc": "because", "btw": "by the way",
    "tmrw": "tomorrow", "tmr": "tomorrow", "tomoz": "tomorrow", "2nite": "tonight",
    "tonite": "tonight", "sry": "sorry", "y'day": "yesterday", "asap": "now", "thru": "through",
    "tho": "though", "wht": "what", "hv": "have", "prolly": "probably", "nd": "and", "n": "and",
    "n'": "and", "wat": "what", "shld": "should", "hes": "he is", "shes": "she is",
    "theyre": "they are", "thn": "then", "teh": "the", "hte": "the", "adn": "and", "taht": "that",
    "wiht": "with", "naw": "no",
    "den": "then", "dat": "that", "dats": "that is", "dis": "this", "dem": "them", "dey": "they",
    "da": "the", "jus": "just", "hav": "have", "aite": "alright", "ight": "alright",
    "jsut": "just", "somones": "someone is",
    "someones": "someone is", "wld": "would", "cld": "could", "mny": "many",
    "hw": "how", "til": "until", "shud": "should", "cud": "could", "plse": "please",
}  # fmt: skip


def cleaned(text: str) -> str:
    """The sentence with signs made plain, control characters gone and pasted text cut out."""
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    text = _FENCE.sub(' "pasted text" ', text)
    text = _QUOTED_LINE.sub(' "pasted text" ', text)
    if not (text.isascii() and text.isprintable() and "^" not in text):
        text = "".join(c if _is_plain(c) else " , " if _is_picture(c) else " " for c in text)
    text = re.sub(r"(?<![\w#])# of\b", "number of", text)
    text = re.sub(r"(?<=\w\d)\.{2,3}(?=\w)", " through ", text)
    text = re.sub(r"\blet(?:'s| us) say,? ", "", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\s)&(?=\s)", "and", text)
    text = re.sub(r"\b(?!other|like|clock)(\w{2,})-wise\b", r"by \1", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(\d{1,2}) ?[hH] ?(\d{2})\b", r"\1:\2", text)
    text = re.sub(
        r"(?<!the )(?<!over )\blast (?=\d+ ?(?:h|hrs?|hours?|d|days?|weeks?|mins?|minutes?)\b)",
        "over the last ",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\b(at|until|from) (\d{1,2}) [hH]\b", r"\1 \2:00", text)
    for pattern, plain in _IN_OTHER_WORDS:
        text = pattern.sub(plain, text)
    text = _ARROW.sub(r"resize \1 to \2", text)
    text = _LAUGHTER.sub(" , ", text)
    text = _THANKFUL.sub("please ", _WISHED_IF.sub(r"please have \1 ", text))
    text = _ANYWHERE.sub("", text)
    return _cut_reported(_THEREAFTER.sub("then ", _put_right(text)))


_IN_OTHER_WORDS = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (r"\b(?:broken|split|sliced) (?:up|down|out|apart) (?=by\b|per\b)", "grouped "),
        (r"\b([\w-]*\d[\w-]*),? please to (?!be\b)(\w+)", r"please \2 \1"),
        (
            r"\bforce (?:a|the|an immediate) (re\w+|shut ?down|stop|power ?off)(?: on| of)?\b",
            r"force \1",
        ),
        (
            r"\b(?:running|setting|costing) (us|me|them) (?:back )?(?=a |per |each |every )",
            r"costing \1 ",
        ),
        (r"\bwhen (?:the )?weekend (?:starts|begins|comes)\b", "on saturday at 00:00"),
        (r"\boff of (?=[\w-])", "off "),
        (
            r"(?<![\w-])(?:one|1) (?:more|additional|extra|further|new) "
            r"(?=(?:\S+ ?(?:[gt]i?b|gigs?|tera\w*) )?(?:data )?(?:disk|drive|volume)\b)",
            "another ",
        ),
        (
            r"\b(another|an? (?:second|third|new|extra|additional|further|separate)) "
            r"((?:data )?(?:disk|drive|volume)),? (?:of|with|sized|at)(?: size)? "
            r"((?:half an? |an? |\d[\d.,]* ?)(?:[gt]i?b|gigs?|gigabytes?|tera(?:byte)?s?)\b)",
            r"\1 \3 \2",
        ),
        (
            r"\b(another (?:data )?(?:disk|drive|volume)\b[^.;?!]{0,60}?),? (?:of |with )?(?:the )?"
            r"same size as (?:on |in )?(?:the )?[\w-]+(?:'s)?(?: (?:disk|one))?",
            r"\1",
        ),
        (
            r"\b(?:could (?:really )?(?:use|do with)|would need|should (?:get|have)|has to (?:get|"
            r"have)|must (?:get|have)) (?=(?:another|an? (?:second|third|new|extra|additional|"
            r"further)) (?:\S+ ?(?:[gt]i?b|gigs?|tera\w*) )?(?:data )?(?:disk|drive|volume)\b)",
            "needs ",
        ),
        (r"\be-mail(s?)\b", r"email\1"),
        (r"^(\w+) by os\b", r"count \1 by os"),
        (
            r"\bput (?:(?:delet\w+|termination) )?protection on ([\w-]+) and take it off (?:of )?",
            r"protect \1 and unprotect ",
        ),
        (
            r"(^|[,.!] )(?:euh|ei|eish|bon|alors|hein|tiens|voil[aà]|bref|tja|pues|ehm) ?[,:]? ",
            r"\1",
        ),
        (
            r"\b(?:do we have|have we got|are there) more (\w+) (on|in|at) ([\w-]+) or "
            r"(?:on |in |at )?([\w-]+)",
            r"how many \1 \2 \3 and \4",
        ),
        (r"\bbefore doing (that|this|so|it)\b", r"before \1"),
        (
            r"(^|[,.!?;]\s*|\b(?:please|pls|plz|kindly|also|and|then|to|you|just)\s+)share "
            r"(?:with (?:me|us) |me |us )?(?!with\b)",
            r"\1show me ",
        ),
        (r"\b(?:host|physical|bare metal) (?:machines|boxes|servers|hosts)\b", "hosts"),
    )
)
"""Ways of saying it for which the grammar has another."""

_ARROW = re.compile(
    r"^((?:[\w.-]+(?:'s)? )?(?:\S+ )?(?:disk|memory|ram|cpus?|vcpus?|cores|size)\b(?: of [\w.-]+)?)"
    r":?\s*(?:from )?\d+ ?[a-z]*\s*(?:->|=>|-->)\s*(\d+ ?[a-z]*)",
    re.IGNORECASE,
)
"""A figure that becomes another: "search-2's disk: 400 -> 600"."""

_LAUGHTER = re.compile(r"\b(?:lol+|lma+o+|lmfao|rofl|ha(?:ha)+|he(?:he)+|xd)\b", re.IGNORECASE)

_THANKFUL = re.compile(
    r"\b(?:i|we)(?:'d| would)? (?:really |much |so |very much |greatly )?(?:appreciate(?: it)?|"
    r"be (?:so |very |really )?(?:grateful|glad|thankful|obliged|pleased|delighted|happy)) if "
    r"(?:you (?:could|would|can|might) (?:please )?|(?=\S))|"
    r"\b(?:it would|it'd) be (?:great|nice|good|lovely|wonderful|helpful|awesome|super|cool) if "
    r"(?:you (?:could|would|can) (?:please )?|(?=\S))",
    re.IGNORECASE,
)
"""Politeness that reads like a condition."""

_WISHED_IF = re.compile(
    r"\b(?:(?:(?:it|that)(?: would|'d) |would )be (?:so |very |really |most )?(?:great|nice|good|"
    r"lovely|wonderful|helpful|awesome|super|cool|ideal|perfect|brilliant|handy|useful|grand|"
    r"fantastic|best)(?: for (?:me|us))?|(?:it|that)(?: would|'d) (?:really )?help(?: me| us)?|"
    r"(?:i|we)(?: would|'d)? (?:really |much )?(?:love|like|appreciate|prefer)(?: it)?) if "
    r"((?!you\b|i\b|we\b)(?:(?!not\b|never\b)[\w.*'-]+ ){1,8}?)"
    r"(?:were to be|were|was|got|gets|could be|can be|would be|is|are) "
    r"(?=(?:\w+ed|shut|put|brought|taken|woken|given|rebuilt|reset) ?\b)",
    re.IGNORECASE,
)
""" "it'd be good if analytics-2 were started": what shall be done, not what must be so first."""

_ANYWHERE = re.compile(
    r"(?:,\s+|(?<![\s,])\s+)"
    r"(?:wherever|no matter where|regardless of where)\s+(?:it|they)(?:'re)?\s*"
    r"(?:runs?|is|are|lives?|sits?|(?:may|might) (?:run|be)|happens? to (?:run|be))?(?:\s+now)?"
    r"(?=\s*(?:[.,;!?]|$))",
    re.IGNORECASE,
)
"""What says only that no place is left out: its "it" is no machine of before."""

_CORRECTED = re.compile(
    r"(\d+)(\D{3,80}?)[?.!, ]\W*(?:(?:no|nah|make (?:that|it)|sorry|actually|wait|scratch "
    r"that|hm+|or rather),? )+(\d+)\W*$"
)


def _put_right(text: str) -> str:
    """ "3 oldest vms? no, 2": the figure that was put right in the same breath."""
    if len(re.findall(r"\d+", text)) != 2:
        return text
    match = _CORRECTED.fullmatch(text.strip()) or _CORRECTED.search(text)
    if match is None:
        return text
    return f"{text[: match.start(1)]}{match[3]}{match[2]}"


_THEREAFTER = re.compile(
    r"\b(?:and |then )?(?:once|when|as soon as) (?:that|it|this)(?:'s| is| has been| has)? "
    r"(?:finished|done|completed?|through|ready)\b,? ?",
    re.IGNORECASE,
)
"""What says only that one act comes after another."""


def _is_plain(c: str) -> bool:
    return c in "\n`" or not unicodedata.category(c).startswith(("C", "So", "Sk", "Co"))


def _is_picture(c: str) -> bool:
    """An emoji ends what was said, as a comma does."""
    return unicodedata.category(c) == "So" and ord(c) > 0x2190


def _cut_reported(text: str) -> str:
    """Make what somebody or something "says:" a quotation, up to the end of its sentence."""
    match = (":" in text and _REPORTED.search(text)) or _SPOKEN.search(text)
    if (
        not match
        or text.count('"', 0, match.start()) % 2
        or text.count("'", 0, match.start()) % 2
        or '"' in text[match.end() : match.end() + 2]
    ):
        return text
    end = _SENTENCE_END.search(text, match.end())
    stop = end.start() if end else len(text)
    inside = text[match.end() : stop].replace('"', " ")
    return f'{text[: match.end()]}"{inside}"{text[stop:]}'


def tokenise(text: str) -> list[Token]:
    """The tokens of a cleaned sentence."""
    tokens: list[Token] = []
    at = 0
    for match in _QUOTE.finditer(text):
        tokens.extend(_plain(text, at, match.start()))
        inner = next(g for g in match.groups() if g is not None).strip()
        if inner:
            low = inner.casefold()
            tokens.append(Token(inner, low, match.start(), match.end(), quoted=True))
        at = match.end()
        if len(tokens) >= MAX_TOKENS:
            return tokens[:MAX_TOKENS]
    tokens.extend(_plain(text, at, len(text)))
    return tokens[:MAX_TOKENS]


def _plain(text: str, start: int, end: int) -> list[Token]:
    """The tokens of a stretch without quotations."""
    tokens: list[Token] = []
    for chunk in re.finditer(r"\S+", text[start:end]):
        tokens.extend(_chunk(chunk[0], start + chunk.start()))
        if len(tokens) >= MAX_TOKENS:
            break
    return tokens


def _chunk(chunk: str, start: int) -> list[Token]:
    """The tokens of a stretch without white space: signs around it, and what is inside."""
    before: list[Token] = []
    after: list[Token] = []
    while chunk and (match := _LEADING.match(chunk)):
        before.append(_token(match[0], start, spaced=not before))
        chunk, start = chunk[match.end() :], start + match.end()
    while chunk and chunk.casefold() not in _CONTRACTIONS and (match := _TRAILING.search(chunk)):
        if match[0] == "?" and "*" in chunk:
            break
        chunk = chunk[: match.start()]
        after.append(_token(match[0], start + match.start(), spaced=False))
    inside = _inside(chunk, start) if chunk else []
    if before and inside:
        inside[0].spaced = False
    return [*before, *inside, *reversed(after)]


def _inside(chunk: str, start: int) -> list[Token]:
    low = chunk.casefold()
    if low in _CONTRACTIONS:
        return _words(chunk, start, True)
    if amount := _AMOUNT.fullmatch(chunk):
        return _amount(amount, start)
    match = _COMPARED.search(chunk)
    if match and (match[1] not in {"=", "=="} or match.start() == 0):
        return _parts((chunk[: match.start()], match[1], match[2]), start)
    if _PAIR.fullmatch(chunk) or _IDENTITY.fullmatch(chunk) or _DATE.fullmatch(chunk):
        return [_token(chunk, start)]
    for sign in ("->", "/", "&", "+", "..", ","):
        if sign in chunk and not (sign == "," and re.fullmatch(r"\d+,\d{3}", chunk)):
            if "{" in chunk or "[" in chunk:
                break
            first, rest = chunk.split(sign, 1)
            return _parts((first, sign, rest), start)
    return _words(chunk, start, True)


def _amount(match: re.Match[str], start: int) -> list[Token]:
    sign, number, unit, plus = match.groups()
    return _parts((sign, number, unit, plus), start, whole=True)


def _parts(parts: tuple[str, ...], start: int, *, whole: bool = False) -> list[Token]:
    tokens: list[Token] = []
    for part in parts:
        if part:
            made = [_token(part, start)] if whole else _chunk(part, start)
            for token in made[: 1 if tokens else 0]:
                token.spaced = False
            tokens.extend(made)
        start += len(part)
    return tokens


def _token(text: str, start: int, spaced: bool = True) -> Token:
    return Token(text, text.casefold(), start, start + len(text), spaced=spaced)


def _words(text: str, start: int, spaced: bool) -> list[Token]:
    low = text.casefold()
    if low in _CONTRACTIONS:
        words = _CONTRACTIONS[low].split()
        made = [Token(text, w, start, start + len(text), spaced=True) for w in words]
        made[0].spaced = spaced
        return made
    if low.startswith(("non-", "non_")) and len(low) > 5:
        return [_token(text[:3], start, spaced), _token(text[4:], start + 4, False)]
    if low.endswith("n't"):
        return [
            Token(text[:-3], low[:-3], start, start + len(text), spaced=spaced),
            Token("not", "not", start, start + len(text)),
        ]
    if low.endswith(("'s", "s'")) and len(low) > 2:
        bare = text[:-2].casefold()
        return [Token(text, bare, start, start + len(text), possessive=True, spaced=spaced)]
    for ending in ("'ll", "'re", "'ve", "'d"):
        if low.endswith(ending):
            return [_token(text[: -len(ending)], start, spaced)]
    return [_token(text, start, spaced)]
