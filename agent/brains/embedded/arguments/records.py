"""Which operation, schedule or entry of the catalogue is meant, and how to stop."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.arguments.windows import take_window
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.questions.offers import CATALOG
from agent.brains.embedded.site import Site


def force(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """Whether machines are stopped hard or gently."""
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


def catalog_kind(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """What is listed: sizes, images, regions, hosts."""
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


def past_operations(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """Since when, of which status and by whom."""
    time = take_window(clause)
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


def operation_to_undo(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """Which operation is undone, by its id."""
    for item in clause.items:
        text = item.text.strip("#")
        if item.has("unknown_name", "word", "id", "number") and re.fullmatch(
            r"(?=.*\d)[0-9a-f]{6,40}|op-?\w+", text.casefold()
        ):
            said.args["operation"] = text
            item.used = "operation"


def schedule_to_cancel(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """Which schedule shall end."""
    for item in clause.items:
        text = item.text.strip("#").strip()
        if item.has("unknown_name", "word", "id", "quote", "plain") and re.search(r"\d", text):
            said.args["schedule"] = text
            item.used = "schedule"
            return
        if item.has("number") and not item.has("amount", "time"):
            said.args["schedule"] = str(int(item.get("number")))
            item.used = "schedule"
            return
