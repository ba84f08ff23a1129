"""Times of another zone: "tonight 10pm PST", "tomorrow at 6 am IST", "9:00 London time".

An abbreviation stands for the zone in which most of those who write it live; daylight saving is the
zone's own. Source of the names: the IANA time zone database.
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

_ZONES = {
    "utc gmt zulu": "UTC",
    "pst pdt pt pacific california seattle": "America/Los_Angeles",
    "mst mdt mountain": "America/Denver",
    "cst cdt central": "America/Chicago",
    "est edt et eastern": "America/New_York",
    "bst london uk british": "Europe/London",
    "cet cest paris berlin german french": "Europe/Paris",
    "eet eest kyiv helsinki": "Europe/Helsinki",
    "ist india indian": "Asia/Kolkata",
    "sgt singapore": "Asia/Singapore",
    "jst tokyo japan": "Asia/Tokyo",
    "aest aedt sydney": "Australia/Sydney",
    "nzst nzdt": "Pacific/Auckland",
}
_NAMED = {word: zone for words, zone in _ZONES.items() for word in words.split()}
_SHORT = {w for words in _ZONES for w in words.split() if w.endswith("t") or w in ("utc", "zulu")}
_PLACES = "|".join(sorted(set(_NAMED) - _SHORT))
_SAID = re.compile(
    rf"(?P<clock>\d{{1,2}}(?::\d\d)?(?:\s?[ap]\.?m\.?)?|noon|midnight|o'clock)"
    rf"\s*\(?(?:(?P<short>{'|'.join(sorted(_SHORT))})\b|(?P<place>{_PLACES}) time\b)\)?",
    re.IGNORECASE,
)


def in_zone_said(text: str, now: datetime) -> tuple[str, datetime]:
    """The sentence without the zone that its clock is of, and the present moment in that zone."""
    found = _SAID.search(text)
    if found is None:
        return text, now
    zone = ZoneInfo(_NAMED[(found["short"] or found["place"]).casefold()])
    return text[: found.end("clock")] + text[found.end() :], now.astimezone(zone)
