"""All figures of a tracker on one run: places, identities, switches per person and minute."""

from dataclasses import dataclass

import numpy as np

from standex.evaluation.tracking_gospa import CUTOFF_M, PlaceErrors, place_errors
from standex.evaluation.tracking_library import GATE_M, IdentityFigures, identity_figures
from standex.evaluation.tracking_scans import Whereabouts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackingFigures:
    """What one run gave.

    Attributes:
        errors: of each scan.
        identity: over all scans; None where the scene is too large for the library.
        n_people: different ones.
        n_tracks: different numbers reported.
        person_minutes: for how long people were there, all together.
    """

    errors: PlaceErrors
    identity: IdentityFigures | None
    n_people: int
    n_tracks: int
    person_minutes: float

    @property
    def switches_per_person_minute(self) -> float | None:
        """Return how often a person's track changes while they are there for a minute."""
        if self.identity is None:
            return None
        return self.identity.switches / max(self.person_minutes, 1e-12)

    def values(self) -> dict[str, float | None]:
        """Return the figures by name; those of scans as their mean over scans."""
        errors, identity = self.errors, self.identity
        return {
            "ospa_m": float(errors.ospa_m.mean()),
            "gospa_m": float(errors.gospa_m.mean()),
            "rmse_m": float(errors.rmse_m.mean()),
            "missed_per_scan": float(errors.n_missed.mean()),
            "false_per_scan": float(errors.n_false.mean()),
            "mota": None if identity is None else identity.mota,
            "idf1": None if identity is None else identity.idf1,
            "hota": None if identity is None else identity.hota,
            "switches": None if identity is None else identity.switches,
            "switches_per_person_minute": self.switches_per_person_minute,
            "people": self.n_people,
            "tracks": self.n_tracks,
        }


def tracking_figures(
    truth: Whereabouts,
    report: Whereabouts,
    *,
    skip: int = 0,
    cutoff_m: float = CUTOFF_M,
    gate_m: float = GATE_M,
) -> TrackingFigures:
    """Hold a tracker's report against the truth.

    Args:
        truth: who was where.
        report: of the same scans, as a user would see it.
        skip: scans left out at the start, in which a crowd is picked up.
        cutoff_m: of OSPA and GOSPA.
        gate_m: of CLEAR-MOT and identity figures.

    Raises:
        StandexError: TrackEval is not installed.
        ValueError: the scans differ, or none is left, or nobody is in them.
    """
    if not 0 <= skip < len(truth.t_utc_ns):
        raise ValueError(f"skip must be inside 0..{len(truth.t_utc_ns) - 1}, got {skip}")
    identity = identity_figures(truth, report, skip=skip, gate_m=gate_m)
    truth, report = truth.cut(skip), report.cut(skip)
    n_scans = len(truth.t_utc_ns)
    lasts_s = float(truth.t_utc_ns[-1] - truth.t_utc_ns[0]) * 1e-9
    return TrackingFigures(
        errors=place_errors(truth, report, cutoff_m=cutoff_m),
        identity=identity,
        n_people=len(np.unique(truth.who)),
        n_tracks=len(np.unique(report.who)),
        # A scan stands for the time to the next.
        person_minutes=len(truth.who) * lasts_s / max(n_scans - 1, 1) / 60,
    )
