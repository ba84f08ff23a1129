"""Ways of saying that mean what plainer words say: "give it a kick", "set it up so that …"."""

from __future__ import annotations

import re

_WORDS: tuple[tuple[str, str], ...] = (
    (r"\b(last|past|per|this|an|a|each|every) hr\b", r"\1 hour"),
    (r"\bset (?:it|this|things|everything) up so(?: that)? (?=[\w-]+)", ""),
    (
        r"\bgive (it|them) (?:a|another) (?:good |quick |hard )?"
        r"(?:re-?boot|restart|kick|bounce)\b",
        r"restart \1",
    ),
    (r"\bpower of(?= [\w -]{0,20}\d)", "power off"),
    (
        r"\b(?:activate|enable|turn on|switch on) (?:the )?(?:deletion |delete )?protection "
        r"(?:on|for|of)\b",
        "protect",
    ),
    (
        r",? (?:counting|including|incl\.?) (?:the |any )?"
        r"(?:(?:powered|switched|turned)[- ]off|stopped|running) (?:ones|machines)\b|"
        r",? (?:the )?(?:(?:powered|switched|turned)[- ]off|stopped) ones included\b",
        "",
    ),
    (
        r"\bhow long (?:has|have|does|do) ([\w-]+) (?:got|have|last)?\s*(?:left )?"
        r"(?:before|until|till) (?:it|its disk) "
        r"(?:fills up|is full|runs full|runs out(?: of (?:disk|space))?)",
        r"when will \1 be full",
    ),
    (
        r"\bwhat(?:'s| is) (?:more expensive|cheaper|costlier|dearer)(?: for us)?"
        r"( per \w+| a \w+)?,? ([\w-]+) or ([\w-]+)\b",
        r"compare the cost\1 of \2 vs \3",
    ),
    (
        r"\bthe group ([\w-]+) [^.;!?]{0,80}?[,.;] (?:please )?"
        r"(?:reduce|scale|bring|increase|raise|take|set|shrink|grow) it (?:down |up )?to (\w+)",
        r"scale the group \1 to \2",
    ),
    (
        r"\btak(?:e|ing) out (?=(?:the |its |their |his |her |that |this |any |all |every )*"
        r"(?:[\w-]+ ){0,2}?(?:tags?|labels?|protection|snapshots?)\b)",
        "remove ",
    ),
    (
        r",? as (?:against|opposed to|compared (?:to|with|against))(?= (?:the|all|every|everything|"
        r"everyone|others?)\b)",
        " compared with",
    ),
    (
        r"(?<!should )(?<!must )(?<!shall )(?<!to )(?<!will )\b(?:carry|carries|bear|bears|wear) "
        r"(?=(?:the |a |an |no |any |this |that )?(?:[\w-]+ )?(?:tag|label)s?\b)",
        "have ",
    ),
    (
        r"\bwho(?:'s|\u2019s| is| are)? (?:in charge of|responsible for|accountable for|looking "
        r"after|looks after) ",
        "who owns ",
    ),
    (
        r"\b(until|till|til) (\d{1,2}(?::\d\d)?) (?:o'clock )?(?:on )?"
        r"(tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b(?! (?:at|morning|evening|night))",
        r"\1 \3 at \2",
    ),
    (
        r"\b(los(?:e|es|t|ing)|without|no|the|cuts?|has|have|our|their|its|of|main) power on "
        r"(?=(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tonight|tomorrow|the weekend|\d)",
        r"\1 electricity on ",
    ),
    (r"\bleave (.{1,40}?) out of (?:it|this|that|the plan)\b", r"leave \1 out"),
    (
        r"^[^?.!]{1,120}\? (?:oh,? )?(?:never ?mind|nvm|forget it|forget that)[,.]? "
        r"(?=(?:just |please |and )?\w+ \w+)",
        "",
    ),
    (r"(?-i:\b(?:Dr|Mr|Mrs|Ms|Prof)\.? (?=[A-Z]))", ""),
    (r"\b(up|down) with (?=\d|one\b|two\b|three\b|four\b|five\b|six\b)", r"\1 by "),
    (r"\b(split|broken down|break it down|grouped) on (?=\w)", r"\1 by "),
    (
        r",\s*(?:the |my |our |his |her |their )?[a-z' ]{2,40}? "
        r"(?:starts|begins|opens|kicks off|goes live) (?:in|at) [^,.;!?]{1,20}(?=[.!?]|$)",
        "",
    ),
    (r"\btop (\d+) (cpu|memory|mem|disk|network|iops)\b(?! (?:us|con|hogs))", r"top \1 by \2"),
    (
        r"\bbefore you (restart|reboot|stop|delete|shut down|migrate|suspend) (it|them|that)\b",
        r"and then \1 \2",
    ),
    (
        r"\bbefore (?:i|we) \w+(?: \w+)? (?:it|them|that|things|anything)(?: (?:lol|haha))?"
        r"(?=\s*(?:[,.;!]|and\b|$))",
        "",
    ),
    (
        r",? (?:the )?(?:worst|highest|biggest|largest|most expensive|fullest|busiest)(?: ones?)? "
        r"(?:first|at the top|on top)\b",
        "",
    ),
    (
        r"^for ((?:the|all|our|all the) [^,?.!]{3,60}), "
        r"((?:how many|how much|what|which|show|list|give)\b[^?.!]*)",
        r"\2 for \1",
    ),
    (r"\bto (?:deploy|create|build|clone)(?: (?:new )?(?:vms?|machines?))? from\b", ""),
    (r"\b([a-z][\w-]*) equals ([\w-]+)\b", r"\1=\2"),
    (r"\b(of|from|in|on) (?:this|that|the) list\b", r"\1 those"),
    (
        r"(?<!the )(?<!in )(?<!over )(?<!this )(?<!was )(?<!were )(?<!my )(?<!our )\blast "
        r"(?=(?:hour|\d+ (?:hours?|days?|weeks?|minutes?))\b(?!'))",
        "over the last ",
    ),
    (
        r"^(?:(?:oh+|ah+|aw+) )?(?:blimey|crikey|gosh|jeez|geez|whoa|yikes|damn|argh|ugh|ooh|"
        r"bloody hell|good grief|oh dear|oh no|shoot(?! (?:a|one|off|down|it|that|them|me|the)\b)|"
        r"crap|shit|fuck|bugger|bollocks|drat|rats|dammit|damnit|darn|dang|crud|heck|"
        r"holy (?:cow|moly|smokes?|shit|crap)|my god|omg|oh man|ah man|aw man|man)[,!.]* "
        r"(?=(?!made\b|up\b|is\b)\w)",
        "",
    ),
    (
        r"\bhalf (?=(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})\b"
        r"(?! (?:of|v?cpus?|cores?|gigs?|gb|machines?|servers?|boxes)))",
        "half past ",
    ),
    (
        r"(?<=\w)(?:,| because| as| since) (?:i|we) (?:need|want|have|would like) to "
        r"(?:know|understand|see|find out) (?:what|which|how|why|if|whether|where|who)\b[^.?!]*",
        "",
    ),
    (
        r"\b(?:can|could) (.{3,40}?) be made (?:any |a bit |much )?cheaper\b",
        r"how can we save money on \1",
    ),
    (
        r"\b(?:set|due|going|meant|supposed) to (?:switch|turn|shut|power|go|start|stop|run)"
        r"[^?]{0,20} (?:by (?:it|them)sel(?:f|ves)|automatically|on (?:its|their) own)\b",
        "scheduled",
    ),
    (
        r"^(?:ok(?:ay)?,? |so,? )?(?:[a-z]+ ){0,3}"
        r"(?:follow-?ups?|update|request|action|task|todo|note): ",
        "",
    ),
    (r"(\bsave\b[^?]{0,80}?) (?:at night|overnight|at weekends|over the weekend)\b", r"\1"),
    (r",? ?\b(?:that is to say|that's to say|in other words|i\.e\.|ie)(?: |, ?)(?=\w)", ", "),
    (
        r"\b(?:put|have|leave) (?:the )?(?:group )?([\w-]+)(?: group)? at "
        r"(zero|one|two|three|four|five|six|seven|eight|nine|ten|\d+) "
        r"(?:machines?|instances?|vms?|members?|servers?)\b",
        r"scale \1 to \2",
    ),
    (r"(?<=\w),? (?:uh+|um+|uhm|ehm|erm),?(?= \w)", ""),
    (r"\b([a-z]{2,}in)['\u2019](?=[\s,.;:!?]|$)", r"\1g"),
    (r"\b(?:y['\u2019]?all|you guys|you lot|youse|you folks)(?! ?['\u2019])\b", "you"),
    (r"^(\W*(?:\w+\W+){0,2})what all\b", r"\1what"),
    (r"\b(?:that|this|the) pair\b(?! of)", "those two"),
    (
        r"\b(?:running|setting|costing|putting) (?:me|us)(?: back)?(?= (?:a|per|each|"
        r"every)\b|[?.]|$)",
        "costing",
    ),
    (
        r"\b(?:what|which)(?: kinds? of| types? of)? (?:machine |vm |instance |server )?"
        r"(sizes|images|regions|networks) (?:has|have) (?:that |the )?(\w+)(?: \w+)? got\b",
        r"which \1 does \2 have",
    ),
    (
        r"\b(?:i|we)(?:'d| would)? (?:only|just|simply|merely) (?:want|wanted|need|needed|"
        r"like|wish) "
        r"to (?:know|see|check|find out|hear|understand) (?=if|whether|what|how|which|who|"
        r"where|when)",
        "tell me ",
    ),
    (
        r",? (?:with )?(?:the |its )?name (?:to be|should be|is to be|must be|shall be|will be|"
        r"would be|has to be)(?: given| kept| set)?(?: as)? (?=[\w\"'])",
        " named ",
    ),
    (
        r",? but (?:a |the )?(snapshot|backup)s? (?:is |are |has |have |should |must )?(?:to )?be "
        r"(?:taken|made|done)(?: \w+)? (?:before|first|prior|beforehand)\b[^.,;!?]*",
        ", but take a snapshot first",
    ),
    (
        r"\bat ([\w:.]+)(?: o['\u2019]?clock)? (every|each|on) (weekday|working day|business day|"
        r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)s? (evening|morning|afternoon|night)s?\b",
        r"at \1 in the \4 \2 \3",
    ),
    (
        r"\b(job|app|application|workload|service|program|project|process|task) "
        r"(wants|needs|takes|requires)(?= (?:\d|one|two|four|eight|sixteen|at least))",
        r"\1 that \2",
    ),
    (r"\bpay (?:it|that|this|them|him|her) no (?:mind|heed|attention)\b", "ignore it"),
    (r"\baz+ur?e?\b(?<!azure)", "azure"),
    (
        r"(\b(?:longer|more|older) than|\bover|\bbeyond|\bafter|\bexceeds?) "
        r"((?:\w+ )?[\w-]+ (?:days?|weeks?|months?))\b"
        r"([^?]{1,120}?\bolder) than (?:that|this|it)\b",
        r"\1 \2\3 than \2",
    ),
    (
        r"\bwhere ((?:on|in|at|within) [\w-]+) ((?:would|should|could|can|do) (?:you|i|we|it|they) "
        r"(?:put|place|run|fit|go|host|deploy)(?: it| them| that| this)?)\b",
        r"where \2 \1",
    ),
    (r"\bhave (you|we|they) got (?=running|on|in|that|which|left)", r"do \1 have "),
    (r" for (?:him|her|me|us|them all|everyone|everybody)(?=\s*(?:[.,;!?]|$|please\b|now\b))", ""),
    (r"\b(\w+) (?:is |are )?to be (?:made|kept|set|changed)(?: to| as)? (?=\d)", r"make \1 "),
    (
        r"\b(?:bad|failed|broken|botched|new|last|latest|recent|a|the|our|that|this) "
        r"deploy(?:ment)?s?\b(?! (?:a|an|the|one|two|three|\d)\b)",
        "release",
    ),
    (r"\b(day|night|morning|evening|late|early|next|my|our|the|this) shift\b", r"\1 crew"),
    (
        r"(?<=[.!?] )(?:and )?not ([\w-]+), (?:just|only) ([\w-]+)(?=\s*(?:[.!]|$))",
        "",
    ),
    (
        r"\b((?:stop|start|shut|power|switch|turn)s?(?: off| on| down| up)?\b[^.;!?]{0,60}?) and "
        r"(stop|start|power|switch|turn|shut)s\b",
        r"\1 and \2",
    ),
    (r"(\bcall(?:ed)? (?:it |them )?[\w-]+,? )(?:with )?tags? (?=[\w.-]+=)", r"\1tagged "),
    (r"\bweek-end(s?)\b", r"weekend\1"),
    (
        r"(?:,| because| as| since) (?:his|her|their|my|our) [\w ]{3,30}? (?:must|has to|have to|"
        r"should|needs? to|will) (?:continue|go on|carry on|keep going|finish|run on|not stop)\b"
        r"[^,;.!?]*",
        "",
    ),
    (
        r"^(\W*(?:nah|no|nope|sorry|wait)[,. ]+)not (?:the )?[\w-]+, (?:just|only) ",
        r"\1only ",
    ),
    (
        r"(?<=\w)[.;,] (?:so |and )?which (?:machines|ones|servers|vms|boxes|hosts)"
        r"(?: is it| is that| are they| are those| exactly)?\?\s*$",
        "?",
    ),
    (r"^\W*head ?count[.:,]? (?=\w)", "how many "),
    (
        r"\bmore (?=(?:prudent|sensible|reasonable|appropriate|realistic|suitable|adequate|sane|"
        r"careful|cautious|comfortable|like it|than enough|fitting|practical|economical|logical|"
        r"responsible|fair|honest)\b)",
        "",
    ),
    (
        r"\b(and )?that ([\w-]+(?:(?:, | and )[\w-]+)*) (?:gets?|receives?|shall get|should get) "
        r"(?:a|an|another) (?:fresh |new )?(?:snapshot|backup|checkpoint)\b",
        r"\1take a snapshot of \2",
    ),
    (
        r"(?<=\w),? (?:the |its |with (?:the )?)name(?: is|:| =)? "
        r"(?=[\w\"'-]+\s*(?:[.,;!]|$))",
        " named ",
    ),
    (r"(?<=\w), name (?=[\w-]+-[\w-]+\s*[.;!])", " named "),
    (
        r"^(\W*)(draining|patching|upgrading|servicing|replacing|flashing) (?=[\w-]+ )",
        r"\1we are \2 ",
    ),
    (
        r"\b(restart|reboot|stop|start|shut down|suspend|resume|snapshot|delete|tag|protect) "
        r"(vm|machine|server|instance)(?= (?:in|of|from|with|which|that)\b)",
        r"\1 \2s",
    ),
    (
        r"\bwhich hosts? (in|on|at) ([\w-]+) (?:is|are|would be|has|have) (?:suitable|good|"
        r"best|free|"
        r"possible|right|(?:enough )?room(?: for it)?|enough (?:space|capacity)(?: for it)?)",
        r"where would it fit \1 \2",
    ),
    (
        r",? so (?:that )?(?:we|i|they) (?:can |could |will )?(?:stop|quit|avoid|no longer|"
        r"don['\u2019]?t|"
        r"do not|cease|end) (?:be )?[a-z]+ing\b[^,.;!?]*",
        "",
    ),
    (
        r"(?<=[.!] )(?:i |we )?(?:have )?(?:there(?:'s| is) )?no (?:more )?need(?: (?:of|for) "
        r"(?:it|them|that))?(?: any ?more| any longer| now)?\s*[.!]*\s*$",
        "",
    ),
    (
        r"\b(?:in the|at) (morning|evening|afternoon|night) at ([\w:.]+)(?! ?(?:am|pm)\b)",
        r"at \2 in the \1",
    ),
    (
        r"(\bat [\d:.]+(?: (?:am|pm|in the \w+))?,? )(switch|turn|power) (it|them) (on|"
        r"off)( again)?",
        r"\1\2 \4 \3\5",
    ),
    (r" on both(?=\s*(?:[.,;!?]|$))", " of both of them"),
    (
        r"\b(?:get|bring|drive|keep|cut|push) (?:the |our |my )?((?:[\w-]+ )?)(?:bill|costs?|"
        r"spend(?:ing)?|budget|expenses)(?: down| lower| under control)\b",
        r"save money on \1",
    ),
    (
        r",? (?:whichever|no matter (?:which|what)|regardless of(?: which)?) (?:machine|"
        r"server|vm|box|"
        r"one)s?(?: (?:it|they)(?:'s|'re| is| are)? (?:on|of|from|belongs? to))?",
        "",
    ),
    (r"\byuo\b", "you"),
    (r"\bfcst\b", "forecast"),
    (r"\b(take|make|do) first (?=an? )", r"first \1 "),
)
_PATTERNS = tuple((re.compile(said, re.IGNORECASE), meant) for said, meant in _WORDS)


def in_plain_words(text: str) -> str:
    """The sentence with each of these said plainly."""
    for said, meant in _PATTERNS:
        text = said.sub(meant, text)
    return text
