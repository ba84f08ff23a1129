"""Changes on AWS that take several requests: begun, broken off, taken up again, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.contract.aws_bench import REGION, Raw, opened, places_over
from tests.contract.moto_world import ARM, WINDOWS, MotoWire, action, refusal, reset
from tests.contract.wire import Answer, Request, Way, WireFault
from tools.errors import (
    Capacity,
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Throttled,
    Unsupported,
)
from tools.machine import State
from tools.providers.aws import Aws
from tools.providers.aws_link import Place
from tools.providers.base import NewMachine

pytestmark = [pytest.mark.xdist_group("moto")]

NO_ROOM = refusal("InsufficientInstanceCapacity", "We have no room for t3.large.", 500)


@dataclass
class Stage:
    """A running machine on moto, the wire to it, and boto3 past the wire."""

    raw: Raw
    wire: MotoWire
    places: list[Place]
    subnet: str
    empty: set[str]
    instance_id: str

    @property
    def machine_id(self) -> str:
        return self.places[0].machine_id(self.instance_id)

    def open(self) -> Aws:
        """The provider, as a process has it that has just started."""
        return opened(self.places, subnets={REGION: self.subnet})

    def goes_wrong(
        self, name: str, way: Way = Way.LOST, answer: Answer | None = None, requests: int = 1
    ) -> WireFault:
        """The next request of this action goes wrong."""
        return WireFault(way, lambda request: action(request) == name, requests, answer)

    def volumes(self, instance_id: str | None = None) -> dict[str, str]:
        """The machine's volumes by device, as boto3 sees them."""
        found = self.raw.instance(instance_id or self.instance_id)
        assert found is not None
        disks = found["BlockDeviceMappings"]
        return {disk["DeviceName"]: disk["Ebs"]["VolumeId"] for disk in disks}

    def left(self) -> set[str]:
        """Everything that costs money, beside what moto has from the start."""
        return self.raw.holdings() - self.empty

    def seen(self) -> tuple[str, str]:
        """The machine's state and type, as boto3 sees them."""
        found = self.raw.instance(self.instance_id)
        assert found is not None
        return found["State"]["Name"], found["InstanceType"]


def acts(sent: list[Request]) -> list[str]:
    """The actions that change something."""
    return [a for r in sent if not (a := action(r)).startswith(("Describe", "Get", "List"))]


@pytest.fixture(scope="module")
def wire(moto: int) -> Iterator[MotoWire]:
    made = MotoWire(moto, looks=1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def places(wire: MotoWire) -> list[Place]:
    return places_over(wire)


@pytest.fixture(scope="module")
def raw(moto: int) -> Raw:
    return Raw(moto)


@pytest.fixture
def stage(moto: int, raw: Raw, wire: MotoWire, places: list[Place]) -> Stage:
    reset(moto)
    wire.clear()
    subnet = raw.subnet()
    return Stage(raw, wire, places, subnet, raw.holdings(), raw.run("web-1", subnet))


WANTED = NewMachine("new-1", REGION, "ubuntu-24.04", 2, 8, size="m5.large", disk_gib=30)


def test_a_dropped_answer_to_a_creation_makes_no_second_machine(stage: Stage) -> None:
    with (
        stage.wire.faulty(stage.goes_wrong("RunInstances", Way.DROPPED)),
        pytest.raises(OutcomeUnknown),
    ):
        stage.open().create(WANTED, "token-1")
    made = stage.open().create(WANTED, "token-1")
    stage.wire.settle()
    named = [vm for vm in stage.open().list_machines() if vm.name == "new-1"]
    assert [(vm.id, vm.disk_gib, vm.image) for vm in named] == [(made, 30, "ubuntu-24.04")]
    with pytest.raises(Conflict):
        stage.open().create(
            NewMachine("other", REGION, "ubuntu-24.04", 2, 8, "t3.large"), "token-1"
        )


def test_a_size_is_found_by_its_figures_and_an_image_by_the_size(stage: Stage) -> None:
    provider = stage.open()
    made = provider.create(NewMachine("arm", REGION, "ubuntu-24.04", 2, 8, "m6g.large"), "t-1")
    found = stage.raw.instance(made.split("/")[-1])
    assert found is not None
    assert found["ImageId"] == ARM["ami_id"]
    for token, vcpus, memory_gib in (("t-2", 3, 7), ("t-3", 2, 8)):
        wanted = NewMachine("fits", REGION, "windows-2022", vcpus, memory_gib)
        if vcpus == 3:
            with pytest.raises(InvalidRequest, match="3 vCPUs and 7 GiB"):
                provider.create(wanted, token)
        else:
            made = provider.create(wanted, token)
    stage.wire.settle()
    vm = provider.get_machine(made)
    assert (vm.vcpus, vm.memory_gib, vm.os, vm.image) == (2, 8, "windows", "windows-2022")
    found = stage.raw.instance(made.split("/")[-1])
    assert found is not None
    assert found["ImageId"] == WINDOWS["ami_id"]
    with pytest.raises(NotFound, match="no image 'plan9'"):
        provider.create(NewMachine("x", REGION, "plan9", 2, 8, "t3.large"), "t-4")
    with pytest.raises(InvalidRequest, match="needs a disk of 15 GiB"):
        provider.create(NewMachine("x", REGION, "ubuntu-24.04", 2, 8, "t3.large", 4), "t-5")


def test_a_dropped_answer_to_a_restart_is_not_restarted_again(stage: Stage) -> None:
    fault = stage.goes_wrong("RebootInstances", Way.DROPPED)
    with stage.wire.faulty(fault), pytest.raises(OutcomeUnknown):
        stage.open().restart(stage.machine_id, "token-1")
    with stage.wire.counted() as sent, pytest.raises(OutcomeUnknown, match="was begun"):
        stage.open().restart(stage.machine_id, "token-1")
    assert acts(sent) == []
    with stage.wire.counted() as sent:
        stage.open().restart(stage.machine_id, "token-2")
    assert acts(sent) == ["CreateTags", "RebootInstances"]


def test_a_refused_restart_may_be_tried_again(stage: Stage) -> None:
    answer = refusal("RequestLimitExceeded", "slow down", 503)
    fault = stage.goes_wrong("RebootInstances", Way.ANSWERED, answer)
    with stage.wire.faulty(fault), pytest.raises(Throttled):
        stage.open().restart(stage.machine_id, "token-1")
    with stage.wire.counted() as sent:
        stage.open().restart(stage.machine_id, "token-1")
    assert acts(sent) == ["CreateTags", "RebootInstances"]


def test_a_resize_without_room_gives_the_old_type_back(stage: Stage) -> None:
    fault = stage.goes_wrong("StartInstances", Way.ANSWERED, NO_ROOM)
    with stage.wire.faulty(fault), pytest.raises(Capacity, match="no room"):
        stage.open().resize(stage.machine_id, "t", vcpus=2, memory_gib=8, size="t3.large")
    assert stage.seen() == ("running", "t3.medium")
    assert stage.open().get_machine(stage.machine_id).tags == {"Name": "web-1", "env": "test"}


@pytest.mark.parametrize("broken", ["StopInstances", "ModifyInstanceAttribute", "StartInstances"])
def test_a_resize_goes_on_where_a_dead_process_stopped(stage: Stage, broken: str) -> None:
    def resize() -> None:
        stage.open().resize(stage.machine_id, "t", vcpus=2, memory_gib=8, size="t3.large")

    with stage.wire.faulty(stage.goes_wrong(broken)), pytest.raises(OutcomeUnknown):
        resize()
    stage.wire.settle()
    resize()
    assert stage.seen() == ("running", "t3.large")
    with stage.wire.counted() as sent:
        resize()
    assert acts(sent) == []


def test_a_stopped_machine_is_resized_and_stays_stopped(stage: Stage) -> None:
    provider = stage.open()
    provider.stop(stage.machine_id, "t1")
    stage.wire.settle()
    provider.resize(stage.machine_id, "t2", vcpus=2, memory_gib=8, size=None)
    state, size = stage.seen()
    assert state == "stopped"
    kind = stage.raw.ec2.describe_instance_types(InstanceTypes=[size])["InstanceTypes"][0]
    assert (kind["VCpuInfo"]["DefaultVCpus"], kind["MemoryInfo"]["SizeInMiB"]) == (2, 8192)
    assert size == "t3a.large"
    assert "x86_64" in kind["ProcessorInfo"]["SupportedArchitectures"]


def test_a_size_for_another_processor_is_refused_before_anything_stops(stage: Stage) -> None:
    with stage.wire.counted() as sent, pytest.raises(InvalidRequest, match="runs arm64"):
        stage.open().resize(stage.machine_id, "t", vcpus=2, memory_gib=8, size="m6g.large")
    assert acts(sent) == []
    with pytest.raises(NotFound, match=r"no instance type 't3\.enormous'"):
        stage.open().resize(stage.machine_id, "t", vcpus=2, memory_gib=8, size="t3.enormous")


def test_a_dropped_answer_to_a_new_disk_adds_no_second_one(stage: Stage) -> None:
    for name in ("CreateVolume", "AttachVolume"):
        token = f"token-{name}"
        with (
            stage.wire.faulty(stage.goes_wrong(name, Way.DROPPED)),
            pytest.raises(OutcomeUnknown),
        ):
            stage.open().attach_disk(stage.machine_id, token, size_gib=3)
        stage.open().attach_disk(stage.machine_id, token, size_gib=3)
    assert sorted(stage.volumes()) == ["/dev/sda1", "/dev/sdf", "/dev/sdg"]
    assert len(stage.raw.ec2.describe_volumes()["Volumes"]) == 3
    assert stage.open().get_machine(stage.machine_id).disk_gib == 26


def test_a_snapshot_whose_answer_was_dropped_is_found_again(stage: Stage) -> None:
    fault = stage.goes_wrong("CreateSnapshots", Way.DROPPED)
    with stage.wire.faulty(fault), pytest.raises(OutcomeUnknown):
        stage.open().snapshot(stage.machine_id, "token-1", name="before")
    with stage.wire.counted() as sent:
        stage.open().snapshot(stage.machine_id, "token-1", name="before")
    assert acts(sent) == []
    with pytest.raises(Conflict):
        stage.open().snapshot(stage.machine_id, "token-2", name="before")


@pytest.mark.parametrize("broken", [None, "CreateVolume", "DetachVolume", "StartInstances"])
def test_a_restore_exchanges_every_disk_and_leaves_nothing_behind(
    stage: Stage, broken: str | None
) -> None:
    provider = stage.open()
    provider.attach_disk(stage.machine_id, "t1", size_gib=5)
    provider.snapshot(stage.machine_id, "t2", name="before")
    before = stage.volumes()
    provider.attach_disk(stage.machine_id, "t3", size_gib=7)
    later = stage.volumes()["/dev/sdg"]
    stage.wire.settle()
    if broken is not None:
        fault = stage.goes_wrong(broken, Way.DROPPED)
        with stage.wire.faulty(fault), pytest.raises(OutcomeUnknown):
            stage.open().restore(stage.machine_id, "t4", snapshot="before")
        stage.wire.settle()
    stage.open().restore(stage.machine_id, "t4", snapshot="before")
    stage.wire.settle()
    after = stage.volumes()
    assert set(after) == {*before, "/dev/sdg"}
    assert after["/dev/sdg"] == later
    assert not set(before.values()) & set(after.values())
    held = {one["VolumeId"]: one for one in stage.raw.ec2.describe_volumes()["Volumes"]}
    assert set(held) == set(after.values())
    assert all(held[after[device]]["SnapshotId"] for device in before)
    seen = stage.open().get_machine(stage.machine_id)
    assert (seen.state, seen.disk_gib, len(seen.snapshots)) == (State.RUNNING, 32, 1)
    stage.open().delete(stage.machine_id, "t5")
    assert stage.left() == set()


def test_a_snapshot_of_a_disk_that_was_exchanged_can_be_put_back_too(stage: Stage) -> None:
    provider = stage.open()
    for number, name in enumerate(["first", "second"]):
        provider.snapshot(stage.machine_id, f"s{number}", name=name)
        stage.wire.settle()
        provider.restore(stage.machine_id, f"r{number}", snapshot="first")
        stage.wire.settle()
    provider.restore(stage.machine_id, "r-last", snapshot="second")
    assert stage.seen()[0] == "running"
    assert list(stage.volumes()) == ["/dev/sda1"]


def test_a_snapshot_that_is_still_being_saved_is_not_put_back(stage: Stage) -> None:
    stage.wire.looks = 10
    try:
        stage.open().snapshot(stage.machine_id, "t1", name="young")
        with stage.wire.counted() as sent, pytest.raises(Conflict, match="still saving"):
            stage.open().restore(stage.machine_id, "t2", snapshot="young")
        assert acts(sent) == []
    finally:
        stage.wire.looks = 1
    assert [s.name for s in stage.open().get_machine(stage.machine_id).snapshots] == ["young"]


@pytest.mark.parametrize("broken", [None, "CreateImage", "RunInstances", "DeregisterImage"])
def test_a_clone_is_one_machine_and_its_image_goes(stage: Stage, broken: str | None) -> None:
    before = stage.left()
    if broken is not None:
        fault = stage.goes_wrong(broken, Way.DROPPED)
        with stage.wire.faulty(fault), pytest.raises(OutcomeUnknown):
            stage.open().clone(stage.machine_id, "web-2", "t")
    made = stage.open().clone(stage.machine_id, "web-2", "t")
    stage.wire.settle()
    copy = stage.open().get_machine(made)
    assert (copy.name, copy.state, copy.size) == ("web-2", State.RUNNING, "t3.medium")
    assert copy.tags == {"Name": "web-2", "env": "test"}
    native = made.split("/")[-1]
    left = stage.left() - before - {native} - set(stage.volumes(native).values())
    assert left == set()


def test_a_machine_that_cannot_hibernate_says_so(stage: Stage) -> None:
    plain = stage.raw.run("plain", stage.subnet, HibernationOptions={"Configured": False})
    with stage.wire.counted() as sent, pytest.raises(Unsupported, match="without hibernation"):
        stage.open().suspend(stage.places[0].machine_id(plain), "t")
    assert acts(sent) == []


def test_a_hibernated_machine_is_not_stopped(stage: Stage) -> None:
    provider = stage.open()
    provider.suspend(stage.machine_id, "t1")
    stage.wire.settle()
    with pytest.raises(Conflict, match="keeps its memory"):
        provider.stop(stage.machine_id, "t2")
    with pytest.raises(Conflict):
        provider.suspend(stage.machine_id, "t3")
    provider.start(stage.machine_id, "t4")
    stage.wire.settle()
    assert provider.get_machine(stage.machine_id).state is State.RUNNING


def test_a_group_is_not_scaled_past_its_limits(stage: Stage) -> None:
    stage.raw.group("web-asg", stage.subnet)
    with stage.wire.counted() as sent, pytest.raises(NotAllowed, match="1 to 5"):
        stage.open().scale_group("web-asg", "t", count=9)
    assert acts(sent) == []
    with pytest.raises(NotFound):
        stage.open().scale_group("no-such-group", "t", count=1)


def test_protection_that_others_turned_on_is_seen_and_kept(stage: Stage) -> None:
    provider = stage.open()
    assert not provider.get_machine(stage.machine_id).protected
    stage.raw.ec2.modify_instance_attribute(
        InstanceId=stage.instance_id, DisableApiTermination={"Value": True}
    )
    provider.snapshot(stage.machine_id, "t0", name="kept")
    with stage.wire.counted() as sent, pytest.raises(NotAllowed):
        provider.delete(stage.machine_id, "t1")
    assert acts(sent) == []
    assert [vm.protected for vm in provider.list_machines()] == [True]
    provider.set_protected(stage.machine_id, "t2", False)
    fault = stage.goes_wrong("TerminateInstances", Way.DROPPED)
    with stage.wire.faulty(fault), pytest.raises(OutcomeUnknown):
        provider.delete(stage.machine_id, "t3")
    provider.delete(stage.machine_id, "t3")
    assert stage.left() == set()


def test_a_disk_that_shall_outlive_its_machine_does(stage: Stage) -> None:
    volume = stage.raw.ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=9)["VolumeId"]
    stage.raw.ec2.attach_volume(VolumeId=volume, InstanceId=stage.instance_id, Device="/dev/sdh")
    stage.open().delete(stage.machine_id, "t")
    assert stage.left() == {volume}


@pytest.mark.parametrize("key", ["aws:name", "novacron:machine"])
def test_tags_that_are_not_for_people_are_refused(stage: Stage, key: str) -> None:

    with stage.wire.counted() as sent, pytest.raises(InvalidRequest):
        stage.open().set_tags(stage.machine_id, "t", {key: "x"})
    assert acts(sent) == []


@pytest.mark.proves("loose_disks")
def test_a_volume_that_no_machine_has_is_listed_and_goes(stage: Stage) -> None:
    aws = stage.open()
    zone = stage.places[0].instance(stage.instance_id)["Placement"]["AvailabilityZone"]
    made = stage.places[0].act(
        "ec2", "create_volume", AvailabilityZone=zone, Size=50, VolumeType="gp3",
        TagSpecifications=[{"ResourceType": "volume", "Tags": [
            {"Key": "Name", "Value": "old-data"}, {"Key": "env", "Value": "dev"}]}],
    )  # fmt: skip
    (found,) = aws.loose_disks()
    assert found.id == stage.places[0].machine_id(made["VolumeId"])
    assert (found.name, found.size_gib, found.usd_month) == ("old-data", 50, 4)
    assert found.tags["env"] == "dev"
    with pytest.raises(Conflict):
        aws.delete_disk(stage.places[0].machine_id(next(iter(stage.volumes().values()))), "t1")
    aws.delete_disk(found.id, "t2")
    assert aws.loose_disks() == []
    aws.delete_disk(found.id, "t3")
    assert stage.volumes()
    aws.close()
