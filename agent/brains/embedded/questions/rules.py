"""Which question a clause asks: the reads, by what they speak of."""

from __future__ import annotations

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.questions.machines import (
    count_rule,
    describe_rule,
    list_rule,
    snapshots_rule,
)
from agent.brains.embedded.questions.measures import (
    anomalies_rule,
    cost_rule,
    forecast_rule,
    metrics_rule,
    placement_rule,
    savings_rule,
)
from agent.brains.embedded.questions.offers import catalog_rule
from agent.brains.embedded.questions.records import (
    diagnosis_rule,
    operations_rule,
    runbooks_rule,
    schedules_rule,
)


def question_of(clause: Clause) -> str | None:
    """The reading tool that a clause asks for, or None."""
    for rule in (
        runbooks_rule,
        savings_rule,
        placement_rule,
        schedules_rule,
        operations_rule,
        forecast_rule,
        diagnosis_rule,
        anomalies_rule,
        snapshots_rule,
        catalog_rule,
        cost_rule,
        count_rule,
        metrics_rule,
        describe_rule,
        list_rule,
    ):
        if tool := rule(clause):
            return tool
    return None
