from dataclasses import replace

import numpy as np
import pytest

from standex.decision.carrying import (
    is_news,
    remembering,
    said_of,
    with_alert_of_bag,
    with_joins,
    with_things,
)
from standex.decision.decider import SequentialDecider
from standex.decision.things import Handing
from standex.fusion.fuser import LedgerFuser
from standex.model.event import PassageClosed
from standex.model.hand_over import Departed, HandOverState, Join, Seen, no_hand_over
from standex.model.observation import Patch
from standex.model.picture import LedgerEntry, Outcome, Passage, PassageKind, Picture, Verdict
from standex.model.site import Site
from standex.model.tracks import no_tracks
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone
from standex.testing.examples import T_UTC_NS, example_passage, example_picture
from standex.testing.leaves import check_same

S = 10**9


@pytest.fixture(scope="module")
def fuser(site: Site) -> LedgerFuser:
    return LedgerFuser(
        log_prior=site.log_prior(), zone_share=site.zone_share, trusted=frozenset({"x"})
    )


def entry(site: Site, *, zone=BodyZone.WAIST, look_id="look") -> LedgerEntry:
    return LedgerEntry(
        sensor_id="panel",
        look_id=look_id,
        t_utc_ns=T_UTC_NS,
        zone=zone,
        log_likelihood=np.where(site.items.is_threat, 3.0, 0.0),
        attachment=1.0,
        correlation=0.0,
        counts=True,
        reason="an example",
        score={},
        patch=Patch(
            caption="x", across_m=np.zeros(1), height_m=np.zeros(1), values=np.zeros((1, 1))
        ),
    )


def somebody(site: Site, number: int, *, x_m=0.0, covered=0.0, **changes) -> Passage:
    passage = example_passage(site, track_id=number, position_site_m=(x_m, 1.0), covered=covered)
    return replace(passage, **changes)


def join(earlier: int, later: int, *, p_same=0.9, is_final=False) -> Join:
    return Join(
        earlier_track_id=earlier,
        later_track_id=later,
        p_same=p_same,
        is_final=is_final,
        reason="an example",
    )


def joined(fuser, site, picture: Picture, *joins: Join) -> Picture:
    return with_joins(picture, joins, fuser=fuser, site=site)


def test_the_ledger_goes_along_and_is_revised(fuser, site) -> None:
    earlier = somebody(site, 1, covered=0.8, entries=(entry(site),), alert_id="a-1")
    other = somebody(site, 3, covered=0.2)
    picture = example_picture(site, earlier, somebody(site, 2), other)
    one = joined(fuser, site, picture, join(1, 2))
    assert one.passages[2].alert_id == "a-1"
    assert [e.carried_from for e in one.passages[2].entries] == [1]
    assert one.superseded == {1}
    again = joined(fuser, site, one, join(1, 2))
    assert again.passages[2] is one.passages[2]  # nothing new
    late = replace(earlier, entries=(*earlier.entries, entry(site, look_id="late")))
    more = joined(fuser, site, replace(one, passages={**one.passages, 1: late}), join(1, 2))
    assert len(more.passages[2].entries) == 2
    revised = joined(fuser, site, more, join(3, 2))
    assert revised.passages[2].entries == ()
    assert revised.passages[2].alert_id == ""
    np.testing.assert_allclose(revised.passages[2].covered, 0.9 * 0.2)
    back = joined(fuser, site, revised, join(0, 2, p_same=0.0))
    plain = replace(back.passages[2], log_posterior=picture.passages[2].log_posterior)
    check_same(plain, picture.passages[2], "as if nothing had been said")
    np.testing.assert_allclose(back.passages[2].log_posterior, plain.log_posterior, atol=1e-12)
    assert joined(fuser, site, picture) is picture


@pytest.mark.parametrize(("p_same", "stays"), [(0.9, False), (0.3, True)])
def test_what_is_final_is_one_passage(fuser, site, p_same, stays) -> None:
    earlier = somebody(site, 1, x_m=1.0, entries=(entry(site),))
    later = somebody(site, 2, x_m=-3.5)  # beyond the screening line
    picture = example_picture(site, earlier, later)
    final = joined(fuser, site, picture, join(1, 2, p_same=p_same, is_final=True))
    assert (1 in final.passages) is stays
    assert final.passages[2].is_past_screening is not stays
    assert final.passages[2].joined is not None
    assert final.passages[2].joined.entries == ()  # nothing is kept twice
    closed = replace(picture, passages={2: later}, left={1: earlier})
    final = joined(fuser, site, closed, join(1, 2, p_same=p_same, is_final=True))
    assert (1 in final.left) is stays
    assert len(final.passages[2].entries) == 1


def test_of_whom_nothing_is_known_nothing_goes_along(fuser, site) -> None:
    picture = example_picture(site, somebody(site, 2))
    for one in (join(1, 2), join(1, 2, is_final=True), join(1, 99), join(0, 2, p_same=0.0)):
        check_same(joined(fuser, site, picture, one), picture, "there is nobody to take it from")


def test_joins_are_said_when_they_change(site) -> None:
    before = replace(no_hand_over(0), joins=(join(1, 2), join(3, 4)))
    now = (join(1, 2, p_same=0.8), join(5, 4), join(6, 7), join(0, 9, p_same=0.0))
    said = said_of(now, before, T_UTC_NS)
    assert [(e.track_id, e.earlier_track_id) for e in said] == [(4, 5), (7, 6), (9, 0)]
    (final,) = said_of((join(1, 2, is_final=True),), before, T_UTC_NS)
    assert final.is_final
    assert final.reason == "an example"


def test_what_is_news(fuser, site) -> None:
    earlier = somebody(site, 1)
    later = fuser.join(somebody(site, 2), earlier, 0.9)
    assert not is_news(later, earlier, join(1, 2))
    assert is_news(later, earlier, join(1, 2, p_same=0.8))
    assert is_news(later, None, join(0, 2))
    assert is_news(later, replace(earlier, entries=(entry(site),)), join(1, 2))
    assert not is_news(somebody(site, 2), None, join(0, 2))


def remembers(*numbers: int) -> HandOverState:
    n = len(numbers)
    last = Seen(
        track_id=np.array(numbers, dtype=np.int64),
        t_utc_ns=np.full(n, T_UTC_NS),
        mean=np.zeros((n, 4)),
        covariance=np.zeros((n, 4, 4)),
        descriptor=np.zeros((n, 2)),
        area=np.zeros(n, dtype=np.int64),
    )
    return replace(no_hand_over(0), departed=Departed(last=last, ending=()))


def test_closed_passages_are_kept_while_people_may_come_back(site) -> None:
    gone = somebody(site, 1, entries=(entry(site),))
    decider = SequentialDecider(site=site, prior=0.1)
    picture = example_picture(site, gone, somebody(site, 2))
    picture = replace(
        picture, tracks=no_tracks(T_UTC_NS), t_utc_ns=T_UTC_NS + 2 * S, hand_over=remembers(1)
    )
    after, events = decider(picture)
    assert len([event for event in events if isinstance(event, PassageClosed)]) == 2
    kept = remembering(after, picture.passages, events)
    assert list(kept.left) == [1]  # nobody remembers 2
    assert kept.left[1].entries[0].patch is None
    assert kept.left[1].entries[0].look_id == "look"
    forgotten = remembering(replace(kept, hand_over=remembers()), {}, ())
    assert forgotten.left == {}


def test_descriptors_are_forgotten_in_time(site) -> None:
    picture = replace(example_picture(site), hand_over=remembers(1))
    assert remembering(picture, {}, ()) is picture
    late = remembering(replace(picture, t_utc_ns=T_UTC_NS + 361 * S), {}, ())
    assert np.isnan(late.hand_over.departed.last.descriptor).all()


def things(before: Picture, after: Picture, *, fuser, site) -> tuple[Picture, tuple]:
    return with_things(before, after, past=lambda _: None, fuser=fuser, site=site)


def test_without_things_nothing_is_done(fuser, site) -> None:
    picture = example_picture(site, somebody(site, 1))
    after, events = things(picture, picture, fuser=fuser, site=site)
    assert after is picture
    assert events == ()


def test_set_down_taken_up_and_left(fuser, site) -> None:
    bag = ZONE_INDEX[BodyZone.BAG]
    owner = somebody(site, 1, covered=0.5, entries=(entry(site, zone=BodyZone.BAG),))
    thing = somebody(site, 5, x_m=0.2, kind=PassageKind.THING)
    before = example_picture(site, owner)
    after, events = things(before, example_picture(site, owner, thing), fuser=fuser, site=site)
    assert events == ()
    assert after.passages[1].covered[bag] < 0.03
    assert after.passages[5].covered[bag] > 0.45
    # The owner goes, a stranger comes.
    away = replace(after.passages[1], position_site_m=np.array([9.0, 1.0]))
    stranger = somebody(site, 2, x_m=0.3)
    alone = replace(after, passages={**after.passages, 1: away})
    left, (event,) = things(after, alone, fuser=fuser, site=site)
    assert (event.track_id, event.set_down_by) == (5, 1)
    gone = example_picture(site, away, stranger)
    gone = replace(gone, passages={**left.passages, 2: stranger})
    taken, events = things(left, gone, fuser=fuser, site=site)
    assert events == ()
    assert [e.carried_from for e in taken.passages[2].entries] == [5]
    # Or nobody comes: it stays where it was.
    lost = replace(example_picture(site, away), passages=left.passages)
    stays, events = things(left, lost, fuser=fuser, site=site)
    assert stays.passages[5].is_left
    assert events == ()


def test_the_track_of_a_thing_goes_over_to_who_takes_it(fuser, site) -> None:
    thing = somebody(
        site, 5, kind=PassageKind.THING, entries=(entry(site, zone=BodyZone.BAG),), covered=0.5
    )
    taker = somebody(site, 2, x_m=0.2)
    before = example_picture(site, thing, taker)
    swapped = example_picture(site, replace(thing, kind=PassageKind.PERSON), taker)
    after, events = things(before, swapped, fuser=fuser, site=site)
    assert events == ()
    assert after.passages[2].entries[0].attachment > 0.9
    assert sum(e.attachment for e in after.passages[5].entries) < 0.1
    # With nobody near it was a person all the time, and keeps what is known.
    alone, _ = things(
        example_picture(site, thing),
        example_picture(site, replace(thing, kind=PassageKind.PERSON)),
        fuser=fuser,
        site=site,
    )
    assert alone.passages[5].entries == thing.entries


@pytest.mark.parametrize(
    ("zone", "p", "goes"),
    [(BodyZone.BAG, 0.9, True), (BodyZone.WAIST, 0.9, False), (BodyZone.BAG, 0.3, False)],
)
def test_the_alert_about_a_bag_goes_with_it(site, zone, p, goes) -> None:
    verdict = Verdict(outcome=Outcome.ALARM, p_threat=0.9, zone=zone, coverage=0.5, reason="x")
    giver = somebody(site, 1, alert_id="a-1", verdict=verdict)
    thing = somebody(site, 5, kind=PassageKind.THING)
    after = with_alert_of_bag({1: giver, 5: thing}, Handing(from_whom={1: p}, to_whom=5))
    assert after[5].alert_id == ("a-1" if goes else "")
    assert after[1].alert_id == "a-1"
    assert len(ZONES) == len(after[5].covered)
