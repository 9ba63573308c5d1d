"""Exercises without a twin: people of the reliability tests walk by, a few seconds each."""

from pathlib import Path

import numpy as np

from neighbours import loaded
from standex.edges.exercises.exercise_file import (
    RECORDING,
    Exercise,
    Injected,
    digest_of_file,
    write_exercise,
)
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.service.checkpointer import digest_of_site
from standex.edges.settings import parse_site
from standex.model.hints import no_hints
from standex.model.record import Record
from standex.model.zones import BodyZone
from standex.station import Station

START = 1_767_225_600_000_000_000
S = 10**9
EMPTY_S, APART_S, TAIL_S = 1.0, 2.0, 5.0
# One of its own: it is changed here.
crowd = loaded("reliability/crowd_service.py", name="crowd_of_exercises")
SITE_TOML = crowd.site_text()
SITE = parse_site(SITE_TOML, where="survey")
CALIBRATIONS = {crowd.CALIBRATION: crowd.calibration(SITE)}


def place_of(number: int, t_s: float, speed_m_per_s: float) -> tuple[float, float] | None:
    """Return where somebody is, or None."""
    walked_m = (t_s - EMPTY_S - APART_S * number) * speed_m_per_s
    if not 0 <= walked_m <= crowd.WAY_M:
        return None
    return 4.4 - walked_m, 4.7 - 0.5 * number


def record_exercise(
    folder: Path,
    name: str,
    *,
    carrying: tuple[bool, ...] = (True,),
    found: tuple[bool, ...] | None = None,
    speed_m_per_s: float = 1.3,
    is_simulated: bool = True,
) -> Exercise:
    """Write an exercise: who carries something, and about whom the sensors say so."""
    found = carrying if found is None else found
    there = folder / name
    there.mkdir(parents=True)
    end_s = EMPTY_S + APART_S * (len(carrying) - 1) + crowd.WAY_M / speed_m_per_s

    def people(t_utc_ns: int) -> list[tuple[int, float, float]]:
        at = [(n, place_of(n, (t_utc_ns - START) / S, speed_m_per_s)) for n in range(len(carrying))]
        return [(n, *place) for n, place in at if place is not None]

    kept = crowd.people, crowd.carries
    crowd.people, crowd.carries = people, lambda number: found[number]
    try:
        technologies = {
            spec.sensor_id: crowd.CrowdTechnology(spec, SITE, folder) for spec in SITE.sensors
        }
        station = Station.of(SITE, technologies, CALIBRATIONS)
        picture = station.start(START)
        with RecordingWriter(
            there / RECORDING,
            site_id=SITE.site_id,
            profile=Profile.LAB,
            software_version="test",
            site_toml=SITE_TOML,
            started_utc_ns=START,
            is_simulated=is_simulated,
        ) as writer:
            for frame in range(round((end_s + TAIL_S) * 10)):
                for spec in SITE.sensors:
                    record = Record(
                        sensor_id=spec.sensor_id,
                        t_utc_ns=START + frame * S // 10,
                        kind="crowd",
                        sequence=frame,
                        arrays={"now": np.array([START + frame * S // 10], dtype=np.int64)},
                    )
                    _, said = station.perceive(None, record, no_hints(START))
                    picture, events, _ = station.update(picture, said)
                    writer.publish(picture.t_utc_ns, said, events)
    finally:
        crowd.people, crowd.carries = kept
    exercise = Exercise(
        exercise=name,
        site_id=SITE.site_id,
        site_digest=digest_of_site(SITE_TOML),
        calibrations=tuple(CALIBRATIONS),
        recording_sha256=digest_of_file(there / RECORDING),
        duration_s=end_s + TAIL_S,
        seed=1,
        made_utc_ns=START,
        software_version="test",
        injected=tuple(_injected(n, has, end_s, speed_m_per_s) for n, has in enumerate(carrying)),
    )
    write_exercise(there, exercise)
    return exercise


def _injected(number: int, has: bool, end_s: float, speed_m_per_s: float) -> Injected:
    times = [t for t in np.arange(0, end_s, 0.2) if place_of(number, t, speed_m_per_s)]
    return Injected(
        person=number,
        carried="threat_dielectric" if has else "nothing",
        zone=BodyZone.TORSO_FRONT if has else None,
        is_threat=has,
        t_s=np.array(times),
        position_site_m=np.array([place_of(number, t, speed_m_per_s) for t in times]),
    )
