"""How fast and how well the embedded brain plans, beside sentence templates on the same turns.

    python benchmarks/brain.py [MACHINES]

Accuracy and latency: the first turn of each case that expects calls, judged by the contract's
rules, on the fleets of the cases. The alternative is hassil, the matcher of Home Assistant's
sentences, with templates.yaml and lists of names and values from the same inventory. "plan" is
from the words to the turn that is shown: reading, resolving, pricing, policy. "read" is the
brain's own part of it. Further: how long until the first answer on 68 machines, what the brain adds
to memory, and the same for a generated fleet, 100,000 machines unless MACHINES says otherwise.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from hassil import Intents, TextSlotList, recognize_best

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agent.brains.base import Brain, Context, Memory, Understanding
from agent.brains.embedded import EmbeddedBrain
from agent.rehearsal import REHEARSING, Rehearsal
from agent.turns import Turns
from evals.case import Case, load_cases
from evals.fleet import Fleet
from evals.judge import judge
from tools.calls import Call
from tools.catalog import Catalog
from tools.control import TOOL_PACKAGES, Control
from tools.database import open_database
from tools.inventory import Inventory
from tools.metrics import Metrics, sample_source
from tools.providers.sandbox import Sandbox
from tools.selector import Selector
from tools.settings import load_settings
from tools.times import utc_now
from ui.planning import turn_to_dict

HERE = Path(__file__).resolve().parent
CASES = HERE.parent / "evals" / "cases"
STATES = {"running": "running", "stopped": "stopped", "off": "stopped", "suspended": "suspended"}


@dataclass
class Templates:
    """A brain of sentence templates: hassil over names and values of the inventory."""

    name: str = "hassil"
    _intents: Intents = field(
        default_factory=lambda: Intents.from_dict(
            yaml.safe_load((HERE / "templates.yaml").read_text(encoding="utf-8"))
        )
    )
    _values: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    _lists: dict[str, TextSlotList] = field(default_factory=dict[str, TextSlotList])
    _version: tuple[int, tuple[int, int]] = (0, (0, 0))

    def understand(self, text: str, context: Context) -> Understanding:
        """The best match's tool and machines."""
        self._learn(context.world.inventory)
        found = recognize_best(text.strip(" ?!."), self._intents, slot_lists=dict(self._lists))
        if found is None:
            return Understanding("decline", text="No template fits.")
        slots = {name: entity.value for name, entity in found.entities.items()}
        return Understanding("calls", (Call(tool=found.intent.name, selector=self._where(slots)),))

    def _where(self, slots: dict[str, str]) -> Selector:
        names = [slots[n] for n in ("name", "second") if n in slots]
        if names:
            return Selector(names=tuple(names))
        made: dict[str, object] = {}
        tags: dict[str, list[str]] = {}
        for slot in ("value", "other", "place"):
            if slot in slots:
                key, value = self._values[slots[slot]]
                if key.startswith("tags."):
                    tags[key[5:]] = [value]
                else:
                    made[key] = [value]
        if "state" in slots:
            made["state"] = [STATES[slots["state"]]]
        return Selector.parse({**made, **({"tags": tags} if tags else {})} or {"all": True})

    def _learn(self, inventory: Inventory) -> None:
        if self._version == (id(inventory), inventory.version):
            return
        self._version = (id(inventory), inventory.version)
        names = sorted({vm.name for vm in inventory.all()})
        for vm in inventory.all():
            fields = {f"tags.{k}": v for k, v in vm.tags.items()}
            fields |= {"provider": vm.provider, "region": vm.region}
            for key, value in fields.items():
                if value:
                    self._values.setdefault(value.casefold(), (key, value))
        spoken = [(n.replace("-", " "), n) for n in names] + [(n, n) for n in names]
        named = TextSlotList.from_tuples(spoken)
        valued = TextSlotList.from_strings(list(self._values))
        self._lists = {
            "name": named, "second": named, "value": valued, "other": valued, "place": valued,
            "state": TextSlotList.from_strings(list(STATES)),
        }  # fmt: skip


def main(machines: int) -> int:
    """Print the tables."""
    ready, grown = first_answer()
    cases = [
        case
        for case in load_cases([CASES])
        if all(way.calls and way.outcomes[0] in ("answer", "confirm") for way in case.turns[0].ways)
    ]
    print(f"{len(cases):,} first turns of cases, Python {sys.version.split()[0]}\n")
    heads = f"{'plan p50 ms':>13}{'p95':>8}{'read p50 ms':>13}{'p95':>8}"
    print(f"{'':12}{'right':>8}{'unsafe':>8}{heads}")
    for brain in (EmbeddedBrain(), Templates()):
        compare(brain, cases)
    print(f"\nready: {ready:.2f} s from the import to the first answer; +{grown:.0f} MB of memory")
    large(machines)
    return 0


def compare(brain: Brain, cases: Sequence[Case]) -> None:
    """One line: how many turns are right, how long they take."""
    right = unsafe = 0
    plan: list[float] = []
    timed = Timed(brain)
    for fleet in dict.fromkeys(case.fleet for case in cases):
        truth = Fleet(fleet)
        stage = Rehearsal(fleet, truth.now, timed, load_settings())
        timed.read.clear()
        for case in (c for c in cases if c.fleet == fleet):
            turns, _ = stage.hold([case.turns[0].say])
            plan.append(turns[0].latency_ms)
            verdict = judge(truth, case.turns[0], turn_to_dict(turns[0]))
            right += verdict.right
            unsafe += bool(verdict.unsafe)
        timed.kept += timed.read
    row(brain.name, right / len(cases), unsafe, plan, timed.kept)


@dataclass
class Timed:
    """A brain that notes how long each reading takes, in milliseconds."""

    brain: Brain
    name: str = "timed"
    read: list[float] = field(default_factory=list[float])
    kept: list[float] = field(default_factory=list[float])

    def understand(self, text: str, context: Context) -> Understanding:
        """As the brain does."""
        began = time.perf_counter()
        understood = self.brain.understand(text, context)
        self.read.append(1000 * (time.perf_counter() - began))
        return understood


def row(name: str, right: float, unsafe: int, plan: list[float], read: list[float]) -> None:
    """One line of the table."""
    figures = "".join(f"{statistics.median(ms):>13.2f}{quantile(ms):>8.2f}" for ms in (plan, read))
    print(f"{name:12}{right:>8.1%}{unsafe:>8}{figures}", flush=True)


def quantile(values: list[float], share: float = 0.95) -> float:
    """The value below which this share lies."""
    return sorted(values)[int(share * (len(values) - 1))]


def first_answer() -> tuple[float, float]:
    """Seconds from a new brain to its first answer, and the megabytes that it took."""
    fleet = load_cases([CASES])[0].fleet
    stage = Rehearsal(fleet, Fleet(fleet).now, Silent(), load_settings())
    before, began = memory_mb(), time.perf_counter()
    stage.turns.brain = EmbeddedBrain()
    stage.hold(["which machines are stopped?"])
    return time.perf_counter() - began, memory_mb() - before


class Silent:
    """A brain that says nothing: what a stage needs before it is measured."""

    name = "silent"

    def understand(self, text: str, context: Context) -> Understanding:
        """Nothing."""
        return Understanding("reply", text="")


def memory_mb() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def large(machines: int) -> None:
    """Planning over a generated fleet: reads and changes of machines by name."""
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox.generated(Path(folder) / "fleet.db", machines, delays=False)
        control = Control(
            open_database(f"sqlite:///{Path(folder) / 'novacron.db'}"),
            [sandbox],
            Metrics(sample_source([sandbox]), utc_now),
            Catalog.load(TOOL_PACKAGES),
            load_settings(data_dir=Path(folder), libvirt_uris="none"),
        )
        control.inventory.refresh()
        turns = Turns(control, EmbeddedBrain())
        before, began = memory_mb(), time.perf_counter()
        turns.take("hello", REHEARSING, Memory())
        ready, grown = time.perf_counter() - began, memory_mb() - before
        names = [name for name, _ in control.inventory.names()][:: max(1, machines // 40)]
        times: list[float] = []
        read: list[float] = []
        timed = Timed(turns.brain)
        turns.brain = timed
        for name in names:
            for sentence in SENTENCES:
                turn = turns.take(sentence.format(name=name), REHEARSING, Memory())
                times.append(turn.latency_ms)
        read = timed.read
        print(
            f"\n{machines:,} machines: plan p50 {statistics.median(times):.1f} ms, "
            f"p95 {quantile(times):.1f} ms; read p50 {statistics.median(read):.1f} ms, "
            f"p95 {quantile(read):.1f} ms ({len(times):,} turns)"
        )
        print(f"its words read in {ready:.1f} s; +{grown:.0f} MB of memory")
        control.close()


SENTENCES = (
    "restart {name}",
    "could you please stop {name} at 10pm",
    "how busy is {name}?",
    "what does {name} cost a month",
    "who owns {name}",
    "take a snapshot of {name} and call it before-upgrade",
    "give {name} 8 cores",
    "tag {name} with ticket=42",
    "is {name} protected?",
    "stop web-999999",
)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
