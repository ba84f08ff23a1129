"""How the setting `connections` becomes connections."""

import pytest

from tools.errors import InvalidRequest
from tools.providers.kinds import connections_of


def test_an_unknown_kind_is_named_with_those_that_there_are() -> None:
    with pytest.raises(InvalidRequest, match="no kind of provider 'abacus'"):
        connections_of([{"kind": "abacus"}], discover=False, environment={})


def test_an_entry_without_a_kind_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no kind of provider"):
        connections_of([{"name": "prod"}], discover=False, environment={})
