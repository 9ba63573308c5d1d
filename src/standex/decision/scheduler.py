"""The built-in scheduler: tells every sensor where people are and who needs a look most."""

from dataclasses import dataclass
from typing import final

import numpy as np

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
        need = np.array(
            [self._need(picture.passages.get(int(t))) for t in tracks.track_id[rows]]
        ).reshape(-1)
        spread = np.sqrt(np.maximum(tracks.covariance[rows, 0, 0], tracks.covariance[rows, 1, 1]))
        hints = Hints(
            t_utc_ns=tracks.t_utc_ns,
            position_site_m=tracks.mean[rows, :2],
            velocity_site_m_per_s=tracks.mean[rows, 2:],
            spread_m=spread.reshape(-1),
            need=need,
        )
        return hints, ()

    def _need(self, passage: Passage | None) -> float:
        if passage is None:
            return 1.0
        if passage.verdict.outcome is Outcome.ALARM:
            return 0.1
        wanted = [ZONE_INDEX[zone] for zone in self.point.wanted_zones]
        uncovered = 1 - float(passage.covered[wanted].min())
        p = passage.verdict.p_threat
        n_looks = len({entry.look_id for entry in passage.entries})
        return max(uncovered, 4 * p * (1 - p)) / (1 + 0.5 * n_looks)
