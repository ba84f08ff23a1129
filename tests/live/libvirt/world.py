"""Real hypervisors for tests: private libvirt daemons with directories and networks of their own.

Nothing of the user's libvirt is touched: each daemon lives in its own mount, network, host name
and process namespace, and all of it dies with the daemon. `virsh` and the guest agent are the
independent witnesses; the provider under test is not used here.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_NEEDED = (
    "libvirtd", "virsh", "qemu-system-x86_64", "qemu-img", "busybox", "cpio", "depmod",
    "dnsmasq", "iptables", "ip", "unshare", "setpriv", "mkfs.ext4", "apt-get",
)  # fmt: skip
_PACKAGES = (
    "libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils busybox-static cpio kmod "
    "dnsmasq-base iptables iproute2 e2fsprogs"
)
IMAGE = "tiny"
"""The name of the bootable image; its guest prints GUEST-BOOTED on the serial console."""

_NAMESPACES = ("--mount", "--uts", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")

_DAEMON = """
set -eu
ip link set lo up 2>/dev/null || true
hostname {name}
mount -t tmpfs tmpfs /run
mkdir /run/libvirt
mount --bind {home}/run /run/libvirt
mount --bind {home}/lib /var/lib/libvirt
mount --bind {home}/log /var/log/libvirt
mount --bind {home}/etc /etc/libvirt
mount --bind {home}/cache /var/cache/libvirt
libvirtd -p {home}/run/libvirtd.pid &
wait
"""

_NETWORK = """<network><name>default</name><forward mode='nat'/><bridge name='virbr0'/>
<ip address='192.168.122.1' netmask='255.255.255.0'><dhcp>
<range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>"""


def missing() -> str | None:
    """Why no hypervisor can be started here, or None."""
    if os.geteuid() != 0:
        return "starting a private libvirtd needs root"
    if importlib.util.find_spec("libvirt") is None:
        return "libvirt-python is not installed"
    absent = [name for name in _NEEDED if shutil.which(name, path=_path()) is None]
    if absent:
        return f"{', '.join(absent)} not installed: apt-get install -y {_PACKAGES}"
    tried = subprocess.run(
        ["unshare", *_NAMESPACES, "true"], capture_output=True, text=True, timeout=10, check=False
    )
    return f"no namespaces for a private libvirtd: {tried.stderr}" if tried.returncode else None


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def wait_for(what: Callable[[], Any], limit_s: float, label: str) -> Any:
    """Ask until the answer is true and give it; fail with the label after the limit."""
    end = time.monotonic() + limit_s
    while True:
        answer = what()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{label}: not within {limit_s} s")
        time.sleep(0.05)


def cache() -> Path:
    """A folder on a real disk: a tmpfs may refuse the direct access that migration takes."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home) / "novacron-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def build_images() -> Path:
    """The folder with the test guest's image; built once, kept for the next session."""
    script = (_HERE / "guest.sh").read_bytes()
    images = cache() / f"guest-{hashlib.sha256(script).hexdigest()[:12]}"
    if not images.exists():
        with tempfile.TemporaryDirectory(dir=cache()) as work:
            built = Path(work) / "images"
            command = ["sh", str(_HERE / "guest.sh"), f"{work}/work", str(built)]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=300, check=False,
                env={**os.environ, "PATH": _path()},
            )  # fmt: skip
            if done.returncode != 0:
                raise RuntimeError(f"guest.sh: {done.stderr[-2000:]}")
            try:
                built.rename(images)
            except OSError:  # another session was faster
                assert images.exists()
    return images


@dataclass(frozen=True, slots=True)
class Kept:
    """A booted guest put aside: its definition and its memory, and copies of disk and console."""

    name: str
    definition: Path
    memory: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Hypervisor:
    """One private libvirt daemon.

    Attributes:
        name: its host name.
        images: the folder of images for new machines, `IMAGE` among them.
        storage: where its pool `default` keeps disks; the same folder on both hypervisors.
    """

    name: str
    home: Path
    images: Path
    storage: Path
    process: subprocess.Popen[bytes]
    image: str = IMAGE

    @property
    def uri(self) -> str:
        """How it is reached."""
        return f"qemu+unix:///system?socket={self.home}/run/libvirt-sock"

    @classmethod
    def start(cls, name: str, base: Path, images: Path) -> Hypervisor:
        """Start a daemon with its network and pool, and wait until it answers."""
        home = base / name
        shutil.rmtree(home, ignore_errors=True)
        storage = base / "storage"
        for part in ("run", "lib", "log", "etc", "cache"):
            (home / part).mkdir(parents=True)
        for part in ("lib/images", "lib/qemu", "lib/boot", "lib/dnsmasq"):
            (home / part).mkdir(parents=True)
        storage.mkdir(exist_ok=True)
        shutil.copytree("/etc/libvirt", home / "etc", dirs_exist_ok=True)
        shutil.rmtree(home / "etc" / "qemu" / "networks", ignore_errors=True)
        (home / "etc" / "libvirtd.conf").write_text(
            f'host_uuid = "{uuid.uuid4()}"\nauth_unix_rw = "none"\nunix_sock_rw_perms = "0700"\n'
            f'log_outputs = "3:file:{home}/log/libvirtd.log"\n'
        )
        (home / "etc" / "qemu.conf").write_text(
            'cgroup_controllers = [ ]\nnamespaces = [ ]\nstdio_handler = "file"\n'
            'security_driver = "none"\nuser = "root"\ngroup = "root"\n'
        )
        with (home / "daemon.log").open("wb") as log:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", *_NAMESPACES,
                 "--propagation", "private", "sh", "-c", _DAEMON.format(name=name, home=home)],
                env={**os.environ, "PATH": _path()},
                stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        hypervisor = cls(name, home, images, storage, process)
        try:
            hypervisor._settle()
        except BaseException:
            hypervisor.stop()
            raise
        return hypervisor

    def _settle(self) -> None:
        wait_for(self._answers, 30, f"{self.name}: {self.home / 'daemon.log'}")
        network = self.home / "network.xml"
        network.write_text(_NETWORK)
        self.virsh("net-define", str(network))
        self.virsh("net-start", "default")
        self.virsh("pool-define-as", "default", "dir", "--target", str(self.storage))
        self.virsh("pool-start", "default")

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError((self.home / "daemon.log").read_text())
        if not (self.home / "run" / "libvirt-sock").exists():
            return False
        return self._virsh("version").returncode == 0

    def stop(self) -> None:
        """End the daemon and everything in its namespaces."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def _virsh(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = ["virsh", "-q", "-c", self.uri, *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def virsh(self, *args: str) -> str:
        """What virsh prints; fails with its error."""
        done = self._virsh(*args)
        if done.returncode != 0:
            raise RuntimeError(f"virsh {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def agent(self, domain: str, command: str, **arguments: Any) -> Any:
        """One command to the guest agent and its answer."""
        request = json.dumps({"execute": command, "arguments": arguments})
        return json.loads(self.virsh("qemu-agent-command", domain, request, "--timeout", "5"))[
            "return"
        ]

    def agent_answers(self, domain: str) -> bool:
        """Whether the guest agent is up."""
        request = '{"execute": "guest-ping"}'
        return self._virsh("qemu-agent-command", domain, request, "--timeout", "3").returncode == 0

    def guest_exec(self, domain: str, *argv: str) -> str:
        """What a program prints inside the guest; fails where it does."""
        wait_for(lambda: self.agent_answers(domain), 30, f"guest agent of {domain}")
        started = self.agent(
            domain, "guest-exec", path=argv[0], arg=list(argv[1:]), **{"capture-output": True}
        )
        answer = wait_for(lambda: self._exited(domain, started["pid"]), 15, f"{argv} in {domain}")
        output = base64.b64decode(answer.get("out-data", "")).decode()
        if answer["exitcode"] != 0:
            error = base64.b64decode(answer.get("err-data", "")).decode()
            raise RuntimeError(f"{argv} in {domain}: exit {answer['exitcode']}: {output}{error}")
        return output.strip()

    def _exited(self, domain: str, pid: int) -> Any:
        status = self.agent(domain, "guest-exec-status", pid=pid)
        return status if status["exited"] else None

    def sh(self, domain: str, script: str) -> str:
        """What a shell line prints inside the guest; fails where it does."""
        return self.guest_exec(domain, "/bin/sh", "-c", script)

    def state(self, domain: str) -> str:
        """What virsh says that it is doing."""
        return self.virsh("domstate", domain)

    def names(self) -> set[str]:
        """The domains that virsh lists, on or off."""
        return set(self.virsh("list", "--all", "--name").split())

    def xml(self, domain: str, *flags: str) -> ET.Element:
        """Its description, by virsh."""
        return ET.fromstring(self.virsh("dumpxml", domain, *flags))

    def disks(self, domain: str) -> dict[str, Path]:
        """Its disks by target, such as vda."""
        return {
            disk.find("target").get("dev", ""): Path(source.get("file", ""))  # type: ignore[union-attr]
            for disk in self.xml(domain, "--inactive").iterfind("devices/disk")
            if (source := disk.find("source")) is not None
        }

    def _files(self, domain: str) -> list[Path]:
        return [*self.disks(domain).values(), self._console(domain)]

    def _console(self, domain: str) -> Path:
        log = self.xml(domain).find("devices/serial/log")
        assert log is not None
        return Path(log.get("file", ""))

    def console(self, domain: str) -> str:
        """Everything that the guest wrote on its serial console."""
        return self._console(domain).read_text(errors="replace")

    def boots(self, domain: str) -> int:
        """How often it has said on its console that it booted."""
        return self.console(domain).count("GUEST-BOOTED")

    def wait_for_boots(self, domain: str, number: int) -> None:
        """Wait until it has booted so many times in all."""
        wait_for(lambda: self.boots(domain) >= number, 90, f"boot {number} of {domain}")

    def keep(self, domain: str) -> Kept:
        """Put a running guest aside, to be brought back as often as wanted."""
        folder = self.home / "kept"
        folder.mkdir(exist_ok=True)
        definition = folder / f"{domain}.xml"
        definition.write_text(self.virsh("dumpxml", domain, "--inactive", "--security-info"))
        memory = folder / f"{domain}.save"
        self.virsh("save", domain, str(memory))
        files = tuple(shutil.copyfile(f, folder / f.name) for f in self._files(domain))
        return Kept(domain, definition, memory, files)

    def bring_back(self, kept: Kept) -> None:
        """Let a guest run on from where it was put aside: a second instead of a boot."""
        for file in kept.files:
            shutil.copyfile(file, self.storage / file.name)
        self.virsh("define", str(kept.definition))
        self.virsh("restore", str(kept.memory), "--running")

    def wipe(self) -> None:
        """Remove every domain with everything that belongs to it, whatever state it is in."""
        for domain in self.names():
            self._virsh("destroy", domain)
            for snapshot in self.virsh("snapshot-list", domain, "--name").split():
                self._virsh("snapshot-delete", domain, snapshot, "--metadata")
            flags = ("--managed-save", "--snapshots-metadata", "--nvram")
            self.virsh("undefine", domain, *flags)
        for file in self.storage.iterdir():
            file.unlink()
        self.virsh("pool-refresh", "default")
