"""Reading instances: all of them, or some, in a few requests for each project.

A reading takes one list of instances and one of snapshots for each project, whatever their number;
machine types are asked for by name, once each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tools.errors import NotFound
from tools.machine import VM
from tools.providers.gcp_link import Link
from tools.providers.gcp_record import (
    MACHINE,
    Place,
    SnapshotPart,
    last,
    parse_id,
    parts_of,
    place_of,
    to_vm,
)

PAGE = 500
_IDS_A_REQUEST = 50
_NAMES_A_REQUEST = 40


class Machines:
    """The instances of some projects."""

    def __init__(self, link: Link, projects: Sequence[str], page: int = PAGE) -> None:
        self.link = link
        self.projects = tuple(projects)
        self.page = page
        self._shapes: dict[str, tuple[int, float]] = {}

    def list(self) -> list[VM]:
        """All machines, by project, zone and name."""
        with ThreadPoolExecutor(max(1, len(self.projects))) as pool:
            found = [vm for vms in pool.map(self._all_of, self.projects) for vm in vms]
        return found

    def get(self, ids: Sequence[str]) -> dict[str, VM]:
        """The machines that are there of those that are named."""
        by_project: dict[str, list[str]] = {}
        for place in {p for i in ids if (p := parse_id(i)) is not None}:
            if place.project in self.projects:
                by_project.setdefault(place.project, []).append(place.number)
        wanted, found = set(ids), dict[str, VM]()
        for project, numbers in by_project.items():
            instances: list[Any] = []
            for some in _portions(sorted(numbers), _IDS_A_REQUEST):
                terms = " OR ".join(f"(id = {number})" for number in some)
                instances.extend(self._instances(project, terms))
            found.update((vm.id, vm) for vm in self._records(project, instances))
        return {machine_id: vm for machine_id, vm in found.items() if machine_id in wanted}

    def find(self, machine_id: str) -> tuple[Place, Any]:
        """One instance, for a verb.

        Raises:
            NotFound: there is none.
        """
        place = parse_id(machine_id)
        if place is None or place.project not in self.projects:
            raise NotFound(f"No machine has the id {machine_id!r} on Google Cloud.")
        instance = self.link.get(
            f"Reading {machine_id}", "instances",
            project=place.project, zone=place.zone, instance=place.number,
        )  # fmt: skip
        return place, instance

    def parts(self, project: str, instances: Iterable[Any]) -> dict[str, list[SnapshotPart]]:
        """The snapshots of these instances, by their numbers."""
        snapshots = self.link.rows(
            "Listing snapshots", "snapshots", project=project, max_results=self.page
        )
        return parts_of(snapshots, instances)

    def own_parts(self, place: Place) -> list[SnapshotPart]:
        """What NovaCron took of a machine, also when the machine is gone."""
        wanted = f"labels.{MACHINE} = {place.number}"
        snapshots = self.link.rows(
            "Listing snapshots", "snapshots", project=place.project, filter=wanted
        )
        return parts_of(snapshots, ()).get(place.number, [])

    def instances(self, project: str) -> list[Any]:
        """The instances of a project as Google has them."""
        return self._instances(project, None)

    def _all_of(self, project: str) -> list[VM]:
        return self._records(project, self._instances(project, None))

    def _instances(self, project: str, terms: str | None) -> list[Any]:
        wanted = {"filter": terms} if terms else {}
        return self.link.scoped_rows(
            f"Listing the machines of {project}", "instances", "instances",
            project=project, max_results=self.page, **wanted,
        )  # fmt: skip

    def _records(self, project: str, instances: Sequence[Any]) -> list[VM]:
        if not instances:
            return []
        self._learn_shapes(project, {last(i.machine_type) for i in instances})
        parts = self.parts(project, instances)
        vms = [to_vm(i, self._shapes, parts.get(place_of(i).number, ())) for i in instances]
        return sorted(vms, key=lambda vm: (vm.zone or "", vm.name))

    def _learn_shapes(self, project: str, names: set[str]) -> None:
        unknown = [n for n in names if n not in self._shapes and "custom-" not in n]
        for some in _portions(sorted(unknown), _NAMES_A_REQUEST):
            terms = " OR ".join(f"(name = {name})" for name in some)
            rows = self.link.scoped_rows(
                "Reading machine types", "machine_types", "machine_types",
                project=project, filter=terms,
            )  # fmt: skip
            self.learn(rows)

    def learn(self, machine_types: Iterable[Any]) -> None:
        """Keep what these machine types are."""
        for kind in machine_types:
            self._shapes[kind.name] = (kind.guest_cpus, kind.memory_mb / 1024)


def _portions(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
