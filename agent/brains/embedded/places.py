"""Regions as people say them: parts of their names, and the cities and countries they stand in."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

_SIDES = {
    "east": "east", "eastern": "east", "west": "west", "western": "west", "north": "north",
    "northern": "north", "south": "south", "southern": "south", "central": "central",
}  # fmt: skip
_AREAS: dict[str, tuple[str, ...]] = {
    "us": ("us", "usa", "u.s.", "america", "the us", "the states", "united states", "american",
           "the usa", "u.s", "north america", "states", "stateside"),
    "eu": ("eu", "europe", "european", "europa"),
    "asia": ("asia", "apac", "asian", "asia pacific"),
    "uk": ("uk", "britain", "united kingdom", "england", "british"),
    "australia": ("australia", "australian"),
    "canada": ("canada", "canadian"),
    "brazil": ("brazil", "brazilian"),
    "india": ("india", "indian"),
    "japan": ("japan", "japanese"),
}  # fmt: skip
_PARTS: dict[str, tuple[str, ...]] = {
    "eu": ("eu", "europe"),
    "asia": ("asia", "ap"),
    "canada": ("ca", "canada"),
}
_CITIES: dict[str, tuple[str, ...]] = {
    "virginia": ("us-east-1", "eastus"), "ohio": ("us-east-2",),
    "oregon": ("us-west-2", "us-west1"), "california": ("us-west-1", "westus"),
    "ireland": ("eu-west-1", "northeurope"), "dublin": ("eu-west-1", "northeurope", "dub"),
    "iowa": ("us-central1", "centralus"), "belgium": ("europe-west1",),
    "netherlands": ("westeurope", "europe-west4"),
    "the netherlands": ("westeurope", "europe-west4"), "holland": ("westeurope", "europe-west4"),
    "amsterdam": ("westeurope", "europe-west4", "ams"),
    "london": ("eu-west-2", "uksouth", "lon", "lhr"),
    "paris": ("eu-west-3", "francecentral", "par", "cdg"),
    "stockholm": ("eu-north-1", "sto", "arn"),
    "frankfurt": ("eu-central-1", "germanywestcentral", "fra", "ffm"),
    "tokyo": ("ap-northeast-1", "tyo", "nrt"),
    "germany": ("eu-central-1", "germanywestcentral", "fra", "ffm", "ber", "muc"),
    "singapore": ("ap-southeast-1", "southeastasia", "sin", "sgp"),
    "sydney": ("ap-southeast-2", "syd"), "mumbai": ("ap-south-1", "bom"),
    "sao paulo": ("sa-east-1", "gru"), "berlin": ("ber",), "munich": ("muc",), "hamburg": ("ham",),
    "zurich": ("zrh", "switzerlandnorth", "europe-west6"), "vienna": ("vie",), "madrid": ("mad",),
    "milan": ("mil", "mxp", "eu-south-1"), "oslo": ("osl", "norwayeast"), "copenhagen": ("cph",),
    "helsinki": ("hel", "europe-north1"), "warsaw": ("waw", "polandcentral"), "prague": ("prg",),
    "lisbon": ("lis",), "brussels": ("bru",), "rome": ("rom", "fco"),
    "new york": ("nyc", "jfk", "ewr"), "chicago": ("chi", "ord"), "dallas": ("dfw", "dal"),
    "seattle": ("sea",), "boston": ("bos",), "atlanta": ("atl",), "miami": ("mia",),
    "denver": ("den",), "los angeles": ("lax",), "san francisco": ("sfo",),
    "toronto": ("tor", "yyz"), "rotterdam": ("rtm", "rot"), "hong kong": ("hkg",),
    "dubai": ("dxb",), "lyon": ("lyo", "lys"), "antwerp": ("anr",), "basel": ("bsl",),
    "geneva": ("gva",), "bergen": ("bgo",), "gothenburg": ("got",), "manchester": ("man",),
    "cologne": ("cgn",), "headquarters": ("hq",), "head office": ("hq",), "the office": ("hq",),
    "main office": ("hq",), "headquarter": ("hq",), "head quarters": ("hq",), "office": ("hq",),
}  # fmt: skip

_KNOWN = sorted(
    {*_SIDES.values(), *_AREAS, "europe", "asia", "ap", "ca", "sa", "france", "germany", "norway",
     "sweden", "switzerland", "poland", "italy", "spain", "korea", "africa"},
    key=len, reverse=True,
)  # fmt: skip


def parts_of(region: str) -> set[str]:
    """The parts of a region's name: `us-east-1` is us and east, `westeurope` is west and europe."""
    parts: set[str] = set()
    for piece in re.findall(r"[a-z]+", region.casefold()):
        rest = piece
        found: list[str] = []
        while rest:
            known = next((w for w in _KNOWN if rest.startswith(w)), None)
            if known is None:
                break
            found.append(known)
            rest = rest[len(known) :]
        parts.update(found if not rest else [piece])
    return parts


@lru_cache(maxsize=16)
def place_words(regions: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What a phrase such as "us east", "europe" or "frankfurt" stands for among these regions."""
    found: dict[str, list[str]] = defaultdict(list)
    for region in regions:
        parts = parts_of(region)
        areas = [a for a in _AREAS if parts & set(_PARTS.get(a, (a,)))]
        sides = [said for said, side in _SIDES.items() if side in parts]
        for area in areas:
            for word in _AREAS[area]:
                found[word].append(region)
                for said in sides:
                    found[f"{word} {said}"].append(region)
                    found[f"{said} {word}"].append(region)
                    found[f"{word}-{said}"].append(region)
                    found[f"{said}-{word}"].append(region)
        for said in sides:
            found[f"the {said} coast"].append(region)
            found[f"{said} coast"].append(region)
        if (stem := _stem_of(region)) is not None:
            found[stem].append(region)
        for city, codes in _CITIES.items():
            if _stands_in(region.casefold(), codes):
                found[city].append(region)
    return {phrase: tuple(dict.fromkeys(r)) for phrase, r in found.items()}


def _stem_of(region: str) -> str | None:
    """ "fra" of fra1: a name that is a code with a number, said without it."""
    match = re.fullmatch(r"([a-z]{3,})[-_]?\d+", region.casefold())
    return match[1] if match and not parts_of(match[1]) & set(_KNOWN) else None


def _stands_in(region: str, codes: tuple[str, ...]) -> bool:
    """Whether a region's name, without its number, or its first three letters are such a code."""
    if region in codes or re.sub(r"[-_]?\d+$", "", region) in codes:
        return True
    return region[:3] in codes and len(region[:3]) == 3 and not region[3:4].isalpha()
