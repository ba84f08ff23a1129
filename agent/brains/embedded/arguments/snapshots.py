"""Snapshots by name, by age, or the newest."""

from __future__ import annotations

from datetime import datetime

from agent.brains.embedded.arguments.naming import name_called, name_quoted
from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site


def snapshot_name(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The name of a new snapshot."""
    name = name_called(clause) or name_quoted(clause)
    for item in clause.items:
        if item.has("object") and item.get("object") == "snapshot":
            item.used = item.used or "snapshot"
    if name:
        said.args["name"] = name


def which_snapshot(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """Which snapshot is meant: by name, the oldest, or the newest where nothing is said."""
    items = clause.items
    for k, item in enumerate(items):
        if item.has("snapshot_name") and not item.used:
            said.args["snapshot"] = item.get("snapshot_name")[0]
        elif item.has("object") and item.get("object") == "snapshot":
            item.used = item.used or "snapshot"
            before = items[k - 1] if k else None
            if _of_a_day(items, k):
                said.ask = "snapshot"
            if before is not None and (which := _which(before)):
                said.args["snapshot"] = which
                before.used = "which"
        elif not item.used and _stands_for_snapshot(items, k):
            if any(i.has("not") for i in items[max(0, k - 3) : k]):
                item.used = "not this one"
                continue
            said.args["snapshot"] = "oldest" if item.get("superlative")[1] else "newest"
            item.used = "which"
    if "snapshot" not in said.args and (spoken := _spoken_name(items, site)):
        said.args["snapshot"] = spoken
    if _as_it_was(items) and "snapshot" not in said.args:
        said.ask = "snapshot"
    if "snapshot" not in said.args and (name := name_called(clause) or name_quoted(clause)):
        said.args["snapshot"] = name
    if said.args.get("snapshot") == "newest":
        del said.args["snapshot"]


_ONE_SNAPSHOT = (("snapshot",), ("snap",))
""" "snapshot 2": the number is its own; "snapshots 2" counts nothing that is known."""


def _spoken_name(items: list[Item], site: Site) -> str:
    """ "back to carol dev snap two": a snapshot's name said word by word."""
    for k, item in enumerate(items):
        snaps = item.has("object") and item.get("object") == "snapshot"
        if not snaps or k + 1 >= len(items) or not items[k + 1].has("number"):
            continue
        figure = f"{items[k + 1].get('number'):g}"
        named = [i.get("names") for i in items if i.has("names")]
        lead = items[k - 1].get("names") if k and items[k - 1].has("names") else None
        for name in lead or (named[0] if named else ()):
            said = f"{name}-snap-{figure}"
            if said in site.snapshots:
                items[k + 1].used = "which"
                return site.snapshots[said][0]
        if item.words in _ONE_SNAPSHOT and not items[k + 1].has("amount", "time"):
            items[k + 1].used = "which"
            return f"snap-{figure}"
    return ""


def _spares_some(items: list[Item]) -> bool:
    """ "all snapshots except the newest": a snapshot is left out, not a machine."""
    for k, item in enumerate(items):
        if item.has("except"):
            after = next((i for i in items[k + 1 :] if not i.has("det", "for", "filler")), None)
            spared = after is not None and after.has("superlative", "snapshot_name", "ordinal")
            return spared or (after is not None and after.get("object") == "snapshot")
    return False


def _of_a_day(items: list[Item], k: int) -> bool:
    """ "yesterday's snapshot", "the snapshot from last friday": which one is to be said."""
    before = items[k - 1] if k else None
    if before is not None and before.has("time") and before.possessive:
        before.used = "which"
        return True
    for n, item in enumerate(items[k + 1 :], k + 1):
        led = item.words[:1] or items[n - 1].words[-1:]
        before_it = items[n - 1].words[-1:]
        if item.has("time") and {led, before_it} & {("from",), ("of",), ("dated",)}:
            item.used = "which"
            return True
    return False


def _as_it_was(items: list[Item]) -> bool:
    """ "back to yesterday", "as it was on friday": a time of the past."""
    for k, item in enumerate(items):
        if not item.has("time"):
            continue
        told = any(i.words[-1:] in (("was",), ("were",)) for i in items[:k])
        back = bool(item.get("time").window) and k > 0 and items[k - 1].has("to", "from", "at")
        if told or back:
            item.used = "which"
            return True
    return False


def _which(item: Item) -> str | None:
    """ "last", "oldest", "first", before the word for a snapshot."""
    if item.has("superlative") and item.get("superlative")[0] == "age_days":
        return "oldest" if item.get("superlative")[1] else "newest"
    if item.words[:1] in (("last",), ("previous",), ("final",), ("latest",)):
        return "newest"
    return "oldest" if item.words[:1] == ("first",) else None


def _stands_for_snapshot(items: list[Item], k: int) -> bool:
    """ "the oldest one", "the latest for web-03": the snapshot itself is left out."""
    item = items[k]
    if not item.has("superlative") or item.get("superlative")[0] != "age_days":
        return False
    after = items[k + 1] if k + 1 < len(items) else None
    return after is None or after.words == ("one",) or after.has("for", "comma")


def doomed_snapshots(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """Which snapshots go: by name, or by age."""
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
    which_snapshot(clause, said, site, now)
    newest = any(
        i.has("superlative")
        and id(i) not in before
        and i.used == "which"
        and not i.get("superlative")[1]
        for i in items
    )
    if newest:
        said.args["snapshot"] = "newest"
    if _spares_some(items):
        said.ask = "snapshot"
    aged = {"older", "old", "before", "age", "aged", "than", "recent", "newer"} & set(clause.words)
    if aged and not {"snapshot", "older_than_days"} & said.args.keys():
        said.ask = "older_than_days"
