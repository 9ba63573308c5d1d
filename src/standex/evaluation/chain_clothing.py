"""Clothing descriptors on top of position sensors, for a chain whose cameras re-identify people.

The trial's Re-ID went by appearance, and never failed (100.0 %). The descriptors here are assumed,
not measured: six components; from person to person each is normal with 0.4, from one area of
cameras to the next a person's own shifts by 0.1 (other light, another side), and each report of it
has noise of 0.1. What is reported at a place is the clothing of whoever is nearest to it, so people
close together are taken for one another; a report with nobody near has somebody's clothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from jaxtyping import Float, Int

from standex.evaluation.chain_failures import AREAS
from standex.model.hints import Hints
from standex.model.observation import Observation, Positions
from standex.model.ports import Instrument, Technology
from standex.model.record import Record
from standex.twin.position_sensor import PositionSensor
from standex.twin.scene import Scene

N_COMPONENTS = 6
BETWEEN, SHIFT, NOISE = 0.4, 0.1, 0.1
NEAR_M = 0.5
ARRAY = "descriptor"
_CLOTHING = 44  # stream of chance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wardrobe:
    """What people of a scene look like to the cameras of one area.

    Attributes:
        descriptor: of each visit, from number 1.
        seed: of the noise.
    """

    descriptor: Float[np.ndarray, "visits 6"]
    seed: int


def wardrobe_of(person: Int[np.ndarray, " visits"], *, area: int, seed: int) -> Wardrobe:
    """Return the clothing of each visit, to one area's cameras; who comes back wears the same.

    Args:
        person: whose each visit is.
        area: 0 for 2D, 1 for 3D.
        seed: of the crowd.
    """
    n = int(person.max(initial=-1)) + 1
    own = np.random.default_rng([seed, _CLOTHING]).normal(0, BETWEEN, (n, N_COMPONENTS))
    shift = np.random.default_rng([seed, _CLOTHING, 1 + area]).normal(
        0, SHIFT, (len(person), N_COMPONENTS)
    )
    return Wardrobe(descriptor=own[person] + shift, seed=seed)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DressedSensor:
    """A position sensor whose reports say what people wear."""

    sensor: PositionSensor
    wardrobe: Wardrobe

    @property
    def rate_hz(self) -> float:
        """Records a second."""
        return self.sensor.rate_hz

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return what the sensor reports, with a descriptor for each place."""
        record = self.sensor.record(scene, t_utc_ns, sequence)
        if record is None:
            return None
        place = record.arrays["position_sensor_m"]
        seeds = [self.wardrobe.seed, _CLOTHING, sequence, *self.sensor.sensor_id.encode()]
        rng = np.random.default_rng(seeds)
        people = scene.at(t_utc_ns)
        worn = rng.normal(0, BETWEEN, (len(place), N_COMPONENTS))
        if len(people.person) and len(place):
            flat = self.sensor.on_floor(people.position_site_m)
            away_m = np.linalg.norm(place[:, None] - flat[None], axis=2)
            near = np.argmin(away_m, axis=1)
            own = self.wardrobe.descriptor[people.person[near] - 1]
            worn = np.where((away_m.min(axis=1) < NEAR_M)[:, None], own, worn)
        worn = worn + rng.normal(0, NOISE, worn.shape)
        return replace(record, arrays={**record.arrays, ARRAY: worn})


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DressedPositions:
    """A technology whose positions carry the descriptors of their record, if it has any."""

    technology: Technology

    def start(self) -> Any:
        """Return the state before the first record."""
        return self.technology.start()

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return what the technology says, with descriptors."""
        state, said = self.technology.perceive(state, record, hints)
        worn = record.arrays.get(ARRAY)
        if worn is None:
            return state, said
        return state, tuple(
            replace(one, descriptor=worn) if isinstance(one, Positions) else one for one in said
        )


def dressed(
    instruments: Mapping[str, Instrument], person: Int[np.ndarray, " visits"], *, seed: int
) -> dict[str, Instrument]:
    """Return the instruments, with cameras of both areas that report clothing."""
    changed = dict(instruments)
    for area, prefix in enumerate(AREAS.values()):
        wardrobe = wardrobe_of(person, area=area, seed=seed)
        for name, one in instruments.items():
            if name.startswith(prefix) and isinstance(one, PositionSensor):
                changed[name] = DressedSensor(sensor=one, wardrobe=wardrobe)
    return changed
