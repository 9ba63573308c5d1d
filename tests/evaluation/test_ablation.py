from dataclasses import replace

import numpy as np
import pytest

from standex.decision.scheduler import NeedScheduler
from standex.evaluation.ablation import (
    VOTE,
    BlindScheduler,
    ChosenScheduler,
    Voting,
    as_vote,
    looking_from,
    without_cueing,
    without_likelihoods,
)
from standex.model.hints import no_hints
from standex.model.observation import Evidence, Health, HealthReason, HealthState
from standex.model.picture import Outcome
from standex.model.record import Record
from standex.station import Station
from standex.testing.examples import example_evidence, example_passage, example_picture
from standex.testing.scheduler import check_scheduler

RECORD = Record(sensor_id="mw", t_utc_ns=0, kind="k", sequence=0, arrays={})


@pytest.fixture
def blind(metro) -> BlindScheduler:
    log_prior = metro.log_prior()
    prior, _ = metro.items.p_threat(log_prior)
    inner = NeedScheduler(point=metro.operating_point, site=metro)
    return BlindScheduler(scheduler=inner, prior=prior, log_prior=log_prior)


def test_conforms(blind, metro):
    check_scheduler(blind, site=metro)


def test_what_was_found_changes_nothing(blind, metro):
    """Two people come to the laser; whichever of them is suspect, the tasks are the same."""
    spot = next(spec.tasks for spec in metro.sensors if spec.tasks is not None).spot_site_m
    people = [
        replace(
            example_passage(metro, track_id=number, position_site_m=(spot[0] + 1.0, spot[1] + y)),
            velocity_site_m_per_s=np.array([-1.2, 0.0]),
        )
        for number, y in ((3, -0.4), (8, 0.4))
    ]

    def said(*p_threats: float, outcome: Outcome = Outcome.PENDING):
        some = [
            replace(one, verdict=replace(one.verdict, p_threat=p, outcome=outcome))
            for one, p in zip(people, p_threats, strict=True)
        ]
        hints, tasks = blind(example_picture(metro, *some))
        return hints.need.tolist(), [
            (task.track_id, task.zone, task.t_look_utc_ns) for task in tasks
        ]

    assert said(0.02, 0.25) == said(0.25, 0.02) == said(0.25, 0.9, outcome=Outcome.ALARM)


def evidence(said: np.ndarray) -> Evidence:
    return example_evidence(sensor_id="mw", position_site_m=(0.0, 0.0), log_likelihood=said)


@pytest.mark.parametrize("row", [0, 2, 4])
def test_a_vote_is_for_the_most_likely_class_and_never_more(row):
    said = np.full(6, -0.3)
    said[row] = -0.1
    faint = replace(evidence(said), log_clutter=-1.1)
    loud = replace(faint, log_likelihood=9 * said, log_clutter=-1.9)
    votes = as_vote(faint)
    assert votes.log_likelihood.argmax() == row
    assert votes.log_likelihood.max() - votes.log_likelihood.min() == VOTE
    np.testing.assert_array_equal(as_vote(loud).log_likelihood, votes.log_likelihood)
    assert votes.log_clutter == pytest.approx(-1.0)
    assert as_vote(votes).log_likelihood.tolist() == votes.log_likelihood.tolist()


def test_who_says_nothing_has_no_vote():
    silent = evidence(np.full(6, -2.0))
    assert not as_vote(silent).log_likelihood.any()


class Repeats:
    """Says one thing after the other, and counts."""

    def __init__(self, *said) -> None:
        self.said = said

    def start(self) -> int:
        return 7

    def perceive(self, state, record, hints, /):
        return state + 1, self.said


def test_only_evidence_is_turned_into_votes():
    other = Health(
        sensor_id="mw", t_utc_ns=0, state=HealthState.OK, reason=HealthReason.NONE, message=""
    )
    voting = Voting(technology=Repeats(evidence(np.array([0.0, -9, -9, -9, -8, -9])), other))
    state, seen = voting.perceive(voting.start(), RECORD, no_hints(0))
    assert state == 8
    assert seen[1] is other
    assert isinstance(seen[0], Evidence)
    assert seen[0].log_likelihood.min() == -VOTE


def test_a_station_loses_one_thing_alone(metro):
    station = Station.of(metro, {"mw-south": Repeats()}, {})
    blind, voting = without_cueing(station), without_likelihoods(station)
    assert isinstance(blind.scheduler, BlindScheduler)
    assert blind.scheduler.scheduler is station.scheduler
    assert blind.scheduler.prior == pytest.approx(metro.items.p_threat(metro.log_prior())[0])
    assert blind.technologies is station.technologies
    assert voting.scheduler is station.scheduler
    assert list(voting.technologies) == ["mw-south"]
    assert voting.fuser is station.fuser


def at_the_spot(metro, n: int, p_threat: float = 0.2):
    """Return a picture of people who stand far from each other where the laser reaches."""
    spot = next(spec.tasks for spec in metro.sensors if spec.tasks is not None).spot_site_m
    some = [
        example_passage(metro, track_id=number, position_site_m=(spot[0], spot[1]))
        for number in range(1, n + 1)
    ]
    return [
        example_picture(metro, replace(one, verdict=replace(one.verdict, p_threat=p_threat)))
        for one in some
    ]


def test_tasks_are_for_the_suspect_alone_and_hints_for_all(metro):
    inner = NeedScheduler(point=metro.operating_point, site=metro)
    chosen = ChosenScheduler(scheduler=inner, least_p=0.15)
    check_scheduler(chosen, site=metro)
    (suspect,), (other,) = at_the_spot(metro, 1, 0.2), at_the_spot(metro, 1, 0.1)
    assert chosen(suspect)[1]
    assert inner(other)[1]
    hints, tasks = chosen(other)
    assert not tasks
    assert hints.need.tolist() == inner(other)[0].need.tolist()
    (unknown,) = at_the_spot(metro, 1, float("nan"))
    assert chosen(unknown)[1]


def test_chance_names_its_share_and_keeps_to_it(metro):
    inner = NeedScheduler(point=metro.operating_point, site=metro)
    people = at_the_spot(metro, 300)
    asked = [bool(ChosenScheduler(scheduler=inner, share=0.4)(one)[1]) for one in people]
    assert 0.3 < np.mean(asked) < 0.5  # 3.5 standard deviations
    again = [bool(ChosenScheduler(scheduler=inner, share=0.4)(one)[1]) for one in people]
    assert asked == again
    assert not any(ChosenScheduler(scheduler=inner, share=0.0)(one)[1] for one in people[:20])


@pytest.mark.parametrize("settings", [{"share": 1.5}, {"least_p": float("nan")}])
def test_a_share_is_a_share(metro, settings):
    with pytest.raises(ValueError, match=r"must be inside \[0, 1\]"):
        ChosenScheduler(scheduler=NeedScheduler(point=metro.operating_point), **settings)


def test_a_station_that_chooses_by_chance_or_by_suspicion(metro):
    station = Station.of(metro, {"mw-south": Repeats()}, {})
    by_chance = without_cueing(station, share=0.4).scheduler
    assert isinstance(by_chance, BlindScheduler)
    assert isinstance(by_chance.scheduler, ChosenScheduler)
    assert (by_chance.scheduler.share, by_chance.scheduler.least_p) == (0.4, 0.0)
    cued = looking_from(station, 0.15).scheduler
    assert isinstance(cued, ChosenScheduler)
    assert (cued.share, cued.least_p) == (1.0, 0.15)
