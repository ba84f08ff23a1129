"""Questions to the person, where what was said cannot be carried out as it stands."""

from __future__ import annotations

from typing import Any

from rapidfuzz import fuzz

from agent.brains.base import Context, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.timing import Time
from tools.calls import Call, When
from tools.selector import Selector


class Doubt(Exception):
    """What was said cannot be carried out as it stands; the question or reply to give instead."""

    def __init__(self, understanding: Understanding) -> None:
        super().__init__(understanding.text)
        self.understanding = understanding


class Questioner:
    """Asks what a request leaves open."""

    def __init__(self, context: Context, reader: Reader) -> None:
        self.context = context
        self.memory = context.memory
        self.reader = reader
        self.site = reader.site
        self.inventory = context.world.inventory

    def when(self, time: Time) -> When:
        """A time expression as the contract writes it."""
        if time.recurs:
            return When(cron=time.cron())
        return When(at=time.moment(self.reader.now).isoformat())

    def _which(self, frame: Frame) -> Understanding:
        verb = frame.tool.replace("_vms", "").replace("_", " ")
        call = Call(
            tool=frame.tool, args={k: v for k, v in frame.args.items() if not k.startswith("_")}
        )
        if frame.said.time is not None and frame.changes:
            call = call.model_copy(update={"when": self.when(frame.said.time)})
        return replies.ask(
            f"Which machines shall I {verb}?",
            frame={"from": "brain", "kind": "machines", "call": call.to_dict(), "choices": []},
        )

    def _lacking(self, frame: Frame, picked: dict[str, Any] | None) -> Understanding:
        selector = Selector.parse(picked) if picked else None
        kept = self._snapshots(selector) if frame.said.ask == "snapshot" else []
        what = {
            "tags": "Which tag, as key=value?",
            "keys": "Which tag shall go?",
            "snapshot": f"Which snapshot: {replies.listed(kept, 8)}?"
            if kept
            else "Which snapshot, by its name? “snapshots of …” lists them.",
            "older_than_days": "Which snapshots: older than how many days?",
        }[frame.said.ask]
        call = Call(tool=frame.tool, selector=selector, args=frame.args)
        return replies.ask(
            what,
            frame={
                "from": "brain",
                "kind": "argument",
                "argument": frame.said.ask,
                "call": call.to_dict(),
            },
        )

    def _snapshots(self, selector: Selector | None) -> list[str]:
        """The snapshots of the one machine that is meant, each with its day."""
        vms = self.inventory.select(selector) if selector is not None else []
        kept = vms[0].snapshots if len(vms) == 1 else ()
        return [f"{one.name} of {one.created_at:%Y-%m-%d}" for one in kept]

    def stranger(self, word: str, frame: Frame | None = None) -> Understanding:
        """A word of a noun phrase that nothing accounts for."""
        closest = self.site.names.closest(word, 3, 70)
        hint = f" Did you mean {replies.listed(closest)}?" if closest else ""
        found: dict[str, Any] = {"from": "brain", "kind": "stranger", "word": word}
        if frame is not None and frame.changes:
            found["call"] = Call(
                tool=frame.tool, args={k: v for k, v in frame.args.items() if not k.startswith("_")}
            ).to_dict()
        return replies.ask(
            f"I do not know what “{word}” means here.{hint} Which machines do you mean?",
            closest,
            found,
        )

    def _unknown_value(self, name: str, text: str) -> Understanding:
        known = {
            "region": self.site.regions,
            "size": self.site.sizes,
            "host": self.site.hosts,
            "image": self.site.images,
        }[name]
        closest = sorted(
            known.values(), key=lambda one: -fuzz.ratio(one.casefold(), text.casefold())
        )
        return replies.ask(
            f"There is no {name} “{text}”. There are {replies.listed(closest, 8)}.",
            closest[:8],
            {"from": "brain", "kind": "value", "field": name},
        )

    def unknown_name(
        self, name: str, frame: Frame | None, *, groups: bool = False
    ) -> Understanding:
        """A name that no machine bears: the closest are offered, none is taken."""
        closest = self.site.names.closest(name)
        if groups:
            closest = [g for g in self.site.groups if g[:3] == name[:3]] or closest
        hint = f" Did you mean {replies.listed(closest)}?" if closest else ""
        found: dict[str, Any] = {"from": "brain", "kind": "name", "name": name, "choices": closest}
        if frame is not None:
            real = [n for noun in frame.chosen.real for n in noun.names]
            call = Call(
                tool=frame.tool, args={k: v for k, v in frame.args.items() if not k.startswith("_")}
            )
            if frame.said.time is not None and frame.changes:
                call = call.model_copy(update={"when": self.when(frame.said.time)})
            found |= {"call": call.to_dict(), "with": real}
        return replies.ask(f"No machine is called “{name}”.{hint}", closest, found)
