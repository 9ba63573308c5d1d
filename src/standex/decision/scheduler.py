"""The built-in scheduler: tells every sensor where people are and who needs a look most."""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float

from standex.model.event import Task
from standex.model.hints import Hints
from standex.model.picture import Outcome, Passage, Picture
from standex.model.site import OperatingPoint
from standex.model.zones import ZONE_INDEX


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NeedScheduler:
    """Satisfies the ``Scheduler`` port; gives hints, and no tasks while no sensor takes any.

    Attributes:
        point: the site's operating point.
    """

    point: OperatingPoint

    def __call__(self, picture: Picture, /) -> tuple[Hints, tuple[Task, ...]]:
        """Return where the confirmed people are expected, and how much a look would help.

        The need of a look is what is uncovered, or how undecided the posterior is, whichever is
        more; it falls with the number of looks already had, so that a crowd is shared fairly.
        """
        tracks = picture.tracks
        rows = np.flatnonzero(tracks.is_confirmed)
        need = self._needs([picture.passages.get(t) for t in tracks.track_id[rows].tolist()])
        spread = np.sqrt(np.maximum(tracks.covariance[rows, 0, 0], tracks.covariance[rows, 1, 1]))
        hints = Hints(
            t_utc_ns=tracks.t_utc_ns,
            position_site_m=tracks.mean[rows, :2],
            velocity_site_m_per_s=tracks.mean[rows, 2:],
            spread_m=spread,
            need=need,
        )
        return hints, ()

    def _needs(self, people: list[Passage | None]) -> Float[np.ndarray, " n"]:
        need = np.ones(len(people))
        wanted = [ZONE_INDEX[zone] for zone in self.point.wanted_zones]
        rows = [row for row, passage in enumerate(people) if passage is not None]
        known = [passage for passage in people if passage is not None]
        if not known:
            return need
        covered = np.stack([passage.covered for passage in known])[:, wanted].min(axis=1)
        p = np.array([passage.verdict.p_threat for passage in known])
        n_looks = np.array([len({e.look_id for e in passage.entries}) for passage in known])
        undone = np.maximum(1 - covered, 4 * p * (1 - p)) / (1 + 0.5 * n_looks)
        has_alarmed = [passage.verdict.outcome is Outcome.ALARM for passage in known]
        # Where something is not a number, nothing is known yet.
        need[rows] = np.where(has_alarmed, 0.1, np.nan_to_num(undone, nan=1.0))
        return need
