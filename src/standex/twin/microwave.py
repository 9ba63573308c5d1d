"""The twin's microwave panel pair: raw S-parameters of the people who walk past.

A record has, in the sensor frame (x upstream, y left, z up):

    samples              [tx, rx, f]  complex64, what the receivers measured (coupling included);
                         zero for a transmitter and a receiver of one pillar, which is blanked
                         while a transmitter beside it is on
    tx_position_m        [tx, 3]      rx_position_m [rx, 3]
    tx_panel             [tx]         rx_panel [rx]: which panel an antenna is on
    frequency_hz         [f]
    t_offset_s           [tx, f]      time of each measurement from the record's mid-time
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import SensorSpec, Setting, Site
from standex.twin.array import two_pillars
from standex.twin.body import BARE, ITEM, Body, posed
from standex.twin.faults import Fault, fault_now
from standex.twin.layers import LIGHT_M_PER_S, Layer, stack_reflection
from standex.twin.physical_optics import Antennas, Facets, Sweep, angle_grid, scatter
from standex.twin.scene import PeopleNow, Scene
from standex.twin.shadow import visible_from

KIND = "microwave.s_parameters"
CLOTHING_PERMITTIVITY, CLOTHING_LOSS = 1.5, 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class MicrowavePanels:
    """Two panels, one sweep a record.

    Attributes:
        sensor_id: in the site.
        rate_hz: records a second.
        site_from_sensor: pose.
        tx: transmitters, site frame.
        rx: receivers, site frame.
        sweep: frequencies and times.
        reach_m: people further from the sensor than this send nothing back.
        half_lane_m: nor do people further to the side: an absorbing divider stands between lanes.
        noise_amplitude: standard deviation of each sample, both quadratures together.
        coupling_amplitude: from transmitter to receiver of the same panel at one metre.
        seed: of everything that is drawn.
        faults: when it fails, and how.
    """

    sensor_id: str
    rate_hz: float
    site_from_sensor: RigidTransform
    tx: Antennas
    rx: Antennas
    sweep: Sweep
    reach_m: float
    half_lane_m: float
    noise_amplitude: float
    coupling_amplitude: float
    seed: int
    faults: tuple[Fault, ...] = ()

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return the sweep around ``t_utc_ns``, or None when the panel is dead."""
        fault = fault_now(self.faults, t_utc_ns - scene.start_utc_ns)
        if fault == "dead":
            return None
        rng = np.random.default_rng([self.seed, 3, sequence, *self.sensor_id.encode()])
        samples = self.background
        if fault == "obscured":
            # Something absorbing leans against both panels: less comes back, of everything.
            samples = samples * np.complex64(0.7)
        body = self.echo(scene, scene.at(t_utc_ns))
        samples = samples + (body * np.complex64(0.03) if fault == "obscured" else body)
        scale = self.noise_amplitude / np.sqrt(2)
        noise = rng.standard_normal((*samples.shape, 2), dtype=np.float32) * np.float32(scale)
        samples = samples + noise.view(np.complex64)[..., 0]
        samples[self.tx.panel[:, None] == self.rx.panel[None, :]] = 0.0
        if fault == "nan":
            samples[0, -1, 0] = np.nan
        inverse = self.site_from_sensor.inverse()
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind=KIND,
            sequence=sequence,
            arrays={
                "samples": samples.astype(np.complex64),
                "tx_position_m": inverse @ self.tx.position_m,
                "rx_position_m": inverse @ self.rx.position_m,
                "tx_panel": self.tx.panel,
                "rx_panel": self.rx.panel,
                "frequency_hz": self.sweep.frequency_hz,
                "t_offset_s": self.sweep.t_offset_s(len(self.tx.position_m)),
            },
        )

    def echo(self, scene: Scene, people: PeopleNow) -> np.ndarray:
        """Return what the people alone send back, without coupling and noise."""
        samples = np.zeros(
            (len(self.tx.position_m), len(self.rx.position_m), len(self.sweep.frequency_hz)),
            dtype=np.complex64,
        )
        here = self.site_from_sensor.translation_m[:2]
        upstream = self.site_from_sensor.rotation[:2, 0]
        ahead = (people.position_site_m - here) @ upstream
        aside = np.abs((people.position_site_m - here) @ self.site_from_sensor.rotation[:2, 1])
        near = np.hypot(*(people.position_site_m - here).T) < self.reach_m
        for row in np.flatnonzero((ahead > 0.2) & near & (aside < self.half_lane_m)):
            body = scene.body(int(people.person[row]))
            facets = self._facets(body, people, int(row))
            samples += scatter(
                facets,
                _reflection(body, tuple(self.sweep.frequency_hz)),
                tx=self.tx,
                rx=self.rx,
                sweep=self.sweep,
                across_only=True,
            )
        return samples

    def _facets(self, body: Body, people: PeopleNow, row: int) -> Facets:
        position, normal = posed(body, walked_m=float(people.walked_m[row]))
        dt_s = 1e-3
        speed = float(np.hypot(*people.velocity_site_m_per_s[row]))
        later, _ = posed(body, walked_m=float(people.walked_m[row]) + speed * dt_s)
        x, y = people.position_site_m[row]
        place = RigidTransform.from_pose(
            position_m=(float(x), float(y), 0.0), yaw_rad=float(people.heading_rad[row])
        )
        velocity = ((later - position) / dt_s) @ place.rotation.T
        velocity[:, :2] += people.velocity_site_m_per_s[row]
        at_site, normal_site = place @ position, normal @ place.rotation.T
        visible = np.zeros((len(position), 2))
        for panel in (0, 1):
            of_panel = self.tx.panel == panel
            middle, front = (
                self.tx.position_m[of_panel].mean(axis=0),
                self.tx.boresight[of_panel][0],
            )
            if (np.array([x, y]) - middle[:2]) @ front[:2] > -0.3:  # else all of it is behind
                visible[:, panel] = visible_from(middle, at_site, normal_site, body, people, row)
        return Facets(
            position_m=at_site,
            velocity_m_per_s=velocity,
            normal=normal_site,
            area_m2=body.area_m2,
            stack=body.stack,
            visible=visible,
        )

    @cached_property
    def background(self) -> np.ndarray:
        """Return coupling between antennas and the echo of the empty room; both stand still."""
        k = 2 * np.pi / LIGHT_M_PER_S * self.sweep.frequency_hz
        way = np.linalg.norm(self.tx.position_m[:, None] - self.rx.position_m[None, :], axis=-1)
        amplitude = self.coupling_amplitude / np.maximum(way, 0.1)
        background = amplitude[..., None] * np.exp(-1j * k * way[..., None])
        rng = np.random.default_rng([self.seed, 4])
        for _ in range(12):
            place = self.site_from_sensor @ np.array(
                [rng.uniform(1.0, 6.0), rng.uniform(-3.0, 3.0), rng.uniform(0.0, 2.8)]
            )
            path = (
                np.linalg.norm(self.tx.position_m - place, axis=1)[:, None]
                + np.linalg.norm(self.rx.position_m - place, axis=1)[None, :]
            )
            background = (
                background + 0.03 * np.exp(-1j * k * path[..., None]) / path[..., None] ** 2
            )
        return background.astype(np.complex64)


@lru_cache(maxsize=256)
def _reflection(body: Body, frequency_hz: tuple[float, ...]) -> np.ndarray:
    """Return the reflection tables of a body, bare and with its item; bodies are their own keys."""
    cloth = Layer(
        thickness_m=body.clothing_m,
        permittivity=CLOTHING_PERMITTIVITY,
        loss_tangent=CLOTHING_LOSS,
    )
    f, a = np.array(frequency_hz), angle_grid()
    tables = np.zeros((2, len(f), len(a)), dtype=np.complex64)
    tables[BARE] = stack_reflection((cloth,), frequency_hz=f, cos_incidence=a)
    item = body.item
    if item is None:
        return tables
    if item.permittivity:
        gap = Layer(thickness_m=body.gap_m, permittivity=1.0)
        slab = Layer(
            thickness_m=item.thickness_m,
            permittivity=item.permittivity,
            loss_tangent=item.loss_tangent,
        )
        tables[ITEM] = stack_reflection((cloth, slab, gap), frequency_hz=f, cos_incidence=a)
    else:
        front = stack_reflection((cloth,), frequency_hz=f, cos_incidence=a, is_metal_backed=True)
        k = 2 * np.pi / LIGHT_M_PER_S * f
        raised_m = item.thickness_m + body.gap_m
        tables[ITEM] = front * np.exp(2j * k[:, None] * a[None, :] * raised_m)
    return tables


def build(spec: SensorSpec, site: Site, seed: int) -> MicrowavePanels:
    """Return the twin of a microwave sensor; entry point ``microwave`` of the instruments."""
    del site
    s = spec.instrument_settings
    tx, rx = two_pillars(
        spec.site_from_sensor,
        n_per_pillar=int(_number(s, "n_antennas")) // 2,
        half_distance_m=_number(s, "half_distance_m"),
        inward_rad=np.deg2rad(_number(s, "inward_deg")),
        width_m=_number(s, "panel_width_m"),
        height_m=_number(s, "panel_height_m"),
        middle_z_m=_number(s, "middle_z_m"),
        pattern_power=_number(s, "pattern_power"),
    )
    n_f = int(_number(s, "n_frequencies"))
    sweep_s = _number(s, "sweep_s")
    return MicrowavePanels(
        sensor_id=spec.sensor_id,
        rate_hz=spec.rate_hz,
        site_from_sensor=spec.site_from_sensor,
        tx=tx,
        rx=rx,
        sweep=Sweep(
            frequency_hz=np.linspace(_number(s, "from_hz"), _number(s, "to_hz"), n_f),
            step_s=sweep_s / n_f,
            switch_s=sweep_s / n_f / len(tx.position_m),
        ),
        reach_m=_number(s, "reach_m"),
        half_lane_m=_number(s, "half_lane_m"),
        noise_amplitude=_number(s, "noise_amplitude"),
        coupling_amplitude=_number(s, "coupling_amplitude"),
        seed=seed,
    )


def _number(settings: Mapping[str, Setting], name: str) -> float:
    value = settings.get(name)
    if not isinstance(value, int | float):
        raise SiteError(f"instrument_settings of a microwave sensor need a number {name!r}")
    return float(value)
