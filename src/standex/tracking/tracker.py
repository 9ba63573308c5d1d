"""Follows everybody on one floor, from the positions that its sensors report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, final

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import logit

from standex.model.observation import Coverage, Health, Positions
from standex.model.ports import TrackUpdate
from standex.model.tracks import Association, TakenScan, TrackMemory, Tracks, no_tracks
from standex.tracking import compiled, registration
from standex.tracking.admission import (
    admit,
    bad_rows,
    contradicted,
    misaligned,
    remembered,
    usable_rows,
)
from standex.tracking.existence import seen_by
from standex.tracking.late import in_time, later, left_alone, plain, used_rows
from standex.tracking.lifecycle import select, unseen_too_long
from standex.tracking.motion import Motion, modes_of
from standex.tracking.remember import as_they_came, remember
from standex.tracking.settle import Rows, SettleSettings, needs_rejoin, plain_settle
from standex.tracking.settle_kernel import compiled_settle
from standex.tracking.step import Heard, People, Step, StepOf, StepSettings, plain_step
from standex.tracking.step_kernel import compiled_step

Kernel = Literal["auto", "numpy", "compiled"]

# Of the way from a newcomer's log odds to a confirmed person's, one detection goes at most this
# far: the second detection is not enough, the third is.
SHARE_PER_DETECTION = 0.6
POSITIVE = (
    "gate", "sharpness", "newcomer_per_m2", "speed_std_m_per_s", "max_silence_per_s", "lost_std_m",
    "max_unseen_s", "max_offset_m", "max_unseen_tentative_s",
)  # fmt: skip
PROBABILITIES = ("birth_existence", "confirm_existence", "end_existence", "min_p_report")
NO_WALLS = np.zeros((0, 2, 2))
EVERYWHERE = np.array([[-np.inf, -np.inf], [np.inf, np.inf]])
OUTSIDE_PER_S = (
    0.1  # P(somebody who walked out of the area is back, or still about, a second later)
)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrowdTracker:
    """A Tracker for crowds: two Gaussians and one probability of existence per person.

    Every position is weighed against everybody near it (belief propagation); states take each
    position as much as it is theirs, existence and the ``Association`` that is handed on likewise.
    The tracker holds no state of its own: what it remembers is in ``Tracks``, and the same input
    gives the same output, bit for bit.

    Scans of several sensors come interleaved, at different rates. One that is older than the
    tracks, by ``max_lag_s`` at most, is put in its place: what was taken in after it is taken in
    again, so the order of arrival makes no difference but to the numbers of people who begin.

    A person is picked up when seen about twice a second or more often.

    A position counts the same in association whatever ``Positions.existence`` says, for the
    clutter density already speaks there; a newcomer's existence is scaled by it.

    Attributes:
        motion: how people move.
        wall_site_m: segments that nobody walks through, from and to.
        area_site_m: lower left and upper right corner of where people are followed; whoever walks
            out of it has gone within a second or two.
        gate: largest Mahalanobis distance of a position from its track.
        sharpness: exponent of the weights with which states take positions; above 1 keeps two
            people who walk close together apart.
        newcomer_per_m2: expected number per scan of people not followed yet; adds to clutter.
        birth_existence: of a track begun at a position that is nobody's.
        speed_std_m_per_s: standard deviation of a newcomer's velocity, per axis.
        p_survive_per_s: P(somebody is still there a second later), unseen.
        confirm_existence: from here on a track counts as a person.
        end_existence: below it a track ends.
        max_silence_per_s: log odds that a track loses at most per second of being missed, since
            the misses of neighbouring scans have common causes.
        lost_std_m: a track known worse than this takes no single positions: it comes back as a
            track just confirmed.
        max_unseen_s: a confirmed track that nobody has seen for longer ends; also, how far ahead
            of the others a scan may be.
        max_unseen_tentative_s: the same for the others.
        max_lag_s: largest age of a scan against the tracks.
        min_p_report: P(reported) of somebody who was reported where coverage says less.
        max_pairs_per_track: positions weighed for one track.
        max_tentative: tentative tracks at a time.
        max_offset_m: two sensors that place people further apart than this are misaligned.
        kernel: ``compiled`` needs the extra ``tracking``; ``auto`` takes it where it is there.
    """

    motion: Motion = field(default_factory=Motion)
    wall_site_m: Float[np.ndarray, "walls 2 2"] = field(default_factory=lambda: NO_WALLS)
    area_site_m: Float[np.ndarray, "2 2"] = field(default_factory=lambda: EVERYWHERE)
    gate: float = 4.0
    sharpness: float = 2.0
    newcomer_per_m2: float = 0.002
    birth_existence: float = 0.1
    speed_std_m_per_s: float = 0.7
    p_survive_per_s: float = 0.97
    confirm_existence: float = 0.9
    end_existence: float = 0.02
    max_silence_per_s: float = 30.0
    lost_std_m: float = 0.8
    max_unseen_s: float = 5.0
    max_unseen_tentative_s: float = 0.6
    max_lag_s: float = 0.5
    min_p_report: float = 0.1
    max_pairs_per_track: int = 8
    max_tentative: int = 2000
    max_offset_m: float = 0.25
    kernel: Kernel = "auto"

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            ValueError: a setting is outside its range, it is named with its value; or the
                compiled kernel is asked for where Numba is not installed.
        """
        self._refuse_outside(POSITIVE, 0.0, np.inf)
        self._refuse_outside(PROBABILITIES, 0.0, 1.0)
        if not self.end_existence < self.birth_existence < self.confirm_existence:
            raise ValueError(
                "end_existence, birth_existence, confirm_existence must ascend, got "
                f"{self.end_existence}, {self.birth_existence}, {self.confirm_existence}"
            )
        if not 0 < self.p_survive_per_s <= 1:
            raise ValueError(f"p_survive_per_s must be inside (0, 1], got {self.p_survive_per_s}")
        if not 0 <= self.max_lag_s < np.inf:
            raise ValueError(f"max_lag_s must be finite and not below 0, got {self.max_lag_s}")
        if min(self.max_pairs_per_track, self.max_tentative) < 1:
            raise ValueError(
                "max_pairs_per_track and max_tentative must be at least 1, got "
                f"{self.max_pairs_per_track}, {self.max_tentative}"
            )
        if not np.isfinite(self.wall_site_m).all():
            raise ValueError(f"wall_site_m must be finite, got {self.wall_site_m.tolist()}")
        if not (self.area_site_m[0] < self.area_site_m[1]).all():
            raise ValueError(f"area_site_m must have a size, got {self.area_site_m.tolist()}")
        if self.kernel == "compiled" and not compiled.AVAILABLE:
            raise ValueError("kernel 'compiled' needs Numba: install the extra standex[tracking]")

    def warm_up(self) -> None:
        """Follow somebody for a scan and forget them: what is to be compiled is compiled now.

        The first time on a machine that takes some ten seconds; later it is read from a cache.
        """
        positions = Positions(
            sensor_id="nobody",
            t_utc_ns=0,
            level_id="nowhere",
            position_site_m=np.zeros((1, 2)),
            covariance_site_m2=np.eye(2)[None],
            existence=np.ones(1),
            descriptor=np.zeros((1, 0)),
            clutter_per_m2=0.01,
        )
        self(no_tracks(0), positions, {})

    def _refuse_outside(self, names: tuple[str, ...], low: float, high: float) -> None:
        for name in names:
            if not low < getattr(self, name) < high:
                value = getattr(self, name)
                raise ValueError(f"{name} must be inside ({low:g}, {high:g}), got {value}")

    @property
    def is_compiled(self) -> bool:
        """Return whether the compiled kernel is used."""
        return self.kernel == "compiled" or (self.kernel == "auto" and compiled.AVAILABLE)

    def __call__(
        self, tracks: Tracks, positions: Positions, coverage: Mapping[str, Coverage], /
    ) -> TrackUpdate:
        """Return the tracks with one scan taken in, and whose its rows are.

        The association is with the confirmed tracks; what belongs to a track not yet confirmed is
        ``nobody``'s. A scan that cannot be used (of another time, a burst, frozen) leaves everybody
        as they were; rows that cannot be used are left out. Either is told as a problem.

        Args:
            tracks: as the last call left them.
            positions: one scan of one sensor; a scan without rows says that nobody was seen.
            coverage: latest of each sensor; a sensor without one is taken to look nowhere, so its
                silence means nothing.

        Raises:
            ValueError: the columns of a scan are not of one length, its clutter density is none,
                or a coverage has a cell outside [0, 1].
        """
        good = usable_rows(positions)
        admission = admit(
            tracks.memory,
            positions,
            t_utc_ns=tracks.t_utc_ns,
            max_lag_s=self.max_lag_s,
            max_ahead_s=self.max_unseen_s,
        )
        if not admission.is_taken:
            return left_alone(tracks, positions, admission.memory, admission.problem)
        memory, others = admission.memory, ()
        if not admission.restarts:
            memory, others = contradicted(memory, tracks.memory.waiting, positions)
        if memory is not tracks.memory:
            tracks = replace(tracks, memory=memory)
        if admission.restarts and positions.t_utc_ns < tracks.t_utc_ns:
            nobody = select(tracks, np.zeros(len(tracks.track_id), dtype=bool))
            tracks = replace(nobody, t_utc_ns=positions.t_utc_ns)
        looks = coverage.get(positions.sensor_id)
        if looks is not None and looks.level_id != positions.level_id:
            looks = None
        again, tracks = later(tracks, positions)
        tracks, association = self._take(tracks, positions, looks, good, None)
        for late in again:
            tracks, _ = self._take(
                tracks, late.scan, late.coverage, usable_rows(late.scan), late.begun
            )
        if again:
            own = {positions.sensor_id: positions}
            known = as_they_came(tracks.memory, memory.sensors, own)
            tracks = replace(tracks, memory=known)
        tracks, begun, over = self._judged(tracks, positions, good)
        return TrackUpdate(
            tracks=tracks, association=association, problems=others + begun, over=over
        )

    def together(
        self, tracks: Tracks, scans: Sequence[tuple[Positions, Coverage | None]], /
    ) -> tuple[TrackUpdate, ...]:
        """Return the tracks with the scans of one step taken in, as one by one.

        When several of them are late, what was taken in after them is taken in again once and not
        for each: a computer that falls behind must not have more to do for it. Numbers of people
        who begin may be others than one by one.

        Args:
            tracks: as the last call left them.
            scans: each with the coverage of its sensor at that time.

        Returns:
            For each scan; the tracks of the last are those to go on with.

        Raises:
            ValueError: as for a single scan.
        """
        ok = plain(tracks, scans, max_lag_s=self.max_lag_s, max_ahead_s=self.max_unseen_s)
        updates: dict[int, TrackUpdate] = {}
        rows = [row for row, is_plain in enumerate(ok) if is_plain]
        if rows:
            tracks, many = self._at_once(tracks, [scans[row] for row in rows])
            updates |= zip(rows, many, strict=True)
        # With these something is wrong, or nothing is late: one by one.
        for row, (positions, looks) in enumerate(scans):
            if row not in updates:
                known = {} if looks is None else {positions.sensor_id: looks}
                updates[row] = self(tracks, positions, known)
                tracks = updates[row].tracks
        out = [updates[row] for row in range(len(scans))]
        if out:
            out[-1] = replace(out[-1], tracks=tracks)
        return tuple(out)

    def _at_once(
        self, tracks: Tracks, scans: Sequence[tuple[Positions, Coverage | None]]
    ) -> tuple[Tracks, list[TrackUpdate]]:
        """Return the tracks with scans taken in with which nothing is wrong."""
        were = tracks.memory.sensors
        in_order = sorted(scans, key=lambda entry: in_time(entry[0]))
        good = {in_time(scan): usable_rows(scan) for scan, _ in scans}
        again, tracks = later(tracks, in_order[0][0])
        queue = [
            *((late.scan, late.coverage, late.begun) for late in again),
            *((scan, looks, None) for scan, looks in in_order),
        ]
        after: dict[tuple[int, str], tuple[Tracks, Association]] = {}
        for scan, looks, begun in sorted(queue, key=lambda entry: in_time(entry[0])):
            if begun is None:
                seen = looks if looks is None or looks.level_id == scan.level_id else None
                tracks, whose = self._take(tracks, scan, seen, good[in_time(scan)], None)
                after[in_time(scan)] = tracks, whose
            else:
                tracks, _ = self._take(tracks, scan, looks, usable_rows(scan), begun)
        own = {scan.sensor_id: scan for scan, _ in in_order}
        tracks = replace(tracks, memory=as_they_came(tracks.memory, were, own))
        out: list[TrackUpdate] = []
        for scan, _ in scans:
            tracks, problems, over = self._judged(tracks, scan, good[in_time(scan)])
            then, whose = after[in_time(scan)]
            out.append(TrackUpdate(tracks=then, association=whose, problems=problems, over=over))
        return tracks, out

    def _judged(
        self, tracks: Tracks, positions: Positions, good: Bool[np.ndarray, " rows"]
    ) -> tuple[Tracks, tuple[Health, ...], tuple[Health, ...]]:
        """Return the tracks with what is wrong with a sensor after its scan, and what is said."""
        problem = bad_rows(positions, good) if not good.all() else None
        if problem is None and len(tracks.memory.sensors) > 1:
            sensors = tracks.memory.sensors
            problem = misaligned(positions, sensors, max_offset_m=self.max_offset_m)
        memory, begun, over = remembered(tracks.memory, positions, problem)
        if memory is not tracks.memory:
            tracks = replace(tracks, memory=memory)
        return tracks, begun, over

    def _take(
        self,
        tracks: Tracks,
        scan: Positions,
        looks: Coverage | None,
        good: Bool[np.ndarray, " rows"],
        begun_before: Int[np.ndarray, " rows"] | None,
    ) -> tuple[Tracks, Association]:
        """Return the tracks with a scan not older than they taken in, and whose its rows are.

        Args:
            tracks: as they are.
            scan: taken in.
            looks: coverage of its sensor.
            good: rows that can be used.
            begun_before: numbers of the tracks that its rows began when it was taken in earlier.
        """
        sensor = tracks.memory.sensors.get(scan.sensor_id)
        offset = registration.of(sensor)
        used, rows = used_rows(scan, good, offset)
        dt_s = max(scan.t_utc_ns - tracks.t_utc_ns, 0) * 1e-9
        too_long = unseen_too_long(
            tracks,
            scan.t_utc_ns,
            max_unseen_s=self.max_unseen_s,
            max_unseen_tentative_s=self.max_unseen_tentative_s,
        )
        people = select(tracks, ~too_long) if too_long.any() else tracks
        step = self._step(people, used, looks, dt_s)
        came = Rows(scan=scan, used=used, row=rows, begun_before=begun_before)
        settings = SettleSettings(
            gate=self.gate,
            newcomer_per_m2=self.newcomer_per_m2,
            birth_existence=self.birth_existence,
            confirm_existence=self.confirm_existence,
            end_existence=self.end_existence,
            speed_std_m_per_s=self.speed_std_m_per_s,
            max_tentative=self.max_tentative,
        )
        is_common = rows is None and begun_before is None
        is_common &= not needs_rejoin(people, step, settings)
        settle = compiled_settle if self.is_compiled and is_common else plain_settle
        settled = settle(people, step, came, self.motion, settings)
        without = replace(tracks, memory=TrackMemory(sensors=tracks.memory.sensors))
        taken = TakenScan(before=without, scan=scan, coverage=looks, begun=settled.begun)
        memory = remember(tracks.memory, people, used, step, settled.sure, taken,
                          max_lag_s=self.max_lag_s)  # fmt: skip
        return replace(settled.tracks, memory=memory), settled.association

    def _step(self, people: Tracks, used: Positions, looks: Coverage | None, dt_s: float) -> Step:
        compute: StepOf = compiled_step if self.is_compiled else plain_step
        way = float(logit(self.confirm_existence) - logit(self.birth_existence))
        return compute(
            People(
                place_site_m=people.mean[:, :2],
                modes=modes_of(people, self.motion),
                existence=people.existence,
                is_confirmed=people.is_confirmed,
            ),
            Heard(
                position_site_m=used.position_site_m,
                covariance_site_m2=used.covariance_site_m2,
                nobody_per_m2=used.clutter_per_m2 + self.newcomer_per_m2,
                seen=seen_by(looks),
                wall_site_m=self.wall_site_m,
            ),
            self.motion,
            StepSettings(
                gate=self.gate,
                sharpness=self.sharpness,
                min_p_report=self.min_p_report,
                max_pairs_per_track=self.max_pairs_per_track,
                lost_std_m=self.lost_std_m,
                survive=self.p_survive_per_s**dt_s,
                area_site_m=self.area_site_m,
                survive_outside=OUTSIDE_PER_S**dt_s,
                max_gain=SHARE_PER_DETECTION * way,
                max_loss=self.max_silence_per_s * dt_s,
            ),
            dt_s=dt_s,
        )
