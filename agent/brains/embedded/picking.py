"""The selector of a request: from its own words, or from those around it."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.described import Picked
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.phrases import Chosen, Noun
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
        if (
            chosen.refers is not None
            and not chosen.real
            and not made
            and not chosen.ordinal
            and not chosen.other
        ):
            for topic in topics:
                if topic.real and not topic.unknown:
                    found, outright = self.pick(topic, frame, made)
                    if found is not None:
                        return found, outright
        picked, outright = self.pick(chosen, frame, made)
        if picked is None and made and _borrows(frame):
            last = next((c for c in reversed(made) if c.selector is not None), None)
            if last is not None and last.selector is not None:
                return last.selector.to_dict(), last.outright
        if picked is None:
            for topic in topics:
                for noun in topic.real:
                    if noun.names and noun.last != "stem":
                        only_names(noun)
                if topic.unknown and frame.changes:
                    raise Doubt(self.unknown_name(topic.unknown[0], frame))
                found, outright = self.pick(topic, frame, made)
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
        raise Doubt(self.stranger(chosen.strangers[0], frame))

    def pick(self, chosen: Chosen, frame: Frame, made: Sequence[Call] = ()) -> Picked:
        """The selector that a clause's own words give."""
        picked, outright = self._base(chosen, frame, made)
        if picked is None:
            return None, None
        if chosen.exclude:
            self._leave_out(picked, [n for n in chosen.exclude if not n.empty])
        if chosen.order is not None:
            picked["order_by"], picked["descending"] = chosen.order
            if not chosen.limit and chosen.count and not frame.changes:
                chosen.limit = chosen.count
            if chosen.limit:
                picked["limit"] = chosen.limit
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

    def _base(self, chosen: Chosen, frame: Frame, made: Sequence[Call]) -> Picked:
        real = chosen.real
        if frame.tool in ("describe_vms", "diagnose_vms", "query_metrics"):
            if any(n.names for n in real):
                chosen.exclude.clear()
            for noun in real:
                if noun.named_only or noun.names:
                    only_names(noun)
        if (
            not real
            and chosen.exclude
            and chosen.refers is None
            and len(self.memory.targets) > 1
            and {"ones", "one"} & set(frame.clause.words)
        ):
            return {"ids": list(self.memory.targets)}, False
        if chosen.refers is None and not chosen.whole and self._of_before(real, frame):
            return {**real[0].selector(), "ids": list(self.memory.targets)}, not real[0].plural
        if chosen.refers is not None or chosen.ordinal is not None or chosen.other:
            referred = self._referred(chosen, frame, made)
            if referred is not None:
                return referred
        if len(real) == 1:
            return self._described(real[0], chosen, frame)
        if real:
            return {"ids": self._union(real, frame)}, None if all(
                n.named_only for n in real
            ) else True
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
        if not set(real[0].fields) <= {"state", "os", "region", "provider", "host", "zone"} or any(
            i.has("noun") for i in frame.clause.items
        ):
            return False
        return bool(
            self.inventory.select_ids(
                Selector.parse({**real[0].selector(), "ids": list(self.memory.targets)})
            )
        )


def only_names(noun: Noun) -> None:
    """A question about a named machine: "is web-03 protected?" asks, it does not narrow."""
    noun.flags.clear()
    noun.bounds.clear()
    noun.missing.clear()
    noun.not_states.clear()
    noun.metric.clear()
    for name in ("state", "os", "image", "size"):
        noun.fields.pop(name, None)


def _borrows(frame: Frame) -> bool:
    """Whether a clause without machines of its own is about those of the clause before."""
    if frame.tool == "query_metrics" and not frame.chosen.whole and "group_by" not in frame.args:
        return frame.chosen.order is None
    return (
        frame.tool
        not in ("list_vms", "count_vms", "cost_report", "query_metrics", "recommend_savings")
        or frame.chosen.refers is not None
    )
