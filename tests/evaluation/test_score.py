"""Hand-made steps: people of a straight walk, tracks that are theirs, alerts that point at them."""

from dataclasses import replace

import numpy as np
import pytest

from standex.evaluation.closed_loop import Step
from standex.evaluation.score import NEAREST_M, PersonOutcome, Tally, check_truth, rates_of
from standex.model.errors import StandexError
from standex.model.event import Alert, PassageClosed
from standex.model.hints import no_hints
from standex.model.picture import Outcome, Passage, Picture
from standex.model.record import Record
from standex.model.tracks import Tracks, no_tracks
from standex.model.zones import ZONES
from standex.testing.examples import example_coverage, example_passage

S = 10**9
WAYS = (((4.0, 1.0), (0.0, 1.0)), ((4.0, 4.0), (0.0, 4.0)))


def alert(position_site_m, t_utc_ns: int = 2 * S, *, alert_id: str = "a-1", p_threat=0.8) -> Alert:
    return Alert(
        alert_id=alert_id,
        t_utc_ns=t_utc_ns,
        track_id=7,
        level_id="concourse",
        position_site_m=np.array(position_site_m),
        zone=None,
        p_threat=p_threat,
        prior=0.2,
        coverage=0.5,
        seconds_in_reach=6.5,
        sensors=("mw",),
        reason="by hand",
    )


def closed(track_id: int, outcome: Outcome, *, p_threat: float = 0.1) -> PassageClosed:
    return PassageClosed(
        t_utc_ns=4 * S,
        track_id=track_id,
        first_utc_ns=0,
        last_utc_ns=3 * S,
        outcome=outcome,
        p_threat=p_threat,
        zone=None,
        covered=np.zeros(len(ZONES)),
        n_looks=3,
        alert_id="",
        reason="by hand",
    )


def tracks_at(t_utc_ns: int, places: dict[int, tuple[float, float]]) -> Tracks:
    n = len(places)
    empty = no_tracks(t_utc_ns)
    mean = np.zeros((n, 4))
    mean[:, :2] = np.array(list(places.values())).reshape(n, 2)
    rows = {
        name: np.zeros((n, *getattr(empty, name).shape[1:]), dtype=getattr(empty, name).dtype)
        for name in empty.__dataclass_fields__
        if isinstance(getattr(empty, name), np.ndarray)
    }
    rows |= {
        "mean": mean,
        "track_id": np.array(list(places), dtype=np.int64),
        "is_confirmed": np.ones(n, dtype=bool),
    }
    return replace(empty, **rows)


def step(t_utc_ns: int, *events, places=None, sequence: int = 0) -> Step:
    tracks = tracks_at(t_utc_ns, places or {})
    picture = Picture(
        t_utc_ns=t_utc_ns, tracks=tracks, history=(), passages={}, health={}, coverage={},
        n_alerts=0,
    )  # fmt: skip
    record = Record(sensor_id="cam", t_utc_ns=t_utc_ns, kind="k", sequence=sequence, arrays={})
    return Step(
        record=record,
        observations=(),
        picture=picture,
        events=events,
        hints=no_hints(t_utc_ns),
    )


@pytest.fixture
def tally(walk, item) -> Tally:
    scene = walk(*WAYS, items=(item(1),))
    return Tally(scene=scene, truth=scene.truth, people=[1, 2])


def test_an_alert_is_the_nearest_persons(tally):
    tally.take(step(0))
    tally.take(step(2 * S, alert((2.0, 1.5))))
    carrier, other = tally.outcomes()
    assert (carrier.person, carrier.outcome) == (1, Outcome.ALARM)
    assert carrier.alert_s == pytest.approx(2.0)
    assert carrier.seconds_in_reach == 6.5
    assert carrier.p_threat == 0.8
    assert carrier.item_class == "threat_dielectric"
    assert (other.item_class, other.outcome) == ("nothing", Outcome.NOT_SCREENED)
    assert np.isnan(other.alert_s)


def test_an_alert_with_nobody_near_is_stray(tally):
    tally.take(step(2 * S, alert((2.0, 1.0 + NEAREST_M + 0.05))))
    tally.take(step(9 * S, alert((2.0, 1.0), t_utc_ns=9 * S)))  # everybody has gone
    assert len(tally.stray_alerts) == 2
    assert all(one.outcome is Outcome.NOT_SCREENED for one in tally.outcomes())


def test_the_first_alert_of_a_person_counts(tally):
    for t_utc_ns in (1 * S, 3 * S):
        tally.take(step(t_utc_ns, alert((4 - t_utc_ns / S, 1.0), t_utc_ns)))
    assert len(tally.alerts) == 1
    assert tally.alerts[1].t_utc_ns == S


def test_a_passage_belongs_to_whom_its_track_was_nearest_most_of_the_time(tally):
    for second in range(4):
        x = 4.0 - second
        swapped = second == 3  # tracks jump over once
        places = {10: (x, 4.0 if swapped else 1.1), 11: (x, 1.0 if swapped else 3.9)}
        tally.take(step(second * S, places=places, sequence=5 * second))
    tally.take(step(4 * S, closed(10, Outcome.NOTHING_FOUND), closed(11, Outcome.NOT_SCREENED)))
    carrier, other = tally.outcomes()
    assert (carrier.outcome, carrier.n_tracks, carrier.n_looks) == (Outcome.NOTHING_FOUND, 1, 3)
    assert (other.outcome, other.n_tracks) == (Outcome.NOT_SCREENED, 1)


def test_the_best_known_of_several_passages_counts(tally):
    tally.take(step(S, places={10: (3.0, 1.0), 12: (3.0, 1.2)}))
    events = [closed(10, Outcome.NOT_SCREENED), closed(12, Outcome.NOTHING_FOUND, p_threat=0.3)]
    tally.take(step(4 * S, *events))
    carrier = tally.outcomes()[0]
    assert (carrier.outcome, carrier.n_tracks, carrier.n_looks) == (Outcome.NOTHING_FOUND, 2, 6)
    assert carrier.p_threat == 0.3


def test_a_track_of_nobody_is_nobodys_passage(tally):
    tally.take(step(S, places={10: (-3.0, 2.5)}))
    tally.take(step(4 * S, closed(10, Outcome.NOTHING_FOUND)))
    assert all(one.n_tracks == 0 for one in tally.outcomes())


def test_who_was_never_seen_was_not_screened(tally):
    assert [one.outcome for one in tally.outcomes()] == [Outcome.NOT_SCREENED] * 2
    assert [one.p_threat for one in tally.outcomes()] == [0.0, 0.0]


def risen(site, track_id: int, p_threat: float, place) -> Passage:
    passage = example_passage(site, track_id=track_id, position_site_m=place)
    return replace(passage, verdict=replace(passage.verdict, p_threat=p_threat))


def with_passages(t_utc_ns: int, *passages: Passage) -> Step:
    one = step(t_utc_ns, sequence=1)
    picture = replace(one.picture, passages={p.track_id: p for p in passages})
    return replace(one, picture=picture)


def test_the_largest_posterior_is_whose_track_it_was_when_it_rose(tally, metro):
    for second, p_threat, y in ((0, 0.2, 1.0), (1, 0.6, 1.1), (2, 0.4, 4.0), (3, 0.5, 4.0)):
        tally.take(with_passages(second * S, risen(metro, 7, p_threat, (4.0 - second, y))))
    carrier, other = tally.outcomes()
    assert carrier.p_max == 0.6
    # The track went over to the other one, but never above what it had: no alarm would be theirs.
    assert other.p_max == 0.0


def test_two_tracks_of_one_person_count_by_the_larger(tally, metro):
    here = (3.0, 1.0)
    tally.take(with_passages(S, risen(metro, 7, 0.3, here), risen(metro, 8, 0.7, here)))
    tally.take(with_passages(S, risen(metro, 7, float("nan"), here)))
    assert tally.outcomes()[0].p_max == 0.7


def test_the_object_is_in_view_where_it_can_be_detected(tally, metro):
    def covering(t_utc_ns: int, p_detect: float) -> Step:
        covered = example_coverage(metro, sensor_id="mw", p_report=1.0, p_detect=p_detect)
        return replace(step(t_utc_ns), observations=(replace(covered, t_utc_ns=t_utc_ns),))

    tally.take(covering(0, 0.04))
    tally.take(covering(round(0.5 * S), 0.3))
    tally.take(covering(1 * S, 0.9))
    tally.take(step(2 * S, alert((2.0, 1.0))))
    carrier, other = tally.outcomes()
    assert carrier.in_view_to_alert_s == pytest.approx(1.5)
    assert np.isnan(other.in_view_to_alert_s)


def test_who_walks_close_to_others_and_when_they_came_is_known(walk):
    scene = walk(((4.0, 1.0), (0.0, 1.0)), ((4.0, 1.7), (0.0, 1.7)), ((4.0, 5.0), (0.0, 5.0)))
    tally = Tally(
        scene=scene, truth=scene.truth, people=[1, 2, 3], known_factors={3: {"bag": "yes"}}
    )
    tally.take(step(2 * S))
    outcomes = tally.outcomes()
    name = "others within 1 m"
    assert [one.factors[name] for one in outcomes] == ["half the time or more"] * 2 + ["less"]
    assert outcomes[2].factors["bag"] == "yes"
    assert [one.entered_s for one in outcomes] == [2.0] * 3


def test_a_truth_about_people_who_are_not_there_is_refused(walk, item):
    scene = walk(*WAYS, items=(item(2), item(17), item(23)))
    with pytest.raises(StandexError, match="names 2 people who are not in the recording: 17, 23"):
        Tally(scene=scene, truth=scene.truth, people=[1, 2])
    with pytest.raises(StandexError, match="it has 0 people: is it the truth of another"):
        check_truth(scene.truth, [])


def person(item_class: str, outcome: Outcome) -> PersonOutcome:
    return PersonOutcome(
        person=1,
        item_class=item_class,
        outcome=outcome,
        p_threat=0.0,
        n_looks=0,
        n_tracks=1,
        alert_s=float("nan"),
        seconds_in_reach=float("nan"),
    )


def test_rates_have_the_right_denominators():
    alarm, found, blind = Outcome.ALARM, Outcome.NOTHING_FOUND, Outcome.NOT_SCREENED
    counts = {
        ("threat_dielectric", alarm): 5,
        ("threat_dielectric", found): 3,
        ("threat_dielectric", blind): 2,
        ("threat_metal", alarm): 1,
        ("threat_metal", found): 3,
        ("nothing", alarm): 4,
        ("nothing", found): 50,
        ("nothing", blind): 6,
        ("benign_metal", alarm): 1,
        ("benign_dielectric", found): 2,
    }
    people = tuple(person(*what) for what, n in counts.items() for _ in range(n))
    rates = {rate.name: (rate.k, rate.n) for rate in rates_of(people)}
    assert rates == {
        # Who carried and was not screened is a miss: in the denominator, not in the numerator.
        "PD per passage, dielectric slab": (5, 10),
        "PD per passage, metal": (1, 4),
        "PD per passage, both": (6, 14),
        "PD per screened passage, both": (6, 12),
        # Who carried nothing and was not screened is no false alarm.
        "PFA per passage, nothing carried": (4, 60),
        "PFA per passage, benign object": (1, 3),
        "not screened, of all passages": (8, 77),
    }


def test_rates_of_nobody_are_unknown():
    for rate in rates_of(()):
        assert (rate.low, rate.high) == (0.0, 1.0)


def test_the_last_word_is_of_the_passage_that_ended_last(tally):
    tally.take(step(S, places={10: (3.0, 1.0), 12: (3.0, 1.2)}))
    later = replace(closed(12, Outcome.NOTHING_FOUND, p_threat=0.2), last_utc_ns=4 * S)
    tally.take(step(4 * S, later, closed(10, Outcome.NOTHING_FOUND, p_threat=0.7)))
    carrier, other = tally.outcomes()
    assert (carrier.p_threat, carrier.p_final) == (0.7, 0.2)
    assert np.isnan(other.p_final)
