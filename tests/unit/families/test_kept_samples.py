"""What NovaCron samples itself: means of hours, files of days, one owner, gaps that stay gaps."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.kept_samples import SampleKeeping
from tools.metrics import KeptAndLive, Metrics, NoSamples, sample_source
from tools.providers.base import Capability, Sample
from tools.providers.sandbox import Sandbox
from tools.sample_file import FileSamples

NOW = datetime(2026, 11, 23, 10, 20, tzinfo=UTC)
HOUR = NOW.replace(minute=0)


def kept(folder: Path) -> Metrics:
    return Metrics(FileSamples(folder, "kept"), lambda: NOW)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=12))
def test_an_hour_is_the_mean_of_its_readings_and_no_reading_is_a_gap(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("kept")
    keeping = SampleKeeping(folder, 90)
    for value in values:
        keeping.record([Sample("m", HOUR, cpu=value, memory=1.0)], NOW)
    known = [value for value in values if value is not None]
    found = kept(folder).read("cpu", "avg", "1h")
    assert found == ({"m": pytest.approx(sum(known) / len(known), abs=1e-3)} if known else {})
    assert kept(folder).read("memory", "avg", "1h") == {"m": 1.0}


def test_a_new_process_goes_on_with_the_mean_of_the_hour(tmp_path):
    SampleKeeping(tmp_path, 90).record([Sample("m", HOUR, cpu=10.0)], NOW)
    SampleKeeping(tmp_path, 90).record([Sample("m", HOUR, cpu=40.0)], NOW)
    SampleKeeping(tmp_path, 90).record([Sample("m", HOUR, cpu=40.0)], NOW)
    assert kept(tmp_path).read("cpu", "last", "1h") == {"m": 30.0}


def test_only_one_process_writes(tmp_path):
    first, second = SampleKeeping(tmp_path, 90), SampleKeeping(tmp_path, 90)
    assert first.own()
    assert first.own()
    assert not second.own()
    first.close()
    assert second.own()
    second.close()


def test_days_that_are_too_old_are_dropped(tmp_path):
    keeping = SampleKeeping(tmp_path, 7)
    for days in (30, 8, 7, 1, 0):
        keeping.record([Sample("m", HOUR - timedelta(days=days), cpu=1.0)], NOW)
    assert sorted(path.stem for path in tmp_path.glob("*.parquet")) == [
        (HOUR - timedelta(days=days)).date().isoformat() for days in (7, 1, 0)
    ]
    assert len(kept(tmp_path).series(["m"], "cpu", "30d")["m"]) == 3


def test_the_present_reading_comes_after_what_was_kept_and_only_there(tmp_path):
    keeping = SampleKeeping(tmp_path, 90)
    keeping.record([Sample("m", HOUR - timedelta(hours=h), cpu=10.0) for h in (1, 2)], NOW)
    keeping.record([Sample("gone", HOUR - timedelta(hours=1), cpu=50.0)], NOW)

    class Live(NoSamples):
        name = "live"

        def aggregate(self, metric, aggregate, since, until=None):
            return {"m": 40.0, "new": 5.0}

        def series(self, ids, metric, since, until=None):
            return {i: [(HOUR, v)] for i, v in (("m", 40.0), ("new", 5.0)) if i in ids}

    both = Metrics(KeptAndLive(FileSamples(tmp_path, "kept"), Live()), lambda: NOW)
    assert both.read("cpu", "avg", "2h") == {"m": 20.0, "new": 5.0, "gone": 50.0}
    assert [value for _, value in both.series(["m"], "cpu", "24h")["m"]] == [10.0, 10.0, 40.0]


def test_a_provider_that_cannot_be_read_is_named_and_the_others_answer(
    fleet_folder: Path, tmp_path: Path
):
    from tools.errors import Unreachable

    class Deaf(Sandbox):
        capabilities = frozenset({Capability.METRICS})

        def samples(self, ids, since):
            raise Unreachable("no route to host")

    deaf = Deaf.from_fleet(fleet_folder, clock=lambda: NOW, delays=False)
    deaf.samples_path = None
    deaf.name = "far"
    good = Sandbox.from_fleet(fleet_folder, clock=lambda: NOW, delays=False)
    metrics = Metrics(sample_source([deaf, good]), lambda: NOW)
    assert metrics.read("cpu", "avg", "1h")
    assert metrics.problems() == ("far samples could not be read: no route to host",)


def test_the_same_window_earlier_is_moved_back_as_a_whole(tmp_path):
    keeping = SampleKeeping(tmp_path, 90)
    hours = range(24 * 9)
    keeping.record([Sample("m", HOUR - timedelta(hours=h), cpu=float(h)) for h in hours], NOW)
    metrics = kept(tmp_path)
    for ago, shift in (("24h", 24), ("7d", 168)):
        assert metrics.read("cpu", "min", "3h", ago) == {"m": float(shift)}
        assert metrics.read("cpu", "max", "3h", ago) == {"m": float(shift + 3)}
        moved = metrics.series(["m"], "cpu", "3h", ago)["m"]
        assert [value for _, value in moved] == [shift + 3.0, shift + 2.0, shift + 1.0, shift]
    assert metrics.read("cpu", "avg", "3h", "30d") == {}


def test_serve_samples_only_machines_whose_provider_keeps_none(control, sandbox):
    from tools.sampling import Sampling, samples_folder

    assert Sampling(control).take() == 0
    folder = samples_folder(control.settings)
    assert not folder.exists()
    sandbox.keeps_samples = False
    sandbox.capabilities |= {Capability.METRICS}
    now = control.clock()
    control.clock.now = now - timedelta(minutes=30)  # the last hour of the fleet's samples
    sampling = Sampling(control)
    taken = sampling.take()
    assert taken > 50
    assert Sampling(control).take() == 0, "another owns the samples"
    sampling.close()
    found = Metrics(FileSamples(folder, "kept"), control.clock).read("cpu", "last", "1h")
    assert found == pytest.approx(control.metrics.read("cpu", "last", "1h"), abs=0.01)
