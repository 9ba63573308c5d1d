"""Looks at people of a straight walk, and tracks that are theirs or are not."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.evaluation.closed_loop import Step
from standex.evaluation.score_looks import AssociationCounts, LookTally
from standex.model.event import Alert
from standex.model.hints import no_hints
from standex.model.picture import LedgerEntry
from standex.model.record import Record
from standex.testing.examples import (
    example_events,
    example_evidence,
    example_passage,
    example_picture,
)

S = 10**9
WAYS = (((4.0, 1.0), (0.0, 1.0)), ((4.0, 4.0), (0.0, 4.0)))
THREAT = np.array([-3.0, -3.0, -3.0, -3.0, 0.0, -3.0])
NOTHING = np.array([0.0, -3.0, -3.0, -3.0, -3.0, -3.0])


@pytest.fixture(scope="module")
def site():
    return load_site("metro")


@pytest.fixture
def tally(walk, site) -> LookTally:
    return LookTally(scene=walk(*WAYS), is_threat=site.items.is_threat)


def entry(look_id: str, attachment: float, said: np.ndarray = THREAT) -> LedgerEntry:
    return LedgerEntry(
        sensor_id="mw-south", look_id=look_id, t_utc_ns=S, zone=None, log_likelihood=said,
        attachment=attachment, correlation=0.0, counts=True, reason="by hand", score={},
        patch=None,
    )  # fmt: skip


def track(site, track_id: int, place, *entries: LedgerEntry):
    passage = example_passage(site, track_id=track_id, position_site_m=place)
    return replace(passage, entries=entries, last_utc_ns=S)


def look(look_id: str, place):
    return example_evidence(
        sensor_id="mw-south",
        look_id=look_id,
        position_site_m=place,
        log_likelihood=THREAT,
        t_utc_ns=S,
    )


def alert(site, track_id: int, place) -> Alert:
    some = next(event for event in example_events(site) if isinstance(event, Alert))
    return replace(some, t_utc_ns=S, track_id=track_id, position_site_m=np.array(place))


def step(site, passages, *, seen=(), events=()) -> Step:
    return Step(
        record=Record(sensor_id="mw-south", t_utc_ns=S, kind="k", sequence=1, arrays={}),
        observations=tuple(seen),
        picture=example_picture(site, *passages),
        events=tuple(events),
        hints=no_hints(S),
    )


def test_a_look_goes_to_whoever_has_most_of_it(tally, site):
    mine = track(site, 1, (3.0, 1.0), entry("a", 0.7))
    other = track(site, 2, (3.0, 4.0), entry("a", 0.2))
    tally.take(step(site, [mine, other], seen=[look("a", (3.0, 1.2))]))
    assert (tally.n_looks, tally.n_looks_right, tally.n_looks_stray) == (1, 1, 0)


def test_a_look_on_the_neighbours_track_is_wrong(tally, site):
    mine = track(site, 1, (3.0, 1.0), entry("a", 0.2))
    other = track(site, 2, (3.0, 4.0), entry("a", 0.7))
    tally.take(step(site, [mine, other], seen=[look("a", (3.0, 1.2))]))
    assert (tally.n_looks, tally.n_looks_right) == (1, 0)


def test_a_look_that_no_track_takes_is_stray_and_one_at_nobody_is_none(tally, site):
    here = track(site, 1, (3.0, 1.0))
    looks = [look("a", (3.0, 1.0)), look("b", (3.0, 2.5))]
    tally.take(step(site, [here], seen=looks))
    assert (tally.n_looks, tally.n_looks_stray) == (0, 1)


def test_an_alert_is_right_where_the_look_behind_it_was(tally, site):
    mine = track(site, 1, (3.0, 1.0), entry("a", 0.9, THREAT), entry("b", 0.9, NOTHING))
    looks = [look("a", (3.0, 1.0)), look("b", (3.0, 4.0))]
    tally.take(step(site, [mine], seen=looks, events=[alert(site, 1, (3.0, 1.1))]))
    assert (tally.n_alerts, tally.n_alerts_right) == (1, 1)
    tally.take(step(site, [mine], events=[alert(site, 1, (3.0, 3.9))]))
    assert (tally.n_alerts, tally.n_alerts_right) == (2, 1)


def test_an_alert_with_nobody_near_or_no_look_is_not_counted_here(tally, site):
    bare = track(site, 1, (3.0, 1.0))
    tally.take(step(site, [bare], events=[alert(site, 1, (3.0, 1.0)), alert(site, 1, (3.0, 2.5))]))
    assert tally.n_alerts == 0


def test_counts_add_up():
    one = AssociationCounts(n_looks=3, n_looks_right=2, n_alerts=1)
    both = one + AssociationCounts(n_looks=1, n_looks_stray=5, n_alerts_right=1)
    assert both == AssociationCounts(
        n_looks=4, n_looks_right=2, n_looks_stray=5, n_alerts=1, n_alerts_right=1
    )
