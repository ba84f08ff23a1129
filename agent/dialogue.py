"""Yes and no: whether a whole utterance confirms or calls off, by its words alone."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_YES_SIGNS = {
    "👍": " yes ",
    "✅": " yes ",
    "🚀": " ",
    "👌": " yes ",
    "❌": " no ",
    "👎": " no ",
    "🛑": " no ",
}

_SHORT = (
    ("'m", " am"), ("'ve", " have"), ("'ll", " will"), ("'re", " are"), ("'d", " would"), ("n't", " not"),
    ("'s", " is"), ("\u2019", "'"),
)  # fmt: skip

YES = (
    "yes", "y", "ye", "yep", "yup", "yeah", "yea", "ya", "yah", "yess", "yesss", "yas", "aye", "affirmative", "affirm",
    "confirm", "confirmed", "i confirm", "approve", "approved", "i approve", "go", "go ahead", "go on", "go for it",
    "go for that", "do it", "do so", "do that", "please do", "do go ahead", "proceed", "continue", "carry on", "run it", "run that",
    "execute", "execute it", "apply", "apply it", "ship it", "ship", "send it", "make it so", "sure", "sure thing",
    "of course", "absolutely", "definitely", "certainly", "by all means", "ok", "okay", "k", "kk", "okey", "okey dokey", "oki", "alright",
    "all right", "right you are", "fine", "fine by me", "fine with me", "sounds good", "sounds right", "sounds fine",
    "looks good", "looks right", "looks fine", "looks correct", "looks ok", "lgtm", "that is right", "that is correct",
    "that is fine", "that is good", "that is the one", "that is it", "that works", "works for me", "correct", "exactly", "right",
    "good to go", "you may", "you can", "you may proceed", "permission granted", "granted", "accepted", "accept",
    "i accept", "agreed", "i agree", "very well", "as you say", "indeed", "positive", "roger", "roger that", "copy that", "let us go",
    "let us do it", "let us do that", "let us proceed", "let it rip", "let her rip", "hit it", "fire away", "fire", "pull the trigger",
    "make it happen", "i am sure", "i am certain", "yes i am", "yes i do", "i do", "you have my approval", "be my guest", "merge it", "merge",
    "deploy it", "engage", "si", "oui", "ja", "hai", "get it done", "get on with it", "get going", "perfect do it", "just do it",
    "signed off", "create it", "yeh", "yeee", "you have my blessing", "yes please take it back", "ok run", "run", "no objection", "off with it", "suits me", "suits us", "suits everyone", "reasonable", "good", "better", "much better", "go go", "go go go", "ok go", "sign off", "green light", "greenlight", "thumbs up", "true", "i want that", "i want it", "that is what i want",
    "that is what i meant", "push it", "commit", "commit it", "start it up then", "yarp", "uh huh", "mhm", "mm hmm",
    "i would like that", "fire it", "click yes", "for sure", "why not", "happy with that", "i am happy with that",
    "happy to proceed", "full steam ahead", "do them", "run them", "do them all", "do it all", "do it now",
    "do both", "both", "you got it", "okie dokie", "okie", "yessir", "yes sir", "yes maam", "execute the plan", "run the plan",
    "confirm the plan", "approve the plan", "approve it", "confirm it", "confirm that", "approve that", "authorized", "authorised",
    "i authorize", "i authorise", "authorize", "authorise", "go forward", "move forward", "please go", "totally",
)  # fmt: skip

NO = (
    "no", "n", "nope", "nah", "naw", "no way", "cancel", "cancel it", "cancel that", "cancel this", "cancelled", "canceled",
    "abort", "abort it", "abort that", "abort mission", "stop", "stop it", "stop that", "stop right there",
    "never mind", "nevermind", "nvm", "forget it", "forget that", "forget about it", "forget about that", "do not", "do not do it",
    "do not do that", "do not bother", "do not proceed", "do not go ahead", "do not run it", "leave it", "leave it alone", "leave them",
    "leave it be", "drop it", "drop that", "drop it all", "hold off", "call it off", "call that off", "not now", "not yet", "not today",
    "scrap it", "scrap that", "scratch that", "scratch it", "discard", "discard it", "negative", "no thanks", "no thank you",
    "i changed my mind", "i have changed my mind", "changed my mind", "rather not", "i would rather not", "better not", "let us not",
    "on second thought", "on second thoughts", "hell no", "absolutely not", "certainly not", "definitely not", "of course not",
    "please do not", "reject", "rejected", "i reject", "decline", "declined", "denied", "deny", "refuse", "veto", "nein", "non", "nay",
    "not that", "not this", "undo the plan", "nm", "nvm", "nonono", "nooo", "no no", "no no no", "noo", "hold it", "abort abort", "leave it for now", "leave it then", "let us just leave it", "just leave it", "please cancel", "i would rather not after all", "i would rather leave it", "withdraw", "withdraw it", "retract", "skip it", "skip that", "kill it", "kill the plan",
    "bin it", "ditch it", "forget the whole thing", "forget the plan", "cancel the plan", "cancel everything",
    "cancel all of it", "cancel all", "cancel all that", "wait no", "halt", "false alarm", "do nothing", "nothing", "back off",
    "i take it back", "disregard", "disregard that", "ignore that", "that is wrong", "wrong", "drop the plan", "call the whole thing off",
    "i would not", "not a good idea", "bad idea", "let us leave it", "let us cancel", "let us drop it", "stand down", "not happening",
    "do not do anything", "by no means", "not at all", "thanks but no", "thanks but no thanks", "no go", "nogo", "not really",
)  # fmt: skip

_HARMLESS = frozenset(
    """please pls plz plse thanks thank you thx ty cheers ta kindly now then so well oh ah um uh er hm hmm mm and the it
    that this them those all both i we to with just really very much indeed ok okay alright right good great nice cool
    perfect perf lovely awesome excellent super wonderful brilliant fab neat sweet fantastic sir maam mate buddy man dude friend team guys boss bot nova
    novacron assistant my dear again still already today tonight soon immediately asap quickly quick is are am was do does
    for me us of course if isn not any trouble would be kind could can you may mind like lol haha ha ffs damn bloody hell
    plan plans planned change changes both's two three everything thing things as shown listed above said correct looks look
    seems fine reassuring believe think guess suppose am's sounds go ahead on in a an have here there ready when your by
    at ease pretty absolutely definitely certainly totally entirely exactly yes no way wait hang hold sorry oops actually
    actually's apologies let's let us much obliged forward please's yourself itself them's those's ones one same this's
    quite happy sure course order sake goodness god heavens gosh gee man's my's word""".split()  # noqa: SIM905
)

_BUT = frozenset(
    """but except only instead however although though unless rather what which why how who when where without minus
    excluding apart first later after before until""".split()  # noqa: SIM905
)

_THANKS = frozenset({"thanks", "thank", "thx", "ty", "cheers", "ta"})
_WEAK = _THANKS | {"ok", "okay", "k", "kk", "fine", "alright", "right", "lol", "you", "cool", "great", "good", "very", "well", "haha",
                   "all", "much", "so", "then", "oh", "ah", "that", "is", "perfect", "nice"}  # fmt: skip
"""An "ok, thanks" ends a talk; it starts nothing."""

_NEGATIVE = frozenset(
    {"not", "no", "never", "nothing", "nobody", "none", "cannot", "dont", "wont", "nope", "nah"}
)


def plain_words(text: str) -> list[str]:
    """The words of an utterance in lower case, contractions opened, signs gone."""
    for sign, word in _YES_SIGNS.items():
        text = text.replace(sign, word)
    text = (
        unicodedata.normalize("NFKC", text)
        .casefold()
        .replace("\u2019", "'")
        .replace("can't", "can not")
        .replace("won't", "will not")
    )
    for ending, opened in _SHORT:
        text = re.sub(rf"{re.escape(ending)}\b", opened, text)
    text = re.sub(r"\blets\b", "let us", re.sub(r"\bdont\b", "do not", text))
    return re.findall(r"[^\W_]+(?:[-.][^\W_]+)*", text)


def _without(words: list[str], phrases: tuple[tuple[str, ...], ...]) -> tuple[list[str], int]:
    """The words with every phrase taken out, longest first, and how many there were."""
    left: list[str] = []
    found = 0
    i = 0
    while i < len(words):
        for phrase in phrases:
            if tuple(words[i : i + len(phrase)]) == phrase:
                i += len(phrase)
                found += 1
                break
        else:
            left.append(words[i])
            i += 1
    return left, found


def _sorted(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(p.split()) for p in phrases), key=len, reverse=True))


_YES, _NO = _sorted(YES), _sorted(NO)
_POLITE = _sorted((
    "if it is not any trouble", "if it is not too much trouble", "if you would", "if you please", "if you can", "if possible", "if you do not mind",
    "if that is ok", "if that is okay", "no problem", "no worries", "no problem at all", "no objections", "no objection", "not a problem", "why not",
    "what are you waiting for", "if you could", "no doubt", "if that is alright", "do not worry", "when you are ready", "whenever you are ready",
))  # fmt: skip


def reads(text: str, doing: frozenset[str] = frozenset()) -> Literal["yes", "no"] | None:
    """Whether the whole utterance is a plain yes or a plain no.

    Args:
        text: what the person said.
        doing: words for what the pending plan does; "yes, restart it" is a yes to a restart.

    Returns:
        "yes", "no", or None where anything else was said with it.
    """
    if len(text) > 200 or any(mark in text for mark in ("`", '"')):
        return None
    words = plain_words(text)
    if not words or len(words) > 16:
        return None
    words, _ = _without(words, _POLITE)
    left, refused = _without(words, _NO)
    if (
        refused
        and not (set(left) - _HARMLESS - {"yes"})
        and not (set(left) & {"yes", "yep", "yeah"})
    ):
        return "no"
    left, agreed = _without(words, _YES)
    if set(left) & (_BUT | _NEGATIVE) or "?" in text:
        return None
    if set(words) <= _WEAK and set(words) & _THANKS:
        return None
    if (
        agreed
        and not (set(left) - _HARMLESS - doing)
        and not (set(left) & {"wait", "hang", "hold", "sorry", "actually", "oops"})
    ):
        return "yes"
    return None
