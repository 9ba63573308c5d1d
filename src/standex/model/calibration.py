"""From scores to likelihoods: a versioned value, with how far it may be believed."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float


class Origin(StrEnum):
    """Where the known passages behind a calibration came from."""

    SIMULATED = "simulated"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """Multinomial logistic map from features to log-likelihoods, bounded by its evidence.

    With z = (score - center) / scale and phi = (1, z, z^2), the log-likelihood of class c is
    ``weights[c] . phi`` up to a constant that all classes share (the class frequencies of the
    known passages are divided out when the weights are fitted). Differences between classes are
    bounded to +-``bound``: so many passages cannot support a larger likelihood ratio
    (Vergeer et al., Science & Justice 56 (2016) 482).

    Attributes:
        calibration_id: name and version.
        sensor_kind: the record kind it belongs to.
        origin: simulated or measured; a simulated one counts in a live site only in exercise mode.
        made_utc_ns: when.
        expires_utc_ns: from then on the sensor is not calibrated.
        provenance: what it was made from, in words.
        feature_names: order of the scores.
        class_names: order of the classes.
        center: of each feature.
        scale: of each feature.
        clip: features are kept within +-clip scales, so nothing is extrapolated.
        weights: per class, constant first, then linear, then quadratic terms.
        bound: largest difference of log-likelihoods between two classes.
        cllr: log-likelihood-ratio cost of threat against no threat on passages held back, in bits.
        correlation: between two looks at the same person, estimated on the same passages.
        n_passages_per_class: how many known passages it rests on.
        p_detect: P(threat is scored above nothing) for the reference object, on passages held back.
    """

    calibration_id: str
    sensor_kind: str
    origin: Origin
    made_utc_ns: int
    expires_utc_ns: int
    provenance: str
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    center: Float[np.ndarray, " features"]
    scale: Float[np.ndarray, " features"]
    clip: float
    weights: Float[np.ndarray, "classes terms"]
    bound: float
    cllr: float
    correlation: float
    n_passages_per_class: dict[str, int]
    p_detect: float

    def log_likelihood(
        self, score: Float[np.ndarray, "n features"]
    ) -> Float[np.ndarray, "n classes"]:
        """Return log-likelihoods per class, the largest of each row at zero.

        Raises:
            ValueError: a score is not finite.
        """
        if not np.isfinite(score).all():
            raise ValueError(f"{np.sum(~np.isfinite(score))} of {score.size} scores are not finite")
        logit = quadratic_terms(score, self.center, self.scale, self.clip) @ self.weights.T
        logit = logit - logit.max(axis=1, keepdims=True)
        return np.maximum(logit, -self.bound)


def quadratic_terms(
    score: Float[np.ndarray, "n features"],
    center: Float[np.ndarray, " features"],
    scale: Float[np.ndarray, " features"],
    clip: float,
) -> Float[np.ndarray, "n terms"]:
    """Return (1, z, z^2) of each row, z the clipped standardised features."""
    z = np.clip((score - center) / scale, -clip, clip)
    return np.concatenate([np.ones((len(z), 1)), z, z**2], axis=1)
