"""From scores of passages through imaging panels to a calibration, and to figures with intervals."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from standex.evaluation.calibrate import Samples, calibrate
from standex.evaluation.panel_passages import PassageScores
from standex.evaluation.rates import Rate, rate
from standex.model.calibration import Calibration, Origin
from standex.sensing.microwave.panel_evidence import KIND

CLASSES = ("nothing", "benign_metal", "benign_dielectric", "threat_dielectric", "threat_metal")
VALID_FOR_S = 10 * 365.25 * 86_400  # the twin does not age


def calibration_of(
    passages: Sequence[PassageScores], *, name: str, provenance: str, made_utc_ns: int
) -> Calibration:
    """Return the calibration of one array from passages with known truth.

    Raises:
        ValueError: nobody was looked at, or a class has too few passages.
    """
    rows = [
        (number, zone, score, one)
        for number, one in enumerate(passages)
        for zone, score in one.scores.items()
    ]
    if not rows:
        raise ValueError("nobody was looked at")
    held = [
        CLASSES.index(one.item_class) if one.zone == zone else 0 for _, zone, _, one in rows
    ]
    keys = [f"{number}:{zone}" for number, zone, _, _ in rows]
    _, passage = np.unique(np.array(keys), return_inverse=True)
    samples = Samples(
        score=np.array([score for _, _, score, _ in rows]),
        class_row=np.array(held, dtype=np.int64),
        passage=passage.reshape(-1).astype(np.int64),
    )
    return calibrate(
        samples,
        calibration_id=f"{name}-{made_utc_ns // 1_000_000_000}",
        sensor_kind=KIND,
        feature_names=rows[0][3].score_names,
        class_names=CLASSES,
        origin=Origin.SIMULATED,
        made_utc_ns=made_utc_ns,
        valid_for_s=VALID_FOR_S,
        provenance=provenance,
        rng=np.random.default_rng(0),
    )


def llr_of(
    passages: Sequence[PassageScores], calibration: Calibration
) -> Float[np.ndarray, " n"]:
    """Return the log-likelihood ratio of each passage: dielectric threat to nothing threatening.

    The largest over the zones looked at; of a passage that was not looked at, minus infinity.
    Both sides weigh their classes equally, and so does the threat: a slab on the body.
    """
    names = calibration.class_names
    is_threat = np.array([name == "threat_dielectric" for name in names])
    is_rest = np.array([not name.startswith("threat") for name in names])
    ratios = np.full(len(passages), -np.inf)
    for row, one in enumerate(passages):
        for score in one.scores.values():
            known = calibration.log_likelihood(np.array([score]))[0]
            ratio = np.log(np.exp(known[is_threat]).mean()) - np.log(np.exp(known[is_rest]).mean())
            ratios[row] = max(ratios[row], float(ratio))
    return ratios


def rates_at(
    passages: Sequence[PassageScores], llr: Float[np.ndarray, " n"], threshold: float
) -> tuple[Rate, ...]:
    """Return the share of passages that alarm, by what was carried; not seen is not alarmed."""
    kinds = {
        "PD per passage, reference object": ("reference",),
        "PD per passage, metal plate": ("metal_plate",),
        "PFA per passage, nothing carried": (None,),
        "PFA per passage, benign metal": ("telephone", "keys"),
        "PFA per passage, benign dielectric": ("wallet", "bottle", "book"),
    }
    found: list[Rate] = []
    for name, things in kinds.items():
        rows = np.array([one.thing in things for one in passages], dtype=np.bool_)
        if rows.any():
            found.append(rate(name, int(np.sum(llr[rows] >= threshold)), int(rows.sum())))
    unseen = sum(not one.scores for one in passages)
    found.append(rate("not screened, per passage", unseen, len(passages)))
    return tuple(found)
