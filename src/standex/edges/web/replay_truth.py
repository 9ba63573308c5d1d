"""What is known of the people of a recording: who carried what, joined by where they were.

Truth is known of the twin, of trials and of volunteers, and stands in a file of its own beside the
recording: ``NAME.truth.json``, or ``truth.json`` for all in a folder. The station never reads it.
What is told of somebody is the class of what they carried, and nothing that says who they are.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any, final

import numpy as np

from standex.edges.trial_files import FORMAT as TRIAL_FORMAT
from standex.edges.truth_file import KnownTruth, read_truth
from standex.evaluation.whose import nearest_person
from standex.model.errors import StandexError
from standex.model.picture import Picture
from standex.model.site import Site
from standex.twin.scene import Scene

NOTHING = "nothing"
EVERY_S = 0.5  # a person is held against the truth so often
LEAST_SHARE = 0.5  # of those times at which one person must have been the nearest
LEAST_TIMES = 2


class DamagedTruthError(StandexError):
    """A truth lies beside the recording and cannot be used; says why."""


@final
class ReplayTruth:
    """Finds out who of the truth each track number was."""

    def __init__(self, known: KnownTruth, site: Site, *, started_utc_ns: int) -> None:
        """Start with nobody.

        Args:
            known: the truth.
            site: whose item classes say what a threat is.
            started_utc_ns: of the recording; where the ways begin, unless they say it themselves.
        """
        start_utc_ns = known.start_utc_ns or started_utc_ns
        self._known = known
        self._scene = Scene(
            trajectories=known.trajectories, truth=known.truth, start_utc_ns=start_utc_ns
        )
        classes = zip(site.items.names, site.items.is_threat.tolist(), strict=True)
        self._is_threat = dict(classes)
        self._nearest: dict[int, Counter[int | None]] = {}
        self._due_utc_ns = 0

    def take(self, picture: Picture) -> None:
        """Hold everybody who is there against where people were; now and then is enough."""
        tracks = picture.tracks
        if tracks.t_utc_ns < self._due_utc_ns:
            return
        self._due_utc_ns = tracks.t_utc_ns + round(EVERY_S * 1e9)
        now = self._scene.at(tracks.t_utc_ns)
        for row in np.flatnonzero(tracks.is_present):
            who = nearest_person(now, tracks.mean[row, :2])
            self._nearest.setdefault(int(tracks.track_id[row]), Counter())[who] += 1

    def of(self, track_id: int) -> dict[str, Any]:
        """Return ``carried`` and ``is_threat`` of somebody; nothing where it is not known."""
        times = self._nearest.get(track_id, Counter())
        (who, n), *_ = times.most_common(1) or [(None, 0)]
        if who is None or n < LEAST_TIMES or n < LEAST_SHARE * times.total():
            return {}
        item = self._known.truth.of(who)
        carried = NOTHING if item is None else item.item_class
        return {"carried": carried, "is_threat": bool(self._is_threat.get(carried, False))}


def truth_beside(recording: Path, site: Site, *, started_utc_ns: int) -> ReplayTruth | None:
    """Return the truth about a recording, or None where none is known.

    That of a trial which is still sealed is taken for none: not even that it lies there is told.

    Raises:
        DamagedTruthError: there is one that cannot be used.
    """
    for name in (f"{recording.stem}.truth.json", "truth.json"):
        path = recording.with_name(name)
        if path.is_file() and not _is_sealed(path):
            try:
                return ReplayTruth(read_truth(path), site, started_utc_ns=started_utc_ns)
            except (StandexError, ValueError) as error:
                # Where things lie on this computer is nothing for a page.
                words = str(error).replace(f"{path.parent}{os.sep}", "")
                raise DamagedTruthError(words) from error
    return None


def _is_sealed(path: Path) -> bool:
    """Return whether a file is the truth of a blind trial, going by its form."""
    try:
        said = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("format") == TRIAL_FORMAT  # pyright: ignore[reportUnknownMemberType]
