"""The law of a decider: four outcomes, one alarm a person, and doubt is never an all-clear."""

from dataclasses import replace

import numpy as np

from standex.model.event import Alert, Event
from standex.model.picture import Outcome, Passage, Picture
from standex.model.ports import Decider
from standex.model.site import Line, LineRole, Site
from standex.model.zones import ZONE_INDEX, ZONES
from standex.testing.examples import example_passage, example_picture
from standex.testing.leaves import Untouched, check_same
from standex.testing.observations import check_probability

_AHEAD, _CLEAN, _UNSEEN, _UNKNOWN, _BLURRED, _CARRIER = range(1, 7)


def check_decider(decider: Decider, *, site: Site) -> None:
    """Assert that a decider fails safe.

    Six people: one still ahead of the screening line, and five behind it: one well covered with
    nothing on them, one whom no sensor covered, one whose posterior and one whose coverage is not
    a number, and one well covered who surely carries a threat.

    * They are ``PENDING``, ``NOTHING_FOUND``, ``NOT_SCREENED`` three times, and ``ALARM``.
    * One alert is raised for the last of them, never a second one; its verdict stays.
    * Every verdict gives its reason; same in, same out; nothing is written to.

    Args:
        decider: of this site.
        site: has a screening line.
    """
    assert isinstance(decider, Decider), "a decider is called with a picture"
    expected = {
        _AHEAD: Outcome.PENDING,
        _CLEAN: Outcome.NOTHING_FOUND,
        _UNSEEN: Outcome.NOT_SCREENED,
        _UNKNOWN: Outcome.NOT_SCREENED,
        _BLURRED: Outcome.NOT_SCREENED,
        _CARRIER: Outcome.ALARM,
    }
    picture, events = _picture(site), ()
    # What is final may wait until the stated lag has passed, so the picture is shown again later.
    later_ns = round((site.lag_s + 1.0) * 1e9)
    for _ in range(3):
        picture, new = _decide(decider, picture)
        events = (*events, *new)
        picture = _later(picture, later_ns)
    outcomes = {track_id: picture.passages[track_id].verdict.outcome for track_id in expected}
    assert outcomes == expected, f"outcomes {_words(outcomes)}, should be {_words(expected)}"
    alerts = [event for event in events if isinstance(event, Alert)]
    assert [alert.track_id for alert in alerts] == [_CARRIER], (
        f"one alert, for {_CARRIER}, was due; alerts: {[alert.track_id for alert in alerts]}"
    )
    alert = alerts[0]
    assert alert.alert_id, "an alert must have an id"
    assert picture.passages[_CARRIER].alert_id == alert.alert_id, "the passage must name its alert"
    assert alert.reason, "an alert must say why"
    assert alert.zone == site.operating_point.wanted_zones[0], f"it is not in zone {alert.zone}"
    assert alert.p_threat >= site.operating_point.p_alarm, "an alert lies above its threshold"


def _decide(decider: Decider, picture: Picture) -> tuple[Picture, tuple[Event, ...]]:
    with Untouched(picture=picture):
        after, events = decider(picture)
        again = decider(picture)
    check_same((after, events), again, "the same picture must give the same verdicts")
    assert set(after.passages) == set(picture.passages), "nobody left, nobody came"
    for track_id, passage in after.passages.items():
        verdict = passage.verdict
        assert isinstance(verdict.outcome, Outcome), f"{verdict.outcome} is no outcome"
        assert verdict.reason, f"the verdict on {track_id} must say why"
        known = np.isfinite(passage.log_posterior).all() and np.isfinite(passage.covered).all()
        if known:
            check_probability(np.array([verdict.p_threat]), f"p_threat of {track_id}")
            check_probability(np.array([verdict.coverage]), f"coverage of {track_id}")
        else:
            assert verdict.outcome is not Outcome.NOTHING_FOUND, (
                f"track {track_id}: a NaN must never read as nothing found"
            )
    return after, events


def _picture(site: Site) -> Picture:
    lines = [line for line in site.lines if line.role is LineRole.SCREENED]
    assert lines, f"site {site.site_id} has no screening line to check a decider with"
    threat = site.log_prior()
    threat[ZONE_INDEX[site.operating_point.wanted_zones[0]]] = np.log(
        np.where(site.items.is_threat, 1.0, 1e-12) / site.items.is_threat.sum()
    )
    nothing = np.log(np.full_like(threat, 1e-12))
    nothing[:, 0] = 0.0
    unknown = nothing.copy()
    unknown[ZONE_INDEX[site.operating_point.wanted_zones[0]]] = np.nan
    people = (
        (_AHEAD, -1.0, 0.0, site.log_prior()),
        (_CLEAN, 1.0, 0.99, nothing),
        (_UNSEEN, 1.0, 0.0, nothing),
        (_UNKNOWN, 1.0, 0.99, unknown),
        (_BLURRED, 1.0, np.nan, nothing),
        (_CARRIER, 1.0, 0.99, threat),
    )
    passages = [
        _passage(site, lines[0], row, track_id, beyond_m, covered, log_posterior)
        for row, (track_id, beyond_m, covered, log_posterior) in enumerate(people)
    ]
    return example_picture(site, *passages)


def _passage(
    site: Site,
    line: Line,
    row: int,
    track_id: int,
    beyond_m: float,
    covered: float,
    log_posterior: np.ndarray,
) -> Passage:
    along = line.to_site_m - line.from_site_m
    forward = np.array([along[1], -along[0]]) / np.hypot(*along)
    x_m, y_m = line.from_site_m + along * (row + 1) / 7 + beyond_m * forward
    passage = example_passage(
        site, track_id=track_id, position_site_m=(float(x_m), float(y_m)), covered=covered
    )
    return replace(
        passage,
        velocity_site_m_per_s=0.1 * forward,
        is_past_screening=beyond_m > 0,
        covered=np.full(len(ZONES), covered),
        log_posterior=log_posterior,
    )


def _later(picture: Picture, dt_ns: int) -> Picture:
    """Return the picture of the same people, still there, some time later."""
    t_utc_ns = picture.t_utc_ns + dt_ns
    last_seen = np.full_like(picture.tracks.last_seen_utc_ns, t_utc_ns)
    tracks = replace(picture.tracks, t_utc_ns=t_utc_ns, last_seen_utc_ns=last_seen)
    passages = {
        track_id: replace(passage, last_utc_ns=t_utc_ns)
        for track_id, passage in picture.passages.items()
    }
    return replace(picture, t_utc_ns=t_utc_ns, tracks=tracks, passages=passages)


def _words(outcomes: dict[int, Outcome]) -> str:
    return ", ".join(f"{track_id} {outcome}" for track_id, outcome in outcomes.items())
