from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.site import Site
from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.testing import check_instrument
from standex.twin.faults import Fault
from standex.twin.gas_plume import VAPOURS
from standex.twin.ion_mobility import (
    REACTANT_CM2_PER_V_S,
    IonMobility,
    Tube,
    build,
    drift_time_s,
    shares,
    spectrum,
)
from standex.twin.trace_faults import TraceFault

S = 10**9
PASSES = ((6.0, 0.6), (-6.0, 0.6))
TUBE = Tube(
    drift_length_m=0.08,
    drift_v=2000.0,
    gate_s=1e-4,
    drift_time_ms=np.linspace(5.0, 30.0, 2000),
    current_pa=1000.0,
    noise_pa=0.0,
)
CLEAN = np.zeros(len(VAPOURS))
WARM = {"temperature_k": 333.15, "pressure_hpa": 1000.0}


@pytest.fixture
def device(metro: Site):
    def make(*, seed: int = 1, **settings) -> IonMobility:
        spec = replace(
            metro.sensor("cam-entry"),
            sensor_id="ims",
            rate_hz=1.0,
            site_from_sensor=RigidTransform.from_pose(position_m=(0.0, 0.0, 1.2), yaw_rad=0.0),
            instrument_settings=settings,
        )
        return build(spec, metro, seed)

    return make


def smeared() -> CarriedItem:
    return CarriedItem(
        person=1,
        item_class="benign_residue",
        zone=BodyZone.WAIST,
        width_m=0.0,
        height_m=0.0,
        thickness_m=0.0,
        permittivity=1.0,
        loss_tangent=0.0,
        residue="simulant-a",
        residue_ug_per_cm2=600.0,
    )


def test_drift_times_are_the_closed_form() -> None:
    """8 cm at 2 kV, K0 = 2 cm2/Vs at standard conditions: 16 ms."""
    at = {"mobility_cm2_per_v_s": 2.0, "temperature_k": 273.15, "pressure_hpa": 1013.25}
    assert drift_time_s(TUBE, **at) == pytest.approx(0.016)
    assert drift_time_s(TUBE, **{**at, "temperature_k": 2 * 273.15}) == pytest.approx(0.008)
    assert drift_time_s(TUBE, **{**at, "pressure_hpa": 506.625}) == pytest.approx(0.008)


def with_vapour(name: str, ug_per_m3: float) -> np.ndarray:
    found = CLEAN.copy()
    found[VAPOURS.index(name)] = ug_per_m3
    return found


@pytest.mark.parametrize("ug_per_m3", [0.0, 0.1, 10.0, 1e4])
def test_the_charge_is_shared_and_never_lost(ug_per_m3, rng) -> None:
    vapours = ug_per_m3 * rng.random(len(VAPOURS))
    assert shares(vapours).sum() == pytest.approx(1.0)
    assert (shares(vapours) >= 0).all()
    assert spectrum(TUBE, vapours, **WARM).sum() == pytest.approx(1000.0, rel=1e-3)


def test_vapours_compete() -> None:
    alone = shares(with_vapour("simulant-a", 1.0))
    together = shares(with_vapour("simulant-a", 1.0) + with_vapour("hand-cream-like", 5.0))
    row = 1 + VAPOURS.index("simulant-a")
    assert together[row] < alone[row]
    assert together[0] < alone[0]
    # What both took from the reactant ions stays in its proportion to them.
    assert together[row] / together[0] == pytest.approx(alone[row] / alone[0])


@pytest.mark.parametrize(("temperature_k", "pressure_hpa"), [(300.0, 950.0), (350.0, 1040.0)])
def test_the_reactant_peak_is_at_its_mobility_whatever_the_weather(
    temperature_k, pressure_hpa
) -> None:
    found = spectrum(TUBE, CLEAN, temperature_k=temperature_k, pressure_hpa=pressure_hpa)
    t_s = TUBE.drift_time_ms[found.argmax()] * 1e-3
    k = 0.08**2 / (t_s * 2000.0) * 1e4
    k0 = k * 273.15 / temperature_k * pressure_hpa / 1013.25
    assert k0 == pytest.approx(REACTANT_CM2_PER_V_S, rel=2e-3)


def test_a_vapour_makes_a_peak_behind_the_reactant_ions() -> None:
    clean = spectrum(TUBE, CLEAN, **WARM)
    change = spectrum(TUBE, with_vapour("simulant-a", 0.5), **WARM) - clean
    assert change.min() < 0 < change.max()
    assert change.argmin() < change.argmax()
    assert change[clean.argmax()] < 0
    assert change.sum() == pytest.approx(0.0, abs=1.0)


def test_peaks_are_no_narrower_than_diffusion_allows() -> None:
    sharp = replace(TUBE, gate_s=1e-9)
    found = spectrum(sharp, CLEAN, temperature_k=300.0, pressure_hpa=1013.25)
    above = TUBE.drift_time_ms[found > found.max() / 2]
    power = np.sqrt(2000.0 * 1.602e-19 / (16 * 1.381e-23 * 300.0 * np.log(2)))
    wide_ms = TUBE.drift_time_ms[found.argmax()] / power
    assert np.ptp(above) == pytest.approx(wide_ms, abs=0.03)


def test_conforms(device, walk) -> None:
    scene = walk(PASSES, lasts_s=8.0, items=(smeared(),))
    check_instrument(device(), scene, sensor_id="ims", t_utc_ns=2 * S)


def test_a_record_has_what_was_agreed(device, walk) -> None:
    record = device(n_channels=300).record(walk(PASSES), 2 * S, 0)
    assert record is not None
    arrays = record.arrays
    n = len(arrays["t_offset_s"])
    assert arrays["intensity"].shape == (n, 300)
    assert arrays["drift_time_ms"].shape == (300,)
    for name in ("temperature_c", "pressure_hpa", "drift_v", "drift_length_m"):
        assert arrays[name].shape == ()


@pytest.mark.slow
def test_who_passes_with_a_residue_takes_charge(device, walk) -> None:
    def lost(*items: CarriedItem) -> float:
        scene = walk(PASSES, lasts_s=8.0, items=items)
        quiet = device(noise_pa=0.0)
        made = [quiet.record(scene, k * S, k).arrays["intensity"] for k in range(8)]
        reactant = made[0][0].argmax()
        return float(made[0][0, reactant] / min(one[:, reactant].min() for one in made))

    assert lost(smeared()) > 1.02 * lost() >= 1.0


def with_fault(device: IonMobility, kind: str) -> IonMobility:
    plain = kind in {"dead", "obscured", "nan"}
    fault = (Fault if plain else TraceFault)(kind=kind, from_s=1.0, to_s=2.0)
    return replace(device, faults=(fault,))


@pytest.mark.slow
def test_faults_come_and_go(device, walk) -> None:
    scene = walk(PASSES, items=(smeared(),))

    def at(kind: str, t_s: float):
        record = with_fault(device(), kind).record(scene, round(t_s * S), 0)
        return None if record is None else record.arrays

    top = at("nan", 0.5)["intensity"].max()
    for kind, is_bad in (
        ("dead", lambda a: a is None),
        ("nan", lambda a: np.isnan(a["intensity"]).any()),
        ("saturated", lambda a: a["intensity"].max() < 0.5 * top),
        ("miscalibrated", lambda a: a["temperature_c"] > 65.0),
    ):
        bad = [bool(is_bad(at(kind, t_s))) for t_s in (0.5, 1.0, 1.9, 2.0)]
        assert bad == [False, True, True, False], kind


@pytest.mark.parametrize(
    ("setting", "match"),
    [({"drift_v": 0.0}, "drift_v must be finite and > 0"), ({"ions": 1}, "unknown ions")],
)
def test_settings_that_mean_nothing_are_refused(device, setting, match) -> None:
    with pytest.raises(SiteError, match=f"sensor ims: instrument_settings.*{match}"):
        device(**setting)
