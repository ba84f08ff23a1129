"""The suite's assertions are shown in full, as in a test file; moto serves a whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

for group in ("suite", "faults", "isolation", "listing", "ledger", "standing", "networking"):
    pytest.register_assert_rewrite(f"tests.contract.{group}")


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a moto server."""
    from tests.contract.moto_world import moto_server

    with moto_server(tmp_path_factory.mktemp("moto")) as port:
        yield port
