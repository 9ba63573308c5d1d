"""A pair of pillars, the sweeps of points, and real records of the twin."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone
from standex.sensing.microwave.reconstruction import Box
from standex.sensing.microwave.sweep import KIND, LIGHT_M_PER_S, Sweep
from standex.twin.microwave import MicrowavePanels, build
from standex.twin.panels import ImagingPanels
from standex.twin.panels import build as build_panels
from standex.twin.scene import Scene

Exact = Callable[..., Sweep]
Walk = Callable[..., Scene]


@pytest.fixture
def geometry() -> Sweep:
    """Return a sweep without samples: 4 + 4 transmitters in 2 + 2 columns, 6 + 6 receivers."""
    tx, rx = [], []
    for side in (1.25, -1.25):
        tx += [(x, side, z) for x in (-0.4, 0.4) for z in (0.7, 1.7)]
        rx += [(0.0, side, z) for z in 1.2 + np.linspace(-0.3, 0.3, 6)]
    n_f = 32
    return Sweep(
        samples=np.zeros((8, 12, n_f), dtype=np.complex64),
        tx_position_m=np.array(tx),
        rx_position_m=np.array(rx),
        tx_panel=np.repeat([0, 1], 4),
        rx_panel=np.repeat([0, 1], 6),
        frequency_hz=np.linspace(8e9, 14e9, n_f),
        tx_time_s=(np.arange(8) - 3.5) * 0.01 / n_f / 8,
        step_s=0.01 / n_f,
    )


@pytest.fixture
def point_sweep(geometry: Sweep) -> Exact:
    """Return a maker of sweeps of one moving point, in float64, every sample at its own time."""

    def make(point_m, velocity_m_per_s=(0.0, 0.0), sweep: Sweep = geometry) -> Sweep:
        path_m = moving_path_m(sweep, np.array([point_m], dtype=float), np.array(velocity_m_per_s))
        samples = np.exp(-1j * sweep.wavenumber_rad_per_m * path_m[..., 0])
        return replace(sweep, samples=samples.astype(np.complex64))

    return make


def moving_path_m(sweep: Sweep, points_m: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Return the exact path of every sample to every point, [tx, rx, f, point]."""
    n_f = len(sweep.frequency_hz)
    tau = sweep.tx_time_s[:, None] + (np.arange(n_f) - (n_f - 1) / 2) * sweep.step_s  # [tx, f]
    moved = tau[..., None, None] * np.append(velocity, 0.0)  # [tx, f, 1, 3]
    at = points_m + moved
    to = np.linalg.norm(at - sweep.tx_position_m[:, None, None], axis=-1)
    back = np.linalg.norm(at[:, None] - sweep.rx_position_m[None, :, None, None], axis=-1)
    return to[:, None] + back


@pytest.fixture
def exact_path_m() -> Callable[..., np.ndarray]:
    return moving_path_m


@pytest.fixture
def box() -> Box:
    """Return a box 2 m upstream, looking along the lane."""
    return Box(
        origin_m=np.array([2.0, 0.1]),
        away=np.array([1.0, 0.0]),
        depth_m=np.arange(-0.26, 0.101, 0.02),
        across_m=np.arange(-1, 2) * 0.06,
        height_m=np.arange(0.80, 1.501, 0.02),
    )


@pytest.fixture
def sweep_record() -> Callable[[Sweep], Record]:
    """Return the way back: a record that holds a sweep."""

    def make(sweep: Sweep, **other: np.ndarray) -> Record:
        n_f = len(sweep.frequency_hz)
        at_f = (np.arange(n_f) - (n_f - 1) / 2) * sweep.step_s
        arrays = {
            "samples": sweep.samples,
            "tx_position_m": sweep.tx_position_m,
            "rx_position_m": sweep.rx_position_m,
            "tx_panel": sweep.tx_panel,
            "rx_panel": sweep.rx_panel,
            "frequency_hz": sweep.frequency_hz,
            "t_offset_s": sweep.tx_time_s[:, None] + at_f,
        }
        return Record(
            sensor_id="mw-test", t_utc_ns=0, kind=KIND, sequence=17, arrays={**arrays, **other}
        )

    return make


@pytest.fixture
def body_image(box: Box) -> Callable[..., np.ndarray]:
    """Return a maker of volumes: an upright line of echoes, as one pair of columns shows it."""

    def make(line_m, *, column: int = 1, echoes=(), noise: float = 1e-3, seed: int = 1):
        rng = np.random.default_rng(seed)
        shape = box.shape
        image = noise * (rng.normal(size=shape) + 1j * rng.normal(size=shape))
        line = np.broadcast_to(line_m, box.height_m.shape)
        image[:, column] += blob(box.depth_m, line)
        for depth_m, low_m, high_m, amplitude in echoes:
            rows = (box.height_m > low_m) & (box.height_m < high_m)
            image[:, column] += amplitude * blob(box.depth_m, line + depth_m) * rows
        return image.astype(np.complex64)

    return make


def blob(depth_m: np.ndarray, at_m: np.ndarray) -> np.ndarray:
    """Return the point spread in depth (25 mm wide, as of 6 GHz), carrier included."""
    off_m = depth_m[:, None] - at_m[None, :]
    k = 2 * np.pi / LIGHT_M_PER_S * 11e9
    return np.exp(-((off_m / 0.02) ** 2)) * np.exp(2j * k * off_m)


SETTINGS = {
    "n_antennas": 16,
    "half_distance_m": 1.25,
    "inward_deg": 65.0,
    "panel_width_m": 0.3,
    "panel_height_m": 1.3,
    "middle_z_m": 1.2,
    "pattern_power": 0.5,
    "n_frequencies": 64,
    "from_hz": 8e9,
    "to_hz": 14e9,
    "sweep_s": 0.010,
    "reach_m": 4.0,
    "half_lane_m": 1.3,
    "noise_amplitude": 1e-3,
    "coupling_amplitude": 0.02,
}


@pytest.fixture(scope="session")
def metro() -> Site:
    return load_site("metro")


@pytest.fixture(scope="session")
def spec(metro: Site) -> SensorSpec:
    """Return the southern pillars; what is tuned in the site file is fixed here."""
    return replace(
        metro.sensor("mw-south"),
        site_from_sensor=RigidTransform.from_pose(position_m=(1.2, 1.25, 0.0), yaw_rad=0.0),
        rate_hz=5.0,
        settings={
            "voxel_m": 0.02,
            "near_m": 1.4,
            "far_m": 3.6,
            "half_lane_m": 1.15,
            "clear_path_m": 0.5,
            "clear_sight_m": 0.25,
            "beam_m": 4.4,
            "max_looks": 2,
            "obscured_at": 0.15,
        },
        instrument_settings=SETTINGS,
    )


@pytest.fixture
def panels(metro: Site, spec: SensorSpec) -> MicrowavePanels:
    return build(spec, metro, 11)


@pytest.fixture
def walk() -> Walk:
    """Return a maker of scenes: people who walk straight lines in four seconds."""

    def make(*ways, items: tuple[CarriedItem, ...] = (), seed: int = 5) -> Scene:
        frame = np.arange(101)
        share = (frame / 100)[:, None]
        at = [np.array(a) + share * (np.array(b) - np.array(a)) for a, b in ways]
        trajectories = Trajectories(
            name="straight",
            person=np.repeat(np.arange(len(ways)) + 1, 101),
            frame=np.tile(frame, len(ways)),
            position_m=np.concatenate(at),
            height_m=np.full(101 * len(ways), np.nan),
            frame_rate_hz=25.0,
        )
        truth = Truth(seed=seed, items=items)
        return Scene(trajectories=trajectories, truth=truth, start_utc_ns=0)

    return make


@pytest.fixture
def slab() -> CarriedItem:
    return CarriedItem(
        person=1,
        item_class="threat_dielectric",
        zone=BodyZone.TORSO_FRONT,
        width_m=0.16,
        height_m=0.20,
        thickness_m=0.03,
        permittivity=2.9,
        loss_tangent=0.01,
    )


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """Echo power of one frame about a trunk's front, and where that front is."""

    views: dict[str, np.ndarray]
    depth_m: np.ndarray
    across_m: np.ndarray
    height_m: np.ndarray
    front_m: np.ndarray

    @property
    def axes(self) -> dict[str, np.ndarray]:
        return {"depth_m": self.depth_m, "across_m": self.across_m, "height_m": self.height_m}


@pytest.fixture
def trunk() -> Callable[..., Trunk]:
    """Return a maker of smooth curved trunks 1 m away, as a band of 10 GHz shows them.

    ``echoes``: (off the surface, power) in place of the surface's own echo, inside ``patch``:
    (middle across, middle up, half width), metres. ``off_m`` displaces the echo of each column.
    """

    def make(
        *,
        echoes=(),
        patch=(0.0, 1.25, 0.08),
        curved_m=0.04,
        top_m=1.6,
        off_m=0.0,
        noise=1e-5,
        seed=1,
    ) -> Trunk:
        depth, across = np.arange(0.90, 1.1401, 0.01), np.arange(-0.20, 0.2001, 0.01)
        height = np.arange(0.80, 1.5101, 0.01)
        y, z = across[:, None], height[None, :]
        front = 1.0 + curved_m * (y / 0.17) ** 2 + 0.25 * curved_m * np.sin(5 * (z - 1.1))

        def at(off) -> np.ndarray:
            return np.exp(-(((depth[:, None, None] - front - off) / 0.012) ** 2))

        inside = (
            np.hypot(y - patch[0], z - patch[1]) < patch[2] if echoes else np.zeros((1, 1), bool)
        )
        power = at(off_m) * ~inside
        for off, size in echoes:
            power = power + size * at(off) * inside
        power = power * (height < top_m)
        chance = np.random.default_rng(seed)
        power = power + noise * chance.exponential(size=power.shape)
        return Trunk(
            views={"across": power}, depth_m=depth, across_m=across, height_m=height, front_m=front
        )

    return make


BALL = {
    "reflector_radius_m": 0.1,
    "reflector_x_m": 1.3,
    "reflector_y_m": 0.0,
    "reflector_z_m": 0.45,
}


@pytest.fixture(scope="session")
def gate() -> Site:
    return load_site("gate")


@pytest.fixture(scope="session")
def gate_spec(gate: Site) -> SensorSpec:
    """Return the gate with small panels and coarse voxels; what is tuned in the file is fixed."""
    spec = gate.sensor("mw-gate")
    return replace(
        spec,
        rate_hz=12.0,
        settings={
            "voxel_m": 0.025,
            "from_x_m": 0.90,
            "to_x_m": 1.40,
            "half_width_m": 0.25,
            "from_z_m": 0.80,
            "to_z_m": 1.51,
            "tolerance": 0.1,
            "beam_m": 3.0,
            "clear_m": 0.70,
            "obscured_at": 0.15,
        },
        instrument_settings={**spec.instrument_settings, "n_per_panel": 16, "n_frequencies": 96},
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Remembering(ImagingPanels):
    """The twin, whose echoes of one person at one place are made once for all tests."""

    made: ClassVar[dict[Any, np.ndarray]] = {}

    def echo(self, scene: Scene, people: Any, **antennas: Any) -> np.ndarray:
        """Return what the people send back."""
        who = [scene.truth.seed, scene.truth.items, len(self.sweep.frequency_hz)]
        place = [people.position_site_m, people.velocity_site_m_per_s, people.walked_m]
        place += [one.position_m for one in antennas.values()]
        key = (*who, *(one.tobytes() for one in place))
        if key not in self.made:
            self.made[key] = ImagingPanels.echo(self, scene, people, **antennas)
        return self.made[key]


@pytest.fixture(scope="session")
def gate_panels(gate: Site, gate_spec: SensorSpec) -> Callable[..., ImagingPanels]:
    """Return a maker of the gate's twin, with settings changed."""
    dressed: dict[Any, Any] = {}

    def make(**changed: float) -> ImagingPanels:
        settings = {**gate_spec.instrument_settings, **changed}
        panels = build_panels(replace(gate_spec, instrument_settings=settings), gate, 3)
        own = {one.name: getattr(panels, one.name) for one in fields(panels) if one.init}
        own["_dressed"] = dressed
        return Remembering(**{**own, "facet_m": 0.015})

    return make


@pytest.fixture(scope="session")
def ball() -> dict[str, float]:
    """Return the settings of a reflector, for the twin and for the technology."""
    return BALL
