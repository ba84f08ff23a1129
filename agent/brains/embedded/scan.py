"""A sentence becomes items: what each run of words may be, the longest and likeliest first."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.brains.embedded.lexicon import DISTRIBUTIONS, TECH, longest, phrases, vocabulary
from agent.brains.embedded.moments import time_at
from agent.brains.embedded.names import Stem, key_of, singular
from agent.brains.embedded.numbers import UNITS, number_at
from agent.brains.embedded.site import Site
from agent.brains.embedded.text import Token


@dataclass(slots=True)
class Item:
    """A run of words and what it may be.

    Attributes:
        kinds: kind → value; several where the words have several meanings.
        start, end: the tokens.
        used: what it was taken for, in words, once it is accounted for.
    """

    text: str
    start: int
    end: int
    kinds: dict[str, Any]
    plural: bool = False
    possessive: bool = False
    quoted: bool = False
    used: str = ""
    words: tuple[str, ...] = field(default_factory=tuple)

    def has(self, *kinds: str) -> bool:
        """Whether it may be one of these."""
        return any(kind in self.kinds for kind in kinds)

    def get(self, kind: str) -> Any:
        """What it stands for as this kind, or None."""
        return self.kinds.get(kind)

    @property
    def action(self) -> str | None:
        """The action of a verb."""
        verb = self.kinds.get("verb")
        return verb[0] if verb else None

    @property
    def form(self) -> str:
        """base, s, past or ing, of a verb."""
        verb = self.kinds.get("verb")
        return verb[1] if verb else ""

    @property
    def is_entity(self) -> bool:
        """Whether it stands for machines or a value of one of their fields."""
        return self.has("names", "glob", "value", "unknown_name", "tag", "stem", "id")


ORDINARY = frozenset(
    """search test print backup data shared app storage monitoring directory cache queue live web build
    platform research finance quality common monitor office training development production work stage
    scm analytics north south east west central us states server small medium large worker desktop
    workers api git erp desktops gateway""".split()  # noqa: SIM905
)
"""Values of tags that are ordinary words too."""

_NAMELIKE = re.compile(r"[a-z]+[a-z0-9]*([-_.][a-z0-9]+)*", re.IGNORECASE)
_SIZELIKE = re.compile(
    r"[a-z]+\d+[a-z]*\.\w+|standard_\w+|[enca]\d[a-z]*-\w+-\w+|\d*xlarge|[234]xl"
)
_REGIONLIKE = re.compile(
    r"(us|eu|ap|sa|ca|me|af|il|mx|cn)-[a-z]+-?[a-z]*-?\d|[a-z]+-(north|south|east|west|central)[a-z]*\d"
)


class Scanner:
    """Reads tokens against the lexicon and one site."""

    def __init__(self, site: Site, now: datetime) -> None:
        self.site = site
        self.now = now
        self.phrases = phrases()
        self.longest = max(longest(), site.longest)

    def scan(self, tokens: list[Token]) -> list[Item]:
        """The items of a sentence, left to right, without overlap."""
        self.tokens = tokens
        self.words = [self._mended(t) for t in tokens]
        items: list[Item] = []
        i = 0
        while i < len(tokens):
            item = self._at(i)
            items.append(item)
            i = item.end
        return self._joined(items)

    def _mended(self, token: Token) -> str:
        """An ordinary word with its spelling mended; any other as it is."""
        word = token.low
        if token.quoted or len(word) < 4 or not word.isalpha() or self._is_known(word):
            return word
        return self._spelling(word) or word

    def _is_known(self, word: str) -> bool:
        site = self.site
        return (
            word in vocabulary()
            or (word,) in site.values
            or word in site.names.exact
            or word in site.names.words
            or singular(word) in site.names.words
            or word in site.tag_keys
            or word in COMMON
            or word in english()
        )

    def _spelling(self, word: str) -> str | None:
        """The one known word that this is a misspelling of; names are not guessed at."""
        cutoff = 1 if len(word) < 8 else 2
        names = process.extractOne(
            word, self.site.names.words, scorer=OSA.distance, score_cutoff=cutoff
        )
        values = [w for (w, *rest) in self.site.values if not rest and w.isalpha()]
        found = process.extract(
            word, _mendable(), scorer=OSA.distance, score_cutoff=cutoff, limit=6
        )
        tags = process.extractOne(word, values, scorer=OSA.distance, score_cutoff=1)
        same_start = [f for f in found if f[0][0] == word[0]] or (
            [] if cutoff == 1 and len(word) < 5 else found
        )
        if names is not None and (not same_start or names[1] <= same_start[0][1]):
            if (
                tags is not None
                and tags[0] == names[0]
                and len(word) > 5
                and tags[0] not in self.site.names.exact
            ):
                return None
            return None
        if same_start:
            best = min(same_start, key=lambda f: (f[1], _rank(f[0]), f[0]))
            if tags is None or tags[1] > best[1]:
                return best[0]
        if tags is not None and len(word) >= 5 and tags[0] not in self.site.names.exact:
            return tags[0]
        return None

    def _item(self, i: int, j: int, kinds: dict[str, Any], **more: Any) -> Item:
        text = " ".join(t.text for t in self.tokens[i:j])
        possessive = any(t.possessive for t in self.tokens[j - 1 : j])
        return Item(text, i, j, kinds, possessive=possessive, words=tuple(self.words[i:j]), **more)

    def _at(self, i: int) -> Item:
        token = self.tokens[i]
        if token.quoted:
            return self._quoted(i)
        word = self.words[i]
        if "=" in word[1:] or (
            ":" in word and re.fullmatch(r"[a-z][\w.-]*:[^\s:]*[a-z][^\s:]*", word)
        ):
            if item := self._pair(i):
                return item
        if word.startswith("s/") and word.count("/") >= 2:
            return self._item(i, i + 1, {"sed": token.text[2:].rstrip("/").split("/")})
        if word.count("/") >= 2 and not word.startswith("/"):
            return self._item(i, i + 1, {"id": token.text})
        if re.fullmatch(r"\W+", word):
            return self._sign(i)
        found: list[tuple[int, int, dict[str, Any], bool]] = []
        self._candidates(i, found)
        if not found:
            return self._unknown(i)
        found.sort(key=lambda f: (f[0], f[1]), reverse=True)
        length = found[0][0]
        kinds: dict[str, Any] = {}
        plural = False
        for end, _, some, many in found:
            if end == length:
                for kind, value in some.items():
                    kinds.setdefault(kind, value)
                plural = plural or many
        return self._item(i, length, kinds, plural=plural)

    def _candidates(self, i: int, found: list[tuple[int, int, dict[str, Any], bool]]) -> None:
        word = self.words[i]
        if match := self.site.names.at(self.words, i):
            names, end = match
            if self._name_fits(i, end, names):
                found.append((end, 9, {"names": list(names)}, False))
        if "*" in word and len(word) > 1:
            found.append((i + 1, 9, {"glob": [word]}, True))
        elif re.search(r"[\[{]", word):
            if names := self._expanded(word):
                found.append((i + 1, 9, {"names": names}, True))
        if timed := self._time(i):
            found.append(timed)
        for end in range(min(len(self.words), i + self.longest), i, -1):
            phrase = tuple(self.words[i:end])
            if phrase == ("us",) and not self._means_america(i):
                continue
            if values := self.site.values.get(phrase):
                many = _is_plural(phrase[-1]) and not any(
                    phrase[-1] == v.casefold() for _, vs in values for v in vs
                )
                found.append((end, 7, {"value": values}, many))
                break
        self._snapshot_or_key(i, found)
        if number := number_at(self.words, i):
            found.append(self._number(i, *number))
        for end in range(min(len(self.words), i + longest()), i, -1):
            if any(t.quoted for t in self.tokens[i + 1 : end]):
                continue
            entries = self.phrases.get(tuple(self.words[i:end]))
            if entries:
                kinds: dict[str, Any] = {}
                for kind, value in entries:
                    kinds.setdefault(kind, value)
                found.append(
                    (end, 5, kinds, kinds.get("noun") == 2 or _is_plural(self.words[end - 1]))
                )
                break
        if not any(f[1] in (7, 9) for f in found) and (
            match := self.site.names.stem_at(self.words, i)
        ):
            stem, end, plural = match
            if self._stem_fits(i, end, stem, plural, found):
                found.append((end, 4, {"stem": stem}, plural))
            elif len(word) > 2:
                found.append((end, 4, {"weak_stem": stem}, plural))

    def _name_fits(self, i: int, end: int, names: list[str]) -> bool:
        """A name spoken over several words must not swallow a list, a figure or an amount."""
        if end - i == 1:
            return True
        tokens = self.tokens[i:end]
        if any(not t.spaced and t.start != tokens[0].start and t.text in ",.;:" for t in tokens):
            return False
        last = self.words[end - 1]
        after = self.words[end] if end < len(self.words) else ""
        digits = last.isdigit() or last in (
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "eight",
            "ten",
        )
        if digits and after in UNITS and after not in ("c", "g", "m", "d", "h", "t"):
            return False
        if digits and after in ("more", "of", "new", "newest", "oldest", "times", "biggest", "machines", "vms", "servers",
                                "boxes", "snapshots", "days"):  # fmt: skip
            return False
        return True

    def _means_america(self, i: int) -> bool:
        before = self.words[i - 1] if i else ""
        after = self.words[i + 1] if i + 1 < len(self.words) else ""
        return self.tokens[i].text.isupper() or (
            before in ("in", "the", "across", "from", "all") and after not in ("to",)
        )

    def _stem_fits(
        self,
        i: int,
        end: int,
        stem: Stem,
        plural: bool,
        found: list[tuple[int, int, dict[str, Any], bool]],
    ) -> bool:
        if end - i == 1 and any(f[0] >= end and f[1] >= 5 for f in found):
            word = self.words[i]
            return word not in vocabulary()
        return not (end - i == 1 and len(self.words[i]) < 2)

    def _time(self, i: int) -> tuple[int, int, dict[str, Any], bool] | None:
        found = time_at(self.words, i, self.now)
        if found is None:
            return None
        time, end = found
        while end > i + 1 and self.words[end - 1] in ("and", ",", "at", "on", "the"):
            end -= 1
        return end, 8, {"time": time}, False

    def _snapshot_or_key(self, i: int, found: list[tuple[int, int, dict[str, Any], bool]]) -> None:
        word = self.words[i]
        if word in self.site.snapshots:
            found.append((i + 1, 9, {"snapshot_name": self.site.snapshots[word]}, False))
        for end in (i + 2, i + 1):
            key = self.site.tag_keys.get(" ".join(self.words[i:end]))
            if key and end <= len(self.words):
                found.append((end, 3, {"key": key}, False))
                return

    def _number(self, i: int, value: float, end: int) -> tuple[int, int, dict[str, Any], bool]:
        words = self.words
        lead = 1 if end < len(words) and words[end] in ("+",) else 0
        j = end + lead
        kinds: dict[str, Any] = {"number": value}
        if lead:
            kinds["plus"] = True
        if j < len(words) and words[j] in ("-", "virtual"):
            j += 1
        if j + 1 < len(words) and words[j] in ("more", "extra", "additional") and words[j + 1] in UNITS:
            kinds["more"] = words[j]
            j += 1
        ranked = (
            i > 0
            and words[i - 1] in ("top", "bottom", "first", "worst", "best")
            and words[j : j + 1] in (["cpu"], ["cpus"], ["processor"])
        )
        if (
            j < len(words)
            and words[j] in UNITS
            and not ranked
            and not (words[j] in ("m",) and value != int(value))
        ):
            unit, scale = UNITS[words[j]]
            kinds["amount"] = (value * scale, unit)
            kinds["unit_word"] = words[j]
            if j + 1 < len(words) and words[j + 1] == "+":
                kinds["plus"] = True
                return j + 2, 6, kinds, True
            return j + 1, 6, kinds, value != 1
        if lead == 0 and end < len(words) and words[end] in ("or", "and") and False:
            return end, 6, kinds, False
        return end, 6, kinds, value != 1

    def _quoted(self, i: int) -> Item:
        word = self.tokens[i].low
        site = self.site
        if word in site.names.exact:
            kinds: dict[str, Any] = {"names": list(site.names.exact[word])}
        elif word in site.snapshots:
            kinds = {"snapshot_name": site.snapshots[word]}
        elif tuple(word.split()) in site.values:
            kinds = {"value": site.values[tuple(word.split())]}
        elif re.fullmatch(r"[\w.-]+=[\w.@/+-]+", word):
            return self._pair(i) or self._item(i, i + 1, {"quote": self.tokens[i].text})
        else:
            kinds = {"quote": self.tokens[i].text}
        return self._item(i, i + 1, kinds, quoted=True)

    def _pair(self, i: int) -> Item | None:
        """A tag written as key=value, or key:value where the key is one of the site's."""
        text = self.tokens[i].text
        sign = "=" if "=" in text else ":"
        key, _, value = text.partition(sign)
        known = self.site.tag_keys.get(key.casefold())
        if sign == ":" and known is None:
            if key.casefold() in _FIELDS:
                return None
            return None
        value = value.strip("\"'")
        if not value:
            return None
        if key.casefold() in _FIELDS:
            return self._field_pair(i, _FIELDS[key.casefold()], value)
        return self._item(i, i + 1, {"tag": (known or key, value), "known_key": known is not None})

    def _field_pair(self, i: int, name: str, value: str) -> Item | None:
        return self._item(i, i + 1, {"value": [(name, (value,))], "pair": True})

    def _sign(self, i: int) -> Item:
        word = self.words[i]
        signs = {
            ",": "comma", ".": "stop", ";": "stop", "!": "stop", "?": "question", ":": "colon",
            "(": "comma", ")": "comma", "..": "stop", "...": "stop", "->": "to", "=": "to", "&": "and",
            "&&": "and", "+": "plus_sign", "-": "dash", "/": "slash", ">": "cmp", "<": "cmp", ">=": "cmp",
            "<=": "cmp", "==": "cmp", "$": "dollar", "%": "percent", "|": "stop", "@": "at", "~": "filler",
        }  # fmt: skip
        kind = signs.get(word, "stop" if set(word) <= {".", "!"} else "filler")
        if kind == "cmp":
            value: Any = {">": "gt", "<": "lt", ">=": "ge", "<=": "le", "==": "eq"}[word]
        else:
            value = word
        return self._item(i, i + 1, {kind: value})

    def _expanded(self, word: str) -> list[str]:
        """Names by a range or a list in brackets: web-0[1-3], api-eu-{1,2}."""
        match = re.fullmatch(r"([\w.-]*)[\[{]([\w,.-]+)[\]}]([\w.-]*)", word)
        if not match:
            return []
        before, inside, after = match.groups()
        parts: list[str] = []
        for part in inside.split(","):
            span = re.fullmatch(r"(\d+)(?:-|\.\.)(\d+)", part)
            if span and int(span[2]) - int(span[1]) < 1000:
                width = len(span[1])
                parts.extend(str(n).zfill(width) for n in range(int(span[1]), int(span[2]) + 1))
            else:
                parts.append(part)
        return [f"{before}{part}{after}" for part in parts]

    def _unknown(self, i: int) -> Item:
        """A word that nothing knows: perhaps a name that no machine bears."""
        word, text = self.words[i], self.tokens[i].text
        site = self.site
        if _REGIONLIKE.fullmatch(word):
            return self._item(i, i + 1, {"unknown_value": ("region", text)})
        if _SIZELIKE.fullmatch(word):
            return self._item(i, i + 1, {"unknown_value": ("size", text)})
        stem = re.sub(r"[-_.]?\d+.*$", "", word)
        if stem in site.host_stems and stem != word:
            return self._item(i, i + 1, {"unknown_value": ("host", text), "unknown_name": text})
        if word.split("-")[0] in DISTRIBUTIONS and re.search(r"\d", word):
            return self._item(i, i + 1, {"unknown_value": ("image", text)})
        if self._looks_like_name(word):
            return self._item(i, i + 1, {"unknown_name": text})
        end = self._spoken_unknown(i)
        if end > i:
            return self._item(
                i, end, {"unknown_name": " ".join(t.text for t in self.tokens[i:end])}
            )
        if word in _TECH or word in COMMON or (word.isalpha() and word in english()):
            return self._item(i, i + 1, {"tech" if word in _TECH else "plain": word})
        return self._item(i, i + 1, {"word": text})

    def _looks_like_name(self, word: str) -> bool:
        if not _NAMELIKE.fullmatch(word):
            return False
        if re.search(r"\d", word) and re.search(r"[a-z]", word) and len(word) > 2:
            return not re.fullmatch(r"v?\d+[a-z]{0,2}|[a-z]\d|\d+.*", word)
        if "-" in word or "_" in word:
            parts = re.split(r"[-_.]", word)
            return any(p in self.site.names.words for p in parts) or not all(
                p in vocabulary() or p in COMMON for p in parts
            )
        close = self.site.names.closest(word, 1, 80)
        return len(word) > 4 and bool(close) and word not in COMMON and word not in english()

    def _spoken_unknown(self, i: int) -> int:
        return i

    def _joined(self, items: list[Item]) -> list[Item]:
        """A stem with a number that no machine has is a name that does not exist: "web 9"."""
        made: list[Item] = []
        for item in items:
            last = made[-1] if made else None
            if (
                last is not None
                and item.has("number")
                and not item.has("amount")
                and last.end == item.start
                and self._is_stem(last)
                and not self._followed_by_noun(item)
                and not last.has("verb", "noun")
            ):
                names = self._numbered(last, item)
                text = f"{last.text} {item.text}"
                kinds: dict[str, Any] = {"names": names} if names else {"unknown_name": text}
                if names or not self._counts(last, item):
                    made[-1] = Item(
                        text, last.start, item.end, kinds, words=(*last.words, *item.words)
                    )
                    continue
            made.append(item)
        return made

    def _is_stem(self, item: Item) -> bool:
        key = tuple(p for w in item.words for p in key_of(w))
        if not key or not item.has("stem", "value", "names", "word"):
            return False
        bare = (*key[:-1], singular(key[-1]))
        stems = self.site.names.stems
        found = stems.get(key) or stems.get(bare)
        return bool(found) and any(
            key_of(n)[-1].isdigit() and key_of(n)[:-1] in (key, bare) for n in found or ()
        )

    def _numbered(self, stem: Item, number: Item) -> list[str]:
        key = tuple(p for w in stem.words for p in key_of(w))
        bare = (*key[:-1], singular(key[-1]))
        digits = str(int(number.get("number")))
        keys = self.site.names.keys
        return list(keys.get((*key, digits)) or keys.get((*bare, digits)) or [])

    def _counts(self, stem: Item, number: Item) -> bool:
        """Whether the figure after a plural counts rather than names: "scale workers 6"."""
        return stem.plural or number.get("number") != int(number.get("number"))

    def _followed_by_noun(self, item: Item) -> bool:
        after = self.words[item.end] if item.end < len(self.words) else ""
        return after in ("more", "times", "biggest", "newest", "oldest", "machines", "servers", "boxes", "vms", "%",
                         "to", "o'clock", "am", "pm", ":", "instances", "nodes")  # fmt: skip


_FIELDS = {
    "provider": "provider", "cloud": "provider", "region": "region", "zone": "zone", "host": "host",
    "state": "state", "status": "state", "os": "os", "image": "image", "size": "size", "group": "group",
    "name": "names",
}  # fmt: skip

_TECH = frozenset(TECH)


@cache
def english() -> frozenset[str]:
    """Everyday English, from pyspellchecker's word frequencies: such a word is not misspelt."""
    packed = resources.files("spellchecker").joinpath("resources/en.json.gz").read_bytes()
    text = gzip.decompress(packed).decode()
    return frozenset(re.findall(r'"([a-z]+)": ?(?:\d{4,}|[3-9]\d\d)\b', text))  # counts from 300


COMMON = frozenset(
    """a about above after again age ago air alarm alert answer apple area army art aunt baby bad ball band bank
    bar beach beer best better big bigger biggest bird birthday black blue board boat body book bottle bottom brand
    bread break breakfast breaks brother brown bus business busy butter button buy cake calendar camera car card care
    cat chair chance change check cheese chicken child children church city class clean clear click client clothes
    coffee cold college color come company computer concert cook corner country couple course cousin cup customer
    dad dance danger dangerous dark date daughter deal deep demo deploy desk dev difference different difficult dinner
    dish doctor document dog dollar door dress drink drive dry during ear early earth easy eat egg email empty energy
    engine enough euro evening event example exam exit expensive eye face fact family fan far farm fast father faster
    feature field fight file film fine finger fire fish flat flight floor flower fly food foot football forest form free
    fresh friday friend front fruit fun funny future game garden gas gate girl glass gold goal golf green ground group
    growing grumble guest guitar guy hair half hall hand happy hard hat head health heart heat heavy high higher hill
    history holiday home hope horse hospital hot hotel house husband ice idea island jam jacket job joke juice jump
    june keep key kid kind king kitchen lady lake land language large late lately latest laugh law lead leaf learn
    left leg lesson letter level library life light line lion little live load local london long look loss lot loud low lower
    luck lunch magazine main man map march mark market match matter maths meal mean meat medicine meeting
    message metal middle milk mind minute mistake mobile moment money month moon morning mother mountain mouth movie
    music name near neck need nephew new news newspaper next nice niece night noise noon nose note number nurse
    ocean office oil old older oldest open opera option orange order outside page pain paint pair paper parent park party
    past patient peace pen pencil people pepper person phone photo piano picture piece pig pink pizza place plan plane
    plant plate player plenty poem point police pool poor port post potato pound power present president press price
    prize problem program project public purple quarter queen question quick quiet radio rain reason recipe red
    release report rest restaurant result rice rich ride right ring river road rock room round rule run sad safe
    sail salad salt sand saturday sauce save school science sea season second secret seed shape share sheep shelf
    ship shirt shoe shop short show shower sick side sign silver simple sister size skin sky sleep small smart smell
    smile snow soap soccer sock soft son song soon sound soup south space spoon sport spring square stairs stamp
    star station steak stone stop store storm story street strong student sugar suit summer sun sunday sure
    sweet swim table talk tall tax taxi tea teacher team tennis test theater thing thirsty ticket tie tiger time tired
    toilet tomato tool tooth top town toy train training travel tree trip trouble truck true trust turn type ugly umbrella
    uncle university vegetable video view village visit voice wait waiter walk wall war warm watch water wave weather
    wedding weekend weight west wet wheel white wife wind window wine winter wolf woman wood word work world
    worry write wrong yard year yellow young zoo traffic surge sprint auditors audit auditor maintenance window
    incident deployment campaign release upgrade demo newbie intern contractor weekend holiday holidays
    because cause handle handles handling during before load testing cleanup experiment experiments project projects
    leaving left quit finished retired moved anymore gone""".split()  # noqa: SIM905
)
"""Everyday English: such a word is not a misspelling of one of ours, nor a name."""


def _mendable() -> list[str]:
    return [w for w in vocabulary() if len(w) > 3 and w.isalpha()]


def _rank(word: str) -> int:
    """Verbs of ours before other words, when both are as close."""
    entries = phrases().get((word,), ())
    return 0 if any(kind == "verb" for kind, _ in entries) else 1


def _is_plural(word: str) -> bool:
    return len(word) > 3 and singular(word) != word
