"""Which machines a clause is about: its items become noun phrases, and these a selector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.brains.embedded.bounds import read_bound
from agent.brains.embedded.names import key_of
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import ORDINARY_ROLES, Site
from agent.brains.embedded.tools import CHANGES

Fields = dict[str, list[str]]

STATE_WORDS = frozenset(
    {"up", "on", "down", "off", "live", "active", "started", "shut", "inactive", "error"}
)
"""Words that are a state only where something "is" so."""


@dataclass
class Noun:
    """One noun phrase: what must hold of its machines."""

    names: list[str] = field(default_factory=list[str])
    ids: list[str] = field(default_factory=list[str])
    fields: Fields = field(default_factory=dict[str, list[str]])
    bounds: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    metric: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    flags: dict[str, bool] = field(default_factory=dict[str, bool])
    missing: list[str] = field(default_factory=list[str])
    head: bool = False
    plural: bool = False
    determined: bool = False
    last: str = ""
    trailing: set[str] = field(default_factory=set[str])
    not_states: list[str] = field(default_factory=list[str])

    @property
    def empty(self) -> bool:
        """Whether nothing narrows it."""
        return not (
            self.names
            or self.ids
            or self.fields
            or self.bounds
            or self.metric
            or self.flags
            or self.missing
            or self.not_states
        )

    @property
    def named_only(self) -> bool:
        """Whether it is names and nothing else."""
        return bool(self.names or self.ids) and not (self.fields or self.bounds or self.metric)

    def selector(self) -> dict[str, Any]:
        """The conditions as the contract's JSON."""
        made: dict[str, Any] = {}
        if self.names:
            made["names"] = list(dict.fromkeys(self.names))
        if self.ids:
            made["ids"] = list(self.ids)
        tags: dict[str, list[str]] = {}
        for name, values in self.fields.items():
            if name.startswith("tags."):
                tags[name[5:]] = list(dict.fromkeys(values))
            else:
                made[name] = list(dict.fromkeys(values))
        if tags:
            made["tags"] = tags
        made.update(self.bounds)
        made.update(self.flags)
        if self.missing:
            made["missing_tags"] = list(dict.fromkeys(self.missing))
        if self.metric:
            made["metric"] = self.metric if len(self.metric) > 1 else self.metric[0]
        if self.not_states and not made:
            made["all"] = True
        if self.not_states:
            made["exclude"] = {"state": list(dict.fromkeys(self.not_states))}
        return made


@dataclass
class Chosen:
    """What a clause says of its machines.

    Attributes:
        include, exclude: the noun phrases; the machines of any of them are meant.
        whole: "all", "everything" was said.
        refers: a pronoun or another reference to machines of before.
        unknown: names that no machine bears.
        strangers: words of the noun phrases that were not understood.
        count: how many machines were said to be meant.
        owned: a thing of a named machine that is not known, such as its neighbour.
    """

    include: list[Noun] = field(default_factory=list[Noun])
    exclude: list[Noun] = field(default_factory=list[Noun])
    whole: bool = False
    refers: Item | None = None
    ordinal: tuple[int, int] | None = None
    other: bool = False
    unknown: list[str] = field(default_factory=list[str])
    unknown_values: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    strangers: list[str] = field(default_factory=list[str])
    count: int | None = None
    order: tuple[str, bool] | None = None
    limit: int | None = None
    window: str | None = None
    aggregate: str | None = None
    any_of: bool = False
    only: bool = False
    excepting: bool = False
    owned: str = ""

    @property
    def says_machines(self) -> bool:
        """Whether any machine is named, described or referred to."""
        return bool(
            self.real or self.whole or self.refers or self.ordinal or self.other or self.unknown
        )

    @property
    def real(self) -> list[Noun]:
        """The noun phrases that narrow anything."""
        return [n for n in self.include if not n.empty]

    @property
    def plural(self) -> bool:
        """Whether several machines may be meant."""
        return any(n.plural for n in self.include) or self.whole or len(self.real) > 1


class SelectionReader:
    """Reads the items of one clause that no argument took."""

    def __init__(self, items: Sequence[Item], site: Site, tool: str | None) -> None:
        self.items = list(items)
        self.site = site
        self.tool = tool
        self.chosen = Chosen()
        self.noun = Noun()
        self.excluding = False
        self.join = ""
        self.k = 0

    def read(self) -> Chosen:
        """What the clause says."""
        while self.k < len(self.items):
            item = self.items[self.k]
            step = 1
            if not item.used:
                step = self._take(item)
            elif item.used != "verb" and self.join == "" and not self.noun.empty:
                pass
            self.k += max(1, step)
        self._close()
        self._share()
        return self.chosen

    def _close(self) -> None:
        if not self.noun.empty or self.noun.head:
            (self.chosen.exclude if self.excluding else self.chosen.include).append(self.noun)
        self.noun = Noun()

    def _take(self, item: Item) -> int:
        for reader in (
            self._exception,
            self._reference,
            self._named,
            self._measure,
            self._lacking,
            self._valued,
            self._state,
            self._quantity,
            self._head,
            self._connector,
        ):
            step = reader(item)
            if step:
                return step
        self._stranger(item)
        return 1

    def _next(self, offset: int = 1) -> Item | None:
        k = self.k + offset
        while k < len(self.items) and self.items[k].used:
            k += 1
        return self.items[k] if k < len(self.items) else None

    def _ahead(self, count: int = 4) -> list[Item]:
        return [i for i in self.items[self.k + 1 : self.k + 1 + count]]

    # exceptions

    def _exception(self, item: Item) -> int:
        if not item.has("except"):
            return 0
        word = item.words[0] if item.words else ""
        if item.words == ("but",) and not (
            self.chosen.whole
            or self.noun.plural
            or self.noun.head
            or (
                self.chosen.refers
                and self.chosen.refers.words[0] in ("all", "every", "each", "both", "them", "those")
            )
        ):
            return 0
        nearest = self._after_articles(self.k + 1)
        follows = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if nearest is None or (item.words == ("but",) and follows and follows.has("only")):
            return 0
        real = nearest.is_entity or nearest.has(
            "noun", "os", "condition", "protected", "lacks", "untagged", "ordinal", "weak_stem"
        )
        real = real or (
            nearest.has("pron", "other", "state", "superlative") and len(item.words) + 1 > 1
        )
        if item.words == ("not",) or item.words == ("nor",):
            real = nearest.is_entity or (
                nearest.has("os", "noun") and nearest is not self.items[self.k + 1]
            )
            between = self.items[self.k + 1 : self.items.index(nearest)]
            real = real and all(i.has("det", "only", "in", "all", "for") for i in between)
        if word in ("without", "less", "minus", "no", "outside", "save", "aside", "apart", "bar"):
            real = (real and nearest.is_entity) or (len(item.words) > 1 and real)
        if item.has("cmp") and nearest.has("number"):
            return 0
        if not real:
            return 0
        if not self._exclusive(item):
            return 0
        if (
            item.words in (("non",), ("not",))
            and nearest.has("value", "os")
            and not nearest.plural
            and (item.words == ("non",) or self.noun.empty is not False)
        ):
            return self._non(item, nearest)
        self._close()
        self.excluding = True
        self.chosen.excepting = True
        self.join = ""
        item.used = "except"
        return 1

    def _non(self, item: Item, nearest: Item) -> int:
        """ "non-prod machines": the one value is left out, and what follows narrows as before."""
        name, values = (
            self._alternative(nearest) if nearest.has("value") else ("os", (nearest.get("os"),))
        )
        noun = Noun()
        noun.fields[name] = list(values)
        self.chosen.exclude.append(noun)
        self.chosen.excepting = True
        self.noun.plural = True
        item.used = "except"
        nearest.used = f"{name.removeprefix('tags.')} is not {' or '.join(values)}"
        return self.items.index(nearest) - self.k + 1

    def _exclusive(self, item: Item) -> bool:
        """Words such as leave, keep or drop make an exception only after something to except
        from.
        """
        if item.words[0] in (
            "leave",
            "keep",
            "keeping",
            "drop",
            "take",
            "hands",
            "never",
            "forget",
            "without",
        ):
            if self.tool is not None and self.tool not in CHANGES and self.k > 0:
                return item.words[0] in ("leave", "without", "forget") and (
                    bool(self.chosen.include) or not self.noun.empty or self.chosen.whole
                )
            if not any(i.used == "verb" or i.has("pron") for i in self.items):
                return True
            return (
                bool(self.chosen.include)
                or not self.noun.empty
                or self.chosen.whole
                or self.tool is None
                or self.chosen.refers is not None
            )
        return True

    def _after_articles(self, k: int) -> Item | None:
        while k < len(self.items):
            item = self.items[k]
            if not item.used and not (
                item.has("det", "filler", "also", "only", "all", "in", "for", "comma", "colon")
                and not item.is_entity
                and not item.has("noun")
            ):
                return item
            k += 1
        return None

    # references

    def _reference(self, item: Item) -> int:
        if item.has("generic") and not item.is_entity:
            if self._bare_noun(self._next()):
                self._refer(item)
            else:
                self.noun.head = True
                self.noun.determined = True
                self.noun.plural = self.noun.plural or item.words[-1].endswith(("s", "es"))
                item.used = "machines"
            return 1
        if item.has("pron") and not item.is_entity:
            after = self._next()
            text = item.words
            if (
                text == ("that",)
                and (after is None or not after.has("noun"))
                and not self._that_refers(after)
            ):
                return 0
            if text in (("its",), ("their",)):
                self._refer(item)
                return 1
            self._refer(item)
            return 1
        if item.has("other") and not item.is_entity and self.tool != "create_vms":
            after = self._next()
            if after is not None and after.is_entity and not after.has("noun"):
                return 0
            item.used = "the others"
            if not self.excluding:
                self.chosen.other = True
            return 1
        return self._ordinal(item)

    def _that_refers(self, after: Item | None) -> bool:
        """ "that" at the end or before a preposition refers; before a verb or value it relates."""
        return after is None or after.has(
            "stop", "question", "to", "comma", "and", "time", "also", "then"
        )

    def _bare_noun(self, after: Item | None) -> bool:
        """ "the machines" with nothing narrowing them refers to those of before."""
        before = self.items[self.k - 1] if self.k else None
        if (
            before is not None
            and (before.is_entity or before.has("superlative", "condition", "state"))
            and not before.used
        ):
            return False
        if after is None:
            return True
        if after.is_entity or after.has(
            "in",
            "with",
            "without",
            "rel",
            "cmp",
            "state",
            "condition",
            "lacks",
            "os",
            "for",
            "from",
            "verb",
            "untagged",
            "protected",
            "key",
        ):
            return after.has("from") and False
        return True

    def _refer(self, item: Item) -> None:
        item.used = "the machines of before"
        if self.excluding:
            self.noun.head = True
        elif self.chosen.refers is None or item.words != ("its",):
            self.chosen.refers = self.chosen.refers or item

    def _ordinal(self, item: Item) -> int:
        """ "the first", "the second one", "the first two", "the last one"."""
        word = item.words[0] if item.words else ""
        if word in ("last", "final"):
            after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
            if (
                (after is not None and after.words and after.words[0] in ("one", "ones"))
                or after is None
                or after.has("stop")
            ):
                self.chosen.ordinal = (-1, 1)
                item.used = "the last"
                return 1
            if after.has("number") and not after.has("amount"):
                self.chosen.ordinal = (-int(after.get("number")), int(after.get("number")))
                item.used = after.used = "the last"
                return 2
            return 0
        number = _ORDINALS.get(word)
        before = self.items[self.k - 1] if self.k else None
        if (
            word == "first"
            and before is not None
            and (before.has("pron", "names", "noun") or before.used)
            and not before.has("det", "with", "for", "in")
        ):
            item.used = "first"
            return 1
        if number is None or item.has("time") or item.is_entity:
            return 0
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        many = 1
        step = 1
        if (
            after is not None
            and after.has("number")
            and not after.has("amount")
            and after.words != ("one",)
        ):
            many, step = int(after.get("number")), 2
            after.used = "how many"
        elif (
            item.has("then")
            and after is not None
            and (after.has("verb") or after.has("comma") or after.is_entity)
        ):
            return 0
        self.chosen.ordinal = (number, many)
        item.used = "by its place"
        return step

    # names

    def _named(self, item: Item) -> int:
        if item.has("names"):
            following = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
            if item.possessive and following is not None and following.has("plain", "word"):
                self.chosen.owned = f"{item.text} {following.text}"
            self._begin(["names"], item, head=True)
            self.noun.names.extend(item.get("names"))
            item.used = "names " + ", ".join(item.get("names"))
            return self._list_after(item)
        if item.has("glob"):
            self._begin(["names"], item, head=True)
            self.noun.names.extend(item.get("glob"))
            self.noun.plural = True
            item.used = "names " + ", ".join(item.get("glob"))
            return 1
        if item.has("id"):
            self._begin(["ids"], item, head=True)
            self.noun.ids.append(item.get("id"))
            item.used = "id"
            return 1
        if item.has("snapshot_name") and self.tool in (
            "delete_snapshots",
            "restore_snapshot",
            None,
        ):
            self._begin(["names"], item, head=True)
            self.noun.names.append(item.get("snapshot_name")[1])
            return 1
        if item.has("unknown_name"):
            item.used = "no machine of that name"
            (self.chosen.strangers if False else self.chosen.unknown).append(
                item.get("unknown_name")
            )
            self.join = ""
            return 1
        if item.has("unknown_value"):
            item.used = "does not exist"
            self.chosen.unknown_values.append(item.get("unknown_value"))
            return 1
        if item.has("tag"):
            key, value = item.get("tag")
            self._begin([f"tags.{key}"], item)
            self.noun.fields.setdefault(f"tags.{key}", []).append(value)
            self.noun.last = f"tags.{key}"
            item.used = f"tag {key} is {value}"
            return 1
        return 0

    def _list_after(self, item: Item) -> int:
        """ "web-01, 02 and 05", "web-01 to web-04", "worker-1 through 3"."""
        step = 1
        last = item.get("names")[-1]
        while True:
            k = self.k + step
            ahead = self.items[k : k + 3]
            joint = 0
            while joint < len(ahead) and ahead[joint].has(
                "comma", "and", "slash", "or", "plus_sign"
            ):
                joint += 1
            if (
                joint
                and joint < len(ahead)
                and ahead[joint].has("number")
                and not ahead[joint].has("amount", "time", "names")
            ):
                digits = (
                    ahead[joint].words[0]
                    if ahead[joint].words[0].isdigit()
                    else str(int(ahead[joint].get("number")))
                )
                found = self.site.names.numbered(last, digits)
                after = self.items[k + joint + 1] if k + joint + 1 < len(self.items) else None
                if after is not None and after.has("noun", "all") and not found:
                    return step
                if found:
                    self.noun.names.extend(found)
                    ahead[joint].used = "names " + ", ".join(found)
                elif self._wants_figure(after):
                    return step
                else:
                    self.chosen.unknown.append(f"{last.rstrip('0123456789')}{ahead[joint].text}")
                    ahead[joint].used = "no machine of that name"
                for joiner in ahead[:joint]:
                    joiner.used = joiner.used or "and"
                step += joint + 1
                continue
            if end := self._range(k, last):
                step += end
                continue
            return step

    def _wants_figure(self, after: Item | None) -> bool:
        return after is not None and after.has("object", "metric", "noun", "most", "superlative")

    def _range(self, k: int, last: str) -> int:
        """The names from the last one to the next, where a range is written."""
        ahead = self.items[k : k + 2]
        if len(ahead) < 2 or not (
            ahead[0].has("to", "dash") or ahead[0].words in (("through",), ("..",))
        ):
            return 0
        if ahead[0].words and ahead[0].words[0] in ("onto", "into", "=", "as", "on", "->"):
            return 0
        if ahead[1].has("names") and self.tool not in ("clone_vm", "migrate_vms"):
            found = self.site.names.between(last, ahead[1].get("names")[0])
        elif (
            ahead[1].has("number")
            and not ahead[1].has("amount")
            and (ahead[0].words in (("through",), ("..",)) or ahead[0].has("dash"))
        ):
            ends = self.site.names.numbered(last, str(int(ahead[1].get("number"))))
            found = self.site.names.between(last, ends[0]) if ends else []
        else:
            return 0
        if len(found) < 2:
            return 0
        self.noun.names.extend(n for n in found if n != last)
        ahead[0].used, ahead[1].used = "to", "names up to " + found[-1]
        return 2

    # measures

    def _measure(self, item: Item) -> int:
        if item.has("most") and not item.has("superlative", "cmp") and (step := self._top(item)):
            return step
        bound = read_bound(self.items, self.k, self.tool)
        if bound is not None:
            self._back_to_include()
            self._begin([bound.field], item, predicate=True)
            if bound.field == "metric":
                self._measured(bound.condition, item)
            else:
                self.noun.bounds.setdefault(bound.field, {}).update(bound.condition)
            for used in self.items[self.k : bound.end]:
                used.used = used.used or bound.says
            return bound.end - self.k
        if item.has("superlative") and (not item.is_entity or item.has("superlative")):
            return self._superlative(item)
        if (
            item.has("condition")
            and not item.is_entity
            and not (self.k and self.items[self.k - 1].words[-1:] == ("how",))
        ):
            metric, aggregate, window, op, figure = item.get("condition")
            self._begin(["metric"], item, predicate=True)
            self.noun.metric.append(
                {"name": metric, "aggregate": aggregate, "window": window, op: figure}
            )
            item.used = f"{metric} {op} {figure:g}"
            return 1
        return 0

    def _back_to_include(self) -> None:
        """ "anything outside production that costs more than …": the condition is on what is
        meant.
        """
        if (
            self.excluding
            and not self.noun.head
            and self.noun.fields
            and self.chosen.whole
            and not self.noun.names
        ):
            relative = self.items[max(0, self.k - 3) : self.k]
            if any(i.has("rel") or i.words[:1] in (("costs",), ("cost",)) for i in relative):
                self._close()
                self.excluding = False

    def _measured(self, condition: dict[str, Any], item: Item) -> None:
        """A figure takes the place of a word such as busy for the same metric."""
        same = next((m for m in self.noun.metric if m["name"] == condition["name"]), None)
        if same is None and self.noun.metric and not any(i.has("metric") for i in self.items):
            same = self.noun.metric[-1]
            condition = {**condition, "name": same["name"]}
        if same is not None:
            self.noun.metric.remove(same)
        self.noun.metric.append(condition)

    def _top(self, item: Item) -> int:
        """ "top 3 … by memory", "the 5 highest for disk": the measure stands elsewhere in the
        clause.
        """
        k = self.k
        before = self.items[k - 1] if k else None
        after = self.items[k + 1] if k + 1 < len(self.items) else None
        number = next(
            (
                i
                for i in (after, before)
                if i is not None and i.has("number") and not i.has("amount", "time")
            ),
            None,
        )
        measured = next((i for i in self.items if i.has("metric") and not i.is_entity), None)
        costs = any(i.has("cost") for i in self.items)
        snapshots = after is not None and after.has("object") and after.get("object") == "snapshot"
        if number is None and snapshots and item.words[0] in ("most", "fewest", "least"):
            self.chosen.order = ("snapshots", item.words[0] == "most")
            self.chosen.limit = 1 if any(i.get("noun") == 1 for i in self.items) else None
            item.used = "in order of snapshots"
            return 2
        if number is None and not (after is not None and after.has("metric", "cost")):
            return 0
        if measured is None and not costs:
            field = next(
                (_ORDERED_BY[w] for i in self.items for w in i.words if w in _ORDERED_BY), None
            )
            if field is None:
                return 0
            self.chosen.order = field
        elif costs and measured is None:
            self.chosen.order = ("hourly_cost_usd", True)
        else:
            assert measured is not None
            self.chosen.order = (measured.get("metric"), True)
        if item.words[0] in ("bottom", "least", "lowest", "smallest", "fewest"):
            self.chosen.order = (self.chosen.order[0], False)
        if number is not None:
            self.chosen.limit = int(number.get("number"))
            self.chosen.count = None
            number.used = "how many"
        item.used = f"in order of {self.chosen.order[0]}"
        return 1

    def _superlative(self, item: Item) -> int:
        before = self.items[self.k - 1] if self.k else None
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        order, descending = item.get("superlative")
        if (
            self.tool in ("restore_snapshot", "delete_snapshots", "list_snapshots")
            and order == "age_days"
        ):
            return 0
        if (
            after is not None
            and after.has("metric")
            and order in ("memory_gib", "cpu")
            and not after.has("noun")
        ):
            order = (
                _ORDER_OF.get(after.get("metric"), order)
                if order == "memory_gib"
                else after.get("metric")
            )
            after.used = "in order of it"
        elif (
            after is not None
            and after.has("object")
            and after.get("object") == "disk"
            and order == "memory_gib"
        ):
            order = "disk_gib"
            after.used = "in order of it"
        if after is not None and after.has("number") and not after.has("amount"):
            self.chosen.limit = int(after.get("number"))
            after.used = "how many"
        elif (
            before is not None
            and before.has("number")
            and not before.has("amount")
            and before.used in ("", "how many meant")
        ):
            self.chosen.limit = int(before.get("number"))
            self.chosen.count = None
            before.used = "how many"
        elif self._one_meant(after):
            self.chosen.limit = self.chosen.limit or 1
        self.chosen.order = (order, descending)
        item.used = f"in order of {order}"
        return 1

    def _one_meant(self, after: Item | None) -> bool:
        """ "the oldest web server" is one machine; "the oldest machines" are several."""
        for item in self.items[self.k + 1 : self.k + 5]:
            if item.has("noun"):
                return item.get("noun") == 1
            if item.words in (("one",),):
                return True
            if item.words in (("ones",),) or (item.plural and item.is_entity):
                return False
        return False

    # what is lacking

    def _lacking(self, item: Item) -> int:
        if item.has("untagged"):
            self._begin(["missing"], item, predicate=True)
            self.noun.missing.extend(self.site.tag_values)
            item.used = "has no tags"
            return 1
        if item.has("lacks"):
            lacked: str = item.get("lacks")
            key = self.site.tag_keys.get(lacked, lacked)
            self._begin(["missing"], item, predicate=True)
            self.noun.missing.append(key)
            item.used = f"has no {key} tag"
            return 1
        if item.has("protected") and self.tool not in ("protect_vms",):
            self._begin(["protected"], item, predicate=True)
            self.noun.flags["protected"] = item.get("protected")
            item.used = "protected" if item.get("protected") else "not protected"
            return 1
        if item.has("without", "with"):
            return self._with(item, bool(item.has("without")))
        if item.has("object") and item.get("object") == "public_ip" and self._is_condition():
            self._begin(["public_ip"], item, predicate=True)
            self.noun.flags["public_ip"] = not self._negated()
            item.used = "has a public address"
            return 1
        return 0

    def _is_condition(self) -> bool:
        return self.tool in (None, "list_vms", "count_vms") or self.tool not in ("describe_vms",)

    def _negated(self) -> bool:
        return any(
            i.has("not") and i.words in (("not",), ("no",), ("non",))
            for i in self.items[max(0, self.k - 3) : self.k]
        )

    def _with(self, item: Item, lacking: bool) -> int:
        """ "with a public ip", "without an owner", "that have no snapshots"."""
        k = self.k + 1
        while (
            k < len(self.items)
            and self.items[k].has("det", "all", "filler", "without", "not")
            and not self.items[k].is_entity
            and not self.items[k].has("object", "key", "protected")
        ):
            lacking = lacking or (
                self.items[k].has("not", "without")
                and self.items[k].words[0] in ("no", "without", "not")
            )
            k += 1
        if k >= len(self.items):
            return 0
        thing = self.items[k]
        says = "without" if lacking else "with"
        after = self.items[k + 1] if k + 1 < len(self.items) else None
        if thing.has("object"):
            found = thing.get("object")
            if found == "public_ip":
                self._begin(["public_ip"], item, predicate=True)
                self.noun.flags["public_ip"] = not lacking
            elif found == "protection":
                self._begin(["protected"], item, predicate=True)
                self.noun.flags["protected"] = not lacking
            elif found == "snapshot" and self.tool not in (
                "snapshot_vms",
                "delete_snapshots",
                "restore_snapshot",
                "list_snapshots",
            ):
                self._begin(["snapshots"], item, predicate=True)
                self.noun.bounds["snapshots"] = {"eq": 0} if lacking else {"ge": 1}
            elif found == "tag" and lacking:
                self._begin(["missing"], item, predicate=True)
                self.noun.missing.extend(self.site.tag_values)
            elif found == "owner" and lacking:
                self._begin(["missing"], item, predicate=True)
                self.noun.missing.append(self.site.tag_keys.get("owner", "owner"))
            elif found == "group" and lacking:
                return 0
            else:
                return 0
        elif (
            thing.has("key")
            and lacking
            and not (after is not None and after.has("value") and False)
        ):
            self._begin(["missing"], item, predicate=True)
            self.noun.missing.append(thing.get("key"))
            joined = k + 1
            while (
                joined + 1 < len(self.items)
                and self.items[joined].has("or", "and", "comma")
                and self._key_at(joined + 1)
            ):
                self.noun.missing.append(self._key_at(joined + 1) or "")
                self.items[joined].used = self.items[joined + 1].used = "has no such tag"
                joined += 2
            if after is not None and after.has("object") and after.get("object") == "tag":
                after.used = "tag"
        elif lacking and thing.has("word", "plain", "unknown_name", "tech") and self._is_tag(after):
            self._begin(["missing"], item, predicate=True)
            self.noun.missing.append(thing.text)
            if after is not None and after.has("object"):
                after.used = "tag"
        else:
            return 0
        for used in self.items[self.k : k + 1]:
            used.used = used.used or f"{says} {thing.text}"
        return k + 1 - self.k

    def _is_tag(self, after: Item | None) -> bool:
        """Whether a tag's key was said: the word tag follows, or nothing and machines are
        listed.
        """
        if after is not None and after.has("object") and after.get("object") == "tag":
            return True
        ends = after is None or after.has("comma", "stop", "question")
        return ends and self.tool in ("list_vms", "count_vms")

    def _key_at(self, k: int) -> str | None:
        item = self.items[k]
        return item.get("key") if item.has("key") else None

    # values

    def _valued(self, item: Item) -> int:
        if item.has("value"):
            if self._means_something_else(item):
                return 0
            name, values = self._alternative(item)
            self._or_else(name)
            self._begin([name], item, head=item.plural)
            self._put(name, list(values), item)
            item.used = f"{name.removeprefix('tags.')} is {' or '.join(values)}"
            return self._key_after(item)
        if item.has("os"):
            self._or_else("os")
            self._begin(["os"], item)
            self._put("os", [item.get("os")], item)
            self.noun.last = "os"
            item.used = f"os is {item.get('os')}"
            return 1
        if item.has("weak_stem"):
            after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
            if (
                after is None
                or not (after.has("noun") or after.words[:1] in (("ones",), ("one",)))
                or item.has("det", "verb", "all", "superlative", "most")
            ):
                return 0
            item.kinds["stem"] = item.get("weak_stem")
        if item.has("stem"):
            stem = item.get("stem")
            self._begin(["names"], item, head=item.plural)
            self.noun.names.extend(self._of_both(item, stem.names))
            self.noun.plural = True
            self.noun.last = "stem"
            item.used = "names like " + "-".join(stem.key)
            return 1
        if item.has("key"):
            return self._keyed(item)
        return 0

    def _of_both(self, item: Item, names: Sequence[str]) -> Sequence[str]:
        """ "ci runner": of the names with runner in them, those with ci in them too."""
        before = self.items[self.k - 1] if self.k else None
        if before is None or not before.has("value") or before.end != item.start:
            return names
        return [n for n in names if before.words[-1] in key_of(n)] or names

    def _or_else(self, name: str) -> None:
        """ "windows or rhel": two systems by two fields are two phrases with the rest in common."""
        last = self.noun.last
        if self.join != "or" or {name, last} != {"os", "image"} or last not in self.noun.fields:
            return
        other = {k: list(v) for k, v in self.noun.fields.items() if k != last}
        flags, bounds = dict(self.noun.flags), dict(self.noun.bounds)
        self._close()
        self.noun.fields, self.noun.flags, self.noun.bounds = other, flags, bounds
        self.noun.plural = True

    def _means_something_else(self, item: Item) -> bool:
        """A value that is an ordinary word stands for itself unless machines follow or surround
        it.
        """
        word = " ".join(item.words)
        led_by = self.items[self.k - 1] if self.k else None
        if word == "live" and led_by is not None and led_by.has("rel", "pron"):
            return True
        if item.has("pair") or word not in ORDINARY_ROLES or item.possessive or item.quoted:
            return False
        if item.has("names"):
            return False
        if self.join and any(name == self.noun.last for name, _ in item.get("value")):
            return False
        if (
            all(name in ("tags.owner", "tags.team") for name, _ in item.get("value"))
            and word != "quality"
        ):
            return item.has("verb", "metric") and not self._beside_noun()
        around = [
            i
            for i in (
                *self.items[max(0, self.k - 2) : self.k],
                *self.items[self.k + 1 : self.k + 3],
            )
        ]
        beside = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if any(
            i.has("noun", "key")
            or i.words in (("ones",), ("one",), ("team",), ("stuff",), ("fleet",), ("tier",))
            for i in around
        ):
            return False
        if beside is not None and (
            beside.has("value", "stem", "os", "and", "comma", "or") and not beside.has("verb")
        ):
            return False
        if item.plural and word not in ("backups", "searches", "apps", "builds", "tests"):
            return False
        before = self.items[self.k - 1] if self.k else None
        led = before is not None and (
            before.has(
                "all", "in", "for", "except", "only", "value", "from", "not", "verb", "be", "by"
            )
            or before.used in ("verb", "except", "tag", "and")
        )
        if led and item.has("verb", "object", "metric", "noun", "anomaly", "cost", "forecast"):
            return item.has("metric", "cost", "anomaly") and not (before and before.has("all"))
        return not led and not (before is not None and before.has("det"))

    def _beside_noun(self) -> bool:
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        return after is not None and after.has("noun", "key")

    def _alternative(self, item: Item) -> tuple[str, tuple[str, ...]]:
        options = item.get("value")
        if len(options) == 1:
            return options[0]
        near = [
            i.get("key")
            for i in (
                *self.items[max(0, self.k - 2) : self.k],
                *self.items[self.k + 1 : self.k + 2],
            )
            if i.has("key")
        ]
        for key in near:
            for name, values in options:
                if name == f"tags.{key}":
                    return name, values
        for name, values in options:
            if name == self.noun.last and self.join:
                return name, values
        beside = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if beside is not None and beside.has("object"):
            for name, values in options:
                if name == beside.get("object"):
                    return name, values
        return options[0]

    def _put(self, name: str, values: list[str], item: Item) -> None:
        known = self.noun.fields.get(name)
        if known is None:
            self.noun.fields[name] = values
        elif self.join or not set(known) & set(values):
            known.extend(values)
        else:
            self.noun.fields[name] = [v for v in known if v in values]
        self.noun.last = name
        if self.noun.head:
            self.noun.trailing.add(name)
        self.join = ""

    def _key_after(self, item: Item) -> int:
        """ "data team", "dev environment", "us-east region", "web role": the key only says what
        it is.
        """
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if (
            after is not None
            and not after.used
            and after.has("key", "object")
            and not after.has("noun")
        ):
            name = next(iter(self.noun.last.split(".")[-1:]), "")
            if (
                after.get("key") == name
                or after.get("object") == self.noun.last
                or (
                    after.has("object")
                    and after.get("object")
                    in ("group", "region", "host", "provider", "image", "size", "zone")
                    and self.noun.last
                    in ("group", "region", "host", "provider", "image", "size", "zone")
                )
            ):
                after.used = "what it is"
                if after.get("key"):
                    self.noun.head = self.noun.head or after.words[0] in ("team", "department")
                return 2
        return 1

    def _keyed(self, item: Item) -> int:
        """ "owner is dana", "team data", "tagged env prod"."""
        key = item.get("key")
        k = self.k + 1
        negated = False
        while (
            k < len(self.items)
            and k - self.k < 4
            and self.items[k].has("be", "to", "colon", "not", "det", "in", "with", "except")
            and not self.items[k].is_entity
        ):
            negated = negated or (
                self.items[k].has("not") and self.items[k].words[0] in ("not", "no")
            )
            k += 1
        thing = self.items[k] if k < len(self.items) else None
        if thing is None or thing.used:
            return 0
        for name, values in thing.get("value") or ():
            if name == f"tags.{key}":
                for used in self.items[self.k : k]:
                    used.used = "what it is"
                self.k = k
                if negated:
                    self._close()
                    self.excluding = True
                self._begin([name], thing)
                self._put(name, list(values), thing)
                thing.used = f"{key} is {' or '.join(values)}"
                return 1
        return 0

    # states

    def _state(self, item: Item) -> int:
        if not item.has("state") or item.is_entity or (item.has("verb") and item.used):
            return 0
        if not self._is_state(item):
            return 0
        if self._is_told(item):
            return 1
        state = item.get("state")
        negated = self._negated() and "not" not in item.words
        self._begin(["state"], item, predicate=True)
        if item.words[:1] == ("not",) and state == "stopped":
            self.noun.not_states.append("running")
            item.used = "state is not running"
        elif negated:
            self.noun.not_states.append(state)
            item.used = f"state is not {state}"
        else:
            self._put("state", [state], item)
            item.used = f"state is {state}"
        return 1

    def _is_told(self, item: Item) -> bool:
        """A state that is said of named machines, or that they shall be kept in, narrows
        nothing.
        """
        named = bool(self.noun.names) and self.noun.last != "stem" and self.tool in CHANGES
        lead = {w for i in self.items[max(0, self.k - 8) : self.k] for w in i.words}
        kept = self.tool not in CHANGES and bool(lead & {"keep", "keeping"})
        if named or kept:
            item.used = "told"
        return named or kept

    def _is_state(self, item: Item) -> bool:
        word = " ".join(item.words)
        if item.has("time"):
            return False
        nearest = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if item.words[-1] in ("on", "up") and nearest is not None and nearest.has("time"):
            return False
        if word not in STATE_WORDS:
            return True
        nearest = self.items[self.k + 1] if self.k + 1 < len(self.items) else None

        before = [i for i in self.items[max(0, self.k - 3) : self.k]]
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if (
            word in ("on", "up")
            and after is not None
            and (after.is_entity or after.has("det", "pron", "number"))
        ):
            return False
        return any(
            i.has("be", "rel")
            or i.words[-1:]
            in (
                ("are",),
                ("is",),
                ("still",),
                ("currently",),
                ("switched",),
                ("what",),
                ("or",),
                ("and",),
                ("anything",),
            )
            for i in before
        ) or (
            word in ("down", "off", "live", "inactive", "error")
            and after is not None
            and after.has("noun")
        )

    # quantities, heads, connectors

    def _quantity(self, item: Item) -> int:
        if item.has("all") and not item.is_entity and not item.has("pron"):
            self.chosen.any_of = self.chosen.any_of or item.words[0] in (
                "any",
                "anything",
                "either",
            )
            if self.excluding and item.words[0] in ("everything", "anything", "all"):
                if self.join and not self.noun.empty:
                    self._close()
                    self.join = ""
                return 1
            if item.words[-1] not in ("both", "each", "any", "either", "total", "full"):
                self.chosen.whole = True
            self.noun.plural = True
            if item.words[0] in ("everything", "anything", "whatever"):
                self.noun.head = True
            item.used = item.used or "all"
            return 1
        if item.words == ("one",):
            after = self._next()
            if after is None or not after.has("noun"):
                self.noun.head = True
                return 1
        if item.has("number") and not item.has("amount", "time", "names"):
            if self.excluding:
                return 0
            before = self.items[self.k - 1] if self.k else None
            nearest = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
            if (
                before is not None
                and before.words in (("the",), ("those",), ("these",))
                and (nearest is None or nearest.has("be", "comma", "stop", "question"))
            ):
                self._refer(item)
                return 1
            after = self._after_articles(self.k + 1)
            if after is not None and (
                after.has("noun", "value", "stem", "superlative", "state", "os", "condition")
                and not after.has("names")
            ):
                value = item.get("number")
                if value == int(value) and value > 0:
                    self.chosen.count = int(value)
                    item.used = "how many meant"
                    return 1
        if item.has("only"):
            if self.join and not self.noun.empty and not self.excluding:
                self.join = ""
            self.chosen.only = True
            item.used = "only"
            return 1
        if item.has("det"):
            self.noun.determined = True
            return 1
        return 0

    def _head(self, item: Item) -> int:
        if item.words in (("host",), ("hosts",)) and self.tool not in ("list_catalog", None):
            self.noun.head = True
            self.noun.plural = self.noun.plural or item.plural
            item.used = item.used or "machines"
            return 1
        bare = item.words in (("ones",), ("one",), ("stuff",), ("lot",))
        if item.has("noun") or (bare and self.k and not self.items[self.k - 1].has("number")):
            self.noun.head = True
            self.noun.plural = (
                self.noun.plural or item.get("noun") == 2 or item.words in (("ones",), ("stuff",))
            )
            item.used = item.used or "machines"
            if item.words == ("ones",) and not self.excluding and self._determined():
                self._refer(item)
            return 1
        return 0

    def _determined(self) -> bool:
        """Whether "the", "those" or "these" stands before the noun at hand."""
        before = self.items[max(0, self.k - 4) : self.k]
        return any(i.words[:1] in (("the",), ("those",), ("these",)) for i in before)

    def _connector(self, item: Item) -> int:
        if item.has("and", "comma", "or", "slash", "plus_sign"):
            self.join = "or" if item.has("or") else "and"
            return 1
        if item.has("with") and item.words in (("of",),):
            return 1
        return (
            1
            if item.has(
                "in",
                "for",
                "rel",
                "be",
                "det",
                "from",
                "to",
                "filler",
                "ask",
                "wh",
                "also",
                "question",
                "stop",
                "colon",
                "list",
                "dash",
                "then",
                "instead",
                "same",
                "by",
                "with",
                "not",
                "at",
                "asking",
                "only",
                "percent",
                "dollar",
            )
            else 0
        )

    def _begin(
        self, fields: Sequence[str], item: Item, *, head: bool = False, predicate: bool = False
    ) -> None:
        """Decide whether what comes belongs to the noun phrase at hand or begins another."""
        if self.join and not self.noun.empty and self._is_new(fields, item, head, predicate):
            self._close()
            self.join = ""
        if head:
            self.noun.head = True
            self.noun.plural = self.noun.plural or item.plural
        if predicate:
            if self.noun.head:
                self.noun.trailing.update(fields)
            self.join = ""

    def _is_new(self, fields: Sequence[str], item: Item, head: bool, predicate: bool) -> bool:
        noun = self.noun
        name = fields[0]
        if predicate and not self._heads_ahead():
            return False
        if name in ("names", "ids"):
            return not noun.named_only
        if noun.named_only:
            return noun.last != "stem" or head or self._heads_ahead()
        before = self.items[self.k - 1] if self.k else None
        fresh = before is not None and (before.has("det", "all") or item.possessive)
        if name == noun.last and not noun.head and not fresh:
            return False
        if noun.head and (head or fresh or self._heads_ahead()):
            return True
        if name in noun.fields and noun.last != name:
            return True
        return bool(fresh and self._heads_ahead() and name in noun.fields)

    def _heads_ahead(self) -> bool:
        """Whether a noun for machines comes before the next connector."""
        for item in self.items[self.k : self.k + 4]:
            if item.has("and", "comma", "or", "stop") and not item.is_entity:
                return False
            if (
                item.has("noun")
                or item.words in (("ones",), ("one",))
                or (item.plural and item.is_entity)
            ):
                return True
        return False

    def _stranger(self, item: Item) -> None:
        if (
            item.has("word", "unknown_name")
            or (item.has("plain", "tech") and self._inside_noun())
            or self._is_lost_measure(item)
        ):
            self.chosen.strangers.append(item.text)

    def _is_lost_measure(self, item: Item) -> bool:
        """A comparison or a figure that nothing took would narrow the machines of a change."""
        if self.tool not in CHANGES or item.has("time") or item.is_entity:
            return False
        if item.has("number") and self.tool in _WITHOUT_FIGURES:
            return not (self.chosen.count or self.noun.empty)
        return item.has("condition", "amount") or (
            item.has("cmp") and item.get("cmp") in ("gt", "lt")
        )

    def _inside_noun(self) -> bool:
        """Whether the word stands where it would narrow the machines: before their noun."""
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        return after is not None and after.has("noun") and not after.used

    def _share(self) -> None:
        """Put phrases of one and the same field together, and give all what follows the last."""
        for side in (self.chosen.include, self.chosen.exclude):
            nouns = [n for n in side if not n.empty]
            if len(nouns) < 2:
                continue
            last = nouns[-1]
            shared = {
                f
                for f in last.trailing
                if all(f not in n.fields and f not in n.bounds for n in nouns[:-1])
            }
            for noun in nouns[:-1]:
                if noun.named_only and noun.last != "stem":
                    continue
                if not noun.trailing:
                    for name in shared:
                        if name in last.fields:
                            noun.fields[name] = list(last.fields[name])
                        elif name in last.bounds:
                            noun.bounds[name] = dict(last.bounds[name])
                        elif name == "metric":
                            noun.metric = list(last.metric)
            self._merge(side, nouns)

    def _merge(self, side: list[Noun], nouns: list[Noun]) -> None:
        first = nouns[0]
        keys = set(first.fields)
        simple = all(
            set(n.fields) == keys
            and not (
                n.names or n.ids or n.bounds or n.metric or n.flags or n.missing or n.not_states
            )
            for n in nouns
        )
        if simple and len(keys) >= 1:
            differing = [
                k for k in keys if any(set(n.fields[k]) != set(first.fields[k]) for n in nouns)
            ]
            if len(differing) <= 1:
                for name in differing:
                    first.fields[name] = [v for n in nouns for v in n.fields[name]]
                first.plural = True
                side[:] = [first]
                return
        if all(n.named_only for n in nouns):
            for noun in nouns[1:]:
                first.names.extend(noun.names)
                first.ids.extend(noun.ids)
            first.plural = True
            side[:] = [first]


_WITHOUT_FIGURES = frozenset(
    {
        "start_vms",
        "stop_vms",
        "restart_vms",
        "suspend_vms",
        "resume_vms",
        "delete_vms",
        "protect_vms",
        "unprotect_vms",
        "snapshot_vms",
    }
)
_ORDERED_BY = {
    "age": ("age_days", True),
    "cores": ("vcpus", True),
    "snapshots": ("snapshots", True),
    "price": ("hourly_cost_usd", True),
}
_GENERIC = (
    "machine",
    "machines",
    "vm",
    "vms",
    "box",
    "boxes",
    "server",
    "servers",
    "instance",
    "instances",
)
_ORDER_OF = {"memory": "memory_gib", "disk": "disk_gib", "cpu": "vcpus"}
_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
}
