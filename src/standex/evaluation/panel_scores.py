"""From scores of passages through imaging panels to a calibration and figures with intervals."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from standex.evaluation.calibrate import Samples, calibrate
from standex.evaluation.panel_passages import PERSON, Passage, PassageScores, scene_of
from standex.evaluation.rates import Rate, rate
from standex.evaluation.roc import RocPoint, roc
from standex.model.calibration import Calibration, Origin
from standex.sensing.microwave.panel_evidence import KIND
from standex.twin.wardrobe import Thing, draw_outfit

CLASSES = ("nothing", "benign_metal", "benign_dielectric", "threat_dielectric", "threat_metal")
FOLDS = 5
RIDGE = 5.0  # chosen by cross-validation on the passages that calibrate
VALID_FOR_S = 10 * 365.25 * 86_400  # the twin does not age
REFERENCE: Thing = "reference"
MUST_NOT_ALARM: tuple[Thing | None, ...] = (None, "telephone", "keys")
KINDS: dict[str, tuple[Thing | None, ...]] = {
    "PD per passage, reference object": (REFERENCE,),
    "PD per passage, metal plate": ("metal_plate",),
    "PFA per passage, nothing carried": (None,),
    "PFA per passage, benign metal": ("telephone", "keys"),
    "PFA per passage, benign dielectric": ("wallet", "bottle", "book"),
}
CLOSE_M = 0.010  # an outer garment that nowhere stands off further is worn close

Factor = Literal["zone", "clothes", "thickness"]
FACTORS: tuple[Factor, ...] = get_args(Factor)


def calibration_of(
    passages: Sequence[PassageScores], *, name: str, provenance: str, made_utc_ns: int
) -> Calibration:
    """Return the calibration of one array from passages with known truth.

    Each zone that was looked at is a look of its own at what was in that zone; the other zones of
    somebody who carries something hold nothing.

    Args:
        passages: with the scores of one array.
        name: of the calibration; its id has the time of making, too.
        provenance: what it was made from, in words.
        made_utc_ns: when.

    Raises:
        ValueError: nobody was looked at, a class has too few passages, or the passages have
            different scores.
    """
    rows = [
        (number, zone, score, one)
        for number, one in enumerate(passages)
        for zone, score in one.scores.items()
    ]
    if not rows:
        raise ValueError(f"nobody was looked at in {len(passages)} passages")
    names = rows[0][3].score_names
    for _, _, _, one in rows:
        if one.score_names != names:
            raise ValueError(
                f"passage {one.seed} has the scores {one.score_names}, others have {names}"
            )
    held = [CLASSES.index(one.item_class) if one.zone == zone else 0 for _, zone, _, one in rows]
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
        feature_names=names,
        class_names=CLASSES,
        origin=Origin.SIMULATED,
        made_utc_ns=made_utc_ns,
        valid_for_s=VALID_FOR_S,
        provenance=provenance,
        rng=np.random.default_rng(0),
        ridge=RIDGE,
    )


def llr_of(passages: Sequence[PassageScores], calibration: Calibration) -> Float[np.ndarray, " n"]:
    """Return the log-likelihood ratio of each passage: dielectric threat to nothing threatening.

    The largest over the zones looked at; of a passage that was not looked at, minus infinity.
    The classes without a threat weigh the same; a threat of metal is on neither side. The
    calibration's bound is left out: it says how far a ratio may be believed, and passages are only
    ranked here.

    Raises:
        ValueError: the scores are not those of the calibration, or not finite.
    """
    calibration = replace(calibration, bound=np.inf)
    names = calibration.class_names
    is_threat = np.array([name == "threat_dielectric" for name in names])
    is_rest = np.array([not name.startswith("threat") for name in names])
    ratios = np.full(len(passages), -np.inf)
    for row, one in enumerate(passages):
        if one.scores and one.score_names != calibration.feature_names:
            raise ValueError(
                f"passage {one.seed} has the scores {one.score_names}, calibration "
                f"{calibration.calibration_id} is of {calibration.feature_names}"
            )
        for score in one.scores.values():
            known = calibration.log_likelihood(np.array([score]))[0]
            ratio = np.log(np.exp(known[is_threat]).mean()) - np.log(np.exp(known[is_rest]).mean())
            ratios[row] = max(ratios[row], float(ratio))
    return ratios


def held_back_llr(
    stated: Sequence[PassageScores], others: Sequence[PassageScores], *, rng: np.random.Generator
) -> Float[np.ndarray, " n"]:
    """Return :func:`llr_of` of each passage by a calibration that has not seen it.

    Five folds: each is scored by what the other four and ``others`` teach. That uses every passage
    that is there, and no passage speaks for itself.

    Args:
        stated: passages that figures are stated on.
        others: passages that only teach.
        rng: deals out the folds.

    Raises:
        ValueError: as :func:`calibration_of`.

    References:
        Stone, J. R. Stat. Soc. B 36 (1974) 111 (cross-validation).
    """
    fold = rng.integers(FOLDS, size=len(stated))
    llr = np.full(len(stated), -np.inf)
    for k in range(FOLDS):
        rows = np.flatnonzero(fold == k)
        taught = [*others, *(one for one, f in zip(stated, fold, strict=True) if f != k)]
        calibration = calibration_of(taught, name="fold", provenance="", made_utc_ns=0)
        llr[rows] = llr_of([stated[int(row)] for row in rows], calibration)
    return llr


def curve_of(
    passages: Sequence[PassageScores], llr: Float[np.ndarray, " n"]
) -> tuple[RocPoint, ...]:
    """Return the curve of the reference object against passages with nothing or benign metal.

    Args:
        passages: that figures are stated on.
        llr: of each.

    Raises:
        ValueError: there are none of either, or as :func:`roc` says.
    """
    return roc(
        llr[_rows_with(passages, llr, (REFERENCE,))], llr[_rows_with(passages, llr, MUST_NOT_ALARM)]
    )


def rates_at(
    passages: Sequence[PassageScores], llr: Float[np.ndarray, " n"], threshold: float
) -> tuple[Rate, ...]:
    """Return the share of passages that alarm, by what was carried; not seen is not alarmed.

    Kinds that nobody carried are left out; how many were not screened comes last.

    Args:
        passages: that figures are stated on.
        llr: of each; minus infinity of those that were not looked at.
        threshold: from which on a passage alarms.

    Raises:
        ValueError: the threshold or a ratio is NaN, or there is not one ratio for each passage.
    """
    alarms = _alarms(llr, threshold)
    found: list[Rate] = []
    for name, things in KINDS.items():
        rows = _rows_with(passages, llr, things)
        if rows.any():
            found.append(rate(name, int(alarms[rows].sum()), int(rows.sum())))
    unseen = sum(not one.scores for one in passages)
    found.append(rate("not screened, per passage", unseen, len(passages)))
    return tuple(found)


def pd_by(
    passages: Sequence[PassageScores],
    llr: Float[np.ndarray, " n"],
    threshold: float,
    *,
    factor: Factor,
) -> tuple[Rate, ...]:
    """Return the detection of the reference object by one factor, at the pooled threshold.

    Args:
        passages: that figures are stated on.
        llr: of each.
        threshold: from which on a passage alarms; the same in all groups.
        factor: ``zone`` where it was carried, ``clothes`` over it, or its ``thickness``.

    Raises:
        ValueError: as :func:`rates_at`.
    """
    alarms, carries = _alarms(llr, threshold), _rows_with(passages, llr, (REFERENCE,))
    groups: dict[str, list[bool]] = {}
    for one, alarm, is_carrier in zip(passages, alarms, carries, strict=True):
        if is_carrier:
            groups.setdefault(_group_of(one, factor), []).append(bool(alarm))
    return tuple(
        rate(f"PD per passage, reference object, {name}", sum(found), len(found))
        for name, found in sorted(groups.items())
    )


def _group_of(one: PassageScores, factor: Factor) -> str:
    """Return the group of a passage; what is not in its scores is drawn again from its seed."""
    truth = scene_of(Passage(seed=one.seed, thing=one.thing)).truth
    item = truth.of(PERSON)
    if item is None:
        return "nothing"
    if factor == "zone":
        return f"zone {item.zone.value.replace('_', ' ')}"
    if factor == "thickness":
        return f"{1e3 * item.thickness_m:.0f} mm thick"
    # As the twin draws it when it dresses the person.
    outfit = draw_outfit(np.random.default_rng([truth.seed, 5, PERSON]))
    if outfit.outer is None:
        return "under a shirt alone"
    is_close = outfit.outer_gap_m[1] <= CLOSE_M
    return f"under a shirt and something {'close' if is_close else 'loose'} over it"


def _alarms(llr: np.ndarray, threshold: float) -> np.ndarray:
    """Return which passages alarm; NaN compares False, and must not pass for silence."""
    if np.isnan(threshold) or np.isnan(llr).any():
        raise ValueError(
            f"the threshold ({threshold}) and all {len(llr)} ratios must be numbers, "
            f"{np.isnan(llr).sum()} are NaN"
        )
    return (llr >= threshold) & (llr > -np.inf)


def _rows_with(
    passages: Sequence[PassageScores], llr: np.ndarray, things: tuple[Thing | None, ...]
) -> np.ndarray:
    if len(llr) != len(passages):
        raise ValueError(f"{len(llr)} ratios for {len(passages)} passages")
    return np.array([one.thing in things for one in passages], dtype=np.bool_)
