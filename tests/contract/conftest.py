"""The suite's assertions are shown in full, as in a test file."""

import pytest

pytest.register_assert_rewrite("tests.contract.suite")
