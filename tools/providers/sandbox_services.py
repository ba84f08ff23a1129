"""The made-up company of the generated fleet: its services, what it rents, and at which prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tools.machine import Size, State

REGIONS: dict[str, tuple[str, ...]] = {
    "aws": ("us-east-1", "eu-west-1", "us-west-2", "ap-southeast-2"),
    "azure": ("westeurope", "eastus", "northeurope"),
    "gcp": ("europe-west1", "us-central1", "asia-east1"),
    "libvirt": ("fra1", "ams1"),
    "vsphere": ("hq", "dr1"),
}
IMAGES: dict[str, tuple[str, ...]] = {
    "aws": ("ubuntu-24.04", "ubuntu-22.04", "debian-12", "rhel-9", "windows-2022"),
    "azure": (
        "ubuntu-24.04", "ubuntu-22.04", "debian-12", "rhel-9", "windows-2022", "windows-2016",
    ),
    "gcp": ("ubuntu-24.04", "ubuntu-22.04", "debian-12", "rhel-9"),
    "libvirt": ("ubuntu-24.04", "ubuntu-22.04", "debian-12", "rhel-9", "windows-11"),
    "vsphere": (
        "ubuntu-22.04", "debian-12", "rhel-9", "windows-2022", "windows-2016", "windows-11",
    ),
}  # fmt: skip
_HYPERVISOR = (
    ("small", 1, 2), ("medium", 2, 4), ("large", 4, 8), ("xlarge", 8, 16), ("2xlarge", 16, 32)
)  # fmt: skip
SIZES: dict[str, tuple[Size, ...]] = {
    "aws": (
        Size("t3.small", 2, 2, 0.0208), Size("t3.medium", 2, 4, 0.0416),
        Size("m6i.large", 2, 8, 0.096), Size("m6i.xlarge", 4, 16, 0.192),
        Size("m6i.2xlarge", 8, 32, 0.384), Size("c6i.xlarge", 4, 8, 0.17),
        Size("c6i.2xlarge", 8, 16, 0.34), Size("r6i.large", 2, 16, 0.126),
        Size("r6i.xlarge", 4, 32, 0.252), Size("r6i.2xlarge", 8, 64, 0.504),
    ),
    "azure": (
        Size("Standard_B2s", 2, 4, 0.0416), Size("Standard_D2s_v5", 2, 8, 0.096),
        Size("Standard_D4s_v5", 4, 16, 0.192), Size("Standard_D8s_v5", 8, 32, 0.384),
        Size("Standard_E4s_v5", 4, 32, 0.252), Size("Standard_E8s_v5", 8, 64, 0.504),
    ),
    "gcp": (
        Size("e2-small", 2, 2, 0.0168), Size("e2-medium", 2, 4, 0.0335),
        Size("n2-standard-2", 2, 8, 0.0971), Size("n2-standard-4", 4, 16, 0.1942),
        Size("n2-standard-8", 8, 32, 0.3885), Size("n2-highmem-4", 4, 32, 0.262),
        Size("a2-highgpu-1g", 12, 85, 3.6734),
    ),
    "libvirt": tuple(Size(name, v, m, v * 0.008) for name, v, m in _HYPERVISOR),
    "vsphere": tuple(Size(name, v, m, v * 0.012) for name, v, m in _HYPERVISOR),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """How busy a machine is.

    Attributes:
        cpu, swing, peak: percent on average, what a day adds and takes, and its busiest hour (UTC).
        weekend: how much of that is left at weekends.
        memory, disk, fill: percent used, and how many percent of disk are added a day.
        network, iops: Mbit/s and operations a second at half load.
        spike: the hour of the day of last night's spike; -1: none.
        silent: for how many hours there has been no sample.
    """

    cpu: float = 30
    swing: float = 8
    peak: float = 14
    weekend: float = 1
    memory: float = 50
    disk: float = 45
    fill: float = 0.05
    network: float = 60
    iops: float = 150
    spike: float = -1
    silent: float = 0


HOT = {"cpu": 89.0, "swing": 6.0, "memory": 78.0}
IDLE = {"cpu": 1.6, "swing": 0.5, "network": 0.4, "iops": 3.0, "memory": 12.0}
FULL = {"disk": 92.5, "fill": 0.3}


@dataclass(frozen=True, slots=True)
class Service:
    """Machines alike: `count` of every sixty.

    Attributes:
        name: the stem of their names; `names` come first.
        special: what sets the machine of an index apart, as values of its profile.
        states: the state of the machine of an index, if it is not running.
        snapshots: how many each has.
    """

    name: str
    count: int
    provider: str
    role: str
    env: str
    size: str
    image: str
    team: str
    owner: str | None
    disk_gib: float
    profile: Profile = Profile()
    names: tuple[str, ...] = ()
    group: str | None = None
    protected: bool = False
    public: bool = False
    age_days: int = 200
    snapshots: int = 0
    region: int = 0
    special: Mapping[int, Mapping[str, float]] = field(default_factory=dict[int, dict[str, float]])
    states: Mapping[int, State] = field(default_factory=dict[int, State])


_OFFICE = Profile(cpu=14, swing=10, peak=11, weekend=0.3, memory=42, network=8, iops=40)
_NIGHT = Profile(cpu=40, swing=35, peak=2, memory=55, network=120, iops=400)
_DATA = Profile(cpu=38, swing=10, memory=76, disk=61, fill=0.25, network=140, iops=900)
_FRONT = Profile(cpu=36, swing=16, memory=54, disk=28, network=420, iops=90)

SERVICES: tuple[Service, ...] = (
    Service("web", 5, "aws", "web", "prod", "m6i.large", "ubuntu-22.04", "storefront", "dana", 60,
            _FRONT, group="web-prod", public=True, special={2: HOT}),
    Service("api", 4, "aws", "api", "prod", "c6i.xlarge", "ubuntu-22.04", "payments", "lena", 60,
            _FRONT, group="api-prod", special={1: {"spike": 3.0}}),
    Service("db-prod", 3, "aws", "db", "prod", "r6i.2xlarge", "debian-12", "data", "omar", 500,
            _DATA, protected=True, age_days=540, snapshots=2, special={0: FULL}),
    Service("cache", 2, "aws", "cache", "prod", "r6i.large", "ubuntu-22.04", "data", "omar", 40,
            Profile(cpu=22, swing=9, memory=86, disk=18, network=300)),
    Service("kafka", 3, "aws", "queue", "prod", "m6i.2xlarge", "debian-12", "data", "omar", 800,
            Profile(cpu=33, swing=12, memory=70, disk=66, fill=0.9, network=600, iops=700),
            region=1, age_days=330, special={2: {"fill": 4.2, "disk": 71.0}}),
    Service("bastion", 1, "aws", "bastion", "prod", "t3.small", "debian-12", "platform", "priya",
            20, Profile(**IDLE), names=("bastion",), public=True),
    Service("web-stg", 2, "aws", "web", "staging", "t3.medium", "ubuntu-24.04", "storefront",
            "dana", 30, Profile(cpu=7, swing=3, memory=40, network=6), states={1: State.STOPPED}),
    Service("db-stg", 1, "aws", "db", "staging", "r6i.large", "debian-12", "data", "omar", 200,
            Profile(cpu=6, swing=2, memory=58, disk=40), snapshots=1),
    Service("load-test", 2, "aws", "load", "test", "c6i.2xlarge", "ubuntu-24.04", "qa", "tomas", 50,
            Profile(**IDLE), region=2, states={1: State.STOPPED}, age_days=95),
    Service("worker", 4, "azure", "worker", "prod", "Standard_D4s_v5", "ubuntu-22.04", "payments",
            "lena", 80, _NIGHT, group="workers-prod", region=1, special={3: {"silent": 7.0}}),
    Service("ad", 2, "azure", "directory", "prod", "Standard_D2s_v5", "windows-2022", "platform",
            "priya", 128, Profile(cpu=11, swing=4, memory=48), protected=True, age_days=800),
    Service("sql-win", 1, "azure", "db", "prod", "Standard_E8s_v5", "windows-2022", "finance",
            "nadia", 600, _DATA, protected=True, age_days=610, snapshots=1),
    Service("crm", 1, "azure", "app", "prod", "Standard_D8s_v5", "windows-2016", "finance", None,
            100, Profile(**IDLE), names=("crm-legacy",), age_days=1460),
    Service("bastion", 1, "azure", "bastion", "prod", "Standard_B2s", "debian-12", "platform",
            "priya", 20, Profile(**IDLE), names=("bastion",), public=True),
    Service("analytics", 2, "gcp", "analytics", "prod", "n2-highmem-4", "debian-12", "research",
            "wei", 600, _NIGHT, region=1),
    Service("ml-train", 2, "gcp", "ml", "dev", "a2-highgpu-1g", "ubuntu-22.04", "research", "wei",
            400, Profile(cpu=71, swing=12, memory=66, disk=74, fill=0.4), region=1,
            special={1: IDLE}, age_days=70),
    Service("notebook", 2, "gcp", "notebook", "dev", "n2-standard-4", "ubuntu-24.04", "research",
            None, 100, _OFFICE, names=("notebook-wei", "notebook-ines"), states={1: State.STOPPED},
            age_days=160),
    Service("search", 2, "gcp", "search", "prod", "n2-standard-8", "debian-12", "storefront",
            "dana", 300, Profile(cpu=47, swing=14, memory=80, disk=57, network=160), snapshots=1),
    Service("dev", 3, "libvirt", "workstation", "dev", "large", "ubuntu-24.04", "storefront", None,
            100, _OFFICE, names=("alice-dev", "bob-dev", "carol-dev"), snapshots=2,
            states={0: State.STOPPED, 2: State.SUSPENDED}, age_days=120),
    Service("gitlab", 1, "libvirt", "git", "shared", "xlarge", "debian-12", "platform", "priya",
            250, Profile(cpu=31, swing=13, memory=72, disk=78, fill=0.6), names=("gitlab",),
            protected=True, snapshots=2, age_days=700),
    Service("ci-runner", 4, "libvirt", "ci", "shared", "large", "debian-12", "platform", "priya",
            120, Profile(cpu=52, swing=30, peak=13, weekend=0.2, memory=60, disk=55),
            group="ci-runners", states={2: State.ERROR},
            special={0: {"cpu": 84.0, "swing": 8.0}, 2: {"silent": 30.0}}),
    Service("nfs", 1, "libvirt", "storage", "prod", "medium", "debian-12", "platform", "priya",
            2000, Profile(cpu=12, swing=5, memory=64, disk=86, fill=1.9, network=500, iops=800),
            protected=True, age_days=900),
    Service("sandbox", 3, "libvirt", "sandbox", "dev", "small", "ubuntu-22.04", "qa", "tomas", 20,
            Profile(**IDLE), states={1: State.STOPPED, 2: State.PAUSED}, age_days=400),
    Service("erp", 1, "vsphere", "app", "prod", "xlarge", "rhel-9", "finance", "nadia", 300,
            Profile(cpu=44, swing=17, weekend=0.5, memory=81), names=("erp-prod",), snapshots=1),
    Service("erp-db", 1, "vsphere", "db", "prod", "2xlarge", "rhel-9", "finance", "nadia", 900,
            _DATA, names=("erp-db",), protected=True, snapshots=1, age_days=1000),
    Service("dns", 2, "vsphere", "dns", "prod", "small", "debian-12", "platform", "priya", 20,
            Profile(cpu=4, swing=1, memory=33, network=12), protected=True, age_days=1300),
    Service("vdi", 4, "vsphere", "desktop", "prod", "medium", "windows-11", "hr", "sam", 80,
            _OFFICE, group="vdi", states={3: State.STOPPED}),
)  # fmt: skip
