"""What may be seen and done in a channel of a chat service, and what is reported there."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tools.errors import InvalidRequest
from tools.selector import Selector
from tools.times import next_firing, utc_now

EVERYWHERE = "*"
DIRECT = "dm"

_PASSING = ("metric", "age_days", "order_by", "limit")


class Channel(BaseModel):
    """The most that anybody may see and do in a channel, whatever they may elsewhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Literal["none", "viewer", "operator", "admin"] = Field(
        default="admin",
        description="the most that anybody is there; none: NovaCron does not answer",
    )
    machines: Selector | None = Field(
        default=None,
        description="a selector: no other machine exists there; empty: the whole fleet",
    )
    tenant: str = Field(default="default", description="whose people are served there")

    @field_validator("machines")
    @classmethod
    def _lasting(cls, machines: Selector | None) -> Selector | None:
        return machines if machines is None else lasting_bound(machines)

    @property
    def sees(self) -> str:
        """The selector as JSON; empty where there is none."""
        return "" if self.machines is None else as_bound(self.machines)


def lasting_bound(machines: Selector) -> Selector:
    """A selector that can bound what somebody sees: it does not turn on what passes.

    Raises:
        ValueError: it does.
    """
    for name in _PASSING:
        if getattr(machines, name) is not None:
            raise ValueError(f"what is seen cannot be bounded by {name}, which passes")
    return machines


def as_bound(machines: Selector) -> str:
    """A selector as `User.sees` and the tenants' bounds keep it."""
    return json.dumps(machines.to_dict(), sort_keys=True)


class Report(BaseModel):
    """A sentence that is answered in a channel, time and again; it only reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: str = Field(min_length=1, description="the channel's id")
    cron: str = Field(description="when: five fields, such as 0 9 * * 1-5")
    say: str = Field(min_length=1, max_length=500, description="what to answer")

    @field_validator("cron")
    @classmethod
    def _line(cls, cron: str) -> str:
        try:
            next_firing(cron, utc_now())
        except InvalidRequest as error:
            raise ValueError(error.message) from error
        return cron


def channel_of(channels: dict[str, Channel], channel: str, *, direct: bool) -> Channel:
    """What holds in a channel: its own entry, else that of all others.

    A conversation between one person and NovaCron is bounded by the entry `dm` alone.
    """
    if direct:
        return channels.get(DIRECT, Channel())
    return channels.get(channel) or channels.get(EVERYWHERE, Channel())
