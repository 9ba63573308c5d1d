"""The twin's ion mobility spectrometer at an inlet.

A record of kind ``vapour.ion_mobility`` is a block of spectra:

    t_offset_s            [n] from the record's time
    drift_time_ms         [k] of each channel
    intensity             [n, k] raw, picoamperes
    temperature_c, pressure_hpa, drift_v, drift_length_m: one number each

Ions of reduced mobility K0 need t = L^2 / (K U) for the length L at the voltage U, where
K = K0 (T / 273.15 K) (1013.25 hPa / p). Vapours take the charge from the reactant ions: of the
charge, a vapour v gets k_v c_v / (1 + sum k c), and the reactant ions keep what is left, so the
whole current stays the same. Peaks are as wide as diffusion and the gate make them.

References:
    Eiceman, Karpas, Hill, Ion Mobility Spectrometry, 3rd ed., 2013, chapters 6 and 10.
    Revercomb, Mason, Analytical Chemistry 47 (1975) 970 (resolving power).
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import SensorSpec, Setting, Site
from standex.twin.gas_array_sensor import (
    AIR_DEFAULTS,
    MAY_BE_NEGATIVE,
    air_of,
    block,
    plume_of,
    room_air,
)
from standex.twin.gas_plume import STEP_S, VAPOURS, Air, Plume
from standex.twin.scene import Scene
from standex.twin.slow_change import wander
from standex.twin.trace_faults import AnyFault, trace_fault_now
from standex.twin.trace_settings import checked

KIND = "vapour.ion_mobility"
BOLTZMANN_J_PER_K, ELEMENTARY_C = 1.380649e-23, 1.602176634e-19
ZERO_CELSIUS_K, STANDARD_HPA = 273.15, 1013.25
REACTANT_CM2_PER_V_S = 2.30
# Reduced mobility and how well each takes the charge, per ug/m3; generic, in the usual range.
_PRODUCTS: dict[str, tuple[float, float]] = {
    "simulant-a": (1.92, 1.5),
    "simulant-b": (1.48, 1.0),
    "sugar-like": (1.25, 0.3),
    "detergent-like": (1.36, 0.4),
    "hand-cream-like": (1.62, 0.6),
    "person": (2.05, 0.05),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tube:
    """A drift tube.

    Attributes:
        drift_length_m: from gate to collector.
        drift_v: over that length.
        gate_s: how long ions are let in.
        drift_time_ms: of each channel.
        current_pa: of all ions, over the channels.
        noise_pa: of each channel and spectrum.
    """

    drift_length_m: float
    drift_v: float
    gate_s: float
    drift_time_ms: Float[np.ndarray, " k"]
    current_pa: float
    noise_pa: float


def drift_time_s(
    tube: Tube, *, mobility_cm2_per_v_s: float, temperature_k: float, pressure_hpa: float
) -> float:
    """Return how long ions of a reduced mobility need through the tube."""
    mobility = (
        mobility_cm2_per_v_s
        * 1e-4
        * (temperature_k / ZERO_CELSIUS_K)
        * (STANDARD_HPA / pressure_hpa)
    )
    return tube.drift_length_m**2 / (mobility * tube.drift_v)


def shares(ug_per_m3: Float[np.ndarray, " vapours"]) -> Float[np.ndarray, " ions"]:
    """Return which share of the charge the reactant ions and each vapour have; they sum to one."""
    taken = np.array([_PRODUCTS[name][1] for name in VAPOURS]) * np.maximum(ug_per_m3, 0.0)
    return np.concatenate([[1.0], taken]) / (1 + taken.sum())


def spectrum(
    tube: Tube,
    ug_per_m3: Float[np.ndarray, " vapours"],
    *,
    temperature_k: float,
    pressure_hpa: float,
) -> Float[np.ndarray, " k"]:
    """Return the mean current of each channel.

    Args:
        tube: its size and voltage.
        ug_per_m3: of each of ``VAPOURS``, in the tube.
        temperature_k: of the tube.
        pressure_hpa: in it.
    """
    mobilities = [REACTANT_CM2_PER_V_S, *(_PRODUCTS[name][0] for name in VAPOURS)]
    channel_s = (tube.drift_time_ms[1] - tube.drift_time_ms[0]) * 1e-3
    # Resolving power of diffusion alone.
    power = np.sqrt(
        tube.drift_v * ELEMENTARY_C / (16 * BOLTZMANN_J_PER_K * temperature_k * np.log(2))
    )
    out = np.zeros(len(tube.drift_time_ms))
    for share, mobility in zip(shares(ug_per_m3), mobilities, strict=True):
        middle_s = drift_time_s(
            tube,
            mobility_cm2_per_v_s=mobility,
            temperature_k=temperature_k,
            pressure_hpa=pressure_hpa,
        )
        sigma_s = np.hypot(middle_s / power, tube.gate_s) / np.sqrt(8 * np.log(2))
        z = (tube.drift_time_ms * 1e-3 - middle_s) / sigma_s
        peak = np.exp(-0.5 * z**2) / (np.sqrt(2 * np.pi) * sigma_s) * channel_s
        out += tube.current_pa * share * peak
    return out


@dataclass(frozen=True, kw_only=True, eq=False)
class IonMobility:
    """One spectrometer behind one inlet.

    Attributes:
        sensor_id: in the site.
        rate_hz: records a second.
        site_from_sensor: pose; its origin is the inlet.
        tube: where ions drift.
        tube_c: its temperature, which is held.
        air: how it moves.
        delay_s: from the inlet to the tube.
        seed: of everything that is drawn.
        faults: when it fails, and how.
    """

    sensor_id: str
    rate_hz: float
    site_from_sensor: RigidTransform
    tube: Tube
    tube_c: float
    air: Air
    delay_s: float
    seed: int
    faults: tuple[AnyFault, ...] = ()
    _plume: list[Plume] = field(default_factory=list[Plume])

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return the spectra around ``t_utc_ns``, or None when the device is dead."""
        since_ns = t_utc_ns - scene.start_utc_ns
        fault = trace_fault_now(self.faults, since_ns)
        if fault == "dead":
            return None
        rng = np.random.default_rng([self.seed, 26, sequence, *self.sensor_id.encode()])
        steps = block(since_ns, self.rate_hz)
        room_c, _ = room_air(steps * STEP_S, seed=self.seed)
        # A heated tube still feels a tenth of the room, and all of the weather.
        temperature_c = self.tube_c + 0.1 * (room_c - 22.0)
        weather = wander(steps * STEP_S, seed=(self.seed, 27), sigma=6.0, over_s=3600.0)
        pressure_hpa = STANDARD_HPA + weather
        plume = plume_of(self._plume, scene, self.air, self.site_from_sensor.translation_m)
        late = round(self.delay_s / STEP_S)
        spectra: list[np.ndarray] = []
        for row, step in enumerate(steps):
            inside = np.zeros(len(VAPOURS))
            if step > late and fault not in {"stalled", "obscured"}:
                inside = plume.at_step(int(step) - late)
            spectra.append(
                spectrum(
                    self.tube,
                    inside,
                    temperature_k=float(temperature_c[row]) + ZERO_CELSIUS_K,
                    pressure_hpa=float(pressure_hpa[row]),
                )
            )
        intensity = np.stack(spectra)
        intensity = intensity + rng.normal(0.0, self.tube.noise_pa, intensity.shape)
        if fault == "saturated":
            intensity = np.minimum(intensity, 0.2 * float(intensity.max()))
        if fault == "nan":
            intensity[0, 0] = np.nan
        off_k = 10.0 if fault == "miscalibrated" else 0.0  # its thermometer errs
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind=KIND,
            sequence=sequence,
            arrays={
                "t_offset_s": steps * STEP_S - since_ns * 1e-9,
                "drift_time_ms": self.tube.drift_time_ms,
                "intensity": intensity,
                "temperature_c": np.array(temperature_c.mean() + rng.normal(0.0, 0.1) + off_k),
                "pressure_hpa": np.array(pressure_hpa.mean() + rng.normal(0.0, 0.3)),
                "drift_v": np.array(self.tube.drift_v),
                "drift_length_m": np.array(self.tube.drift_length_m),
            },
        )


DEFAULTS: dict[str, Setting] = {
    **AIR_DEFAULTS,
    "drift_length_m": 0.08,
    "drift_v": 2000.0,
    "gate_s": 1.5e-4,
    "from_ms": 5.0,
    "to_ms": 25.0,
    "n_channels": 800,
    "current_pa": 1000.0,
    "noise_pa": 0.3,
    "tube_c": 60.0,
}


def build(spec: SensorSpec, site: Site, seed: int) -> IonMobility:
    """Return the twin of an ion mobility spectrometer; entry point ``ion-mobility``.

    Its settings are those of ``DEFAULTS``; every one may be left out.

    Raises:
        SiteError: a setting is unknown, of the wrong kind or out of its range.
    """
    del site
    may_be_zero = (*MAY_BE_NEGATIVE, "wind_sigma_m_per_s", "wake_share", "delay_s", "noise_pa")
    s = checked(spec, DEFAULTS, may_be_zero=may_be_zero, may_be_negative=MAY_BE_NEGATIVE)
    return IonMobility(
        sensor_id=spec.sensor_id,
        rate_hz=spec.rate_hz,
        site_from_sensor=spec.site_from_sensor,
        tube=Tube(
            drift_length_m=s.number("drift_length_m"),
            drift_v=s.number("drift_v"),
            gate_s=s.number("gate_s"),
            drift_time_ms=np.linspace(
                s.number("from_ms"), s.number("to_ms"), s.whole("n_channels", least=2)
            ),
            current_pa=s.number("current_pa"),
            noise_pa=s.number("noise_pa"),
        ),
        tube_c=s.number("tube_c"),
        air=air_of(s),
        delay_s=s.number("delay_s"),
        seed=seed,
    )
