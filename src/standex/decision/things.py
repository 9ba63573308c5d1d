"""Things that were set down: who set them down, who takes them up, and what is left behind."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from standex.model.event import ThingLeft
from standex.model.picture import Passage, PassageKind
from standex.model.site import Site
from standex.model.tracks import Snapshot
from standex.model.zones import ZONE_INDEX, BodyZone

HAND_M = 0.7  # standard deviation of how far from its person a thing stands
REACH_M = 2.0  # who is further off has set nothing down and takes nothing up
LEFT_M = 4.0  # whoever set it down is further off: it is left
FADES_S = 2.0  # the same in time, of who has gone since
LEAST = 0.02  # a share below it is nobody's
MAX_THINGS = 200
BAG = ZONE_INDEX[BodyZone.BAG]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Handing:
    """A bag goes from some to another.

    Attributes:
        from_whom: P(it was theirs), by track number.
        to_whom: who has it now.
    """

    from_whom: Mapping[int, float]
    to_whom: int


def shares(
    place_site_m: Float[np.ndarray, " 2"],
    t_utc_ns: int,
    people: Mapping[int, Passage],
    past: Snapshot | None,
) -> dict[int, float]:
    """Return P(it was them) of the people near a place at a time; the rest is nobody known.

    By distance and by time since they were last there, with somebody unknown at the end of reach.

    Args:
        place_site_m: of the thing.
        t_utc_ns: when it began or ended.
        people: passages of people, by track number; gone ones too.
        past: where people were at that time; who is not in it counts as last seen.
    """
    where = (
        {} if past is None else dict(zip(past.track_id.tolist(), past.position_site_m, strict=True))
    )
    weight: dict[int, float] = {}
    for number, passage in sorted(people.items()):
        at_m = where.get(number, passage.position_site_m)
        away_m = float(np.hypot(*(at_m - place_site_m)))
        off_s = 0.0 if number in where else abs(t_utc_ns - passage.last_utc_ns) * 1e-9
        if away_m <= REACH_M:
            weight[number] = float(np.exp(-0.5 * (away_m / HAND_M) ** 2 - off_s / FADES_S))
    total = sum(weight.values()) + float(np.exp(-0.5 * (REACH_M / HAND_M) ** 2))
    return {number: w / total for number, w in weight.items() if w / total >= LEAST}


def set_down(
    before: Mapping[int, Passage],
    after: Mapping[int, Passage],
    past: Callable[[int], Snapshot | None],
) -> tuple[dict[int, Passage], tuple[Handing, ...]]:
    """Return the passages with who set things down, for things just found to be things.

    A thing that was left and lost from sight, and is found again where it was, goes on as what
    it was, under its new number.

    Args:
        before: the passages before the scan.
        after: and after.
        past: where people were at a time.
    """
    passages, handings = dict(after), list[Handing]()
    for number, thing in after.items():
        was = before.get(number)
        if thing.kind is not PassageKind.THING or (was is not None and was.kind is thing.kind):
            continue
        again = _found_again(thing, passages)
        if again is not None:
            handings.append(Handing(from_whom={again.track_id: 1.0}, to_whom=number))
            passages[number] = replace(thing, set_down_by=again.set_down_by, is_left=True)
            continue
        people = {n: p for n, p in after.items() if p.kind is PassageKind.PERSON}
        by = shares(thing.position_site_m, thing.first_utc_ns, people, past(thing.first_utc_ns))
        passages[number] = replace(thing, set_down_by=by)
        if by:
            handings.append(Handing(from_whom=by, to_whom=number))
    return passages, tuple(handings)


def _found_again(thing: Passage, passages: Mapping[int, Passage]) -> Passage | None:
    """Return the nearest thing that was left here and has not been seen since, or None."""
    lost = [
        (float(np.hypot(*(old.position_site_m - thing.position_site_m))), number)
        for number, old in passages.items()
        if old.is_left and number != thing.track_id and old.last_utc_ns < thing.first_utc_ns
    ]
    away_m, number = min(lost, default=(np.inf, 0))
    return passages[number] if away_m <= HAND_M else None


def taken_up(
    passages: Mapping[int, Passage],
    ended: tuple[int, ...],
    past: Callable[[int], Snapshot | None],
) -> tuple[Handing, ...]:
    """Return whom things that have ended went to: one handing for each who may have them.

    Args:
        passages: of people and things.
        ended: things whose tracks have just ended.
        past: where people were at a time.
    """
    handings: list[Handing] = []
    for number in ended:
        thing = passages[number]
        near = {
            n: p
            for n, p in passages.items()
            if p.kind is PassageKind.PERSON
            and n != number
            and (thing.last_utc_ns - p.last_utc_ns) * 1e-9 <= FADES_S
        }
        at = shares(thing.position_site_m, thing.last_utc_ns, near, past(thing.last_utc_ns))
        handings += [Handing(from_whom={number: p}, to_whom=taker) for taker, p in at.items()]
    return tuple(handings)


def is_alone(thing: Passage, passages: Mapping[int, Passage]) -> bool:
    """Whether nobody who may have set a thing down is near it."""
    for number in thing.set_down_by:
        owner = passages.get(number)
        if owner is None:
            continue
        away_m = float(np.hypot(*(owner.position_site_m - thing.position_site_m)))
        gone_s = (thing.last_utc_ns - owner.last_utc_ns) * 1e-9
        if away_m <= LEFT_M and gone_s <= FADES_S:
            return False
    return True


def left_things(
    passages: Mapping[int, Passage],
    *,
    followed: AbstractSet[int],
    lost: AbstractSet[int],
    site: Site,
    t_utc_ns: int,
) -> tuple[dict[int, Passage], tuple[ThingLeft, ...]]:
    """Return the passages with the things marked that are left, and what to say of them.

    Args:
        passages: of people and things.
        followed: track numbers; a thing among them is left when it is alone.
        lost: things just lost from sight that nobody took up; they stay where they were.
        site: for its item classes.
        t_utc_ns: now.
    """
    after, events = dict(passages), list[ThingLeft]()
    for number, thing in passages.items():
        if thing.kind is not PassageKind.THING or thing.is_left:
            continue
        if number not in lost and not (number in followed and is_alone(thing, passages)):
            continue
        after[number] = replace(thing, is_left=True)
        by = max(thing.set_down_by, key=lambda n: thing.set_down_by[n], default=0)
        p_threat, _ = site.items.p_threat(thing.log_posterior[[BAG]])
        who = f"person {by} set it down ({thing.set_down_by[by]:.0%})" if by else "nobody known"
        events.append(
            ThingLeft(
                t_utc_ns=t_utc_ns,
                track_id=number,
                level_id=site.levels[0].level_id,
                position_site_m=thing.position_site_m,
                set_down_by=by,
                p_threat=p_threat,
                coverage=float(thing.covered[BAG]),
                alert_id=thing.alert_id,
                reason=f"{who}; nobody who may have is within {LEFT_M:g} m",
            )
        )
    left_utc_ns = sorted(p.last_utc_ns for p in after.values() if p.is_left)
    if len(left_utc_ns) > MAX_THINGS:
        # The decider closes the oldest: memory is bounded.
        since_utc_ns = left_utc_ns[-MAX_THINGS]
        for number, thing in after.items():
            if thing.is_left and thing.last_utc_ns < since_utc_ns:
                after[number] = replace(thing, is_left=False)
    return after, tuple(events)


def is_thing(
    p_object: Float[np.ndarray, " n"], was_thing: Bool[np.ndarray, " n"]
) -> Bool[np.ndarray, " n"]:
    """Return which tracks are things; what was one is, until it is rather certain that not."""
    return p_object > np.where(was_thing, 0.2, 0.5)
