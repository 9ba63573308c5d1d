"""What each sensor alone said of one person: a figure for charts, and nothing that stays with them.

The figure is the natural logarithm of the factor by which the sensor's own looks, taken together,
change the odds of a threat: above zero it spoke for one, below it against. Looks are joined as in
the ledger, so that many alike looks of one sensor count as the few that they are worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from standex.fusion.ledger import log_posterior
from standex.model.calibration import Calibration
from standex.model.observation import HealthState
from standex.model.picture import Passage, Picture
from standex.model.site import Site

_LEAST_P = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSay:
    """What one sensor alone said of one person.

    Attributes:
        sensor_id: who looked, or could have.
        calibration_id: version of its calibration then.
        has_looked: whether it looked; one that looks by itself and did not has missed.
        log_factor: natural log of what its looks multiplied the odds of a threat by; 0 for none.
    """

    sensor_id: str
    calibration_id: str
    has_looked: bool
    log_factor: float


@final
class SensorSays:
    """Takes a ledger apart by sensor; keeps nothing."""

    def __init__(self, site: Site, calibrations: Mapping[str, Calibration]) -> None:
        """Make it for the sensors of a site that judge at all.

        Args:
            site: whose sensors, priors and item classes.
            calibrations: by the names that sensors use; a sensor without one is left out.
        """
        self._log_prior = site.log_prior()
        self._zone_share = site.zone_share
        self._items = site.items
        self._prior_odds = self._log_odds(self._log_prior)
        self._calibration_of = {
            spec.sensor_id: calibrations[spec.calibration].calibration_id
            for spec in site.sensors
            if spec.calibration in calibrations
        }
        self._tasked = {spec.sensor_id for spec in site.sensors if spec.tasks is not None}

    def looked(self, passage: Passage) -> tuple[SensorSay, ...]:
        """Return what each sensor said whose looks at this person count, by name."""
        named = {entry.sensor_id for entry in passage.entries if entry.counts}
        return tuple(
            SensorSay(
                sensor_id=name,
                calibration_id=self._calibration_of[name],
                has_looked=True,
                log_factor=self._log_factor(passage, name),
            )
            for name in sorted(named & self._calibration_of.keys())
        )

    def of(self, passage: Passage, picture: Picture) -> tuple[SensorSay, ...]:
        """Return the same, and who looks by itself, works, and did not look."""
        found = self.looked(passage)
        known = {one.sensor_id for one in found} | self._tasked
        silent = (
            SensorSay(sensor_id=name, calibration_id=of, has_looked=False, log_factor=0.0)
            for name, of in self._calibration_of.items()
            if name not in known and _works(picture, name)
        )
        return tuple(sorted((*found, *silent), key=lambda one: one.sensor_id))

    def _log_factor(self, passage: Passage, sensor_id: str) -> float:
        own = tuple(entry for entry in passage.entries if entry.sensor_id == sensor_id)
        said = log_posterior(own, self._log_prior, self._zone_share)
        return self._log_odds(said) - self._prior_odds

    def _log_odds(self, posterior: np.ndarray) -> float:
        p, _ = self._items.p_threat(posterior)
        return float(np.log(max(p, _LEAST_P)) - np.log(max(1 - p, _LEAST_P)))


def _works(picture: Picture, sensor_id: str) -> bool:
    """Return whether a sensor has not failed: that is told elsewhere, and is no missed object."""
    health = picture.health.get(sensor_id)
    return health is not None and health.state is not HealthState.FAILED
