"""The flow, on one page.

    device | recording | twin --record--> perceive --observations--> update --events--> the world
                                              ^                        |
                                              +-------- hints ---------+

``perceive`` is heavy, knows one sensor, and runs beside its like on any number of workers.
``update`` is light and sequential: one picture, one writer; the same observations in the same order
give the same picture and events, bit for bit, live or replayed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, final

import numpy as np
from jaxtyping import Float

from standex.decision.carrying import remembering, said_of, with_joins, with_things
from standex.decision.decider import SequentialDecider
from standex.decision.passages import follow
from standex.decision.scheduler import NeedScheduler
from standex.decision.tasks import obeying, with_tasks
from standex.fusion.drift import thinned
from standex.fusion.fuser import LedgerFuser
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
from standex.model.ports import Decider, Fuser, HandOver, Scheduler, Technology, Tracker
from standex.model.record import Record
from standex.model.site import Site
from standex.model.tracks import Association, Snapshot, Tracks, no_tracks
from standex.tracking.hand_over import JointHandOver
from standex.tracking.reunion import Reunion
from standex.tracking.tracker import CrowdTracker

MAX_UNSEEN_S = 1.0  # whoever is lost for longer is the hand-over's: it weighs all, and may revise
HISTORY_S = 3.0  # the largest age a Gaussian footprint needs: a look that took long to compute
# What clothing says is that of the cameras' descriptors on people of one real video.
REUNION = Reunion(descriptor_between=0.15)
DRIFT_STEP_S = 0.5  # air spreads over metres on its way
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
        events: list[Event] = []
        associations: dict[str, Association] = {}
        for seen in observations:
            picture = replace(picture, t_utc_ns=max(picture.t_utc_ns, seen.t_utc_ns))
            match seen:
                case Positions():
                    picture, associations[seen.sensor_id], said = self._track(picture, seen)
                    events += said
                case Coverage():
                    coverage = {**picture.coverage, seen.sensor_id: seen}
                    past = nearest(picture.history, seen.t_utc_ns)
                    passages = picture.passages
                    if past is not None and abs(past.t_utc_ns - seen.t_utc_ns) <= KNOWN_S * 1e9:
                        passages = self.fuser.cover(passages, seen, past)
                    picture = replace(picture, coverage=coverage, passages=passages)
                case Health():
                    picture, said = with_health(picture, seen)
                    events += said
                case Evidence():
                    pass  # below: all zones of a look together
        for look in looks_of(observations):
            past = nearest(picture.history, look[0].t_utc_ns)
            if isinstance(look[0].footprint, DriftFootprint):
                passages = self.fuser.attach_drifted(picture.passages, look, picture.history)
                picture = replace(picture, passages=passages)
            elif past is not None:
                whose = associations.get(look[0].sensor_id)
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

    def _track(
        self, picture: Picture, positions: Positions
    ) -> tuple[Picture, Association, list[Event]]:
        """Take in a scan: who is where, who is whom, and what goes along with them."""
        update = self.tracker(picture.tracks, positions, picture.coverage)
        kept = remembered(picture.history, update.tracks.t_utc_ns, for_s=looks_back_s(self.site))
        handed = self.hand_over(picture.hand_over, update.tracks, picture.coverage)
        events: list[Event] = list(said_of(handed.joins, picture.hand_over, picture.t_utc_ns))
        before = picture
        picture = replace(
            picture,
            tracks=update.tracks,
            history=(*kept, snapshot(update.tracks)),
            passages=follow(
                picture.passages, update.tracks, site=self.site, log_prior=self.log_prior
            ),
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
        events += things
        for health in update.problems:
            picture, said = with_health(picture, health)
            events += said
        for problem in update.over:
            # What somebody else has said since stands.
            if picture.health.get(problem.sensor_id) == problem:
                picture, said = with_health(picture, well_again(problem, picture.t_utc_ns))
                events += said
        return picture, update.association, events


def looks_back_s(site: Site) -> float:
    """Return for how long it is remembered where people were.

    Air that drifts to an inlet comes from where they were as long ago as its sensor looks back.
    """
    ages = [spec.settings.get("max_age_s", 0.0) for spec in site.sensors]
    return max([HISTORY_S, *(float(age) for age in ages if isinstance(age, int | float))])


def remembered(
    history: tuple[Snapshot, ...], t_utc_ns: int, *, for_s: float
) -> tuple[Snapshot, ...]:
    """Return the history without what nobody asks for: thinned where it is older than a look."""
    oldest_ns = t_utc_ns - round(for_s * 1e9)
    recent_ns = t_utc_ns - round(HISTORY_S * 1e9)
    old = tuple(past for past in history if oldest_ns <= past.t_utc_ns < recent_ns)
    return (
        *thinned(old, step_s=DRIFT_STEP_S),
        *(past for past in history if past.t_utc_ns >= recent_ns),
    )


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


def with_health(picture: Picture, health: Health) -> tuple[Picture, list[Event]]:
    """Return the picture with a sensor's latest word, and what to say if it is another."""
    before = picture.health.get(health.sensor_id)
    picture = replace(picture, health={**picture.health, health.sensor_id: health})
    if before is not None and (before.state, before.reason) == (health.state, health.reason):
        return picture, []
    return picture, [HealthChanged(t_utc_ns=health.t_utc_ns, before=before, after=health)]


def well_again(problem: Health, t_utc_ns: int) -> Health:
    """Return the word of a sensor whose problem is over."""
    return Health(
        sensor_id=problem.sensor_id,
        t_utc_ns=t_utc_ns,
        state=HealthState.OK,
        reason=HealthReason.NONE,
        message="",
    )


def snapshot(tracks: Tracks) -> Snapshot:
    """Return where the confirmed people are."""
    rows = tracks.is_confirmed
    return Snapshot(
        t_utc_ns=tracks.t_utc_ns,
        track_id=tracks.track_id[rows],
        position_site_m=tracks.mean[rows, :2],
        velocity_site_m_per_s=tracks.mean[rows, 2:],
        covariance_site_m2=tracks.covariance[rows][:, :2, :2],
    )


def nearest(history: tuple[Snapshot, ...], t_utc_ns: int) -> Snapshot | None:
    """Return the snapshot nearest in time, or None when nothing was ever tracked."""
    return min(history, key=lambda past: abs(past.t_utc_ns - t_utc_ns), default=None)


def looks_of(observations: tuple[Observation, ...]) -> tuple[tuple[Evidence, ...], ...]:
    """Return the evidence, look by look, in order of arrival."""
    looks: dict[tuple[str, str], list[Evidence]] = {}
    for seen in observations:
        if isinstance(seen, Evidence):
            looks.setdefault((seen.sensor_id, seen.look_id), []).append(seen)
    return tuple(tuple(parts) for parts in looks.values())
