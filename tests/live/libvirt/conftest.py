"""Hosts and a guest for one test each, over the session's hypervisors."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.libvirt.session import Hosts
from tests.live.libvirt.world import Hypervisor, Kept
from tools.providers.libvirt import Libvirt, Options


@pytest.fixture
def alpha(hypervisors: Hosts) -> Iterator[Hypervisor]:
    """The first host, empty afterwards."""
    yield hypervisors[0]
    hypervisors[0].wipe()


@pytest.fixture
def beta(hypervisors: Hosts) -> Iterator[Hypervisor]:
    """The second host, empty afterwards."""
    yield hypervisors[1]
    hypervisors[1].wipe()


@pytest.fixture
def provider(alpha: Hypervisor, beta: Hypervisor, libvirt_images: Path) -> Iterator[Libvirt]:
    """The provider over the first host, which knows the second."""
    options = Options(images=libvirt_images, stop_limit_s=60)
    opened = Libvirt.open(alpha.uri, options=options, peers={"beta": beta.uri})
    yield opened
    opened.close()


@pytest.fixture
def there(beta: Hypervisor, libvirt_images: Path) -> Iterator[Libvirt]:
    """The provider over the second host."""
    opened = Libvirt.open(beta.uri, options=Options(images=libvirt_images, stop_limit_s=60))
    yield opened
    opened.close()


@pytest.fixture
def guest(alpha: Hypervisor, provider: Libvirt, kept_guest: Kept) -> str:
    """A running guest called `web-01` with 1 vCPU and 0.25 GiB; its id."""
    alpha.bring_back(kept_guest)
    return provider.list_machines()[0].id


@pytest.fixture
def token() -> Callable[[], str]:
    """A client token that no request has had."""
    numbers = itertools.count()
    return lambda: f"test:{next(numbers)}"
