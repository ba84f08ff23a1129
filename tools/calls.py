"""A call: one tool, its machines, its arguments, and when. Brains make nothing else."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tools.errors import InvalidRequest
from tools.selector import Selector
from tools.times import next_firing, parse_moment, utc_now
from tools.validation import explain


class When(BaseModel):
    """When a change shall run: once at a moment, or by a cron line of five fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str | None = Field(default=None, description="RFC 3339 with an offset")
    cron: str | None = Field(default=None, description="five fields, days by number: 0 22 * * 1-5")

    @field_validator("at")
    @classmethod
    def _moment(cls, at: str | None) -> str | None:
        return parse_moment(at).isoformat() if at else None

    @field_validator("cron")
    @classmethod
    def _line(cls, cron: str | None) -> str | None:
        if cron:
            next_firing(cron, utc_now())
        return cron

    @model_validator(mode="after")
    def _one(self) -> When:
        if (self.at is None) == (self.cron is None):
            raise ValueError("give either at or cron")
        return self


class Call(BaseModel):
    """What a brain proposes: it may be wrong, and it does nothing by itself.

    `outright` says whether the machines are named outright, or described in the singular
    ("bob's box"): such a machine stays in the plan even where the act would change nothing. None
    means: as the selector shows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: str
    selector: Selector | None = None
    args: dict[str, Any] = Field(default_factory=dict[str, Any])
    when: When | None = None
    outright: bool | None = None

    @property
    def is_outright(self) -> bool:
        """Whether the machines are named rather than described."""
        if self.outright is not None:
            return self.outright
        return self.selector is not None and self.selector.is_by_name()

    @classmethod
    def parse(cls, data: Any) -> Call:
        """Read a call from outside.

        Raises:
            InvalidRequest: a field is unknown or wrong; the message names each.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise InvalidRequest(f"The call is not valid: {explain(error)}.") from error

    def to_dict(self) -> dict[str, Any]:
        """The call as JSON values, only what is given."""
        data: dict[str, Any] = {"tool": self.tool, "args": self.args}
        if self.selector is not None:
            data["selector"] = self.selector.to_dict()
        if self.when is not None:
            data["when"] = self.when.model_dump(exclude_none=True)
        if self.outright is not None:
            data["outright"] = self.outright
        return data
