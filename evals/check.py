"""Looks cases over: every expression evaluates, every tool exists, every machine is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.case import Case, ExpectedCall
from evals.report import Fleets
from tools.catalog import Catalog
from tools.errors import NovaError


def problems(cases: Sequence[Case], fleets: Fleets, catalog: Catalog) -> Iterator[str]:
    """What is wrong with the cases, a line each."""
    for case in cases:
        for number, turn in enumerate(case.turns, 1):
            place = f"{case.id}#{number}"
            if not turn.say.strip():
                yield f"{place}: nothing is said"
            for way in turn.ways:
                for call in way.calls:
                    yield from (f"{place}: {why}" for why in _call(call, case, fleets, catalog))


def _call(call: ExpectedCall, case: Case, fleets: Fleets, catalog: Catalog) -> Iterator[str]:
    for tool in call.tools:
        if tool not in catalog:
            yield f"there is no tool {tool!r}"
    if call.where:
        try:
            found = fleets[case.fleet].select(call.where)
        except (NovaError, ArithmeticError, LookupError, TypeError, NameError) as error:
            yield f"{call.where!r}: {error}"
        else:
            if not found and not call.empty:
                yield f"{call.where!r} names no machine"
