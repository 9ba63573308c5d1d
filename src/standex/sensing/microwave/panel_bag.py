"""A bag on somebody's back, looked through from panel to panel as they walk by.

Frames are kept while lines between the panels pass behind the person's back, as far as a bag is
deep; when the last of them has passed, a straight way is laid through the places of the track and
the bag is refocused on the plane that went with the person (``transmission``). Per place: the loss,
and the mean extra path of what does come through. What is told:

* loss and extra path over the bag: something light that fills it, or nothing;
* dark places, where little comes through at all: metal, water, or a slab seen edge on;
* the extra path integrated over the bag, (n - 1) times the volume that the lines go through: a
  proxy of mass, of all that is in the bag together; and where it is most above the rest.

What is not: straps, what hangs lower than the back or hides behind the person's arms, bags worn in
front or carried in a hand, and what lies so near to the back that the body's shadow covers it. The
looks have no calibration: they are shown and weigh nothing, and no bag counts as covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import uniform_filter

from standex.model.observation import Evidence, GaussianFootprint, Patch
from standex.model.site import SensorSpec
from standex.model.zones import BodyZone
from standex.sensing.microwave.sweep import Sweep
from standex.sensing.microwave.transmission import (
    EXTRA_M,
    Frame,
    Shares,
    Through,
    across_pairs,
    crossings_m,
    refocused,
)

BEHIND_M = np.arange(0.14, 0.2801, 0.02)  # behind the middle of a person: the back is at 0.12
UP_M = np.arange(0.94, 1.4601, 0.04)
LEAST_LEVEL, LEAST_RAYS = 0.3, 40  # of lines behind the back, for a frame to be of use
SAME_PERSON_M = 0.40
OPEN_FOR_S = 0.4  # a look that no frame was added to for so long is closed
LEAST_SHOWN = 0.5  # of the places: a bag that was seen by less is not told
DARK_DB = 20.0  # places that lose more let nothing through that could be measured
FLOOR_DB = 30.0
PATCH = 3  # places each way that are one place: 60 by 120 mm
BAG_DB = 2.0  # of mean loss, and
BAG_M = 0.004  # of mean extra path: less than either is nobody's bag
PLACE_SIGMA_M = 0.10
GHOSTS_PER_M2 = 0.02
SCORES = (
    "bag_excess_m",
    "bag_excess_volume_m3",
    "bag_loss_db",
    "bag_dark_m2",
    "bag_local_excess_m",
    "bag_local_loss_db",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BagFrame:
    """One sweep with lines behind somebody's back.

    Attributes:
        t_utc_ns: when.
        place_m: of the person by the track, sensor frame.
        velocity_m_per_s: likewise.
        through: what came through.
    """

    t_utc_ns: int
    place_m: Float[np.ndarray, " 2"]
    velocity_m_per_s: Float[np.ndarray, " 2"]
    through: Through


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BagLook:
    """Frames of one person so far, in order of time; at least one."""

    frames: tuple[BagFrame, ...]

    @property
    def t_last_utc_ns(self) -> int:
        """Return the time of the last frame."""
        return self.frames[-1].t_utc_ns

    def at(self, t_utc_ns: int) -> Float[np.ndarray, " 2"]:
        """Return where the person should be, sensor frame."""
        last = self.frames[-1]
        return last.place_m + (t_utc_ns - last.t_utc_ns) * 1e-9 * last.velocity_m_per_s


def has_lines_behind(
    sweep: Sweep, place_m: Float[np.ndarray, " 2"], ahead: Float[np.ndarray, " 2"]
) -> bool:
    """Return whether lines between the panels pass where a bag would be on somebody's back."""
    t, r = np.nonzero(across_pairs(sweep))
    cross, level = crossings_m(sweep.tx_position_m[t], sweep.rx_position_m[r], place_m, ahead)
    behind, up = cross.T
    inside = (behind > BEHIND_M[0]) & (behind < BEHIND_M[-1]) & (up > UP_M[0]) & (up < UP_M[-1])
    return int(np.sum(inside & (level > LEAST_LEVEL))) >= LEAST_RAYS


def with_frame(looks: tuple[BagLook, ...], frame: BagFrame) -> tuple[BagLook, ...]:
    """Return the looks with one more frame in the one of the same person, or in a new one."""
    away = [float(np.hypot(*(look.at(frame.t_utc_ns) - frame.place_m))) for look in looks]
    best = int(np.argmin(away)) if away else -1
    if best < 0 or away[best] > SAME_PERSON_M:
        return (*looks, BagLook(frames=(frame,)))
    longer = BagLook(frames=(*looks[best].frames, frame))
    return (*looks[:best], longer, *looks[best + 1 :])


def still_open(
    looks: tuple[BagLook, ...], t_utc_ns: int
) -> tuple[tuple[BagLook, ...], tuple[BagLook, ...]]:
    """Return the looks that may get another frame, and those that are closed."""
    waits = [(t_utc_ns - look.t_last_utc_ns) * 1e-9 < OPEN_FOR_S for look in looks]
    pairs = list(zip(looks, waits, strict=True))
    return tuple(one for one, wait in pairs if wait), tuple(one for one, wait in pairs if not wait)


def bag_shares(look: BagLook) -> Shares:
    """Return what comes through behind the back, on a straight way through the track's places."""
    t = np.array([(one.t_utc_ns - look.frames[0].t_utc_ns) * 1e-9 for one in look.frames])
    place = np.stack([one.place_m for one in look.frames])
    velocity = np.stack([one.velocity_m_per_s for one in look.frames]).mean(axis=0)
    # The track's velocity is known better than a few places of it tell.
    middle = (place - t[:, None] * velocity).mean(axis=0)
    ahead = velocity / np.hypot(*velocity)
    frames = [
        Frame(through=one.through, place_m=middle + dt * velocity, ahead=ahead)
        for one, dt in zip(look.frames, t, strict=True)
    ]
    return refocused(frames, behind_m=BEHIND_M, up_m=UP_M)


def bag_scores(shares: Shares) -> Float[np.ndarray, " scores"] | None:
    """Return ``SCORES``; None where too little of the place of a bag was seen."""
    loss, excess = loss_and_excess(shares)
    shown = np.isfinite(loss)
    if shown.mean() < LEAST_SHOWN:
        return None
    cell_m2 = float((BEHIND_M[1] - BEHIND_M[0]) * (UP_M[1] - UP_M[0]))
    is_clear = shown & (loss < DARK_DB)
    mean_excess = float(excess[is_clear].mean()) if is_clear.any() else 0.0
    return np.array(
        [
            mean_excess,
            float(np.sum(excess[is_clear])) * cell_m2,
            float(loss[shown].mean()),
            float(np.sum(shown & ~is_clear)) * cell_m2,
            _above_rest(_patches(excess, is_clear)),
            _above_rest(_patches(loss, shown)),
        ]
    )


def loss_and_excess(
    shares: Shares,
) -> tuple[Float[np.ndarray, "behind up"], Float[np.ndarray, "behind up"]]:
    """Return the loss in dB and the mean extra path in m of each place; NaN where none was seen."""
    total = shares.power.sum(axis=-1)
    shown = shares.n_frames > 0
    loss = np.full(total.shape, np.nan)
    loss[shown] = np.minimum(-10 * np.log10(total[shown] + 1e-12), FLOOR_DB)
    excess = np.full(total.shape, np.nan)
    excess[shown] = (shares.power @ EXTRA_M)[shown] / np.maximum(total[shown], 1e-12)
    return loss, excess


def bag_evidence(
    look: BagLook, *, spec: SensorSpec, look_id: str, class_names: Sequence[str]
) -> tuple[Evidence, ...]:
    """Return what was seen of a bag, shown without weight; nothing where too little was seen."""
    shares = bag_shares(look)
    score = bag_scores(shares)
    if score is None:
        return ()
    place = spec.site_from_sensor @ np.append(look.frames[-1].place_m, 0.0)
    loss, _ = loss_and_excess(shares)
    return (
        Evidence(
            sensor_id=spec.sensor_id,
            look_id=look_id,
            t_utc_ns=look.t_last_utc_ns,
            t_first_utc_ns=look.frames[0].t_utc_ns,
            t_last_utc_ns=look.t_last_utc_ns,
            footprint=GaussianFootprint(
                position_site_m=place[:2],
                covariance_site_m2=PLACE_SIGMA_M**2 * np.eye(2),
                clutter_per_m2=GHOSTS_PER_M2,
            ),
            zone=BodyZone.BAG,
            log_likelihood=np.zeros(len(class_names)),
            log_clutter=0.0,
            correlation=0.0,
            calibration_id="",
            reason=in_words(score),
            score=dict(zip(SCORES, score.tolist(), strict=True)),
            patch=Patch(
                caption="loss behind the back between the panels, dB; across is behind",
                across_m=BEHIND_M.copy(),
                height_m=UP_M.copy(),
                values=loss.T.copy(),
            ),
        ),
    )


def in_words(score: Float[np.ndarray, " scores"]) -> str:
    """Return what the lines behind the back showed, for the person who reads it."""
    named = dict(zip(SCORES, score.tolist(), strict=True))
    without = "; not calibrated, counts for nothing"
    if named["bag_loss_db"] < BAG_DB and named["bag_excess_m"] < BAG_M:
        return "bag: nothing between the panels behind the back" + without
    dark_cm2 = 1e4 * named["bag_dark_m2"]
    dark = (
        f", {dark_cm2:.0f} cm2 let nothing through (metal-like, water-like, or thick and edge on)"
        if dark_cm2 > 0
        else ""
    )
    return (
        f"bag: {1e3 * named['bag_excess_m']:.0f} mm of extra path and "
        f"{named['bag_loss_db']:.0f} dB of loss behind the back, together "
        f"{1e6 * named['bag_excess_volume_m3']:.0f} cm3{dark}; seen behind the back alone, not "
        f"beside or before the body{without}"
    )


def _above_rest(patches: np.ndarray) -> float:
    """Return by how much the largest patch is above the median one."""
    known = patches[np.isfinite(patches)]
    return float(known.max() - np.median(known)) if len(known) else 0.0


def _patches(value: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return means over patches of the places that count; NaN where none does."""
    n = uniform_filter(counts.astype(float), PATCH, mode="constant")
    total = uniform_filter(np.where(counts, value, 0.0), PATCH, mode="constant")
    return np.where(n > 0.3, total / np.maximum(n, 1e-9), np.nan)
