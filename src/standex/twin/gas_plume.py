"""Vapour that people drag along: puffs that are left behind, drift and spread.

Everybody gives off vapour all the time: of themselves, and of what is on their clothes. Each fifth
of a second makes a puff. A puff is first carried along in the wake of the walker, which slows down
exponentially, then moves with the air of the site, and spreads by turbulent diffusion alike in all
directions: sigma^2 = sigma_0^2 + 2 D age. Floor and ceiling reflect it; fresh air thins it out.

With sigma_0, wake, reflection and fresh air left out, a source that stands still in air that moves
with U along x gives q / (4 pi D r) exp(-U (r - x) / (2 D)) in the steady state.

References:
    Csanady, Turbulent Diffusion in the Environment, 1973, chapter 3.
    Craven, Settles, J. Fluids Engineering 128 (2006) 1251: the thermal plume and wake of a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from standex.model.truth import CarriedItem
from standex.twin.scene import Scene
from standex.twin.substances import of_kind

STEP_S = 0.2
SOURCE_Z_M = 1.2
PERSON = "person"  # what everybody gives off
VAPOURS: tuple[str, ...] = (*(one.name for one in of_kind("residue")), PERSON)
RESIDUE_UG_PER_S = 1.0  # of simulant-a, at 300 ug/cm2
PERSON_UG_PER_S = 0.5
_N_IMAGES = 3
_KEPT = 3000  # steps, of what was computed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Air:
    """How air moves at a place.

    Attributes:
        wind_site_m_per_s: mean movement, x and y.
        diffusion_m2_per_s: turbulent, alike in all directions.
        start_sigma_m: of a new puff, each way.
        wake_share: of the walker's velocity that a new puff has.
        wake_s: in which it loses all but 1/e of that.
        ceiling_m: height of the room; infinite for none, and then there is no floor either.
        fresh_s: in which fresh air replaces all but 1/e of the air.
        max_age_s: older puffs are forgotten.
    """

    wind_site_m_per_s: Float[np.ndarray, " 2"]
    diffusion_m2_per_s: float = 0.05
    start_sigma_m: float = 0.3
    wake_share: float = 0.5
    wake_s: float = 1.5
    ceiling_m: float = 3.0
    fresh_s: float = 120.0
    max_age_s: float = 25.0

    def __post_init__(self) -> None:
        for name in ("diffusion_m2_per_s", "wake_s", "ceiling_m", "fresh_s", "max_age_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if not self.start_sigma_m >= 0:
            raise ValueError(f"start_sigma_m must be >= 0, got {self.start_sigma_m}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Puffs:
    """Puffs as they were given off.

    Attributes:
        age_s: of each, now.
        position_site_m: where it was given off.
        velocity_site_m_per_s: of who gave it off.
        mass_ug: of each vapour.
    """

    age_s: Float[np.ndarray, " n"]
    position_site_m: Float[np.ndarray, "n 3"]
    velocity_site_m_per_s: Float[np.ndarray, "n 2"]
    mass_ug: Float[np.ndarray, "n vapours"]


def moved(puffs: Puffs, air: Air) -> tuple[Float[np.ndarray, "n 3"], Float[np.ndarray, " n"]]:
    """Return where the puffs are now, and how wide (one standard deviation)."""
    slowed_s = air.wake_s * -np.expm1(-puffs.age_s / air.wake_s)
    flat = puffs.position_site_m[:, :2] + puffs.age_s[:, None] * air.wind_site_m_per_s
    flat = flat + air.wake_share * slowed_s[:, None] * puffs.velocity_site_m_per_s
    sigma_m = np.sqrt(air.start_sigma_m**2 + 2 * air.diffusion_m2_per_s * puffs.age_s)
    return np.column_stack([flat, puffs.position_site_m[:, 2]]), sigma_m


def concentration(
    puffs: Puffs, air: Air, at_m: Float[np.ndarray, "m 3"]
) -> Float[np.ndarray, "m vapours"]:
    """Return the concentration of each vapour at some places, ug/m3.

    Args:
        puffs: given off so far; those of no age have not spread.
        air: how it moves.
        at_m: site frame.
    """
    middle, sigma_m = moved(puffs, air)
    wide = np.maximum(sigma_m, 1e-6)
    flat2 = ((at_m[:, None, :2] - middle[None, :, :2]) ** 2).sum(axis=-1)
    up = np.zeros((len(at_m), len(middle)))
    for image in _images(middle[:, 2], air.ceiling_m):
        up += np.exp(-0.5 * ((at_m[:, None, 2] - image[None, :]) / wide) ** 2)
    density = np.exp(-0.5 * flat2 / wide**2) * up / ((2 * np.pi) ** 1.5 * wide**3)
    left = np.exp(-puffs.age_s / air.fresh_s)
    return density @ (puffs.mass_ug * left[:, None])


def emission_ug_per_s(items: Iterable[CarriedItem], person: int) -> Float[np.ndarray, " vapours"]:
    """Return how much of each of ``VAPOURS`` a person gives off."""
    rate = dict.fromkeys(VAPOURS, 0.0)
    rate[PERSON] = PERSON_UG_PER_S
    volatile = {one.name: one.vapour for one in of_kind("residue")}
    for item in items:
        if item.person == person and item.residue in volatile:
            loading = sum(item.residue_by_zone.values())
            rate[item.residue] += RESIDUE_UG_PER_S * volatile[item.residue] * loading / 300.0
    return np.array([rate[name] for name in VAPOURS])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plume:
    """The vapour of everybody in a scene, at one inlet, on a grid of time.

    What was computed once is kept; it does not depend on what was asked before.

    Attributes:
        scene: who walks, and what is on them.
        air: how it moves.
        inlet_site_m: where it is sucked in.
    """

    scene: Scene
    air: Air
    inlet_site_m: Float[np.ndarray, " 3"]
    _given_off: dict[int, Puffs] = field(default_factory=dict[int, Puffs])
    _rates: dict[int, np.ndarray] = field(default_factory=dict[int, np.ndarray])
    _at: dict[int, np.ndarray] = field(default_factory=dict[int, np.ndarray])

    def at_step(self, step: int) -> Float[np.ndarray, " vapours"]:
        """Return the concentrations at the inlet, ``step`` steps after the start, ug/m3."""
        if step not in self._at:
            if len(self._at) >= _KEPT:
                self._at.clear()
            n_steps = round(self.air.max_age_s / STEP_S)
            made = [self._puffs(k) for k in range(max(step - n_steps, 0), step)]
            made = [puffs for puffs in made if len(puffs.age_s)]
            found = np.zeros(len(VAPOURS))
            if made:
                found = concentration(_joined(made, step * STEP_S), self.air, self._inlet())[0]
            self._at[step] = found
        return self._at[step]

    def _inlet(self) -> np.ndarray:
        return self.inlet_site_m[None, :]

    def _puffs(self, step: int) -> Puffs:
        """Return what is given off in the step after one, age counted from the start (negative)."""
        if step not in self._given_off:
            if len(self._given_off) >= _KEPT:
                self._given_off.clear()
            middle_s = (step + 0.5) * STEP_S
            people = self.scene.at(self.scene.start_utc_ns + round(middle_s * 1e9))
            n = len(people.person)
            mass = [self._rate(int(person)) * STEP_S for person in people.person]
            self._given_off[step] = Puffs(
                age_s=np.full(n, -middle_s),
                position_site_m=np.column_stack([people.position_site_m, np.full(n, SOURCE_Z_M)]),
                velocity_site_m_per_s=people.velocity_site_m_per_s,
                mass_ug=np.array(mass).reshape(n, len(VAPOURS)),
            )
        return self._given_off[step]

    def _rate(self, person: int) -> np.ndarray:
        if person not in self._rates:
            self._rates[person] = emission_ug_per_s(self.scene.truth.items, person)
        return self._rates[person]


def _joined(made: list[Puffs], now_s: float) -> Puffs:
    return Puffs(
        age_s=np.concatenate([puffs.age_s for puffs in made]) + now_s,
        position_site_m=np.concatenate([puffs.position_site_m for puffs in made]),
        velocity_site_m_per_s=np.concatenate([puffs.velocity_site_m_per_s for puffs in made]),
        mass_ug=np.concatenate([puffs.mass_ug for puffs in made]),
    )


def _images(z_m: np.ndarray, ceiling_m: float) -> Iterable[np.ndarray]:
    """Yield the heights of a source and of its images in floor and ceiling."""
    if not np.isfinite(ceiling_m):
        yield z_m
        return
    for k in range(-_N_IMAGES, _N_IMAGES + 1):
        yield z_m + 2 * k * ceiling_m
        yield -z_m + 2 * k * ceiling_m
