from dataclasses import replace

import numpy as np
import pytest

from standex.decision.decider import SequentialDecider
from standex.model.event import Alert, PassageClosed, VerdictChanged
from standex.model.hand_over import no_hand_over
from standex.model.picture import Joined, LedgerEntry, Outcome, Passage, PassageKind, Picture
from standex.model.site import Site
from standex.model.tracks import Tracks, no_tracks
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone
from standex.testing import check_decider
from standex.testing.examples import T_UTC_NS, example_passage, example_picture

S = 10**9


@pytest.fixture(scope="module")
def decider(site: Site) -> SequentialDecider:
    prior, _ = site.items.p_threat(site.log_prior())
    return SequentialDecider(site=site, prior=prior)


def somebody(site: Site, *, covered=0.99, past=False, threat=None, track_id=1) -> Passage:
    """Return a passage; ``threat`` is the probability of one in the first wanted zone."""
    log_posterior = np.full((len(ZONES), len(site.items.names)), -600.0)
    log_posterior[:, 0] = 0.0
    if threat is not None:
        row = ZONE_INDEX[site.operating_point.wanted_zones[0]]
        log_posterior[row, -1] = np.log(threat)
        log_posterior[row, 0] = np.log1p(-threat)
    passage = example_passage(site, track_id=track_id, position_site_m=(0.0, 1.0), covered=covered)
    return replace(passage, is_past_screening=past, log_posterior=log_posterior)


def later(picture: Picture, dt_s: float, *, is_followed=True) -> Picture:
    t_utc_ns = picture.t_utc_ns + round(dt_s * S)
    tracks = picture.tracks if is_followed else no_tracks(t_utc_ns)
    return replace(picture, t_utc_ns=t_utc_ns, tracks=tracks)


def test_conforms(decider: SequentialDecider, site: Site) -> None:
    check_decider(decider, site=site)


def test_nobody_has_no_verdict(decider: SequentialDecider, site: Site) -> None:
    assert decider(example_picture(site))[1] == ()


def test_what_has_not_changed_is_the_same_value(decider: SequentialDecider, site: Site) -> None:
    picture, _ = decider(example_picture(site, somebody(site)))
    again, events = decider(picture)
    assert again.passages[1] is picture.passages[1]
    assert events == ()


def test_an_alarm_latches(decider: SequentialDecider, site: Site) -> None:
    picture, events = decider(example_picture(site, somebody(site, threat=0.9)))
    alert, changed = events
    assert isinstance(alert, Alert)
    assert isinstance(changed, VerdictChanged)
    assert (changed.before, changed.after) == (Outcome.PENDING, Outcome.ALARM)
    assert alert.p_threat == pytest.approx(0.9)
    assert alert.prior == decider.prior
    assert picture.n_alerts == 1
    weaker = replace(
        picture.passages[1], log_posterior=somebody(site).log_posterior, is_past_screening=True
    )
    after, events = decider(replace(picture, passages={1: weaker}))
    assert events == ()
    assert after.passages[1].verdict.outcome is Outcome.ALARM
    assert after.passages[1].verdict.p_threat < 0.1  # said as it now is


def test_alerts_are_numbered_and_never_again(decider: SequentialDecider, site: Site) -> None:
    two = (somebody(site, threat=0.9), somebody(site, threat=0.8, track_id=2))
    picture, events = decider(example_picture(site, *two))
    ids = [event.alert_id for event in events if isinstance(event, Alert)]
    assert ids == ["metro-000001", "metro-000002"]
    assert picture.n_alerts == 2


def entry(site: Site, sensor_id: str, reason: str, *, pull: float, zone, counts=True):
    return LedgerEntry(
        sensor_id=sensor_id,
        look_id=reason,
        t_utc_ns=T_UTC_NS,
        zone=zone,
        log_likelihood=np.where(site.items.is_threat, pull, 0.0),
        attachment=1.0,
        correlation=0.0,
        counts=counts,
        reason=reason,
        score={},
        patch=None,
    )


def test_an_alert_says_what_pulled_most(decider: SequentialDecider, site: Site) -> None:
    first, second = site.operating_point.wanted_zones[:2]
    entries = (
        entry(site, "a", "weak", pull=0.5, zone=first),
        entry(site, "b", "strong", pull=2.0, zone=first),
        entry(site, "c", "elsewhere", pull=5.0, zone=second),
        entry(site, "d", "not calibrated", pull=9.0, zone=first, counts=False),
        entry(site, "e", "anywhere", pull=1.0, zone=None),
    )
    passage = replace(somebody(site, threat=0.9), entries=entries)
    alert = decider(example_picture(site, passage))[1][0]
    assert isinstance(alert, Alert)
    assert alert.reason == "strong (3 looks)"
    assert alert.sensors == ("a", "b", "e")
    assert alert.zone is first


def closed(events) -> list[PassageClosed]:
    return [event for event in events if isinstance(event, PassageClosed)]


def test_a_passage_closes_once_after_the_lag(decider: SequentialDecider, site: Site) -> None:
    picture, _ = decider(example_picture(site, somebody(site)))
    at_lag, events = decider(later(picture, site.lag_s, is_followed=False))
    assert events == ()
    gone, events = decider(later(at_lag, 0.001))
    assert [event.outcome for event in closed(events)] == [Outcome.NOTHING_FOUND]
    assert gone.passages == {}
    assert decider(later(gone, 1.0))[1] == ()


@pytest.mark.parametrize(
    ("passage", "outcome"),
    [
        ({"covered": 0.0}, Outcome.NOT_SCREENED),
        ({"covered": np.nan}, Outcome.NOT_SCREENED),
        ({"covered": 0.99}, Outcome.NOTHING_FOUND),
        ({"covered": 0.0, "threat": 0.9}, Outcome.ALARM),
        ({"threat": np.nan}, Outcome.NOT_SCREENED),
    ],
)
def test_a_closed_passage_is_never_pending(decider, site, passage, outcome) -> None:
    picture = example_picture(site, somebody(site, **passage))
    _, events = decider(later(picture, site.lag_s + 0.1, is_followed=False))
    assert [event.outcome for event in closed(events)] == [outcome]


def test_one_wanted_zone_not_covered_is_not_screened(decider, site) -> None:
    passage = somebody(site, past=True)
    covered = passage.covered.copy()
    covered[ZONE_INDEX[site.operating_point.wanted_zones[-1]]] = 0.0
    picture, _ = decider(example_picture(site, replace(passage, covered=covered)))
    assert picture.passages[1].verdict.outcome is Outcome.NOT_SCREENED


def test_a_zone_that_is_not_wanted_need_not_be_covered(decider, site) -> None:
    passage = somebody(site, past=True)
    wanted = [ZONE_INDEX[zone] for zone in site.operating_point.wanted_zones]
    covered = np.zeros(len(ZONES))
    covered[wanted] = 0.9
    picture, _ = decider(example_picture(site, replace(passage, covered=covered)))
    assert picture.passages[1].verdict.outcome is Outcome.NOTHING_FOUND


def test_when_no_positions_come_nobody_is_pending_for_ever(decider, site) -> None:
    picture = example_picture(site, somebody(site, covered=0.0))
    waiting, events = decider(later(picture, decider.max_unseen_s))
    assert events == ()
    _, events = decider(later(waiting, site.lag_s + 0.1))
    assert [event.outcome for event in closed(events)] == [Outcome.NOT_SCREENED]


def test_a_closed_passage_says_what_was_known(decider, site) -> None:
    zone = site.operating_point.wanted_zones[0]
    looks = (
        entry(site, "a", "one", pull=0.1, zone=zone),
        entry(site, "a", "one", pull=0.1, zone=None),
        entry(site, "a", "two", pull=0.1, zone=zone),
    )
    passage = replace(somebody(site, threat=0.1), entries=looks)
    picture = example_picture(site, passage)
    event = closed(decider(later(picture, 5.0, is_followed=False))[1])[0]
    assert event.n_looks == 2
    assert event.p_threat == pytest.approx(0.1)
    assert (event.first_utc_ns, event.last_utc_ns) == (passage.first_utc_ns, passage.last_utc_ns)
    assert event.alert_id == ""


def test_who_ended_in_a_gap_is_awaited(decider: SequentialDecider, site: Site) -> None:
    picture = example_picture(site, somebody(site, past=False))
    gone = later(picture, site.lag_s + 1, is_followed=False)
    awaited = replace(gone, hand_over=replace(no_hand_over(0), awaited=(1,)))
    after, events = decider(awaited)
    assert closed(events) == []
    assert after.passages[1].verdict.outcome is Outcome.PENDING
    given_up = replace(after, hand_over=no_hand_over(0))
    assert [event.outcome for event in closed(decider(given_up)[1])] == [Outcome.NOTHING_FOUND]


def joined(passage: Passage, *, p_same: float, track_id=1) -> Passage:
    from_whom = Joined(
        track_id=track_id,
        p_same=p_same,
        entries=(),
        covered=passage.covered,
        own_covered=passage.covered,
    )
    return replace(passage, joined=from_whom)


@pytest.mark.parametrize(("p_same", "n_alerts"), [(0.9, 1), (0.4, 2)])
def test_one_person_under_two_numbers_is_one_incident(decider, site, p_same, n_alerts) -> None:
    earlier = somebody(site, threat=0.9, track_id=1)
    now = joined(somebody(site, threat=0.8, track_id=2), p_same=p_same)
    picture, events = decider(example_picture(site, earlier, now))
    alerts = [event for event in events if isinstance(event, Alert)]
    assert len(alerts) == n_alerts
    assert alerts[-1].track_id == 2
    # Who is followed under another number does not leave for themselves.
    gone = later(picture, 30.0, is_followed=False)
    gone = replace(gone, tracks=only(picture, 2, t_utc_ns=gone.t_utc_ns))
    gone = replace(
        gone, passages={**gone.passages, 2: replace(gone.passages[2], last_utc_ns=gone.t_utc_ns)}
    )
    left = {event.track_id for event in closed(decider(gone)[1])}
    assert left == (set() if p_same >= 0.5 else {1})


def only(picture: Picture, track_id: int, *, t_utc_ns: int) -> Tracks:
    keep = picture.tracks.track_id == track_id
    return replace(
        picture.tracks,
        t_utc_ns=t_utc_ns,
        track_id=picture.tracks.track_id[keep],
        mean=picture.tracks.mean[keep],
        covariance=picture.tracks.covariance[keep],
        existence=picture.tracks.existence[keep],
        is_confirmed=picture.tracks.is_confirmed[keep],
        last_seen_utc_ns=picture.tracks.last_seen_utc_ns[keep],
        descriptor=picture.tracks.descriptor[keep],
        p_object=picture.tracks.p_object[keep],
    )


def test_an_alert_that_came_along_is_not_raised_again(decider, site) -> None:
    passage = replace(joined(somebody(site, track_id=2), p_same=0.9), alert_id="metro-000007")
    picture, events = decider(example_picture(site, passage))
    assert not any(isinstance(event, Alert) for event in events)
    assert picture.passages[2].verdict.outcome is Outcome.ALARM
    assert picture.n_alerts == 0


def test_a_thing_that_is_left_stays(decider: SequentialDecider, site: Site) -> None:
    thing = replace(somebody(site, covered=0.0), kind=PassageKind.THING, is_left=True)
    picture = later(example_picture(site, thing), 3600.0, is_followed=False)
    after, events = decider(picture)
    assert list(after.passages) == [1]
    assert closed(events) == []
    taken = replace(thing, is_left=False)
    _, events = decider(replace(picture, passages={1: taken}))
    assert [event.outcome for event in closed(events)] == [Outcome.NOT_SCREENED]


def test_a_thing_is_all_bag(decider: SequentialDecider, site: Site) -> None:
    thing = replace(somebody(site, threat=0.9, covered=0.9), kind=PassageKind.THING)
    picture, events = decider(example_picture(site, thing))
    assert events == ()  # what is said of a torso means nothing here
    assert picture.passages[1].verdict.p_threat == pytest.approx(0, abs=1e-9)
    log_posterior = thing.log_posterior.copy()
    log_posterior[ZONE_INDEX[BodyZone.BAG], -1] = np.log(0.8)
    _, events = decider(example_picture(site, replace(thing, log_posterior=log_posterior)))
    (alert,) = (event for event in events if isinstance(event, Alert))
    assert alert.zone is BodyZone.BAG


def test_what_two_people_ordered_holds_from_then_on(decider: SequentialDecider, site: Site) -> None:
    p = 0.5 * (site.operating_point.p_alarm + 1)
    picture = example_picture(site, somebody(site, threat=p))
    point = replace(site.operating_point, p_alarm=0.5 * (p + 1))
    strict = replace(picture, operating_point=point)
    assert not [e for e in decider(strict)[1] if isinstance(e, Alert)]
    (alert,) = [
        e for e in decider(replace(strict, operating_point=None))[1] if isinstance(e, Alert)
    ]
    assert alert.p_threat == pytest.approx(p)
    picture, _ = decider(strict)
    assert picture.operating_point is point
