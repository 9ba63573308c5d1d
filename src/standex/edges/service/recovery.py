"""Going on after the service was gone: with the people it knew, or saying that they were missed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from standex.edges.service.checkpoint import Checkpoint
from standex.model.event import Alert, Event, PassageClosed
from standex.model.hand_over import no_hand_over
from standex.model.picture import Outcome, Passage, PassageKind, Picture
from standex.model.tracks import no_tracks

GAP_OF_NUMBERS = 1000
"""Numbers of people and tasks jump by so much: none given in the last second is given again."""
GAP_OF_ALERTS = 10
"""The same for alerts, where the service did not end in good order."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recovery:
    """How to go on.

    Attributes:
        picture: to start with; None where there was nothing at all before.
        is_continued: whether people are followed on.
        events: what is to be said of those who are not.
        message: what was done, in plain words.
    """

    picture: Picture | None
    is_continued: bool
    events: tuple[Event, ...]
    message: str


def recovered(
    checkpoint: Checkpoint | None,
    *,
    problem: str,
    site_id: str,
    site_digest: str,
    now_utc_ns: int,
    within_s: float,
    alerts: Sequence[Alert],
) -> Recovery:
    """Return how to go on.

    A picture is continued when it is young enough and of the same survey. Else everybody in it is
    closed as not screened (an alarm stays an alarm): what they did meanwhile, nobody saw.

    Args:
        checkpoint: the last one, or None.
        problem: why there is none, or empty.
        site_id: where.
        site_digest: of the site file as it is now.
        now_utc_ns: when.
        within_s: a checkpoint that old or younger is continued.
        alerts: the last that the store holds: some may be newer than the checkpoint.
    """
    n_stored = max((number_of(alert.alert_id, site_id) for alert in alerts), default=0)
    if checkpoint is None:
        picture = None
        if n_stored:
            picture = replace(_empty(now_utc_ns), n_alerts=n_stored + GAP_OF_ALERTS)
        why = problem or "there was none"
        return Recovery(
            picture=picture, is_continued=False, events=(), message=f"no picture: {why}"
        )
    gap = 0 if checkpoint.is_clean else GAP_OF_ALERTS
    n_alerts = max(checkpoint.n_alerts, n_stored) + gap
    down_s = (now_utc_ns - checkpoint.written_utc_ns) * 1e-9
    if (checkpoint.site_id, checkpoint.site_digest) != (site_id, site_digest):
        why = "the site file is another one"
    elif not -1.0 <= down_s <= within_s:
        why = f"it is {down_s:.0f} s old, {within_s:g} s are allowed"
    else:
        picture = _onwards(checkpoint.picture(), n_alerts=n_alerts)
        kept = _without_unkept(picture.passages, site_id, n_stored=n_stored)
        passages = _with_alerts(kept, alerts)
        n_people = len(passages)
        return Recovery(
            picture=replace(picture, passages=passages),
            is_continued=True,
            events=(),
            message=f"the picture of {down_s:.1f} s ago is continued with {n_people} people",
        )
    before = _onwards(checkpoint.picture(), n_alerts=n_alerts)
    empty = _empty(now_utc_ns)
    empty = replace(
        empty,
        tracks=replace(empty.tracks, next_track_id=before.tracks.next_track_id),
        n_alerts=n_alerts,
        # What was fired was fired, whoever was followed.
        tasking=replace(before.tasking, open=(), refused={}),
        # As two people ordered; it holds until two order another.
        operating_point=before.operating_point,
    )
    passages = _with_alerts(before.passages, alerts)
    reason = (
        f"the service was down from {_seconds(checkpoint.written_utc_ns)} to "
        f"{_seconds(now_utc_ns)} UTC seconds, and nobody watched"
    )
    events = tuple(
        _missed(passage, t_utc_ns=now_utc_ns, reason=reason)
        for passage in passages.values()
        if passage.kind is PassageKind.PERSON and passage.track_id not in before.superseded
    )
    return Recovery(
        picture=empty,
        is_continued=False,
        events=events,
        message=f"the picture is not continued ({why}): {len(events)} people were not screened",
    )


def number_of(alert_id: str, site_id: str) -> int:
    """Return the number in an alert's id, or 0 where it is of another site."""
    number = alert_id.removeprefix(f"{site_id}-")
    return int(number) if number != alert_id and number.isascii() and number.isdigit() else 0


def _onwards(picture: Picture, *, n_alerts: int) -> Picture:
    """Return a picture in which no number is given a second time."""
    tracks, tasking = picture.tracks, picture.tasking
    return replace(
        picture,
        tracks=replace(tracks, next_track_id=tracks.next_track_id + GAP_OF_NUMBERS),
        n_alerts=n_alerts,
        tasking=replace(tasking, n_tasks=tasking.n_tasks + GAP_OF_NUMBERS),
    )


def _empty(t_utc_ns: int) -> Picture:
    return Picture(
        t_utc_ns=t_utc_ns,
        tracks=no_tracks(t_utc_ns),
        history=(),
        passages={},
        health={},
        coverage={},
        n_alerts=0,
        hand_over=no_hand_over(t_utc_ns),
    )


def _with_alerts(passages: Mapping[int, Passage], alerts: Sequence[Alert]) -> dict[int, Passage]:
    """Return passages with the alerts that were stored after the checkpoint: none comes twice."""
    out = dict(passages)
    for alert in alerts:
        passage = out.get(alert.track_id)
        # The numbers of people of an older run are others.
        is_of_it = passage is not None and alert.t_utc_ns >= passage.first_utc_ns
        if passage is not None and is_of_it and not passage.alert_id:
            verdict = replace(
                passage.verdict,
                outcome=Outcome.ALARM,
                p_threat=alert.p_threat,
                zone=alert.zone,
                coverage=alert.coverage,
                reason=alert.reason,
            )
            out[alert.track_id] = replace(passage, alert_id=alert.alert_id, verdict=verdict)
    return out


def _without_unkept(
    passages: Mapping[int, Passage], site_id: str, *, n_stored: int
) -> dict[int, Passage]:
    """Return passages without alerts that no store has: they are raised anew, or nobody would know.

    The picture may have reached the disk before an alert did.
    """
    return {
        number: replace(passage, alert_id="")
        if number_of(passage.alert_id, site_id) > n_stored
        else passage
        for number, passage in passages.items()
    }


def _missed(passage: Passage, *, t_utc_ns: int, reason: str) -> PassageClosed:
    has_alarmed = bool(passage.alert_id) or passage.verdict.outcome is Outcome.ALARM
    return PassageClosed(
        t_utc_ns=t_utc_ns,
        track_id=passage.track_id,
        first_utc_ns=passage.first_utc_ns,
        last_utc_ns=passage.last_utc_ns,
        outcome=Outcome.ALARM if has_alarmed else Outcome.NOT_SCREENED,
        p_threat=passage.verdict.p_threat,
        zone=passage.verdict.zone,
        covered=passage.covered,
        n_looks=len({entry.look_id for entry in passage.entries}),
        alert_id=passage.alert_id,
        reason=reason,
    )


def _seconds(t_utc_ns: int) -> str:
    return f"{t_utc_ns // 10**9}"
