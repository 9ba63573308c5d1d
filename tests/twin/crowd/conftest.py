from dataclasses import replace

import numpy as np
import pytest

from standex.model.site import Level
from standex.twin.crowd.plan import (
    CrowdPlan,
    Flow,
    Opening,
    Parties,
    Platform,
    Turnstiles,
    Walking,
)


def wall(*corners: tuple[float, float]) -> np.ndarray:
    """Return the segments of a line through corners."""
    points = np.array(corners, dtype=float)
    return np.stack([points[:-1], points[1:]], axis=1)


class Made:
    """Small plans: a corridor along x from -9 to 9 m, and a station."""

    @staticmethod
    def corridor(*, width_m: float = 4.0, per_hour: float = 3600.0, both: bool = False, **kw):
        level = Level(
            level_id="corridor",
            min_site_m=np.array([-9.0, -0.5]),
            max_site_m=np.array([9.0, width_m + 0.5]),
            wall_site_m=np.concatenate(
                [
                    wall((-9.0, -0.05), (9.0, -0.05)),
                    wall((-9.0, width_m + 0.05), (9.0, width_m + 0.05)),
                ]
            ),
        )
        ends = tuple(
            Opening(name=name, from_site_m=np.array([x, 0.0]), to_site_m=np.array([x, width_m]))
            for name, x in (("west", -9.0), ("east", 9.0))
        )
        there = Flow(from_name="east", to_name="west", people_per_hour=per_hour)
        back = replace(there, from_name="west", to_name="east")
        plan = CrowdPlan(level=level, openings=ends, flows=(there, back) if both else (there,))
        return replace(plan, **kw)

    @staticmethod
    def lanes(*, n: int = 2, service_s: float = 1.5, cv: float = 0.3, per_hour: float = 1500.0):
        """Return a corridor with lanes across its middle, 1.6 m from one to the next."""
        width_m = 1.6 * n
        plan = Made.corridor(width_m=width_m, per_hour=per_hour)
        walls = [plan.level.wall_site_m]
        for k in range(n + 1):  # housings
            low = max(1.6 * k - 0.3, -0.05)
            high = min(1.6 * k + 0.3, width_m + 0.05)
            walls.append(
                wall((0, low), (1.5, low), (1.5, high), (0, high), (0, low)),
            )
        head = np.array([[0.7, 0.8 + 1.6 * k] for k in range(n)])
        turnstiles = Turnstiles(
            name="lanes", head_site_m=head, queue_rad=0.0, places=8, place_m=0.8,
            service_s=service_s, service_cv=cv,
        )  # fmt: skip
        flow = replace(plan.flows[0], via=("lanes",))
        level = replace(plan.level, wall_site_m=np.concatenate(walls))
        return replace(plan, level=level, turnstiles=(turnstiles,), flows=(flow,))

    @staticmethod
    def platform():
        """Return a hall whose south side is a platform; people board and alight."""
        plan = Made.corridor(width_m=8.0)
        platform = Platform(
            name="line-a",
            door_site_m=np.array([[-4.0, 0.5], [0.0, 0.5], [4.0, 0.5]]),
            waiting_min_site_m=np.array([-7.0, 0.6]),
            waiting_max_site_m=np.array([7.0, 4.0]),
            headway_s=60.0,
            first_s=45.0,
            dwell_s=25.0,
        )
        flows = (
            Flow(from_name="west", to_name="line-a", people_per_hour=600.0),
            Flow(from_name="line-a", to_name="east", people_per_hour=900.0),
        )
        return replace(plan, platforms=(platform,), flows=flows)

    @staticmethod
    def of_twos(plan: CrowdPlan) -> CrowdPlan:
        return replace(plan, parties=Parties(share=(1.0, 0.0, 0.0)))

    @staticmethod
    def steady(plan: CrowdPlan, **kw) -> CrowdPlan:
        """Return a crowd in which everybody wants the same speed."""
        return replace(plan, walking=Walking(spread_m_per_s=0.0, **kw))


@pytest.fixture
def made() -> type[Made]:
    return Made
