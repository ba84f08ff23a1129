"""The bench that most tests of the families use."""

from pathlib import Path

import pytest

from tests.unit.families.world import Bench, make_bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path)
