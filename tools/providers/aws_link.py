"""The connections to AWS: one account in one region is a place, with its clients.

Readings are repeated by botocore in its adaptive mode. What changes something is sent once, so
that a lost answer is seen as such; the operation repeats it where that is safe.
"""

from __future__ import annotations

import hashlib
import importlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

from tools.errors import InvalidRequest, NotFound, NovaError, OutcomeUnknown
from tools.providers.aws_errors import in_our_words
from tools.providers.kinds import missing_sdk

OURS = "novacron:"
"""Every tag of ours begins so; they are shown to nobody as tags of the machine."""
MOST_VALUES = 200
"""So many values a filter of EC2 takes."""
_KEY_HOLDS = timedelta(minutes=20)
"""botocore looks a key up again 15 minutes before its end."""

Facts = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """How AWS is asked.

    Attributes:
        attempts: so often a reading is sent.
        page_size: machines a page; other things have pages of at most this size too.
        poll_s: the first pause while something is waited for; it grows to ten times.
        wait_limit_s: the longest that one change of state is waited for.
        endpoint_url: where the services are, if not at AWS.
        subnets: the subnet of new machines, by region.
        key_pair: the key pair of new machines.
    """

    attempts: int = 5
    page_size: int = 1000
    poll_s: float = 1.0
    wait_limit_s: float = 1800
    endpoint_url: str | None = None
    subnets: dict[str, str] = field(default_factory=dict[str, str])
    key_pair: str = ""


def load_sdk() -> Any:
    """The module boto3.

    Raises:
        Unsupported: it is not installed.
    """
    try:
        return importlib.import_module("boto3")
    except ImportError as error:
        raise missing_sdk("aws", "aws") from error


class Account:
    """One account as one session signs in to it; it makes the clients."""

    def __init__(self, session: Any, options: Options) -> None:
        self._session = session
        self._options = options
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, bool], Any] = {}
        who = self.call("sts", None, "get_caller_identity", {}, acting=False)
        self.number, self.who = str(who["Account"]), str(who["Arn"])

    def client(self, service: str, region: str | None, *, acting: bool) -> Any:
        """The client of a service in a region; made once."""
        key = (service, region or "", acting)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._session.client(
                    service,
                    region_name=region or self._session.region_name or "us-east-1",
                    endpoint_url=self._options.endpoint_url,
                    config=self._config(1 if acting else self._options.attempts),
                )
            return self._clients[key]

    def _config(self, attempts: int) -> Any:
        return importlib.import_module("botocore.config").Config(
            retries={"mode": "adaptive", "total_max_attempts": attempts},
            connect_timeout=5,
            read_timeout=60,
            max_pool_connections=16,
            user_agent_extra="novacron",
        )

    def call(
        self, service: str, region: str | None, operation: str, given: Facts, *, acting: bool
    ) -> Facts:
        """Send one request.

        Raises:
            NovaError: what AWS says, in our words.
        """
        where = f" in {region}" if region else ""
        what = f"AWS {service} {operation.replace('_', ' ')}{where}"
        try:
            client = self.client(service, region, acting=acting)
            return getattr(client, operation)(**given)
        except NovaError:
            raise
        except Exception as error:
            raise in_our_words(error, what, acting=acting) from error

    def close(self) -> None:
        """Close the clients' connections."""
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()


@dataclass(frozen=True)
class Place:
    """One account in one region."""

    account: Account
    region: str
    options: Options

    @property
    def location(self) -> str:
        """The middle of its machines' ids."""
        return f"{self.account.number}:{self.region}"

    def machine_id(self, instance_id: str) -> str:
        """The id of one of its machines."""
        return f"aws/{self.location}/{instance_id}"

    def read(self, service: str, operation: str, **given: Any) -> Facts:
        """Look at something."""
        return self.account.call(service, self.region, operation, given, acting=False)

    def act(self, service: str, operation: str, **given: Any) -> Facts:
        """Change something; sent once."""
        return self.account.call(service, self.region, operation, given, acting=True)

    def pages(
        self, service: str, operation: str, key: str, most: int | None = None, **given: Any
    ) -> list[Facts]:
        """Everything under this key of the answers, page after page."""
        size = min(most or self.options.page_size, max(self.options.page_size, 5))
        sized = {**given, "MaxResults": size} if service == "ec2" else given
        found: list[Facts] = []
        while True:
            page = self.read(service, operation, **sized)
            found.extend(page.get(key, []))
            if not page.get("NextToken"):
                return found
            sized = {**sized, "NextToken": page["NextToken"]}

    def instances(self, **given: Any) -> list[Facts]:
        """The machines as EC2 describes them."""
        reservations = self.pages("ec2", "describe_instances", "Reservations", **given)
        return [one for reservation in reservations for one in reservation["Instances"]]

    def instance(self, instance_id: str) -> Facts:
        """One machine as it is now.

        Raises:
            NotFound: it is not there, or it was terminated.
        """
        found = self.find_instance(instance_id)
        if found is None or found["State"]["Name"] == "terminated":
            raise NotFound(f"No machine has the id {self.machine_id(instance_id)!r} on AWS.")
        return found

    def find_instance(self, instance_id: str) -> Facts | None:
        """One machine as it is now, if AWS still knows it."""
        found = self.instances(Filters=[filtered("instance-id", instance_id)])
        return found[0] if found else None

    def wait_for(self, what: str, look: Callable[[], bool]) -> None:
        """Look until it is so.

        Raises:
            OutcomeUnknown: it did not come about in time.
        """
        until = time.monotonic() + self.options.wait_limit_s
        pause = self.options.poll_s
        while not look():
            if time.monotonic() > until:
                limit = f"{self.options.wait_limit_s:.0f} s"
                raise OutcomeUnknown(f"AWS accepted it, but {what} took longer than {limit}.")
            time.sleep(pause)
            pause = min(pause * 1.5, self.options.poll_s * 10)

    def wait_for_state(self, instance_id: str, state: str) -> None:
        """Until the machine is in this state of EC2's."""
        self.wait_for(
            f"{instance_id} becoming {state}",
            lambda: self.instance(instance_id)["State"]["Name"] == state,
        )


def filtered(name: str, *values: str) -> Facts:
    """A filter of EC2."""
    return {"Name": name, "Values": list(values)}


def tag_list(tags: dict[str, str]) -> list[Facts]:
    """Tags as EC2 takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tags_of(thing: Facts) -> dict[str, str]:
    """Tags as EC2 gives them."""
    return {tag["Key"]: tag["Value"] for tag in thing.get("Tags", [])}


def digest(*parts: str) -> str:
    """A client token that AWS takes, of one of ours."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def in_parts(values: Iterable[str], size: int = MOST_VALUES) -> Iterator[list[str]]:
    """These values, so many at a time."""
    kept = list(values)
    for start in range(0, len(kept), size):
        yield kept[start : start + size]


def open_places(session: Any, roles: Iterable[str], regions: Iterable[str], options: Options,
                external_id: str | None = None) -> list[Place]:  # fmt: skip
    """Every account in every region: the session's own account, or those that roles lead to."""
    sessions = [assumed(session, role, external_id, options) for role in roles] or [session]
    with ThreadPoolExecutor(len(sessions)) as pool:
        accounts = list(pool.map(Account, sessions, repeat(options)))
    wanted = list(regions)
    places: list[Place] = []
    for account in accounts:
        for region in wanted or _enabled_regions(account):
            places.append(Place(account, region, options))
    locations = [place.location for place in places]
    if len(set(locations)) < len(locations):
        raise InvalidRequest("Two roles of this AWS connection lead to the same account.")
    return places


def _enabled_regions(account: Account) -> list[str]:
    found = account.call("ec2", None, "describe_regions", {}, acting=False)
    return sorted(region["RegionName"] for region in found["Regions"])


def assumed(session: Any, role: str, external_id: str | None, options: Options) -> Any:
    """A session that signs in as this role, anew whenever it runs out."""
    credentials = importlib.import_module("botocore.credentials")
    boto3, core = load_sdk(), importlib.import_module("botocore.session").Session()
    core.register_component("data_loader", session._session.get_component("data_loader"))
    extra = {"RoleSessionName": "novacron"} | ({"ExternalId": external_id} if external_id else {})

    def client(service: str, **given: Any) -> Any:
        region = session.region_name or "us-east-1"
        return session.client(
            service, **{"region_name": region, "endpoint_url": options.endpoint_url, **given}
        )

    try:
        fetcher = credentials.AssumeRoleCredentialFetcher(
            client, session.get_credentials(), role, extra_args=extra
        )
        core._credentials = credentials.DeferredRefreshableCredentials(
            fetcher.fetch_credentials, "assume-role"
        )
    except Exception as error:
        raise in_our_words(error, f"Signing in as {role}", acting=False) from error
    return boto3.Session(botocore_session=core, region_name=session.region_name)


def keyed(look_up: Callable[[], tuple[str, str, str | None]]) -> Any:
    """A session of an access key that is looked up anew every few minutes: it may be replaced.

    Args:
        look_up: gives access key, secret key and session token.
    """
    credentials = importlib.import_module("botocore.credentials")
    boto3, core = load_sdk(), importlib.import_module("botocore.session").Session()

    def fetch() -> Facts:
        access_key, secret_key, token = look_up()
        ends = datetime.now(UTC) + _KEY_HOLDS
        return {
            "access_key": access_key, "secret_key": secret_key, "token": token,
            "expiry_time": ends.isoformat(),
        }  # fmt: skip

    core._credentials = credentials.DeferredRefreshableCredentials(fetch, "novacron")
    return boto3.Session(botocore_session=core)
