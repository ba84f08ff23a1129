"""The selector: how a request names machines, and what it means for one machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
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


def _any_of(field: str, wanted: Iterable[str]) -> Callable[[VM], bool]:
    """Whether a field has one of these values, or fits one of these globs."""
    globs = [_glob(w) for w in wanted if field in _MAY_GLOB and is_glob(w)]
    exact = frozenset(w for w in wanted if field not in _MAY_GLOB or not is_glob(w))
    value_of: Callable[[VM], str | None] = attrgetter(field)
    if not globs:
        return lambda vm: value_of(vm) in exact

    def fits(vm: VM) -> bool:
        value = value_of(vm)
        if value is None:
            return False
        return value in exact or any(glob.fullmatch(value) for glob in globs)

    return fits


_MAY_GLOB = GLOB_FIELDS | {"name"}


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
    return _condition(selector, now, metrics)(vm)


def _condition(selector: Selector, now: datetime, metrics: MetricReader) -> Callable[[VM], bool]:
    """What `matches` asks of each machine: only the fields that the selector gives."""
    if not (selector.all or selector.is_narrowed()):
        return lambda _: False
    tests = [*_word_tests(selector), *_tag_tests(selector)]
    for field in NUMBER_FIELDS:
        bounds: Bounds | None = getattr(selector, field)
        if bounds is not None:
            tests.append(lambda vm, f=field, b=bounds: b.hold(number_of(vm, f, now)))
    for asked in selector.metric or ():
        values = metrics(asked.name, asked.aggregate, asked.window)
        tests.append(lambda vm, c=asked, known=values: c.hold(known.get(vm.id)))
    if selector.exclude is not None:
        excluded = _condition(selector.exclude, now, metrics)
        tests.append(lambda vm: not excluded(vm))
    if len(tests) == 1:
        return tests[0]

    def meets(vm: VM) -> bool:
        for test in tests:  # noqa: SIM110 - quicker than all() over a fleet
            if not test(vm):
                return False
        return True

    return meets


def _word_tests(selector: Selector) -> Iterator[Callable[[VM], bool]]:
    if (names := selector.names) is not None:
        yield _any_of("name", names)
    if selector.ids is not None:
        ids = frozenset(selector.ids)
        yield lambda vm: vm.id in ids
    for field in LIST_FIELDS:
        wanted: Sequence[str] | None = getattr(selector, field)
        if wanted is not None:
            yield _any_of(field, wanted)
    if (public := selector.public_ip) is not None:
        yield lambda vm: public == (vm.public_ip is not None)
    if (protected := selector.protected) is not None:
        yield lambda vm: protected == vm.protected


def _tag_tests(selector: Selector) -> Iterator[Callable[[VM], bool]]:
    for key, values in (selector.tags or {}).items():
        yield lambda vm, k=key, v=values: vm.tags.get(k) in v
    for missing in selector.missing_tags or ():
        yield lambda vm, k=missing: k not in vm.tags


def select(selector: Selector, vms: Iterable[VM], now: datetime, metrics: MetricReader) -> list[VM]:
    """The machines that a selector means, in its order: the plain Python reading.

    Machines for which the ordering value is unknown are left out; ties keep the given order.
    """
    meets = _condition(selector, now, metrics)
    found = [vm for vm in vms if meets(vm)]
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
