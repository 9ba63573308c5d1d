from dataclasses import replace

import numpy as np
import pytest

from standex.decision.decider import SequentialDecider
from standex.model.event import Alert, PassageClosed, VerdictChanged
from standex.model.picture import LedgerEntry, Outcome, Passage, Picture, no_tracks
from standex.model.site import Site
from standex.model.zones import ZONE_INDEX, ZONES
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
