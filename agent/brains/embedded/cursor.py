"""The place in a clause at which its machines are read, and the noun phrase at hand."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.phrases import PLACES, Chosen, Noun
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site


class Cursor:
    """The items of one clause, the place reached, and what was read so far."""

    def __init__(self, items: Sequence[Item], site: Site, tool: str | None) -> None:
        self.items = list(items)
        self.site = site
        self.tool = tool
        self.chosen = Chosen()
        self.noun = Noun()
        self.excluding = False
        self.join = ""
        self.k: int = 0

    def _close(self) -> None:
        rest = self.noun.rest and any(not n.empty for n in self.chosen.include)
        if not rest and (not self.noun.empty or self.noun.head):
            (self.chosen.exclude if self.excluding else self.chosen.include).append(self.noun)
        self.noun = Noun()

    def _next(self, offset: int = 1) -> Item | None:
        k = self.k + offset
        while k < len(self.items) and self.items[k].used:
            k += 1
        return self.items[k] if k < len(self.items) else None

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

    def _refer(self, item: Item) -> None:
        item.used = "the machines of before"
        if self.excluding:
            self.noun.head = True
        elif self.chosen.refers is None or item.words != ("its",):
            self.chosen.refers = self.chosen.refers or item

    def _negated(self) -> bool:
        return any(
            i.has("not") and i.words in (("not",), ("no",), ("non",))
            for i in self.items[max(0, self.k - 3) : self.k]
        )

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

    def _is_place_of_names(self, name: str) -> bool:
        """ "web-01 and web-02 in us-east-1": where the machines named just before are."""
        k = self.k - 1
        while k > 0 and self.items[k].has("det", "noun", "object") and not self.items[k].is_entity:
            k -= 1
        led = k > 0 and self.items[k].words[-1:] in (("in",), ("at",), ("on",), ("under",))
        return name in PLACES and led and self.items[k - 1].has("names")

    def _is_new(self, fields: Sequence[str], item: Item, head: bool, predicate: bool) -> bool:
        noun = self.noun
        name = fields[0]
        if predicate and not self._heads_ahead():
            return False
        if name in ("names", "ids"):
            return not noun.named_only
        if noun.named_only and self._is_place_of_names(name):
            return False
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
