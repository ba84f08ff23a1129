""" "I was hoping you could …", "my task is to …", "would it be possible to …?": plainly asked.

However somebody leads up to an act, it is read as the act itself is: "please …". Whether something
can or should be done ("can we …?", "should I …?") is a question, and stays one.
"""

from __future__ import annotations

import re

from agent.brains.embedded.layout import asking_verbs

_ALSO = (
    r"(?:(?:please|pls|plz|kindly|maybe|perhaps|just|also|now|then|quickly|simply|first|possibly) "
    r")*"
)
_LEADS = (
    rf"(?:can|could|would|will|won't|couldn't|can't) (?:you|u|ya|somebody|someone) {_ALSO}"
    r"(?:go ahead and |be able to |help me (?:to )?|help us (?:to )?|try to |help and )?",
    rf"would you (?:{_ALSO})?(?:be (?:able|willing|so kind as|so good as|kind enough|"
    rf"good enough)) to ",
    r"(?:would|will) it be (?:possible|ok|okay|alright|all right|fine)(?: for you)? to ",
    r"is it (?:possible|ok|okay) for you to ",
    rf"(?:is there )?any (?:chance|way|possibility) (?:that )?you (?:could|can|might) {_ALSO}",
    r"(?:do you )?(?:mind|may i|could i|can i|might i|let me)(?: if i)? (?:ask|trouble|bother|"
    r"request) you to ",
    rf"(?:i|we)(?:'d| would)? (?:like|love|want|need|prefer|wish|ask|beg|"
    rf"expect)(?: for)? you {_ALSO}to ",
    rf"(?:i|we) (?:was|were|am|'m|are|'re) (?:hoping|wondering|thinking)(?: if| that| whether)? "
    rf"(?:you|we) (?:could|can|might|would) {_ALSO}",
    r"(?:i|we)(?:'d| would) (?:really |very much |greatly |so )?(?:appreciate|love|like) it "
    r"(?:very much |a lot )?if you (?:could |would |can )?",
    r"(?:i|we) (?:should|would|shall|will|'d) be (?:most |very |so |really |ever so |much )*"
    r"(?:grateful|obliged|thankful|glad|happy|pleased|delighted|appreciative) if you "
    r"(?:could |would |can |might )?",
    r"(?:it|that)(?:'d| would) be (?:great|nice|good|lovely|helpful|awesome|perfect|cool|ideal) if "
    r"(?:you|we|somebody|someone) (?:could |would |can )?",
    r"(?:please )?(?:feel free to|make sure (?:to|you|that you)|be sure to|remember to|"
    r"don't forget to|do not forget to|go ahead and|go and|be so kind (?:as to|and)|be a dear and|"
    r"do me a favou?r and|do (?:us|me) the favou?r (?:of|to|and)|see to it that you|try to) ",
    rf"(?:i|we|you|they|somebody|someone) {_ALSO}(?:need|have|ought|must|want|would like|'d like|"
    r"am supposed|are supposed|'re supposed|am to|are to|'ve got|got|have got|'re going|'ll need|"
    r"will need|'ll have|will have) to ",
    r"(?:we|you|somebody|someone) (?:must|should|shall|'d better|had better|may|can) ",
    r"(?:i think |i guess |i believe |i suppose |maybe |perhaps |then )?(?:we|you) (?:should|could|"
    r"can|must|might) ",
    r"(?:they|he|she|somebody|someone|(?:my|the|our) (?:boss|manager|lead|team|client|customer|cto|"
    r"ceo|director|auditors?|vendor)) "
    r"(?:has |have )?(?:asked|asks|told|tells|wants?|wanted|needs?|requested|instructed|expects?|"
    r"would like) (?:me|us|you) to ",
    r"(?:i|we)(?:'ve| have| was| were|'m| am|'re| are)(?: been)? (?:asked|told|instructed|"
    r"requested|"
    r"ordered|meant|required) to ",
    r"(?:it's|it is|now it's|it's about)(?: high| about)? time to ", r"time to ",
    r"(?:my|our|the|your|today's) (?:task|job|plan|idea|mission|goal|order|assignment|todo|request|"
    r"next step|wish)(?: (?:for )?(?:today|now))? (?:is|was) to ",
    r"what (?:i|we)(?:'d| would)? (?:need|want|like)(?: you to do)?(?: now| next)? is to ",
    r"all (?:i|we) (?:need|want) is to ", r"(?:let's|lets|let us) (?:just |now |then |please )?",
    r"how about (?:we|you) ", r"why (?:don't|do not|dont) (?:you|"
    r"we) (?:just )?", r"help (?:me|us) (?:to )?", r"i (?:want|need|would like|'d like) to ",
)  # fmt: skip
_BEFORE = (
    r"(?:\W*(?:(?:ok(?:ay)?|right|so|well|oh|hey|hi|hello|and|also|now|then|next|please|pls|yes|yeah|"
    r"alright|great|good|thanks|cool)\b[,.! ]*)*)"
)
_WISHED = re.compile(
    rf"^(?P<before>{_BEFORE})(?P<lead>{'|'.join(_LEADS)})(?P<verb>[a-z]+)\b", re.IGNORECASE
)
_QUESTION = re.compile(
    r"(?:can|could|would|will|won't|couldn't|can't|is|any|do|mind|may|might|how|why)\b",
    re.IGNORECASE,
)
_ASKS_LATER = re.compile(
    r"[,.;] *(?:so|and|therefore|hence|thus)? *(?:please|pls|kindly|(?:can|could|would|will) you|"
    r"what|who|whose|how|why|is|are|does|do|will it|would it|shall|should)\b",
    re.IGNORECASE,
)
""" "We want to show a copy, so please make one": what is asked comes later."""
_MANY = (
    r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a couple|a few)\b"
    r"(?! ?(?:%|percent|g\b|gb|gigs?|gib|cores?|v?cpus?|mb|tb))"
)
_CAN_WE = re.compile(
    r"(?P<before>^|[.!?,:;] (?:so |and |but )?)can we (?P<act>(?:(?:scale|grow|shrink|bump|"
    rf"expand) [^.?!,;]{{1,60}}?\b(?:to|by) {_MANY}|"
    r"(?:take|bring|get) [^.?!,;]{0,50}?\b(?:up|down) "
    rf"(?:to|by) {_MANY}|add {_MANY}(?: more| extra| additional)*(?: machines| boxes| servers| vms|"
    rf" nodes| instances| desktops)? to )(?![^.?!]*\b(?:or|without|safely|if)\b)[^.?!]*)[?]?",
    re.IGNORECASE,
)
""" "can we scale the vdi group up to six?": with its figure a group is asked for."""
_WHETHER = re.compile(r"\bpossible\b.*\bwithout \w+ing\b", re.IGNORECASE)
_SMALL = frozenset(
    ("do", "have", "need", "want", "go", "let", "what", "which", "who", "how", "where", "when",
     "is", "are", "can", "could")
)  # fmt: skip
"""Words that may follow, and begin no act by themselves."""


def as_request(text: str) -> str:
    """A turn that leads up to an act, as the act is asked for plainly."""
    if text.isupper() and len(text.split()) > 2:
        text = text.lower()
    text = _CAN_WE.sub(r"\g<before>please \g<act>", text)
    plain = text.replace("\u2019", "'")
    found = _WISHED.match(plain)
    if found is None or found["verb"].casefold() not in asking_verbs() - _SMALL:
        return text
    rest = plain[found.start("verb") :]
    asked = _QUESTION.match(found["lead"]) is not None
    if (not asked and ("?" in rest or _ASKS_LATER.search(rest))) or (
        asked and _WHETHER.search(found["lead"] + rest)
    ):
        return text
    if asked and rest.count("?") == 1:
        rest = re.sub(r"\s*\?\s*$", ".", rest)
    return f"{found['before']}please {rest}"
