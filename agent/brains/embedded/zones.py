"""Times of another zone: "tonight 10pm PST", "tomorrow at 6 am IST", "9:00 Lagos time".

An abbreviation stands for the zone in which most of those who write it live; daylight saving is
the zone's own. A place stands for its zone in the IANA time zone database. What looks like a zone
and is none of these is asked about: a plan in the wrong zone acts hours away from what was meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from agent.brains.embedded.spelling import english

_ZONES = {
    "UTC": "utc gmt zulu wet",
    "America/Los_Angeles": "pst pdt pt,pacific,california,san francisco,seattle,west coast",
    "America/Denver": "mst mdt,mountain",
    "America/Chicago": "cst cdt,central,texas,dallas,houston,austin",
    "America/New_York": "est edt et,eastern,boston,washington,atlanta,miami,east coast",
    "America/Anchorage": "akst akdt,alaska",
    "America/Halifax": "adt,atlantic",
    "America/St_Johns": "nst ndt",
    "America/Sao_Paulo": "brt,brasilia,brazil,brazilian,rio",
    "Pacific/Honolulu": "hst,hawaii",
    "Europe/London": "bst,uk,british,england,scottish,manchester,edinburgh",
    "Europe/Dublin": "irish,ireland",
    "Europe/Lisbon": "portuguese,portugal,porto",
    "Europe/Paris": "cet cest,french,france,lyon",
    "Europe/Berlin": "german,germany,frankfurt,munich,hamburg,cologne",
    "Europe/Madrid": "spanish,spain,barcelona",
    "Europe/Rome": "italian,italy,milan",
    "Europe/Amsterdam": "dutch",
    "Europe/Zurich": "swiss,geneva",
    "Europe/Warsaw": "polish,poland,krakow",
    "Europe/Kyiv": "eet eest,ukrainian,lviv",
    "Europe/Moscow": "msk",
    "Europe/Istanbul": "trt,turkish",
    "Asia/Jerusalem": "israel,israeli,tel aviv",
    "Africa/Lagos": "wat,nigerian,nigeria,abuja",
    "Africa/Harare": "cat",
    "Africa/Johannesburg": "sast,south african,cape town,durban,pretoria",
    "Africa/Nairobi": "eat,kenyan,kenya",
    "Asia/Karachi": "pkt",
    "Asia/Kolkata": "ist,india,indian,mumbai,bangalore,bengaluru,delhi,hyderabad,chennai,pune",
    "Asia/Bangkok": "ict,thai",
    "Asia/Jakarta": "wib",
    "Asia/Singapore": "sgt",
    "Asia/Hong_Kong": "hkt",
    "Asia/Shanghai": "china,chinese,beijing",
    "Asia/Manila": "pht,philippine",
    "Asia/Tokyo": "jst,japan,japanese,osaka",
    "Asia/Seoul": "kst,korea,korean",
    "Australia/Perth": "awst",
    "Australia/Adelaide": "acst acdt",
    "Australia/Sydney": "aest aedt",
    "Pacific/Auckland": "nzst nzdt,new zealand",
}
"""Abbreviations, then places and peoples, by the zone that they stand for."""
_ALSO_WORDS = ("cat", "eat", "et", "ict", "wat", "wet")
"""Zones only in capitals: "at 10pm eat something"."""
_NAMED = {word: zone for zone, names in _ZONES.items() for word in names.split(",")}
_ABBREVIATED = {
    word: zone
    for zone, names in _ZONES.items()
    for word in names.split(",")[0].split()
    if word.endswith("t") or word in ("utc", "zulu", "msk", "wib")
}
_SHORT = _ABBREVIATED | {
    word: _NAMED[word] for word in ("pacific", "eastern", "mountain", "central")
}
"""What stands for a zone without the word "time"."""
_PLAIN = "|".join(sorted(set(_SHORT).difference(_ALSO_WORDS)))
_OFFSET = r"(?:utc|gmt)\s?(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?"
_SAID = re.compile(
    r"(?P<clock>\b\d{1,2}(?::\d\d)?(?:\s?[ap]\.?m\.?)?|noon|midnight|o'clock),?\s*\(?(?:"
    rf"(?P<short>{_PLAIN})\b(?!\s?[+-]\s?\d)|(?-i:(?P<strange>[A-Z]{{2,4}}T))\b"
    rf"|(?:(?P<place>[^\W\d_]+(?:[ -][^\W\d_]+)?) time\b\s*\(?)?(?:{_OFFSET})?)\)?",
    re.IGNORECASE,
)
_OWN = {"local", "our", "my", "your", "system", "server"}


@dataclass(frozen=True, slots=True)
class Zoned:
    """A sentence without the zone of its clock.

    Attributes:
        now: the present moment in the zone that was said, else as it was given.
        said: the zone, as it was said; empty where none was.
        is_known: whether it is known which zone that is.
    """

    text: str
    now: datetime
    said: str = ""
    is_known: bool = True


def in_zone_said(text: str, now: datetime) -> Zoned:
    """The sentence without the zone that its clock is of, and the present moment in that zone."""
    for found in _SAID.finditer(text):
        word = found["short"] or found["strange"] or found["place"] or ""
        if not word and not found["sign"]:
            continue
        said = text[found.end("clock") : found.end()].strip(" (),")
        again = re.compile(rf"(?<=[\dm])\s*\(?\b{re.escape(said)}\b\)?", re.IGNORECASE)
        rest = f"{text[: found.end('clock')]} {again.sub('', text[found.end() :])}"
        if found["sign"]:
            zone = _offset(found["sign"], int(found["hours"]), int(found["minutes"] or 0))
        elif word.casefold() in _OWN:
            return Zoned(rest, now)
        else:
            zone = _zone(word.casefold())
            if zone is None and (word[0].islower() or word.casefold() in english()):
                continue  # "at 10 next time", "at 10 NOT web-02"
        return Zoned(rest, now.astimezone(zone) if zone else now, said, is_known=zone is not None)
    return Zoned(text, now)


def in_own_zone(cron: str, said: tzinfo | None, own: tzinfo, now: datetime) -> str | None:
    """A regular time of another zone as one of the person's own: 23:00 in Tokyo is 14:00 UTC.

    None where the two are not always as far apart, or the day of a month would be another.
    """
    if said is None:
        return None
    months = [now + timedelta(days=30 * n) for n in range(13)]
    apart = {_ahead(own, one) - _ahead(said, one) for one in months}
    minute, hour, day, month, weekdays = cron.split()
    if len(apart) > 1 or not (minute.isdigit() and hour.isdigit()):
        return None
    days, minutes = divmod(
        int(hour) * 60 + int(minute) + int(apart.pop().total_seconds() // 60), 1440
    )
    if days and (day, month) != ("*", "*"):
        return None
    shifted = _shifted(weekdays, days)
    return f"{minutes % 60} {minutes // 60} {day} {month} {shifted}" if shifted else None


def _ahead(zone: tzinfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _shifted(weekdays: str, days: int) -> str | None:
    """Days of the week so many days later; a range stays one where it does not pass Sunday."""
    if not days or weekdays == "*":
        return weekdays
    shifted: list[str] = []
    for part in weekdays.split(","):
        ends = part.split("-")
        if not all(end.isdigit() for end in ends):
            return None
        moved = [(int(end) + days) % 7 for end in ends]
        if moved != sorted(moved):
            return None
        shifted.append("-".join(map(str, moved)))
    return ",".join(shifted)


def _offset(sign: str, hours: int, minutes: int) -> tzinfo | None:
    if hours > 14 or minutes > 59:
        return None
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(ahead if sign == "+" else -ahead)


def _zone(word: str) -> tzinfo | None:
    name = _NAMED.get(word) or _SHORT.get(word) or _places().get(word)
    return ZoneInfo(name) if name else None


@cache
def _places() -> dict[str, str]:
    """The zone of each place that the time zone database is named after, as people write it."""
    regions = ("Africa", "America", "Asia", "Australia", "Europe", "Pacific")
    return {
        name.rpartition("/")[2].replace("_", " ").casefold(): name
        for name in sorted(available_timezones())
        if name.split("/")[0] in regions
    }
