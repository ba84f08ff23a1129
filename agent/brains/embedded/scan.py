"""A sentence becomes items: what each run of words may be, the longest and likeliest first."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from agent.brains.embedded.candidates import Candidates
from agent.brains.embedded.items import Item, Kinds
from agent.brains.embedded.site import Site
from agent.brains.embedded.spelling import Speller
from agent.brains.embedded.spoken import join_letters
from agent.brains.embedded.strangers import join_numbers, kinds_of_unknown
from agent.brains.embedded.text import Token

_FIELDS = {
    "provider": "provider", "cloud": "provider", "region": "region", "zone": "zone", "host": "host",
    "state": "state", "status": "state", "os": "os", "image": "image", "size": "size",
    "group": "group", "name": "names",
}  # fmt: skip
_SIGNS = {
    ",": "comma", ".": "stop", ";": "stop", "!": "stop", "?": "question", ":": "colon",
    "(": "comma", ")": "comma", "..": "stop", "...": "stop", "->": "to", "=": "to", "&": "and",
    "&&": "and", "+": "plus_sign", "-": "dash", "/": "slash", "$": "dollar", "%": "percent",
    "|": "stop", "@": "at", "~": "filler",
}  # fmt: skip
_COMPARISONS = {">": "gt", "<": "lt", ">=": "ge", "<=": "le", "==": "eq"}
_STATES = frozenset(
    {"running", "stopped", "suspended", "paused", "error", "starting", "stopping", "unknown"}
)
_KEY_AND_VALUE = re.compile(r"[a-z][\w.-]*:[^\s:]*[a-z][^\s:]*")


class Scanner:
    """Reads tokens against the lexicon and one site."""

    def __init__(self, site: Site, now: datetime) -> None:
        self.site = site
        self.now = now
        self._speller = Speller(site)

    def scan(self, tokens: list[Token]) -> list[Item]:
        """The items of a sentence, left to right, without overlap."""
        tokens = join_letters(tokens, self.site)
        words = [self._speller.mended(t) for t in tokens]
        sentence = _Sentence(self.site, self.now, tokens, words)
        items: list[Item] = []
        i = 0
        while i < len(tokens):
            item = sentence.item_at(i)
            items.append(item)
            i = item.end
        return join_numbers(items, words, self.site)


class _Sentence:
    """The tokens of one sentence, their mended words, and what they may be."""

    def __init__(self, site: Site, now: datetime, tokens: list[Token], words: list[str]) -> None:
        self._site = site
        self._tokens = tokens
        self._words = words
        self._candidates = Candidates(site, now, tokens, words)

    def item_at(self, i: int) -> Item:
        """The item that begins at `i`."""
        if self._tokens[i].quoted:
            return self._quoted(i)
        if item := self._written(i):
            return item
        found = self._candidates.at(i)
        if not found:
            kinds = kinds_of_unknown(self._words[i], self._tokens[i].text, self._site)
            return self._item(i, i + 1, kinds)
        kinds: Kinds = {}
        longest = [c for c in found if c.end == found[0].end]
        for candidate in longest:
            for kind, value in candidate.kinds.items():
                kinds.setdefault(kind, value)
        return self._item(i, found[0].end, kinds, plural=any(c.plural for c in longest))

    def _written(self, i: int) -> Item | None:
        """What is known by its signs alone: a pair, a substitution, an id, a sign."""
        word, text = self._words[i], self._tokens[i].text
        paired = "=" in word[1:] or (":" in word and _KEY_AND_VALUE.fullmatch(word))
        if paired and (item := self._pair(i)):
            return item
        if word.startswith("s/") and word.count("/") >= 2:
            return self._item(i, i + 1, {"sed": text[2:].rstrip("/").split("/")})
        if word.count("/") >= 2 and not word.startswith("/"):
            return self._item(i, i + 1, {"id": text})
        if re.fullmatch(r"\W+", word):
            return self._sign(i)
        return None

    def _quoted(self, i: int) -> Item:
        word, text = self._tokens[i].low, self._tokens[i].text
        site = self._site
        if word in site.names.exact:
            kinds: Kinds = {"names": list(site.names.exact[word])}
        elif word in site.snapshots:
            kinds = {"snapshot_name": site.snapshots[word]}
        elif tuple(word.split()) in site.values:
            kinds = {"value": site.values[tuple(word.split())]}
        elif re.fullmatch(r"[\w.-]+=[\w.@/+-]+", word):
            return self._pair(i) or self._item(i, i + 1, {"quote": text})
        else:
            kinds = {"quote": text}
        return self._item(i, i + 1, kinds, quoted=True)

    def _pair(self, i: int) -> Item | None:
        """A tag written as key=value, or key:value where the key is one of the site's."""
        text = self._tokens[i].text
        sign = "=" if "=" in text else ":"
        key, _, value = text.partition(sign)
        known = self._site.tag_keys.get(key.casefold())
        value = value.strip("\"'")
        if not value or (sign == ":" and known is None):
            return None
        field = _FIELDS.get(key.casefold())
        if field == "state" and value.casefold() not in _STATES:
            field = None
        if field:
            return self._item(i, i + 1, {"value": [(field, (value,))], "pair": True})
        return self._item(i, i + 1, {"tag": (known or key, value), "known_key": known is not None})

    def _sign(self, i: int) -> Item:
        word = self._words[i]
        if word in _COMPARISONS:
            return self._item(i, i + 1, {"cmp": _COMPARISONS[word]})
        kind = _SIGNS.get(word, "stop" if set(word) <= {".", "!"} else "filler")
        return self._item(i, i + 1, {kind: word})

    def _item(self, i: int, j: int, kinds: Kinds, **more: Any) -> Item:
        text = " ".join(t.text for t in self._tokens[i:j])
        possessive = self._tokens[j - 1].possessive
        return Item(text, i, j, kinds, possessive=possessive, words=tuple(self._words[i:j]), **more)
