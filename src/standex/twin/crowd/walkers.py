"""The one place that knows JuPedSim: agents by number, plain values in and out.

Everybody walks towards a place of their own, and JuPedSim finds the way round walls and people; all
else is decided outside. Its own queues are not used: they keep the order of joining, so that a lane
stands still for ever once somebody has come in ahead of the one whose turn it is. Version 2 breaks
this interface, so the extra pins 1.4.
"""

from typing import Any, final

import numpy as np
from jaxtyping import Float, Int

from standex.twin.crowd.extra import jupedsim
from standex.twin.crowd.plan import Walking

# Smaller steps cost in proportion and change lane flow in a station by under 1 %.
STEP_S = 0.05

Place = Float[np.ndarray, " 2"]


@final
class Walkers:
    """Agents on a floor, moved step by step."""

    def __init__(self, area_wkt: str, *, walking: Walking, seed: int) -> None:
        """Make an empty floor.

        Args:
            area_wkt: polygon with holes, metres.
            walking: the model, and what all bodies have in common.
            seed: of the model's own chance.

        Raises:
            StandexError: the extra ``crowd`` is missing.
        """
        package = jupedsim()
        self._walking = walking
        if walking.model == "csm":
            model = package.CollisionFreeSpeedModel()
            self._parameters = package.CollisionFreeSpeedModelAgentParameters
        else:
            model = package.AnticipationVelocityModel(rng_seed=seed)
            self._parameters = package.AnticipationVelocityModelAgentParameters
        self._world: Any = package.Simulation(model=model, geometry=area_wkt, dt=STEP_S)
        self._steer: int = self._world.add_direct_steering_stage()
        self._free: int = self._world.add_journey(package.JourneyDescription([self._steer]))

    def add(self, place_site_m: Place, *, speed_m_per_s: float) -> int | None:
        """Put somebody onto the floor; None when the place is taken.

        Raises:
            ValueError: the place is not on the floor.
        """
        walking = self._walking
        try:
            return self._world.add_agent(
                self._parameters(
                    position=_pair(place_site_m),
                    journey_id=self._free,
                    stage_id=self._steer,
                    desired_speed=speed_m_per_s,
                    radius=walking.radius_m,
                    time_gap=walking.time_gap_s,
                )
            )
        except RuntimeError as error:
            if "too close to" in str(error):
                return None
            raise ValueError(f"nobody can stand at {place_site_m.tolist()}: {error}") from error

    def remove(self, agent: int) -> None:
        """Take somebody off the floor, at the next step."""
        self._world.mark_agent_for_removal(agent)

    def aim(self, agent: int, target_site_m: Place) -> None:
        """Let somebody walk to a place."""
        self._world.agent(agent).target = _pair(target_site_m)

    def set_speed(self, agent: int, speed_m_per_s: float) -> None:
        """Set the speed at which somebody would walk if nobody was ahead."""
        self._world.agent(agent).model.desired_speed = speed_m_per_s

    def facing(self, agent: int) -> Place:
        """Return the direction in which somebody goes."""
        return np.array(self._world.agent(agent).orientation)

    def advance(self, n_steps: int) -> None:
        """Move everybody."""
        self._world.iterate(n_steps)

    def now(self) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, "n 2"]]:
        """Return who is where, by number."""
        rows = [(agent.id, *agent.position) for agent in self._world.agents()]
        table = np.array(sorted(rows), dtype=np.float64).reshape(-1, 3)
        return table[:, 0].astype(np.int64), table[:, 1:]


def _pair(place_site_m: Place) -> tuple[float, float]:
    return float(place_site_m[0]), float(place_site_m[1])
