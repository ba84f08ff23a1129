"""Machines that are kept while a plan waits: "keep the one that tomas owns", "save the dev ones".

What is kept goes out of the plan, whatever its act. The words are looked for among the machines of
the plan alone, so that no other machine comes into it; where they fit none of them, several where
one is meant, or where "keep" may as well mean that only these stay in the plan, it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.merging import leave_out, numbered_names
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.sparing import Sparing
from tools.calls import Call
from tools.machine import VM
from tools.selector import Selector

_LEAD = (
    r"^\W*(?:(?:no+|nah|nope|ok(?:ay)?|wait|hold on|hang on(?! to)|actually|sorry|oh|oops|hm+|well|"
    r"but|and|so|then|please|pls|kindly|yes|yeah|on (?:second thoughts?|reflection)|let'?s|let us|"
    r"(?:i|we|you)(?:'d| would| will|'ll)?(?: better| rather| like to| want to| need to| have to| "
    r"must| should| shall| could| can| think we should| prefer to| wish to)|better|rather|maybe|"
    r"perhaps|(?:can|could|would|will) (?:you|we)|want to|at least|also|still|"
    r"[a-z]+ (?:wants|needs|would like|has|asks|asked) to|"
    r"(?P<only>just|only))\b[,.!: -]*)*"
)
_KEEP = (
    r"(?P<keep>leave out|take out|strike(?: out)?|cross out|keep|keeping|spare|sparing|save|"
    r"saving|retain|preserve|leave|(?:hold|hang) on ?to|"
    r"(?:not|don'?t|do not|never) (?:touch|lose|harm|hurt))\s+"
)
_KEEPS = re.compile(rf"{_LEAD}{_KEEP}(?P<rest>\S.*)$", re.IGNORECASE | re.DOTALL)
_IS_KEPT = re.compile(
    r"^\W*(?:(?:no+|ok(?:ay)?|wait|actually|sorry|oh|hm+|but|and|please)[,.! ]+)*"
    r"(?P<only>only )?(?P<rest>(?:the|those|that|all|everything|any\w*|whatever|[\w-]+['\u2019]s|"
    r"[\w.-]*\d)\b"
    r"[^.!?;,]*?) (?:(?:must|should|has to|have to|needs? to|is to|are to|ought to|can|may|shall)"
    r"(?: please)? (?:be (?:kept|spared|saved|retained|preserved|left)|stay|remain)|stays?|"
    r"remains?|(?:i|we) (?:want to |need to |have to |must |should )?(?:keep|hang on to))"
    r"(?P<tail>[^.!?;,]*)(?P<after>(?:[.!?;,].*)?)$",
    re.IGNORECASE | re.DOTALL,
)
_HIS = re.compile(
    r"^\W*(?:(?:oh|wait|but|and|no|ok(?:ay)?|please)[,.! ]+)*(?:let )?(?P<who>[a-z]+) (?:(?:wants|"
    r"needs|would like|has|asks|asked|should|must|may|can|will) to |should |must |may |can |will )?"
    r"(?:keeps?|hang on to|hold on to) "
    r"(?:his|hers?|theirs?|(?:the )?(?:one|what|whatever) (?:he|she|they) (?:owns?|has|have))\b"
    r"(?: (?:own|one|box|machine|vm|server))*(?P<rest>[^.!?;,]*)(?P<after>[.!?;,].*)?$",
    re.IGNORECASE | re.DOTALL,
)
_NOT_KEPT = re.compile(
    r"(?:\bnot|n't|\bno need to|\bno reason to|\bno point (?:in )?|\bwhy) (?:have to |need to |"
    r"want to )?(?:keep|keeping|save|spare|retain|preserve|hold on to|hang on to)\b",
    re.IGNORECASE,
)
_OFF_THE_LIST = re.compile(
    r"^(?P<lead>.*?)\b(?:take|remove|drop|strike|scratch|cross|delete|kick|pull|leave) "
    r"(?P<rest>.+?) (?:from|out of|off) (?:it|this|that|there|those|these|"
    r"(?:the|this|that|your) (?:list|plan|set|batch|lot|selection|run))\W*$",
    re.IGNORECASE,
)
_BY_MEASURE = re.compile(
    r"^\W*(?:(?:no|ok(?:ay)?|wait|actually|please|but|and|hm+|sorry)[,.! ]+)*(?:(?P<out>(?:all |"
    r"everything |both )?(?:but(?: not)?|not|except(?: for)?|without|minus|excluding|skip|drop|"
    r"exclude|omit))|only|just) (?P<rest>the [^.,;!?]*)\W*$",
    re.IGNORECASE,
)
"""The biggest, the older one: of the plan, in it or out of it."""

_NEEDED = re.compile(
    r"^\W*(?:(?:no|ok(?:ay)?|wait|actually|but|and|hm+|sorry|oh)[,.! ]+)*"
    r"(?P<rest>the [^.,;!?]*?) (?:(?:is|are) (?:still )?(?:needed|used|in use|wanted)|"
    r"(?:i|we|they|he|she) (?:still )?(?:needs?|wants?|uses?))\b[^.,;!?]*\W*$",
    re.IGNORECASE,
)
_STANDS = re.compile(
    r"(?<! is)(?<! are)(?<!'s)[, ]+(?:alone|be|out(?: of (?:it|this|that|the plan))?|running|up|on|"
    r"online|alive|off|down|stopped|as (?:it|they) (?:is|are)|as is|untouched|going|in peace|"
    r"where (?:it|they) (?:is|are)|intact|unchanged|for (?:me|us|now|him|her|them)|"
    r"please|pls|then|too|as well|though|still|today|safe|from (?:it|this|that)|thanks|"
    r"thank you)[.!? ]*$",
    re.IGNORECASE,
)
_STATED = re.compile(r"\b(?:running|up|on|online|alive|going|alone|out|untouched|off)\W*$", re.I)
_STAYS_IN = re.compile(
    r"\s+(?:in(?: (?:it|there|this|that|(?:the|this|your) (?:plan|list|batch|set|run)))?|"
    r"on (?:the|this|your) (?:list|plan))(?:[, ]+(?:please|pls|then))*[.! ]*$",
    re.IGNORECASE,
)
_DOWN_TO = re.compile(
    r"^(?:it|this|that|them|the plan|the list) to (?:just |only )?", re.IGNORECASE
)
_REASON = re.compile(
    r"\s*(?:[.;!?]+(?=\s|$)|,\s+(?=(?:it|he|she|they|we|i|you|because|since|as|the|that|this|there|"
    r"somebody|someone|nobody|people|its|his|her|their|our|my|which|who|delete|stop|restart|resize|"
    r"only|just|and|but|then|[a-z]+ (?:is|has|needs|uses|wants|still|works|said|says))\b)|"
    r"\s(?=(?:because|since|cos|coz|until|till|for (?:\d|an?\b|two|three)|but|"
    r"and (?:only |just |then |please )?(?:delete|stop|restart|reboot|resize|suspend|untag|"
    r"move|migrate|remove|do|kill|drop))\b))\s*",
    re.IGNORECASE,
)
_THE_OTHERS = re.compile(
    r"^(?:and |but |then |please |only |just |so )*(?:\w+ )?(?:only |just )?(?:all )?(?:the )?"
    r"(?:others?|rest|remaining(?: \w+)?)(?: ones?)?(?: (?:can|may|should|shall|must) \w+)?\W*$",
    re.IGNORECASE,
)
_EVERYTHING = re.compile(
    r"^(?:both|them both|all(?: of (?:them|it|those|these))?|everything|them all|the lot|"
    r"the whole lot|all (?:two|three|four|\d+)|them|those|these|all of these)\W*$",
    re.IGNORECASE,
)
_IT = re.compile(r"^(?:it|that|this|that one|this one|him|her)\W*$", re.IGNORECASE)
_POINTS = re.compile(
    r"^(?:the|those|these|that|all|every\w*|any\w*|whatever|one|ones|my|his|her|[\w-]+['\u2019]s?)\b"
    r"(?!.*\b(?:memory|ram|cores?|cpus?|disk|size|name|time|schedule|plan|rest|others|image|"
    r"protection|money|eye|door|note)\b)",
    re.IGNORECASE,
)
_ONE = re.compile(r"^(?:the|that|this|my|his|her)\b.*\b(?:one|machine|box|server|vm|node)\b|^one\b")
_SUPER = re.compile(
    r"\b(?P<more>(?P<word>bigger|larger|biggest|largest|older|oldest|smaller|smallest|newer|newest|"
    r"younger|youngest|latest|cheaper|cheapest|dearer|dearest)|(?:more|most) expensive)\b",
    re.IGNORECASE,
)
_BY: dict[str, tuple[Callable[[VM], object], bool]] = {
    "big": (lambda vm: ((vm.vcpus or 0), (vm.memory_gib or 0.0)), True),
    "larg": (lambda vm: ((vm.vcpus or 0), (vm.memory_gib or 0.0)), True),
    "small": (lambda vm: ((vm.vcpus or 0), (vm.memory_gib or 0.0)), False),
    "old": (lambda vm: str(vm.created_at), False),
    "new": (lambda vm: str(vm.created_at), True),
    "young": (lambda vm: str(vm.created_at), True),
    "late": (lambda vm: str(vm.created_at), True),
    "cheap": (lambda vm: vm.hourly_cost_usd or 0.0, False),
    "dear": (lambda vm: vm.hourly_cost_usd or 0.0, True),
    "expensive": (lambda vm: vm.hourly_cost_usd or 0.0, True),
}
"""By which of its figures a machine is the bigger or the older one, and whether more of it is."""

_SAVES = frozenset({"snapshot_vms", "clone_vm", "protect_vms", "restore_snapshot"})
"""Acts that keep machines themselves: "save the web one" may mean more of the same."""


_FIRST_OR_SECOND = re.compile(r"\b(?:(?P<first>first|former)|second|latter|last)\b", re.IGNORECASE)
"""Of the two things that a question offers."""

_SHORT = 7
_LONG = 300
"""Words of an answer, and signs of a turn, beyond which more is meant than to keep something."""

_IN = re.compile(r"\b(?:stays?|only|in)\b", re.IGNORECASE)
_OUT = re.compile(r"\b(?:out|without|leave|keep|spare|not|except)\b", re.IGNORECASE)


def _asking(ids: Sequence[str], *, either: bool = False) -> dict[str, Any]:
    """What is wanted back with the answer to the question which machines are kept."""
    return {"from": "brain", "kind": "kept", "choices": list(ids), "either": either}


def _may_count(item: Item, many: int) -> bool:
    """ "keep two": how many, or one of them by its number; "02" can be no more than a number."""
    number = item.get("number") if item.has("number") and not item.has("names") else None
    return number is not None and 0 < number <= many and not item.text.startswith("0")


class Keeping(Sparing):
    """Takes what is kept out of the plan that waits."""

    def _kept(self, reading: Reading) -> Understanding | None:
        pending = self.memory.pending
        assert pending is not None
        text = reading.text.strip().replace("\u2019", "'")
        calls = [c for c in pending.calls if c.selector is not None]
        if len(calls) < len(pending.calls) or {c.tool for c in calls} & _SAVES:
            return None
        if len(text) > _LONG:
            return None
        if (answer := self._answered(text, reading, calls)) is not None:
            return answer
        if _NOT_KEPT.search(text) and "?" not in text:
            return Understanding("revise", pending.calls)
        if needed := _NEEDED.match(text):
            return self._perhaps_kept(needed["rest"], calls)
        said = self._what_is_kept(text)
        if said is None:
            return None
        rest, after, only, stated = said
        targets = list(dict.fromkeys(i for c in calls for i in self._pending_targets(c)))
        if after and self._until(after):
            return replies.ask("For how long, and which? Say the whole plan anew, please.")
        alone = len(targets) == 1 and (stated or calls[-1].tool == "delete_vms")
        if (_EVERYTHING.match(rest) or (alone and _IT.match(rest))) and not only and not after:
            return Understanding("cancel")
        found = self._those(rest, targets, calls)
        if isinstance(found, Understanding) or found is None:
            return found
        if only == "in":
            return self._shrunk(calls, [i for i in targets if i not in found])
        if only and not stated:
            names = self._named(found)
            return replies.ask(
                f"Shall only {names} stay in the plan, or shall {names} be left out of it?",
                frame=_asking(found, either=True),
            )
        if after and self._goes_on(after, found, targets):
            return replies.ask("Which machines shall stay in the plan? Name them all, please.")
        return self._shrunk(calls, found)

    def _answered(self, text: str, reading: Reading, calls: Sequence[Call]) -> Understanding | None:
        """The plan after the answer to the question which machines shall be left out of it."""
        asked = self.memory.asked
        frame: Mapping[str, Any] = asked.frame if asked is not None else {}
        if frame.get("kind") != "kept" or reading.has_change or "?" in text:
            return None
        targets = list(dict.fromkeys(i for c in calls for i in self._pending_targets(c)))
        found: list[str] | Understanding | None = list(frame.get("choices", ()))
        if frame.get("either") and (place := _FIRST_OR_SECOND.search(text)):
            first = place["first"] is not None
            gone = [i for i in targets if (i in found) != first]
            return self._shrunk(calls, gone)
        if any(i.is_entity or i.has("number", "ordinal") for i in reading.items) or not found:
            plain = _KEEPS.match(text)
            found = self._those(plain["rest"] if plain else text, targets, calls)
        if not isinstance(found, list) or len(text.split()) > _SHORT:
            return None
        if _IN.search(text) and frame.get("either"):
            return self._shrunk(calls, [i for i in targets if i not in found])
        if _OUT.search(text) or not frame.get("either"):
            return self._shrunk(calls, found)
        return None

    def _perhaps_kept(self, rest: str, calls: Sequence[Call]) -> Understanding | None:
        """ "the newer one is still needed": why, and perhaps that it shall be left out."""
        targets = list(dict.fromkeys(i for c in calls for i in self._pending_targets(c)))
        found = self._those(rest, targets, calls)
        if not isinstance(found, list):
            return found
        names = self._named(found)
        return replies.ask(
            f"Shall {names} be left out? Say “without {names}”, or no to call it off.",
            frame=_asking(found),
        )

    def _what_is_kept(self, text: str) -> tuple[str, str, str, bool] | None:
        """What is kept, what is said after it, whether only that is meant, and whether it is said
        how it stays; None where nothing is kept.
        """
        if (his := _HIS.match(text)) and self._is_a_person(his["who"]):
            return f"{his['who']}'s{his['rest']}", (his["after"] or "").strip(" .!,;"), "", True
        if off := _OFF_THE_LIST.match(text):
            return off["rest"], "", "", True
        if (measured := _BY_MEASURE.match(text)) and _SUPER.search(measured["rest"]):
            return measured["rest"], "", "" if measured["out"] else "in", True
        passive = _IS_KEPT.match(text)
        found = passive or _KEEPS.match(text)
        if found is None:
            return None
        rest, only, after = found["rest"], "only" if found["only"] else "", ""
        if passive is not None:
            return rest, passive["after"].strip(" .!,;"), only, True
        if cut := _REASON.search(rest):
            rest, after = rest[: cut.start()], rest[cut.end() :].strip()
        rest = rest.strip(" ,.!?")
        if more := re.match(r"(?:only|just)\s+", rest, re.IGNORECASE):
            rest, only = rest[more.end() :], "only"
        if inside := (_STAYS_IN.search(rest) or _DOWN_TO.match(rest)):
            rest = rest[: inside.start()] + rest[inside.end() :]
            return rest.strip(), after, "in", True
        stated = _STATED.search(rest) is not None
        while (bare := _STANDS.sub("", rest)) != rest and bare:
            rest = bare
        return rest, after, only, stated

    def _is_a_person(self, word: str) -> bool:
        """Whether somebody of this name owns machines."""
        values = self.reader.read(word).items
        named = [name for i in values for name, _ in i.get("value") or ()]
        return bool(named) and all(name.startswith("tags.") for name in named)

    def _until(self, after: str) -> bool:
        """ "… until 22:00": a while that the plan does not keep."""
        told = self.reader.read(after)
        lasts = re.match(r"(?:until|till|for)\b", after, re.IGNORECASE) is not None
        return lasts and any(i.has("time", "amount") for i in told.items)

    def _those(
        self, rest: str, targets: Sequence[str], calls: Sequence[Call]
    ) -> list[str] | Understanding | None:
        """The machines of the plan that are meant, a question, or None where none are."""
        most = _SUPER.search(rest)
        plain = _SUPER.sub("", rest) if most else rest
        reading = self.reader.read(plain)
        for item in reading.items:
            item.used = ""
        chosen = self.reader.choose(None, Clause(list(reading.items)))
        if chosen.unknown:
            frame = self._as_fragment(reading, calls[0])
            return self.builder.unknown_name(chosen.unknown[0], frame)
        of_snapshots = any(c.tool == "delete_snapshots" for c in calls)
        placed = chosen.ordinal is not None or most is not None or chosen.order is not None
        used = chosen.order is not None and chosen.order[0] in ("memory", "disk")
        if (placed and of_snapshots) or used:
            return replies.ask("Which machines shall be left out? Name them, please.")
        fitting = self._fitting(reading, chosen, targets)
        if fitting is None and most is None:
            counted = any(_may_count(i, len(targets)) for i in reading.items)
            pointed = (counted or _POINTS.match(rest)) and not self._only_points(chosen)
            return replies.ask("Which of them? Name the machines.") if pointed else None
        fitting = targets if fitting is None else fitting
        if most is not None:
            fitting = self._extreme(fitting, most["more"].casefold())
        if not fitting:
            return replies.ask(
                "No machine of the plan is like that. Which shall be left out?", frame=_asking(())
            )
        if len(fitting) > 1 and _ONE.match(rest.casefold()):
            return replies.ask(f"Which one: {self._named(fitting)}?", frame=_asking(()))
        return list(fitting)

    def _only_points(self, chosen: Chosen) -> bool:
        """ "keep it", "leave that": which are meant, other readers tell."""
        return chosen.refers is not None and not chosen.real

    def _fitting(
        self, reading: Reading, chosen: Chosen, targets: Sequence[str]
    ) -> list[str] | None:
        inventory = self.builder.inventory
        nouns = [n for n in chosen.real if not (n.fields.keys() == {"size"} and n.bounds)]
        spared = [n.selector() for n in chosen.exclude if not n.empty]
        names = [vm.name for vm in inventory.get(list(targets)[:500]).values()]
        counts = any(_may_count(i, len(targets)) for i in reading.items)
        numbers = [] if nouns or counts else numbered_names(reading, names, self.site)
        if chosen.ordinal is not None:
            return chosen.placed(list(targets))
        if numbers:
            return [i for i in targets if inventory.get([i])[i].name in numbers]
        if chosen.order is not None:
            order, descending = chosen.order
            made = {"ids": list(targets), "order_by": order, "descending": descending}
            return inventory.select_ids(Selector.parse({**made, "limit": chosen.limit or 1}))
        if not (nouns or spared or chosen.whole):
            return None
        ids = {i for n in nouns for i in inventory.select_ids(Selector.parse(n.selector()))}
        gone = {i for s in spared for i in inventory.select_ids(Selector.parse(s))}
        return [i for i in targets if (i in ids or not nouns) and i not in gone]

    def _extreme(self, ids: Sequence[str], word: str) -> list[str]:
        """The biggest, the oldest: those that are no less so than any other."""
        key, descending = next(v for k, v in _BY.items() if k in word)
        known = self.builder.inventory.get(list(ids))
        figures = {i: key(vm) for i, vm in known.items()}
        best = (max if descending else min)(figures.values(), default=None)  # type: ignore[type-var]
        return [i for i, figure in figures.items() if figure == best]

    def _named(self, ids: Sequence[str]) -> str:
        known = self.builder.inventory.get(list(ids)[:50])
        return replies.listed([vm.name for vm in known.values()])

    def _goes_on(self, after: str, kept: Sequence[str], targets: Sequence[str]) -> bool:
        """Whether what stands after it asks for more than the others of the plan."""
        if _THE_OTHERS.match(after):
            return False
        told = self.reader.read(after)
        named = {n for i in told.items if i.has("names") for n in i.get("names")}
        ids = {vm.id for n in named for vm in self.builder.inventory.named(n)}
        changes = [f for f in told.frames if f.changes and not f.negated]
        if not changes and not {"only", "just"} & set(told.words):
            return bool(ids - set(kept))
        return ids != set(targets) - set(kept)

    def _shrunk(self, calls: Sequence[Call], gone: Sequence[str]) -> Understanding:
        """The plan without those machines."""
        left: list[Call] = []
        for call in calls:
            mine = self._pending_targets(call)
            out = [i for i in gone if i in mine]
            if len(out) == len(mine):
                continue
            left.append(self._without(call, out) if out else call)
        if not left:
            return Understanding("cancel")
        return Understanding("revise", tuple(left))

    def _without(self, call: Call, out: Sequence[str]) -> Call:
        inventory = self.builder.inventory
        known = inventory.get(list(out))
        names = [vm.name for vm in known.values()]
        alone = all(len(inventory.named(n)) == 1 for n in names)
        exclude = {"names": names} if alone else {"ids": list(out)}
        return leave_out(call, [exclude], inventory)
