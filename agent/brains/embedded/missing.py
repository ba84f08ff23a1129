"""The answer to a question about an argument, however roundabout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.brains.base import Context
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.reader import Reader
from tools.calls import Call
from tools.selector import Selector


def _is_one_of_them(reading: Reading) -> bool:
    """ "the us-west-2 one", "the one in the west": no figure, but one of those offered."""
    figures = [i for i in reading.items if i.has("number") and not i.is_entity]
    return all(i.words == ("one",) for i in figures) and reading.words[:1] in (("the",), ("that",))


_MORE = re.compile(
    r"\b(?:more|add|extra|additional|space|bigger|larger|grow|increase|extend|expand|enlarge)\b",
    re.IGNORECASE,
)


class MissingArgument:
    """Reads a turn as the argument that was asked for."""

    def __init__(self, context: Context, reader: Reader, builder: Builder) -> None:
        self.context = context
        self.memory = context.memory
        self.reader = reader
        self.builder = builder
        assert context.memory.asked is not None
        self.asked = context.memory.asked
        self.frame = dict(context.memory.asked.frame)

    def _argument(
        self, call: Call, fragment: Frame, args: dict[str, Any], reading: Reading
    ) -> Call | None:
        """The missing argument: "double the memory", "16 gigs", "n2-standard-8 would be plenty"."""
        argument = self.frame.get("argument")
        options = self.frame.get("choices") or list(self.asked.options)
        grouped = call.tool == "scale_group" and all(o in self.reader.site.groups for o in options)
        if grouped and options and _is_one_of_them(reading):
            args = {k: v for k, v in args.items() if k not in ("count", "change")}
        if (argument == "group" or (grouped and options)) and "group" not in args:
            args |= self._group(fragment, options)
        if argument == "region" and "region" not in args:
            args |= (
                {"region": said}
                if (said := next((o for o in options if o in reading.words), ""))
                else {}
            )
        chosen_option = self._option(reading, options)
        if not args and chosen_option is not None:
            args = self._by_option(call, chosen_option)
        if not args and call.tool in ("resize_disk", "attach_disk", "scale_group", "resize_vms"):
            args = self._bare_number(call, reading)
            if args and len([i for i in reading.items if i.has("number", "time")]) == 1:
                fragment.said.time = None  # "five hundred" is a size, and no hour besides
        size = args.get("size_gib")
        if call.tool == "resize_disk" and isinstance(size, int | float):
            args = {"size_gib": f"+{size:g}"} if self._only_more(call, size) else args
        if call.tool == "tag_vms" and "tags" not in args and fragment.said.ask:
            return None
        changed = {**call.args, **args}
        if call.tool == "resize_vms" and "size" in args:
            changed.pop("vcpus", None)
            changed.pop("memory_gib", None)
        elif call.tool == "resize_vms" and args and call.args.get("size"):
            changed.pop("size", None)
        if call.tool == "scale_group" and "count" in args:
            changed.pop("change", None)
        if call.tool == "create_vms" and ("size" in args or {"vcpus", "memory_gib"} & args.keys()):
            for key in ("vcpus", "memory_gib") if "size" in args else ("size",):
                if key not in args:
                    changed.pop(key, None)
        if not args and fragment.said.time is None:
            return None
        made = call.model_copy(update={"args": changed})
        if fragment.said.time is not None:
            made = made.model_copy(update={"when": self.builder.when(fragment.said.time)})
        return made

    def _group(self, fragment: Frame, options: Sequence[str]) -> dict[str, Any]:
        try:
            picked, _ = self.builder.pick(fragment.chosen, fragment)
        except Doubt:
            return {}
        if picked is None or picked.get("all"):
            return {}
        vms = self.builder.inventory.select(Selector.parse(picked))
        groups = [
            g
            for g in dict.fromkeys(vm.group for vm in vms if vm.group)
            if not options or g in options
        ]
        return {"group": groups[0]} if len(groups) == 1 else {}

    def _option(self, reading: Reading, options: Sequence[str]) -> str | None:
        """The option that was said by its own word, or by its place."""
        said = [o for o in options if o.casefold() in reading.words]
        if len(said) == 1:
            return said[0]
        chosen = self.reader.choose(None, Clause(reading.items))
        if chosen.ordinal is not None and 0 < chosen.ordinal[0] <= len(options):
            return options[chosen.ordinal[0] - 1]
        return None

    def _by_option(self, call: Call, option: str) -> dict[str, Any]:
        site = self.reader.site
        low = option.casefold()
        if low in site.sizes:
            return {"size": option}
        if low in site.hosts:
            return {"host": option}
        if low in site.regions:
            return {"region": option}
        if low in site.images:
            return {"image": option}
        if option in site.groups:
            return {"group": option}
        if option in site.providers:
            return {"provider": option}
        return {}

    def _bare_number(self, call: Call, reading: Reading) -> dict[str, Any]:
        said = [i for i in reading.items if i.has("number") and not i.has("names")]
        alone = len(said) == 1 and all(
            i is said[0] or i.has("filler", "comma", "ask", "stop") for i in reading.items
        )
        numbers = [i.get("number") for i in said if alone or not i.has("time")]
        if len(numbers) != 1:
            return {}
        name = {"resize_disk": "size_gib", "attach_disk": "size_gib", "scale_group": "count"}.get(
            call.tool
        )
        return {name: int(numbers[0]) if name == "count" else numbers[0]} if name else {}

    def _only_more(self, call: Call, figure: float) -> bool:
        """ "50", after "add disk space to web-01": a disk of 60 can only become so much larger."""
        wished = next((t for who, t in reversed(self.memory.said) if who == "user"), "")
        ids = self.builder.inventory.select_ids(call.selector) if call.selector else []
        least = min((vm.disk_gib for vm in self.builder.inventory.get(ids).values()), default=0)
        return figure <= least and _MORE.search(wished) is not None
