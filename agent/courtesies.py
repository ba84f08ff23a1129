"""What people say around a short answer that says nothing of it: "one sec. yes", "2, thanks a lot".

Taken off before a yes, a typed name, a correction or a question in between is read, by every brain
alike. Nothing that could take something back, doubt it or name anything is among it.
"""

from __future__ import annotations

import re

_GAP = r"(?:\s*[,;:!\u2014\u2013-]+\s*|\s*\.+\s+|\s+(?=[^\s.,;:!?]))"
_STOP = r"(?:\s*[,;:\u2014\u2013-]+\s*|\s*[.!]+\s+)"
_SOMEBODY = (
    r"(?:(?:the|my|our) (?:boss|manager|team|lead|owner|customer|client|dbas?|cab|users?|director|"
    r"colleagues?|department|vendor|people)|(?-i:(?!(?:No|Not|Nobody|None|Never|Nothing)\b)[A-Z][a-z]+)|"
    r"security|legal|finance|compliance|management|operations|ops|hr|support|"
    r"she|he|they|everyone|everybody|all)"
)
_INTERJECTIONS = (
    r"hm+|uh+|um+|eh+m?|er+m?|ah+|oh+|ok(?:ay)?(?: so| then| now)?|right(?: so| then)?|"
    r"alright(?: so| then)?|all right|so|well"
)
_PRAISE = (
    r"(?:great|perfect|cool|nice|lovely|brilliant|excellent|super|awesome|wonderful|splendid|"
    r"fantastic|good|fine|sweet|neat)"
)
_THANKS = (
    r"(?:(?:i )?(?:really )?appreciate (?:it|that|this|(?:your|the) (?:help|patience|support|"
    r"time))|(?:many |great, |great |ok |okay )?thanks|thank you|thank u|thx|ty|cheers|ta|"
    r"much obliged|much appreciated)(?: (?:so much|very much|a lot|a million|a bunch|again|"
    r"for (?:(?:that|this|the (?:info|list|answer|check|reminder|quick (?:answer|reply)))|"
    r"(?:your|the|all your) (?:patience|help|support|time|assistance|quick (?:help|reply|answer)|"
    r"explanation|warning|heads[ -]up)|waiting|asking|helping|checking|bearing with me)|kindly|"
    r"mate|all|everyone|in advance|and sorry))*"
)
_FITS = (
    r"(?:(?:(?:that|it|this|they) (?:all )?|all |everything )?(?:looks?|sounds?|seems?) "
    r"(?:all )?(?:good|right|fine|correct|ok(?:ay)?|great|perfect)(?: to me)?|agreed|all good|"
    rf"{_SOMEBODY} (?:says|said) (?:it's|it is|that's|that is) (?:fine|ok(?:ay)?|good|all right))"
)
_WAITED = (
    r"(?:(?:just )?(?:one|a|1) (?:sec|second|moment|minute|min)|bear with me|(?:i'm |i am )?"
    r"back(?: now| again| here)?|sorry (?:for|about) the (?:delay|wait|silence|late reply)|"
    r"sorry,? (?:i )?(?:was|got) (?:away|afk|busy|distracted|in (?:a|another) (?:meeting|call)|"
    r"at lunch|on (?:the phone|a call|another call)|pulled away|called away)|(?:i |"
    r"just )*(?:had to |needed to |just )?"
    r"(?:check|checked|double-?checked|asked|ask|talked|spoke|speak)"
    rf"(?: (?:it|that|this|them|again|first|everything))?(?: (?:with|to) {_SOMEBODY})?|"
    rf"(?:i |we )?(?:just )?(?:(?:heard|got word) (?:back )?from|got (?:the|an?) (?:ok|okay|"
    rf"go-ahead|all[ -]clear|green light|approval|yes) (?:from|of)) {_SOMEBODY})"
)
_AGREED = (
    rf"(?:{_SOMEBODY} (?:(?:has |have |just |also )*(?:agreed|agrees|approved|approves|confirmed|"
    r"ok'?ed|signed off)(?: (?:it|that|this|on it))?|(?:is|are)(?: all)? (?:fine|happy|ok|"
    r"okay|good) "
    r"(?:with|about) (?:it|that|this)))"
)
_SORRY = (
    r"(?:(?:so |very |i'm |i am )?sorry(?: again)?(?: (?:about|for) (?:that|this|it|"
    r"all (?:this|that)|"
    r"the (?:back[ -]and[ -]forth|confusion|trouble|noise|delay|mess|mix-?up|hassle|typo)))?|"
    r"apologies(?: for (?:that|this|the (?:confusion|trouble|delay)))?|"
    r"my (?:mistake|bad|fault|apologies|error)|silly me|i forgot(?: (?:about )?(?:that|it))?|"
    r"i should have said (?:that|so|it)(?: first| before| earlier| at once)?)"
)
_ASKED = (
    r"(?:(?:pretty )?pl(?:ease|s|z)(?: and thank(?:s| you))?|if you (?:don't|do not|wouldn't) mind|"
    r"if (?:that's|that is|it's|it is) (?:ok(?:ay)?|possible|alright|all right)(?: with you)?|"
    r"(?:will|would|can|could) (?:you|ya|u)|ok(?:ay)?|right)"
)
_REASONS = (
    r"(?:(?:to be|just to be|better) (?:on the )?safe(?: side)?|just in case|"
    r"as (?:discussed|agreed|"
    r"planned|usual|promised|requested|always)|no time to (?:lose|waste)|before i forget|"
    r"that(?:'s| is| will be|'ll be) (?:what (?:we|i|the team|they|she|he) (?:all )?"
    r"(?:needs?|wants?|wanted|needed|asked for|agreed(?: on)?)|much better|better|perfect|"
    r"all(?: for now)?|fine(?: (?:by|with|for) (?:me|us))?)|looks (?:right|good|fine)|"
    r"(?:i(?:'ve| have)? |we(?:'ve| have)? )?(?:just )?(?:double-?)?checked(?: (?:it|that|with "
    rf"{_SOMEBODY}))?|{_SOMEBODY} (?:just )?(?:told me|asked (?:me|for it)|said so)|lol|haha+|"
    r"mate|buddy|pal|man|love|folks|boss|chief)"
)
_BEFORE = re.compile(
    rf"^\W*(?:(?:{_INTERJECTIONS})(?:{_GAP})|(?:(?:{_PRAISE}|"
    rf"{_THANKS})(?:,? (?:and )?(?:{_THANKS}))?|"
    rf"{_WAITED}|{_AGREED}|{_FITS})(?:{_STOP}))(?=\S)",
    re.IGNORECASE,
)
_SORRY_BEFORE = re.compile(rf"^\W*(?:{_SORRY})(?:{_STOP})(?=\S)", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?<=[^\s,;.!])(?:(?:\s*[,;\u2014\u2013-]+\s*|\s*[.!]+\s+)(?:and )?"
    rf"(?:{_THANKS}|{_SORRY}|{_ASKED}|{_REASONS}|{_AGREED})|\s+(?:{_THANKS}))\s*[.!?]*\s*$",
    re.IGNORECASE,
)
_SAYS_LITTLE = re.compile(
    rf"\W*(?:(?:{_INTERJECTIONS}|{_PRAISE}|{_THANKS}|{_ASKED}|{_SORRY}|k+|lol|huh|that|is|s|all|it|"
    rf"much|very|much better|better)\b\W*)*",
    re.IGNORECASE,
)


def without_courtesies(text: str, *, sorry: bool = False) -> str:
    """A short turn without what is said around it; as it is where little would be left.

    Args:
        text: what was said.
        sorry: whether a "sorry, …" before it says nothing either; beside a plan that waits it
            takes something back.
    """
    if len(text) > _LONGEST or '"' in text or "`" in text:
        return text
    plain = text.replace("\u2019", "'")
    for _ in range(_MOST):
        before = plain
        plain = _BEFORE.sub("", plain, count=1)
        if sorry:
            plain = _SORRY_BEFORE.sub("", plain, count=1)
        plain = _AFTER.sub("", plain, count=1)
        if plain == before:
            break
    return text if _SAYS_LITTLE.fullmatch(plain) is not None else plain


_LONGEST = 300
"""Characters; what is longer is no short answer."""
_MOST = 4
"""Layers of courtesy: "great, thanks. ok so …, please, and sorry"."""
