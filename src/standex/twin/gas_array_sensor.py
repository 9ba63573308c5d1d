"""The twin's gas array: metal-oxide channels at an inlet, that smell whoever walks past.

A record of kind ``vapour.gas_array`` is a block of samples:

    t_offset_s            [n] from the record's time
    response              [n, channels] raw conductance, microsiemens
    temperature_c [n], relative_humidity [n] (0 to 1), at the sensor
    flow_l_per_min        of the pump; 0 when it stands still
    wind_site_m_per_s     [2] air movement as measured at the inlet; zeros when it is not measured

Conductance of channel i: G_i = G0_i (1 + (sum_v s_iv c_v)^beta_i) h(humidity) theta(temperature)
(1 + drift_i), where the bracket follows its value at rest with one time constant up and another
down; s is the matrix of cross-sensitivities, in which each channel prefers something else.

References:
    Clifford, Tuma, Sensors and Actuators 3 (1982) 233: power law of metal-oxide sensors.
    Vergara et al., Sensors and Actuators B 166 (2012) 320: drift.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import SensorSpec, Setting, Site
from standex.twin.gas_plume import STEP_S, VAPOURS, Air, Plume
from standex.twin.scene import Scene
from standex.twin.slow_change import random_walk, wander
from standex.twin.trace_faults import AnyFault, trace_fault_now
from standex.twin.trace_settings import Checked, checked

KIND = "vapour.gas_array"
STUCK_CHANNEL = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channels:
    """The channels of one array; no two arrays are alike.

    Attributes:
        base: conductance in clean air, microsiemens.
        sensitivity: per ug/m3, of each vapour.
        beta: power of the concentration.
        rise_s: time constant, up.
        decay_s: down.
        humidity_gain: relative change per unit of relative humidity.
        temperature_gain: relative change per kelvin.
        aging_per_h: relative change per hour.
        noise: of each sample, relative.
    """

    base: Float[np.ndarray, " channels"]
    sensitivity: Float[np.ndarray, "channels vapours"]
    beta: Float[np.ndarray, " channels"]
    rise_s: Float[np.ndarray, " channels"]
    decay_s: Float[np.ndarray, " channels"]
    humidity_gain: Float[np.ndarray, " channels"]
    temperature_gain: Float[np.ndarray, " channels"]
    aging_per_h: Float[np.ndarray, " channels"]
    noise: float


def at_rest(
    channels: Channels, ug_per_m3: Float[np.ndarray, "n vapours"]
) -> Float[np.ndarray, "n channels"]:
    """Return the relative change of conductance that a concentration gives in the long run."""
    return np.maximum(ug_per_m3 @ channels.sensitivity.T, 0.0) ** channels.beta


def follow(
    rest: Float[np.ndarray, "n channels"], channels: Channels, *, step_s: float
) -> Float[np.ndarray, "n channels"]:
    """Return how the channels follow their values at rest, from zero before the first.

    First order, exact for values that are constant within a step.

    Args:
        rest: values at rest.
        channels: their time constants.
        step_s: between rows.
    """
    up, down = -np.expm1(-step_s / channels.rise_s), -np.expm1(-step_s / channels.decay_s)
    now = np.zeros(rest.shape[1])
    out = np.empty_like(rest)
    for row, aim in enumerate(rest):
        now = now + np.where(aim > now, up, down) * (aim - now)
        out[row] = now
    return out


def draw_channels(n: int, rng: np.random.Generator, *, noise: float) -> Channels:
    """Return the channels of an array.

    Each answers to everything, and best to one vapour or another.

    Args:
        n: how many.
        rng: source of chance.
        noise: of each sample, relative.
    """
    sensitivity = 0.05 * rng.lognormal(0.0, 0.5, (n, len(VAPOURS)))
    for row in range(n):
        sensitivity[row, row % len(VAPOURS)] *= 6.0
    return Channels(
        base=rng.uniform(5.0, 50.0, n),
        sensitivity=sensitivity,
        beta=rng.uniform(0.5, 0.9, n),
        rise_s=rng.uniform(0.8, 2.0, n),
        decay_s=rng.uniform(3.0, 8.0, n),
        humidity_gain=rng.normal(0.6, 0.2, n),
        temperature_gain=rng.normal(0.02, 0.005, n),
        aging_per_h=rng.normal(-2e-3, 1e-3, n),
        noise=noise,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class GasArray:
    """One array behind one inlet.

    Attributes:
        sensor_id: in the site.
        rate_hz: records a second.
        site_from_sensor: pose; its origin is the inlet.
        channels: of the array.
        air: how it moves.
        delay_s: from the inlet to the sensor.
        flow_l_per_min: of the pump.
        wind_sigma_m_per_s: of the measured air movement; 0: it is not measured.
        drift_per_sqrt_h: relative change of each baseline after an hour, one standard deviation.
        memory_s: how far back a record goes; many times the slowest channel.
        seed: of everything that is drawn.
        faults: when it fails, and how.
    """

    sensor_id: str
    rate_hz: float
    site_from_sensor: RigidTransform
    channels: Channels
    air: Air
    delay_s: float
    flow_l_per_min: float
    wind_sigma_m_per_s: float
    drift_per_sqrt_h: float
    seed: int
    memory_s: float = 60.0
    faults: tuple[AnyFault, ...] = ()
    _plume: list[Plume] = field(default_factory=list[Plume])

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return the samples around ``t_utc_ns``, or None when the array is dead."""
        since_ns = t_utc_ns - scene.start_utc_ns
        fault = trace_fault_now(self.faults, since_ns)
        if fault == "dead":
            return None
        rng = np.random.default_rng([self.seed, 22, sequence, *self.sensor_id.encode()])
        steps = block(since_ns, self.rate_hz)
        t_s = steps * STEP_S
        temperature_c, humidity = room_air(t_s, seed=self.seed)
        change = self._change(scene, steps)
        if fault == "obscured":
            change = change * 0.1
        drift = random_walk(
            t_s,
            seed=(self.seed, 23),
            sigma_per_sqrt_s=self.drift_per_sqrt_h / 60.0,
            n_channels=len(self.channels.base),
        )
        response = self.conductance(change, drift, t_s, temperature_c, humidity)
        response = response * rng.normal(1.0, self.channels.noise, response.shape)
        if fault == "stuck":
            response[:, STUCK_CHANNEL] = self.channels.base[STUCK_CHANNEL]
        if fault == "nan":
            response[0, 0] = np.nan
        wind = np.zeros(2)
        if self.wind_sigma_m_per_s > 0:
            wind = self.air.wind_site_m_per_s + rng.normal(0.0, self.wind_sigma_m_per_s, 2)
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind=KIND,
            sequence=sequence,
            arrays={
                "t_offset_s": t_s - since_ns * 1e-9,
                "response": response,
                "temperature_c": temperature_c + rng.normal(0.0, 0.05, len(t_s)),
                "relative_humidity": np.clip(humidity + rng.normal(0, 0.003, len(t_s)), 0.0, 1.0),
                "flow_l_per_min": np.array(0.0 if fault == "stalled" else self.flow_l_per_min),
                "wind_site_m_per_s": wind,
            },
        )

    def conductance(
        self,
        change: Float[np.ndarray, "n channels"],
        drift: Float[np.ndarray, "n channels"],
        t_s: Float[np.ndarray, " n"],
        temperature_c: Float[np.ndarray, " n"],
        humidity: Float[np.ndarray, " n"],
    ) -> Float[np.ndarray, "n channels"]:
        """Return the conductance, microsiemens, without noise."""
        c = self.channels
        wet = 1 + c.humidity_gain * (humidity[:, None] - 0.5)
        warm = np.exp(c.temperature_gain * (temperature_c[:, None] - 22.0))
        old = 1 + c.aging_per_h * t_s[:, None] / 3600.0 + drift
        return c.base * (1 + change) * wet * warm * old

    def _change(self, scene: Scene, steps: np.ndarray) -> np.ndarray:
        """Return how far the vapours have changed the channels at some steps in a row."""
        plume = plume_of(self._plume, scene, self.air, self.site_from_sensor.translation_m)
        first = int(steps[0]) - round(self.memory_s / STEP_S)
        every = np.arange(first, int(steps[-1]) + 1)
        sucked = np.stack([self._sucked_in(plume, int(step)) for step in every])
        return follow(at_rest(self.channels, sucked), self.channels, step_s=STEP_S)[-len(steps) :]

    def _sucked_in(self, plume: Plume, step: int) -> np.ndarray:
        # While the pump stands still, nothing of the room comes to the sensor.
        fault = trace_fault_now(self.faults, round(step * STEP_S * 1e9))
        earlier = step - round(self.delay_s / STEP_S)
        if earlier <= 0 or fault == "stalled":
            return np.zeros(len(VAPOURS))
        return plume.at_step(earlier)


def block(since_start_ns: int, rate_hz: float) -> np.ndarray:
    """Return the steps of ``STEP_S`` that belong to a record at a time after the start.

    Those in (t - half a period, t + half a period], at least one: each belongs to one record, but
    where records are more frequent than steps.
    """
    now_s, half_s = since_start_ns * 1e-9, 0.5 / rate_hz
    first = int(np.floor((now_s - half_s) / STEP_S + 1e-6)) + 1
    last = int(np.floor((now_s + half_s) / STEP_S + 1e-6))
    return np.arange(first, max(last, first) + 1)


def room_air(t_s: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return temperature, degrees Celsius, and relative humidity of a room."""
    temperature_c = 22.0 + wander(t_s, seed=(seed, 24), sigma=1.0, over_s=300.0)
    humidity = 0.45 + wander(t_s, seed=(seed, 25), sigma=0.04, over_s=200.0)
    return temperature_c, np.clip(humidity, 0.05, 0.95)


def plume_of(kept: list[Plume], scene: Scene, air: Air, inlet_site_m: np.ndarray) -> Plume:
    """Return the plume of a scene at an inlet, the one in ``kept`` when it is of that scene."""
    if not kept or kept[0].scene is not scene:
        kept[:] = [Plume(scene=scene, air=air, inlet_site_m=inlet_site_m)]
    return kept[0]


AIR_DEFAULTS: dict[str, Setting] = {
    "wind_x_m_per_s": 0.0,  # air movement at the inlet, site frame
    "wind_y_m_per_s": 0.0,
    "wind_sigma_m_per_s": 0.05,  # 0: not measured
    "diffusion_m2_per_s": 0.05,
    "wake_share": 0.5,
    "wake_s": 1.5,
    "ceiling_m": 3.0,
    "fresh_s": 120.0,
    "max_age_s": 25.0,
    "delay_s": 0.4,
}
DEFAULTS: dict[str, Setting] = {
    **AIR_DEFAULTS,
    "n_channels": 8,
    "unit": 0,  # which array it is: the channels of a unit are the same in every run; 0: drawn anew
    "flow_l_per_min": 2.0,
    "noise": 2e-3,
    "drift_per_sqrt_h": 0.03,
}
MAY_BE_NEGATIVE = ("wind_x_m_per_s", "wind_y_m_per_s")
MAY_BE_ZERO = (
    *MAY_BE_NEGATIVE,
    "wind_sigma_m_per_s",
    "wake_share",
    "delay_s",
    "noise",
    "drift_per_sqrt_h",
    "unit",
)


def air_of(s: Checked) -> Air:
    """Return the air that settings describe."""
    return Air(
        wind_site_m_per_s=np.array([s.number("wind_x_m_per_s"), s.number("wind_y_m_per_s")]),
        diffusion_m2_per_s=s.number("diffusion_m2_per_s"),
        wake_share=s.number("wake_share"),
        wake_s=s.number("wake_s"),
        ceiling_m=s.number("ceiling_m"),
        fresh_s=s.number("fresh_s"),
        max_age_s=s.number("max_age_s"),
    )


def build(spec: SensorSpec, site: Site, seed: int) -> GasArray:
    """Return the twin of a gas array; entry point ``gas-array`` of the instruments.

    Its settings are those of ``DEFAULTS``; every one may be left out.

    Raises:
        SiteError: a setting is unknown, of the wrong kind or out of its range.
    """
    del site
    s = checked(spec, DEFAULTS, may_be_zero=MAY_BE_ZERO, may_be_negative=MAY_BE_NEGATIVE)
    unit = s.whole("unit", least=0)
    rng = np.random.default_rng([unit, 26] if unit else [seed, 21])
    return GasArray(
        sensor_id=spec.sensor_id,
        rate_hz=spec.rate_hz,
        site_from_sensor=spec.site_from_sensor,
        channels=draw_channels(s.whole("n_channels", least=2), rng, noise=s.number("noise")),
        air=air_of(s),
        delay_s=s.number("delay_s"),
        flow_l_per_min=s.number("flow_l_per_min"),
        wind_sigma_m_per_s=s.number("wind_sigma_m_per_s"),
        drift_per_sqrt_h=s.number("drift_per_sqrt_h"),
        seed=seed,
    )
