"""What changed in one vCenter: it tells by its property collector, so that little is read.

A filter over all machines stays in the session. It says which machines changed; those alone are
read. Tags are not among what it tells of, so they are asked for all machines, 500 a request.
Renamed hosts and clusters are seen when everything is read.
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from tools.providers.base import Changes
from tools.providers.vsphere_fleet import Fleet
from tools.providers.vsphere_link import Link
from tools.providers.vsphere_record import MACHINE_PATHS
from tools.providers.vsphere_stub import vim, vmodl

_UPDATES_A_REQUEST = 500
_MOST_REQUESTS = 40
"""Where vCenter tells of more than so many times as much, everything is read."""


class Watch:
    """The changes of one vCenter's machines, since a mark that is good in this session."""

    def __init__(self, link: Link, fleet: Fleet) -> None:
        self._link = link
        self._fleet = fleet
        self._collector: Any = None
        self._session = 0
        self._version = ""
        self._known: dict[str, str] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._turn = threading.Lock()

    def since(self, mark: str) -> Changes:
        """What changed since a mark; everything without one, or where it is good no longer."""
        with self._turn:
            if mark and mark == self._mark():
                told = self._told()
                if told is not None and self._session == self._link.signed_in():
                    return self._read(told)
            return self._whole()

    def _mark(self) -> str:
        return f"{self._session}:{self._version}"

    def _whole(self) -> Changes:
        """Everything; what changes from now on is told the next time."""
        if self._told() is None:
            self._listen()
        machines, _ = self._fleet.survey()
        self._tags = self._fleet.tags.of([one.ref._moId for one in machines])
        vms = self._fleet.records(machines, self._tags)
        self._known = {vm.id: vm.id.rpartition("/")[2] for vm in vms}
        return Changes(self._mark(), vms, whole=True)

    def _read(self, told: set[str]) -> Changes:
        """Those that are told of, and those whose tags are others than before."""
        before, self._tags = self._tags, self._fleet.tags.of(list(self._known.values()))
        retagged = {
            m for m in before.keys() | self._tags.keys() if before.get(m) != self._tags.get(m)
        }
        refs = [self._link.reference("VirtualMachine", m) for m in sorted(told | retagged)]
        found = self._fleet.read(refs)
        self._learn_tags({one.ref._moId for one in found} - set(self._known.values()))
        seen = self._fleet.records(found, self._tags)
        missing = {self._fleet.machine_id(ref) for ref in refs} - {vm.id for vm in seen}
        gone = sorted(missing & self._known.keys())
        for machine_id in gone:
            del self._known[machine_id]
        self._known.update((vm.id, vm.id.rpartition("/")[2]) for vm in seen)
        return Changes(self._mark(), seen, gone)

    def _learn_tags(self, new: set[str]) -> None:
        """The tags of machines that were not known are asked for besides."""
        if new:
            self._tags = {**self._tags, **self._fleet.tags.of(sorted(new))}

    def _listen(self) -> None:
        """Have the session tell of changes of any machine."""
        if self._collector is not None:
            with contextlib.suppress(Exception):  # it went with its session
                self._collector.DestroyPropertyCollector()
        content, query = self._link.content, vmodl.query.PropertyCollector
        self._session = self._link.signed_in()
        view = content.viewManager.CreateContainerView(
            content.rootFolder, [vim.VirtualMachine], True
        )
        inside = query.TraversalSpec(
            name="inside", path="view", skip=False, type=vim.view.ContainerView
        )
        spec = query.FilterSpec(
            objectSet=[query.ObjectSpec(obj=view, skip=True, selectSet=[inside])],
            propSet=[query.PropertySpec(
                type=vim.VirtualMachine, pathSet=list(MACHINE_PATHS), all=False
            )],
        )  # fmt: skip
        self._collector = content.propertyCollector.CreatePropertyCollector()
        self._collector.CreateFilter(spec, False)
        self._version = ""
        self._told()  # the first answer is how everything stands

    def _told(self) -> set[str] | None:
        """The machines that came, changed or went since it was asked last; None: it cannot say,
        since the session is another or has forgotten."""
        if self._collector is None or self._session != self._link.signed_in():
            return None
        options = vmodl.query.PropertyCollector.WaitOptions(
            maxWaitSeconds=0, maxObjectUpdates=_UPDATES_A_REQUEST
        )
        told = set[str]()
        try:
            for _ in range(_MOST_REQUESTS):
                update = self._collector.WaitForUpdatesEx(self._version, options)
                if update is None:
                    return told
                self._version = update.version
                objects = (one for part in update.filterSet or () for one in part.objectSet or ())
                told.update(one.obj._moId for one in objects)
        except (vmodl.fault.ManagedObjectNotFound, vmodl.query.InvalidCollectorVersion):
            pass
        return None
