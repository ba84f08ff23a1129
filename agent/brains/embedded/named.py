"""Machines by their names: alone, in lists and in ranges."""

from __future__ import annotations

from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.scan import Item


class Names(Cursor):
    """Reads names."""

    def _named(self, item: Item) -> int:
        if item.has("names"):
            following = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
            if item.possessive and following is not None and following.has("plain", "word"):
                self.chosen.owned = f"{item.text} {following.text}"
            self._narrow(item.get("names"))
            self._begin(["names"], item, head=True)
            self.noun.names.extend(item.get("names"))
            item.used = "names " + ", ".join(item.get("names"))
            return self._list_after(item.get("names")[-1])
        if self.excluding and (names := self._names_ending(item)):
            self._begin(["names"], item, head=True)
            self.noun.names.extend(names)
            item.used = "not number " + item.text
            return self._list_after(names[0]) if len(names) == 1 else 1
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
            self.chosen.unknown.append(item.get("unknown_name"))
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

    def _narrow(self, names: list[str]) -> None:
        """ "the runners, just qa-runner-1": of those that a stem stands for, this one alone."""
        if self.excluding or not self.k or not self.items[self.k - 1].has("only"):
            return
        for noun in (self.noun, *self.chosen.include):
            if noun.last == "stem" and noun.named_only and set(names) < set(noun.names):
                noun.names.clear()

    def _names_ending(self, item: Item) -> list[str]:
        """ "the sandboxes, leave 02 alone": the machines of this number, whichever are meant."""
        bare = item.has("number") and not item.has("amount", "time", "names") and not item.used
        said = item.words[0] if len(item.words) == 1 else spelt(item)
        if not bare or not said.isdigit():
            return []
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        counts = after is not None and (self._wants_figure(after) or after.has("of", "other"))
        return [] if counts else self.site.names.ending(said)

    def _list_after(self, last: str) -> int:
        """ "web-01, 02 and 05", "web-01 to web-04", "worker-1 through 3"."""
        step = 1
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


def spelt(item: Item) -> str:
    """ "one oh three": digits said one by one, or nothing where it is a figure."""
    digits = [_DIGITS.get(word, "") for word in item.words]
    return "".join(digits) if all(digits) else ""


_DIGITS = {
    word: str(n)
    for n, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
} | {"oh": "0", "o": "0", "nought": "0"}
