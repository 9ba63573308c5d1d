"""A small made-up run: nobody was recorded or simulated for it.

Run this file to get its page for looking at: ``python tests/edges/report/conftest.py OUT.html``.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from standex.decision.decider import SequentialDecider
from standex.decision.passages import follow
from standex.edges.report.collector import Collector
from standex.edges.report.evaluated import Evaluated, System
from standex.edges.report.page import write_report
from standex.edges.report.rows import RateRow
from standex.edges.report.summary import RunSummary
from standex.evaluation.compare_runs import compare
from standex.evaluation.score import PersonOutcome
from standex.evaluation.score_looks import AssociationCounts
from standex.evaluation.site_figures import Stated, rates_by_factor, site_figures
from standex.evaluation.twin_run import TwinRun
from standex.fusion.ledger import log_posterior
from standex.model.event import Event
from standex.model.frames import RigidTransform
from standex.model.items import ItemClasses
from standex.model.observation import Coverage, Health, HealthReason, HealthState, Patch
from standex.model.picture import LedgerEntry, Outcome, Picture
from standex.model.site import Level, Line, LineRole, OperatingPoint, SensorSpec, Site
from standex.model.tracks import Tracks, no_tracks
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone

T0 = 1_760_000_000_000_000_000
WALL_M = np.array([[[-6.0, -0.5], [6.0, -0.5]], [[-6.0, 5.5], [6.0, 5.5]]])


def make_site(*, exercise: bool = True) -> Site:
    def sensor(sensor_id: str, at: tuple[float, float, float], yaw_rad: float) -> SensorSpec:
        return SensorSpec(
            sensor_id=sensor_id,
            technology="made-up",
            instrument="",
            level_id="concourse",
            site_from_sensor=RigidTransform.from_pose(position_m=at, yaw_rad=yaw_rad),
            rate_hz=5.0,
            settings={},
            instrument_settings={},
        )

    def line(line_id: str, role: LineRole, x: float) -> Line:
        ends = {"from_site_m": np.array([x, 5.5]), "to_site_m": np.array([x, -0.5])}
        return Line(line_id=line_id, role=role, level_id="concourse", **ends)

    return Site(
        site_id="made-up",
        title="A made-up corridor",
        exercise=exercise,
        levels=(
            Level(
                level_id="concourse",
                min_site_m=np.array([-6.0, 0.0]),
                max_site_m=np.array([6.0, 5.0]),
                wall_site_m=WALL_M,
            ),
        ),
        lines=(
            line("screened", LineRole.SCREENED, 0.0),
            line("exit", LineRole.EXIT, -5.0),
        ),
        sensors=(
            sensor("mw-entry", (-0.5, 2.5, 0.0), 0.0),
            sensor("cam-entry", (-1.0, -0.4, 3.0), 0.7),
            sensor("cam-exit", (1.0, 5.4, 3.0), -2.4),
        ),
        items=ItemClasses(prior_per_person=(0.15, 0.1, 0.01, 0.12, 0.08)),
        zone_share=np.array([0.45, 0.15, 0.25, 0.08, 0.02, 0.02, 0.03]),
        operating_point=OperatingPoint(
            p_alarm=0.5,
            min_coverage=0.5,
            wanted_zones=(BodyZone.TORSO_FRONT, BodyZone.WAIST),
        ),
        lag_s=0.5,
    )


def make_patch(has_slab: bool, rng: np.random.Generator) -> Patch:
    across_m, height_m = np.arange(-0.21, 0.22, 0.02), np.arange(0.86, 1.44, 0.02)
    u, z = np.meshgrid(across_m, height_m)
    values = rng.normal(0.0, 1.2, u.shape) + 2.0 * np.cos(8 * u)
    if has_slab:
        values += 9.0 * np.exp(-(((u - 0.06) / 0.07) ** 4) - ((z - 1.22) / 0.07) ** 4)
    values[np.abs(u) > 0.15 + 0.12 * np.abs(z - 1.08)] = np.nan
    return Patch(caption="path excess (mm)", across_m=across_m, height_m=height_m, values=values)


def make_entry(
    look: int,
    *,
    t_utc_ns: int,
    llr: float,
    zone: BodyZone | None = BodyZone.TORSO_FRONT,
    patch: Patch | None = None,
    reason: str = "path 9 mm longer than around it, over 11 x 10 cm",
    counts: bool = True,
) -> LedgerEntry:
    return LedgerEntry(
        sensor_id="mw-entry",
        look_id=f"mw-entry/{look:04d}",
        t_utc_ns=t_utc_ns,
        zone=zone,
        log_likelihood=np.array([0.0, 0.0, 0.3 * llr, 0.0, llr, 0.2 * llr]),
        attachment=0.97,
        correlation=0.3,
        counts=counts,
        reason=reason,
        score={"excess_m": 0.009},
        patch=patch,
    )


class MadeUpRun:
    """People walk in a row through the corridor; every fifth is alarmed, every seventh not seen."""

    def __init__(self, n_people: int, *, site: Site | None = None, seed: int = 7) -> None:
        self.site = site or make_site()
        self.rng = np.random.default_rng(seed)
        self.enters_s = np.cumsum(self.rng.uniform(0.6, 1.8, n_people))
        self.y_m = self.rng.uniform(0.5, 4.6, n_people)
        self.speed = self.rng.uniform(1.0, 1.5, n_people)
        prior, _ = self.site.items.p_threat(self.site.log_prior())
        self.decider = SequentialDecider(site=self.site, prior=prior)

    def is_alarmed(self, person: int) -> bool:
        return person % 5 == 2

    def is_unseen(self, person: int) -> bool:
        return person % 7 == 5

    def pictures(self, *, rate_hz: float = 10.0, reason: str | None = None):
        end_s = (self.enters_s[-1] if len(self.enters_s) else 3.0) + 14.0
        picture = Picture(
            t_utc_ns=T0, tracks=no_tracks(T0), history=(), passages={}, health={}, coverage={},
            n_alerts=0,
        )  # fmt: skip
        for t_s in np.arange(0.0, end_s, 1 / rate_hz):
            picture = self._moved(picture, float(t_s), end_s)
            picture = self._looked(picture, float(t_s), reason)
            picture, events = self.decider(picture)
            yield picture, events

    def _moved(self, picture: Picture, t_s: float, end_s: float) -> Picture:
        t_utc_ns = T0 + round(t_s * 1e9)
        x = 5.8 - self.speed * (t_s - self.enters_s)
        on = np.flatnonzero((t_s >= self.enters_s) & (x > -5.8))
        sway = 0.25 * np.sin(0.9 * x[on] + self.y_m[on])
        ones = np.ones(len(on))
        tracks = Tracks(
            t_utc_ns=t_utc_ns,
            track_id=on + 1,
            mean=np.stack([x[on], self.y_m[on] + sway, -self.speed[on], 0 * ones], axis=1),
            covariance=np.tile(0.01 * np.eye(4), (len(on), 1, 1)),
            existence=ones,
            is_confirmed=ones.astype(bool),
            last_seen_utc_ns=np.full(len(on), t_utc_ns),
            next_track_id=len(self.y_m) + 1,
            descriptor=np.zeros((len(on), 0)),
            p_object=np.zeros(len(on)),
        )
        log_prior = self.site.log_prior()
        passages = follow(picture.passages, tracks, site=self.site, log_prior=log_prior)
        is_bad = 0.5 * end_s < t_s < 0.7 * end_s
        health = {
            "mw-entry": Health(
                sensor_id="mw-entry", t_utc_ns=t_utc_ns, state=HealthState.OK,
                reason=HealthReason.NONE, message="",
            ),
            "cam-entry": Health(
                sensor_id="cam-entry", t_utc_ns=t_utc_ns,
                state=HealthState.DEGRADED if is_bad else HealthState.OK,
                reason=HealthReason.LOW_FRAME_RATE if is_bad else HealthReason.NONE,
                message="3.1 of 10 frames a second; look at the cable" if is_bad else "",
            ),
        }  # fmt: skip
        coverage = {
            sensor_id: Coverage(
                sensor_id=sensor_id, t_utc_ns=t_utc_ns, level_id="concourse",
                origin_site_m=np.array([-6.0, 0.0]), cell_m=1.0,
                p_report=np.full((12, 5), 0.4 if is_bad else 0.93),
                p_detect=np.full((len(ZONES), 12, 5), 0.82 if sensor_id == "mw-entry" else 0.0),
            )
            for sensor_id in health
        }  # fmt: skip
        return replace(
            picture, t_utc_ns=t_utc_ns, tracks=tracks, passages=passages, health=health,
            coverage=coverage,
        )  # fmt: skip

    def _looked(self, picture: Picture, t_s: float, reason: str | None) -> Picture:
        passages = dict(picture.passages)
        for track_id, passage in picture.passages.items():
            person, x = track_id - 1, float(passage.position_site_m[0])
            n = len({entry.look_id for entry in passage.entries})
            if self.is_unseen(person) or n >= 7 or not 0.2 < x < 2.6 - 0.3 * n:
                continue
            alarmed = self.is_alarmed(person)
            look = 100 * track_id + n
            llr = float(self.rng.normal(1.5 if alarmed else -0.9, 0.4))
            entries = (
                *passage.entries,
                make_entry(look, t_utc_ns=picture.t_utc_ns, llr=llr,
                           patch=make_patch(alarmed, self.rng),
                           reason=reason or ("path 9 mm longer than around it, over 11 x 10 cm"
                                             if alarmed else "body surface without a break")),
                make_entry(look, t_utc_ns=picture.t_utc_ns, llr=-0.5, zone=BodyZone.WAIST,
                           reason="body surface without a break"),
            )  # fmt: skip
            covered = passage.covered.copy()
            covered[[ZONE_INDEX[zone] for zone in (BodyZone.TORSO_FRONT, BodyZone.WAIST)]] = 0.82
            passages[track_id] = replace(
                passage,
                entries=entries,
                covered=covered,
                log_posterior=log_posterior(
                    entries,
                    self.site.log_prior(),
                    self.site.zone_share,
                    self.site.correlations(),
                ),
            )
        return replace(picture, passages=passages)

    def summary(self, **kwargs: object) -> RunSummary:
        collector = Collector(self.site)
        for picture, events in self.pictures(**kwargs):  # pyright: ignore[reportArgumentType]
            collector.step(picture, events)
        return collector.result()


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def made_up_run() -> Callable[..., MadeUpRun]:
    return MadeUpRun


@pytest.fixture(scope="session")
def sample() -> RunSummary:
    return MadeUpRun(12).summary()


@pytest.fixture
def entry() -> Callable[..., LedgerEntry]:
    return make_entry


@pytest.fixture
def patch() -> Patch:
    return make_patch(True, np.random.default_rng(3))


@pytest.fixture
def steps_taken() -> list[tuple[Picture, tuple[Event, ...]]]:
    return list(MadeUpRun(6).pictures())


def _made_evaluation(
    *,
    is_simulated: bool = True,
    by_factor: bool = False,
    has_threats: bool = True,
    has_alarms: bool = True,
) -> Evaluated:
    """Return an evaluation of made-up runs: twenty who carry, forty who do not, two systems."""
    stated = Stated()
    systems = tuple(
        System(name=name, runs=runs, figures=site_figures(runs, stated))
        for name, runs in (
            ("whole", _made_runs(0.2, has_threats=has_threats, has_alarms=has_alarms)),
            ("without laser", _made_runs(0.05, has_threats=has_threats, has_alarms=has_alarms)),
        )
    )
    return Evaluated(
        title="Evaluation of site made-up",
        is_simulated=is_simulated,
        who="60 passages of nobody",
        stated=stated,
        p_alarm=0.3,
        systems=systems,
        comparisons=(
            compare("without laser", systems[0].runs, systems[1].runs, pfa_per_passage=0.05),
        ),
        by_factor=rates_by_factor(systems[0].figures.outcomes) if by_factor else {},
        manifest={"command": "standex evaluate site whole", "software": "standex 0", "seeds": [1]},
    )


def _made_runs(strength: float, *, has_threats: bool, has_alarms: bool) -> tuple[TwinRun, ...]:
    return tuple(
        TwinRun(
            seed=seed,
            outcomes=tuple(
                _made_person(k, strength, has_threats=has_threats, has_alarms=has_alarms)
                for k in range(30)
            ),
            n_stray_alerts=0,
            looks=(),
            n_records={},
            n_alerts=8,
            duration_s=60.0,
            n_tasks_done={"laser": 3},
            association=AssociationCounts(
                n_looks=60, n_looks_right=58, n_alerts=7, n_alerts_right=7
            ),
        )
        for seed in (1, 2)
    )


def _made_person(k: int, strength: float, *, has_threats: bool, has_alarms: bool) -> PersonOutcome:
    is_threat = has_threats and k % 3 == 0
    p_max = min(0.05 + 0.011 * k + (strength if is_threat else 0.0), 0.99)
    is_alarm = has_alarms and p_max >= 0.35
    nan = float("nan")
    return PersonOutcome(
        person=k,
        item_class="threat_metal" if is_threat else "nothing",
        outcome=Outcome.ALARM if is_alarm else Outcome.NOTHING_FOUND,
        p_threat=p_max,
        n_looks=2,
        n_tracks=1,
        alert_s=2.0 + k / 10 if is_alarm else nan,
        seconds_in_reach=5.0 - k / 10 if is_alarm else nan,
        p_max=p_max,
        entered_s=float(k),
        in_view_to_alert_s=k / 20 if is_alarm and is_threat else nan,
        factors={"bag": "yes" if k % 2 else "no"},
    )


@pytest.fixture
def evaluated() -> Callable[..., Evaluated]:
    return _made_evaluation


if __name__ == "__main__":
    run = MadeUpRun(60)
    result = run.summary()
    with_slab = {person + 1 for person in range(60) if run.is_alarmed(person)}
    checked = {alert.track_id for alert in result.alerts}
    n_hits, n_without = len(with_slab & checked), 60 - len(with_slab)
    found = binomtest(n_hits, len(with_slab)).proportion_ci(method="exact")
    false = binomtest(len(checked - with_slab), n_without).proportion_ci(method="exact")
    write_report(
        result,
        Path(sys.argv[1]),
        title="Report of a made-up run",
        is_simulated=True,
        truth_summary=f"{len(with_slab)} of 60 people were drawn to carry a slab.",
        rates=(
            RateRow(name="check requested, per passage with a slab", k=n_hits, n=len(with_slab),
                    low=found.low, high=found.high),
            RateRow(name="check requested, per passage without", k=len(checked - with_slab),
                    n=n_without, low=false.low, high=false.high),
        ),
    )  # fmt: skip
