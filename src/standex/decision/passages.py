"""Who is on the way through the site: passages begin, move on, and end with their tracks."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from standex.decision.arrival import Pace, next_lines
from standex.decision.things import is_thing
from standex.model.picture import Outcome, Passage, PassageKind, Verdict
from standex.model.site import Line, LineRole, Site
from standex.model.tracks import Tracks
from standex.model.zones import ZONES

PACE = Pace()


def new_passage(
    track_id: int,
    *,
    t_utc_ns: int,
    position_site_m: Float[np.ndarray, " 2"],
    velocity_site_m_per_s: Float[np.ndarray, " 2"],
    log_prior: Float[np.ndarray, "zones classes"],
) -> Passage:
    """Return the passage of somebody just confirmed: nothing known, nothing covered."""
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
    pace: Pace = PACE,
) -> dict[int, Passage]:
    """Return the passages after the tracks have moved; those without a track stay as they were.

    Args:
        passages: so far, by track number.
        tracks: as they are now.
        site: for its lines.
        log_prior: of who is new.
        pace: of people, for when they reach the next line.
    """
    rows = np.flatnonzero(tracks.is_confirmed)
    track_ids = tracks.track_id[rows].tolist()
    position, velocity = tracks.mean[rows, :2], tracks.mean[rows, 2:]
    known = [
        passages.get(track_id)
        or new_passage(
            track_id,
            t_utc_ns=tracks.t_utc_ns,
            position_site_m=position[row],
            velocity_site_m_per_s=velocity[row],
            log_prior=log_prior,
        )
        for row, track_id in enumerate(track_ids)
    ]
    before = np.array([passage.position_site_m for passage in known]).reshape(-1, 2)
    past = np.array([passage.is_past_screening for passage in known], dtype=bool)
    for line in site.lines:
        if line.role is LineRole.SCREENED:
            past |= crossed(line, before, position)
    last_utc_ns, is_past = tracks.last_seen_utc_ns[rows].tolist(), past.tolist()
    was_thing = np.zeros(len(tracks.track_id), dtype=bool)
    was_thing[rows] = [passage.kind is PassageKind.THING for passage in known]
    thing = is_thing(tracks.p_object, was_thing)[rows].tolist()
    ahead = next_lines(tracks, rows, site.lines, pace=pace)
    moved = dict(passages)
    for row, (track_id, passage) in enumerate(zip(track_ids, known, strict=True)):
        moved[track_id] = replace(
            passage,
            last_utc_ns=last_utc_ns[row],
            position_site_m=position[row],
            velocity_site_m_per_s=velocity[row],
            is_past_screening=is_past[row],
            kind=PassageKind.THING if thing[row] else PassageKind.PERSON,
            next_line=None if thing[row] else ahead[row],
            is_left=passage.is_left and thing[row],
        )
    return moved


def joined_past_screening(earlier: Passage, later: Passage, site: Site) -> bool:
    """Return whether somebody, under their later number, has every sensor behind them.

    Who was past the screening line and is still beyond it, or went over it unseen. Who came back
    before it is ahead of the sensors again.
    """
    lines = [line for line in site.lines if line.role is LineRole.SCREENED]
    from_m, to_m = earlier.position_site_m[None], later.position_site_m[None]
    went_over = any(bool(crossed(line, from_m, to_m)[0]) for line in lines)
    is_beyond = any(bool(line.beyond_m(to_m)[0] >= 0) for line in lines)
    return later.is_past_screening or went_over or (earlier.is_past_screening and is_beyond)


def crossed(
    line: Line, before_m: Float[np.ndarray, "n 2"], after_m: Float[np.ndarray, "n 2"]
) -> Bool[np.ndarray, " n"]:
    """Return whether each step went over the line, forwards and between its ends."""
    start, end = line.beyond_m(before_m), line.beyond_m(after_m)
    forward = (start < 0) & (end >= 0)
    share = np.where(forward, -start, 0.0) / np.where(forward, end - start, 1.0)
    return forward & line.spans(before_m + share[:, None] * (after_m - before_m))


def seconds_in_reach(passage: Passage, site: Site) -> float:
    """Return the time until the person crosses an exit line, or -1 when none lies ahead.

    At constant velocity; a line counts as endless here, since a step aside is soon made.
    """
    soonest = -1.0
    for line in site.lines:
        if line.role is not LineRole.EXIT:
            continue
        now_m = passage.position_site_m
        beyond = line.beyond_m(np.stack([now_m, now_m + passage.velocity_site_m_per_s]))
        speed = float(beyond[1] - beyond[0])
        if beyond[0] < 0 and speed > 0.05:
            left = float(-beyond[0]) / speed
            soonest = left if soonest < 0 else min(soonest, left)
    return soonest
