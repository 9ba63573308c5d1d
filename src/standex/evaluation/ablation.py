"""The same station with one thing taken away: what is that thing worth?

Without a sensor is a matter of the site. Here: without cueing, and without likelihoods.
"""

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from jaxtyping import Float

from standex.model.hints import Hints
from standex.model.observation import Evidence, Observation
from standex.model.picture import Outcome, Passage, Picture
from standex.model.ports import Scheduler, Technology
from standex.model.record import Record
from standex.model.tasking import Task
from standex.station import Station

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


def without_cueing(station: Station) -> Station:
    """Return the station with a scheduler that is not told what was found."""
    prior, _ = station.site.items.p_threat(station.log_prior)
    blind = BlindScheduler(scheduler=station.scheduler, prior=prior, log_prior=station.log_prior)
    return replace(station, scheduler=blind)


def without_likelihoods(station: Station) -> Station:
    """Return the station with every sensor's likelihoods turned into votes."""
    voting = {name: Voting(technology=one) for name, one in station.technologies.items()}
    return replace(station, technologies=voting)
