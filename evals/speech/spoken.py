"""What people wrote to NovaCron as they would say it, about machines that nobody has.

The sentences that `benchmarks/voice.py` says are left out (`evals.speech.typed`). Names, numbers
and owners of the fleets, times and sizes are put by others, so that nothing can be learnt but the
form.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from agent.brains.embedded.lexicon import everyday_words, vocabulary
from agent.brains.embedded.spelling import english
from evals.speech.figures import counted, digit_by_digit, read_aloud
from evals.speech.made_up import PEOPLE, Name, machine, number, size, time_of_day
from evals.speech.typed import unheard

_ALIKE = 0.5
"""So often the second machine of a sentence is called like the first, with another number."""
_MOST_WORDS = 20
_TIMED, _SIZED = 0.2, 0.06
_OF_SIZES = (
    "resize {name} to {size}", "make {name} a {size}", "change {name} to {size} please",
    "move {name} from {size} to something smaller", "which machines are {size}",
    "what does a {size} cost", "is {name} a {size}", "create two {size} machines",
)  # fmt: skip
_NO_NAMES = frozenset(("monitoring", "backup", "search", "bastion", "worker", "analytics"))
"""Names of the fleets that are also plain words."""
_CHAT = {"pls": "please", "plz": "please", "thx": "thanks", "vms": "machines", "vm": "v m",
         "gbs": "gigs", "gigabyte": "gig", "ok": "okay", "cpus": "cores", "vcpus": "cores",
         "vcpu": "core", "ips": "i p addresses", "tbs": "terabytes", "prod": "prod", "vs": "versus",
         "ram": "ram", "sql": "sequel"}  # fmt: skip
_SPELLED = frozenset((
    "api", "aws", "ci", "cpu", "crm", "db", "dc", "dns", "dr", "erp", "esx", "eu", "gcp", "gpu",
    "hr", "id", "io", "ip", "ipv", "iops", "kvm", "lb", "ml", "nfs", "os", "pc", "qa", "rdp",
    "sla", "ssd", "ssh", "ssl", "tls", "ui", "uk", "uri", "url", "vdi", "vpc", "vpn",
))  # fmt: skip
_UNITS = {"gb": "gigs", "gib": "gigs", "g": "gigs", "tb": "terabytes", "mb": "megabytes",
          "h": "hours", "hrs": "hours", "min": "minutes", "mins": "minutes", "am": "a m",
          "pm": "p m", "k": "thousand", "x": "x", "th": ""}  # fmt: skip
_ORDINALS = {"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth", "5th": "fifth",
             "6th": "sixth", "10th": "tenth", "12th": "twelfth", "15th": "fifteenth"}  # fmt: skip
_UNSAID = re.compile(r"[{}*<>|`#@\\~^\[\]+]|https?:|\d+\.\d+\.\d+|\w/\w|\w==|_\w+_\w+_")
_CLOCK = re.compile(
    r"\b\d{1,2}:\d\d(?: ?[ap]\.?m\b\.?)?|\b\d{1,2} ?[ap]\.?m\b\.?"
    r"|(?<=\bat )\d{1,2}\b(?! ?%|\d|\.\d)",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"\b[a-z]\d[a-z]{0,2}\.\d*x?[a-z]+|\b[end][12]-[a-z]+-\d+|Standard_\w+", re.IGNORECASE
)
_WORD = re.compile(r"[a-z]+'[a-z]+|[a-z]+|\d+(?:st|nd|rd|th)|\d+|\.(?=\w)|=|%|[$€£](?=\d)|&", re.I)


@dataclass(frozen=True)
class Sentence:
    """A command as it is said.

    Attributes:
        words: in small letters, single letters and figures as words.
        stems: of the machines in it, as a list of names shows them.
        names: of the machines in it, as they are said.
    """

    words: str
    stems: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass
class _Cast:
    """Who stands in for whom in one sentence."""

    chance: random.Random
    names: dict[str, str] = field(default_factory=dict[str, str])
    last: Name | None = None
    stems: list[str] = field(default_factory=list[str])

    def instead_of(self, written: str) -> str:
        """Another machine's name as it is said; the same for the same."""
        key = "".join(filter(str.isalnum, written.casefold()))
        if key not in self.names:
            again = self.last is not None and self.last.numbered
            alike = again and self.chance.random() < _ALIKE
            name = self.last if alike and self.last else machine(self.chance)
            figure = f" {number(self.chance)}" if name.numbered else ""
            self.last = name
            self.stems.append(name.stem)
            self.names[key] = name.said + figure
        return self.names[key]


def sentences(seed: int) -> Iterator[Sentence]:
    """Commands without end, in another order each time round, with other names."""
    chance = random.Random(seed)
    typed = list(unheard())
    while True:
        chance.shuffle(typed)
        for say, fleet in typed:
            made = spoken(say, fleet, chance)
            if made is not None:
                yield _with_more(made, chance)


def _with_more(sentence: Sentence, chance: random.Random) -> Sentence:
    """Now and then a command gets a time, which few have, or another is told of a size."""
    words = sentence.words.split()
    if sentence.stems and chance.random() < _TIMED and len(words) < 14 and "at" not in words:
        return replace(sentence, words=f"{sentence.words} {_when(chance)}")
    if chance.random() < _SIZED:
        name = machine(chance)
        said = f"{name.said} {number(chance)}" if name.numbered else name.said
        made = chance.choice(_OF_SIZES).format(name=said, size=size(chance))
        return Sentence(made, (name.stem,) if said in made else ())
    return sentence


def _when(chance: random.Random) -> str:
    day = chance.choice(("", "", "tonight ", "tomorrow ", "tomorrow ", "on friday ", "every day "))
    part = chance.choice(("", "", "", " in the morning", " in the evening"))
    return f"{day}at {time_of_day(chance)}{part}"


def spoken(say: str, fleet: Path, chance: random.Random) -> Sentence | None:
    """A sentence as somebody may say it, with other names; None where nobody would."""
    if _UNSAID.search(say) is not None:
        return None
    cast = _Cast(chance)
    text = say.replace("’", "'")
    words: list[str] = []
    at = 0
    for found in _names_of(fleet).finditer(text):
        if found[0].casefold() in _NO_NAMES:
            continue
        before = _said(text[at : found.start()], chance, fleet)
        if before is None:
            return None
        words += [*before, cast.instead_of(found[0])]
        at = found.end()
    after = _said(text[at:], chance, fleet)
    if after is None:
        return None
    made = " ".join((*words, *after)).replace(" 's", "'s")
    if not 2 <= len(made.split()) <= _MOST_WORDS:
        return None
    return Sentence(made, tuple(cast.stems), tuple(cast.names.values()))


def _said(text: str, chance: random.Random, fleet: Path) -> list[str] | None:
    """Words that are no name as they are said; None where one of them is of no language."""
    owners = _owners(fleet)
    text = re.sub(r"\bus-(?=[a-z])", "US ", text)
    text = _CLOCK.sub(lambda _: f" {time_of_day(chance)} ", text)
    text = _SIZE.sub(lambda _: f" {size(chance)} ", text)
    found = [match[0] for match in _WORD.finditer(text)]
    made: list[str] = []
    for i, word in enumerate(found):
        low = word.casefold()
        if low in owners:
            made.append(chance.choice(PEOPLE))
            continue
        said = _word(word, found[i - 1].casefold() if i else "", chance)
        if said is None:
            return None
        made += said.split()
    return made


def _word(word: str, before: str, chance: random.Random) -> str | None:
    """One word as it is said after another."""
    low = word.casefold()
    marks = {".": "dot", "=": "equals", "%": "percent", "&": "and", "$": "", "€": "", "£": ""}
    if low in marks:
        return marks[low]
    if low in _ORDINALS:
        return _ORDINALS[low]
    if low.isdigit():
        if len(low) == 3 and chance.random() < 0.3:
            return digit_by_digit(low)
        return read_aloud(low)
    if before.isdigit() and low in _UNITS:
        return _UNITS[low]
    if low in _CHAT:
        return _CHAT[low]
    capitals = word.isupper() and 1 < len(word) < 5 and low not in english()
    if low in _SPELLED or capitals or word == "US":
        return " ".join(low)
    return low if _is_word(low) else None


@cache
def _is_word(low: str) -> bool:
    if len(low) == 1 or low == "o'clock":
        return True
    known = low.replace("'", "")
    stem = low.partition("'")[0]
    return any(w in english() | everyday_words() | vocabulary() for w in (low, known, stem)) and (
        len(low) > 2 or low in english()
    )


@cache
def _fleet(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return json.loads((folder / "fleet.json").read_text("utf-8"))


@cache
def _owners(folder: Path) -> frozenset[str]:
    return frozenset(str(vm["tags"].get("owner", "")) for vm in _fleet(folder)["vms"])


@cache
def _names_of(folder: Path) -> re.Pattern[str]:
    fleet = _fleet(folder)
    names = {row["name"].partition(".")[0] for kind in ("vms", "groups", "hosts")
             for row in fleet[kind]}  # fmt: skip
    each = [_spellings(name) for name in sorted(names, key=len, reverse=True)]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(each)})(?![\w-])", re.IGNORECASE)


def _spellings(name: str) -> str:
    """A pattern for a name as people write and spell it."""
    pieces: Sequence[str] = re.findall(r"[a-z]+|\d+", name.casefold())
    return r"[\s._-]*".join(map(_spelling, pieces))


def _spelling(piece: str) -> str:
    if not piece.isdigit():
        return rf"(?:{piece}|{' '.join(piece)})" if len(piece) < 5 else piece
    value = int(piece)
    ways = {counted(value), digit_by_digit(str(value))}
    if value < 10:
        ways |= {f"oh {counted(value)}", f"zero {counted(value)}"}
    return rf"(?:0*{value}|{'|'.join(sorted(ways, key=len, reverse=True))})"
