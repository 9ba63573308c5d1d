"""What the station says, as changes of incidents."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from standex.edges.incidents.actions import with_line
from standex.edges.incidents.incident import (
    Disposition,
    Happening,
    Incident,
    Reach,
    Rules,
    State,
    Subject,
)
from standex.model.event import Alert, Event, PassageClosed, PersonRejoined, ThingLeft
from standex.model.picture import Passage, PassageKind, Picture
from standex.model.site import Site

STATION = "station"
LAST_DIGITS = 10_000  # as the console shows them
Incidents = Mapping[str, Incident]


def after_events(
    incidents: Incidents, events: Iterable[Event], *, site: Site, rules: Rules, exercise: str = ""
) -> dict[str, Incident]:
    """Return the incidents after what the station said; saying it twice changes nothing.

    Args:
        incidents: by id.
        events: oldest first.
        site: where.
        rules: of the site.
        exercise: whose shadow said it; empty for the station itself.
    """
    after = dict(incidents)
    for event in events:
        match event:
            case Alert():
                if event.alert_id not in after:
                    after[event.alert_id] = replace(opened(event, rules), exercise=exercise)
            case ThingLeft():
                _thing_left(after, event, site=site, rules=rules, exercise=exercise)
            case PersonRejoined():
                _rejoined(after, event)
            case PassageClosed():
                _passage_closed(after, event)
            case _:
                pass
    return after


def opened(alert: Alert, rules: Rules) -> Incident:
    """Return the incident that an alert opens."""
    exit_s = alert.seconds_in_reach
    return Incident(
        incident_id=alert.alert_id,
        subject=Subject.PERSON,
        opened_utc_ns=alert.t_utc_ns,
        changed_utc_ns=alert.t_utc_ns,
        state=State.NEW,
        priority=rules.priority_of(alert.p_threat),
        reach=Reach.FOLLOWED,
        track_id=alert.track_id,
        level_id=alert.level_id,
        x_site_m=float(alert.position_site_m[0]),
        y_site_m=float(alert.position_site_m[1]),
        seen_utc_ns=alert.t_utc_ns,
        zone=alert.zone,
        p_threat=alert.p_threat,
        p_highest=alert.p_threat,
        prior=alert.prior,
        coverage=alert.coverage,
        sensors=alert.sensors,
        reason=alert.reason,
        exit_utc_ns=alert.t_utc_ns + round(exit_s * 1e9) if exit_s >= 0 else 0,
        escalate_utc_ns=alert.t_utc_ns + round(rules.escalate_after_s * 1e9),
        history=(_said(alert.t_utc_ns, "alarm", alert.reason),),
    )


def after_picture(
    incidents: Incidents, picture: Picture, *, rules: Rules, exit_line_ids: frozenset[str]
) -> dict[str, Incident]:
    """Return the incidents with what is known now of where people are and what they carry.

    A change of place alone gives an incident no new version: the live picture has it.
    """
    by_alert = {one.alert_id: one for one in picture.passages.values() if one.alert_id}
    after: dict[str, Incident] = dict(incidents)
    for name, incident in incidents.items():
        if not incident.is_open:
            continue
        passage = by_alert.get(name)
        if passage is not None:
            incident = _followed(incident, passage, picture, rules, exit_line_ids)  # noqa: PLW2901
        unseen_s = (picture.t_utc_ns - incident.seen_utc_ns) * 1e-9
        if incident.reach is Reach.FOLLOWED and unseen_s > rules.lost_after_s:
            lost = _said(picture.t_utc_ns, "lost", f"not seen for {unseen_s:.0f} s")
            incident = with_line(replace(incident, reach=Reach.LOST), lost)  # noqa: PLW2901
        after[name] = incident
    return after


def _followed(
    incident: Incident,
    passage: Passage,
    picture: Picture,
    rules: Rules,
    exit_line_ids: frozenset[str],
) -> Incident:
    verdict, line = passage.verdict, passage.next_line
    expected = 0
    if line is not None and line.line_id in exit_line_ids and line.median_s < 1e6:
        expected = passage.last_utc_ns + round(line.median_s * 1e9)
    is_thing = passage.kind is PassageKind.THING
    now = replace(
        incident,
        subject=Subject.THING if is_thing else Subject.PERSON,
        track_id=passage.track_id,
        x_site_m=float(passage.position_site_m[0]),
        y_site_m=float(passage.position_site_m[1]),
        seen_utc_ns=passage.last_utc_ns,
        zone=verdict.zone,
        p_threat=verdict.p_threat,
        p_highest=max(incident.p_highest, verdict.p_threat),
        coverage=verdict.coverage,
        exit_utc_ns=expected or incident.exit_utc_ns,
    )
    higher = rules.priority_of(verdict.p_threat)
    if now.priority.rank < higher.rank:
        now = with_line(
            replace(now, priority=higher),
            _said(picture.t_utc_ns, "raised", f"priority {higher.value}: {verdict.reason}"),
        )
    if now.track_id != incident.track_id:
        text = f"followed under number {spoken(now.track_id)}, before {spoken(incident.track_id)}"
        now = with_line(now, _said(picture.t_utc_ns, "rejoined", text))
    unseen_s = (picture.t_utc_ns - now.seen_utc_ns) * 1e-9
    if incident.reach is not Reach.FOLLOWED and unseen_s <= rules.lost_after_s:
        back = _said(picture.t_utc_ns, "found_again", "on the plan again")
        now = with_line(replace(now, reach=Reach.FOLLOWED), back)
    elif now.zone is not incident.zone:
        now = replace(now, version=now.version + 1)
    return now


def after_time(incidents: Incidents, *, now_utc_ns: int, rules: Rules) -> dict[str, Incident]:
    """Return the incidents after so much time: shelving ends, nobody acknowledging escalates."""
    after = dict(incidents)
    for name, incident in incidents.items():
        if not incident.is_open:
            continue
        if 0 < incident.shelved_until_utc_ns <= now_utc_ns:
            incident = with_line(  # noqa: PLW2901
                replace(incident, shelved_until_utc_ns=0),
                _said(now_utc_ns, "unshelve", "its time on the shelf is over"),
            )
        if incident.state is State.NEW and 0 < incident.escalate_utc_ns <= now_utc_ns:
            incident = _escalated(incident, now_utc_ns, rules)  # noqa: PLW2901
        after[name] = incident
    return after


def _escalated(incident: Incident, now_utc_ns: int, rules: Rules) -> Incident:
    n = incident.escalations + 1
    due = now_utc_ns + round(rules.escalate_after_s * 1e9) if n < rules.max_escalations else 0
    waited_s = (now_utc_ns - incident.opened_utc_ns) * 1e-9
    return with_line(
        replace(
            incident,
            priority=incident.priority.raised,
            escalations=n,
            escalate_utc_ns=due,
        ),
        _said(now_utc_ns, "escalate", f"nobody acknowledged in {waited_s:.0f} s"),
    )


def spoken(track_id: int) -> int:
    """Return what people call somebody on the plan: the last digits of the number."""
    return track_id % LAST_DIGITS


def exercise_over(
    incidents: Incidents, exercise: str, *, t_utc_ns: int, text: str
) -> dict[str, Incident]:
    """Return the incidents of an exercise, closed as drills and told to everybody."""
    return {
        name: with_line(
            replace(
                one,
                state=State.CLOSED,
                disposition=one.disposition or Disposition.DRILL,
                is_exercise_over=True,
                escalate_utc_ns=0,
                shelved_until_utc_ns=0,
                offered_to="",
            ),
            _said(t_utc_ns, "exercise_over", text),
        )
        for name, one in incidents.items()
        if one.exercise == exercise and not one.is_exercise_over
    }


def _said(t_utc_ns: int, what: str, text: str) -> Happening:
    return Happening(t_utc_ns=t_utc_ns, by=STATION, what=what, text=text)


def _of_track(incidents: dict[str, Incident], track_id: int) -> Incident | None:
    """Return the incident of who has that number now, the newest where there are several."""
    of = [one for one in incidents.values() if one.track_id == track_id and not one.same_as]
    return max((one for one in of if one.is_open), key=lambda o: o.opened_utc_ns, default=None)


def _rejoined(incidents: dict[str, Incident], event: PersonRejoined) -> None:
    if event.earlier_track_id == 0 or event.p_same < 0.5:
        return
    earlier = _of_track(incidents, event.earlier_track_id)
    later = _of_track(incidents, event.track_id)
    if earlier is None or earlier is later:
        return
    if later is None:
        text = f"probably number {spoken(event.track_id)} now: {event.reason}"
        if event.is_final:
            earlier = replace(earlier, track_id=event.track_id)
        if earlier.history[-1].text != text:
            incidents[earlier.incident_id] = with_line(
                earlier, _said(event.t_utc_ns, "rejoined", text)
            )
    elif event.is_final:
        # Two alarms, one person: the later one goes on, and the earlier one says so.
        incidents[earlier.incident_id] = with_line(
            replace(earlier, same_as=later.incident_id),
            _said(event.t_utc_ns, "same_person", f"goes on as {later.incident_id}"),
        )


def _passage_closed(incidents: dict[str, Incident], event: PassageClosed) -> None:
    incident = incidents.get(event.alert_id) if event.alert_id else None
    if incident is None or incident.reach is Reach.GONE or event.track_id != incident.track_id:
        return
    gone = replace(
        incident,
        reach=Reach.GONE,
        p_threat=event.p_threat,
        p_highest=max(incident.p_highest, event.p_threat),
        seen_utc_ns=max(incident.seen_utc_ns, event.last_utc_ns),
    )
    nobody = "" if incident.is_acknowledged else "; nobody had acknowledged"
    text = f"out of reach: {event.reason}{nobody}"
    incidents[incident.incident_id] = with_line(gone, _said(event.t_utc_ns, "gone", text))


def _thing_left(
    incidents: dict[str, Incident], event: ThingLeft, *, site: Site, rules: Rules, exercise: str
) -> None:
    name = event.alert_id or f"{site.site_id}-thing-{event.track_id}"
    known = incidents.get(name)
    if known is None:
        alert = Alert(
            alert_id=name,
            t_utc_ns=event.t_utc_ns,
            track_id=event.track_id,
            level_id=event.level_id,
            position_site_m=event.position_site_m,
            zone=None,
            p_threat=event.p_threat,
            prior=0.0,
            coverage=event.coverage,
            seconds_in_reach=-1.0,
            sensors=(),
            reason=event.reason,
        )
        incidents[name] = replace(opened(alert, rules), subject=Subject.THING, exercise=exercise)
    elif known.subject is not Subject.THING or known.track_id != event.track_id:
        incidents[name] = with_line(
            replace(
                known,
                subject=Subject.THING,
                track_id=event.track_id,
                x_site_m=float(event.position_site_m[0]),
                y_site_m=float(event.position_site_m[1]),
            ),
            _said(event.t_utc_ns, "left_behind", event.reason),
        )
