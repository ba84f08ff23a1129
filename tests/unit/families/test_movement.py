"""Migrating machines to a host or a region of their provider."""

import pytest

from tests.unit.families.world import Bench
from tools.errors import InvalidRequest, NotAllowed, NotFound


def test_a_described_set_means_its_running_machines_that_are_elsewhere(bench: Bench) -> None:
    assert bench.names("migrate_vms", {"host": ["kvm-02"]}, host="kvm-01") == ["dev-d"]
    planned = bench.plan("migrate_vms", {"provider": ["libvirt"]}, host="KVM-01")
    assert [vm.name for vm in planned.vms] == ["dev-d"]
    assert planned.args == {"host": "kvm-01", "region": None}
    assert {o.name: o.reason for o in planned.left_out}["dev-a"] == "already on kvm-01"


def test_a_machine_is_moved_and_moved_back(bench: Bench) -> None:
    undo = bench.carry_out(bench.plan("migrate_vms", "dev-d", host="kvm-01"))
    assert bench.vm("dev-d").host == "kvm-01"
    bench.undo(undo)
    assert bench.vm("dev-d").host == "kvm-02"


def test_a_machine_is_moved_to_another_region(bench: Bench) -> None:
    undo = bench.carry_out(bench.plan("migrate_vms", "stg-1", region="us-west-2"))
    assert bench.vm("stg-1").region == "us-west-2"
    bench.undo(undo)
    assert bench.vm("stg-1").region == "us-east-1"


@pytest.mark.parametrize(
    ("name", "host", "region"),
    [
        pytest.param("stg-1", "kvm-01", None, id="a host of another provider"),
        pytest.param("stg-1", None, "us-central1", id="a region of another provider"),
        pytest.param("stg-1", None, "gcp", id="another provider by its name"),
        pytest.param("dev-d", None, "aws", id="from a hypervisor to a cloud"),
    ],
)
def test_no_machine_moves_to_another_provider(
    bench: Bench, name: str, host: str | None, region: str | None
) -> None:
    with pytest.raises(NotAllowed, match="another provider"):
        bench.plan("migrate_vms", name, host=host, region=region)


def test_a_place_that_does_not_exist_offers_the_closest(bench: Bench) -> None:
    with pytest.raises(NotFound) as caught:
        bench.plan("migrate_vms", "dev-d", host="kvm-09")
    assert caught.value.choices == ("kvm-01", "kvm-02")
    with pytest.raises(NotFound) as caught:
        bench.plan("migrate_vms", "stg-1", region="us-west-9")
    assert caught.value.choices == ("us-west-2",)


def test_where_to_is_asked(bench: Bench) -> None:
    with pytest.raises(InvalidRequest, match="where"):
        bench.plan("migrate_vms", "dev-d")


def test_a_host_that_gets_full_is_said(bench: Bench) -> None:
    bench.carry_out(bench.plan("resize_vms", "dev-a", memory_gib=24))
    (note,) = bench.plan("migrate_vms", "dev-a", host="kvm-02").notes
    assert note.startswith("kvm-02 has 8 GiB of memory free and dev-a need 24 GiB")
    assert bench.plan("migrate_vms", "dev-d", host="kvm-01").notes == ()
