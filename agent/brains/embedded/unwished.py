"""Acts that are spoken of and not asked for: forbidden, feared, tried before, or only thought of.

It is read from how a clause begins, whatever verb follows, and it holds for the clauses that go on
from it: "don't snapshot dev-db and then resize it" asks for neither.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.frames import Reading

if TYPE_CHECKING:
    from agent.brains.embedded.reader import Reader

_LEAD = (
    r"^(?:(?:please|kindly|hey|hi|hello|ok|okay|so|well|and|or|but|then|also|just|now|nova|oh|um|"
    r"no|yesterday|earlier|today|lately|sorry|actually|honestly|last \w+|this \w+|,|-|wait|"
    r"nope|nah|"
    r"hm+|hang on|hold on|never mind|nevermind|maybe|perhaps|whatever (?:you|happens) ?(?:do)?|"
    r"hands off|remember|careful|attention) )*"
)
_GO_ON = r"(?! (?:forget|hesitate|mind|bother|worry|fail|you|we|want|need|have|only|just)\b)"
_FORBIDS = re.compile(
    _LEAD + r"(?:"
    r"do not" + _GO_ON + r"|never" + _GO_ON + r"|"
    r"(?:there is |there was |i see |we have )?(?:no|hardly any|not any) (?:\w+ )?"
    r"(?:need|reason|point|sense|use|cause|call|intention|plan) (?:to|in|for|of)|"
    r"(?:i|we) (?:do|did|will|would|can|could|may|must|should|am|are) not "
    r"(?:want to|need to|have to|intend to|plan to|wish to|mean to|dare to|going to|about to|"
    r"planning to|allowed to|supposed to|like to|ask you to|ask to|want you to|need you to)|"
    r"(?:i|we) (?:do|did) not want(?= (?:\S+ ){1,6}(?:stopped|restarted|rebooted|deleted|removed|"
    r"touched|suspended|moved|migrated|resized|changed|shut|turned|switched|powered|restored))|"
    r"(?:i|we) (?:refuse|hate|decline|fear|dread|regret|hesitate|tried|failed|forgot|used|wanted "
    r"once|managed|happened|planned|hoped) to|"
    r"(?:i|we) (?:am|are|was|were) (?:\w+ )?(?:afraid|scared|reluctant|hesitant) (?:to|of)|"
    r"(?:i|we) (?:was|were) (?:\w+ )?(?:going|about|planning|supposed|meaning|tempted) (?:to|of)|"
    r"(?:i|we|you|he|she|they) (?:would|could|should|might|must) have|"
    r"(?:nobody|no one|none of us|noone) \w+(?: \w+)? (?:to|that)|"
    r"(?:nobody|no one|noone) (?:should|shall|may|must|will)|"
    r"under no (?:circumstances?|conditions?)|do not you dare|do not dare|"
    r"without [\w ]{2,40} (?:you|we|i) "
    r"(?:may|must|can|should|shall) not|(?:it|this|now) is not (?:the|a good|"
    r"the right) (?:time|moment|day) "
    r"(?:to|for)|(?:i|we|they) (?:have )?(?:agreed|decided|promised|chose|"
    r"resolved) (?:to )?not(?: to)?|"
    r"(?:i|we|they|he|she) (?:have|has) not (?:yet |really |quite )?(?:decided|agreed|made up \w+ "
    r"minds?|concluded) (?:yet )?(?:whether|if|when|to)|"
    r"(?:(?:i|we) (?:am|are) )?(?:not (?:really |quite |yet )?(?:sure|certain)|unsure|undecided) "
    r"(?:yet )?(?:whether|if|when)|"
    r"stop (?:asking|telling|begging|urging|pushing|nagging|reminding|pestering) (?:\w+ )?to|"
    r"(?:i|we|they|he|she|policy|the \w+) (?:\w+ )?(?:forbids?|prohibits?|bans?|forbade) "
    r"(?:\w+ )?(?:to|from)|"
    r"(?:you|we|i) (?:should|must|may|shall|need|ought|will|can) not (?:to )?" + _GO_ON + r"|"
    r"you (?:do not|did not|never) (?:have|need|had|needed) to|"
    r"(?:an? |the |some )?(?:attacker|hacker|intruder|thief|virus|malware|vandal|competitor)s? "
    r"(?:might|could|may|can|would|will)|"
    r"(?:do|does|did|would|will|must|should) (?:i|we|one|he|she|they) (?:need|have|require|ask)"
    r"(?: for)? (?:an? |any |the |your |some |to )?(?:\w+ )?"
    r"(?:approval|permission|sign ?-?off|authori[sz]ation|consent|ticket|"
    r"blessing) (?:to|for|before)|"
    r"what (?:does|would|did|will) (?:it|that) (?:even )?"
    r"(?:mean|take|need|involve)(?: to| if| when|$)|"
    r"(?:the |our |my |his |her |an? )?(?:\w+ ){1,3}(?:tried|attempted|failed|refused) to|"
    r"forget (?:that|about|what|it) |"
    r"(?:it|that) (?:would|will|is|was) (?:be )?(?:\w+ )?(?:wrong|bad|a mistake|stupid|silly|"
    r"dangerous|unwise|reckless|madness|forbidden|too early|too late|not (?:ok|okay|safe|good)) to|"
    r"before (?:i|we) (?=(?:\S+ ){0,2}(?:restart|reboot|stop|delet|remov|resiz|upgrad|shut|mov|"
    r"migrat|chang|patch|updat|restor)\w*)|instead of|rather than|"
    r"(?:(?:i|we) (?:am|are) (?:still |just |currently )?)?(?:planning|thinking|considering|"
    r"pondering|debating|toying|wondering|contemplating|discussing) "
    r"(?:to|about|of|on|whether|if|with|\w+ing)|"
    r"(?:(?:i|we) (?:just )?(?:heard|saw|read|noticed|was told|were told|am told|are told)|"
    r"looks like|(?:it )?turns out|(?:it )?seems|(?:it )?appears|apparently|rumou?r has it|"
    r"someone said) |"
    r"(?:the |our |my |an? )?(?:\w+ ){1,2}(?:asks?|asked|wonders?|wondered|wants to know|"
    r"wanted to know) (?:me |us )?(?:whether|if|when|why|how) (?:i|we|they|he|she|it|to)|"
    r"(?:is|was) it (?:true|normal|usual|expected|correct|right|known) (?:that|for|when|to)|"
    r"(?:i|we) (?:\w+ )?(?:need|have(?! (?:the |an |my |our |got |full |\w+'s )*(?:approval|"
    r"permission|sign|authori|consent|blessing))|want|must|should|will|would like|am|are)(?: to)? "
    r"(?:\w+ ){0,4}"
    r"(?:approval|permission|sign ?-?off|signoff|authori[sz]ation|consent|blessing|approve|"
    r"authori[sz]e|agree) (?:for|to|on|of|before|that|it|with|\w+ing)|"
    r"avoid|refrain from|let us not|neither|rather not|better not|please not"
    r")\b"
)
_CHANGED_MIND = re.compile(
    r"\bbut (?:i |we )?(?:have |had )?(?:changed (?:my|our) minds?|decided (?:against|not)|"
    r"(?:will|did|do) not(?! (?:touch|include|bother|disturb|harm|affect|restart|reboot|stop|"
    r"delete|take|remove|forget))|won't|didn't|thought better|said no\b|told (?:him|her|"
    r"them|you|it) "
    r"(?:no|not)\b)"
)
_ASKED = re.compile(r"\b(?:asked|told|said|wanted|wrote|ordered)\b")
_REGRETS = re.compile(
    r"(?:but |and |which |, )*(?:(?:that|it|this) |which )?(?:was|is) (?:all |completely |just )*"
    r"(?:wrong|an? (?:mistake|joke|misunderstanding|error)|stupid|nonsense)\b|"
    r"(?:but )?(?:i|we) (?:was|were) (?:only |just )?(?:joking|kidding|wrong|mistaken)\b"
)
_NO_VERB_OF_ITS_OWN = frozenset({"to", "twice", "double", "half", "triple", "with"})
_CONTRASTS = frozenset({"but", "instead", "just", "only", "rather", "please"})


def mark_unwished(clauses: Sequence[Clause]) -> None:
    """Mark the clauses whose acts are not asked for, and those that go on from such a one."""
    before: Clause | None = None
    for clause in clauses:
        text = " ".join(clause.words)
        goes_on = before is not None and _goes_on(clause, before)
        led = not (clause.reason and clause.words[:1] == ("before",))
        forbids = bool((led and _FORBIDS.search(text)) or _CHANGED_MIND.search(text))
        clause.unwished = forbids or (goes_on and before is not None and before.unwished)
        if before is not None and _REGRETS.match(text) and _ASKED.search(" ".join(before.words)):
            before.unwished = True
        before = clause


def regrets(text: str) -> bool:
    """Whether a sentence takes back what was said before it: "that was a mistake"."""
    return _REGRETS.match(text.casefold()) is not None


def only_the_question(reading: Reading, reader: Reader) -> Reading:
    """ "Who owns x? I need approval for retiring it.": the question alone."""
    if not reading.frames or not all(frame.negated for frame in reading.frames):
        return reading
    asked = [s for s in _SENTENCES.split(reading.text) if s.endswith("?")]
    again = reader.read(" ".join(asked)) if asked else reading
    return reading if any(frame.changes for frame in again.frames) else again


_SENTENCES = re.compile(r"(?<=[.!?])\s+")


def _goes_on(clause: Clause, before: Clause) -> bool:
    """Whether a clause is joined to the one before it by "and", "or" or "then"."""
    if clause.sentence != before.sentence or _CONTRASTS & set(clause.words[:3]):
        return False
    lead = clause.items[0] if clause.items else None
    if clause.words[:1] and clause.words[0] in _NO_VERB_OF_ITS_OWN:
        return True
    return lead is not None and lead.has("and", "or", "then", "also") and not lead.has("comma")
