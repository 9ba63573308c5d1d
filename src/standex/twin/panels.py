"""The twin's imaging panels beside a path: raw S-parameters of the people who walk through.

A record has, in the sensor frame (x upstream, y left, z up), the arrays of ``microwave``:

    samples              [tx, rx, f]  complex64, what the receivers measured (coupling included)
    tx_position_m        [tx, 3]      rx_position_m [rx, 3], as surveyed
    tx_panel             [tx]         rx_panel [rx]: 0 the left side of the path, 1 the right
    frequency_hz         [f]
    t_offset_s           [tx, f]      time of each measurement from the record's mid-time

All pairs are measured, those of one side and those across. A transmitter is on for all
frequencies, then the next one is. A metal sphere may stand in the room for good; its echo belongs
to the background, and people do not shade it.

With the setting ``transmission`` the wave that goes straight from one side to the other has the
scale of the echoes, and people and their bags stand in its way (``panel_transmission``); without
it, it is a coupling that nobody blocks. With ``stereo`` a record also has what the panels' stereo
cameras saw of the outside of the clothes (``panel_stereo``), as places and never as pictures:

    optical_points_m     [n, 3]       optical_sigma_m [n], along the line of sight
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import SensorSpec, Setting, Site
from standex.model.truth import CarriedItem
from standex.twin.body import Body, posed
from standex.twin.dress import Dressed, dress
from standex.twin.panel_array import TxMajorSweep, boundary_panels
from standex.twin.panel_echo import panel_echo
from standex.twin.panel_faults import AnyFault, clip, lose, moved, panel_fault_now
from standex.twin.panel_hardware import Hardware, draw_gains, empty_room
from standex.twin.panel_shade import person_screen
from standex.twin.panel_stereo import StereoHeads, seen_points
from standex.twin.panel_transmission import forward_scatter
from standex.twin.physical_optics import Antennas, Facets
from standex.twin.scene import PeopleNow, Scene
from standex.twin.shadow import visible_from

KIND = "microwave.s_parameters"
FACET_M = 0.005
LOWEST_M = 0.6
KEPT = 64  # people whose clothes are remembered

Who = tuple[int, int, tuple[CarriedItem, ...]]  # seed, person, what they carry


@dataclass(frozen=True, kw_only=True, eq=False)
class ImagingPanels:
    """Panels on one side of a path or on both, one sweep a record.

    Attributes:
        sensor_id: in the site.
        rate_hz: records a second.
        site_from_sensor: pose.
        tx: transmitters where they were surveyed, site frame.
        rx: receivers.
        sweep: frequencies and times.
        n_per_panel: transmitters of one panel, and receivers.
        reach_m: people further from the sensor than this send nothing back.
        half_distance_m: nor do people behind a panel.
        hardware: its errors.
        seed: of everything that is drawn.
        faults: when it fails, and how.
        facet_m: width of a facet; the two-way phase over it stays below half a turn.
        transmission: whether people stand in the way of the wave from side to side.
        stereo: whether the panels have stereo cameras.
    """

    sensor_id: str
    rate_hz: float
    site_from_sensor: RigidTransform
    tx: Antennas
    rx: Antennas
    sweep: TxMajorSweep
    n_per_panel: int
    reach_m: float
    half_distance_m: float
    hardware: Hardware
    seed: int
    faults: tuple[AnyFault, ...] = ()
    facet_m: float = FACET_M
    transmission: bool = False
    stereo: bool = False
    _dressed: dict[Who, Dressed] = field(default_factory=dict[Who, Dressed], repr=False)

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return the sweep around ``t_utc_ns``, or None when the panels are dead."""
        fault = panel_fault_now(self.faults, t_utc_ns - scene.start_utc_ns)
        if fault == "dead":
            return None
        tx, rx = self._true_antennas(fault == "moved")
        background = self._moved_background if fault == "moved" else self.background
        people = scene.at(t_utc_ns)
        body = self.echo(scene, people, tx=tx, rx=rx)
        if self.transmission:
            body = body + self.shade(scene, people, tx=tx, rx=rx)
        if fault == "obscured":
            # Something absorbing leans against all panels: less comes back, of everything.
            samples = np.complex64(0.7) * background + np.complex64(0.03) * body
        else:
            samples = background + body
        self._measure(samples, sequence, fault)
        inverse = self.site_from_sensor.inverse()
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind=KIND,
            sequence=sequence,
            arrays={
                "samples": samples,
                "tx_position_m": inverse @ self.tx.position_m,
                "rx_position_m": inverse @ self.rx.position_m,
                "tx_panel": self.tx.panel,
                "rx_panel": self.rx.panel,
                "frequency_hz": self.sweep.frequency_hz,
                "t_offset_s": self.sweep.t_offset_s(len(self.tx.position_m)),
                **(self._optical(scene, people, sequence) if self.stereo else {}),
            },
        )

    def _true_antennas(self, is_moved: bool) -> tuple[Antennas, Antennas]:
        if not is_moved:
            return self.tx, self.rx
        return moved(self.tx, self.n_per_panel), moved(self.rx, self.n_per_panel)

    def _measure(self, samples: np.ndarray, sequence: int, fault: str | None) -> None:
        """Apply gains, faults of channels, and noise, in place."""
        if self.hardware.gain_error_db or self.hardware.delay_error_s:
            of_tx, of_rx = self.antenna_gains
            samples *= of_tx[:, None]
            samples *= of_rx[None]
        chance = np.random.default_rng([self.seed, 9, *self.sensor_id.encode()])
        if fault == "lost":
            lose(samples, chance)
        rng = np.random.default_rng([self.seed, 3, sequence, *self.sensor_id.encode()])
        noise = rng.standard_normal((*samples.shape, 2), dtype=np.float32)
        noise *= np.float32(self.hardware.noise_amplitude / np.sqrt(2))
        samples += noise.view(np.complex64)[..., 0]
        if fault == "saturated":
            clip(samples, chance)
        if fault == "nan":
            samples[0, -1, 0] = np.nan

    def echo(
        self,
        scene: Scene,
        people: PeopleNow,
        *,
        tx: Antennas | None = None,
        rx: Antennas | None = None,
    ) -> np.ndarray:
        """Return what the people alone send back, with perfect hardware.

        Args:
            scene: who wears and carries what.
            people: where they are.
            tx: transmitters; None is where they were surveyed.
            rx: receivers; likewise.
        """
        tx, rx = tx or self.tx, rx or self.rx
        samples = np.zeros(
            (len(tx.position_m), len(rx.position_m), len(self.sweep.frequency_hz)),
            dtype=np.complex64,
        )
        for row in self._near(people):
            dressed = self.dressed(scene, int(people.person[row]))
            samples += panel_echo(
                self._facets(dressed, people, int(row)),
                dressed.planes,
                tx=tx,
                rx=rx,
                sweep=self.sweep,
                part=dressed.body.part[dressed.row],
            )
        return samples

    def shade(self, scene: Scene, people: PeopleNow, *, tx: Antennas, rx: Antennas) -> np.ndarray:
        """Return what the people change of the waves from side to side, with perfect hardware."""
        f = self.sweep.frequency_hz
        samples = np.zeros((len(tx.position_m), len(rx.position_m), len(f)), dtype=np.complex64)
        for row in self._near(people):
            dressed = self.dressed(scene, int(people.person[row]))
            screen = person_screen(dressed, people, int(row), seed=scene.truth.seed)
            samples += forward_scatter(screen, tx=tx, rx=rx, frequency_hz=f)
        return samples

    def _near(self, people: PeopleNow) -> np.ndarray:
        here = people.position_site_m - self.site_from_sensor.translation_m[:2]
        aside = np.abs(here @ self.site_from_sensor.rotation[:2, 1])
        return np.flatnonzero((np.hypot(*here.T) < self.reach_m) & (aside < self.half_distance_m))

    def _optical(self, scene: Scene, people: PeopleNow, sequence: int) -> dict[str, np.ndarray]:
        """Return the outside of the clothes as the stereo cameras see it, sensor frame."""
        sides = np.unique(self.tx.panel)
        middle = [self.tx.position_m[self.tx.panel == side].mean(axis=0) for side in sides]
        heads = StereoHeads.draw(np.stack(middle), np.random.default_rng([self.seed, 12]))
        points, sigma = [np.zeros((0, 3))], [np.zeros(0)]
        for row in self._near(people):
            person = int(people.person[row])
            dressed = self.dressed(scene, person)
            plain = np.random.default_rng([scene.truth.seed, 13, person])
            chance = np.random.default_rng([self.seed, 14, sequence, person])
            facets = self._facets(dressed, people, int(row))
            at, error = seen_points(dressed, facets, heads, plain=plain, rng=chance)
            points.append(at)
            sigma.append(error)
        inverse = self.site_from_sensor.inverse()
        return {
            "optical_points_m": inverse @ np.concatenate(points),
            "optical_sigma_m": np.concatenate(sigma),
        }

    def dressed(self, scene: Scene, person: int) -> Dressed:
        """Return a person as dressed for the scene; made once."""
        items = tuple(
            item for item in scene.truth.items if item.person == person and item.is_object
        )
        key = (scene.truth.seed, person, items)
        if key not in self._dressed:
            if len(self._dressed) >= KEPT:
                self._dressed.clear()
            self._dressed[key] = dress(
                items,
                seed=scene.truth.seed,
                person=person,
                pitch_m=self.facet_m,
                lowest_m=LOWEST_M,
            )
        return self._dressed[key]

    def _facets(self, dressed: Dressed, people: PeopleNow, row: int) -> Facets:
        body = dressed.body
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
        visible = self._visible(body, at_site, normal_site, people, row)
        over = dressed.row
        return Facets(
            position_m=at_site[over] + dressed.height_m[:, None] * normal_site[over],
            velocity_m_per_s=velocity[over],
            normal=normal_site[over],
            area_m2=body.area_m2[over],
            stack=dressed.stack,
            visible=visible[over],
        )

    def _visible(
        self, body: Body, at_site: np.ndarray, normal: np.ndarray, people: PeopleNow, row: int
    ) -> np.ndarray:
        sides = np.unique(self.tx.panel)
        visible = np.zeros((len(at_site), len(sides)))
        for panel in sides:
            middle = self.tx.position_m[self.tx.panel == panel].mean(axis=0)
            visible[:, panel] = visible_from(middle, at_site, normal, body, people, row)
        return visible

    @cached_property
    def antenna_gains(self) -> tuple[np.ndarray, np.ndarray]:
        """Return complex gains [tx, f] and [rx, f] of the hardware."""
        rng = np.random.default_rng([self.seed, 8, *self.sensor_id.encode()])
        of_tx, of_rx = (
            draw_gains(self.hardware, len(antennas.turn), self.sweep.frequency_hz, rng)
            for antennas in (self.tx, self.rx)
        )
        return of_tx, of_rx

    @cached_property
    def background(self) -> np.ndarray:
        """Return coupling between antennas and the echo of the empty room."""
        return self._room(self.tx, self.rx)

    @cached_property
    def _moved_background(self) -> np.ndarray:
        return self._room(*self._true_antennas(True))

    def _room(self, tx: Antennas, rx: Antennas) -> np.ndarray:
        return empty_room(
            tx,
            rx,
            self.sweep.frequency_hz,
            self.hardware,
            site_from_sensor=self.site_from_sensor,
            seed=self.seed,
            transmission=self.transmission,
        )


WANTED: tuple[str, ...] = (
    "n_per_panel", "n_stacked", "n_sides", "half_distance_m", "panel_m", "middle_z_m",
    "pattern_power", "n_frequencies", "from_hz", "to_hz", "step_time_s", "reach_m",
    "noise_amplitude", "coupling_amplitude",
)  # fmt: skip
OPTIONAL: tuple[str, ...] = (
    "inward_deg", "gain_error_db", "delay_error_s", "reflector_radius_m", "reflector_x_m",
    "reflector_y_m",
    "reflector_z_m",
)  # fmt: skip
SWITCHES = ("transmission", "stereo")


def build(spec: SensorSpec, site: Site, seed: int) -> ImagingPanels:
    """Return the twin of imaging panels; entry point ``imaging-panels`` of the instruments.

    Raises:
        SiteError: a setting is missing, unknown or no number, or the panels cannot be built.
    """
    del site
    s = _numbers(spec)
    switched_on = {name: _switch(spec, name) for name in SWITCHES}
    try:
        tx, rx = boundary_panels(
            spec.site_from_sensor,
            n_per_panel=int(s["n_per_panel"]),
            n_stacked=int(s["n_stacked"]),
            n_sides=int(s["n_sides"]),
            half_distance_m=s["half_distance_m"],
            panel_m=s["panel_m"],
            middle_z_m=s["middle_z_m"],
            pattern_power=s["pattern_power"],
            inward_rad=float(np.deg2rad(s["inward_deg"])),
        )
    except ValueError as error:
        raise SiteError(f"instrument_settings of sensor {spec.sensor_id}: {error}") from error
    n_f = int(s["n_frequencies"])
    if n_f < 2 or not 0 < s["from_hz"] < s["to_hz"]:
        raise SiteError(
            f"instrument_settings of sensor {spec.sensor_id}: two or more frequencies from_hz < "
            f"to_hz are wanted, got {n_f} from {s['from_hz']} to {s['to_hz']}"
        )
    return ImagingPanels(
        sensor_id=spec.sensor_id,
        rate_hz=spec.rate_hz,
        site_from_sensor=spec.site_from_sensor,
        tx=tx,
        rx=rx,
        sweep=TxMajorSweep(
            frequency_hz=np.linspace(s["from_hz"], s["to_hz"], n_f), step_time_s=s["step_time_s"]
        ),
        n_per_panel=int(s["n_per_panel"]),
        reach_m=s["reach_m"],
        half_distance_m=s["half_distance_m"],
        hardware=Hardware(
            noise_amplitude=s["noise_amplitude"],
            coupling_amplitude=s["coupling_amplitude"],
            gain_error_db=s["gain_error_db"],
            delay_error_s=s["delay_error_s"],
            reflector_radius_m=s["reflector_radius_m"],
            reflector_m=(s["reflector_x_m"], s["reflector_y_m"], s["reflector_z_m"]),
        ),
        seed=seed,
        transmission=switched_on["transmission"],
        stereo=switched_on["stereo"],
    )


def _switch(spec: SensorSpec, name: str) -> bool:
    value: Setting = spec.instrument_settings.get(name, False)
    if not isinstance(value, bool):
        raise SiteError(
            f"instrument_settings of sensor {spec.sensor_id} need true or false as {name!r}, "
            f"got {value!r}"
        )
    return value


def _numbers(spec: SensorSpec) -> dict[str, float]:
    """Return all settings as numbers; what is optional and not given is 0."""
    where = f"instrument_settings of sensor {spec.sensor_id}"
    unknown = sorted(set(spec.instrument_settings) - {*WANTED, *OPTIONAL, *SWITCHES})
    if unknown:
        raise SiteError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(WANTED)}, "
                        f"and, if wanted, {', '.join((*OPTIONAL, *SWITCHES))}")  # fmt: skip
    numbers: dict[str, float] = dict.fromkeys(OPTIONAL, 0.0)
    for name in WANTED + OPTIONAL:
        value: Setting | None = spec.instrument_settings.get(name)
        if value is None and name in OPTIONAL:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SiteError(f"{where} need a number {name!r}, got {value!r}")
        numbers[name] = float(value)
    return numbers
