"""AWS: machines of EC2 in many accounts and regions behind one connection.

Each verb reads the machine's state itself and then acts. The insides are in the `aws_*` modules
beside this one; boto3 is loaded where a connection is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from configparser import ConfigParser
from configparser import Error as BrokenFile
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from tools.credentials.secret import Secret
from tools.errors import InvalidRequest, NotFound, NovaError, Unsupported
from tools.machine import VM, LooseDisk, Offer
from tools.ports import Opening, PortRule
from tools.providers import (
    aws_changes,
    aws_disks,
    aws_making,
    aws_networking,
    aws_rights,
    aws_samples,
    aws_snapshots,
)
from tools.providers.aws_errors import in_our_words
from tools.providers.aws_limits import UNSUPPORTED
from tools.providers.aws_link import Options, Place, keyed, load_sdk, open_places
from tools.providers.aws_offers import Offers, Shelf
from tools.providers.aws_prices import Prices
from tools.providers.aws_reading import Reader
from tools.providers.base import Capability, NewMachine, Provider, Sample
from tools.providers.kinds import ConnectionSettings, ProviderKind
from tools.providers.standing import Standing
from tools.times import Clock, utc_now

_AT_ONCE = 48
_LOG_TAIL = 64 * 1024
_CAPABILITIES = frozenset(Capability) - {
    Capability.RESIZE_RUNNING,
    Capability.MIGRATE_HOST,
    Capability.MIGRATE_REGION,
}


class AwsSettings(ConnectionSettings):
    """One connection to AWS."""

    kind: str = Field("aws", description="aws", pattern="^aws$")
    profile: str = Field("", description="profile of the AWS files; empty: the usual chain")
    roles: tuple[str, ...] = Field(
        (), description="roles to assume, an account each, instead of the profile's own account"
    )
    external_id: Secret | None = Field(None, description="what the roles ask for, if anything")
    access_key: Secret | None = Field(None, description="an access key instead of the usual chain")
    secret_key: Secret | None = Field(None, description="the secret of the access key")
    session_token: Secret | None = Field(None, description="its session token, if it has one")
    regions: tuple[str, ...] = Field((), description="regions; empty: all that are enabled")
    subnets: dict[str, str] = Field(
        default_factory=dict[str, str], description="subnet of new machines, by region"
    )
    key_pair: str = Field("", description="key pair of new machines")
    prices: Literal["api", "table"] = Field(
        "api", description="what the price table lacks: ask AWS's price list, or leave it unknown"
    )
    endpoint_url: str = Field("", description="address of the services, if not AWS's own")
    attempts: int = Field(5, ge=1, le=20, description="how often a reading is sent")

    @model_validator(mode="after")
    def _key_is_whole(self) -> AwsSettings:
        if (self.access_key is None) != (self.secret_key is None):
            raise ValueError("access_key and secret_key go together")
        return self

    def options(self) -> Options:
        """How AWS is asked."""
        return Options(
            attempts=self.attempts,
            endpoint_url=self.endpoint_url or None,
            subnets=dict(self.subnets),
            key_pair=self.key_pair,
        )


class Aws(Provider):
    """Accounts in regions, read and changed side by side."""

    kind = "aws"
    capabilities = _CAPABILITIES
    unsupported = UNSUPPORTED
    deduplicates = True
    concurrency = 8

    def __init__(
        self,
        name: str,
        places: Sequence[Place],
        clock: Clock,
        *,
        ask_prices: bool = True,
        shelf: Shelf | None = None,
    ) -> None:
        self.name = name
        self._places = {place.location: place for place in places}
        self._clock = clock
        self._pool = ThreadPoolExecutor(min(_AT_ONCE, 4 * len(places)), "aws")
        self._prices = Prices(places[0].account if ask_prices else None, self._pool)
        self._reader = Reader(places, self._pool, self._prices)
        self._offers = Offers(places, self._pool, self._reader.types, self._prices, shelf)

    def close(self) -> None:
        """Let go of every connection."""
        self._pool.shutdown(cancel_futures=True)
        for place in self._places.values():
            place.account.close()

    def check(self) -> str:
        """As whom each account is reached, and in how many regions."""
        accounts = {place.account.number: place.account for place in self._places.values()}
        said: list[str] = []
        for number, account in accounts.items():
            who = account.call("sts", None, "get_caller_identity", {}, acting=False)["Arn"]
            regions = sum(p.account is account for p in self._places.values())
            said.append(f"AWS account {number} as {who}, {regions} regions")
        return "; ".join(said)

    def examine(self) -> Standing:
        """What each account's identity may not, and how far AWS's clock is off."""
        return aws_rights.examine(list(self._places.values()), self.capabilities)

    def reaches(self, machine_id: str) -> bool:
        """The id names account and region."""
        return self._find(machine_id) is not None

    def _find(self, machine_id: str) -> tuple[Place, str] | None:
        kind, _, rest = machine_id.partition("/")
        location, _, instance_id = rest.partition("/")
        place = self._places.get(location)
        return (place, instance_id) if kind == "aws" and place and instance_id else None

    def _at(self, machine_id: str) -> tuple[Place, str]:
        found = self._find(machine_id)
        if found is None:
            raise NotFound(f"No machine has the id {machine_id!r} on {self.name}.")
        return found

    def list_machines(self) -> list[VM]:
        """All machines of all places, by account, region and id."""
        return self._reader.all()

    def get_machines(self, ids: Sequence[str]) -> dict[str, VM]:
        """The named machines, read afresh; a terminated one is absent."""
        wanted = [found for i in ids if (found := self._find(i))]
        return {vm.id: vm for vm in self._reader.some(wanted)}

    def offers(self) -> list[Offer]:
        """Regions, types, images, VPCs and Auto Scaling groups."""
        return [self._offers.read()]

    def start(self, machine_id: str, token: str) -> None:
        """Power it on; a hibernated machine goes on where it was."""
        aws_changes.start(*self._at(machine_id))

    def stop(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Ask its system to shut down, or with `force` stop it without asking."""
        aws_changes.stop(*self._at(machine_id), force=force)

    def restart(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Reboot it; AWS resets one that does not shut down within minutes, forced or not."""
        aws_changes.restart(*self._at(machine_id), token)

    def suspend(self, machine_id: str, token: str) -> None:
        """Hibernate it, where it was launched so that it can."""
        aws_changes.suspend(*self._at(machine_id))

    def resume(self, machine_id: str, token: str) -> None:
        """Start a hibernated machine."""
        aws_changes.resume(*self._at(machine_id))

    def create(self, machine: NewMachine, token: str) -> str:
        """Make and start a machine in the first account that has the region."""
        here = [place for place in self._places.values() if place.region == machine.region]
        if not here:
            regions = tuple(dict.fromkeys(place.region for place in self._places.values()))
            raise InvalidRequest(f"{self.name} has no region {machine.region!r}.", choices=regions)
        types, figures = self._reader.types, (machine.vcpus, machine.memory_gib)
        size = machine.size or aws_making.fitting_type(
            here[0], types, self._prices, *figures, "x86_64"
        )
        kind = types.get(here[0], size)
        return aws_making.create(here[0], machine, token, kind)

    def clone(self, machine_id: str, name: str, token: str) -> str:
        """Copy it with its disks by an image; the copy runs."""
        return aws_making.clone(*self._at(machine_id), name, token)

    def delete(self, machine_id: str, token: str) -> None:
        """Terminate it, with its volumes and its snapshots of ours."""
        place, instance_id = self._at(machine_id)
        aws_making.delete(place, instance_id, self._reader.protection)
        aws_networking.give_back_addresses(place, instance_id)

    def resize(
        self, machine_id: str, token: str, *, vcpus: int, memory_gib: float, size: str | None
    ) -> None:
        """Give it another type: a running machine is stopped for that and started again."""
        place, instance_id = self._at(machine_id)
        types, processor = self._reader.types, place.instance(instance_id)["Architecture"]
        wanted = size or aws_making.fitting_type(
            place, types, self._prices, vcpus, memory_gib, processor
        )
        aws_changes.resize(place, instance_id, token, wanted, types)

    def attach_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Add a new empty EBS volume."""
        aws_disks.attach(*self._at(machine_id), token, size_gib)

    def resize_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Grow its first disk while it runs."""
        aws_disks.grow(*self._at(machine_id), size_gib)

    def loose_disks(self) -> list[LooseDisk]:
        """The volumes of every place that are attached to nothing."""
        found = self._pool.map(aws_disks.loose, self._places.values())
        return [disk for disks in found for disk in disks]

    def delete_disk(self, disk_id: str, token: str) -> None:
        """Remove a volume that is attached to nothing."""
        aws_disks.delete(*self._at(disk_id))

    def snapshot(self, machine_id: str, token: str, *, name: str) -> None:
        """Save all its volumes at one moment; not its memory."""
        aws_snapshots.take(*self._at(machine_id), token, name)

    def restore(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Exchange its volumes for those of the snapshot; it is stopped meanwhile."""
        aws_snapshots.restore(*self._at(machine_id), token, snapshot)

    def delete_snapshot(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Remove one snapshot."""
        aws_snapshots.delete(*self._at(machine_id), snapshot)

    def set_tags(self, machine_id: str, token: str, tags: Mapping[str, str]) -> None:
        """Add or change these tags; `Name` renames it."""
        aws_changes.set_tags(*self._at(machine_id), tags)

    def remove_tags(self, machine_id: str, token: str, keys: Iterable[str]) -> None:
        """Remove these tags where it has them."""
        aws_changes.remove_tags(*self._at(machine_id), keys)

    def set_protected(self, machine_id: str, token: str, protected: bool) -> None:
        """Turn termination protection on or off."""
        place, instance_id = self._at(machine_id)
        aws_changes.set_protected(place, instance_id, protected)
        self._reader.protection.note(instance_id, protected)

    def scale_group(self, group: str, token: str, *, count: int) -> None:
        """Bring an Auto Scaling group to this many machines."""
        place, found = self._offers.find_group(group)
        aws_changes.scale(place, found, count)

    def openings(self, ids: Sequence[str]) -> dict[str, tuple[Opening, ...]]:
        """What the machines' security groups let in."""
        found: dict[str, tuple[Opening, ...]] = {}
        for place, instance_ids in self._by_place(ids):
            found.update(aws_networking.openings(place, instance_ids))
        return found

    def open_port(self, machine_id: str, token: str, rule: PortRule) -> None:
        """Let traffic in by a security group that this machine alone wears."""
        aws_networking.open_port(*self._at(machine_id), rule)

    def close_port(
        self, machine_id: str, token: str, rule: PortRule, *, among: Sequence[str] = ()
    ) -> None:
        """Take the rule out of the machine's security groups."""
        aws_networking.close_port(*self._at(machine_id), rule, among)

    def assign_public_address(self, machine_id: str, token: str) -> None:
        """Give it an Elastic IP."""
        aws_networking.assign_address(*self._at(machine_id))

    def release_public_address(self, machine_id: str, token: str) -> None:
        """Take its Elastic IP."""
        aws_networking.release_address(*self._at(machine_id))

    def samples(self, ids: Sequence[str], since: datetime) -> list[Sample]:
        """CloudWatch's hourly figures."""
        by_place = self._by_place(ids)
        return aws_samples.read_samples(self._pool, by_place, since, self._clock())

    def _by_place(self, ids: Sequence[str]) -> list[tuple[Place, list[str]]]:
        by_place: dict[str, tuple[Place, list[str]]] = {}
        for machine_id in ids:
            if found := self._find(machine_id):
                by_place.setdefault(found[0].location, (found[0], []))[1].append(found[1])
        return list(by_place.values())

    def console_log(self, machine_id: str) -> str | None:
        """The end of its console; machines on older hardware give what AWS last kept."""
        place, instance_id = self._at(machine_id)
        try:
            answer = place.read("ec2", "get_console_output", InstanceId=instance_id, Latest=True)
        except Unsupported:
            answer = place.read("ec2", "get_console_output", InstanceId=instance_id)
        output = answer.get("Output")
        return str(output)[-_LOG_TAIL:] if output else None


def connect(
    settings: AwsSettings, clock: Clock = utc_now, *,
    session: Any = None, options: Options | None = None,
) -> Aws:  # fmt: skip
    """Sign in and see which accounts and regions there are.

    Args:
        settings: which connection.
        clock: the present moment.
        session: a session of boto3 to use instead of the profile's.
        options: how AWS is asked, instead of what the settings say.

    Raises:
        NovaError: AWS cannot be reached or there is no valid sign-in.
    """
    options = options or settings.options()
    try:
        session = session or _session(settings)
    except NovaError:
        raise
    except Exception as error:
        raise in_our_words(error, "Connecting to AWS", acting=False) from error
    secret = settings.external_id.get_secret_value() if settings.external_id else None
    places = open_places(session, settings.roles, settings.regions, options, secret)
    name = settings.name or (f"aws:{settings.profile}" if settings.profile else "aws")
    return Aws(name, places, clock, ask_prices=settings.prices == "api")


def _session(settings: AwsSettings) -> Any:
    """A session of the given key, which is looked up as often as it may change, or of the chain."""
    if settings.access_key is None or settings.secret_key is None:
        return load_sdk().Session(profile_name=settings.profile or None)
    key, secret, token = settings.access_key, settings.secret_key, settings.session_token

    def look_up() -> tuple[str, str, str | None]:
        found = key.get_secret_value(), secret.get_secret_value()
        return *found, token.get_secret_value() if token else None

    return keyed(look_up)


def discover(environment: Mapping[str, str]) -> list[AwsSettings]:
    """The connection of this machine's own credentials, if there are any; nothing is sent."""
    if profile := environment.get("AWS_PROFILE"):
        return [AwsSettings.model_validate({"profile": profile})]
    given = (
        "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    )  # fmt: skip
    if any(environment.get(name) for name in given) or _has_default(environment):
        return [AwsSettings.model_validate({})]
    return []


_SIGNS = ("aws_access_key_id", "credential_process", "sso_session", "sso_start_url", "role_arn",
          "login_session")  # fmt: skip


def _has_default(environment: Mapping[str, str]) -> bool:
    """Whether the files of AWS's own tools have a default profile with a way to sign in."""
    home = Path(environment.get("HOME") or ".") / ".aws"
    files = (
        environment.get("AWS_SHARED_CREDENTIALS_FILE") or home / "credentials",
        environment.get("AWS_CONFIG_FILE") or home / "config",
    )
    for file in files:
        parser = ConfigParser(interpolation=None, default_section="")
        try:
            parser.read(file)
        except (BrokenFile, OSError, UnicodeDecodeError):
            continue
        if parser.has_section("default") and any(parser.has_option("default", s) for s in _SIGNS):
            return True
    return False


PROVIDER = ProviderKind(
    name="aws",
    extra="aws",
    settings=AwsSettings,
    discover=discover,
    open=lambda settings, clock: connect(settings, clock),
)
