"""What a place allows: roles are only ever taken away, machines only ever narrowed."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from tools.channels import Channel, Report, channel_of
from tools.errors import NotAllowed
from tools.identity import User
from tools.selector import Selector
from ui.slack.people import bounded

ADA = User("ada", frozenset({"operator", "admin"}), "slack")


@pytest.mark.parametrize("most", ["viewer", "operator", "admin"])
@pytest.mark.parametrize(
    "roles", [{"viewer"}, {"operator"}, {"operator", "admin"}, {"admin"}, {"dba"}, set[str]()]
)
def test_a_place_gives_nobody_more(most: str, roles: set[str]) -> None:
    user = User("pat", frozenset(roles), "slack")
    got = bounded(user, Channel(role=most)).roles  # type: ignore[arg-type]
    assert got <= user.roles | ({"viewer"} if roles else set())
    order = ["viewer", "operator", "admin"]
    assert most == "admin" or got <= set(order[: order.index(most) + 1])


def test_none_and_other_tenants_are_refused() -> None:
    for place in (Channel(role="none"), Channel(tenant="other")):
        with pytest.raises(NotAllowed):
            bounded(ADA, place)


def test_the_machines_of_a_place_go_with_the_person() -> None:
    place = Channel(machines=Selector.parse({"tags": {"env": ["dev"]}}))
    assert json.loads(bounded(ADA, place).sees) == {"tags": {"env": ["dev"]}}
    assert bounded(ADA, Channel()).sees == ""


def test_which_entry_holds() -> None:
    own, others, direct = Channel(role="viewer"), Channel(role="none"), Channel(role="operator")
    channels = {"C1": own, "*": others, "dm": direct}
    assert channel_of(channels, "C1", direct=False) is own
    assert channel_of(channels, "C2", direct=False) is others
    assert channel_of(channels, "D1", direct=True) is direct
    assert channel_of({"*": others}, "D1", direct=True) == Channel()


@pytest.mark.parametrize(
    "passing", [{"limit": 3}, {"age_days": {"gt": 3}}, {"metric": {"name": "cpu"}}]
)
def test_a_place_is_bounded_by_what_lasts(passing: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="which passes"):
        Channel.model_validate({"machines": {"state": ["running"], **passing}})


def test_a_report_has_a_time() -> None:
    with pytest.raises(ValidationError, match="cron line"):
        Report(channel="C1", cron="at nine", say="x")
