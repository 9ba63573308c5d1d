"""The laser spectrometer as a technology, on simulated bursts of a known library."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.calibration import Calibration, Origin
from standex.model.errors import RecordError
from standex.model.frames import RigidTransform
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthReason, HealthState
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone
from standex.sensing.laser.library import LibraryEntry, SpectralLibrary
from standex.sensing.laser.technology import KIND, SCORES, LaserSpectrometer
from standex.testing import check_technology

T0 = 1_760_000_000_000_000_000
LASER_NM = 785.0
SHIFT_PER_CM = np.linspace(300.0, 2000.0, 512)
GAIN = 2.0
SIGHT = RigidTransform.from_pose(position_m=(-5.0, 2.0, 3.0), yaw_rad=0.0)


def lines(*at_per_cm: float, axis=SHIFT_PER_CM) -> np.ndarray:
    return sum(1 / (1 + ((axis - at) / 10.0) ** 2) for at in at_per_cm)


FABRIC, SOAP, SIMULANT = (600.0, 1300.0, 1610.0), (860.0, 1120.0), (1040.0, 715.0)


def entry(name: str, item_class: str, at: tuple[float, ...]) -> LibraryEntry:
    axis = np.linspace(250.0, 2050.0, 1801)
    return LibraryEntry(
        name=name,
        item_class=item_class,
        axis_per_cm=axis,
        intensity=lines(*at, axis=axis),
        provenance="lines of a test",
        licence="CC0",
        origin=Origin.SIMULATED,
    )


LIBRARY = SpectralLibrary(
    library_id="test-1",
    kind="raman",
    entries=(
        entry("fabric", "nothing", FABRIC),
        entry("soap", "benign_residue", SOAP),
        entry("simulant", "threat_dielectric", SIMULANT),
    ),
)


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("metro")


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    """Weigh the first score for a threat, the second for a benign residue."""
    n = len(SCORES)
    weights = np.zeros((3, 1 + 2 * n))
    weights[1, 2], weights[2, 1] = 1.0, 1.0
    return Calibration(
        calibration_id="laser-test-1",
        sensor_kind=KIND,
        origin=Origin.SIMULATED,
        made_utc_ns=T0,
        expires_utc_ns=T0 + 10**18,
        provenance="a test",
        feature_names=SCORES,
        class_names=("nothing", "benign_residue", "threat_dielectric"),
        center=np.zeros(n),
        scale=np.ones(n),
        clip=4.0,
        weights=weights,
        bound=4.0,
        cllr=0.5,
        correlation=0.2,
        n_passages_per_class={"nothing": 100, "benign_residue": 100, "threat_dielectric": 100},
        p_detect=0.7,
    )


def technology(site: Site, calibration: Calibration | None = None, **changes) -> LaserSpectrometer:
    spec = SensorSpec(
        sensor_id="laser",
        technology="laser-raman",
        instrument="raman-point",
        level_id="concourse",
        site_from_sensor=SIGHT,
        rate_hz=10.0,
        settings={},
        instrument_settings={},
    )
    fields = {
        "spec": spec,
        "library": LIBRARY,
        "class_names": site.items.names,
        "calibration": calibration,
        "axis": None,
        "from_per_cm": 350.0,
        "to_per_cm": 1950.0,
        "width_per_cm": 3.0,
        "axis_sigma_per_cm": 0.0,
        "n_splines": 12,
        "memory_s": 0.0,
    }
    return LaserSpectrometer(**(fields | changes))


def burst(rng, *, soap=0.0, simulant=0.0, n_shots=4, number=0, task="t1", **arrays) -> Record:
    light = 300.0 + 150.0 * np.exp(-(((SHIFT_PER_CM - 1000) / 800) ** 2)) + 80.0 * lines(*FABRIC)
    light = light + soap * lines(*SOAP) + simulant * lines(*SIMULANT)
    offset = 50.0
    shots = rng.poisson(np.tile(light * GAIN, (n_shots, 1))) / GAIN + offset
    dark = offset + rng.normal(0, 0.5, len(SHIFT_PER_CM)) / 4
    values = {
        "counts": np.rint(shots).astype(np.float32),
        "dark": dark.astype(np.float32),
        "n_dark": np.array(16),
        "wavelength_nm": 1e7 / (1e7 / LASER_NM - SHIFT_PER_CM),
        "laser_nm": np.array(LASER_NM),
        "exposure_s": np.array(0.05),
        "pulse_energy_mj": np.array(1.0),
        "range_m": np.array(3.0),
        "gain_e_per_count": np.array(GAIN),
        "read_noise_e": np.array(0.5),
        "saturation_counts": np.array(65535.0),
        "offset_counts": np.array(offset),
        "t_offset_s": 0.05 * np.arange(n_shots),
        "aim_sensor_m": np.array([3.0, 0.5, -1.8]),
        "aim_sigma_m": np.array(0.05),
        "zone": np.array(ZONE_INDEX[BodyZone.WAIST]),
        "task_id": np.array(task),
        "is_armed": np.array(True),
        "is_line_clear": np.array(True),
        "is_interlock_closed": np.array(True),
    }
    return Record(
        sensor_id="laser",
        t_utc_ns=T0 + number * 10**9,
        kind="laser.shots",
        sequence=number,
        arrays=values | arrays,
    )


def said(observations) -> tuple[Evidence | None, Coverage | None, Health]:
    evidence = [one for one in observations if isinstance(one, Evidence)]
    coverage = [one for one in observations if isinstance(one, Coverage)]
    (health,) = [one for one in observations if isinstance(one, Health)]
    return next(iter(evidence), None), next(iter(coverage), None), health


def once(laser: LaserSpectrometer, record: Record):
    return said(laser.perceive(laser.start(), record, no_hints(T0))[1])


def test_conforms(site, calibration, rng) -> None:
    laser = technology(site, calibration, memory_s=60.0)
    records = [burst(rng, simulant=40.0 * (k % 2), number=k, task=f"t{k}") for k in range(3)]
    check_technology(
        laser,
        records,
        no_hints(T0),
        n_classes=len(site.items.names),
        may_lack=("offset_counts",),
        may_lose=("counts", "dark"),
    )


def test_a_residue_is_told_from_cloth_and_from_soap(site, calibration, rng) -> None:
    laser = technology(site, calibration)
    names = site.items.names
    clean, _, _ = once(laser, burst(rng))
    assert clean is not None
    assert clean.score["threat_z"] < 3.5
    assert "no residue" in clean.reason
    soap, _, _ = once(laser, burst(rng, soap=60.0))
    assert names[int(np.argmax(soap.log_likelihood))] == "benign_residue"
    assert "soap" in soap.reason
    threat, _, _ = once(laser, burst(rng, simulant=60.0))
    assert names[int(np.argmax(threat.log_likelihood))] == "threat_dielectric"
    assert threat.score["threat_z"] > 8
    # What it was not taught is nothing to it.
    assert threat.log_likelihood[names.index("threat_metal")] == threat.log_likelihood[0]


def test_shots_of_one_burst_add_up(site, rng) -> None:
    laser = technology(site)
    z = [
        np.mean(
            [
                once(laser, burst(rng, simulant=12.0, n_shots=n))[0].score["threat_z"]
                for _ in range(12)
            ]
        )
        for n in (1, 9)
    ]
    assert z[1] / z[0] == pytest.approx(3.0, rel=0.35)


def test_the_null_is_what_it_says(site, rng) -> None:
    """Largest of one threat entry: a standard normal, cut at zero."""
    laser = technology(site)
    z = np.array([once(laser, burst(rng))[0].score["threat_z"] for _ in range(150)])
    assert (z > 0).mean() == pytest.approx(0.5, abs=0.15)
    assert (z > 1.645).mean() < 0.12
    assert np.sqrt((z[z > 0] ** 2).mean()) == pytest.approx(1.0, abs=0.25)


def test_where_it_came_from_and_for_which_task(site, calibration, rng) -> None:
    evidence, coverage, health = once(technology(site, calibration), burst(rng, task="t7"))
    np.testing.assert_allclose(evidence.footprint.position_site_m, [-2.0, 2.5])
    assert evidence.footprint.task_id == "t7"
    assert evidence.zone is BodyZone.WAIST
    assert evidence.t_last_utc_ns - evidence.t_first_utc_ns == 150_000_000
    waist = coverage.p_detect[ZONES.index(BodyZone.WAIST)]
    assert waist.max() == 0.7
    assert coverage.p_detect.sum() == pytest.approx(waist.sum())
    assert health.state is HealthState.OK


def test_without_a_calibration_it_shows_and_weighs_nothing(site, rng) -> None:
    evidence, coverage, health = once(technology(site), burst(rng, simulant=60.0))
    assert evidence.calibration_id == ""
    assert not evidence.log_likelihood.any()
    assert not coverage.p_detect.any()
    assert health.reason is HealthReason.NOT_CALIBRATED


def test_an_expired_calibration_weighs_nothing(site, calibration, rng) -> None:
    old = replace(calibration, expires_utc_ns=T0)
    evidence, coverage, health = once(technology(site, old), burst(rng, simulant=60.0))
    assert evidence.calibration_id == ""
    assert not evidence.log_likelihood.any()
    assert not coverage.p_detect.any()
    assert health.reason is HealthReason.CALIBRATION_EXPIRED


@pytest.mark.parametrize(
    ("arrays", "reason", "word"),
    [
        ({"is_armed": np.array(False)}, HealthReason.INTERLOCK, "supervisor"),
        ({"is_interlock_closed": np.array(False)}, HealthReason.INTERLOCK, "interlock"),
        ({"is_line_clear": np.array(False)}, HealthReason.OBSCURED, "line"),
    ],
)
def test_what_was_not_fired_is_said_and_covers_nothing(
    site, calibration, rng, arrays, reason, word
):
    none = {"counts": np.zeros((0, 512), np.float32), "t_offset_s": np.zeros(0)}
    evidence, coverage, health = once(technology(site, calibration), burst(rng, **(none | arrays)))
    assert evidence is None
    assert coverage is None
    assert health.reason is reason
    assert word in health.message
    assert health.not_done_task_id == "t1"


def test_a_record_between_tasks_says_that_it_is_well(site, calibration, rng) -> None:
    none = {"counts": np.zeros((0, 512), np.float32), "t_offset_s": np.zeros(0)}
    evidence, coverage, health = once(technology(site, calibration), burst(rng, task="", **none))
    assert (evidence, coverage) == (None, None)
    assert health.state is HealthState.OK
    assert health.not_done_task_id == ""


def test_a_few_bad_channels_do_no_harm_and_many_do(site, calibration, rng) -> None:
    laser = technology(site, calibration)
    record = burst(rng, simulant=60.0)
    counts = record.arrays["counts"].copy()
    counts[0, 40:44] = np.nan
    counts[1, 300] = 60000.0  # a cosmic ray
    few = replace(record, arrays={**record.arrays, "counts": counts})
    evidence, _, _ = once(laser, few)
    assert evidence.score["threat_z"] > 8
    counts = np.full_like(counts, 65535.0)
    evidence, coverage, health = once(
        laser, replace(record, arrays={**record.arrays, "counts": counts})
    )
    assert (evidence, coverage) == (None, None)
    assert health.state is HealthState.FAILED
    assert health.reason is HealthReason.DATA_QUALITY


def test_a_cloth_that_is_in_everybody_is_learnt_and_a_residue_is_not(site, rng) -> None:
    laser = technology(site, memory_s=60.0)
    stranger = 60.0 * lines(500.0, 950.0, 1480.0)
    state, clean, found = laser.start(), [], []
    for number in range(24):
        simulant = 50.0 if number % 4 == 3 else 0.0
        record = burst(rng, simulant=simulant, number=number, task=f"t{number}")
        light = rng.poisson(np.tile(stranger * GAIN, (4, 1))) / GAIN
        counts = (record.arrays["counts"] + light).astype(np.float32)
        record = replace(record, arrays={**record.arrays, "counts": counts})
        state, observations = laser.perceive(state, record, no_hints(T0))
        z = said(observations)[0].score
        (found if simulant else clean).append((z["threat_z"], z["unexplained"]))
    assert np.median([u for _, u in clean[-6:]]) < 0.5 * clean[0][1]
    assert min(z for z, _ in found[-3:]) > 6
    assert np.median([z for z, _ in clean[-6:]]) < 3


def test_records_that_are_none_are_refused(site, rng) -> None:
    laser = technology(site)
    record = burst(rng)
    with pytest.raises(RecordError, match="kind"):
        once(laser, replace(record, kind="video.frame"))
    repeated = record.arrays["wavelength_nm"].copy()
    repeated[5] = repeated[4]
    with pytest.raises(RecordError, match="axis"):
        once(laser, replace(record, arrays={**record.arrays, "wavelength_nm": repeated}))
