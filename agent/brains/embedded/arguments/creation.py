"""What a new machine or a clone shall be."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from agent.brains.embedded.arguments.disks import names_disk
from agent.brains.embedded.arguments.naming import name_at, name_called, name_quoted
from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.arguments.tags import spoken_tag
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site
from agent.brains.embedded.words import word_lists


def clone_name(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The name of a clone."""
    name = name_called(clause)
    items = clause.items
    if name is None:
        for k, item in enumerate(items):
            if (
                item.has("unknown_name", "word", "quote")
                and not item.used
                and k
                and (
                    items[k - 1].has("to")
                    or items[k - 1].words[-1:]
                    in (("as",), ("into",), ("to",), ("name",), ("called",))
                )
            ):
                name = name_at(items, k)
                break
    if name is None:
        name = name_quoted(clause)
    if name:
        said.args["name"] = name


def creation(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """What a new machine shall be: image, size, place, name, tags, how many."""
    items, args = clause.items, said.args
    if name := name_called(clause):
        args["name"] = name
    tags = {i.get("tag")[0]: i.get("tag")[1] for i in items if i.has("tag") and not i.used}
    for item in items:
        if item.has("tag"):
            item.used = "tag"
    for k, item in enumerate(items):
        if item.used:
            continue
        if version := _version_after(items, k):
            args.setdefault("image", " ".join(i.text for i in items[k : k + version + 1]))
            for part in items[k : k + version + 1]:
                part.used = "image"
        elif item.has("pair") and item.get("value")[0][0] == "names":
            args.setdefault("name", item.get("value")[0][1][0])
            item.used = "the name"
        elif item.has("value") and not item.has("names"):
            _create_value(items, k, item, args, tags)
        else:
            _create_item(items, k, item, args)
    spoken_tag(clause, tags, site)
    article = any(i.words in (("a",), ("an",), ("another",), ("one",)) for i in items)
    if "count" not in args and article:
        args["count"] = 1
    if tags:
        args["tags"] = tags


def _create_item(items: list[Item], k: int, item: Item, args: dict[str, Any]) -> None:
    """Take an item that is no value of the fleet."""
    if item.has("unknown_value"):
        what, text = item.get("unknown_value")
        args[what if what in ("image", "size", "region") else "region"] = text
        item.used = what
    elif item.has("os") and "image" not in args:
        args["image"] = item.get("os")
        item.used = f"image {args['image']}"
    elif item.has("number"):
        _create_number(items, k, item, args)
    elif item.has("unknown_name") and (field := _follows_field(items, k)):
        args[field] = item.text
        item.used = "image or size"
    elif item.has("unknown_name", "names") and "name" not in args:
        args["name"] = item.text
        item.used = "the name"
    elif item.has("quote") and "name" not in args:
        args["name"] = item.get("quote")
        item.used = "the name"
    elif item.has("key", "object") and item.get("object") == "tag":
        item.used = "tag"


def _follows_field(items: list[Item], k: int) -> str | None:
    """The field, image or size, whose word stands right before `k`."""
    before = items[k - 1] if k else None
    if before is not None and before.has("colon", "be", "to") and k > 1:
        before = items[k - 2]
    field = before.get("object") if before is not None and before.has("object") else None
    return field if field in ("image", "size") else None


def _create_value(
    items: list[Item], k: int, item: Item, args: dict[str, Any], tags: dict[str, str]
) -> None:
    """Take a value of the fleet: a place, a size, an image or a tag."""
    like = any(i.words[:1] == ("like",) for i in items[max(0, k - 2) : k])
    for name, values in item.get("value"):
        if name in ("provider", "size") and len(values) > 1:
            continue
        if name == "size" and args.get("size"):
            continue
        if name in ("provider", "region", "size", "image"):
            if name == "image" and len(values) > 1:
                args.setdefault("image", item.words[0])
            elif name == "region" and len(values) > 1:
                args.setdefault("_regions", list(values))
            else:
                args.setdefault(name, values[0])
            item.used = f"{name} {values[0]}"
            return
        if name.startswith("tags.") and not like:
            tags.setdefault(name[5:], values[0])
            item.used = f"tag {name[5:]}={values[0]}"
            return
        if name in ("host", "zone", "group"):
            item.used = name
            return


_VERSION = re.compile(r"\d+(?:[.-]\d+)*(?:r\d)?")


def _version_after(items: list[Item], k: int) -> int:
    """ "ubuntu 20.04", "windows server 2012": how far behind a system its version stands."""
    system = items[k].text.casefold() in _SYSTEMS or items[k].has("os")
    images = any(name == "image" for name, _ in items[k].get("value") or ())
    if not system and not (images and items[k].text.isalpha()):
        return 0
    step = 2 if k + 1 < len(items) and items[k + 1].words == ("server",) else 1
    after = items[k + step] if k + step < len(items) else None
    if after is None or after.used or after.has("amount", "names"):
        return 0
    return step if _VERSION.fullmatch(after.text.casefold()) else 0


def _create_number(items: list[Item], k: int, item: Item, args: dict[str, Any]) -> None:
    """Take a figure: vCPUs, memory, a disk, or how many machines."""
    if item.has("amount"):
        value, unit = item.get("amount")
        if unit == "vcpus":
            args["vcpus"] = int(value)
            item.used = "vcpus"
        elif unit == "gib":
            _create_gib(items, k, value, args)
        return
    after = items[k + 1] if k + 1 < len(items) else None
    if after is not None and after.words[:1] in (("gb",), ("cores",)):
        return
    number = item.get("number")
    if k and _is_a_version(items, k):
        args.setdefault("image", f"{items[k - 1].text} {item.text}")
        items[k - 1].used = item.used = "image"
        return
    if "count" not in args and 0 < number < 10_000 and number == int(number):
        args["count"] = int(number)
        item.used = "how many"
        if after is not None and after.words == ("x",):
            after.used = "times"


def _is_a_version(items: list[Item], k: int) -> bool:
    """ "a centos 7 box", "running CentOS 6": an image that is not offered, with its version."""
    before = items[k - 1]
    return before.text.casefold() in _SYSTEMS and not before.used


_SYSTEMS = frozenset(word_lists("arguments")["system"])
"""Operating systems by name: a figure after one is its version."""


def _create_gib(items: list[Item], k: int, value: float, args: dict[str, Any]) -> None:
    """Take a figure in GiB: of a disk where one is named nearest, else of memory."""
    after = items[k + 1 : k + 4]
    disk = next((n for n, i in enumerate(after) if names_disk(i)), None)
    memory = next((n for n, i in enumerate(after) if i.get("metric") == "memory"), None)
    stop = next((n for n, i in enumerate(after) if i.has("comma", "and", "plus_sign", "number")), 9)
    led = memory is None and any(names_disk(i) for i in items[max(0, k - 2) : k])
    is_disk = led or (disk is not None and disk < stop and (memory is None or disk < memory))
    args["disk_gib" if is_disk else "memory_gib"] = value
    items[k].used = "disk" if is_disk else "memory"
    for other in after[: min(stop, 3)]:
        if other.has("metric", "object"):
            other.used = "of it"
