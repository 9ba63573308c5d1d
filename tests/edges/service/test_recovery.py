from dataclasses import replace

import pytest

from standex.edges.service.checkpoint import checkpoint_of
from standex.edges.service.recovery import (
    GAP_OF_ALERTS,
    GAP_OF_NUMBERS,
    number_of,
    recovered,
)
from standex.model.event import PassageClosed
from standex.model.picture import Outcome

S = 10**9


def kept(picture, **changes):
    facts = {
        "site_id": "survey",
        "site_digest": "abc",
        "software_version": "1",
        "written_utc_ns": picture.t_utc_ns,
    }
    return checkpoint_of(picture, **(facts | changes))


def go_on(checkpoint, *, after_s=2.0, alerts=(), digest="abc", problem="", now=None):
    return recovered(
        checkpoint,
        problem=problem,
        site_id="survey",
        site_digest=digest,
        now_utc_ns=now or checkpoint.written_utc_ns + round(after_s * S),
        within_s=10.0,
        alerts=alerts,
    )


def test_a_young_picture_is_continued_and_no_number_is_given_twice(fakes, made) -> None:
    picture = replace(made.picture(fakes), n_alerts=3)
    recovery = go_on(kept(picture))
    assert recovery.is_continued
    assert not recovery.events
    assert recovery.picture.passages.keys() == picture.passages.keys()
    assert recovery.picture.tracks.next_track_id == picture.tracks.next_track_id + GAP_OF_NUMBERS
    assert recovery.picture.n_alerts == 3 + GAP_OF_ALERTS
    clean = go_on(kept(picture, is_clean=True))
    assert clean.picture.n_alerts == 3


@pytest.mark.parametrize(("after_s", "digest"), [(11.0, "abc"), (-60.0, "abc"), (1.0, "other")])
def test_everybody_in_an_old_picture_is_not_screened(fakes, made, after_s, digest) -> None:
    picture = made.picture(fakes)
    recovery = go_on(kept(picture), after_s=after_s, digest=digest)
    assert not recovery.is_continued
    assert not recovery.picture.passages
    (event,) = recovery.events
    assert isinstance(event, PassageClosed)
    assert event.outcome is Outcome.NOT_SCREENED
    assert "the service was down" in event.reason
    assert recovery.picture.tracks.next_track_id > picture.tracks.next_track_id


def test_an_alarm_stays_an_alarm(fakes, made, alarmed) -> None:
    picture = made.picture(fakes)
    (who,) = picture.passages
    recovery = go_on(kept(alarmed(picture, who, "survey-000001")), after_s=100)
    (event,) = recovery.events
    assert (event.outcome, event.alert_id) == (Outcome.ALARM, "survey-000001")


def test_an_alarm_after_the_last_checkpoint_is_not_raised_again(fakes, made) -> None:
    picture = made.picture(fakes)
    (who,) = picture.passages
    passage = picture.passages[who]
    stored = made.alert(4, track_id=who, t_utc_ns=passage.last_utc_ns)
    older = made.alert(2, track_id=who, t_utc_ns=passage.first_utc_ns - 3600 * S)
    recovery = go_on(kept(picture), alerts=(stored, older))
    assert recovery.picture.passages[who].alert_id == stored.alert_id
    assert recovery.picture.passages[who].verdict.outcome is Outcome.ALARM
    assert recovery.picture.n_alerts == 4 + GAP_OF_ALERTS
    other = go_on(kept(picture), alerts=(older,))
    assert not other.picture.passages[who].alert_id


def test_an_alarm_that_no_store_has_is_raised_anew(fakes, made, alarmed) -> None:
    picture = made.picture(fakes)
    (who,) = picture.passages
    known = kept(alarmed(picture, who, "survey-000005"))
    older, itself = (made.alert(n, track_id=99, t_utc_ns=S) for n in (4, 5))
    lost = go_on(known, alerts=(older,))
    assert not lost.picture.passages[who].alert_id
    assert lost.picture.n_alerts > 5
    there = go_on(known, alerts=(itself, older))
    assert there.picture.passages[who].alert_id == "survey-000005"


def test_without_a_checkpoint_the_store_says_which_alerts_there_were(made) -> None:
    none = go_on(None, now=made.T0)
    assert none.picture is None
    known = go_on(None, now=made.T0, alerts=(made.alert(41),), problem="it is damaged")
    assert known.picture.n_alerts == 41 + GAP_OF_ALERTS
    assert "damaged" in known.message


@pytest.mark.parametrize(
    ("alert_id", "number"), [("survey-000041", 41), ("other-000041", 0), ("survey-x", 0), ("", 0)]
)
def test_numbers_of_alerts(alert_id, number) -> None:
    assert number_of(alert_id, "survey") == number
