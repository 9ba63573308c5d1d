"""Scores of looks at known people, kept to be drawn from: the memory of a surrogate.

A surrogate of a sensor keeps who was in reach of it, and draws what it scored from people of runs
at raw level who carried the like. Everything in a bank is simulated, and so is what is drawn from
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.zones import ZONE_INDEX, BodyZone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SensorBank:
    """Chances that sensors of one kind had to look, one a row, by person, then time.

    Attributes:
        score_names: of the features.
        zones: that such a sensor looks at.
        person: row of the bank's people.
        x_m: how far ahead of the sensor the person was.
        is_hidden: whether others were in the way, by the rules of the surrogate. The sensor may
            have looked all the same: it goes by where people are taken to be.
        score: NaN where a zone was not looked at.
        share: of the sensor's chance of detection that it stated; 0 where it did not look.
        spread: standard deviation of each feature of each zone, over all looks.
    """

    score_names: tuple[str, ...]
    zones: tuple[BodyZone, ...]
    person: Int[np.ndarray, " rows"]
    x_m: Float[np.ndarray, " rows"]
    is_hidden: Bool[np.ndarray, " rows"]
    score: Float[np.ndarray, "rows zones features"]
    share: Float[np.ndarray, "rows zones"]
    spread: Float[np.ndarray, "zones features"]

    def __post_init__(self) -> None:
        if np.any(np.diff(self.person) < 0):
            raise ValueError("rows must be sorted by person")
        is_seen = ~np.isnan(self.score).all(axis=2)
        if not np.isfinite(self.score[is_seen]).all() or not np.isfinite(self.x_m).all():
            raise ValueError("a score of a zone that was looked at is not finite, or a place is")
        if not (np.isfinite(self.spread).all() and np.all(self.spread >= 0)):
            raise ValueError("a spread is not finite, or negative")
        if not (np.all(self.share >= 0) and np.all(self.share <= 1)):
            raise ValueError("shares must be from 0 to 1")

    def of(self, person: int, *, is_hidden: bool) -> Int[np.ndarray, " some"]:
        """Return the rows of a person in whose way others were, or nobody was."""
        low, high = np.searchsorted(self.person, [person, person + 1])
        return int(low) + np.flatnonzero(self.is_hidden[low:high] == is_hidden)

    def chances(self, n_people: int, *, is_hidden: bool) -> Int[np.ndarray, " people"]:
        """Return how many such rows each person has."""
        return np.bincount(self.person[self.is_hidden == is_hidden], minlength=n_people)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreBank:
    """What sensors of a site saw of the same people.

    Attributes:
        bank_id: name and version.
        provenance: what it was made from, in words.
        item_class: carried by each person, or ``nothing``.
        item_zone: where, as a row of ``ZONES``; -1 of who carried nothing.
        sensors: by kind of the calibration that their scores need.
    """

    bank_id: str
    provenance: str
    item_class: tuple[str, ...]
    item_zone: Int[np.ndarray, " people"]
    sensors: Mapping[str, SensorBank]

    def like(self, item_class: str, zone: BodyZone | None) -> Int[np.ndarray, " some"]:
        """Return the people who carried a thing of a class at a place.

        A thing of a kind or at a place that nobody of the bank had changes nothing that its
        sensors see: whoever has it is like those who carry nothing.
        """
        classes = np.array(self.item_class)
        if zone is not None:
            found = (classes == item_class) & (self.item_zone == ZONE_INDEX[zone])
            if found.any():
                return np.flatnonzero(found)
        return np.flatnonzero(classes == "nothing")
