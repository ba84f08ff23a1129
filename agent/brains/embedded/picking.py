"""The selector of a request: from its own words, or from those around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.brains.embedded import replies
from agent.brains.embedded.described import Picked
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.numbers import ONES
from agent.brains.embedded.phrases import PLACES, Chosen, Noun
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import References
from tools.calls import Call
from tools.selector import Selector


class Picker(References):
    """Chooses the machines of requests."""

    def machines(self, frame: Frame, made: Sequence[Call], topics: Sequence[Chosen] = ()) -> Picked:
        """The selector of a frame.

        Raises:
            Doubt: a name that no machine bears, a word that was not understood, or too many fit.
        """
        chosen = frame.chosen
        if chosen.unknown:
            raise Doubt(self.unknown_name(chosen.unknown[0], frame))
        if chosen.unknown_values and not frame.said.args.get("size"):
            raise Doubt(self._unknown_value(*chosen.unknown_values[0]))
        self._check_strangers(frame, chosen)
        if chosen.ordinal and not made and (one := self._of_two_told(frame, topics)):
            return {"names": [one]}, True
        if (
            chosen.refers is not None
            and not chosen.real
            and not any(c.selector for c in made)
            and not chosen.ordinal
            and not chosen.other
        ):
            for topic in sorted(topics, key=lambda one: not _names_one(one)):
                if topic.real and not topic.unknown and not _says_only_how(topic):
                    _only_the_named(topic, chosen)
                    found, outright = self.pick(topic, frame, made)
                    if found is not None and self._is_several(found, topic, frame):
                        continue
                    if found is not None:
                        self._leave_out(found, [n for n in chosen.exclude if not n.empty])
                        return found, outright
        picked, outright = self.pick(chosen, frame, made)
        if picked is not None and frame.tool == "migrate_vms":
            picked = _from_there(picked, topics, str(frame.args.get("host")))
        if picked is None and made and _borrows(frame):
            both = ("both",) if "both" in frame.clause.words else ()
            last = self._all_of(both, made) or _last_of(made)
            if last is not None:
                return last
        if picked is None:
            for topic in topics:
                if frame.changes and topic.real and _says_only_how(topic):
                    continue
                for noun in topic.real:
                    if noun.names and not noun.by_stem:
                        only_names(noun)
                if topic.unknown and frame.changes:
                    raise Doubt(self.unknown_name(topic.unknown[0], frame))
                found, outright = self.pick(topic, frame, made)
                if found is not None and self._is_several(found, topic, frame):
                    continue
                if found is not None:
                    return found, outright
        if (
            picked is None
            and frame.tool in ("diagnose_vms", "describe_vms")
            and self.memory.targets
        ):
            return {"ids": list(self.memory.targets[:50])}, None
        if picked is None and frame.changes and self._implied(frame):
            return {"ids": list(self.memory.targets)}, True
        return picked, outright

    def _of_two_told(self, frame: Frame, topics: Sequence[Chosen]) -> str:
        """ "web-02 pegged, web-04 fine. resize the former": one of the two just spoken of."""
        chosen = frame.chosen
        pair = {"former", "latter"} & set(frame.clause.words)
        if not pair or chosen.ordinal is None:
            return ""
        if any(n.names for n in chosen.real):
            raise Doubt(self._which(frame))
        names = list(dict.fromkeys(n for t in topics for noun in t.real for n in noun.names))
        if len(names) != 2:
            if names:
                raise Doubt(self._which(frame))
            return ""
        return names[0] if "former" in pair else names[1]

    def _implied(self, frame: Frame) -> bool:
        """ "then take the protection off", right after one machine was spoken of."""
        risky = frame.tool in ("delete_vms", "restore_snapshot", "delete_snapshots")
        return (
            len(self.memory.targets) == 1
            and not risky
            and len(frame.clause.words) <= 8
            and not frame.chosen.strangers
        )

    def _check_strangers(self, frame: Frame, chosen: Chosen) -> None:
        if frame.changes and chosen.owned and not frame.args:
            raise Doubt(self.stranger(chosen.owned, frame))
        if not (frame.changes and chosen.strangers):
            return
        if chosen.real and all(n.names and n.last != "stem" for n in chosen.real):
            return
        if not chosen.says_machines and frame.tool in ("create_vms",):
            return
        if self._numbered(chosen, frame):
            return
        raise Doubt(self.stranger(chosen.strangers[0], frame))

    def _numbered(self, chosen: Chosen, frame: Frame) -> bool:
        """ "web staging two": of the machines described, the one whose name ends so."""
        word = chosen.strangers[0]
        figure = str(ONES[word]) if word in ONES else word
        if len(chosen.strangers) != 1 or len(chosen.real) != 1 or not figure.isdigit():
            return False
        if any(i.has("except", "not", "without") for i in frame.clause.items):
            return False
        noun = chosen.real[0]
        found = self.inventory.select(Selector.parse(noun.selector()))
        ending = set(self.site.names.ending(figure))
        fitting = [vm.name for vm in found if vm.name in ending]
        if len(fitting) != 1 or noun.names:
            return False
        noun.names.append(fitting[0])
        noun.fields.clear()
        return True

    def pick(self, chosen: Chosen, frame: Frame, made: Sequence[Call] = ()) -> Picked:
        """The selector that a clause's own words give."""
        if frame.changes:
            self._check_either(frame)
        picked, outright = self._base(chosen, frame, made)
        if picked is None:
            return None, None
        if chosen.besides and self.memory.targets:
            picked["exclude"] = {"ids": list(self.memory.targets)}
        if chosen.exclude and not _is_only_copied(frame, chosen):
            self._leave_out(picked, [n for n in chosen.exclude if not n.empty])
        if chosen.order is not None:
            picked["order_by"], picked["descending"] = chosen.order
            if not chosen.limit and chosen.count and not frame.changes:
                chosen.limit = chosen.count
            if chosen.limit:
                picked["limit"] = chosen.limit
            elif frame.changes:
                self._ask_how_many(picked, frame)
        elif chosen.limit:
            picked["limit"] = chosen.limit
        if picked.get("all") and set(picked) - {
            "all",
            "exclude",
            "order_by",
            "descending",
            "limit",
        }:
            del picked["all"]
        self._check_count(chosen, picked, frame)
        return picked, outright

    def _is_several(self, found: dict[str, Any], topic: Chosen, frame: Frame) -> bool:
        """Whether "it" would stand for several machines that were only described."""
        refers = frame.chosen.refers
        one = refers is not None and refers.words[0] in ("it", "it's", "this", "that")
        if not (frame.changes and one) or any(n.names for n in topic.real):
            return False
        return len(self.inventory.select_ids(Selector.parse(found))) > 1

    def _check_either(self, frame: Frame) -> None:
        """ "stop web-01 or web-02": which of the two is for the person to say."""
        items = frame.clause.items
        if frame.tool == "protect_vms" or frame.clause.has("not"):
            return
        for k in range(1, len(items) - 1):
            pair = items[k - 1], items[k + 1]
            if items[k].words != ("or",) or not all(i.has("names") for i in pair):
                continue
            names = [n for i in pair for n in i.get("names")]
            ids = [vm.id for n in names for vm in self.inventory.named(n)]
            args = {k: v for k, v in frame.args.items() if not k.startswith("_")}
            call = Call(tool=frame.tool, selector=Selector(names=tuple(names)), args=args)
            asked = {"from": "brain", "kind": "machines", "call": call.to_dict(), "choices": ids}
            raise Doubt(replies.ask(f"Which one: {replies.listed(names)}?", ids, asked))

    def _ask_how_many(self, picked: dict[str, Any], frame: Frame) -> None:
        """ "the oldest web servers", for a change: how many of them?"""
        ids = self.inventory.select_ids(Selector.parse(picked))
        if len(ids) < 2:
            return
        args = {k: v for k, v in frame.args.items() if not k.startswith("_")}
        call = Call(tool=frame.tool, selector=Selector(ids=tuple(ids)), args=args)
        names = [vm.name for vm in self.inventory.get(ids[:5]).values()]
        asked = {"from": "brain", "kind": "machines", "call": call.to_dict(), "choices": ids}
        text = f"How many of them? In that order they are {replies.listed(names)}."
        raise Doubt(replies.ask(text, ids[:20], asked))

    def _base(self, chosen: Chosen, frame: Frame, made: Sequence[Call]) -> Picked:
        real = chosen.real
        if frame.tool in ("describe_vms", "diagnose_vms", "query_metrics"):
            if any(n.names for n in real):
                chosen.exclude.clear()
            for noun in real:
                if noun.names and not noun.by_stem:
                    only_names(noun)
                lost = not self.inventory.select_ids(Selector.parse(noun.selector()))
                if noun.names and lost:
                    noun.fields.clear()
                elif lost and not noun.plural and set(noun.fields) > {"state"}:
                    noun.fields.pop("state", None)  # "is Bob's box up?"
        if (
            not real
            and chosen.exclude
            and chosen.refers is None
            and len(self.memory.targets) > 1
            and {"ones", "one"} & set(frame.clause.words)
        ):
            return {"ids": list(self.memory.targets)}, False
        if chosen.refers is None and not chosen.whole and self._of_before(real, frame):
            picked = {**real[0].selector(), "ids": list(self.memory.targets)}
            self._check_one(picked, frame)
            return picked, not real[0].plural
        if chosen.refers is not None or chosen.ordinal is not None or chosen.other:
            referred = self._referred(chosen, frame, made)
            if referred is not None:
                return referred
            if frame.changes and chosen.ordinal is not None and len(real) == 1:
                self._ask_for_place(real[0], frame)
        if len(real) == 1:
            return self._described(real[0], chosen, frame)
        if real and (named := self._apposed(real, frame)):
            return named.selector(), None
        if real:
            return {"ids": self._union(real, frame)}, None if all(
                n.named_only for n in real
            ) else True
        if self._most_of_before(chosen, frame):
            return {"ids": list(self.memory.targets)}, None
        if (
            chosen.whole
            or chosen.order is not None
            or (chosen.exclude and any(not n.empty for n in chosen.exclude))
        ):
            if (
                frame.changes
                and not chosen.whole
                and chosen.exclude
                and not any(n.head for n in chosen.include)
                and chosen.order is None
            ):
                return None, None
            return {"all": True}, None
        return None, None

    def _check_one(self, picked: dict[str, Any], frame: Frame) -> None:
        """ "stop the windows one", where several of those shown are: which one, is asked."""
        words = frame.clause.words
        found = self.inventory.select(Selector.parse(picked))
        if frame.changes and "one" in words and "ones" not in words and len(found) > 1:
            raise Doubt(self._which_of("You speak of one, and", found, picked, frame))

    def _ask_for_place(self, noun: Noun, frame: Frame) -> None:
        """ "the first three workers", where no list was shown: which they are, nothing says."""
        found = self.inventory.select(Selector.parse(noun.selector()))
        if len(found) > 1 and not noun.named_only:
            raise Doubt(self._which_of("No list was shown, and", found, noun.selector(), frame))

    def _apposed(self, real: Sequence[Noun], frame: Frame) -> Noun | None:
        """ "the spare desktop, vdi-104 it's called": one machine, described and then named."""
        if len(real) != 2:
            return None
        said, named = real
        if named.named_only and named.last != "stem" and frame.chosen.count == len(named.names):
            found = {vm.name for vm in self.inventory.select(Selector.parse(said.selector()))}
            return named if set(named.names) <= found and not said.named_only else None
        if not frame.changes:
            return None
        single = named.named_only and len(named.names) == 1 and named.last != "stem"
        if not single or said.named_only or said.plural or not said.determined:
            return None
        found = {vm.name for vm in self.inventory.select(Selector.parse(said.selector()))}
        return named if len(found) > 1 and named.names[0] in found else None

    def _most_of_before(self, chosen: Chosen, frame: Frame) -> bool:
        """ "delete the smallest one", after a list: of the machines just shown."""
        if chosen.order is None or chosen.whole or len(self.memory.targets) < 2:
            return False
        nouns = any(i.has("noun") for i in frame.clause.items)
        return frame.changes and not nouns and bool({"one", "ones"} & set(frame.clause.words))

    def _of_before(self, real: Sequence[Noun], frame: Frame) -> bool:
        """ "the stopped ones", "the one that is off": of the machines just shown."""
        if (
            len(real) != 1
            or len(self.memory.targets) < 2
            or "names" in real[0].selector()
            or real[0].ids
        ):
            return False
        words = frame.clause.words
        if not ({"one", "ones"} & set(words)) or {"all", "every"} & set(words[:3]):
            return False
        told = {f for f in real[0].fields if not (frame.changes and f.startswith("tags."))}
        if not told <= _OF_MACHINES or any(i.has("noun") for i in frame.clause.items):
            return False
        return bool(
            self.inventory.select_ids(
                Selector.parse({**real[0].selector(), "ids": list(self.memory.targets)})
            )
        )


def _is_only_copied(frame: Frame, chosen: Chosen) -> bool:
    """ "to try it without touching prod, clone billing-api-1": a copy leaves it alone."""
    named = bool(chosen.real) and all(n.named_only and not n.by_stem for n in chosen.real)
    return frame.tool == "clone_vm" and named and not any(n.names for n in chosen.exclude)


_OF_MACHINES = PLACES | {"state", "os", "image", "size", "group"}


def _names_one(topic: Chosen) -> bool:
    """ "Carol rang, her machine dev-db is frozen": it is dev-db, whatever else is Carol's."""
    return any(noun.names and not noun.by_stem for noun in topic.real)


def _says_only_how(topic: Chosen) -> bool:
    """ "it's still broken": how something is, and not which."""
    return all(set(noun.selector()) <= {"state", "metric"} for noun in topic.real)


def _only_the_named(topic: Chosen, chosen: Chosen) -> None:
    """ "a lady from QA cannot connect to vdi-104, power it on": it is the machine, not her team."""
    one = chosen.refers is not None and chosen.refers.words[0] in (
        "it",
        "it's",
        "that",
        "this",
        "its",
    )
    named = [n for n in topic.include if n.names and n.last != "stem"]
    if one and named and len(named) < len(topic.real):
        topic.include = named


def _from_there(picked: dict[str, Any], topics: Sequence[Chosen], target: str) -> dict[str, Any]:
    """ "esx-01 goes into maintenance, move everything to esx-02": from the host spoken of."""
    if set(picked) - {"all", "state", "exclude"}:
        return picked
    hosts = [h for t in topics for n in t.real for h in n.fields.get("host", ()) if h != target]
    if not hosts:
        return picked
    made = {k: v for k, v in picked.items() if k != "all"}
    return {**made, "host": list(dict.fromkeys(hosts))}


def only_names(noun: Noun) -> None:
    """A question about a named machine: "is web-03 protected?" asks, it does not narrow."""
    noun.flags.clear()
    noun.bounds.clear()
    noun.missing.clear()
    noun.not_states.clear()
    noun.metric.clear()
    for name in ("state", "os", "image", "size"):
        noun.fields.pop(name, None)


_OF_IT = re.compile(
    r"\b(?:the|its|their|know) (?:new |monthly |daily |hourly )?(?:cost|costs|price)$"
)
"""The cost of what was just spoken of."""


def _borrows(frame: Frame) -> bool:
    """Whether a clause without machines of its own is about those of the clause before."""
    if frame.tool == "query_metrics" and not frame.chosen.whole and "group_by" not in frame.args:
        return frame.chosen.order is None
    if frame.tool == "cost_report" and _OF_IT.search(" ".join(frame.clause.words)):
        return not frame.chosen.whole and "group_by" not in frame.args
    return (
        frame.tool
        not in ("list_vms", "count_vms", "cost_report", "query_metrics", "recommend_savings")
        or frame.chosen.refers is not None
    )


def _last_of(made: Sequence[Call]) -> Picked | None:
    """The machines of the last call that has any."""
    last = next((c for c in reversed(made) if c.selector is not None), None)
    if last is None or last.selector is None:
        return None
    return last.selector.to_dict(), last.outright
