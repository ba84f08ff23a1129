"""The selector: how a request names machines, and what it means for one machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tools.errors import InvalidRequest
from tools.machine import VM
from tools.validation import explain

MetricName = Literal["cpu", "memory", "disk", "network", "iops"]
Aggregate = Literal["avg", "max", "min", "p95", "last"]
METRIC_NAMES: tuple[str, ...] = get_args(MetricName)

MetricReader = Callable[[str, str, str], dict[str, float]]
"""(metric, aggregate, window) → value per machine id; a machine without samples is absent."""

NUMBER_FIELDS = ("vcpus", "memory_gib", "disk_gib", "hourly_cost_usd", "age_days", "snapshots")
LIST_FIELDS = ("provider", "region", "zone", "host", "state", "os", "image", "size", "group")
GLOB_FIELDS = frozenset({"names", "image", "size"})
FLAG_FIELDS = ("public_ip", "protected")
ORDER_FIELDS = (*NUMBER_FIELDS, "name", "created_at", *METRIC_NAMES)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float | dict | BaseModel) else value


Words = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=300)], ...], BeforeValidator(_as_list)
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bounds(_Model):
    """A condition on a number; all that are given must hold."""

    gt: float | None = Field(default=None, description="greater than")
    ge: float | None = Field(default=None, description="at least")
    lt: float | None = Field(default=None, description="less than")
    le: float | None = Field(default=None, description="at most")
    eq: float | None = Field(default=None, description="exactly")

    def hold(self, value: float | None) -> bool:
        """Whether the number is known and within the bounds."""
        if value is None:
            return False
        return (
            (self.gt is None or value > self.gt)
            and (self.ge is None or value >= self.ge)
            and (self.lt is None or value < self.lt)
            and (self.le is None or value <= self.le)
            and (self.eq is None or value == self.eq)
        )

    def given(self) -> list[tuple[Literal["gt", "ge", "lt", "le", "eq"], float]]:
        """The bounds that are set, as (operator, figure)."""
        pairs = [
            ("gt", self.gt), ("ge", self.ge), ("lt", self.lt), ("le", self.le), ("eq", self.eq)
        ]  # fmt: skip
        return [(name, figure) for name, figure in pairs if figure is not None]  # pyright: ignore


class MetricCondition(Bounds):
    """A condition on a metric over a window; without bounds it asks only for samples."""

    name: MetricName = Field(description="cpu, memory, disk in percent; network Mbit/s; iops")
    aggregate: Aggregate = Field("avg", description="how the samples in the window become one")
    window: str = Field("1h", pattern=r"^[1-9]\d{0,5}[hdw]$", description="such as 1h, 24h, 7d")


class Selector(_Model):
    """Which machines a request means: all fields hold together, a list means any of."""

    names: Words | None = Field(default=None, description="exact names, or globs such as web-*")
    ids: Words | None = Field(default=None, description="exact machine ids")
    provider: Words | None = Field(
        default=None, description="aws azure gcp libvirt vsphere sandbox"
    )
    region: Words | None = Field(default=None, description="such as us-east-1, eastus, fra1")
    zone: Words | None = Field(default=None, description="availability zones")
    host: Words | None = Field(default=None, description="hypervisor hosts, such as kvm-01")
    state: Words | None = Field(
        default=None, description="running stopped suspended paused error …"
    )
    os: Words | None = Field(default=None, description="linux, windows")
    image: Words | None = Field(default=None, description="images or globs, such as ubuntu-*")
    size: Words | None = Field(default=None, description="instance sizes or globs, such as m6i.*")
    group: Words | None = Field(default=None, description="scaling groups")
    tags: dict[str, Words] | None = Field(default=None, description='such as {"env": ["prod"]}')
    missing_tags: Words | None = Field(default=None, description="tag keys that the machine lacks")
    vcpus: Bounds | None = Field(default=None, description='such as {"ge": 8}')
    memory_gib: Bounds | None = Field(default=None, description="memory in GiB")
    disk_gib: Bounds | None = Field(default=None, description="disk in GiB")
    hourly_cost_usd: Bounds | None = Field(default=None, description="US dollars an hour")
    age_days: Bounds | None = Field(default=None, description="days since creation")
    snapshots: Bounds | None = Field(default=None, description="how many snapshots it has")
    public_ip: bool | None = Field(default=None, description="whether it has a public address")
    protected: bool | None = Field(default=None, description="whether deletion protection is on")
    metric: Annotated[tuple[MetricCondition, ...], BeforeValidator(_as_list)] | None = Field(
        default=None, description="a condition on a metric, or a list of them"
    )
    exclude: Selector | None = Field(default=None, description="machines to take away")
    order_by: str | None = Field(default=None, description="a field or a metric's name")
    descending: bool = Field(default=False, description="largest first")
    limit: int | None = Field(default=None, ge=1, description="keep the first N in that order")
    all: bool = Field(default=False, description="the whole fleet, alone or with exclude")

    @model_validator(mode="after")
    def _check(self) -> Selector:
        if self.order_by is not None and self.order_by not in ORDER_FIELDS:
            raise ValueError(f"order_by {self.order_by!r} is none of {', '.join(ORDER_FIELDS)}")
        if self.all and self.is_narrowed():
            raise ValueError("all goes alone, or with exclude, order_by and limit")
        return self

    @classmethod
    def parse(cls, data: Any) -> Selector:
        """Read a selector from outside.

        Raises:
            InvalidRequest: a field is unknown or wrong; the message names each.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise InvalidRequest(f"The selector is not valid: {explain(error)}.") from error

    def to_dict(self) -> dict[str, Any]:
        """The selector as the contract's JSON: only what is given."""
        data = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        if self.metric and len(self.metric) == 1:
            data["metric"] = data["metric"][0]
        return data

    def is_narrowed(self) -> bool:
        """Whether any field says which machines."""
        return any(getattr(self, name) is not None for name in _NARROWING)

    def is_by_name(self) -> bool:
        """Whether machines are named outright: exact names or ids, no glob."""
        exact_names = bool(self.names) and not any(map(is_glob, self.names or ()))
        return bool(self.ids) or exact_names

    def exact_names(self) -> tuple[str, ...]:
        """The names that are given without a wildcard."""
        return tuple(n for n in self.names or () if not is_glob(n))


_NARROWING = ("names", "ids", *LIST_FIELDS, "tags", "missing_tags", *NUMBER_FIELDS, *FLAG_FIELDS, "metric")  # fmt: skip  # noqa: E501


def is_glob(text: str) -> bool:
    """Whether a name has a wildcard: `*` any run of characters, `?` any one."""
    return "*" in text or "?" in text


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    body = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    return re.compile(body, re.DOTALL)


def _is_any_of(value: str | None, wanted: Iterable[str], globs: bool) -> bool:
    if value is None:
        return False
    return any(
        _glob(w).fullmatch(value) is not None if globs and is_glob(w) else w == value
        for w in wanted
    )


def number_of(vm: VM, field: str, now: datetime) -> float | None:
    """A number field of the record; `age_days` and `snapshots` are worked out."""
    if field == "age_days":
        return (now - vm.created_at).total_seconds() / 86400 if vm.created_at else None
    if field == "snapshots":
        return len(vm.snapshots)
    return getattr(vm, field)


def matches(selector: Selector, vm: VM, now: datetime, metrics: MetricReader) -> bool:
    """Whether one machine meets the conditions: what `tools.selector_sql` must agree with.

    `order_by` and `limit` concern the set and are not looked at here.
    """
    if not (selector.all or selector.is_narrowed()):
        return False
    if not (_words_hold(selector, vm) and _tags_hold(selector, vm)):
        return False
    for field in NUMBER_FIELDS:
        bounds = getattr(selector, field)
        if bounds is not None and not bounds.hold(number_of(vm, field, now)):
            return False
    for condition in selector.metric or ():
        values = metrics(condition.name, condition.aggregate, condition.window)
        if not condition.hold(values.get(vm.id)):
            return False
    return selector.exclude is None or not matches(selector.exclude, vm, now, metrics)


def _words_hold(selector: Selector, vm: VM) -> bool:
    if selector.names is not None and not _is_any_of(vm.name, selector.names, True):
        return False
    if selector.ids is not None and vm.id not in selector.ids:
        return False
    for field in LIST_FIELDS:
        wanted = getattr(selector, field)
        if wanted is not None and not _is_any_of(getattr(vm, field), wanted, field in GLOB_FIELDS):
            return False
    if selector.public_ip is not None and selector.public_ip != (vm.public_ip is not None):
        return False
    return selector.protected is None or selector.protected == vm.protected


def _tags_hold(selector: Selector, vm: VM) -> bool:
    if any(vm.tags.get(key) not in values for key, values in (selector.tags or {}).items()):
        return False
    return not any(key in vm.tags for key in selector.missing_tags or ())


def select(selector: Selector, vms: Iterable[VM], now: datetime, metrics: MetricReader) -> list[VM]:
    """The machines that a selector means, in its order: the plain Python reading.

    Machines for which the ordering value is unknown are left out; ties keep the given order.
    """
    found = [vm for vm in vms if matches(selector, vm, now, metrics)]
    if selector.order_by is not None:
        found = _ordered(found, selector, now, metrics)
    return found[: selector.limit]


def order_metric(selector: Selector) -> MetricCondition | None:
    """The metric that the selector orders by, over the window that it names for it."""
    if selector.order_by not in METRIC_NAMES:
        return None
    for condition in selector.metric or ():
        if condition.name == selector.order_by:
            return condition
    return MetricCondition.model_validate({"name": selector.order_by})


def _ordered(vms: list[VM], selector: Selector, now: datetime, metrics: MetricReader) -> list[VM]:
    key = _order_key(selector, now, metrics)
    known = [vm for vm in vms if key(vm) is not None]
    return sorted(known, key=key, reverse=selector.descending)


def _order_key(selector: Selector, now: datetime, metrics: MetricReader) -> Callable[[VM], Any]:
    """What a selector orders by, for one machine; None where it is unknown."""
    if metric := order_metric(selector):
        values = metrics(metric.name, metric.aggregate, metric.window)
        return lambda vm: values.get(vm.id)
    name = str(selector.order_by)
    if name in NUMBER_FIELDS:
        return lambda vm: number_of(vm, name, now)
    return lambda vm: getattr(vm, name)
