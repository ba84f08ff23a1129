"""What was wrong with data from outside, in words for people."""

import pytest

from tools.catalog import Catalog
from tools.control import TOOL_PACKAGES
from tools.errors import InvalidRequest
from tools.settings import load_settings

CATALOG = Catalog.load(TOOL_PACKAGES)


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("resize_vms", {"vcpus": "nine"}, "arguments: vcpus: it must be a whole number."),
        ("resize_vms", {"vcpus": 0}, "vcpus: it must be greater than or equal to 1."),
        ("tag_vms", {"tags": {"a": [1]}}, "tags.a: it must be text."),
        ("stop_vms", {"quickly": True}, "quickly: there is no such key."),
    ],
)
def test_an_argument_is_told_in_plain_words(tool: str, given: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidRequest) as failed:
        CATALOG.tool(tool).parse(given)
    assert said in failed.value.message


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"zone": "Mars"}, "zone: there is no time zone 'Mars'."),
        ({"machines": "many"}, "machines: it must be a whole number."),
        ({"slack_channels": {"C1": 5}}, "slack_channels.C1: it must be a table."),
        (
            {"slack_reports": [{"channel": "C1", "say": "hm"}]},
            "slack_reports.0.cron: it is missing.",
        ),
    ],
)
def test_a_setting_is_told_in_plain_words(given: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidRequest) as failed:
        load_settings(**given)
    assert said in failed.value.message


def test_a_tool_that_there_is_not_is_compared_with_those_that_are() -> None:
    with pytest.raises(Exception, match="no tool") as failed:
        CATALOG.tool("stop_vm")
    assert failed.value.choices[0] == "stop_vms"  # type: ignore[attr-defined]
