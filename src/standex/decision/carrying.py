"""What goes along with people and bags, in the picture: ledgers, alerts, passages.

A person under a later number takes everything over from the earlier one, as far as it is probably
the same person; a bag takes what is known of it to where it was set down, and to who takes it up.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import log

from standex.decision.passages import joined_past_screening
from standex.decision.things import Handing, left_things, set_down, taken_up
from standex.model.event import Event, PassageClosed, PersonRejoined, ThingLeft
from standex.model.hand_over import HandOverState, Join
from standex.model.picture import Passage, PassageKind, Picture
from standex.model.ports import Fuser
from standex.model.site import Site
from standex.model.tracks import Snapshot
from standex.model.zones import BodyZone

SURE = 0.5  # from this probability on two numbers are one person
SAME_LOGIT = 0.01
"""By less than this in log odds a join has not changed until it is final: no likelihood that goes
along with it would move by more, and a ledger that goes along anew costs as much as all of it."""


def with_joins(picture: Picture, joins: tuple[Join, ...], *, fuser: Fuser, site: Site) -> Picture:
    """Let the ledgers of people go along to the numbers they are followed under now."""
    passages, left = dict(picture.passages), dict(picture.left)
    for join in joins:
        later = passages.get(join.later_track_id)
        if later is None:
            continue
        number = join.earlier_track_id
        earlier = passages.get(number) or left.get(number)
        if is_news(later, earlier, join):
            later = fuser.join(later, earlier, join.p_same)
        if join.is_final and earlier is not None and later.joined is not None:
            is_past = joined_past_screening(earlier, later, site)
            later = replace(
                later,
                is_past_screening=is_past if join.p_same >= SURE else later.is_past_screening,
                joined=replace(later.joined, entries=()),
            )
            if join.p_same >= SURE:
                # One person, one passage: the earlier one goes on as this.
                passages.pop(number, None)
                left.pop(number, None)
        passages[join.later_track_id] = later
    return replace(picture, passages=passages, left=left) if joins else picture


def said_of(
    joins: tuple[Join, ...], before: HandOverState, t_utc_ns: int
) -> tuple[PersonRejoined, ...]:
    """Return what to say of joins: when they begin, change, end, or have become final."""
    known = {join.later_track_id: join.earlier_track_id for join in before.joins}
    return tuple(
        PersonRejoined(
            t_utc_ns=t_utc_ns,
            track_id=join.later_track_id,
            earlier_track_id=join.earlier_track_id,
            p_same=join.p_same,
            is_final=join.is_final,
            reason=join.reason,
        )
        for join in joins
        if join.is_final or known.get(join.later_track_id) != join.earlier_track_id
    )


def is_news(later: Passage, earlier: Passage | None, join: Join) -> bool:
    """Whether what went along with a join is not what should."""
    was = later.joined
    if was is None or earlier is None:
        return was is not None or earlier is not None
    return not (
        was.track_id == earlier.track_id
        and _is_same(was.p_same, join)
        and was.entries is earlier.entries
        and was.covered is earlier.covered
    )


def _is_same(p_before: float, join: Join) -> bool:
    p = join.p_same
    if p == p_before or join.is_final or not (0 < p < 1 and 0 < p_before < 1):
        return p == p_before
    return abs(log(p / (1 - p)) - log(p_before / (1 - p_before))) < SAME_LOGIT


def with_things(
    before: Picture,
    picture: Picture,
    *,
    past: Callable[[int], Snapshot | None],
    fuser: Fuser,
    site: Site,
) -> tuple[Picture, tuple[ThingLeft, ...]]:
    """Let the ledgers of bags go along, to where they were set down and who took them up.

    Args:
        before: the picture before a scan.
        picture: and after it.
        past: where people were at a time.
        fuser: that moves ledgers.
        site: for its item classes.
    """
    followed = set(picture.tracks.track_id.tolist())
    things = {n for n, one in before.passages.items() if one.kind is PassageKind.THING}
    things |= {n for n, one in picture.passages.items() if one.kind is PassageKind.THING}
    if not things:
        return picture, ()
    passages, handings = set_down(before.passages, picture.passages, past)
    for handing in handings:
        whole = fuser.move(passages, handing.from_whom, handing.to_whom)
        passages = with_alert_of_bag(whole, handing)
    ended = _ended(before, passages, things, followed)
    taken = taken_up({**passages, **ended}, tuple(ended), past)
    after = dict(passages)
    p_taken = dict.fromkeys(ended, 0.0)
    for handing in taken:
        whole = fuser.move({**after, **ended}, handing.from_whom, handing.to_whom)
        after[handing.to_whom] = with_alert_of_bag(whole, handing)[handing.to_whom]
        for number, p in handing.from_whom.items():
            p_taken[number] += p
            if number in followed:
                # The track of the thing has gone over to somebody: who is not the thing.
                rest = whole[number]
                after[number] = replace(
                    after[number],
                    entries=rest.entries,
                    covered=rest.covered,
                    log_posterior=rest.log_posterior,
                    set_down_by={},
                )
    for number in p_taken.keys() - followed:
        if p_taken[number] >= SURE:
            after[number] = replace(after[number], is_left=False)  # it can be closed
    untaken = {number for number in p_taken.keys() - followed if p_taken[number] < SURE}
    after, events = left_things(
        after, followed=followed, lost=untaken, site=site, t_utc_ns=picture.t_utc_ns
    )
    return replace(picture, passages=after), events


def _ended(
    before: Picture, passages: Mapping[int, Passage], things: set[int], followed: set[int]
) -> dict[int, Passage]:
    """Return the things that are none any more, as they were: track ended, or gone over."""
    were = set(before.tracks.track_id.tolist())
    ended: dict[int, Passage] = {}
    for number in sorted(things & passages.keys() & before.passages.keys()):
        was, now = before.passages[number], passages[number]
        if was.kind is PassageKind.THING and now.kind is PassageKind.PERSON:
            ended[number] = replace(was, entries=now.entries, log_posterior=now.log_posterior)
        elif number in were and number not in followed:
            ended[number] = now
    return ended


def with_alert_of_bag(passages: Mapping[int, Passage], handing: Handing) -> dict[int, Passage]:
    """Return the passages after a bag went, with the alert that was about it, if any.

    A thing that was only lost from sight has no passage of its own any more.
    """
    after = dict(passages)
    to = after[handing.to_whom]
    for number, p in handing.from_whom.items():
        giver = after.get(number)
        if giver is None or p < SURE:
            continue
        if giver.alert_id and not to.alert_id and giver.verdict.zone in (BodyZone.BAG, None):
            to = replace(to, alert_id=giver.alert_id)
        if giver.is_left and to.kind is PassageKind.THING:
            del after[number]
    after[handing.to_whom] = to
    return after


def remembering(
    picture: Picture, before: Mapping[int, Passage], decided: tuple[Event, ...]
) -> Picture:
    """Return the picture with the passages just closed, for as long as people may come back.

    Without pictures of bodies, and without descriptors past their time.
    """
    hand_over = picture.hand_over.without_old_descriptors(picture.t_utc_ns)
    if hand_over is not picture.hand_over:
        picture = replace(picture, hand_over=hand_over)
    closed: dict[int, Passage] = {}
    for event in decided:
        passage = before.get(event.track_id) if isinstance(event, PassageClosed) else None
        if isinstance(event, PassageClosed) and passage is not None:
            entries = tuple(replace(entry, patch=None) for entry in passage.entries)
            closed[event.track_id] = replace(passage, entries=entries, alert_id=event.alert_id)
    if not closed and not picture.left:
        return picture
    people = hand_over.departed.last.track_id.tolist(), hand_over.followed.track_id.tolist()
    known = {number for group in people for number in group}
    left = {number: one for number, one in {**picture.left, **closed}.items() if number in known}
    return replace(picture, left=left)
