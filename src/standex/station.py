"""The flow, on one page.

    device | recording | twin --record--> perceive --observations--> update --events--> the world
                                              ^                        |
                                              +-------- hints ---------+

``perceive`` is heavy, knows one sensor, and runs beside its like on any number of workers.
``update`` is light and sequential: one picture, one writer; the same observations in the same order
give the same picture and events, bit for bit, live or replayed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, final

import numpy as np
from jaxtyping import Float

from standex.decision.carrying import remembering, said_of, with_joins, with_things
from standex.decision.decider import SequentialDecider
from standex.decision.passages import follow
from standex.decision.scheduler import NeedScheduler
from standex.decision.tasks import obeying, with_tasks
from standex.fusion.fuser import LedgerFuser
from standex.fusion.history import LOOK_S, nearest, remembered
from standex.model.calibration import Calibration, Origin
from standex.model.errors import RecordError
from standex.model.event import Event, HealthChanged, Order
from standex.model.hand_over import no_hand_over
from standex.model.hints import Hints
from standex.model.observation import (
    Coverage,
    DriftFootprint,
    Evidence,
    Health,
    HealthReason,
    HealthState,
    Observation,
    Positions,
)
from standex.model.picture import Picture
from standex.model.ports import (
    Decider,
    Fuser,
    HandOver,
    Scheduler,
    StepTracker,
    Technology,
    Tracker,
    TrackUpdate,
)
from standex.model.record import Record
from standex.model.site import Site
from standex.model.tracks import Association, Tracks, no_tracks
from standex.tracking.hand_over import JointHandOver
from standex.tracking.reunion import Reunion
from standex.tracking.tracker import CrowdTracker

MAX_UNSEEN_S = 1.0  # whoever is lost for longer is the hand-over's: it weighs all, and may revise
# What clothing says is that of the cameras' descriptors on people of one real video.
REUNION = Reunion(descriptor_between=0.15)
KNOWN_S = 1.0  # coverage counts for whoever was followed within this time of it; see update


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Station:
    """One site's way from records to events; it remembers nothing, the picture does."""

    site: Site
    log_prior: Float[np.ndarray, "zones classes"]
    technologies: Mapping[str, Technology]
    tracker: Tracker
    hand_over: HandOver
    fuser: Fuser
    decider: Decider
    scheduler: Scheduler

    @classmethod
    def of(
        cls,
        site: Site,
        technologies: Mapping[str, Technology],
        calibrations: Mapping[str, Calibration],
    ) -> "Station":
        """Return a station of built-in parts.

        A simulated calibration counts only where the site is in exercise mode.
        """
        trusted = {
            c.calibration_id
            for c in calibrations.values()
            if site.exercise or c.origin is Origin.MEASURED
        }
        log_prior = site.log_prior()
        prior, _ = site.items.p_threat(log_prior)
        return cls(
            site=site,
            log_prior=log_prior,
            technologies=technologies,
            tracker=tracker_of(site),
            hand_over=JointHandOver(site=site, model=REUNION),
            fuser=LedgerFuser(
                log_prior=log_prior,
                zone_share=site.zone_share,
                trusted=frozenset(trusted),
                between=site.correlations(),
            ),
            decider=SequentialDecider(site=site, prior=prior),
            scheduler=NeedScheduler(point=site.operating_point, site=site),
        )

    def start(self, t_utc_ns: int) -> Picture:
        """Return the picture before anything was observed: every sensor is yet to be heard of."""
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

    def perceive(
        self, state: Any, record: Record, hints: Hints
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return the sensor's next state and what its record says.

        A record that cannot be used is said to be so, as health; it covers nothing.
        """
        try:
            return self.technologies[record.sensor_id].perceive(state, record, hints)
        except RecordError as error:
            return state, (
                Health(
                    sensor_id=record.sensor_id,
                    t_utc_ns=record.t_utc_ns,
                    state=HealthState.FAILED,
                    reason=HealthReason.BAD_RECORD,
                    message=str(error),
                ),
            )

    def update(
        self, picture: Picture, observations: tuple[Observation, ...]
    ) -> tuple[Picture, tuple[Event, ...], Hints]:
        """Take observations into the picture, decide, and say where to look next.

        Evidence finds people where they were at its time, the less surely the further off that is.
        Coverage does not: somebody whom no camera has followed must not be taken for screened, so
        it counts only close to a time at which people were followed.
        """
        taken = self._taken_in(picture, observations)
        picture, events, associations = taken.picture, taken.events, taken.associations
        for seen in taken.coverage:
            past = nearest(picture.history, seen.t_utc_ns)
            if past is not None and abs(past.t_utc_ns - seen.t_utc_ns) <= KNOWN_S * 1e9:
                passages = self.fuser.cover(picture.passages, seen, past)
                picture = replace(picture, passages=passages)
        for look in looks_of(observations):
            past = nearest(picture.history, look[0].t_utc_ns)
            if isinstance(look[0].footprint, DriftFootprint):
                passages = self.fuser.attach_drifted(picture.passages, look, picture.history)
                picture = replace(picture, passages=passages)
            elif past is not None:
                whose = associations.get((look[0].sensor_id, look[0].t_utc_ns))
                passages = self.fuser.attach(picture.passages, look, past, whose)
                picture = replace(picture, passages=passages)
        # A look may have come late, to whom somebody was before.
        picture = with_joins(picture, picture.hand_over.joins, fuser=self.fuser, site=self.site)
        before = picture.passages
        picture, decided = self.decider(picture)
        picture = remembering(picture, before, decided)
        hints, wanted = self.scheduler(picture)
        picture, tasks = with_tasks(picture, wanted, observations, site=self.site)
        return picture, (*events, *decided, *tasks), hints

    def obey(self, picture: Picture, order: Order) -> tuple[Picture, tuple[Event, ...]]:
        """Take an order of somebody who has the right to give it; that was settled before.

        Raises:
            ValueError: the order means nothing here; it says why.
        """
        return obeying(picture, order, site=self.site)

    def _taken_in(self, picture: Picture, observations: tuple[Observation, ...]) -> "_TakenIn":
        """Return the picture with everybody moved on by all scans, and what goes along with them.

        Scan after scan people are followed; who comes, goes and is whom is settled once after all.
        """
        t_utc_ns = picture.t_utc_ns
        coverage, health = dict(picture.coverage), dict(picture.health)
        stated: list[Coverage] = []
        scans: list[tuple[Positions, Coverage | None]] = []
        events: list[Event] = []
        for seen in observations:
            t_utc_ns = max(t_utc_ns, seen.t_utc_ns)
            match seen:
                case Positions():
                    scans.append((seen, coverage.get(seen.sensor_id)))
                case Coverage():
                    coverage[seen.sensor_id] = seen
                    stated.append(seen)
                case Health():
                    events += with_health(health, seen)
                case Evidence():
                    pass  # attached later: all zones of a look together
        updates = self._followed(picture, scans)
        events += with_problems(health, updates, t_utc_ns)
        associations = {
            (scan.sensor_id, scan.t_utc_ns): update.association
            for (scan, _), update in zip(scans, updates, strict=True)
        }
        before = picture
        picture = replace(picture, t_utc_ns=t_utc_ns, coverage=coverage, health=health)
        if updates:
            after = [update.tracks for update in updates]
            picture, said = self._moved_on(before, picture, after)
            events += said
        return _TakenIn(picture, events, associations, stated)

    def _followed(
        self, picture: Picture, scans: Sequence[tuple[Positions, Coverage | None]]
    ) -> tuple[TrackUpdate, ...]:
        """Return what each scan does to the tracks, one after the other."""
        if isinstance(self.tracker, StepTracker) and len(scans) > 1:
            return self.tracker.together(picture.tracks, scans)
        updates: list[TrackUpdate] = []
        tracks, known = picture.tracks, dict(picture.coverage)
        for scan, looks in scans:
            if looks is not None:
                known[scan.sensor_id] = looks
            updates.append(self.tracker(tracks, scan, known))
            tracks = updates[-1].tracks
        return tuple(updates)

    def _moved_on(
        self, before: Picture, picture: Picture, scans: Sequence[Tracks]
    ) -> tuple[Picture, list[Event]]:
        """Return the picture with people where they are now: who is whom, what goes with them."""
        tracks = scans[-1]
        handed = self.hand_over(picture.hand_over, tracks, picture.coverage)
        events: list[Event] = list(said_of(handed.joins, picture.hand_over, picture.t_utc_ns))
        picture = replace(
            picture,
            tracks=tracks,
            history=remembered(picture.history, scans, for_s=looks_back_s(self.site)),
            passages=follow(picture.passages, tracks, site=self.site, log_prior=self.log_prior),
            hand_over=handed.state,
        )
        picture = with_joins(picture, handed.joins, fuser=self.fuser, site=self.site)
        picture, things = with_things(
            before,
            picture,
            past=partial(nearest, picture.history),
            fuser=self.fuser,
            site=self.site,
        )
        return picture, [*events, *things]


class _TakenIn(NamedTuple):
    """What a step has so far."""

    picture: Picture
    events: list[Event]
    associations: Mapping[tuple[str, int], Association]
    coverage: Sequence[Coverage]


def looks_back_s(site: Site) -> float:
    """Return for how long it is remembered where people were.

    Air that drifts to an inlet comes from where they were as long ago as its sensor looks back.
    """
    ages = [spec.settings.get("max_age_s", 0.0) for spec in site.sensors]
    return max([LOOK_S, *(float(age) for age in ages if isinstance(age, int | float))])


def tracker_of(site: Site) -> CrowdTracker:
    """Return a tracker that knows the walls of a site and where it ends.

    Of a site with several levels it knows neither: tracks carry no level yet.
    """
    if len(site.levels) != 1:
        return CrowdTracker(max_unseen_s=MAX_UNSEEN_S)
    level = site.levels[0]
    return CrowdTracker(
        wall_site_m=level.wall_site_m,
        area_site_m=np.stack([level.min_site_m, level.max_site_m]),
        max_unseen_s=MAX_UNSEEN_S,
    )


def with_health(known: dict[str, Health], health: Health) -> list[Event]:
    """Put down a sensor's latest word, and return what to say if it is another."""
    before = known.get(health.sensor_id)
    known[health.sensor_id] = health
    if before is not None and (before.state, before.reason) == (health.state, health.reason):
        return []
    return [HealthChanged(t_utc_ns=health.t_utc_ns, before=before, after=health)]


def with_problems(
    known: dict[str, Health], updates: Sequence[TrackUpdate], t_utc_ns: int
) -> list[Event]:
    """Put down what the tracker found wrong with sensors and what is over, and return the news."""
    events: list[Event] = []
    for update in updates:
        for problem in update.problems:
            events += with_health(known, problem)
        for problem in update.over:
            # What somebody else has said since stands.
            if known.get(problem.sensor_id) == problem:
                events += with_health(known, well_again(problem, t_utc_ns))
    return events


def well_again(problem: Health, t_utc_ns: int) -> Health:
    """Return the word of a sensor whose problem is over."""
    return Health(
        sensor_id=problem.sensor_id,
        t_utc_ns=t_utc_ns,
        state=HealthState.OK,
        reason=HealthReason.NONE,
        message="",
    )


def looks_of(observations: tuple[Observation, ...]) -> tuple[tuple[Evidence, ...], ...]:
    """Return the evidence, look by look, in order of arrival."""
    looks: dict[tuple[str, str], list[Evidence]] = {}
    for seen in observations:
        if isinstance(seen, Evidence):
            looks.setdefault((seen.sensor_id, seen.look_id), []).append(seen)
    return tuple(tuple(parts) for parts in looks.values())
