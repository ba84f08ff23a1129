"""Names of machines that nobody has, as they are said and as a list of names shows them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from evals.speech.figures import counted, digit_by_digit, ways_to_say_a_time

_TRADE = (
    "api", "app", "auth", "backend", "backup", "bastion", "batch", "billing", "build", "cache",
    "cassandra", "catalog", "chat", "checkout", "consul", "core", "cron", "crm", "data", "db",
    "dc", "desktop", "dhcp", "dns", "docker", "edge", "elastic", "erp", "esx", "etcd", "etl",
    "exchange", "file", "forms", "front", "ftp", "gate", "gitea", "gpu", "grafana", "hadoop",
    "harbor", "hpc", "hv", "hyper", "ingest", "inventory", "iot", "jump", "kafka", "kibana",
    "kiosk", "kube", "kvm", "label", "lb", "ldap", "ledger", "legacy", "license", "loader", "log",
    "mail", "media", "metrics", "ml", "mongo", "monitor", "mqtt", "mysql", "nas", "nexus", "nfs",
    "nginx", "node", "notebook", "ntp", "oracle", "orders", "payroll", "pos", "postgres", "print",
    "proxy", "queue", "rabbit", "radius", "rdp", "redis", "render", "report", "runner", "sap",
    "scan", "search", "shop", "sip", "smtp", "solr", "spark", "splunk", "sql", "stream", "terminal",
    "ticket", "train", "tunnel", "upload", "vault", "vdi", "video", "vpn", "web", "wiki", "win",
    "worker", "zabbix",
)  # fmt: skip
_STAGES = ("prod", "stg", "dev", "test", "qa", "uat", "dr", "live", "lab", "demo", "prod", "dev")
_PLACES = (
    "ams", "ber", "dublin", "east", "eu", "geneva", "hel", "lima", "lon", "madrid", "milan",
    "north", "nyc", "oslo", "paris", "rome", "sea", "sin", "south", "syd", "tokyo", "us", "west",
)  # fmt: skip
PEOPLE = (
    "aaron", "adam", "agnes", "aisha", "alan", "alice", "amit", "anna", "ben", "bianca", "bob",
    "bruno", "carla", "carol", "chen", "claire", "daniel", "daria", "david", "diego", "elena",
    "emil", "emma", "eric", "farah", "felix", "fiona", "frank", "grace", "greta", "hana", "hassan",
    "helen", "hugo", "ibrahim", "ida", "ivan", "jack", "jane", "jonas", "julia", "karl", "kate",
    "kenji", "kim", "laura", "leo", "lena", "linda", "lucas", "marco", "maria", "mei", "miguel",
    "mona", "nadia", "nina", "noah", "olga", "oscar", "paul", "petra", "priya", "rachel", "ravi",
    "rosa", "sam", "sara", "simon", "sofia", "sven", "tara", "theo", "tomas", "vera", "victor",
    "wei", "yara", "yusuf", "zoe",
)  # fmt: skip
_OF_PEOPLE = ("dev", "dev", "test", "box", "lab")
_LETTERS = 0.25
"""So often a piece of a name is letters that stand for something that nobody knows."""
_WORDS = {
    "stg": ("staging", "stage", "s t g"), "dev": ("dev", "dev", "development"),
    "prod": ("prod", "prod", "prod", "production"), "db": ("d b", "d b", "database"),
    "sql": ("s q l", "sequel"), "lon": ("london", "lon"), "nyc": ("n y c", "new york"),
    "ams": ("amsterdam", "a m s"), "ber": ("berlin",), "hel": ("helsinki",), "sin": ("singapore",),
    "syd": ("sydney",), "sea": ("seattle",), "mysql": ("my s q l", "my sequel"),
    "api": ("a p i",), "uat": ("u a t",), "qa": ("q a",), "eu": ("e u",), "us": ("u s",),
    "erp": ("e r p",), "esx": ("e s x",), "etl": ("e t l",), "gpu": ("g p u",), "iot": ("i o t",),
    "vdi": ("v d i",), "ldap": ("l dap", "l d a p"), "win": ("windows", "win"),
    "nginx": ("engine x",), "etcd": ("e t c d",), "mqtt": ("m q t t",), "kvm": ("k v m",),
}  # fmt: skip
"""How a piece of a name may be said; without an entry, letter by letter or as a word."""


@dataclass(frozen=True, slots=True)
class Name:
    """A machine that nobody has.

    Attributes:
        stem: without its number, its pieces as they are written.
        said: how the stem is said.
        numbered: whether a number follows.
    """

    stem: str
    said: str
    numbered: bool


def said_of(piece: str, chance: random.Random) -> str:
    """How somebody says a piece of a name."""
    if piece in _WORDS:
        return chance.choice(_WORDS[piece])
    return " ".join(piece) if not set(piece) & set("aeiouy") and piece != "hyper" else piece


def machine(chance: random.Random) -> Name:
    """Some machine's name."""

    def some(of: Sequence[str]) -> tuple[str, str]:
        if of is _TRADE and chance.random() < _LETTERS:
            letters = chance.choices(ascii_lowercase, k=chance.choice((2, 2, 3)))
            return "".join(letters), " ".join(letters)
        piece = chance.choice(of)
        return piece, said_of(piece, chance)

    kinds = (
        (PEOPLE, _OF_PEOPLE), (_TRADE,), (_TRADE, _STAGES), (_PLACES, _TRADE), (_TRADE, _TRADE),
        (_TRADE, _STAGES, _TRADE),
    )  # fmt: skip
    (kind,) = chance.choices(kinds, (12, 28, 25, 15, 12, 8))
    pieces = [some(of) for of in kind]
    numbered = chance.random() < (0.1 if kind[0] is PEOPLE else 0.8)
    return Name(" ".join(w for w, _ in pieces), " ".join(said for _, said in pieces), numbered)


def time_of_day(chance: random.Random) -> str:
    """Some time of day as somebody says it."""
    minute = chance.choice((0, 0, 0, 0, 15, 30, 30, 45, 45, 5, 10, 20, 40, 50))
    return chance.choice(ways_to_say_a_time(chance.randrange(24), minute))


def size(chance: random.Random) -> str:
    """Some size of machine as somebody says it."""
    if chance.random() < 0.2:
        family, many = chance.choice("end"), counted(chance.choice((2, 4, 8, 16)))
        return f"{family} {counted(chance.choice((1, 2)))} standard {many}"
    family, letter = chance.choice("mmtcrgx"), chance.choice(("", " i", " i", " a", " g", " n"))
    steps = ("nano", "micro", "small", "medium", "large", "large", "x large", "x large",
             "two x large", "four x large", "eight x large")  # fmt: skip
    return f"{family} {counted(chance.randint(3, 7))}{letter} dot {chance.choice(steps)}"


def number(chance: random.Random) -> str:
    """The number at a name's end as somebody says it."""
    match chance.random():
        case part if part < 0.45:
            return counted(chance.choice((1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9)))
        case part if part < 0.75:
            nought = chance.choice(("oh", "oh", "oh", "zero"))
            return f"{nought} {counted(chance.randint(1, 9))}"
        case part if part < 0.85:
            return counted(chance.randint(10, 40))
        case part if part < 0.95:
            return digit_by_digit(str(chance.randint(101, 349)))
        case _:
            return digit_by_digit(str(chance.randint(1000, 9999)))
