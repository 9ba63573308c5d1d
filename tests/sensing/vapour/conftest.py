"""Records of an inlet, made by hand: clean air, plumes, spectra; and a site to stand in."""

from collections.abc import Callable

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.calibration import Calibration, Origin
from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.sensing.vapour.gas_templates import response_shapes

S = 10**9
T0 = 1_700_000_000 * S
CHANNELS = 6
NOISE = 0.01
SHARED = {
    "open_llr": 8.0, "look_s": 5.0, "max_age_s": 15.0, "cover_s": 2.0,
    "wind_site_m_per_s": [0.3, 0.0], "wind_std_m_per_s": 0.1, "diffusivity_m2_per_s": 0.03,
    "source_m": 0.4, "transport_s": 0.5, "p_contribute": 0.8,
    "substances": ["simulant-a", "perfume"],
    "item_classes": ["threat_dielectric", "benign_residue"],
}  # fmt: skip
PATTERN = np.array([[1.0, 0.8, 0.1, 0.0, 0.5, 0.2], [0.1, 0.2, 1.0, 0.9, 0.3, 0.6]])
RISE_S, DECAY_S = np.full(CHANNELS, 1.0), np.full(CHANNELS, 6.0)
GAS = {
    **SHARED, "pattern": PATTERN.ravel().tolist(), "rise_s": RISE_S.tolist(),
    "decay_s": DECAY_S.tolist(), "exposure_s": [2.0, 5.0], "window_s": 10.0, "recover_s": 60.0,
    "stuck_s": 5.0, "saturated": 1e6, "drift_per_sqrt_s": 0.02, "min_flow_l_per_min": 0.5,
}  # fmt: skip
ION = {
    **SHARED, "k0_cm2_per_vs": [1.54, 1.30], "k0_std": [0.003, 0.003],
    "reactant_k0_cm2_per_vs": 2.06,
}  # fmt: skip
GAIN = np.array([1e3, 2e3, 5e2, 3e3, 8e2, 1e3])


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site("metro")


def spec_of(site: Site, technology: str, settings: dict) -> SensorSpec:
    level = site.levels[0]
    middle = 0.5 * (level.min_site_m + level.max_site_m)
    return SensorSpec(
        sensor_id="nose",
        technology=technology,
        instrument=technology,
        level_id=level.level_id,
        site_from_sensor=RigidTransform.from_pose(position_m=(*middle, 1.0), yaw_rad=0.0),
        rate_hz=1.0,
        settings=settings,
        instrument_settings={},
        calibration="nose-test",
    )


@pytest.fixture
def gas_spec(site: Site) -> SensorSpec:
    return spec_of(site, "gas-array", GAS)


@pytest.fixture
def ion_spec(site: Site) -> SensorSpec:
    return spec_of(site, "ion-mobility", ION)


@pytest.fixture
def calibration_of(site: Site) -> Callable[..., Calibration]:
    """Return a maker of calibrations."""

    def make(
        kind: str, names: tuple[str, ...], weights: dict[str, dict[str, float]]
    ) -> Calibration:
        """Return one with these linear weights by class and score."""
        classes = site.items.names
        table = np.zeros((len(classes), 1 + 2 * len(names)))
        for item_class, by_score in weights.items():
            for score, weight in by_score.items():
                table[classes.index(item_class), 1 + names.index(score)] = weight
        return Calibration(
            calibration_id="nose-test-1",
            sensor_kind=kind,
            origin=Origin.SIMULATED,
            made_utc_ns=0,
            expires_utc_ns=T0 + 10_000 * S,
            provenance="made by hand",
            feature_names=names,
            class_names=classes,
            center=np.zeros(len(names)),
            scale=np.ones(len(names)),
            clip=4.0,
            weights=table,
            bound=3.0,
            cllr=0.8,
            correlation=0.0,
            n_passages_per_class=dict.fromkeys(classes, 20),
            p_detect=0.5,
        )

    return make


Air = Callable[..., list[Record]]


@pytest.fixture
def air(rng: np.random.Generator) -> Air:
    """Return a maker of records of a gas array: noise, drift, plumes, steps of humidity."""

    def make(
        seconds: int,
        *,
        plumes: tuple[tuple[float, float, int, float], ...] = (),
        humidity_step: tuple[float, float] = (1e9, 0.0),
        humidity_effect: float = 1.0,
        rate_hz: int = 4,
        wind: tuple[float, float] = (0.0, 0.0),
        drift: float = 0.0,
        wobble: float = 0.0,
    ) -> list[Record]:
        n = seconds * rate_hz
        t_s = np.arange(n) / rate_hz
        humidity = 0.4 + wobble * np.sin(t_s / 7) + humidity_step[1] * (t_s >= humidity_step[0])
        log_response = NOISE * rng.standard_normal((n, CHANNELS))
        log_response += humidity_effect * (humidity - 0.4)[:, None] + drift * t_s[:, None]
        for onset, exposure, substance, strength in plumes:
            shape = response_shapes(
                t_s,
                onset_s=np.array([onset]),
                exposure_s=np.array([exposure]),
                rise_s=RISE_S,
                decay_s=DECAY_S,
            )[:, :, 0]
            log_response += strength * shape * PATTERN[substance]
        response = GAIN * np.exp(log_response)
        return [
            Record(
                sensor_id="nose",
                t_utc_ns=T0 + row * S,
                kind="vapour.gas_array",
                sequence=row,
                arrays={
                    "t_offset_s": np.arange(rate_hz) / rate_hz,
                    "response": response[row * rate_hz : (row + 1) * rate_hz],
                    "temperature_c": np.full(rate_hz, 24.0),
                    "relative_humidity": humidity[row * rate_hz : (row + 1) * rate_hz],
                    "flow_l_per_min": np.array(1.5),
                    "wind_site_m_per_s": np.array(wind),
                },
            )
            for row in range(seconds)
        ]

    return make


DRIFT_TIME_MS = np.arange(1200) * 0.01 + 2.0


@pytest.fixture
def spectra(rng: np.random.Generator) -> Air:
    """Return a maker of records of a spectrometer: reactant ion at 7.6 ms or so, and peaks."""

    def make(
        seconds: int,
        *,
        peak: tuple[int, int, float, float] = (10**9, 0, 0.0, 1.0),
        temperature_c: Callable[[int], float] = lambda row: 45.0,
        n_frames: int = 5,
        noise: float = 1.0,
    ) -> list[Record]:
        first, last, height, k0 = peak
        records = []
        for row in range(seconds):
            # 0.098 m at 5000 V and 1005 hPa, the field's own closed form.
            at_c = temperature_c(row)
            reach = 0.098**2 / 5000 * 1e4 * 273.15 / (273.15 + at_c) * 1005 / 1013.25 * 1e3
            ion_ms, peak_ms = reach / 2.06, reach / k0
            share = 0.7 if first <= row < last else 1.0
            clean = 100 + 10 * np.exp(-DRIFT_TIME_MS / 5)
            clean = clean + share * 1000 * np.exp(-0.5 * ((DRIFT_TIME_MS - ion_ms) / 0.06) ** 2)
            if first <= row < last:
                width_ms = 0.06 * np.sqrt(peak_ms / ion_ms)
                clean = clean + height * np.exp(-0.5 * ((DRIFT_TIME_MS - peak_ms) / width_ms) ** 2)
            frames = clean + noise * rng.standard_normal((n_frames, len(clean)))
            records.append(
                Record(
                    sensor_id="nose",
                    t_utc_ns=T0 + row * S,
                    kind="vapour.ion_mobility",
                    sequence=row,
                    arrays={
                        "t_offset_s": np.arange(n_frames) / n_frames,
                        "drift_time_ms": DRIFT_TIME_MS,
                        "intensity": frames,
                        "temperature_c": np.array(at_c),
                        "pressure_hpa": np.array(1005.0),
                        "drift_v": np.array(5000.0),
                        "drift_length_m": np.array(0.098),
                    },
                )
            )
        return records

    return make
