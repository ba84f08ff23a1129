"""The words of one site, from its inventory: names, tag values, regions, hosts, sizes, groups."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agent.brains.embedded.inflection import plural
from agent.brains.embedded.lexicon import longest_by_first_word
from agent.brains.embedded.names import NameIndex
from agent.brains.embedded.places import place_words
from tools.inventory import Inventory
from tools.machine import VM, Group, Offer

Value = tuple[str, tuple[str, ...]]
"""A field (or `tags.<key>`) and the values that a word stands for."""

CLASSES: tuple[tuple[str, ...], ...] = (
    ("prod", "production", "prd", "live", "productive", "prd"),
    ("staging", "stage", "stg", "preprod", "pre-production", "preproduction", "stagin"),
    ("dev", "development", "devel", "develop", "developer"),
    ("test", "testing", "tst", "tests"),
    ("qa", "quality assurance", "quality"),
    ("shared", "common"),
    ("db", "database", "databases", "dbs", "sql", "data base", "rdbms", "postgres", "mysql"),
    ("ci", "build", "builder", "builders", "continuous integration", "buildserver", "build server"),
    ("queue", "kafka", "broker", "brokers", "mq", "messaging", "message queue", "queues", "kafkas",
     "message broker", "message brokers"),
    ("web", "frontend", "front-end", "webserver", "web server", "webservers", "www", "front end"),
    ("api", "apis", "backend api"),
    ("cache", "caches", "caching", "redis", "memcached"),
    ("ml", "machine learning", "machine-learning", "training"),
    ("desktop", "desktops"),
    ("workstation", "workstations"),
    ("dns", "nameserver", "name server", "nameservers", "resolver", "name servers"),
    ("storage", "nas", "file server", "file servers"),
    ("directory", "active directory", "domain controller", "domain controllers", "ldap"),
    ("print", "printer", "printing", "print server", "print servers"),
    ("backup", "backups"),
    ("scm", "source control", "version control", "git"),
    ("bastion", "bastions", "jump host", "jump hosts", "jump box", "jumpbox", "jumphost",
     "jump server", "jump boxes", "jumphosts"),
    ("gateway", "gateways", "gw"),
    ("search", "searches"),
    ("worker", "workers"),
    ("analytics", "analytic"),
    ("monitoring", "monitor"),
    ("app", "application", "applications", "apps"),
    ("lb", "load balancer", "load balancers", "loadbalancer"),
    ("erp",),
)  # fmt: skip
"""Words that mean the same as a tag's value, whichever of them a site uses."""

PROVIDERS: dict[str, tuple[str, ...]] = {
    "aws": ("aws", "amazon", "ec2", "amazon web services"),
    "azure": ("azure", "microsoft", "ms azure", "microsoft azure", "az"),
    "gcp": ("gcp", "google", "google cloud", "gce", "gcloud", "google cloud platform"),
    "libvirt": ("libvirt", "kvm", "qemu"),
    "vsphere": ("vsphere", "vmware", "vcenter", "esxi", "v sphere", "vm ware"),
    "sandbox": (),
}
CLOUD = ("aws", "azure", "gcp")
ON_PREM = ("libvirt", "vsphere")
CLOUD_WORDS = ("cloud", "the cloud", "public cloud", "clouds", "cloud-hosted", "in the cloud",
               "all clouds", "hyperscalers", "the clouds", "cloud based", "cloud-based", "cloudy",
               "public clouds")  # fmt: skip
ON_PREM_WORDS = ("on-prem", "on prem", "onprem", "on premise", "on premises", "on-premise",
                 "on-premises", "in house", "in-house", "our own hardware", "own hardware",
                 "hypervisors", "private cloud", "local hypervisors", "on our own hardware",
                 "our own iron", "on our own metal", "own data center", "own datacenter",
                 "our own kit", "own datacentre", "inhouse", "on our hardware", "local hardware",
                 "our own datacenter", "our own data center", "our own servers")  # fmt: skip
_SAME_FAMILY = {
    "rhel": ("red hat", "redhat", "red hat enterprise linux"),
    "windows": ("windows server", "win", "win server", "win-", "server"),
}
_KEY_WORDS = (
    ("env", "environment", "environments", "stage"),
    ("role", "roles", "function"),
    ("owner", "owners", "responsible"),
    ("team", "teams", "department", "departments"),
    ("cost-center", "cost center", "cost centre", "costcenter", "cost-centre"),
)

ORDINARY_ROLES = frozenset(
    {
        "search", "print", "backup", "backups", "storage", "app", "apps", "application",
        "applications", "data", "shared", "common", "live", "test", "tests", "testing", "platform",
        "research", "finance", "quality", "directory", "cache", "queue", "monitoring", "monitor",
        "build", "stage", "git", "office", "work", "training", "printing", "develop", "caches",
        "searches",
    }
)  # fmt: skip
"""Values that are ordinary words too: alone, without machines around them, they mean themselves."""


class _Put(Protocol):
    """Notes that a phrase may stand for these values of a field."""

    def __call__(self, phrase: str, name: str, *found: str) -> None: ...


@dataclass
class Site:
    """What a fleet's words stand for. Built once per inventory version.

    Attributes:
        mark: a digest of everything that was read, to see whether a word has changed.
        values: phrase → the fields and values that it may stand for, the likelier first.
        tag_keys: the tag keys in use, by their spellings.
        spoken: the names of sizes, images, regions, zones, hosts and groups, as they are said.
        snapshots: name in lower case → the name, and the machine that has it.
        host_stems: what stands before the number in the hosts' names.
        placed: a machine's name in lower case → its host, where no other machine bears the name.
        longest: first word → how many words the longest of its `values` has.
    """

    version: tuple[int, int]
    mark: int
    names: NameIndex
    values: dict[tuple[str, ...], list[Value]]
    tag_keys: dict[str, str]
    tag_values: dict[str, list[str]]
    groups: dict[str, Group]
    hosts: dict[str, str]
    regions: dict[str, str]
    sizes: dict[str, str]
    images: dict[str, str]
    providers: tuple[str, ...]
    spoken: NameIndex = field(default_factory=NameIndex)
    snapshots: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    host_stems: frozenset[str] = frozenset()
    longest: dict[str, int] = field(default_factory=dict[str, int])
    placed: dict[str, str] = field(default_factory=dict[str, str])


_ACCELERATED = re.compile(
    r"gpu|^(?:p\d|g\d)[a-z]*\.|^standard_n[cdgv]|^a[2-4]-|^g2-", re.IGNORECASE
)
"""Sizes with a graphics processor, as EC2, Azure and Google name them."""


def build_site(inventory: Inventory, before: Site | None = None) -> Site:
    """Read the words of the fleet as it is now.

    Args:
        before: what was read last; where no word has changed since, it is kept.
    """
    version = inventory.version
    vms = inventory.all()
    offers = inventory.offers()
    mark = _mark(vms, offers)
    if before is not None and before.mark == mark:
        before.version = version
        return before
    values: dict[tuple[str, ...], list[Value]] = defaultdict(list)

    def put(phrase: str, name: str, *found: str) -> None:
        value = (name, found)
        key = tuple(phrase.casefold().split())
        if key and value not in values[key]:
            values[key].append(value)

    tag_values = inventory.tag_values()
    _put_tags(put, tag_values)
    providers = _distinct([vm.provider for vm in vms], [o.provider for o in offers])
    _put_providers(put, providers)
    regions = _distinct([vm.region for vm in vms], [r for o in offers for r in o.regions])
    for region in regions:
        put(region, "region", region)
    for phrase, found in place_words(tuple(regions)).items():
        put(phrase, "region", *found)
    zones = _distinct([vm.zone for vm in vms if vm.zone])
    for zone in zones:
        put(zone, "zone", zone)
    hosts = _distinct([vm.host for vm in vms if vm.host], [h.name for o in offers for h in o.hosts])
    for host in hosts:
        put(host, "host", host)
    groups = {g.name: g for o in offers for g in o.groups}
    for group in _distinct(groups, [vm.group for vm in vms if vm.group]):
        put(group, "group", group)
        put(group.replace("-", " "), "group", group)
    used = _distinct([vm.size for vm in vms if vm.size])
    sizes = _distinct(used, [s.name for o in offers for s in o.sizes])
    for size in sizes:
        put(size, "size", size)
    _put_sizes(put, sizes)
    if accelerated := [size for size in used if _ACCELERATED.search(size)]:
        put("gpu", "size", *accelerated)
        put("gpus", "size", *accelerated)
    images = _distinct([vm.image for vm in vms if vm.image], [i for o in offers for i in o.images])
    _put_images(put, images)
    index = NameIndex.of((vm.name for vm in vms), hosts=True)
    made = dict(values)
    return Site(
        version=version,
        mark=mark,
        names=index,
        values=made,
        tag_keys=_tag_keys(tag_values),
        tag_values=tag_values,
        groups=groups,
        hosts={h.casefold(): h for h in hosts},
        regions={r.casefold(): r for r in regions},
        sizes={s.casefold(): s for s in sizes},
        images={i.casefold(): i for i in images},
        providers=tuple(providers),
        spoken=NameIndex.of([*sizes, *images, *regions, *zones, *hosts, *groups]),
        snapshots={s.name.casefold(): (s.name, vm.name) for vm in vms for s in vm.snapshots},
        host_stems=frozenset(re.sub(r"[-_.]?\d+.*$", "", h.casefold()) for h in hosts) - {""},
        longest=longest_by_first_word(made),
        placed=_placed(vms),
    )


def _placed(vms: Sequence[VM]) -> dict[str, str]:
    borne = Counter(vm.name.casefold() for vm in vms)
    return {n: vm.host for vm in vms if vm.host and borne[n := vm.name.casefold()] == 1}


def _mark(vms: Iterable[VM], offers: Iterable[Offer]) -> int:
    words = tuple(
        (
            vm.name, vm.provider, vm.region, vm.zone, vm.host, vm.size, vm.image, vm.group,
            tuple(vm.tags.items()), tuple(s.name for s in vm.snapshots),
        )
        for vm in vms
    )  # fmt: skip
    offered = tuple(
        (o.provider, o.regions, o.images, tuple(s.name for s in o.sizes),
         tuple(h.name for h in o.hosts), tuple((g.name, g.count) for g in o.groups))
        for o in offers
    )  # fmt: skip
    return hash((words, offered))


def _distinct(*parts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(item for part in parts for item in part))


def _put_tags(put: _Put, tag_values: dict[str, list[str]]) -> None:
    known: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, found in tag_values.items():
        for value in found:
            known[value.casefold()].append((key, value))
    for word, pairs in known.items():
        for key, value in pairs:
            _put_spellings(put, word, key, value)
    for words in CLASSES:
        pairs = [pair for word in words for pair in known.get(word, [])]
        for key in dict.fromkeys(key for key, _ in pairs):
            found = [value for k, value in pairs if k == key]
            for word in words:
                if word not in known:
                    put(word, f"tags.{key}", *found)


def _put_spellings(put: _Put, word: str, key: str, value: str) -> None:
    for spelled in {word, word.replace("-", " "), word.replace("_", " ")}:
        put(spelled, f"tags.{key}", value)
        if len(spelled) > 2 and spelled.isalpha():
            put(plural(spelled), f"tags.{key}", value)


def _put_providers(put: _Put, providers: list[str]) -> None:
    for provider in providers:
        for word in PROVIDERS.get(provider, ()) or (provider,):
            put(word, "provider", provider)
    if cloud := [p for p in providers if p in CLOUD]:
        for word in CLOUD_WORDS:
            put(word, "provider", *cloud)
    if own := [p for p in providers if p in ON_PREM]:
        for word in ON_PREM_WORDS:
            put(word, "provider", *own)


def _put_sizes(put: _Put, sizes: list[str]) -> None:
    """Sizes by what stands after a vendor's prefix ("D4s v5"), and families by their first part."""
    families: dict[str, list[str]] = defaultdict(list)
    for size in sizes:
        if size.casefold().startswith("standard_"):
            short = size[len("standard_") :]
            put(short, "size", size)
            put(short.replace("_", " "), "size", size)
        family = size.partition(".")[0]
        if family != size and re.search(r"\d", family):
            families[family].append(size)
    for family, found in families.items():
        put(family, "size", *found)


def _put_images(put: _Put, images: list[str]) -> None:
    families: dict[str, list[str]] = defaultdict(list)
    for image in images:
        put(image, "image", image)
        spoken = re.sub(r"[-_]", " ", image)
        put(spoken, "image", image)
        family = re.split(r"[-_ ]", image)[0]
        families[family.casefold()].append(image)
        version = re.search(r"[-_ ](\d[\w.]*)$", image)
        if version:
            put(f"{family} {version[1]}", "image", image)
            put(f"{family}{version[1]}", "image", image)
            whole = version[1].split(".")[0]
            if not any(
                i != image and re.search(rf"[-_ ]{whole}\b", i) and i.startswith(family)
                for i in images
            ):
                put(f"{family} {whole}", "image", image)
                put(f"{family}{whole}", "image", image)
            for other in _SAME_FAMILY.get(family.casefold(), ()):
                put(f"{other} {version[1]}", "image", image)
                put(f"{other}{version[1]}", "image", image)
    for family, found in families.items():
        if family not in ("windows", "win", "linux"):
            put(family, "image", *found)
            for other in _SAME_FAMILY.get(family, ()):
                put(other, "image", *found)


def _tag_keys(tag_values: dict[str, list[str]]) -> dict[str, str]:
    keys: dict[str, str] = {}
    for key in tag_values:
        low = key.casefold()
        for word in (low, low.replace("-", " "), low.replace("_", " "), plural(low)):
            keys.setdefault(word, key)
    for words in _KEY_WORDS:
        actual = next((keys[w] for w in words if w in keys), None)
        if actual is not None:
            for word in words:
                keys.setdefault(word, actual)
    return keys
