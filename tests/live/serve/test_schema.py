"""The HTTP interface keeps its own description, whatever is sent (schemathesis, a few examples)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.unit.serve.server import Site, serving_site, settings_of

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

EXAMPLES = 7
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    unsupported_method,
    ignored_auth,
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, fleet_folder: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("serve")
    with serving_site(settings_of(folder, fleet_folder)) as made:
        yield made


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_answer_is_as_described(site: Site, mode: GenerationMode) -> None:
    headers = {"Authorization": f"Bearer {site.token('ada')}"}
    found = schemathesis.openapi.from_url(f"{site.url}/api/openapi.json")
    api = found.exclude(path="/api/events").exclude(path_regex="^/auth/")
    tried: list[str] = []
    troubles: list[str] = []
    for result in api.get_all_operations():
        operation = result.ok()
        tried.append(operation.label)
        try:
            send_some(operation, headers, mode)
        except Unsatisfiable:
            continue  # nothing can be wrong with a request that has no parts
        except (Failure, FailureGroup) as failure:
            troubles.append(f"{operation.label}: {failure}")

    assert len(tried) >= 20
    assert troubles == []


def send_some(operation: Any, headers: dict[str, str], mode: GenerationMode) -> None:
    """A few requests that fit the description or do not, each answer checked against it."""

    @seed(2026)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=20)

    check()
