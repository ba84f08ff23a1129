"""What a clause says beside its machines: the arguments of its tool."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from agent.brains.embedded.clauses import GENERIC, Clause
from agent.brains.embedded.moments import Time
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site, Value
from agent.brains.embedded.tools import CHANGES


@dataclass
class Said:
    """The arguments of one clause, and what was asked for that does not exist.

    Attributes:
        time: when it shall happen.
        lasts: for how long; the opposite act follows.
        until: the moment at which the opposite act follows.
        lacking: what has to be asked for.
        keep: items that belong to the machines after all.
    """

    args: dict[str, Any] = field(default_factory=dict[str, Any])
    time: Time | None = None
    lasts: timedelta | None = None
    until: Time | None = None
    ask: str = ""


def read_arguments(tool: str, clause: Clause, site: Site, now: datetime) -> Said:
    """Take the arguments of a tool out of its clause; what remains is about the machines."""
    said = Said()
    if clause.verb is not None:
        clause.verb.used = clause.verb.used or "verb"
    _take_time(tool, clause, said)
    reader = _READERS.get(tool)
    if reader is not None:
        reader(clause, said, site, now)
    return said


def _take_time(tool: str, clause: Clause, said: Said) -> None:
    for item in clause.items:
        time = item.get("time")
        if time is None or item.used or item.is_entity:
            continue
        if tool in CHANGES:
            if _is_age(clause, item):
                continue
            if time.until is not None and time.day is None and time.clock is None:
                said.until, item.used = time.until, "until then"
            elif time.lasts is not None:
                said.lasts, item.used = time.lasts, "for so long"
            elif time.window is None:
                said.time = _joined(said.time, time)
                said.until = said.until or time.until
                item.used = "when"
            else:
                continue
        elif time.window is not None:
            continue


def _is_age(clause: Clause, item: Item) -> bool:
    k = clause.items.index(item)
    return any(
        i.has("cmp") or i.words[:1] in (("created",), ("since",), ("older",))
        for i in clause.items[max(0, k - 2) : k]
    )


def _joined(first: Time | None, second: Time) -> Time:
    """Two time expressions of one clause: "tonight … at 11", "every weekday … at 22:00"."""
    if first is None:
        return second
    return Time(
        day=first.day or second.day,
        clock=second.clock or first.clock
        if not first.clock or first.half_day in ("night", "morning", "evening")
        else first.clock,
        days=first.days or second.days,
        month_day=first.month_day or second.month_day,
        every=first.every or second.every,
        after=first.after or second.after,
        half_day=first.half_day or second.half_day,
    )


# power


def _force(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    for k, item in enumerate(clause.items):
        if item.has("force") and not item.is_entity:
            negated = any(
                i.words[:1] in (("not",), ("no",), ("without",))
                for i in clause.items[max(0, k - 2) : k]
            )
            said.args["force"] = not negated
            item.used = "force"
        elif item.words[:1] in (
            ("gracefully",),
            ("gently",),
            ("cleanly",),
            ("nicely",),
            ("softly",),
        ):
            said.args["force"] = False


# sizing


def _relative(clause: Clause, action: str | None, words: tuple[str, ...]) -> str:
    """The sign of a change: "+", "-" or "" for a value that shall be."""
    joined = " ".join(words)
    if re.search(r"\bby\b", joined) and action in ("reduce", "increase", "resize", "scale"):
        return (
            "-" if action == "reduce" or re.search(r"\bdown\b|\bcut\b|\bshrink\b", joined) else "+"
        )
    if re.search(r"\b(more|extra|additional|another|on top|add|adds|added|plus)\b", joined):
        return "+"
    if re.search(r"\b(less|fewer|remove|off)\b", joined):
        return "-"
    return ""


_FACTORS = {"double": 2.0, "triple": 3.0, "quadruple": 4.0, "halve": 0.5}


def _factor(item: Item) -> float | None:
    return _FACTORS.get(item.action or "") if item.has("verb") else None


def _resize(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    _size_named(clause, said)
    items = clause.items
    factor: float | None = None
    for item in items:
        found = _factor(item) or _so_many_times(items, items.index(item))
        if found:
            factor = found
            item.used = item.used or f"times {found:g}"
            resource = _resource_after(items, items.index(item))
            if resource is not None:
                said.args[resource] = f"x{found:g}"
    if factor is not None:
        for resource in _resources(items):
            said.args.setdefault(resource, f"x{factor:g}")
        if not any(k in said.args for k in ("vcpus", "memory_gib")):
            said.args["vcpus"] = said.args["memory_gib"] = f"x{factor:g}"
        return
    _amounts(clause, said)


def _so_many_times(items: list[Item], k: int) -> float | None:
    """ "two times more", "3 times the memory"."""
    after = items[k + 1] if k + 1 < len(items) else None
    if not items[k].has("number") or after is None or after.words[:1] != ("times",):
        return None
    after.used = "times"
    return float(items[k].get("number"))


def _resource_after(items: list[Item], k: int) -> str | None:
    for item in items[k + 1 : k + 5]:
        if item.has("verb") and _factor(item):
            return None
        if item.has("metric") and item.get("metric") in _RESOURCE:
            item.used = item.get("metric")
            return _RESOURCE[item.get("metric")]
        if item.words[0] in ("cores", "vcpus", "core", "vcpu"):
            item.used = "vcpus"
            return "vcpus"
    return None


_RESOURCE = {"memory": "memory_gib", "cpu": "vcpus"}


def _resources(items: list[Item]) -> list[str]:
    found: list[str] = []
    for item in items:
        if item.has("metric") and item.get("metric") in _RESOURCE:
            found.append(_RESOURCE[item.get("metric")])
            item.used = item.used or item.get("metric")
        elif item.words and item.words[0] in ("cores", "vcpus", "core", "vcpu", "processors"):
            found.append("vcpus")
            item.used = item.used or "vcpus"
    return found


def _size_named(clause: Clause, said: Said) -> None:
    items = clause.items
    for k, item in enumerate(items):
        if item.used:
            continue
        for name, values in item.get("value") or ():
            if name == "size":
                before = [i for i in items[max(0, k - 2) : k]]
                if any(i.has("from") for i in before) or (
                    k + 1 < len(items)
                    and items[k + 1].has("noun")
                    and any(i.has("all", "det") for i in before)
                    and _later_size(items, k)
                ):
                    continue
                said.args["size"] = values[0]
                item.used = f"size {values[0]}"
                break
        if item.has("unknown_value") and item.get("unknown_value")[0] == "size":
            said.args["size"] = item.get("unknown_value")[1]
            item.used = "size"


def _later_size(items: list[Item], k: int) -> bool:
    return any(name == "size" for i in items[k + 1 :] for name, _ in (i.get("value") or ()))


def _amounts(clause: Clause, said: Said) -> None:
    items = clause.items
    for k, item in enumerate(items):
        if item.used or not item.has("number"):
            continue
        if k and items[k - 1].has("cmp", "from") and not (items[k - 1].has("to") and False):
            if items[k - 1].words in (("from",), ("off",)):
                item.used = "from"
                continue
            if items[k - 1].has("cmp") and items[k - 1].words not in (
                ("up", "to"),
                ("at", "least"),
                ("from",),
                ("min",),
                ("max",),
            ):
                continue
        unit = item.get("amount")[1] if item.has("amount") else ""
        value = item.get("amount")[0] if unit else item.get("number")
        resource = {"vcpus": "vcpus", "gib": "memory_gib"}.get(unit)
        if resource is None and not unit:
            resource = _named_resource(items, k)
        if unit == "percent" or resource is None:
            continue
        if (
            any(
                i.has("except", "with") and i.used != "verb" and not i.has("filler")
                for i in items[max(0, k - 1) : k]
            )
            and False
        ):
            continue
        near = tuple(w for i in items[max(0, k - 4) : k + 4] for w in i.words)
        sign = (
            _relative(clause, clause.action, near)
            if "to" not in [w for i in items[max(0, k - 2) : k] for w in i.words]
            else ""
        )
        if k and items[k - 1].has("plus_sign"):
            sign = "+"
        said.args[resource] = (
            f"{sign}{value:g}" if sign else (int(value) if resource == "vcpus" else value)
        )
        item.used = f"{resource} {sign}{value:g}"
        for other in items[k + 1 : k + 4]:
            if (
                other.has("metric")
                and other.get("metric") in _RESOURCE
                and _RESOURCE[other.get("metric")] == resource
            ):
                other.used = "of it"
                break
            if not other.has("for", "with", "det", "filler"):
                break
    for resource in _resources(items):
        del resource


def _named_resource(items: list[Item], k: int) -> str | None:
    """What a bare figure is of: "memory to 32", "set cpus to 4", "32 ram"."""
    for item in (*items[k + 1 : k + 3], *reversed(items[max(0, k - 4) : k])):
        if item.has("metric") and item.get("metric") in _RESOURCE:
            item.used = item.get("metric")
            return _RESOURCE[item.get("metric")]
        if item.words and item.words[0] in ("cores", "vcpus", "cpus"):
            item.used = "vcpus"
            return "vcpus"
        if item.has("number"):
            return None
    return None


def _disk_size(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    items = clause.items
    for item in items:
        if (item.has("object") and item.get("object") == "disk") or (
            item.has("metric") and item.get("metric") == "disk"
        ):
            item.used = item.used or "disk"
    for k, item in enumerate(items):
        factor = _factor(item)
        if factor:
            said.args["size_gib"] = f"x{factor:g}"
            item.used = "times"
            return
        if (
            item.has("number")
            and not item.used
            and not item.has("time")
            and (item.has("amount") is False or item.get("amount")[1] == "gib")
        ):
            if k and items[k - 1].has("from") and items[k - 1].words[0] == "from":
                item.used = "from"
                continue
            value = item.get("amount")[0] if item.has("amount") else item.get("number")
            near = tuple(w for i in items[max(0, k - 4) : k + 4] for w in i.words)
            to = "to" in [w for i in items[max(0, k - 2) : k] for w in i.words]
            sign = "" if to else _relative(clause, clause.action, near)
            if (
                not sign
                and not to
                and clause.generic() & {"add", "give"}
                and said_tool(clause) == "resize_disk"
            ):
                sign = "+"
            if k and items[k - 1].has("plus_sign"):
                sign = "+"
            said.args["size_gib"] = f"{sign}{value:g}" if sign else value
            item.used = f"{sign}{value:g} GiB"
            return


def said_tool(clause: Clause) -> str:
    """Whether a disk is grown or one is added; set by the caller."""
    return getattr(clause, "tool", "resize_disk")


def _new_disk(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    for item in clause.items:
        if (item.has("object") and item.get("object") == "disk") or (
            item.has("metric") and item.get("metric") == "disk"
        ):
            item.used = item.used or "disk"
        elif (
            (
                item.has("number")
                and not item.used
                and (item.has("amount") is False or item.get("amount")[1] == "gib")
            )
            and (item.has("amount") or "size_gib" not in said.args)
            and item.has("amount")
        ):
            said.args["size_gib"] = item.get("amount")[0]
            item.used = "size of the disk"


# tags


def _tags(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    tags: dict[str, str] = {}
    items = clause.items
    last_with = False
    for k, item in enumerate(items):
        if item.has("with", "as", "to") or item.words in (("as",),):
            last_with = True
        if item.has("tag") and not item.used:
            before = [w for i in items[max(0, k - 2) : k] for w in i.words]
            if any(
                w in ("tagged", "labelled", "labeled", "where", "whose") for w in before
            ) and _more_pairs(items, k):
                continue
            key, value = item.get("tag")
            tags[key] = value
            item.used = f"tag {key}={value}"
        elif item.has("object") and item.get("object") == "tag":
            item.used = "tag"
    if not tags:
        _spoken_tag(clause, tags, site)
    del last_with
    if tags:
        said.args["tags"] = tags
    else:
        said.ask = "tags"


def _more_pairs(items: list[Item], k: int) -> bool:
    return any(i.has("tag") for i in items[k + 1 :])


def _spoken_tag(clause: Clause, tags: dict[str, str], site: Site) -> None:
    """ "set the owner of X to bob", "tag X as env prod", "label them team data", "owner: bob"."""
    items = clause.items
    for k, item in enumerate(items):
        key = item.get("key") if item.has("key") else None
        if (
            key is None
            and item.has("word", "plain", "unknown_name", "filler", "tech", "verb")
            and _spells_key(items, k)
        ):
            key = item.text
        if key is None or item.used in ("verb",):
            continue
        k_value = _value_index(items, k)
        if k_value is None:
            continue
        thing = items[k_value]
        value = thing.text
        for name, values in thing.get("value") or ():
            if name == f"tags.{key}" and len(values) == 1:
                value = values[0]
                break
        else:
            value = thing.text if not thing.possessive else thing.words[-1]
            end = k_value + 1
            while (
                end < len(items)
                and items[end].start == items[end - 1].end
                and items[end].has("dash", "number")
                and not items[end].used
                and items[end].words[0] in ("-",)
            ):
                end += 1
        tags[key] = value.strip("\"'")
        item.used = f"tag {key}"
        thing.used = f"is {value}"
        for between in items[k + 1 : k_value]:
            between.used = between.used or "to"
        return


def _spells_key(items: list[Item], k: int) -> bool:
    """ "tag X with backup weekly" – only where "equals", "=" or "to" stands after it."""
    after = items[k + 1] if k + 1 < len(items) else None
    return after is not None and (
        after.words[:1] in (("equals",), ("equal",), ("=",), ("==",))
        or (after.has("cmp") and after.get("cmp") == "eq")
    )


def _value_index(items: list[Item], k: int) -> int | None:
    j = k + 1
    moved = False
    while j < len(items):
        item = items[j]
        if item.has("to", "be", "colon", "cmp") or item.words[:1] in (
            ("as",),
            ("equals",),
            ("equal",),
        ):
            moved = True
            j += 1
            continue
        if j == k + 1 and item.has("object") and item.get("object") == "tag":
            j += 1
            continue
        if item.words == ("value",) or (item.has("and") and _value_follows(items, j)):
            moved = True
            j += 1
            continue
        if moved or j == k + 1:
            if item.has("det", "filler", "with") and not item.is_entity and not item.has("number"):
                j += 1
                continue
            if item.has(
                "value",
                "word",
                "plain",
                "quote",
                "number",
                "tech",
                "names",
                "unknown_name",
                "filler",
                "object",
            ):
                return j if (moved or item.has("value", "quote")) else None
            return None
        ahead = next((n for n in range(j, len(items)) if items[n].has("to")), None)
        if ahead is None:
            return None
        j = ahead
    return None


def _value_follows(items: list[Item], k: int) -> bool:
    """ "the key owner and the value nadia"."""
    return any(i.words == ("value",) for i in items[k + 1 : k + 3])


def _untag(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    keys: list[str] = []
    items = clause.items
    for k, item in enumerate(items):
        if item.has("object") and item.get("object") == "tag":
            item.used = "tag"
            before = items[k - 1] if k else None
            after = items[k + 1] if k + 1 < len(items) else None
            for near in (before, after):
                if (
                    near is not None
                    and not near.used
                    and near.has(
                        "word", "plain", "quote", "unknown_name", "tech", "filler", "key", "value"
                    )
                    and not near.has("det", "from", "all", "verb", "comma", "in", "and")
                    and near.words[0] not in ("away", "off", "out", "back", "up", "down")
                ):
                    keys.append(near.get("key") or near.get("quote") or near.text)
                    near.used = "the tag's key"
                    break
        elif item.has("key") and not item.used and not _is_constraint(items, k):
            keys.append(item.get("key"))
            item.used = "the tag's key"
        elif item.has("tag") and not item.used:
            keys.append(item.get("tag")[0])
            item.used = "the tag's key"
    if not keys and clause.verb is not None:
        v = items.index(clause.verb) if clause.verb in items else 0
        for item in items[v + 1 : v + 3]:
            if item.has("word", "plain", "quote", "unknown_name", "tech") and any(
                i.has("from") for i in items[v + 1 :]
            ):
                keys.append(item.get("quote") or item.text)
                item.used = "the tag's key"
                break
    if keys:
        said.args["keys"] = list(dict.fromkeys(keys))
    else:
        said.ask = "keys"


def _is_constraint(items: list[Item], k: int) -> bool:
    before = items[k - 1] if k else None
    after = items[k + 1] if k + 1 < len(items) else None
    if after is not None and after.has("value") and not after.used:
        name, _ = after.get("value")[0]
        return name == f"tags.{items[k].get('key')}"
    return before is not None and before.has("value", "without", "by")


# snapshots


def _snapshot_name(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    name = _called(clause) or _quoted(clause)
    for item in clause.items:
        if item.has("object") and item.get("object") == "snapshot":
            item.used = item.used or "snapshot"
    if name:
        said.args["name"] = name


def _called(clause: Clause) -> str | None:
    """The name after "called", "named", "as", "with the name"."""
    items = clause.items
    for k, item in enumerate(items):
        word = item.words[-1] if item.words else ""
        after = items[k + 1] if k + 1 < len(items) else None
        as_name = word == "as" and after is not None and after.has("quote", "unknown_name")
        if (
            as_name or word in ("called", "named", "name", "titled", "call", "labelled", "labeled")
        ) and not item.is_entity:
            j = k + 1
            while (
                j < len(items)
                and items[j].has(
                    "colon",
                    "be",
                    "det",
                    "to",
                    "pron",
                    "filler",
                    "with",
                    "noun",
                    "comma",
                    "for",
                    "verb",
                )
                and not items[j].has("quote", "unknown_name", "word")
                and not items[j].used
            ):
                j += 1
            if j < len(items) and not items[j].used:
                found = _name_at(items, j)
                if found:
                    item.used = "name"
                    return found
    return None


def _name_at(items: list[Item], j: int) -> str | None:
    item = items[j]
    if item.has("quote"):
        item.used = "the name"
        return item.get("quote")
    text = item.text
    item.used = "the name"
    end = j + 1
    while (
        end < len(items)
        and items[end].start == items[end - 1].end
        and items[end].words[:1] in (("-",), ("_",))
        and end + 1 < len(items)
    ):
        items[end].used = items[end + 1].used = "the name"
        text += items[end].text + items[end + 1].text
        end += 2
    return re.sub(r"\s+", "-", text.strip()) or None


def _quoted(clause: Clause) -> str | None:
    for item in clause.items:
        if (
            item.has("quote")
            and not item.used
            and len(item.get("quote")) <= 64
            and len(item.get("quote").split()) <= 5
        ):
            item.used = "the name"
            return item.get("quote")
    return None


def _which_snapshot(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    items = clause.items
    for k, item in enumerate(items):
        if item.has("snapshot_name") and not item.used:
            said.args["snapshot"] = item.get("snapshot_name")[0]
        elif item.has("object") and item.get("object") == "snapshot":
            item.used = item.used or "snapshot"
            before = items[k - 1] if k else None
            if (
                before is not None
                and before.has("superlative")
                and before.get("superlative")[0] == "age_days"
            ):
                said.args["snapshot"] = "oldest" if before.get("superlative")[1] else "newest"
                before.used = "which"
            elif before is not None and before.words[:1] in (
                ("last",),
                ("previous",),
                ("final",),
                ("latest",),
            ):
                said.args["snapshot"] = "newest"
                before.used = "which"
            elif before is not None and before.words[:1] in (("first",),):
                said.args["snapshot"] = "oldest"
                before.used = "which"
        elif (
            item.has("superlative")
            and item.get("superlative")[0] == "age_days"
            and not item.used
            and (
                k + 1 >= len(items)
                or items[k + 1].words in (("one",),)
                or items[k + 1].has("for", "comma")
            )
        ):
            said.args["snapshot"] = "oldest" if item.get("superlative")[1] else "newest"
            item.used = "which"
    if "snapshot" not in said.args:
        name = _called(clause) or _quoted(clause)
        if name:
            said.args["snapshot"] = name
    if said.args.get("snapshot") == "newest":
        del said.args["snapshot"]


def _delete_snapshots(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    items = clause.items
    for k, item in enumerate(items):
        if item.has("cmp") and item.get("cmp") in ("gt", "ge"):
            figure = next((i for i in items[k + 1 : k + 3] if i.has("amount")), None)
            if figure is not None and figure.get("amount")[1] in ("days", "hours"):
                value, unit = figure.get("amount")
                said.args["older_than_days"] = value if unit == "days" else value / 24
                item.used = figure.used = "older than"
                for word in items[k + 2 : k + 5]:
                    if word.words[:1] in (("old",), ("age",)):
                        word.used = "older than"
        elif item.has("object") and item.get("object") == "age" and item.words == ("old",):
            item.used = item.used or "old"
        elif (
            item.has("time")
            and item.get("time").window
            and any(i.words[:1] in (("before",), ("older",)) for i in items[max(0, k - 2) : k])
        ):
            item.used = "older than"
    before = {id(i) for i in items if i.used}
    _which_snapshot(clause, said, site, now)
    newest = any(
        i.has("superlative")
        and id(i) not in before
        and i.used == "which"
        and not i.get("superlative")[1]
        for i in items
    )
    if newest:
        said.args["snapshot"] = "newest"


# moving, making


def _destination(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    items = clause.items
    best: tuple[int, str, str, Item] | None = None
    for k, item in enumerate(items):
        if item.used:
            continue
        place = _place(item, site)
        if place is None:
            continue
        before = items[max(0, k - 3) : k]
        lead = next(
            (
                i
                for i in reversed(before)
                if i.has("to", "from", "in", "except") and not i.is_entity
            ),
            None,
        )
        score = 0
        if lead is not None:
            toward = lead.words[-1] in ("to", "into", "onto", "towards", "->", "=")
            score = (
                3 if toward else (-5 if lead.has("from") or lead.words[:1] in (("out",),) else 1)
            )
        if any(
            i.has("all", "noun", "value") and i.start == item.end
            for i in items[k + 1 : k + 2]
            if i.has("noun")
        ):
            score -= 2
        score += 1 if k >= len(items) - 2 else 0
        if best is None or score >= best[0]:
            best = (score, *place, item)
    if best is not None and best[0] > 0:
        _, name, value, item = best
        k = items.index(item)
        for near in (*items[max(0, k - 2) : k], *items[k + 1 : k + 3]):
            if (
                not near.used
                and near.has("value")
                and near.get("value")[0][0] == "provider"
                and name in ("region", "host")
            ):
                near.used = "of it"
        said.args["host" if name == "host" else "region"] = value
        item.used = f"to {value}"


def _place(item: Item, site: Site) -> tuple[str, str] | None:
    # A hypervisor's host and its region bear one name, and a machine moves to the host.
    values_of: list[Value] = list(item.get("value") or ())
    for name, values in sorted(values_of, key=lambda named: named[0] != "host"):
        if name in ("host", "region", "provider"):
            if name == "provider" and len(values) > 1:
                return name, "the cloud" if "aws" in values else "on-prem"
            return name, next(iter(values))
    if item.has("unknown_value") and item.get("unknown_value")[0] in ("host", "region"):
        return item.get("unknown_value")
    return None


def _clone_name(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    name = _called(clause)
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
                name = _name_at(items, k)
                break
    if name is None:
        name = _quoted(clause)
    if name:
        said.args["name"] = name


def _create(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    items = clause.items
    args = said.args
    name = _called(clause) or None
    tags = {i.get("tag")[0]: i.get("tag")[1] for i in items if i.has("tag") and not i.used}
    for item in items:
        if item.has("tag"):
            item.used = "tag"
    for k, item in enumerate(items):
        if item.used:
            continue
        if item.has("value") and not item.has("names"):
            _create_value(items, k, item, args, tags)
        elif item.has("unknown_value"):
            what, text = item.get("unknown_value")
            args[
                "image" if what == "image" else what if what in ("size", "region") else "region"
            ] = text
            item.used = what
        elif item.has("os") and "image" not in args:
            args["image"] = item.get("os")
            item.used = f"image {args['image']}"
        elif item.has("number"):
            _create_number(items, k, item, args)
        elif item.has("unknown_name") and _follows_field(items, k) is not None:
            args[_follows_field(items, k) or "image"] = item.text
            item.used = "image or size"
        elif item.has("unknown_name", "names") and name is None and not item.used:
            name = item.text
            item.used = "the name"
        elif item.has("quote") and name is None:
            name = item.get("quote")
            item.used = "the name"
        elif item.has("key", "object") and item.get("object") == "tag":
            item.used = "tag"
    spoken: dict[str, str] = {}
    _spoken_tag(clause, spoken, site)
    tags = {**tags, **spoken}
    article = any(i.words in (("a",), ("an",), ("another",), ("one",)) for i in items)
    if "count" not in args and article:
        args["count"] = 1
    if name:
        args["name"] = name
    if tags:
        args["tags"] = tags


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
    like = any(i.words[:1] in (("like",),) for i in items[max(0, k - 2) : k])
    for name, values in item.get("value"):
        if name in ("provider", "region", "size", "image"):
            if name == "size" and args.get("size"):
                continue
            if name in ("provider", "size") and len(values) > 1:
                continue
            if name == "image" and len(values) > 1:
                args.setdefault("image", item.words[0])
            elif name == "region" and len(values) > 1:
                args.setdefault("region", values[0]) if False else args.setdefault(
                    "_regions", list(values)
                )
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


def _create_number(items: list[Item], k: int, item: Item, args: dict[str, Any]) -> None:
    if item.has("amount"):
        value, unit = item.get("amount")
        if unit == "vcpus":
            args["vcpus"] = int(value)
            item.used = "vcpus"
        elif unit == "gib":
            after = [i for i in items[k + 1 : k + 4]]
            before = [i for i in items[max(0, k - 2) : k]]
            disk = next(
                (
                    n
                    for n, i in enumerate(after)
                    if (i.has("object") and i.get("object") == "disk")
                    or (i.has("metric") and i.get("metric") == "disk")
                ),
                None,
            )
            memory = next(
                (n for n, i in enumerate(after) if i.has("metric") and i.get("metric") == "memory"),
                None,
            )
            comma = next(
                (
                    n
                    for n, i in enumerate(after)
                    if i.has("comma", "and", "plus_sign") or i.has("number")
                ),
                9,
            )
            led = any(
                (i.has("object") and i.get("object") == "disk")
                or (i.has("metric") and i.get("metric") == "disk")
                for i in before
            )
            is_disk = (disk is not None and disk < comma and (memory is None or disk < memory)) or (
                led and memory is None
            )
            args["disk_gib" if is_disk else "memory_gib"] = value
            item.used = "disk" if is_disk else "memory"
            for other in after[: min(comma, 3)]:
                if other.has("metric", "object"):
                    other.used = "of it"
        elif unit == "hours":
            return
        return
    after = items[k + 1] if k + 1 < len(items) else None
    if after is not None and after.words[:1] in (("gb",), ("cores",)):
        return
    if (
        "count" not in args
        and 0 < item.get("number") < 10_000
        and item.get("number") == int(item.get("number"))
    ):
        args["count"] = int(item.get("number"))
        item.used = "how many"
        if after is not None and after.words in (("x",),):
            after.used = "times"


def _scale(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    items = clause.items
    words = clause.words
    number: Item | None = None
    for k, item in enumerate(items):
        if item.has("value") and any(n == "group" for n, _ in item.get("value")):
            said.args["group"] = next(v[0] for n, v in item.get("value") if n == "group")
            item.used = f"group {said.args['group']}"
        if item.has("number") and not item.has("amount", "time") and not item.used:
            if k and items[k - 1].has("from"):
                item.used = "from"
                continue
            number = item
        if item.has("verb") and _factor(item):
            said.args["_factor"] = _factor(item)
            item.used = "times"
    if number is not None:
        value = int(number.get("number"))
        k = items.index(number)
        before = [w for i in items[max(0, k - 3) : k] for w in i.words]
        sign = _sign_of(clause, words, before, items, k)
        if "to" in before and k and items[k - 1].has("dash"):
            return
        if sign:
            said.args["change"] = value * sign
        else:
            said.args["count"] = value
        number.used = f"{'+' if sign > 0 else '-' if sign else ''}{value}"
    elif set(words[-3:]) & {"none", "zero", "nothing", "nil"} and "to" in words:
        said.args["count"] = 0
    elif (more := _one_more(words)) and "_factor" not in said.args:
        said.args["change"] = more


def _sign_of(
    clause: Clause, words: tuple[str, ...], before: list[str], items: list[Item], k: int
) -> int:
    """1 for so many more, -1 for so many fewer, 0 for so many in all."""
    after = [w for i in items[k + 1 : k + 3] for w in i.words]
    if items[k - 1].has("plus_sign") if k else False:
        return 1
    if items[k - 1].has("dash") if k else False:
        return 0 if "to" in before else -1
    if "to" in before[-2:] or "at" in before[-1:]:
        return 0
    down = any(
        w
        in (
            "down",
            "in",
            "remove",
            "reduce",
            "shrink",
            "fewer",
            "less",
            "drop",
            "cut",
            "off",
            "lower",
            "decrease",
            "minus",
            "removing",
            "lose",
            "take",
            "kill",
            "rid",
            "retire",
        )
        for w in words
    )
    by = "by" in before[-2:]
    if by:
        return -1 if down and not any(w in ("up", "out") for w in words) else 1
    if any(w in ("fewer", "less") for w in (*after[:1], *before[-1:])):
        return -1
    if any(w in ("more", "additional", "extra", "another") for w in (*after[:1], *before[-1:])):
        return 1
    verbs = clause.generic()
    if verbs & {"take", "remove", "drop", "lose"} and set(words) & {"away", "off", "out"}:
        return -1
    if verbs & {"add"} and "to" not in before:
        return 1
    if (verbs & {"remove", "drop", "lose"} or clause.action == "delete") and "to" not in before:
        return -1
    return 0


def _one_more(words: tuple[str, ...]) -> int:
    text = " ".join(words)
    if re.search(r"\b(one more|another|an extra|an additional)\b", text):
        return 1
    if re.search(r"\bone (less|fewer)\b", text):
        return -1
    return 0


# questions


def _window_arg(clause: Clause) -> Time | None:
    for item in clause.items:
        time = item.get("time")
        if time is not None and time.window and not item.used:
            item.used = f"window {time.window}"
            return time
    return None


def _bare_window(clause: Clause) -> str | None:
    """ "cpu of web-03 24h": a length of time alone."""
    for k, item in enumerate(clause.items):
        if (
            item.has("amount")
            and not item.used
            and item.get("amount")[1] in ("hours", "days", "minutes")
        ):
            if k and clause.items[k - 1].has("cmp"):
                continue
            value, unit = item.get("amount")
            hours = value * {"hours": 1, "days": 24, "minutes": 1 / 60}[unit]
            item.used = "window"
            return (
                f"{round(hours / 24)}d"
                if hours % 24 == 0 and hours > 24
                else f"{max(1, round(hours))}h"
            )
    return None


def _group_by(clause: Clause, said: Said, site: Site) -> None:
    items = clause.items
    systems = [i for i in items if i.has("os") and not i.used]
    if len(systems) > 1 and {"vs", "versus", "against", "compared"} & set(clause.words):
        said.args["group_by"] = "os"
        for item in (*systems, *(i for i in items if i.words[:1] in (("vs",), ("versus",)))):
            item.used = "grouped by os"
        return
    for k, item in enumerate(items):
        if not (item.has("by") or item.words in (("each",), ("every",))) or item.used:
            continue
        for after in items[k + 1 : k + 3]:
            if after.has("det", "filler") and not after.has("object", "key"):
                continue
            key = after.get("key") if after.has("key") else None
            if key is None and after.has("object") and after.get("object") in _GROUPS:
                key = _GROUPS[after.get("object")]
            if key is None and after.has("value") and after.words[-1] in ("cloud", "clouds"):
                key = "provider"
            if key is None and after.words[:1] in (("os",), ("operating",)):
                key = "os"
            if (
                key is None
                and after.has("noun")
                and item.words[-1] in ("per", "by", "each")
                and "cost" in {k for i in items for k in i.kinds}
            ):
                key = "name"
            if key:
                said.args["group_by"] = key
                item.used, after.used = "grouped by", key
                return
            break


_GROUPS = {
    "provider": "provider",
    "region": "region",
    "zone": "zone",
    "host": "host",
    "size": "size",
    "image": "image",
    "group": "group",
    "state": "state",
    "owner": "owner",
}


def _count(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    _group_by(clause, said, site)


def _metrics(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    _group_by(clause, said, site)
    for item in clause.items:
        if (
            item.has("agg")
            and not item.used
            and not item.has("superlative")
            and "aggregate" not in said.args
        ):
            said.args["aggregate"] = item.get("agg")
            item.used = f"aggregate {item.get('agg')}"
    for k, item in enumerate(clause.items):
        if item.has("metric") and not item.is_entity and not item.used:
            near = clause.items[k + 1 : k + 4]
            if any(i.has("cmp") for i in near[:3]) and any(i.has("number") for i in near):
                said.args.setdefault("metric", item.get("metric"))
                continue
            said.args.setdefault("metric", item.get("metric"))
            if not (k and clause.items[k - 1].has("number", "cmp", "percent")):
                item.used = f"metric {item.get('metric')}"


def _cost(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    _group_by(clause, said, site)
    words = set(clause.words)
    for name, spoken in (
        ("hour", {"hour", "hourly", "hr", "h", "hours"}),
        ("day", {"day", "daily", "today", "yesterday", "d", "days"}),
        ("month", {"month", "monthly", "mo", "months"}),
    ):
        if words & spoken:
            said.args["window"] = name
            for item in clause.items:
                if set(item.words) & spoken and not item.is_entity:
                    item.used = f"a {name}"
            return
    if words & {"year", "yearly", "annual", "annually", "week", "weekly"}:
        for item in clause.items:
            if set(item.words) & {"year", "yearly", "annual", "annually", "week", "weekly"}:
                item.used = "a month"


def _catalog(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    from agent.brains.embedded.questions import CATALOG

    for item in clause.items:
        if (
            item.has("object")
            and item.get("object") in CATALOG
            and "kind" not in said.args
            and not item.is_entity
        ):
            if (
                item is not clause.items[-1]
                and item.get("object") in ("provider", "region")
                and any(
                    i.has("object") and i.get("object") in ("size", "image", "host")
                    for i in clause.items
                )
            ):
                continue
            said.args["kind"] = CATALOG[item.get("object")]
            item.used = "kind"
        for name, values in item.get("value") or ():
            if name in ("provider", "region") and len(values) == 1:
                said.args[name] = values[0]
                item.used = f"{name} {values[0]}"


def _operations(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    time = _window_arg(clause)
    if time is not None and time.window:
        number, unit = int(time.window[:-1]), time.window[-1]
        back = timedelta(hours=number) if unit == "h" else timedelta(days=number)
        words = clause.words
        since = now - back
        if "yesterday" in words:
            since = (now - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        elif "today" in words:
            since = now.replace(hour=0, minute=0, second=0, microsecond=0)
        said.args["since"] = since.isoformat()
    elif "today" in clause.words:
        said.args["since"] = now.replace(hour=0, minute=0, second=0, microsecond=0).isoformat()
    for status, words in (
        ("running", {"running", "progress", "ongoing", "active"}),
        ("failed", {"failed", "fail", "failing", "unsuccessful", "wrong"}),
        ("done", {"finished", "completed", "succeeded", "successful"}),
    ):
        if words & set(clause.words):
            said.args["status"] = status
            break
    for item in clause.items:
        for name, values in item.get("value") or ():
            if name == "tags.owner" and len(values) == 1 and not item.has("names"):
                said.args["actor"] = values[0]
                item.used = "by whom"


def _forecast(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    for item in clause.items:
        time = item.get("time")
        if time is not None and time.window and not item.used:
            said.args["horizon"] = time.window
            item.used = f"horizon {time.window}"
            break
    if "horizon" not in said.args:
        bare = _bare_window(clause)
        if bare:
            said.args["horizon"] = bare
        elif {"week", "weeks"} & set(clause.words):
            said.args["horizon"] = "7d"
        elif {"month", "months"} & set(clause.words):
            said.args["horizon"] = "30d"
        elif "tomorrow" in clause.words:
            said.args["horizon"] = "24h"
    for item in clause.items:
        if item.has("metric") and not item.is_entity and "metric" not in said.args:
            said.args["metric"] = item.get("metric")
            item.used = f"metric {item.get('metric')}"
        elif item.has("condition") and "metric" not in said.args:
            said.args["metric"] = item.get("condition")[0]
            item.used = "metric"
    if "metric" not in said.args and (
        set(clause.words) & {"fill", "fills", "full", "space", "out"}
    ):
        said.args["metric"] = "disk"


def _anomalies(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    time = _window_arg(clause)
    window = time.window if time is not None else _bare_window(clause)
    if window:
        said.args["window"] = window
    for item in clause.items:
        if item.has("metric") and not item.is_entity and "metric" not in said.args:
            said.args["metric"] = item.get("metric")
            item.used = f"metric {item.get('metric')}"


def _placement(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    for item in clause.items:
        if item.has("amount"):
            value, unit = item.get("amount")
            if unit == "vcpus":
                said.args["vcpus"] = int(value)
            elif unit == "gib":
                said.args["memory_gib"] = value
            item.used = unit
        for name, values in item.get("value") or ():
            if name in ("provider", "region") and len(values) == 1:
                said.args[name] = values[0]
                item.used = f"{name} {values[0]}"


def _undo(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    for item in clause.items:
        text = item.text.strip("#")
        if item.has("unknown_name", "word", "id", "number") and re.fullmatch(
            r"(?=.*\d)[0-9a-f]{6,40}|op-?\w+", text.casefold()
        ):
            said.args["operation"] = text
            item.used = "operation"


def _cancel_schedule(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    for k, item in enumerate(clause.items):
        text = item.text.strip("#").strip()
        if item.has("unknown_name", "word", "id", "quote", "plain") and re.search(r"\d", text):
            said.args["schedule"] = text
            item.used = "schedule"
            return
        if item.has("number") and not item.has("amount", "time"):
            said.args["schedule"] = str(int(item.get("number")))
            item.used = "schedule"
            return
        del k


_READERS: dict[str, Callable[[Clause, Said, Site, datetime], None]] = {
    "stop_vms": _force,
    "restart_vms": _force,
    "resize_vms": _resize,
    "resize_disk": _disk_size,
    "attach_disk": _new_disk,
    "tag_vms": _tags,
    "untag_vms": _untag,
    "snapshot_vms": _snapshot_name,
    "restore_snapshot": _which_snapshot,
    "delete_snapshots": _delete_snapshots,
    "migrate_vms": _destination,
    "clone_vm": _clone_name,
    "create_vms": _create,
    "scale_group": _scale,
    "count_vms": _count,
    "query_metrics": _metrics,
    "cost_report": _cost,
    "list_catalog": _catalog,
    "list_operations": _operations,
    "forecast_metric": _forecast,
    "find_anomalies": _anomalies,
    "recommend_placement": _placement,
    "undo": _undo,
    "cancel_schedule": _cancel_schedule,
}

GENERIC_WORDS = frozenset(GENERIC)
