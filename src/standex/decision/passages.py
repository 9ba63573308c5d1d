"""Who is on the way through the site: passages begin, move on, and end with their tracks."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from standex.model.picture import Outcome, Passage, Tracks, Verdict
from standex.model.site import Line, LineRole, Site
from standex.model.zones import ZONES


def new_passage(
    track_id: int,
    *,
    t_utc_ns: int,
    position_site_m: Float[np.ndarray, " 2"],
    velocity_site_m_per_s: Float[np.ndarray, " 2"],
    log_prior: Float[np.ndarray, "zones classes"],
) -> Passage:
    """Return the passage of somebody who has just been confirmed: nothing known, nothing covered."""
    return Passage(
        track_id=track_id,
        first_utc_ns=t_utc_ns,
        last_utc_ns=t_utc_ns,
        position_site_m=position_site_m,
        velocity_site_m_per_s=velocity_site_m_per_s,
        is_past_screening=False,
        covered=np.zeros(len(ZONES)),
        entries=(),
        log_posterior=log_prior,
        verdict=Verdict(
            outcome=Outcome.PENDING, p_threat=0.0, zone=None, coverage=0.0, reason="just arrived"
        ),
    )


def follow(
    passages: Mapping[int, Passage],
    tracks: Tracks,
    *,
    site: Site,
    log_prior: Float[np.ndarray, "zones classes"],
) -> dict[int, Passage]:
    """Return the passages after the tracks have moved; those without a track stay as they were."""
    screened = [line for line in site.lines if line.role is LineRole.SCREENED]
    moved = dict(passages)
    for row in np.flatnonzero(tracks.is_confirmed):
        track_id = int(tracks.track_id[row])
        position, velocity = tracks.mean[row, :2], tracks.mean[row, 2:]
        passage = moved.get(track_id)
        if passage is None:
            passage = new_passage(
                track_id,
                t_utc_ns=tracks.t_utc_ns,
                position_site_m=position,
                velocity_site_m_per_s=velocity,
                log_prior=log_prior,
            )
        past = passage.is_past_screening or any(
            crossed(line, passage.position_site_m, position) for line in screened
        )
        moved[track_id] = replace(
            passage,
            last_utc_ns=int(tracks.last_seen_utc_ns[row]),
            position_site_m=position,
            velocity_site_m_per_s=velocity,
            is_past_screening=past,
        )
    return moved


def crossed(
    line: Line, before_m: Float[np.ndarray, " 2"], after_m: Float[np.ndarray, " 2"]
) -> bool:
    """Return whether a step went over the line in its forward direction."""
    both = np.stack([before_m, after_m])
    beyond = line.beyond_m(both)
    return bool(beyond[0] < 0 <= beyond[1] and line.spans(both).any())


def seconds_in_reach(passage: Passage, site: Site) -> float:
    """Return the time until the person crosses an exit line, or -1 when none lies ahead."""
    soonest = -1.0
    for line in site.lines:
        if line.role is not LineRole.EXIT:
            continue
        step = np.stack([passage.position_site_m, passage.position_site_m + passage.velocity_site_m_per_s])
        beyond = line.beyond_m(step)
        speed = float(beyond[1] - beyond[0])
        if beyond[0] < 0 and speed > 0.05:
            left = float(-beyond[0]) / speed
            soonest = left if soonest < 0 else min(soonest, left)
    return soonest
