"""Policies in Cedar decide: allow, ask, ask two people, or deny. A model is never asked."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import cedarpy

from tools.catalog import Risk
from tools.errors import InvalidRequest, NotFound
from tools.identity import User
from tools.losses import DISK
from tools.plan import Plan

_cedar: Any = cedarpy  # it ships partial types
POLICIES = Path(__file__).parent / "policies"

Effect = Literal["allow", "ask", "ask_two", "deny"]


class GivenApproval(Protocol):
    """What a policy looks at in an approval."""

    @property
    def user(self) -> User:
        """Who gave it."""
        ...

    @property
    def typed(self) -> str | None:
        """What was typed, if anything."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policies say of a plan, and which of them decided."""

    effect: Effect
    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Answer:
    allowed: bool
    rules: tuple[str, ...]


class Policy:
    """The policies of one NovaCron: parsed and validated once.

    Args:
        texts: Cedar policies, each with an `@id`.
        environment_sizes: how many machines each environment has now, for the shares.
        environment_tag, production: the tag that names an environment, and which are production.

    Raises:
        InvalidRequest: a policy is not valid Cedar or does not fit the schema.
    """

    def __init__(
        self,
        texts: Sequence[str],
        environment_sizes: Callable[[], dict[str, int]],
        *,
        environment_tag: str = "env",
        production: Iterable[str] = ("prod", "production"),
    ) -> None:
        schema = (POLICIES / "schema.cedarschema").read_text()
        text = "\n".join(texts)
        _validate(text, schema)
        self._policies = _cedar.PolicySet.from_str(text)
        self._schema = _cedar.Schema.from_str(schema)
        self._environment_sizes = environment_sizes
        self._environment_tag = environment_tag
        self._production = frozenset(production)
        self._answers: dict[tuple[Any, ...], _Answer] = {}

    def decide(self, plan: Plan, user: User, approvals: Sequence[GivenApproval] = ()) -> Decision:
        """What these policies say of a plan that `user` asks for, with the yeses given so far."""
        facts = self._facts(plan, user)
        valid = [a for a in approvals if self._may_approve(plan, a.user, facts)]
        people = {a.user.name for a in valid}
        given = {
            "approvals": len(people),
            "others": len(people - {user.name}),
            "typed": any(a.typed is not None for a in valid),
        }
        now = self._ask_all(plan, user, {**facts, **given})
        if now.allowed:
            return Decision("allow", now.rules, f"allowed by {_names(now.rules)}")
        last = now
        for effect, hypothesis in _LADDER:
            answer = self._ask_all(plan, user, {**facts, **hypothesis})
            if answer.allowed:
                return Decision(effect, answer.rules, f"{_WORDS[effect]} ({_names(answer.rules)})")
            last = answer
        reason = f"refused by {_names(last.rules)}" if last.rules else "no policy permits it"
        return Decision("deny", last.rules, reason)

    def may_read(self, user: User, tool: str) -> Decision:
        """Whether `user` may use a tool that only reads."""
        facts = {**_NOTHING, "tool": tool, "risk": Risk.READ.value, "surface": user.surface}
        answer = self._ask(user, Risk.READ.value, tool, facts)
        if answer.allowed:
            return Decision("allow", answer.rules, f"allowed by {_names(answer.rules)}")
        reason = f"refused by {_names(answer.rules)}" if answer.rules else "no policy permits it"
        return Decision("deny", answer.rules, reason)

    def may_approve(self, plan: Plan, approver: User) -> bool:
        """Whether this person's yes to a plan would count."""
        return self._may_approve(plan, approver, self._facts(plan, approver))

    def _may_approve(self, plan: Plan, approver: User, facts: dict[str, Any]) -> bool:
        context = {**facts, "risk": plan.risk.value, "surface": approver.surface}
        return all(
            self._ask(approver, "approve", call.tool, {**context, "tool": call.tool}).allowed
            for call in plan.calls
        )

    def _ask_all(self, plan: Plan, user: User, context: dict[str, Any]) -> _Answer:
        rules: list[str] = []
        for call in plan.calls:
            facts = {
                **context,
                "tool": call.tool,
                "risk": call.risk.value,
                "scheduled": call.when is not None,
            }
            answer = self._ask(user, call.risk.value, call.tool, facts)
            if not answer.allowed:
                return answer
            rules.extend(answer.rules)
        return _Answer(True, tuple(dict.fromkeys(rules)))

    def _ask(self, user: User, action: str, tool: str, context: dict[str, Any]) -> _Answer:
        text = json.dumps(context, sort_keys=True)
        key = (user.name, user.roles, action, tool, text)
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) >= _KEPT:
                self._answers.clear()
            answer = self._answers[key] = self._asked(user, action, tool, context)
        return answer

    def _asked(self, user: User, action: str, tool: str, context: dict[str, Any]) -> _Answer:
        principal = {"type": "User", "id": user.name}
        request = {
            "principal": principal,
            "action": {"type": "Action", "id": action},
            "resource": {"type": "Tool", "id": tool},
            "context": context,
        }
        roles = [{"type": "Role", "id": role} for role in sorted(user.roles)]
        entities: list[dict[str, Any]] = [
            {"uid": principal, "attrs": {}, "parents": roles},
            {"uid": request["resource"], "attrs": {}, "parents": []},
            *({"uid": role, "attrs": {}, "parents": []} for role in roles),
        ]
        known = _cedar.Entities.from_json_str(json.dumps(entities))
        result = _cedar.is_authorized(request, self._policies, known, self._schema)
        diagnostics = result.diagnostics
        # an erroring forbid is skipped by Cedar: any error is a refusal here
        allowed = result.decision is _cedar.Decision.Allow and not diagnostics.errors
        return _Answer(allowed, tuple(sorted(diagnostics.id_annotations_by_reason.values())))

    def _facts(self, plan: Plan, user: User) -> dict[str, Any]:
        vms = {vm.id: vm for call in plan.calls for vm in call.vms}.values()
        per_environment = Counter(vm.tags.get(self._environment_tag, "") for vm in vms)
        sizes = self._environment_sizes()
        shares = [
            100 * count // max(sizes.get(name, count), count)
            for name, count in per_environment.items()
        ]
        made = sum(1 for c in plan.calls for s in c.steps if s.target.startswith("new:"))
        disks = [s for c in plan.calls for s in c.steps if s.target.startswith(DISK)]
        in_production = sum(n for e, n in per_environment.items() if e in self._production)
        in_production += sum(
            s.args.get("tags", {}).get(self._environment_tag) in self._production for s in disks
        )
        return {
            **_NOTHING,
            "machines": len(vms) + made + len(disks),
            "production": in_production,
            "protected": sum(vm.protected for vm in vms),
            "share_percent": max(shares, default=0),
            "environments": sorted(per_environment),
            "providers": sorted({vm.provider for vm in vms}),
            "surface": user.surface,
        }


_NOTHING: dict[str, Any] = {
    "tool": "", "risk": "", "machines": 0, "production": 0, "protected": 0, "share_percent": 0,
    "environments": [], "providers": [], "surface": "", "scheduled": False, "approvals": 0,
    "others": 0, "typed": False,
}  # fmt: skip

_KEPT = 4096
"""So many answers are kept: the policies never change, so the same question has the same answer."""

_LADDER: tuple[tuple[Effect, dict[str, Any]], ...] = (
    ("ask", {"approvals": 1, "others": 0, "typed": True}),
    ("ask_two", {"approvals": 2, "others": 1, "typed": True}),
)

_WORDS: dict[Effect, str] = {
    "ask": "waits for a yes",
    "ask_two": "waits for the yes of two people",
}


def _names(rules: Sequence[str]) -> str:
    return ", ".join(rules)


def _validate(text: str, schema: str) -> None:
    try:
        result = _cedar.validate_policies(text, schema)
    except ValueError as error:
        raise InvalidRequest(f"The policies cannot be read: {error}") from error
    if not result.validation_passed:
        reasons = "; ".join(str(e.error) for e in result.errors)
        raise InvalidRequest(f"The policies are not valid: {reasons}")


def roles_of_policies(texts: Iterable[str]) -> tuple[str, ...]:
    """The roles that these policies speak of; any other gives its holder nothing."""
    found = {role for text in texts for role in re.findall(r'Role::"([^"]+)"', text)}
    return tuple(sorted(found))


def load_policies(names: Iterable[str]) -> list[str]:
    """The texts of policies: `default` and `team` ship; anything else is a file's path.

    Raises:
        NotFound: a file is not there.
    """
    texts: list[str] = []
    for name in names:
        shipped = POLICIES / f"{name}.cedar"
        path = shipped if shipped.is_file() else Path(name)
        try:
            texts.append(path.read_text())
        except OSError as error:
            raise NotFound(
                f"The policy {name!r} cannot be read: {error.strerror}.",
                choices=tuple(p.stem for p in sorted(POLICIES.glob("*.cedar"))),
            ) from error
    return texts
