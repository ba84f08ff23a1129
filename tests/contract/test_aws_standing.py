"""AWS tells how it stands: by IAM's simulation, which the wire adds, and by dry runs on moto."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.contract.aws_bench import REGION, Raw, opened, places_over
from tests.contract.ledger import Deviation, LedgerContract
from tests.contract.moto_world import (
    ACCESS_KEY,
    SECRET_KEY,
    XML,
    MotoWire,
    action,
    fields,
    refusal,
    reset,
    session,
)
from tests.contract.standing import StandingBench, StandingContract
from tests.contract.wire import Answer, Request
from tools.providers.aws import Aws
from tools.providers.aws_link import Options, open_places
from tools.providers.aws_rights import RIGHTS
from tools.providers.base import Capability

pytestmark = [pytest.mark.xdist_group("moto"), pytest.mark.timeout(120)]

ROLE = "arn:aws:iam::123456789012:role/ops/nova"


class IamWire(MotoWire):
    """The wire with IAM's simulation of policies.

    Attributes:
        denied: the actions that are not allowed; None: who asks may not simulate.
        who: what the caller is said to be, instead of moto's own.
        simulated: whose policies were asked for.
    """

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.denied: set[str] | None = set()
        self.who: str | None = None
        self.simulated: list[str] = []

    def forward(self, request: Request) -> Answer:
        """moto's answer, and IAM's."""
        name = action(request)
        if name == "GetCallerIdentity" and self.who is not None:
            return _answer(name, f"<Arn>{self.who}</Arn><Account>123456789012</Account>", "sts")
        if name == "GetRole":
            role = "<Path>/ops/</Path><RoleName>nova</RoleName><RoleId>AROA1</RoleId>"
            made = f"<Arn>{ROLE}</Arn><CreateDate>2026-11-01T00:00:00Z</CreateDate>"
            return _answer(name, f"<Role>{role}{made}</Role>")
        if name != "SimulatePrincipalPolicy":
            return super().forward(request)
        if self.denied is None:
            return refusal("AccessDenied", "not authorized to perform it", 403)
        return self._page(fields(request))

    def _page(self, given: Any) -> Answer:
        """Two pages, so that both must be read."""
        self.simulated.append(given["PolicySourceArn"])
        asked = [value for name, value in given.items() if name.startswith("ActionNames.member.")]
        half = len(asked) // 2
        second = "Marker" in given
        rows = "".join(self._row(one) for one in (asked[half:] if second else asked[:half]))
        more = "" if second else "<Marker>two</Marker>"
        body = f"<IsTruncated>{'false' if second else 'true'}</IsTruncated>{more}"
        return _answer(
            "SimulatePrincipalPolicy", f"{body}<EvaluationResults>{rows}</EvaluationResults>"
        )

    def _row(self, name: str) -> str:
        decision = "implicitDeny" if name in (self.denied or ()) else "allowed"
        return (
            f"<member><EvalActionName>{name}</EvalActionName>"
            f"<EvalDecision>{decision}</EvalDecision></member>"
        )


def _answer(name: str, body: str, service: str = "iam") -> Answer:
    version = {"iam": "2010-05-08", "sts": "2011-06-15"}[service]
    text = (
        f'<{name}Response xmlns="https://{service}.amazonaws.com/doc/{version}/"><{name}Result>'
        f"{body}</{name}Result></{name}Response>"
    )
    return Answer(200, text.encode(), XML)


@pytest.fixture
def wire(moto: int) -> Iterator[IamWire]:
    reset(moto)
    made = IamWire(moto)
    yield made
    made.close()


@pytest.fixture
def provider(wire: IamWire) -> Iterator[Aws]:
    made = opened(places_over(wire))
    yield made
    made.close()


@contextmanager
def denied(wire: IamWire, *actions: str) -> Iterator[None]:
    wire.denied = set(actions)
    yield
    wire.denied = set()


@pytest.fixture
def stood(wire: IamWire, provider: Aws) -> StandingBench:
    return StandingBench(
        provider,
        wire,
        lambda: denied(wire, "ec2:CreateSnapshots"),
        "ec2:CreateSnapshots",
        Capability.SNAPSHOT,
        "account 123456789012",
        secrets=(SECRET_KEY, ACCESS_KEY),
    )


class TestAwsStanding(StandingContract):
    """The group."""


def test_an_assumed_role_is_asked_for_by_its_own_name(wire: IamWire, provider: Aws) -> None:
    wire.who = "arn:aws:sts::123456789012:assumed-role/nova/novacron"
    assert "assumed-role/nova" in provider.examine().reached
    assert set(wire.simulated) == {ROLE}


def test_an_account_s_root_may_everything_and_is_not_simulated(
    wire: IamWire, provider: Aws
) -> None:
    wire.who, wire.denied = "arn:aws:iam::123456789012:root", None
    assert (provider.examine().lacks, wire.simulated) == ((), [])


def _judge_from(port: int, count: str) -> None:
    """After so many requests moto holds each to its sender's policies."""
    url = f"http://127.0.0.1:{port}/moto-api/reset-auth"
    kind = {"Content-Type": "text/plain"}
    request = urllib.request.Request(url, data=count.encode(), headers=kind, method="POST")
    urllib.request.urlopen(request, timeout=30).close()


@contextmanager
def judged(port: int) -> Iterator[None]:
    """Let moto hold requests to their sender's policies for a while."""
    _judge_from(port, "0")
    try:
        yield
    finally:
        _judge_from(port, "inf")


def _operator(port: int) -> Any:
    """A session of a user who may look, reboot and tag, and nothing else."""
    iam = session().client("iam", endpoint_url=f"http://127.0.0.1:{port}")
    iam.create_user(UserName="nova")
    allowed = ["ec2:Describe*", "ec2:RebootInstances", "ec2:CreateTags", "sts:*"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": allowed, "Resource": "*"}],
    }
    iam.put_user_policy(UserName="nova", PolicyName="nova", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="nova")["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)


def test_who_may_not_simulate_is_told_by_dry_runs_that_change_nothing(
    moto: int, wire: IamWire
) -> None:
    raw = Raw(moto)
    instance = raw.run("web-1")
    wire.denied = None
    operator = _operator(moto)
    before = (raw.instance(instance), raw.holdings())
    options = Options(attempts=1, poll_s=0.01, endpoint_url=wire.url)
    with judged(moto):
        provider = opened(open_places(operator, [], [REGION], options))
        found = provider.examine()
        provider.close()
    assert (raw.instance(instance), raw.holdings()) == before
    missing = {lack.right for lack in found.lacks}
    assert {"ec2:StopInstances", "ec2:TerminateInstances", "ec2:RunInstances"} <= missing
    assert missing.isdisjoint({"ec2:RebootInstances", "ec2:CreateTags", "ec2:DescribeInstances"})
    assert "SimulatePrincipalPolicy" in found.unsure
    dry = [r for r in wire.requests if fields(r).get("DryRun") == "true"]
    changing = [r for r in wire.requests if not action(r).startswith(("Describe", "Get", "Sim"))]
    assert changing == dry != []


def test_without_a_machine_there_is_no_dry_run_and_that_is_said(
    wire: IamWire, provider: Aws
) -> None:
    wire.denied = None
    found = provider.examine()
    assert found.lacks == ()
    assert "no machine for a dry run" in found.unsure


def test_every_change_that_the_provider_asks_for_is_a_right_that_is_looked_at() -> None:
    import re
    from pathlib import Path

    import tools.providers

    folder = Path(tools.providers.__file__).parent
    texts = [p.read_text() for p in folder.glob("aws*.py") if p.name != "aws_rights.py"]
    asked = {
        f"{service}:{''.join(part.capitalize() for part in name.split('_'))}"
        for text in texts
        for service, name in re.findall(r'act\(\s*"(\w+)",\s*"(\w+)"', text)
    }
    known = {right for rights in RIGHTS.values() for right in rights}
    assert len(asked) > 12
    assert asked <= known


def _no_simulation(raw: Raw) -> bool:
    once = Config(retries={"total_max_attempts": 1})
    iam = session().client("iam", endpoint_url=raw.url, config=once)
    try:
        iam.simulate_principal_policy(PolicySourceArn=ROLE, ActionNames=["ec2:RunInstances"])
    except Exception:  # it answers with a page in HTML
        return True
    return False


class TestMotoIamLedger(LedgerContract):
    """The strict ledger."""

    @pytest.fixture
    def deviation(self) -> Deviation:
        return Deviation("moto", "IAM simulates no policies", _no_simulation)

    @pytest.fixture
    def raw(self, moto: int) -> Raw:
        return Raw(moto)
