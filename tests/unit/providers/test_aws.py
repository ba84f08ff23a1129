"""What of the AWS provider needs no AWS: errors, prices, records, finding credentials."""

from __future__ import annotations

import inspect
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.exceptions
import pytest
from botocore.parsers import ResponseParserError

from tools.errors import (
    ERRORS as OURS,
)
from tools.errors import (
    Capacity,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NovaError,
    OutcomeUnknown,
    ProviderError,
    Throttled,
    Unreachable,
    Unsupported,
)
from tools.machine import State
from tools.providers import aws
from tools.providers.aws_errors import ERRORS, in_our_words, kind_of
from tools.providers.aws_images import FAMILIES, family_of
from tools.providers.aws_prices import TABLE, prices_in, table_price
from tools.providers.aws_record import Surroundings, machine_of, snapshots_by_machine, state_of
from tools.providers.kinds import connections_of
from tools.times import utc_now

WHEN = datetime(2026, 11, 23, 10, tzinfo=UTC)


def refused(code: str, message: str = "no", status: int = 400, **headers: str) -> Exception:
    facts = {"HTTPStatusCode": status, "HTTPHeaders": headers}
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": facts}
    return botocore.exceptions.ClientError(answer, "StopInstances")


def test_every_code_is_of_one_kind() -> None:
    codes = [code for kind in ERRORS for code in ERRORS[kind]]
    assert len(codes) == len(set(codes))
    assert set(ERRORS) <= set(OURS)
    for kind, named in ERRORS.items():
        assert all(kind_of(code) is kind for code in named)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("InvalidInstanceID.NotFound", NotFound),
        ("InvalidSnapshot.NotFound", NotFound),
        ("ResourceNotFoundException", NotFound),
        ("SomethingNewLimitExceeded", Capacity),
        ("TheMoonIsFull", ProviderError),
    ],
)
def test_codes_that_are_in_no_table(code: str, kind: type[NovaError]) -> None:
    error = in_our_words(refused(code), "Stopping", acting=True)
    assert (type(error), error.vendor_code) == (kind, code)


def test_a_failure_of_aws_leaves_an_act_unknown_but_not_a_reading() -> None:
    failed = refused("InternalError", status=500)
    assert type(in_our_words(failed, "Stopping", acting=True)) is OutcomeUnknown
    assert type(in_our_words(failed, "Listing", acting=False)) is Unreachable


def test_a_throttled_request_says_how_long_to_wait() -> None:
    slow = refused("RequestLimitExceeded", status=503, **{"retry-after": "7"})
    error = in_our_words(slow, "Stopping", acting=True)
    assert (type(error), error.retry_after_s) == (Throttled, 7)
    unsaid = in_our_words(refused("Throttling"), "Stopping", acting=True)
    assert unsaid.retry_after_s is None


@pytest.mark.parametrize(
    "message",
    [
        "You may not. Encoded authorization failure message: SECRET",
        "It does not match. The Canonical String for this request should have been 'POST SECRET'",
        "headers: x-amz-security-token:SECRET",
        "Authorization: AWS4-HMAC-SHA256 Credential=SECRET",
    ],
)
def test_what_signs_a_request_is_not_in_the_error(message: str) -> None:
    error = in_our_words(refused("SignatureDoesNotMatch", message), "Stopping", acting=True)
    assert "SECRET" not in json.dumps(error.as_dict())
    assert error.hint


def test_every_exception_of_botocore_is_one_of_ours() -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(botocore.exceptions, inspect.isclass)
        if issubclass(kind, Exception)
    ]
    assert len(kinds) > 60
    for kind in kinds:
        error = kind.__new__(kind)
        for acting in (True, False):
            ours = in_our_words(error, "Stopping", acting=acting)
            assert isinstance(ours, NovaError)
            assert ours.hint


@pytest.mark.parametrize(
    ("error", "acting", "reading"),
    [
        (botocore.exceptions.EndpointConnectionError(endpoint_url="x"), Unreachable, Unreachable),
        (botocore.exceptions.ConnectTimeoutError(endpoint_url="x"), Unreachable, Unreachable),
        (botocore.exceptions.SSLError(endpoint_url="x", error="x"), Unreachable, Unreachable),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="x"), OutcomeUnknown, Unreachable),
        (botocore.exceptions.ConnectionClosedError(endpoint_url="x"), OutcomeUnknown, Unreachable),
        (ResponseParserError("x"), OutcomeUnknown, Unreachable),
        (botocore.exceptions.NoCredentialsError(), NotAllowed, NotAllowed),
        (botocore.exceptions.UnauthorizedSSOTokenError(), NotAllowed, NotAllowed),
        (botocore.exceptions.ProfileNotFound(profile="x"), InvalidRequest, InvalidRequest),
        (botocore.exceptions.ParamValidationError(report="x"), InvalidRequest, InvalidRequest),
    ],
)
def test_what_was_not_sent_is_known_not_to_have_happened(
    error: Exception, acting: type[NovaError], reading: type[NovaError]
) -> None:
    assert type(in_our_words(error, "x", acting=True)) is acting
    assert type(in_our_words(error, "x", acting=False)) is reading


@pytest.mark.parametrize(
    ("size", "price"),
    [("t3.micro", 0.0104), ("m5.large", 0.096), ("m5.xlarge", 0.192), ("c5.18xlarge", 3.06),
     ("t2.small", 0.023), ("m5.metal", 0.0), ("zz.large", 0.0), ("m5.hugexlarge", 0.0)],
)  # fmt: skip
def test_prices_go_with_the_size(size: str, price: float) -> None:
    assert table_price("us-east-1", size, "linux") == price
    assert table_price("us-east-1", size, "windows") == 0.0
    assert table_price("sa-east-1", size, "linux") == 0.0


def test_the_table_says_of_when_it_is() -> None:
    datetime.strptime(json.loads(TABLE.read_text())["dated"], "%Y-%m").astimezone(UTC)


def test_only_prices_by_the_hour_count() -> None:
    def entry(unit: str, usd: str) -> str:
        dimension = {"unit": unit, "pricePerUnit": {"USD": usd}}
        return json.dumps({"terms": {"OnDemand": {"t": {"priceDimensions": {"d": dimension}}}}})

    entries = [entry("Hrs", "0.5"), entry("Quantity", "3"), entry("Hrs", "0.0"), "{}"]
    assert list(prices_in(entries)) == [0.5]


@pytest.mark.parametrize(
    ("owner", "name", "family"),
    [
        ("099720109477", "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-1", "ubuntu-22.04"),
        ("136693071363", "debian-12-amd64-20260901-1234", "debian-12"),
        ("000000000000", "debian-12-amd64-20260901-1234", None),
        ("137112412989", "al2023-ami-2023.9.1-kernel-6.1-x86_64", "amazon-linux-2023"),
        ("137112412989", "al2023-ami-minimal-2023.9.1-kernel-6.1-x86_64", None),
    ],
)  # fmt: skip
def test_an_image_belongs_to_its_makers_family(owner: str, name: str, family: str | None) -> None:
    assert family_of(owner, name) == family
    assert len({one.name for one in FAMILIES}) == len(FAMILIES)


PLACE: Any = SimpleNamespace(region="us-east-1", machine_id=lambda i: f"aws/1:us-east-1/{i}")
NOTHING = Surroundings({}, {}, {}, {}, {}, {})


def instance(**more: Any) -> dict[str, Any]:
    return {
        "InstanceId": "i-1", "InstanceType": "zz.new", "State": {"Name": "running"},
        "LaunchTime": WHEN, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reason", "state"),
    [
        ("pending", "", State.STARTING),
        ("running", "", State.RUNNING),
        ("stopping", "", State.STOPPING),
        ("stopped", "Client.UserInitiatedShutdown", State.STOPPED),
        ("stopped", "Client.UserInitiatedHibernate", State.SUSPENDED),
        ("running", "Client.UserInitiatedHibernate", State.RUNNING),
        ("shutting-down", "", State.STOPPING),
        ("terminated", "", State.DELETED),
        ("dreaming", "", State.UNKNOWN),
    ],
)
def test_states(name: str, reason: str, state: State) -> None:
    assert state_of(instance(State={"Name": name}, StateReason={"Code": reason})) is state


def test_a_bare_machine_is_a_record_too() -> None:
    vm = machine_of(PLACE, instance(CpuOptions={"CoreCount": 4, "ThreadsPerCore": 2}), NOTHING)
    assert (vm.id, vm.name, vm.vcpus, vm.memory_gib) == ("aws/1:us-east-1/i-1", "i-1", 8, 0)
    assert vm.created_at == WHEN


def test_a_machine_is_as_old_as_its_first_interface() -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    interfaces = [
        {"Attachment": {"DeviceIndex": 1, "AttachTime": WHEN}},
        {"Attachment": {"DeviceIndex": 0, "AttachTime": made}},
    ]
    vm = machine_of(PLACE, instance(NetworkInterfaces=interfaces), NOTHING)
    assert vm.created_at == made


def test_the_parts_of_a_snapshot_are_one_and_failed_ones_none() -> None:
    def part(name: str, volume: str, state: str, size: int | None) -> dict[str, Any]:
        tags = {"novacron:machine": "i-1", "novacron:snapshot": name}
        return {
            "SnapshotId": f"s-{name}-{volume}", "VolumeId": volume, "State": state,
            "StartTime": WHEN, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()],
            **({} if size is None else {"FullSnapshotSizeInBytes": size << 30}),
        }  # fmt: skip

    found = snapshots_by_machine([
        part("whole", "a", "completed", 2), part("whole", "b", "pending", 3),
        part("half", "a", "completed", 2), part("half", "b", "error", 0),
        part("unsized", "a", "completed", None), {"SnapshotId": "other", "Tags": []},
    ])  # fmt: skip
    assert {s.name: s.size_gib for s in found["i-1"]} == {"whole": 5.0, "unsized": None}


def test_nothing_is_found_where_no_credentials_are(tmp_path: Path) -> None:
    assert aws.discover({"HOME": str(tmp_path)}) == []


@pytest.mark.parametrize(
    ("environment", "profile"),
    [
        ({"AWS_PROFILE": "prod"}, "prod"),
        ({"AWS_ACCESS_KEY_ID": "AKID"}, ""),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}, ""),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/"}, ""),
    ],
)
def test_credentials_of_the_environment_are_a_connection(
    tmp_path: Path, environment: dict[str, str], profile: str
) -> None:
    found = aws.discover({"HOME": str(tmp_path), **environment})
    assert [one.profile for one in found] == [profile]


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("credentials", "[default]\naws_access_key_id = AKID\n", 1),
        ("config", "[default]\nsso_session = corp\n", 1),
        ("config", "[default]\nregion = eu-west-1\n", 0),
        ("credentials", "[other]\naws_access_key_id = AKID\n", 0),
        ("credentials", "broken", 0),
    ],
)
def test_the_default_profile_is_a_connection(
    tmp_path: Path, file: str, text: str, found: int
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / file).write_text(text)
    assert len(aws.discover({"HOME": str(tmp_path)})) == found
    elsewhere = {"HOME": "/nowhere", "AWS_CONFIG_FILE": str(tmp_path / ".aws" / file)}
    assert len(aws.discover(elsewhere)) == found


def test_the_settings_make_a_connection_and_a_wrong_key_is_named() -> None:
    entry = {"kind": "aws", "name": "prod", "profile": "prod", "regions": ["eu-west-1"]}
    found = connections_of([entry], discover=False, environment={})
    assert [one.name for one in found] == ["prod"]
    with pytest.raises(InvalidRequest, match="region"):
        connections_of([{"kind": "aws", "region": "eu"}], discover=False, environment={})


def test_a_named_connection_stands_for_the_one_that_is_found() -> None:
    entry = {"kind": "aws", "name": "prod"}
    environment = {"AWS_PROFILE": "other"}
    found = connections_of([entry], discover=True, environment=environment)
    assert [one.name for one in found if one.name in ("prod", "aws")] == ["prod"]


def test_a_profile_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(InvalidRequest, match="nobody"):
        aws.connect(aws.AwsSettings.model_validate({"profile": "nobody"}), utc_now)


def test_without_the_sdk_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(Unsupported) as caught:
        aws.connect(aws.AwsSettings.model_validate({}), utc_now)
    assert "novacron[aws]" in caught.value.hint
