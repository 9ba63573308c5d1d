"""Whose vapour a look at drifting air was, by truth: what a vapour calibration learns from."""

from typing import Any

import numpy as np

from standex.fusion.drift import drift_weights
from standex.model.observation import DriftFootprint
from standex.model.tracks import Snapshot

STEP_S = 0.5
SURE = 0.3  # P(contributed) from which a source is taken for what was smelled
UNSURE = 0.05  # below it nobody smelled it; between the two there is no right answer


def smelled(footprint: DriftFootprint, scene: Any, *, t_utc_ns: int) -> tuple[int, str] | None:
    """Return who a look at an inlet most probably was of, and of which class.

    Of those who may have contributed and carry something that evaporates, the likeliest; where
    nobody with a residue can have, the likeliest contributor and ``nothing``. This is the reading
    that ``fusion.drift.shared`` gives a look: it shows one of the sources, or clean people.

    Args:
        footprint: of the look.
        scene: of the twin, with its truth.
        t_utc_ns: of the look.

    Returns:
        Person and item class; None where nobody was there or the truth has no single answer.
    """
    person, weight = drift_weights(footprint, _ways(footprint, scene, t_utc_ns), t_utc_ns=t_utc_ns)
    if not len(person) or weight.max() < UNSURE:
        return None
    best: tuple[float, int, str] | None = None
    for who, share in zip(person.tolist(), weight.tolist(), strict=True):
        item = scene.truth.of(who)
        if item is None or not item.residue:
            continue
        if best is None or share > best[0]:
            best = (share, who, item.item_class)
    if best is None or best[0] < UNSURE:
        return int(person[np.argmax(weight)]), "nothing"
    return None if best[0] < SURE else best[1:]


def _ways(footprint: DriftFootprint, scene: Any, t_utc_ns: int) -> tuple[Snapshot, ...]:
    """Return where everybody was, by truth, as far back as the footprint reaches."""
    past: list[Snapshot] = []
    for back_s in np.arange(float(footprint.age_s[-1]), -STEP_S / 2, -STEP_S).tolist():
        at_ns = t_utc_ns - round(back_s * 1e9)
        if at_ns < scene.start_utc_ns:
            continue
        now = scene.at(at_ns)
        n = len(now.person)
        past.append(
            Snapshot(
                t_utc_ns=at_ns,
                track_id=now.person.astype(np.int64),
                position_site_m=now.position_site_m,
                velocity_site_m_per_s=now.velocity_site_m_per_s,
                covariance_site_m2=np.zeros((n, 2, 2)),
            )
        )
    return tuple(past)
