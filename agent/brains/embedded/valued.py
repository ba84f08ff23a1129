"""Machines by values of their fields and tags."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.clauses.clause import READING
from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.names import key_of
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import ORDINARY_ROLES
from agent.brains.embedded.tools import CHANGES
from agent.brains.embedded.words import word_lists

_BELONG = frozenset({"belong", "belongs", "belonging", "assigned", "allocated", "registered"})
_TELLING = (("tell",), ("thank",), ("ask",), ("let",), ("inform",), ("ping",), ("notify",), ("cc",))


def _is_done_to(item: Item) -> bool:
    """ "and inform Tomas", "and tell Lena": what is done to a person."""
    told = item.has("verb") and item.action in READING and item.form == "base"
    told = told or item.words in _TELLING
    strange = item.has("plain", "word") and not item.has("filler", "det", "in", "all", "noun")
    return not item.is_entity and not item.used and (told or strange)


_PEOPLE = ("tags.owner", "tags.team")
_OWNING = _BELONG | {
    "owned", "managed", "maintained", "used", "run", "of", "owner", "team", "created", "tagged",
    "named", "operated", "administered", "belonging", "not", "except",
}  # fmt: skip
_OF_MACHINES = ("noun", "value", "stem", "key", "os", "number", "be")
_POWER = CHANGES - {"migrate_vms", "tag_vms", "untag_vms", "create_vms", "clone_vm"}
_COUNTED = frozenset(word_lists("clauses")["counted_roles"])
"""Words of a role that mean one machine where they are no plural: "database", but not "web"."""


class Values(Cursor):
    """Reads values."""

    def _valued(self, item: Item) -> int:
        if item.has("value"):
            if self._means_something_else(item):
                return 0
            if self._says_zone(item):
                item.used = "what it is"
                return 1
            name, values = self._alternative(item)
            self._or_else(name)
            if self._beside_another(name, values, item):
                return 1
            if self._handed_to(name, item):
                self.chosen.strangers.append(f"to {item.text}")
                return 1
            if self._is_somebody(name, item):
                item.used = "somebody"
                return 1
            if self._is_one_more(name, item):
                self.chosen.strangers.append(item.text)
                return 1
            self._begin([name], item, head=item.plural)
            self._put(name, list(values), item)
            self.noun.head = self.noun.head or self._counts_one(name, item)
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
            before = self.items[self.k - 1] if self.k else None
            spared = self.excluding and before is not None and before.has("except", "det", "and")
            if not spared and (
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
            self.noun.plural = self.noun.plural or not self._the_one(item)
            self.noun.last = "stem"
            self.noun.by_stem = True
            item.used = "names like " + "-".join(stem.key)
            return 1
        if item.has("key"):
            return self._keyed(item)
        return 0

    def _is_somebody(self, name: str, item: Item) -> bool:
        """ "approved by Lena", "after talking to Lena": who did something, and no machines of hers.

        Nor does a bare name beside machines that are named add hers to them.
        """
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        if name not in _PEOPLE or item.possessive or item.plural:
            return False
        if self.tool is not None and self.tool not in CHANGES:
            return False
        team = after is not None and after.words[:1] == ("team",)
        if after is not None and not team and after.has(*_OF_MACHINES):
            return False
        led = [i for i in self.items[max(0, self.k - 4) : self.k] if not i.has("det")][-2:]
        near = led[-1].words[-1:] if led else ()
        if near in (("by",), ("with",), ("from",)) or (near == ("to",) and len(led) > 1):
            doing = led[-2].words[-1] if len(led) > 1 and led[-2].words else ""
            if len(led) > 1 and led[-2].has("all", "noun", "value"):
                return False
            done = doing.endswith(("ed", "ing", "en", "t", "off", "ke")) and doing not in _OWNING
            if done and team and after is not None:
                after.used = "somebody"
            return done
        if team:
            return False
        if not near or near[-1] in _OWNING or led[-1].has("key", "be", "rel", "and", "or"):
            return False
        named = (n for n in (self.noun, *self.chosen.include) if n.names and not n.by_stem)
        return led[-1].has("comma", "for", "filler") and any(named)

    def _is_one_more(self, name: str, item: Item) -> bool:
        """ "restart web-01 and dana": a person in a list of machines."""
        before = self.items[self.k - 1] if self.k else None
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        bare = name in _PEOPLE and self.tool in CHANGES and not (item.possessive or item.plural)
        named = any(n.names and not n.by_stem for n in (self.noun, *self.chosen.include))
        joined = before is not None and before.has("and") and self.items[self.k - 2].has("names")
        ends = after is None or not after.has(*_OF_MACHINES, "word", "plain")
        return bare and named and joined and ends and not self.excluding

    def _handed_to(self, name: str, item: Item) -> bool:
        """ "hand over sandbox-02 to Tomas": a person to whom something goes, no machines."""
        before = self.items[self.k - 1] if self.k else None
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        earlier = self.items[self.k - 2] if self.k > 1 else None
        has_it = earlier is not None and earlier.words[-1:] != () and earlier.words[-1] in _BELONG
        goes = before is not None and before.words == ("to",) and not has_it
        to_them = before is not None and not item.possessive and (goes or _is_done_to(before))
        to_them = to_them and self.tool in _POWER
        ends = after is None or not after.has("noun", "key", "stem", "value")
        return name in _PEOPLE and to_them and ends

    def _beside_another(self, name: str, values: Sequence[str], item: Item) -> bool:
        """ "the erp database": two roles of one machine; those of the one with the other's name."""
        before = self.items[self.k - 1] if self.k else None
        known = self.noun.fields.get(name, [])
        beside = before is not None and before.has("value") and before.end == item.start
        if self.tool not in CHANGES or self.join or name != "tags.role" or not beside:
            return False
        if before is None or self.noun.last != name or set(known) & set(values):
            return False
        names = [n for n in self.site.names.exact if before.words[-1] in key_of(n)]
        if not names:
            self.chosen.strangers.append(f"{before.text} {item.text}")
            return True
        self.noun.fields[name] = list(values)
        self.noun.names = [n for found in names for n in self.site.names.exact[found]]
        self.noun.head = self.noun.determined = self.noun.by_stem = True
        self.noun.last = "stem"
        item.used = f"{name.removeprefix('tags.')} is {' or '.join(values)}"
        return True

    def _the_one(self, item: Item) -> bool:
        """ "the runner": one machine, where several bear such names."""
        before = self.items[self.k - 1] if self.k else None
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        led = before is not None and before.words[-1:] in (("the",), ("that",), ("this",), ("my",))
        led = led or (before is not None and before.has("value") and self.noun.determined)
        ends = after is None or not (
            after.is_entity
            or after.has(
                "number", "and", "comma", "slash", "dash", "object", "plain", "word", "tech"
            )
            or after.get("noun") == 2
        )
        return led and ends and not item.plural and item.text.casefold() != "prod"

    def _counts_one(self, name: str, item: Item) -> bool:
        """ "the prod database": one machine by its role, where nothing larger comes after."""
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        ends = after is None or not (
            after.is_entity or after.has("noun", "number", "object", "plain", "slash", "dash")
        )
        one = name == "tags.role" and self.tool in CHANGES and not item.plural
        return one and ends and item.words[-1:] != () and item.words[-1] in _COUNTED

    def _says_zone(self, item: Item) -> bool:
        """ "in AZ us-east-1a": an availability zone, not a provider."""
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        zoned = after is not None and any(n == "zone" for n, _ in after.get("value") or ())
        return item.words == ("az",) and zoned

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
