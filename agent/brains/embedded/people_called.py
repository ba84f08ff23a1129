"""People that somebody is to call, and things inside machines: none of them is ours to do.

"page whoever's on call for payments", "roll back the checkout deploy", "renew the certificate".
"""

from __future__ import annotations

import re

_LEAD = (
    r"^\W*(?:(?:please|pls|kindly|hey|hi|hello|ok(?:ay)?|so|and|then|now|just|quick(?:ly)?|nova|"
    r"someone|"
    r"can|could|would|will|you|we|i|need|want|to|let's|also|urgent(?:ly)?|asap)\b[,.!: ]*)*"
)
_NOT_MACHINES = (
    r"(?!['\u2019]s? (?!on\b)|[ -](?:machines?|servers?|box(?:es)?|vms?|instances?|nodes?|"
    r"hosts?|guests?|"
    r"desktops?|runners?|tags?|databases?|workers?)\b)"
)
_CALLED = re.compile(
    _LEAD
    + r"(?:page|ring(?: up)?|wake(?: up)?|ping|notify|alert|inform|contact|call(?: up| in)?|phone|"
    r"summon|warn|get hold of|reach out to|text|message|dm|e-?mail|escalate (?:this |it )?to|"
    r"get(?= (?:whoever|who)))"
    r"(?: up)? (?:"
    r"who(?:ever|soever)?(?:['\u2019]s| is| was| has| owns| runs| looks)?\b|"
    r"(?:the |our |my |an? |some |every )?(?:[\w&-]+ ){0,3}?(?:on[- ]?call|team|owners?|dbas?|"
    r"engineers?|"
    r"managers?|admins?|boss|folks|people|guys|customers?|users?|vendors?|support|person|manager|"
    r"somebody|someone|anyone|supplier|crew|squad|staff|duty officer|security|police|helpdesk|"
    r"help desk|service desk|stakeholders?|management|cto|ceo|cfo)\b" + _NOT_MACHINES + r")",
    re.IGNORECASE,
)
_DUTY = re.compile(
    _LEAD
    + r"who(?:['\u2019]s| is| was| will be|s)?(?: currently| now)? on[- ]?(?:call|duty|standby)\b|"
    + _LEAD
    + r"who (?:won|wins|scored|is playing|plays)\b",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    _LEAD + r"(?:"
    r"(?:roll ?back|revert|re-?deploy|deploy|ship|promote|merge|publish) (?:out )?(?:the |our |"
    r"my |this |"
    r"that |last |latest |newest |new |a )*(?:[\w.-]+ )?(?:deploy(?:ment)?s?|release|build|commit|"
    r"pull request|pr|branch|app(?:lication)?|website|code|hotfix|feature|version|helm chart|chart|"
    r"migration script|schema)\b|"
    r"(?:deploy|ship) (?:version|v|release|build) ?[\d.]+|"
    r"(?:renew|re-?issue|install|rotate|replace) (?:the |our |an? |all )?(?:[\w.-]+ )?(?:ssl |"
    r"tls |https )?"
    r"cert(?:ificate)?s?\b|"
    r"(?:give|get|show|tell|send|read) (?:me |us )?(?:the |an? |all )?(?:\w+ )?(?:passwords?|"
    r"passphrase|"
    r"credentials|private keys?|ssh keys?|api keys?|licen[cs]e keys?)\b|"
    r"what(?:['\u2019]s| is|s) the (?:[\w-]+ )?(?:password|passphrase)\b|"
    r"(?:add|put|remove) [a-z]+ (?:to|in|into|from) (?:the )?(?:admins?|sudo(?:ers)?|security|"
    r"ad|ldap|"
    r"wheel|domain admins?) ?(?:groups?|list|role)?\b"
    r")" + _NOT_MACHINES,
    re.IGNORECASE,
)

_LONGEST = 300
"""Longer turns are read as they are."""


def is_of_people(text: str) -> bool:
    """Whether people are to be called, or something inside a machine is to be done."""
    return len(text) <= _LONGEST and any(form.match(text) for form in (_CALLED, _DUTY, _WITHIN))
