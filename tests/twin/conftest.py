"""People who walk straight lines past a pair of pillars."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.frames import RigidTransform
from standex.model.site import SensorSpec, Site
from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone
from standex.twin.microwave import MicrowavePanels, build
from standex.twin.scene import Scene

Walk = Callable[..., Scene]
Item = Callable[..., CarriedItem]


@pytest.fixture
def slab() -> Item:
    def make(
        *,
        person: int = 1,
        zone: BodyZone = BodyZone.TORSO_FRONT,
        thickness_m: float = 0.03,
        permittivity: float = 2.9,
    ) -> CarriedItem:
        return CarriedItem(
            person=person,
            item_class="threat_dielectric",
            zone=zone,
            width_m=0.14,
            height_m=0.18,
            thickness_m=thickness_m,
            permittivity=permittivity,
            loss_tangent=0.01,
        )

    return make


@pytest.fixture
def walk() -> Walk:
    """Return a maker of scenes: person 1, 2, ... each from one place to another in ``lasts_s``."""

    def make(
        *ways: tuple[tuple[float, float], tuple[float, float]],
        lasts_s: float = 4.0,
        items: tuple[CarriedItem, ...] = (),
        seed: int = 5,
        start_utc_ns: int = 0,
        sway_m: float = 0.0,
    ) -> Scene:
        frame = np.arange(round(lasts_s * 25) + 1)
        share = frame / frame[-1]
        sway = sway_m * np.sin(2 * np.pi * frame / 25)
        places = [
            np.column_stack([a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]) + sway])
            for a, b in ways
        ]
        trajectories = Trajectories(
            name="straight",
            person=np.repeat(np.arange(len(ways)) + 1, len(frame)),
            frame=np.tile(frame, len(ways)),
            position_m=np.concatenate(places),
            height_m=np.full(len(ways) * len(frame), np.nan),
            frame_rate_hz=25.0,
        )
        truth = Truth(seed=seed, items=items)
        return Scene(trajectories=trajectories, truth=truth, start_utc_ns=start_utc_ns)

    return make


@pytest.fixture(scope="session")
def metro() -> Site:
    return load_site("metro")


@pytest.fixture(scope="session")
def panel_spec(metro: Site) -> SensorSpec:
    """Return pillars at x = 1.2 m, y = 1.25 m that look towards +x, whatever the site has."""
    return replace(
        metro.sensor("mw-south"),
        site_from_sensor=RigidTransform.from_pose(position_m=(1.2, 1.25, 0.0), yaw_rad=0.0),
        instrument_settings={
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
        },
    )


@pytest.fixture
def panels(metro: Site, panel_spec: SensorSpec) -> MicrowavePanels:
    return build(panel_spec, metro, 11)
