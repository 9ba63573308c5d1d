"""Banks of scores from runs at raw level: every chance to look, with what came of it.

A chance is a record of a sensor at which somebody was in its reach, by the rules that the surrogate
will go by, whether or not others were in the way; or a look that was taken all the same. Simulated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from standex.evaluation.look_runs import LookRun
from standex.evaluation.panel_passages import PassageScores
from standex.model.frames import RigidTransform
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone
from standex.twin.reach import Reach
from standex.twin.scene import Scene
from standex.twin.score_bank import ScoreBank, SensorBank

FROM_S = 2.0  # by then a sensor has learnt the empty room


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BankedSensor:
    """A sensor whose looks go into a bank.

    Attributes:
        kind: of the calibration that its scores need.
        site_from_sensor: pose.
        rate_hz: records a second.
        reach: of its surrogate.
    """

    kind: str
    site_from_sensor: RigidTransform
    rate_hz: float
    reach: Reach


@dataclass(frozen=True, slots=True)
class _Row:
    person: int
    t_s: float
    x_m: float
    is_hidden: bool
    scores: Mapping[str, tuple[float, ...]]
    share: Mapping[str, float]


def bank_of_runs(
    runs: Sequence[tuple[LookRun, Scene]],
    sensors: Mapping[str, BankedSensor],
    *,
    bank_id: str,
    provenance: str,
) -> ScoreBank:
    """Return the bank of some runs.

    Args:
        runs: each with the scene that it was of.
        sensors: by sensor id.
        bank_id: name and version.
        provenance: in words.

    Raises:
        ValueError: nobody was looked at.
    """
    item_class: list[str] = []
    item_zone: list[int] = []
    rows: dict[str, list[_Row]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for run, scene in runs:
        row_of: dict[int, int] = {}
        for person in scene.trajectories.people.tolist():
            item = scene.item(person)
            is_object = item is not None and item.is_object
            row_of[person] = len(item_class)
            item_class.append(item.item_class if item is not None and is_object else "nothing")
            item_zone.append(ZONE_INDEX[item.zone] if item is not None and is_object else -1)
        for sensor_id, sensor in sensors.items():
            if sensor_id in run.score_names:
                names.setdefault(sensor.kind, tuple(run.score_names[sensor_id]))
            rows.setdefault(sensor.kind, []).extend(_chances(run, scene, sensor_id, sensor, row_of))
    return ScoreBank(
        bank_id=bank_id,
        provenance=provenance,
        item_class=tuple(item_class),
        item_zone=np.array(item_zone, dtype=np.int64),
        sensors={kind: _bank(some, names.get(kind, ()), kind) for kind, some in rows.items()},
    )


def bank_of_passages(
    passages: Sequence[PassageScores], *, kind: str, x_m: float, bank_id: str, provenance: str
) -> ScoreBank:
    """Return the bank of passages of one person each, through sensors that look once a passage.

    Args:
        passages: of the same scores.
        kind: of the calibration that they need.
        x_m: how far ahead of the sensor a look is closed.
        bank_id: name and version.
        provenance: in words.

    Raises:
        ValueError: nobody was looked at.
    """
    rows = [
        _Row(person, 0.0, x_m, False, one.scores, dict.fromkeys(one.scores, 1.0))
        for person, one in enumerate(passages)
    ]
    names = next((one.score_names for one in passages if one.scores), ())
    return ScoreBank(
        bank_id=bank_id,
        provenance=provenance,
        item_class=tuple(one.item_class for one in passages),
        item_zone=np.array(
            [-1 if one.zone is None else ZONE_INDEX[BodyZone(one.zone)] for one in passages],
            dtype=np.int64,
        ),
        sensors={kind: _bank(rows, names, kind)},
    )


def _chances(
    run: LookRun, scene: Scene, sensor_id: str, sensor: BankedSensor, row_of: Mapping[int, int]
) -> list[_Row]:
    """Return all chances of one sensor to look at somebody, taken or not."""
    looks = {
        (round(look.t_s * sensor.rate_hz), look.person): look
        for look in run.looks
        if look.sensor_id == sensor_id
    }
    pose, rows = sensor.site_from_sensor, list[_Row]()
    n_records = int((scene.end_utc_ns - scene.start_utc_ns) * 1e-9 * sensor.rate_hz) + 1
    for record in range(n_records):
        t_s = record / sensor.rate_hz
        if t_s < FROM_S:
            continue
        now = scene.at(scene.start_utc_ns + round(t_s * 1e9))
        local = (now.position_site_m - pose.translation_m[:2]) @ pose.rotation[:2, :2]
        velocity = now.velocity_site_m_per_s @ pose.rotation[:2, :2]
        inside, hidden = sensor.reach.inside(local, velocity), sensor.reach.hidden(local)
        for row, person in enumerate(now.person.tolist()):
            look = looks.get((record, person))
            if look is not None:
                scores, share = look.scores, look.share
            elif inside[row]:
                scores, share = {}, {}
            else:
                continue
            x_m, is_hidden = float(local[row, 0]), bool(hidden[row])
            rows.append(_Row(row_of[person], t_s, x_m, is_hidden, scores, share))
    return rows


def _bank(rows: Sequence[_Row], names: tuple[str, ...], kind: str) -> SensorBank:
    seen = {zone for row in rows for zone in row.scores}
    zones = tuple(zone for zone in ZONES if zone.value in seen)
    if not zones:
        raise ValueError(f"nobody was looked at by sensors of {kind}: walk more people")
    ordered = sorted(rows, key=lambda row: (row.person, row.t_s))
    gap = (np.nan,) * len(names)
    score = np.array([[row.scores.get(zone.value, gap) for zone in zones] for row in ordered])
    share = np.array([[row.share.get(zone.value, 0.0) for zone in zones] for row in ordered])
    return SensorBank(
        score_names=names,
        zones=zones,
        person=np.array([row.person for row in ordered], dtype=np.int64),
        x_m=np.array([row.x_m for row in ordered]),
        is_hidden=np.array([row.is_hidden for row in ordered], dtype=bool),
        score=score,
        share=np.clip(share, 0.0, 1.0),
        spread=np.nanstd(score, axis=0),
    )
