from dataclasses import replace

import pytest

from standex.edges.live_status import RunCounts
from standex.edges.settings import load_site
from standex.edges.status_words import (
    ZONE_WORDS,
    alert_words,
    event_words,
    modes,
    prior_words,
    rate_words,
    seconds_left,
    stale_words,
)
from standex.model.zones import ZONES
from standex.testing.examples import (
    T_UTC_NS,
    example_events,
    example_passage,
    example_picture,
)

S = 10**9
SITE = load_site("metro")
ALERT = example_events(SITE)[0]


def status(*passages, after_s=0.0, is_simulated=True, site=SITE, heard=True):
    counts = RunCounts(site, started_utc_ns=T_UTC_NS - S, is_simulated=is_simulated)
    now = T_UTC_NS + round(after_s * S)
    if heard:
        for one in counts.of.values():
            one.done(T_UTC_NS, now_utc_ns=T_UTC_NS + S // 100)
    counts.updated((ALERT,), took_s=0.001)
    return counts.status(example_picture(site, *passages), unknown={}, now_utc_ns=now)


def test_what_must_always_be_in_sight() -> None:
    assert modes(status()) == ("SIMULATED", "EXERCISE")
    live = replace(SITE, exercise=False)
    assert modes(status(is_simulated=False, site=live)) == ()


def test_lost_data_never_look_like_all_clear() -> None:
    person = example_passage(SITE, track_id=1, position_site_m=(0.0, 1.0))
    assert stale_words(status(person)) == ""
    assert "nothing new from" in stale_words(status(person, heard=False))
    assert "STALE: last positions 3.0 s ago" in stale_words(status(person, after_s=3))


def test_seconds_in_reach_count_down_to_zero() -> None:
    assert seconds_left(ALERT, status()) == pytest.approx(ALERT.seconds_in_reach)
    assert seconds_left(ALERT, status(after_s=2)) == pytest.approx(ALERT.seconds_in_reach - 2)
    assert seconds_left(ALERT, status(after_s=60)) == 0
    assert seconds_left(replace(ALERT, seconds_in_reach=-1.0), status(after_s=2)) == -1


def test_an_alert_says_who_where_how_sure_how_long_and_why() -> None:
    person = example_passage(SITE, track_id=1, position_site_m=(0.0, 1.0))
    verdict = replace(person.verdict, p_threat=0.87)
    first, why = alert_words(ALERT, status(replace(person, verdict=verdict)))
    assert first.startswith("person 1, waist: 87% (prior 12%)")
    assert "s left in reach, at x 0.0 y 1.0 m" in first
    assert why == "why: an example"
    assert "has left" in alert_words(ALERT, status())[0]


def test_small_priors_are_one_in_so_many() -> None:
    assert prior_words(2e-6) == "1 in 500000"
    assert prior_words(0.15) == "15%"


def test_every_zone_has_words() -> None:
    assert set(ZONE_WORDS) == set(ZONES)


def test_every_kind_of_event_can_be_told() -> None:
    words = [event_words(event, SITE) for event in example_events(SITE)]
    assert words[0].startswith("ALARM person 1")
    assert "OK" in words[3]


def test_how_it_keeps_up() -> None:
    assert "real time: 1.0, 1.0, 1.0, 1.0 frames/s at the panels, 0 shed" in rate_words(status())
    counts = RunCounts(SITE, started_utc_ns=T_UTC_NS - S, is_simulated=True)
    counts.of["mw-south"].done(T_UTC_NS - 3 * S, now_utc_ns=T_UTC_NS)
    late = counts.status(example_picture(SITE), unknown={}, now_utc_ns=T_UTC_NS)
    assert rate_words(late).startswith("BEHIND real time")
