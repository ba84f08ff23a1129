"""Two private hypervisors and a booted guest for a whole session, for every test that asks.

A plugin of `tests/conftest.py`, so that the live tests and the contract suite share them. Where a
part is absent the tests are skipped with the reason; in CI they fail instead.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.libvirt.world import Hypervisor, Kept, build_images, cache, missing, wait_for
from tools.providers.base import NewMachine
from tools.providers.libvirt import Libvirt

NAME = "web-01"
_A_DAY_S = 86_400
Hosts = tuple[Hypervisor, Hypervisor]


@pytest.fixture(scope="session")
def libvirt_images() -> Path:
    """The folder with the bootable image."""
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return build_images()


@pytest.fixture(scope="session")
def libvirt_base(libvirt_images: Path) -> Iterator[Path]:
    """Where the hypervisors keep everything."""
    for old in cache().glob("run-*"):  # of a session that was killed
        if time.time() - old.stat().st_mtime > _A_DAY_S:
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=cache()))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def hypervisors(libvirt_base: Path, libvirt_images: Path) -> Iterator[Hosts]:
    """Two hosts with one storage, `alpha` and `beta`."""
    alpha = Hypervisor.start("alpha", libvirt_base, libvirt_images)
    try:
        beta = Hypervisor.start("beta", libvirt_base, libvirt_images)
        try:
            yield alpha, beta
        finally:
            beta.stop()
    finally:
        alpha.stop()


@pytest.fixture(scope="session")
def kept_guest(hypervisors: Hosts, libvirt_images: Path) -> Kept:
    """A guest that was created through the provider and booted once."""
    alpha = hypervisors[0]
    provider = Libvirt.open(alpha.uri, images=libvirt_images)
    tags = {"env": "dev"}
    wanted = NewMachine(NAME, "alpha", alpha.image, vcpus=1, memory_gib=0.25, tags=tags)
    machine_id = provider.create(wanted, "kept")
    alpha.wait_for_boots(NAME, 1)
    wait_for(lambda: alpha.agent_answers(NAME), 30, "guest agent")
    wait_for(lambda: provider.get_machine(machine_id).private_ip, 30, "DHCP lease")
    provider.close()
    return alpha.keep(NAME)
