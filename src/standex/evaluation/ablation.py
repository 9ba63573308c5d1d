"""The same station with one thing taken away: what is that thing worth?

Without a sensor is a matter of the site. Here: without cueing, and without likelihoods.
"""

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from jaxtyping import Float

from standex.decision.interlock import same_person
from standex.model.hints import Hints
from standex.model.observation import Evidence, Observation
from standex.model.picture import Outcome, Passage, Picture
from standex.model.ports import Scheduler, Technology
from standex.model.record import Record
from standex.model.tasking import Task
from standex.station import Station

_DRAWN = 41  # stream of chance
VOTE = 1.0  # natural log units: so much counts a look's most likely class, however sure the look is


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BlindScheduler:
    """A scheduler that is not told what was found; satisfies the ``Scheduler`` port.

    Tasked sensors go on looking at whoever is in reach and has been looked at least, so they take
    as many looks as before; only whom they choose no longer depends on anybody's posterior.

    Attributes:
        scheduler: that is kept in the dark.
        prior: P(threat) of a person nobody has looked at.
        log_prior: per zone and class.
    """

    scheduler: Scheduler
    prior: float
    log_prior: Float[np.ndarray, "zones classes"]

    def __call__(self, picture: Picture, /) -> tuple[Hints, tuple[Task, ...]]:
        """Return hints and tasks as if every look had said nothing."""
        passages = {number: self._blank(one) for number, one in picture.passages.items()}
        return self.scheduler(replace(picture, passages=passages))

    def _blank(self, passage: Passage) -> Passage:
        verdict = replace(passage.verdict, outcome=Outcome.PENDING, p_threat=self.prior)
        return replace(passage, log_posterior=self.log_prior, verdict=verdict)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChosenScheduler:
    """A scheduler whose tasks are for some people alone; satisfies the ``Scheduler`` port.

    With it two ways to spend looks are compared at as many of them: on whom something was found
    about, or on whomever chance names. Hints are for everybody.

    Attributes:
        scheduler: that plans, as if nobody else could be looked at.
        least_p: posterior from which on somebody is looked at.
        share: P(somebody is looked at at all), drawn by the first number that they went by.
    """

    scheduler: Scheduler
    least_p: float = 0.0
    share: float = 1.0

    def __post_init__(self) -> None:
        for name in ("least_p", "share"):
            if not 0 <= getattr(self, name) <= 1:  # a NaN fails, too
                raise ValueError(f"{name} must be inside [0, 1], got {getattr(self, name)}")

    def __call__(self, picture: Picture, /) -> tuple[Hints, tuple[Task, ...]]:
        """Return the hints for all, and tasks for the chosen."""
        hints, tasks = self.scheduler(picture)
        chosen = {
            number: one
            for number, one in picture.passages.items()
            if self._is_chosen(number, one, picture)
        }
        if len(chosen) < len(picture.passages):
            _, tasks = self.scheduler(replace(picture, passages=chosen))
        return hints, tasks

    def _is_chosen(self, number: int, passage: Passage, picture: Picture) -> bool:
        if passage.verdict.p_threat < self.least_p:
            return False  # what is no number is looked at
        if self.share >= 1:
            return True
        first = min(same_person(number, picture))
        return float(np.random.default_rng([_DRAWN, first]).random()) < self.share


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Voting:
    """A technology whose likelihoods are turned into votes; satisfies the ``Technology`` port.

    Each zone of a look counts one vote for its most likely class, the same for a faint sign as for
    a clear one: what a system does that only knows yes and no.

    Attributes:
        technology: that is asked.
    """

    technology: Technology

    def start(self) -> Any:
        """Return the technology's own state."""
        return self.technology.start()

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return what the technology says, its evidence as votes."""
        state, observations = self.technology.perceive(state, record, hints)
        return state, tuple(
            as_vote(seen) if isinstance(seen, Evidence) else seen for seen in observations
        )


def as_vote(seen: Evidence) -> Evidence:
    """Return evidence that says no more than which class is the most likely one.

    Evidence that says nothing, or that several classes are as likely, votes for none.
    """
    said = seen.log_likelihood
    best = said >= said.max() - 1e-9
    votes = np.where(best, 0.0, -VOTE) if best.sum() == 1 else np.zeros_like(said)
    return replace(seen, log_likelihood=votes, log_clutter=seen.log_clutter - float(said.max()))


def without_cueing(station: Station, *, share: float = 1.0) -> Station:
    """Return the station with a scheduler that is not told what was found.

    Args:
        station: to be changed.
        share: of people whom tasked sensors look at, at random.
    """
    prior, _ = station.site.items.p_threat(station.log_prior)
    scheduler = station.scheduler
    if share < 1:
        scheduler = ChosenScheduler(scheduler=scheduler, share=share)
    blind = BlindScheduler(scheduler=scheduler, prior=prior, log_prior=station.log_prior)
    return replace(station, scheduler=blind)


def looking_from(station: Station, least_p: float) -> Station:
    """Return the station with tasks only for people of that posterior or more."""
    chosen = ChosenScheduler(scheduler=station.scheduler, least_p=least_p)
    return replace(station, scheduler=chosen)


def without_likelihoods(station: Station) -> Station:
    """Return the station with every sensor's likelihoods turned into votes."""
    voting = {name: Voting(technology=one) for name, one in station.technologies.items()}
    return replace(station, technologies=voting)
