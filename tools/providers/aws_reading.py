"""Reading machines: whole places page by page, or some by id; never one request a machine.

EC2 does not list termination protection: it is asked of one machine at a time. So a reading asks
it of a few machines, those whose last answer is the oldest, and remembers it for the others. Until
it was asked a machine counts as unprotected here, and AWS itself still refuses its deletion.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from functools import partial

from tools.errors import NotFound, NovaError
from tools.machine import VM
from tools.providers.aws_images import family_of
from tools.providers.aws_link import Facts, Place, filtered, in_parts
from tools.providers.aws_prices import Prices
from tools.providers.aws_record import (
    MACHINE_TAG,
    Surroundings,
    TypeFacts,
    machine_of,
    snapshots_by_machine,
    system_of,
)

_ASKED_EACH_READING = 10
_TYPES_AT_ONCE = 100
"""So many instance types a page of EC2 has at most."""


class Types:
    """The instance types that were met; what a type has does not change."""

    def __init__(self) -> None:
        self.known: dict[str, TypeFacts] = {}

    def learn(self, place: Place, names: Iterable[str]) -> None:
        """Ask for those that are not known yet."""
        for part in in_parts(sorted(set(names) - set(self.known)), _TYPES_AT_ONCE):
            wanted = [filtered("instance-type", *part)]
            self.take(place.pages(
                "ec2", "describe_instance_types", "InstanceTypes", _TYPES_AT_ONCE, Filters=wanted
            ))  # fmt: skip

    def take(self, found: Iterable[Facts]) -> list[TypeFacts]:
        """Remember these, as EC2 describes them."""
        facts = [_type_facts(one) for one in found]
        self.known.update((one.name, one) for one in facts)
        return facts

    def get(self, place: Place, name: str) -> TypeFacts:
        """What a type has.

        Raises:
            NotFound: there is none of this name.
        """
        self.learn(place, [name])
        if name not in self.known:
            raise NotFound(f"AWS has no instance type {name!r} in {place.region}.")
        return self.known[name]


def _type_facts(found: Facts) -> TypeFacts:
    return TypeFacts(
        found["InstanceType"],
        int(found["VCpuInfo"]["DefaultVCpus"]),
        round(found["MemoryInfo"]["SizeInMiB"] / 1024, 3),
        tuple(found["ProcessorInfo"]["SupportedArchitectures"]),
    )


class Images:
    """The names of the images that machines were made from."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def named(self, place: Place, ids: Iterable[str]) -> dict[str, str]:
        """The names of these; one that is gone has its id for a name."""
        wanted = set(ids)
        for part in in_parts(sorted(wanted - set(self._names))):
            found = place.pages(
                "ec2", "describe_images", "Images", Filters=[filtered("image-id", *part)]
            )
            self._names.update(dict.fromkeys(part, ""))
            self._names.update((one["ImageId"], image_name(one)) for one in found)
        return {i: self._names[i] or i for i in wanted}


def image_name(image: Facts) -> str:
    """What people call an image: its family, its name, or the id."""
    name = str(image.get("Name", ""))
    return family_of(str(image.get("OwnerId", "")), name) or name or str(image["ImageId"])


class Protection:
    """Which machines are known to be protected against termination."""

    def __init__(self) -> None:
        self.known: dict[str, bool] = {}
        self._order: dict[str, int] = {}
        self._count = 0
        self._lock = threading.Lock()

    def note(self, instance_id: str, protected: bool) -> None:
        """Remember an answer."""
        with self._lock:
            self._count += 1
            self._order[instance_id] = self._count
            self.known[instance_id] = protected

    def next_asked(self, ids: Sequence[str]) -> list[str]:
        """The few whose answers are the oldest, those without one first."""
        return sorted(ids, key=lambda i: self._order.get(i, 0))[:_ASKED_EACH_READING]

    def ask(self, place: Place, instance_id: str) -> bool | None:
        """Ask AWS; None where it may not be asked, or the machine has just gone."""
        try:
            answer = place.read(
                "ec2", "describe_instance_attribute",
                InstanceId=instance_id, Attribute="disableApiTermination",
            )  # fmt: skip
        except NovaError:
            return None
        protected = bool(answer.get("DisableApiTermination", {}).get("Value"))
        self.note(instance_id, protected)
        return protected


class Reader:
    """Reads places side by side; one that fails fails the reading, by name."""

    def __init__(self, places: Sequence[Place], pool: Executor, prices: Prices) -> None:
        self._places = places
        self._pool = pool
        self._prices = prices
        self.types = Types()
        self.images = Images()
        self.protection = Protection()

    def all(self) -> list[VM]:
        """Every machine of every place, by place and id."""
        found = self._gather([(place, None) for place in self._places])
        return sorted(found, key=lambda vm: vm.id)

    def some(self, wanted: Iterable[tuple[Place, str]]) -> list[VM]:
        """These machines of these places; one that is not there is absent."""
        by_place: dict[str, tuple[Place, list[str]]] = {}
        for place, instance_id in wanted:
            by_place.setdefault(place.location, (place, []))[1].append(instance_id)
        parts = [
            (place, part)
            for place, ids in by_place.values()
            for part in in_parts(dict.fromkeys(ids))
        ]
        return self._gather(parts)

    def _gather(self, parts: Sequence[tuple[Place, list[str] | None]]) -> list[VM]:
        """Ask for machines, volumes and snapshots of every part at once, and put them together."""
        asked = [
            (place, [self._pool.submit(ask, place, ids) for ask in _QUESTIONS])
            for place, ids in parts
        ]
        machines: list[VM] = []
        for place, answers in asked:
            instances, volumes, snapshots = [answer.result() for answer in answers]
            living = [one for one in instances if one["State"]["Name"] != "terminated"]
            machines.extend(self._records(place, living, volumes, snapshots))
        return machines

    def _records(
        self, place: Place, instances: list[Facts], volumes: list[Facts], snapshots: list[Facts]
    ) -> list[VM]:
        asked = self.protection.next_asked([one["InstanceId"] for one in instances])
        list(self._pool.map(partial(self.protection.ask, place), asked))
        self.types.learn(place, (one["InstanceType"] for one in instances))
        kinds = {(one["InstanceType"], system_of(one)) for one in instances}
        around = Surroundings(
            volume_gib={one["VolumeId"]: float(one["Size"]) for one in volumes},
            snapshots=snapshots_by_machine(snapshots),
            types=self.types.known,
            images=self.images.named(place, (i for one in instances if (i := one.get("ImageId")))),
            protected=self.protection.known,
            prices={kind: self._prices.hourly(place.region, *kind) for kind in kinds},
        )
        return [machine_of(place, one, around) for one in instances]


def _instances(place: Place, ids: list[str] | None) -> list[Facts]:
    return place.instances(**_only("instance-id", ids))


def _volumes(place: Place, ids: list[str] | None) -> list[Facts]:
    only = _only("attachment.instance-id", ids)
    return place.pages("ec2", "describe_volumes", "Volumes", 500, **only)


def _snapshots(place: Place, ids: list[str] | None) -> list[Facts]:
    ours = _only(f"tag:{MACHINE_TAG}", ids) or {"Filters": [filtered("tag-key", MACHINE_TAG)]}
    return place.pages("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"], **ours)


def _only(name: str, ids: list[str] | None) -> Facts:
    return {} if ids is None else {"Filters": [filtered(name, *ids)]}


_QUESTIONS: tuple[Callable[[Place, list[str] | None], list[Facts]], ...] = (
    _instances, _volumes, _snapshots,
)  # fmt: skip
