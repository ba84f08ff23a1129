"""What the embedded brain says itself: greetings, help, questions, and what it does not do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.brains.base import Context, Understanding
from agent.brains.embedded.people_called import is_of_people

HELP = (
    "I look after your machines. Ask me what is running, what it costs, what is busy, broken or "
    "idle; or ask for a change: start, stop, restart, resize, snapshot, clone, move, tag, "
    "protect, scale, create or delete machines, now or at a time. I show the exact plan first "
    "and wait for your yes; what can be undone, I undo. Try: “which dev machines are off?”, "
    "“restart web-03”, “stop the staging boxes every weekday at 10pm”."
)

_GREETING = re.compile(
    r"^(hi|hello|hey|hiya|howdy|yo|greetings|good (morning|afternoon|evening|day)|morning|"
    r"evening|hola|sup|heya|gm|g'day|welcome back|hallo|mornin'?|mornings?|evenin|afternoon|"
    r"bonjour|ahoy|salut|moin|servus)\b"
)
_THANKS = re.compile(
    r"\b(thanks|thank you|thx|ty|tysm|cheers|much appreciated|appreciate it|nice one|good job|"
    r"great job|well done|nice work|good bot|you rock|ur the best|you are the best|that is all|"
    r"that's all|bye|goodbye|see you|good night|goodnight|see you later|^later$|ta|take care|"
    r"splendid|ciao|have a (nice|good|great)|back to bed|lovely|perfect|that was helpful|"
    r"very helpful|brilliant|awesome|legend|lifesaver|kudos|sorry|reassuring|good to know|"
    r"amazing|love it|merci|danke|gracias|grazie|obrigad[oa]|arigatou?|tack|asante|diolch|"
    r"dzi[e\u0119]ki|dzi[e\u0119]kuj[e\u0119]|d\u011bkuji|dakujem|\u010fakujem|hvala|spasibo|"
    r"mahalo|terima kasih|makasih|salamat|shukran|shukriya|dhanyavaad?|kiitos|takk|bedankt|"
    r"dank je|dank u|efharisto|tesekk?urler|te\u015fekk\u00fcrler|xie ?xie|"
    r"kamsahamnida|go raibh maith agat|aci\u00fa|paldies|"
    r"k\u00f6sz(?:i|\u00f6n\u00f6m)|mul\u021bumesc|multumesc|"
    r"(?:you are|you're|youre|ur|u r) (?:(?:such |simply |really |truly )?(?:a|an|the|my|so|very) )"
    r"(?:absolute |real |true |total |proper |very )*(?:star|angel|gem|darling|hero|treasure|"
    r"marvel|wonder|sweetheart|champ|champion|diamond|saint|rock ?star|genius|wizard|"
    r"best|kind|helpful|sweet|good|clever|great help|life ?saver|life saver|legend|beauty|peach|"
    r"dear|blessing))\b"
)
_HELP = re.compile(
    r"\b(what can (you|u|i|nova\w*) (do|ask|say|help)|what things? (can )?(you|u)\b|what (you|"
    r"u) can do|"
    r"what (kind|sort) of \w+ can i ask|what can i ask|"
    r"what is it (that )?you do|help me( out)?$|^help\b(?! (?:me |us )?with)|"
    r"who are you|what are you|"
    r"what do you do|how do (you|i) (work|use you|use this|talk to you|start)|what (commands|"
    r"can i)|show me what you can|your (capabilities|abilities|features|skills)|"
    r"are you (an? )?(bot|human|robot|real|ai|llm|machine|there|awake|online)|"
    r"^(are )?(u|you) there|"
    r"what else can you|get started|how does this( thing)? work|how to use (you|this|nova\w*)|"
    r"what is nova\w*|what are you (for|good at|able)|introduce yourself|what sort of (things|"
    r"questions)|what kind of (things|questions)|which commands|list (your )?commands|"
    r"can you help( me)?( out)?\??$|i need (some )?help$|what are you capable|how (are|r) (you|"
    r"u)( doing)?|what('s| is) your name|your name|^usage\b|man page|what things can|"
    r"tell me about yourself|how can you help|what do you know|what questions|how do i (begin|"
    r"get started))\b"
)


def ask(
    text: str, options: Sequence[str] = (), frame: Mapping[str, Any] | None = None
) -> Understanding:
    """One question to the person."""
    return Understanding("ask", text=text, options=tuple(options), frame=frame or {"from": "brain"})


def nothing_pending(context: Context) -> Understanding:
    """A yes where no plan waits for one."""
    asked = context.memory.asked
    if asked is not None:
        return ask(f"I still need to know: {asked.text}", asked.options, asked.frame)
    return ask("There is no plan waiting for a yes. What would you like to do?")


_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
"""Letters that are drawn out: "morniiing", "heyyyy"."""


def social(text: str) -> Understanding | None:
    """A greeting, thanks or a question about NovaCron itself."""
    low = re.sub(r"[^\w\s'?]", " ", text.casefold()).strip()
    low = _DRAWN_OUT.sub(r"\1", re.sub(r"\s+", " ", low))
    if _HELP.search(low):
        return Understanding("reply", text=HELP)
    if _GREETING.search(low) and len(low.split()) <= 8:
        return Understanding(
            "reply",
            text="Hello. Ask about your machines, or for a change to them; “help” shows how.",
        )
    if _THANKS.search(low) and len(low.split()) <= 14:
        return welcome()
    return None


def welcome() -> Understanding:
    """The answer to thanks."""
    return Understanding("reply", text="You're welcome.")


_ELSEWHERE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|um+|uh|er|well|yo|nova\w*|please|pls|kindly|just|"
    r"now|then|and|so|also|go|"
    r"go ahead and|could|can|would|will|"
    r"you|i|we|need|want|to|like|us|let|me|for|have|must|should|quickly|help|pl[sz])[\s,]+)*"
    r"(?:ssh|rdp|log ?in(?:to)?|log on|telnet|rename|"
    r"(?:un|re)?install|apt(?:-get)?|yum|dnf|pip|npm|patch|"
    r"(?:run|do|perform|start|launch|kick off|schedule) (?:an? |"
    r"the )?(?:\w+ )?(?:vulnerability |port |virus |malware |security |nmap |pen(?:etration)? ?)"
    r"(?:scan|test|check)s?|scan|port ?scan|nmap|exploit|hack|crack|ddos|dump|rotate|"
    r"remind (?:me|us) to|e-?mail|mail|tweet|sms|call \w+ and tell|call (?:the|my|our)|phone|"
    r"text (?:the|my|our|him|her|them)|"
    r"(?:send|post|write|drop|shoot) (?:\w+ ){0,3}(?:message|e-?mail|mail|note|dm|"
    r"sms|slack|reminder|invite|heads?[- ]?up|announcement|notification)\b|"
    r"(?:post|announce|share) .{0,60}\b(?:in|on|to) (?:the )?(?:slack|teams|#\w+|channel)\b|"
    r"let (?!me\b|us\b)(?:the )?\w+(?: team| folks| people| guys)? know\b|"
    r"(?:tell|inform|notify|alert|warn|ping|page|text|message|dm) (?!me\b|us\b|nova)(?:the )?"
    r"\w+(?: team| folks| people| guys| person)?(?: for \w+)? "
    r"(?:that|about|to|we|saying|when|please)\b|"
    r"page (?:the )?on-?call|submit (?:the |an? )|"
    r"(?:convert|turn) \S+ (?:in)?to (?:a |an )?(?:\w+ )?template|make \S+ (?:into )?a template|"
    r"order (?:me|us|a|some)|buy|"
    r"(?:pay|settle|reimburse|refund) (?:off )?(?:(?:the|our|my|this|that|an?|for) )?"
    r"(?:[\w'-]+ ){0,3}(?:bills?|invoices?|rent|subscriptions?|expenses|fees?|salar(?:y|ies)|wages|"
    r"tax(?:es)?|fines?|suppliers?|vendors?|landlord|deposit|contractors?)\b|"
    r"(?:run|process|do|approve) (?:the |our |this )?(?:\w+ )?payroll|"
    r"(?:re-?book|book|reserve) (?:me |us )?(?:[\w'-]+ ){0,4}?(?:(?:meeting|"
    r"conference|board|training|"
    r"hotel|big|small|large|huddle|interview)[ -]?rooms?|boardroom|auditorium|tables?|flights?|"
    r"hotels?|seats?|desks?|taxi|cab|tickets?|parking|venue|court|appointment|trip|holiday|"
    r"train|bus|car)\b|"
    r"find (?:me |us )?(?:an? |the |some )?(?:(?:good|nearest|nearby|cheap|decent|"
    r"nice|closest|next|"
    r"open) )*"
    r"(?:gas|petrol|filling|train|bus|charging) stations?|find (?:me |us )?(?:an? |the |some )?"
    r"(?:(?:good|nearest|nearby|cheap|decent|nice|closest|open) )*(?:restaurants?|"
    r"hotels?|caf[e\u00e9]s?|"
    r"pharmac(?:y|ies)|supermarkets?|baker(?:y|ies)|atms?|barbers?|plumbers?|"
    r"electricians?|dentists?|"
    r"doctors?|gyms?|flights?|apartments?|parking(?: spots?| spaces?)?|taxis?|babysitters?|pubs?|"
    r"bars?)\b|"
    r"water (?:the|my|our) (?:plants?|flowers?|garden|lawn)|feed the|mow the|shovel|vacuum|sweep|"
    r"bake|cook|brew|iron (?:my|the)|wash (?:the|my|up)|"
    r"(?:file|approve|hand in|send in|sign|do|submit) (?:off )?(?:my |our |the |his |her |this )?"
    r"(?:[\w'-]+ ){0,2}(?:expenses?(?: reports?| claims?)?|time ?sheets?|tax returns?|"
    r"leave requests?|holiday requests?|vacation requests?)\b|"
    r"(?:(?:re)?print|photocopy|laminate|scan|fax|staple) (?:me |us |out |off )*(?:[\w'-]+ ){0,4}"
    r"(?:cop(?:y|ies)|letters?|documents?|badges?|contracts?|flyers?|posters?|business cards?|"
    r"forms?|pages?|agendas?|handouts?)\b|"
    r"call \w+ and (?:wake|ask|say|remind|get|invite|apologi[sz]e)|wake (?:him|her|them) up\b|"
    r"(?:move|assign|patch|trunk|add|put|configure|switch|create|change|remove|delete) "
    r"(?:the |a |an? |new |port |\d+ )*(?:vlans?|switch ?ports?|patch cables?|routers?|printers?)"
    r"(?! (?:servers?|machines?|vms?|box(?:es)?|tag|tags))\b|"
    r"order (?:[\w-]+ ){0,4}(?:(?:hard |disk |solid.state |tape )drives?|hdds?|ssds?|dimms?|"
    r"switch(?:es)?|routers?|cables?|racks?|licen[cs]es?|spare parts|hardware|power supplies|"
    r"disk shelves)\b|"
    r"(?:raise|place|open|submit|sign|issue|approve|file|create|prepare|send|get|log) "
    r"(?:[\w-]+ ){0,3}(?:purchase orders?|p\.?o\.?|requisitions?|invoices?|quotes?|quotations?|"
    r"(?:support |service )?(?:tickets?|cases?)|(?:change|service) requests?|incidents?)"
    r"(?= (?:with|for|to|from|on|at|about|against|in)\b|[.!?,]|$)|"
    r"(?:run|execute|re-?run|launch|kick off|trigger|perform) (?:[\w-]+ ){0,4}(?:tests|"
    r"test (?:suites?|cases?|runs?|plans?)|suites?|(?:unit|smoke|regression|integration|load|"
    r"stress|acceptance|e2e|sanity|performance|ui|system) test|pytest|jest|junit|selenium|"
    r"benchmarks?)\b(?! (?:servers?|machines?|box(?:es)?|vms?|runners?|groups?|env\w*|"
    r"instances?|nodes?|hosts?))|"
    r"compile|encrypt|decrypt|curl|wget|telnet|grep|tail|"
    r"(?:open|close|block|unblock|allow) (?:the |an? )?(?:tcp |udp )?(?:ports?|firewall|traffic|"
    r"security group)|"
    r"(?:reset|change|set|rotate) (?:the |my |an? |\w+(?:'s)? )?(?:root |admin |db |"
    r"database )?(?:password|passphrase|credentials?|keys?)\b|"
    r"(?:give|get|grant) (?:me|us|him|her|them|\w+) (?:root|admin|sudo|ssh|shell|superuser)\b|"
    r"(?:turn|switch) off (?:the )?(?:audit|logging)|"
    r"(?:run|execute|exec) (?:the (?:script|command|query|playbook|job)|an? (?:script|command|"
    r"query|playbook))|"
    r"(?:write|draft|compose|generate) (?:me |us |an? |the )*(?:\w+ ){0,2}(?:test|script|invoice|"
    r"e-?mail|poem|letter|post|article|code|function|"
    r"presentation|slides|essay|story|policy|ticket|playbook|terraform|ansible|regex|"
    r"query|song|joke)|"
    r"(?:copy|upload|download|move|transfer|fetch) (?:the |an? |my |this |these |those |"
    r"some )*(?:files?|folders?|director(?:y|ies)|logs?|docs?|documents?)\b|"
    r"(?:restart|start|stop|reload|kill|bounce) (?:the )?(?:nginx|apache2?|httpd|mysqld?|mariadb|"
    r"postgres(?:ql)?|docker|sshd?|crond?|redis|haproxy|php-fpm|tomcat|iis|(?:print )?spooler|"
    r"rabbitmq|elasticsearch|[\w.-]+ (?:service|daemon|process|container|pod) (?:on|in))|"
    r"(?:flush|truncate|vacuum|reindex)|"
    r"drop (?:the |an? )?(?:\w+ )?(?:tables?|databases?|schemas?|index(?:es)?|columns?|views?)\b|"
    r"(?:create|add|make|set up|delete|remove) (?:me |us |an? |the )*(?:new )?(?:\w+ )?(?:user|"
    r"login|mailbox|database|table|schema|dns record|bucket|certificate|user account|"
    r"ad account)s?\b(?! (?:servers?|vms?|machines?|box(?:es)?|nodes?|hosts?|instances?))|"
    r"join \S+ to (?:the|an?|our) (?:\w+ )?domain|push (?:an? |the |out )*(?:gpo|group policy)|"
    r"(?:wipe|format) (?:the )?(?:disks?|drives?|volumes?) (?:of|on) (?:every |all |"
    r"the )?\w*(?:competitor|rival)|"
    r"(?:update|upgrade) (?:the )?(?:os|kernel|packages?|software|firmware|drivers?|antivirus|"
    r"chrome|java|python|nginx|apache))(?![\w-])",
    re.IGNORECASE,
)


_COMMAND = re.compile(
    r"^(?:please |pls |can you |could you )?(?:run|execute|exec) [`\"']", re.IGNORECASE
)


def acts_elsewhere(text: str) -> bool:
    """Whether the turn begins with an act inside a machine, or on something that is none."""
    plain = text.strip()
    return bool(_ELSEWHERE.match(plain) or _COMMAND.match(plain)) or is_of_people(plain)


def out_of_scope() -> Understanding:
    """Not something that NovaCron does."""
    return Understanding(
        "decline",
        text="That is not something I do: I look after virtual machines. Nothing was changed. "
        "“help” shows what I can do.",
    )


def not_wished() -> Understanding:
    """A wish that something does not happen."""
    return Understanding(
        "reply", text="Understood: I will not. Nothing was changed and nothing is planned."
    )


def listed(names: Sequence[str], limit: int = 5) -> str:
    """Names in a sentence."""
    shown = [*names[:limit]]
    if len(names) > limit:
        return ", ".join(shown) + f" and {len(names) - limit} more"
    return " or ".join(shown) if len(shown) < 3 else ", ".join(shown[:-1]) + f" or {shown[-1]}"
