"""Questions for the group that leads: "which team costs the most?" is the cost by team."""

from __future__ import annotations

import re

_GROUP = "regions?|teams?|providers?|clouds?|environments?|envs?|owners?|people|roles?|zones?|who"
_GROUPS = rf"(?P<group>{_GROUP})"
_ASKS = r"^(?:(?:so|and|ok(?:ay)?|hey|please|tell me|show me|do you know)[, ]+)*"
_EXTREME = (
    r"(?:most|least|highest|lowest|biggest|smallest|largest|cheapest|dearest|priciest|costliest|"
    r"fewest|hungriest|top)"
)
_SHAPES = (
    re.compile(
        rf"{_ASKS}(?:(?:which|what|who)(?:'?s| is| are)?(?: of)?(?: the| our| my| all)* {_GROUPS}|"
        rf"(?P<who>who))\b(?P<rest>.*\b{_EXTREME}\b.*)$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_ASKS}(?:(?:which|what|who)(?:'?s| is| are)?)?(?: the| our| my)*"
        rf"(?P<rest> ?\b{_EXTREME}\b(?: expensive| costly)?) {_GROUPS}\b(?P<tail>.*)$",
        re.IGNORECASE,
    ),
)
_COST = re.compile(
    r"\b(?:expensive|cheap\w*|cost\w*|spen[dt]\w*|bills?|pay\w*|money|price\w*|pric\w+|dear\w*|"
    r"burn\w*|budget)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(?:machines|vms|boxes|servers|instances|guests|hosts)\b", re.IGNORECASE)
_METRIC = re.compile(r"\b(?P<metric>cpu|memory|ram|disk|network|iops)\b", re.IGNORECASE)
_NARROWS = re.compile(
    r"\b(?:in|on|for|among|across|within|over|during|this|last)\b(?: the| our)* "
    r"(?!most\b|average\b)\w[\w -]*$",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\d|[.;:!,]|\b(?:for an?|new|how many|per|by|each|and|then|so)\b|"
    r"\b(?:expensive|costly|cheap\w*|busiest|biggest|largest|oldest) "
    r"(?:machine|vm|box|server|instance)s?\b",
    re.IGNORECASE,
)
"""Another question, or more than one."""


def by_group(text: str) -> str:
    """The question as one by group, where it asks which group leads; else as it is."""
    asked = text.strip().rstrip("?!. ")
    found = next((m for shape in _SHAPES if (m := shape.match(asked))), None)
    if found is None or _OTHERWISE.search(asked):
        return text
    rest = f"{found['rest']}{found.groupdict().get('tail') or ''}"
    said = found["group"] or "owner"
    group = "owner" if said.casefold() == "people" else said.rstrip("sS")
    narrowed = _NARROWS.search(re.sub(r"\bon$", "", rest.strip()))
    where = f" {narrowed[0]}" if narrowed else ""
    if _COST.search(rest):
        return f"cost by {group}{where}"
    if metric := _METRIC.search(rest):
        return f"average {metric['metric']} by {group}{where.replace(metric[0], '')}"
    if _COUNT.search(rest):
        return f"number of machines by {group}{where}"
    return text
