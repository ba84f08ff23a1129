"""Machines that a request names and does not mean: what takes the load, what can wait, what stays.

"restart web-03 while web-04 takes the load", "…, it blocks web-04", "unlike web-04, …": what is
told of another machine is set aside. "stop the web servers, web-02 is needed": it is left out.
"""

from __future__ import annotations

import re

from agent.brains.embedded.layout import asking_verbs
from agent.brains.embedded.site import Site

_NAME = r"[\w.]*\w(?:[-_][\w.]*\w)*"
_NAMES = rf"(?P<names>{_NAME}(?:(?:, | and | or |, and ){_NAME})*)"
_POLITE = r"(?:(?:please|pls|kindly|so|and|but|then|now|just|can you|could you|ok)[, ]+)*"
_CUT = r"(?:,|;|\.| [\u2013\u2014-]) "
_LED = r"(?:(?:but|only|just|though|and|as|because|since|while|however)[, ]+)*"
_STAYS = (
    r"(?:(?:stays?|remains?|keeps?)(?: (?:as (?:it|they) (?:is|are)|where (?:it|they) (?:is|"
    r"are)|up|on|"
    r"online|running|untouched|alone|put))?|"
    r"(?:is|are|'s) (?:still |being |actively |currently |badly )*(?:needed|in use|used|"
    r"required|busy|"
    r"important|critical|live|excluded|exempt|to stay|not to be touched|off limits|under test|"
    r"mid[- ]\w+|working)(?: [a-z ]{2,30})?|"
    r"(?:must|should|has to|have to|needs? to|ought to|shall|can) (?:not |never )?(?:stay|"
    r"remain|keep|"
    r"be (?:left|kept|spared|excluded|touched))(?: [a-z ]{1,30})?|(?:not|excluded|exempt|left out|"
    r"spared))"
)
_SPARED = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"^(?P<ask>.+?){_CUT}{_LED}{_NAMES} {_STAYS}[.!]*$",
        rf"^(?P<ask>.+?){_CUT}{_LED}(?:i|we|they|he|she|you|somebody|someone|people|users|[a-z]+) "
        rf"(?:still |really |also )*(?:need|needs|use|uses|want|wants|require|requires) {_NAMES}"
        r"(?: (?:for|today|tonight|tomorrow|now|still|until|till|this|running|up|on|"
        r"to)\b[^.!?]*)?[.!]*$",
        rf"^{_NAMES} {_STAYS}(?:,|;|\.) (?P<ask>{_POLITE}[a-z]+ .+)$",
        rf"^(?:with|having) {_NAMES} (?:left out|excluded|spared|untouched|set aside|"
        rf"exempt(?:ed)?), "
        r"(?P<ask>.+)$",
    )
)
"""Two of the first are about what follows the request, two about what stands before it."""
_HAPPENS = (
    r"(?:is|are|was|were|has|have|had|will|can|could|may|might|takes?|took|takes over|"
    r"depends?|needs?|"
    r"runs?|gets?|goes|went|comes?|came|does|did|notices?|reconnects?|fails?|starts?|looks?|seems?|"
    r"handles?|serves?|covers?|carries|holds?|waits?|syncs?|works?|uses?)"
)
_TO_IT = (
    r"(?:blocks?|slows? (?:down )?|(?:runs?|sits?|lives?|stands?) (?:next to|beside|near|"
    r"on the same host "
    r"as|with)|talks? to|depends? on|feeds?|serves?|hangs? on|hammers?|affects?|disturbs?|breaks?|"
    r"waits? for|relies on|belongs to the same \w+ as|replaces|is (?:next to|behind|linked to|"
    r"connected to|like))"
)
_ASIDE = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<at>,? (?:since|while|whilst|because|now that|so that|so|before|after|until|"
        rf"till|as|as long "
        rf"as|when|once)) {_NAMES} {_HAPPENS}\b[^,;.!?]*(?P<end>$|[,;.!?])",
        rf"(?P<at>(?:,| [\u2013\u2014-]|;)) {_LED}{_NAMES} (?:can|could|may|will|shall|"
        rf"has to|must) wait"
        r"\b[^,;.!?]*(?P<end>$|[,;.!?])",
        rf"(?P<at>,) (?:it|which|that|this|because it|since it|as it) {_TO_IT} {_NAMES}"
        r"(?P<end>$|[,;.!?])",
        rf"(?P<at>,?) (?:to|so as to|in order to) (?:free|make|leave|get|save|"
        rf"gain) (?:up )?(?:some |more )?"
        rf"(?:room|space|memory|capacity|resources) for {_NAMES}(?P<end>$|[,;.!?])",
        rf"(?P<at>,?) on behalf of the (?:owner|users?|team|people) of {_NAMES}(?P<end>$|[,;.!?])",
        rf"(?P<at>,?) (?:just )?(?:like|as) (?:you|we|i|they) (?:just |already )?(?:did|have done) "
        rf"(?:with|to|for|on) {_NAMES}(?: [a-z ]{{2,30}})?(?P<end>$|[,;.!?])",
    )
)
_BEFORE = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"^(?:unlike|as with|like|in contrast to|other than with) {_NAMES}, (?P<ask>.+)$",
        rf"^(?:with|now that|since|because|while|as) {_NAMES} (?:{_HAPPENS}|up|down|back|"
        rf"gone|off|on|out)\b"
        r"[^,;.!?]*, (?P<ask>.+)$",
        rf"^{_NAMES} {_HAPPENS}\b[^,;.!?]*?,? but (?P<ask>.+)$",
    )
)


def in_their_roles(text: str, site: Site) -> str:
    """A request without what it tells of other machines, and with those left out that stay."""
    if len(text) > _LONGEST or "?" in text:
        return text
    for form in _SPARED:
        found = form.match(text)
        if found is not None and _may_be_spared(found, site):
            return f"{found['ask'].rstrip(' ,;.')} except {found['names']}"
    for form in _BEFORE:
        found = form.match(text)
        if found is not None and _other(found["names"], found["ask"], site):
            text = found["ask"]
    relieved = _RELIEF.search(text)
    if relieved is not None and _named(text[: relieved.start()], site):
        text = text[: relieved.start()] + text[relieved.end() :]
    for form in _ASIDE:
        found = form.search(text)
        if found is not None and _other(found["names"], text[: found.start()], site):
            text = text[: found.start()] + found["end"] + text[found.end() :]
    return text


_RELIEF = re.compile(
    r",? (?:and|so as|in order|to|so)(?: please)?(?: to)? (?:give|let|allow|free|get|make|"
    r"spare|leave) "
    r"(?:[\w.-]+ ){1,3}?(?:some |a bit of |a little |more )?(?:(?:breathing|breathin'?|head|"
    r"elbow)[ -]?)?"
    r"(?:room|space|relief|slack|air|a (?:rest|break|breather)|breathe)\b[^,;.!?]*",
    re.IGNORECASE,
)
""" "… and give kvm-02 some breathing room": what it is good for."""
_LONGEST = 300


def _named(text: str, site: Site) -> list[str]:
    """The machines that a text names outright."""
    return [w for w in re.findall(rf"{_NAME}", text.casefold()) if w in site.names.exact]


def _asks(text: str) -> bool:
    """Whether it begins with what asks for something."""
    words = re.sub(rf"^{_POLITE}", "", text.casefold()).split()
    return bool(words) and words[0].strip(",.:") in asking_verbs()


def _all_named(names: str, site: Site) -> bool:
    said = re.split(r", and | and | or |, ", names.casefold())
    return all(name in site.names.exact for name in said)


def _may_be_spared(found: re.Match[str], site: Site) -> bool:
    """Whether a set is asked for that no name narrows, and all that stays are machines."""
    ask = found["ask"]
    return _all_named(found["names"], site) and _asks(ask) and not _named(ask, site)


def _other(names: str, ask: str, site: Site) -> bool:
    """Whether names are machines that the request itself does not name."""
    asked = set(_named(ask, site))
    return _all_named(names, site) and _asks(ask) and not asked & set(_named(names, site))
