"""Machines by what they have or lack: tags, protection, snapshots, an address."""

from __future__ import annotations

from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.scan import Item


class Lacks(Cursor):
    """Reads what is had and what is lacking."""

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

    def _with(self, item: Item, lacking: bool) -> int:
        """ "with a public ip", "without an owner", "that have no snapshots"."""
        k = self.k + 1
        while (
            k < len(self.items)
            and self.items[k].has("det", "all", "filler", "without", "not")
            and not self.items[k].is_entity
            and not self.items[k].has("object", "key", "protected", "pron")
        ):
            lacking = lacking or (
                self.items[k].has("not", "without")
                and self.items[k].words[0] in ("no", "without", "not")
            )
            k += 1
        if k >= len(self.items):
            return 0
        thing = self.items[k]
        after = self.items[k + 1] if k + 1 < len(self.items) else None
        if thing.get("object") == "tag" and after is not None and after.has("key"):
            k, thing = k + 1, after
        elif thing.get("object") == "tag" and lacking and self._is_strange_key(k + 1):
            self._begin(["missing"], item, predicate=True)
            self.noun.missing.append(self.items[k + 1].text)
            for used in self.items[self.k : k + 2]:
                used.used = used.used or f"without {self.items[k + 1].text}"
            return k + 2 - self.k
        says = "without" if lacking else "with"
        after = self.items[k + 1] if k + 1 < len(self.items) else None
        kind = thing.has("value") and after is not None and after.has("noun")
        if thing.has("object") and not kind:
            if not self._with_object(thing.get("object"), item, lacking):
                return 0
        elif self.tool == "snapshot_vms" and lacking and thing.words in (("one",), ("any",)):
            self._with_object("snapshot", item, lacking)
        elif thing.has("key") and lacking:
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

    def _is_strange_key(self, k: int) -> bool:
        """ "without the tag cost-center": a key that no machine bears, at the end."""
        if k >= len(self.items) or (
            self.items[k].is_entity and not self.items[k].has("unknown_name")
        ):
            return False
        after = self.items[k + 1] if k + 1 < len(self.items) else None
        ends = after is None or after.has("comma", "stop", "question")
        return ends and self.items[k].has("word", "plain", "unknown_name", "tech")

    def _with_object(self, found: str, item: Item, lacking: bool) -> bool:
        """ "with a public ip", "without snapshots"; whether it says anything of the machines."""
        of_snapshots = self.tool in ("delete_snapshots", "restore_snapshot", "list_snapshots")
        of_snapshots = of_snapshots or (self.tool == "snapshot_vms" and not lacking)
        if found == "public_ip":
            self._begin(["public_ip"], item, predicate=True)
            self.noun.flags["public_ip"] = not lacking
        elif found == "protection":
            self._begin(["protected"], item, predicate=True)
            self.noun.flags["protected"] = not lacking
        elif found == "snapshot" and not of_snapshots:
            self._begin(["snapshots"], item, predicate=True)
            self.noun.bounds["snapshots"] = {"eq": 0} if lacking else {"ge": 1}
        elif found == "tag" and lacking:
            self._begin(["missing"], item, predicate=True)
            self.noun.missing.extend(self.site.tag_values)
        elif found == "owner" and lacking:
            self._begin(["missing"], item, predicate=True)
            self.noun.missing.append(self.site.tag_keys.get("owner", "owner"))
        else:
            return False
        return True

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
