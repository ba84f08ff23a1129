"""Groups that have a figure of their own within one sentence."""

from __future__ import annotations

from agent.brains.embedded.scan import Item


def at_another_time(items: list[Item], k: int) -> bool:
    """ "scale workers-prod to 5 and ci-runners to 6": the second group has its own figure."""
    if not items[k].has("and", "comma", "then") or items[k].is_entity:
        return False
    after = items[k + 1 : k + 5]
    lead = items[:k]
    if _another_group(items, k):
        return True
    return _group_figure(after[:3]) and any(
        _group_figure(lead[n : n + 3]) for n in range(len(lead))
    )


def _another_group(items: list[Item], k: int) -> bool:
    """ "ci-runners up by 2 and workers-prod down by one": each group has a figure of its own."""
    rest = items[k + 1 :]
    end = next((n for n, i in enumerate(rest) if i.has("and", "comma", "then")), len(rest))
    return all(
        any(_is_group(i) for i in part)
        and any(i.has("number") and not i.has("amount", "time", "names") for i in part)
        for part in (items[:k], rest[:end])
    )


def _is_group(item: Item) -> bool:
    return any(name == "group" for name, _ in item.get("value") or ())


def _group_figure(items: list[Item]) -> bool:
    """ "web-prod-usw2 to 5": a group and its number."""
    if len(items) < 3 or not items[1].has("to") or not items[2].has("number"):
        return False
    return _is_group(items[0])
