"""Which plain words are a fleet's own: parts of names, values of tags, places and sizes."""

from __future__ import annotations

import re

from tools.inventory import Inventory

_FIELDS = ("provider", "region", "zone", "host", "size", "image", "os", "group")
_SPLIT = re.compile(r"[^a-z0-9]+")


class FleetWords:
    """The words of one inventory, read again when it has changed."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._version: tuple[int, int] | None = None
        self._words = frozenset[str]()

    def knows(self, word: str) -> bool:
        """Whether a word is the fleet's, in the singular or the plural."""
        if self._version != self._inventory.version:
            self._words = self._read()
            self._version = self._inventory.version
        forms = (word, word.removesuffix("s"), word.removesuffix("es"))
        return any(form in self._words for form in forms)

    def _read(self) -> frozenset[str]:
        inventory = self._inventory
        said = {name for name, _ in inventory.names()}
        said.update(v for values in inventory.tag_values().values() for v in values)
        said.update(str(v) for field in _FIELDS for v in inventory.values(field))
        for offer in inventory.offers():
            said.update(size.name for size in offer.sizes)
            said.update((*offer.regions, *offer.images, *(h.name for h in offer.hosts)))
        whole = {s.casefold() for s in said}
        return frozenset(w for s in whole for w in (s, *_SPLIT.split(s)) if len(w) > 1)
