"""Item classes: what can be in a body zone, as far as this site distinguishes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

DEFAULT_CLASSES = (
    "nothing",
    "benign_metal",
    "benign_dielectric",
    "benign_residue",
    "threat_dielectric",
    "threat_metal",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemClasses:
    """The classes of a site, in the order of every log-likelihood in it.

    Attributes:
        names: unique; the first is ``nothing``.
        prior_per_person: P(a person carries an item of this class), for each class but
            ``nothing``; from the joint threat assessment of the site.
    """

    names: tuple[str, ...] = DEFAULT_CLASSES
    prior_per_person: tuple[float, ...] = (0.5, 0.3, 0.01, 1e-6, 1e-6)

    def __post_init__(self) -> None:
        if (
            len(self.names) < 2
            or self.names[0] != "nothing"
            or len(set(self.names)) != len(self.names)
        ):
            raise ValueError(
                f"item classes must be unique and start with 'nothing', got {self.names}"
            )
        if len(self.prior_per_person) != len(self.names) - 1:
            raise ValueError(
                f"{len(self.names) - 1} priors wanted (all classes but 'nothing'), "
                f"got {len(self.prior_per_person)}"
            )
        if not all(0 < p < 1 for p in self.prior_per_person):
            raise ValueError(f"priors must be inside (0, 1), got {self.prior_per_person}")

    @property
    def is_threat(self) -> Bool[np.ndarray, " classes"]:
        """True for the classes that an alarm is about."""
        return np.array([name.startswith("threat") for name in self.names])

    def log_prior(
        self, zone_share: Float[np.ndarray, " zones"]
    ) -> Float[np.ndarray, "zones classes"]:
        """Return the log prior of each class in each zone.

        The prior of the person is split over the zones: an item of a class, if carried, is in
        zone z with probability ``zone_share[z]``, so P(class in z) = share_z * prior.

        Args:
            zone_share: non-negative, sums to one.

        Raises:
            ValueError: the shares do not sum to one, or what is left for ``nothing`` in a zone
                is not positive.
        """
        if np.any(zone_share < 0) or not np.isclose(zone_share.sum(), 1.0):
            raise ValueError(f"zone shares must be >= 0 and sum to 1, got {zone_share}")
        carried = zone_share[:, None] * np.asarray(self.prior_per_person)[None, :]
        nothing = 1.0 - carried.sum(axis=1, keepdims=True)
        if np.any(nothing <= 0):
            raise ValueError("priors leave nothing for 'nothing' in a zone; lower them")
        with np.errstate(divide="ignore"):
            return np.log(np.maximum(np.concatenate([nothing, carried], axis=1), 1e-300))

    def p_threat(self, log_posterior: Float[np.ndarray, "zones classes"]) -> tuple[float, int]:
        """Return P(a threat item in any zone), and the row of the likeliest zone."""
        p, row = self.p_threat_each(log_posterior[None])
        return float(p[0]), int(row[0])

    def p_threat_each(
        self, log_posterior: Float[np.ndarray, "n zones classes"]
    ) -> tuple[Float[np.ndarray, " n"], Int[np.ndarray, " n"]]:
        """Return, for each person, P(a threat item in any zone) and the row of the likeliest zone.

        Zones are independent given the evidence, so a person is clean only if every zone is.
        """
        by_zone = np.exp(log_posterior[:, :, self.is_threat]).sum(axis=2)
        clean = np.log1p(-np.minimum(by_zone, 1 - 1e-15)).sum(axis=1)
        return -np.expm1(clean), np.argmax(by_zone, axis=1)
