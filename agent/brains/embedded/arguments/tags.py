"""Tags to set and keys to remove."""

from __future__ import annotations

from datetime import datetime

from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("arguments")
_VALUE_OF_TAG = tuple(_WORDS["value_of_tag"])


def set_tags(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The tags that are set."""
    tags: dict[str, str] = {}
    items = clause.items
    for k, item in enumerate(items):
        if item.has("tag") and not item.used:
            before = [w for i in items[max(0, k - 2) : k] for w in i.words]
            narrows = {"tagged", "labelled", "labeled", "where", "whose"} & set(before)
            if narrows and _more_pairs(items, k):
                continue
            key, value = item.get("tag")
            tags[key] = value
            item.used = f"tag {key}={value}"
        elif item.has("object") and item.get("object") == "tag":
            item.used = "tag"
    if not tags:
        spoken_tag(clause, tags, site)
    if tags:
        said.args["tags"] = tags
    else:
        said.ask = "tags"


def _more_pairs(items: list[Item], k: int) -> bool:
    return any(i.has("tag") for i in items[k + 1 :])


def spoken_tag(clause: Clause, tags: dict[str, str], site: Site) -> None:
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
            k_value = _value_before(items, k, key)
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
        for between in items[min(k, k_value) + 1 : max(k, k_value)]:
            if not (between.is_entity or between.has("noun", "pron", "all")):
                between.used = between.used or "to"
        return


def _spells_key(items: list[Item], k: int) -> bool:
    """ "tag X with backup weekly" – only where "equals", "=" or "to" stands after it."""
    after = items[k + 1] if k + 1 < len(items) else None
    return after is not None and (
        after.words[:1] in (("equals",), ("equal",), ("=",), ("==",))
        or (after.has("cmp") and after.get("cmp") == "eq")
        or puts_a_pair(items, k)
    )


def puts_a_pair(items: list[Item], k: int) -> bool:
    """ "put cost-center ops-7 on everything": two words that nothing knows, and "on"."""
    verb = items[k - 1].words[:1] if k else ()
    if verb not in (("put",), ("stick",), ("slap",), ("set",)) or k + 3 >= len(items):
        return False
    key, value, on = items[k], items[k + 1], items[k + 2]
    unknown = key.has("word") and not key.is_entity
    valued = value.has("word", "unknown_name", "number", "quote") and not value.has("amount")
    return unknown and valued and on.words[:1] in (("on",), ("onto",), ("to",))


def _value_index(items: list[Item], k: int) -> int | None:
    j = k + 1
    moved = False
    while j < len(items):
        item = items[j]
        if j == k + 1 and puts_a_pair(items, k):
            return j
        if item.has("comma") and _is_given(items, j):
            moved = True
            j += 2 if len(items[j + 1].words) > 1 else 3
            continue
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
            if item.has(*_VALUE_OF_TAG):
                return j if (moved or item.has("value", "quote")) else None
            return None
        ahead = next((n for n in range(j, len(items)) if items[n].has("to")), None)
        if ahead is None:
            return None
        j = ahead
    return None


def _value_before(items: list[Item], k: int, key: str) -> int | None:
    """ "put nadia down as its owner", "make bob the owner of x"."""
    lead = next((n for n in range(k) if items[n].words[:1] in _NAMING), None)
    if lead is None:
        return None
    for n in range(lead + 1, k):
        if any(name == f"tags.{key}" for name, _ in items[n].get("value") or ()):
            return n
    return None


_NAMING = (("put",), ("make",), ("note",), ("record",), ("register",), ("list",), ("write",))


def _is_given(items: list[Item], k: int) -> bool:
    """ ", make it nadia", after the key."""
    after = items[k + 1 : k + 3]
    if after and after[0].words == ("make", "it"):
        return True
    return (
        len(after) == 2
        and after[0].words[:1] in (("make",), ("set",), ("put",), ("say",))
        and after[1].has("pron")
    )


def _value_follows(items: list[Item], k: int) -> bool:
    """ "the key owner and the value nadia"."""
    return any(i.words == ("value",) for i in items[k + 1 : k + 3])


_NO_KEYS = frozenset(_WORDS["no_key_of_tag"])


def removed_tags(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The keys of the tags that go."""
    items = clause.items
    keys: list[str] = []
    for k, item in enumerate(items):
        if item.words == ("off",) and "take" in clause.generic():
            item.used = "verb"
        elif item.has("object") and item.get("object") == "tag":
            item.used = "tag"
            keys += _key_beside(items, k)
        elif item.has("key") and not item.used and not _is_constraint(items, k):
            keys.append(item.get("key"))
            item.used = "the tag's key"
        elif item.has("tag") and not item.used:
            keys.append(item.get("tag")[0])
            item.used = "the tag's key"
    if not keys and clause.verb is not None:
        keys = _key_after_verb(items, items.index(clause.verb) if clause.verb in items else 0)
    if keys:
        said.args["keys"] = list(dict.fromkeys(keys))
    else:
        said.ask = "keys"


def _key_beside(items: list[Item], k: int) -> list[str]:
    """The key before or after the word "tag" at `k`."""
    for near in (*items[max(0, k - 1) : k], *items[k + 1 : k + 2]):
        if (
            not near.used
            and near.has("word", "plain", "quote", "unknown_name", "tech", "filler", "key", "value")
            and not near.has("det", "from", "all", "verb", "comma", "in", "and")
            and near.words[0] not in _NO_KEYS
        ):
            near.used = "the tag's key"
            return [near.get("key") or near.get("quote") or near.text]
    return []


def _key_after_verb(items: list[Item], k: int) -> list[str]:
    """ "remove foo from web-03": a key that no machine bears."""
    if not any(i.has("from") for i in items[k + 1 :]):
        return []
    for item in items[k + 1 : k + 3]:
        if item.has("word", "plain", "quote", "unknown_name", "tech"):
            item.used = "the tag's key"
            return [item.get("quote") or item.text]
    return []


def _is_constraint(items: list[Item], k: int) -> bool:
    before = items[k - 1] if k else None
    after = items[k + 1] if k + 1 < len(items) else None
    if after is not None and after.has("value") and not after.used:
        name, _ = after.get("value")[0]
        return name == f"tags.{items[k].get('key')}"
    return before is not None and before.has("value", "without", "by")
