"""Making exercises: the twin lets a few people walk past the sensors of a site, and it is recorded.

What is kept is what the sensors said, not the records: an exercise costs a running service as much
as following a few people does.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from standex import __version__
from standex.edges.calibrations import calibrations_of
from standex.edges.exercises.exercise_file import (
    NOTHING,
    RECORDING,
    Exercise,
    ExerciseFileError,
    Injected,
    digest_of_file,
    write_exercise,
)
from standex.edges.many_runs import START_UTC_NS
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.service.checkpointer import digest_of_site
from standex.edges.truth_file import EMPTY_S
from standex.evaluation.closed_loop import closed_loop
from standex.model.errors import StandexError
from standex.model.event import Alert
from standex.model.site import Site
from standex.model.trajectories import Trajectories
from standex.model.truth import Truth
from standex.model.zones import BodyZone
from standex.station import Station
from standex.twin.carry import CarryModel, draw_truth
from standex.twin.scene import Scene

APART_S = 3.0  # one person enters so long after the other
TAIL_S = 5.0  # after the last has left: passages close
WAY_HZ = 5.0
LONG_ENOUGH = 0.7  # of the longest way: who only cuts a corner is looked at by nobody
CARRIED = ("threat_dielectric", "threat_metal")  # what the twin can make; the first that a site has


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of exercise.

    Attributes:
        exercise: what it is called.
        n_people: who walk.
        n_carrying: of whom so many carry a slab at the chest.
    """

    exercise: str
    n_people: int
    n_carrying: int


KINDS = (
    Kind(exercise="slab-at-chest", n_people=1, n_carrying=1),
    Kind(exercise="nothing-carried", n_people=1, n_carrying=0),
    Kind(exercise="one-of-four", n_people=4, n_carrying=1),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeExercise:
    """An exercise that was made.

    Attributes:
        folder: of it.
        exercise: what it is.
        n_noticed: people with a threat for whom the station asked for a check, as it is set now.
        n_false: others for whom it did, and alarms at nobody.
    """

    folder: Path
    exercise: Exercise
    n_noticed: int
    n_false: int


def walks_of(trajectories: Trajectories, n: int, *, rng: np.random.Generator) -> Trajectories:
    """Return the ways of ``n`` people who go most of the way, one entering after the other.

    Raises:
        StandexError: there are not so many.
    """
    numbers = trajectories.people
    rows = [np.flatnonzero(trajectories.person == one) for one in numbers]
    far_m = np.array(
        [np.hypot(*(trajectories.position_m[r[-1]] - trajectories.position_m[r[0]])) for r in rows]
    )
    whole = np.flatnonzero(far_m >= LONG_ENOUGH * far_m.max(initial=0.0))
    if len(whole) < n:
        raise StandexError(
            f"{n} people are wanted, and only {len(whole)} of {trajectories.name} go the whole "
            "way; name another recording, or a crowd with more people"
        )
    chosen = np.sort(rng.choice(whole, size=n, replace=False))
    kept = np.concatenate([rows[row] for row in chosen])
    starts = EMPTY_S + APART_S * rng.permutation(n)
    shifts = [
        round(start * trajectories.frame_rate_hz) - int(trajectories.frame[rows[row][0]])
        for start, row in zip(starts, chosen, strict=True)
    ]
    shift = np.repeat(shifts, [len(rows[row]) for row in chosen])
    return replace(
        trajectories,
        person=trajectories.person[kept],
        frame=trajectories.frame[kept] + shift,
        position_m=trajectories.position_m[kept],
        height_m=trajectories.height_m[kept],
    )


def who_carries(people: np.ndarray, kind: Kind, site: Site, carry: CarryModel, seed: int) -> Truth:
    """Return who carries what.

    Args:
        people: who walk.
        kind: how many carry something.
        site: whose item classes there are.
        carry: sizes and residues as in the site's own exercise.
        seed: of whom, and of the item.

    Raises:
        StandexError: the twin can make nothing that the site looks for.
    """
    known = [name for name in CARRIED if name in site.items.names]
    if kind.n_carrying and not known:
        raise StandexError(
            f"site {site.site_id} looks for {', '.join(site.items.names)}; the twin can only make "
            f"{' and '.join(CARRIED)}"
        )
    rng = np.random.default_rng([seed, 3])
    carrying = rng.permutation(people)[: kind.n_carrying]
    slab = replace(
        carry,
        share={known[0]: 1.0} if known else {},
        zones=(BodyZone.TORSO_FRONT,),
    )
    return draw_truth(np.sort(carrying), slab, seed=seed)


def make_exercise(
    folder: Path,
    kind: Kind,
    *,
    site: Site,
    site_toml: str,
    people: Trajectories,
    carry: CarryModel,
    seed: int,
    made_utc_ns: int,
    may_replace: bool = False,
) -> MadeExercise:
    """Record an exercise into ``folder/NAME``, whole or not at all.

    Args:
        folder: of the exercises.
        kind: what is to be made.
        site: whose sensors.
        site_toml: the same as text.
        people: of whom some walk.
        carry: what there is to carry; see ``who_carries``.
        seed: of everything drawn.
        made_utc_ns: now.
        may_replace: whether one of that name is replaced.

    Raises:
        StandexError: the twin cannot make it, it is there already, or it cannot be written.
    """
    there = folder / kind.exercise
    if there.exists() and not may_replace:
        raise ExerciseFileError(f"{there} is there already; --replace makes it anew")
    making = folder / f".{kind.exercise}.making"
    try:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        try:
            made = _made(making, there, kind, site, site_toml, people, carry, seed, made_utc_ns)
            shutil.rmtree(there, ignore_errors=True)
            making.rename(there)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
    except OSError as error:
        raise ExerciseFileError(f"{there} cannot be written: {error}") from error
    return made


def _made(
    making: Path,
    there: Path,
    kind: Kind,
    site: Site,
    site_toml: str,
    people: Trajectories,
    carry: CarryModel,
    seed: int,
    made_utc_ns: int,
) -> MadeExercise:
    walks = walks_of(people, kind.n_people, rng=np.random.default_rng([seed, kind.n_people]))
    truth = who_carries(walks.people, kind, site, carry, seed)
    scene = Scene(trajectories=walks, truth=truth, start_utc_ns=START_UTC_NS)
    calibrations = calibrations_of(site)
    station = Station.of(site, build_technologies(site, calibrations), calibrations)
    instruments = build_instruments(site, seed)
    end_utc_ns = scene.end_utc_ns + round(TAIL_S * 1e9)
    alerts: list[Alert] = []
    writer = RecordingWriter(
        making / RECORDING,
        site_id=site.site_id,
        # What is shown of a look is kept, since nobody was looked at; no raw record ever is.
        profile=Profile.LAB,
        software_version=__version__,
        site_toml=site_toml,
        started_utc_ns=START_UTC_NS,
        is_simulated=True,
    )
    with writer, threadpool_limits(limits=1):
        for step in closed_loop(
            station, scene, instruments, start_utc_ns=START_UTC_NS, end_utc_ns=end_utc_ns
        ):
            writer.publish(step.picture.t_utc_ns, step.observations, step.events)
            alerts += [event for event in step.events if isinstance(event, Alert)]
    exercise = Exercise(
        exercise=kind.exercise,
        site_id=site.site_id,
        site_digest=digest_of_site(site_toml),
        calibrations=tuple(sorted({one.calibration_id for one in calibrations.values()})),
        recording_sha256=digest_of_file(making / RECORDING),
        duration_s=(end_utc_ns - START_UTC_NS) * 1e-9,
        seed=seed,
        made_utc_ns=made_utc_ns,
        software_version=__version__,
        injected=injected_of(scene, site),
    )
    write_exercise(making, exercise)
    noticed, n_false = judged(exercise, alerts)
    return MadeExercise(folder=there, exercise=exercise, n_noticed=noticed, n_false=n_false)


def injected_of(scene: Scene, site: Site) -> tuple[Injected, ...]:
    """Return who walks in a scene, as the truth file has it."""
    threats = {
        name for name, is_it in zip(site.items.names, site.items.is_threat, strict=True) if is_it
    }
    times = np.arange(scene.start_utc_ns, scene.end_utc_ns, round(1e9 / WAY_HZ))
    now = [scene.at(int(t_utc_ns)) for t_utc_ns in times]
    told: list[Injected] = []
    for person in scene.trajectories.people.tolist():
        places = [(n, np.flatnonzero(one.person == person)) for n, one in enumerate(now)]
        rows = [(n, int(row[0])) for n, row in places if len(row)]
        item = scene.truth.of(person)
        told.append(
            Injected(
                person=person,
                carried=NOTHING if item is None else item.item_class,
                zone=None if item is None else item.zone,
                is_threat=item is not None and item.item_class in threats,
                t_s=np.array([(int(times[n]) - scene.start_utc_ns) * 1e-9 for n, _ in rows]),
                position_site_m=np.array([now[n].position_site_m[row] for n, row in rows]).reshape(
                    -1, 2
                ),
            )
        )
    return tuple(told)


def judged(exercise: Exercise, alerts: Sequence[Alert]) -> tuple[int, int]:
    """Return at how many who carry a threat an alert pointed, and how many pointed elsewhere."""
    threats = {one.person for one in exercise.injected if one.is_threat}
    whose = [
        exercise.nearest(alert.position_site_m, (alert.t_utc_ns - START_UTC_NS) * 1e-9)
        for alert in alerts
    ]
    return len(threats & set(whose)), sum(person not in threats for person in whose)
