"""The selector means the same on Postgres."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.postgres import postgres_server, postgres_url  # noqa: F401
from tests.unit.fleets import Bench, agree

pytestmark = pytest.mark.live


def test_sql_on_postgres_and_plain_python_agree(postgres_url: str) -> None:  # noqa: F811
    bench = Bench(postgres_url)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        agree(data, bench)

    holds()
    bench.engine.dispose()
