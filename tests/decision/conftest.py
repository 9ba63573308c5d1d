from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.picture import Picture
from standex.model.site import Site
from standex.model.tasking import Task, TaskRules
from standex.model.zones import BodyZone
from standex.testing.examples import T_UTC_NS, example_passage, example_picture

S = 10**9


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site("metro")


@pytest.fixture(scope="session")
def rules() -> TaskRules:
    """Return the rules of a laser at the spot (-3, 2.5)."""
    return TaskRules(
        spot_site_m=np.array([-3.0, 2.5]),
        reach_m=0.6,
        zones=(BodyZone.TORSO_FRONT, BodyZone.WAIST),
        dwell_s=0.3,
        lead_s=0.1,
        shots_per_task=2,
        max_shots_per_person=4,
        max_shots_per_place=6,
        place_m=0.5,
        place_s=60.0,
        clear_m=0.4,
        nearest_m=1.0,
        is_armed=True,
    )


@pytest.fixture(scope="session")
def laser_site(site: Site, rules: TaskRules) -> Site:
    """Return the metro site with its first camera turned into a laser that takes tasks."""
    sensors = [spec for spec in site.sensors if spec.tasks is None]
    row = next(k for k, spec in enumerate(sensors) if spec.sensor_id == "cam-entry")
    sensors[row] = replace(sensors[row], sensor_id="laser", tasks=rules)
    return replace(site, sensors=tuple(sensors))


@pytest.fixture
def people(site: Site) -> Callable[..., Picture]:
    """Return a picture of people at places, with their velocities."""

    def make(
        laser_site: Site, *places: tuple[float, float, float, float], **changes: Any
    ) -> Picture:
        passages = [
            replace(
                example_passage(laser_site, track_id=k + 1, position_site_m=(x, y)),
                velocity_site_m_per_s=np.array([vx, vy]),
            )
            for k, (x, y, vx, vy) in enumerate(places)
        ]
        return replace(example_picture(laser_site, *passages), **changes)

    return make


@pytest.fixture
def task() -> Callable[..., Task]:
    def make(track_id: int = 1, *, at_s: float = 0.5, place=(-3.0, 2.5), **changes: Any) -> Task:
        fields = {
            "task_id": f"laser-{track_id}-{at_s}",
            "t_utc_ns": T_UTC_NS,
            "sensor_id": "laser",
            "track_id": track_id,
            "position_site_m": np.array(place, dtype=np.float64),
            "t_look_utc_ns": T_UTC_NS + round(at_s * S),
            "zone": BodyZone.TORSO_FRONT,
            "reason": "a test",
        }
        return Task(**(fields | changes))

    return make
