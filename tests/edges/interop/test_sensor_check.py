import itertools
import threading
from pathlib import Path

import numpy as np
import pytest

from standex.edges.clock import SystemClock
from standex.edges.interop.device_source import DeviceSource, Reading
from standex.edges.interop.new_sensor import SensorKind, write_sensor
from standex.edges.interop.sensor_check import check_folder, check_sensor, technology_of
from standex.model.errors import StandexError
from standex.model.record import Record

CLOCK = SystemClock()
NAME = "cam-entry"


def readings(**changes):
    """Return what reads a camera that says ten times a second where somebody is."""

    def read():
        start = CLOCK.utc_ns()
        for number in itertools.count():
            values = {
                "place_m": [2.0, 0.5],
                "late_s": 0.0,
                "rate_hz": 100.0,
                "score": 0.9,
                "sequence": number,
            } | {key: value(number) for key, value in changes.items()}
            yield Reading(
                kind="video.floor_positions",
                arrays={
                    "position_sensor_m": [values["place_m"]],
                    "sigma_m": [0.1],
                    "score": [values["score"]],
                },
                t_utc_ns=start + int((number / values["rate_hz"] - values["late_s"]) * 1e9),
                sequence=values["sequence"],
            )
            threading.Event().wait(0.002)

    return read


@pytest.fixture
def site(fakes):
    return fakes.site()


@pytest.fixture
def judge(site):
    technology = technology_of(site.sensor(NAME), site)

    def check(read, **settings):
        source = DeviceSource({NAME: read}, clock=CLOCK)
        values = {"n_records": 10, "wait_s": 2.0, "clock": CLOCK} | settings
        results = check_sensor(site, NAME, source, technology, **values)
        return {result.law.split(",")[0].split(" (")[0]: result for result in results}

    return check


def broken(results: dict) -> set[str]:
    return {law for law, result in results.items() if not result.is_kept}


RATE = "the rate is that of the survey"


def test_a_good_sensor_holds(judge, site) -> None:
    rate_hz = site.sensor(NAME).rate_hz
    results = judge(readings(rate_hz=lambda _: rate_hz), n_records=4)
    assert not broken(results), results
    assert "4 records" in results["records come"].message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"late_s": lambda _: 3.0}, "times are within 1 s of this computer's clock"),
        ({"late_s": lambda n: 0.2 if n == 5 else 0.0}, "times run forwards and numbers count up"),
        ({"sequence": lambda _: 7}, "times run forwards and numbers count up"),
        ({"place_m": lambda _: [200.0, 0.0]}, "places lie on the floor of the site"),
        ({"place_m": lambda _: [2000.0, 0.0]}, "places lie on the floor of the site"),
        ({"score": lambda _: 1.5}, "the technology keeps the law of its port"),
        ({"score": lambda _: np.nan}, "the technology keeps the law of its port"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else value,
)
def test_what_is_wrong_is_told(judge, change, law) -> None:
    results = judge(readings(**change))
    assert law in broken(results)
    assert results[law].message


def test_a_rate_other_than_surveyed_is_told(judge) -> None:
    assert RATE in broken(judge(readings()))


def test_one_hiccup_is_no_other_rate(judge, site) -> None:
    rate_hz = site.sensor(NAME).rate_hz
    hiccup = readings(rate_hz=lambda _: rate_hz, late_s=lambda n: 0.8 if n < 2 else 0.0)
    assert RATE not in broken(judge(hiccup, n_records=6))


def test_silence_is_told_with_its_reason(judge) -> None:
    def read():
        raise OSError("no such device")
        yield

    results = judge(read, wait_s=0.3)
    assert broken(results) == {"records come"}
    assert "no such device" in results["records come"].message


@pytest.mark.slow
def test_who_speaks_for_others_or_does_not_end_is_told(site) -> None:
    class Rude:
        def records(self):
            for number in itertools.count():
                yield Record(
                    sensor_id="other",
                    t_utc_ns=CLOCK.utc_ns(),
                    kind="k",
                    sequence=number,
                    arrays={},
                )
                threading.Event().wait(0.001)
                if self.n_closed and number > 10_000:
                    return

        n_closed = 0

        def close(self) -> None:
            self.n_closed += 1

    technology = technology_of(site.sensor(NAME), site)
    (result,) = check_sensor(site, NAME, Rude(), technology, clock=CLOCK, n_records=5, wait_s=0.1)
    assert not result.is_kept
    assert "speaks for other" in result.message
    assert "has not ended" in result.message


def test_a_sensor_that_the_site_does_not_know(site) -> None:
    technology = technology_of(site.sensor(NAME), site)
    with pytest.raises(StandexError, match="no sensor"):
        check_sensor(site, "x", DeviceSource({}, clock=CLOCK), technology, clock=CLOCK)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [SensorKind.POSITIONS, SensorKind.LOOKS, SensorKind.RAW])
def test_every_template_holds_as_it_is_written(kind, tmp_path: Path) -> None:
    write_sensor("my-sensor", kind, tmp_path / "new")
    if kind is SensorKind.LOOKS:  # whether this checkout was installed with it or not
        project = tmp_path / "new" / "pyproject.toml"
        target = "standex.edges.interop.external_looks:build"
        entry = f'[project.entry-points."standex.technologies"]\nexternal-looks = "{target}"\n'
        project.write_text(project.read_text() + entry)
    results = check_folder(tmp_path / "new", n_records=10)
    assert not [result for result in results if not result.is_kept], results


def test_a_folder_without_a_source_is_told(tmp_path: Path) -> None:
    write_sensor("my-sensor", SensorKind.POSITIONS, tmp_path / "new")
    project = tmp_path / "new" / "pyproject.toml"
    project.write_text('[project]\nname = "x"\n')
    with pytest.raises(StandexError, match="must register a source"):
        check_folder(tmp_path / "new")
    project.write_text('[project.entry-points."standex.sources"]\na = "no_such_module:build"\n')
    with pytest.raises(StandexError, match="cannot be imported"):
        check_folder(tmp_path / "new")
