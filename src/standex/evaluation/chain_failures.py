"""Parts of the chain fail as often as they were published to: fixed before anything is scored.

Published, of 586 commuters on several days in Rome (Bouma et al., Sensors 23 (2023) 440, doi
10.3390/s23010440): 2D video 98.0 %, Re-ID 100.0 %, 3D video 99.7 %, command and control 99.5 %; of
the whole, shown right 97.4 % and handed over right 97.6 %. How each part failed was not published.
Here a failure is one of the *instrument or the link*, drawn for each passage by itself, on top of
everything that the simulated cameras miss, hide and invent anyway:

* **2D, 2 %**: for 2 to 4 s between the Init line and the end of the 2D area no 2D camera reports
  this person at all. That is longer than the station's tracker follows anybody unseen, so a
  tracker by itself loses them. They still hide others.
* **3D, 0.3 %**: the same between the start of the 3D area and the Exit line.
* **Re-ID, 0 %**: nothing is drawn; whatever goes wrong at the gap is the station's own error.
* **Command, 0.5 %**: the message that marks a person at the Init line is lost and sent again 1 to
  2.5 s later, with the place and time of the crossing. The rest take 0.15 s (assumed).

The published figures count people of a real trial whose person was lost or mistaken *because of* a
part. Ours are simulated, and ask how much of such failures the station makes good.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import final

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.evaluation.chain_lines import Crossings
from standex.model.errors import StandexError
from standex.model.ports import Instrument
from standex.model.trajectories import Trajectories
from standex.twin.position_sensor import PositionSensor
from standex.twin.scene import PeopleNow

P_2D = 0.980
P_RE_ID = 1.000
P_3D = 0.997
P_COMMAND = 0.995
UNSEEN_S = (2.0, 4.0)
COMMAND_S = 0.15
REPEATED_S = (1.0, 2.5)  # within what the station remembers of where people were
AREAS = {"2d": "cam-2d", "3d": "cam-3d"}  # how the names of an area's cameras begin
_FAILURES = 42  # stream of chance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failures:
    """What fails, for each whole passage, one a row.

    Attributes:
        visit: number in the scene.
        unseen_s: from and to, after the scene's start, for the 2D and for the 3D cameras; NaN for
            who is not concerned.
        command_s: time the command takes, from the crossing of the Init line.
        is_lost: whether it was lost at first.
    """

    visit: Int[np.ndarray, " n"]
    unseen_s: Float[np.ndarray, "n 2 2"]
    command_s: Float[np.ndarray, " n"]
    is_lost: Bool[np.ndarray, " n"]

    @property
    def has_failed(self) -> Bool[np.ndarray, "n 3"]:
        """Return, by passage, whether 2D, 3D and the command failed."""
        return np.column_stack([np.isfinite(self.unseen_s[:, :, 0]), self.is_lost])


def area_times(
    trajectories: Trajectories, crossings: Crossings, instruments: Mapping[str, Instrument]
) -> Float[np.ndarray, "n 2 2"]:
    """Return when each passage was in the 2D and the 3D area, from and to, in seconds.

    The 2D area from the Init line to the last place that one of its cameras looks at before the
    Re-ID line; the 3D area from the first such place behind that line to the Exit line.

    Raises:
        StandexError: an area has no cameras, or one is no position sensor.
    """
    cameras = [_cameras(area, instruments) for area in AREAS]
    out = crossings.frame[:, [[0, 1], [1, 2]]].astype(np.float64)
    for row, visit in enumerate(crossings.visit.tolist()):
        first = int(np.searchsorted(trajectories.person, visit))
        first -= int(trajectories.frame[first])
        init, re_id, leave = crossings.frame[row].tolist()
        before = _in_view(cameras[0], trajectories.position_m[first + init : first + re_id])
        behind = _in_view(cameras[1], trajectories.position_m[first + re_id : first + leave])
        if before.any():
            out[row, 0, 1] = init + np.flatnonzero(before)[-1]
        if behind.any():
            out[row, 1, 0] = re_id + np.flatnonzero(behind)[0]
    return out / trajectories.frame_rate_hz


def draw_failures(
    crossings: Crossings, *, areas_s: Float[np.ndarray, "n 2 2"], seed: int
) -> Failures:
    """Return which parts fail for whom; one passage more changes nothing for the others.

    Args:
        crossings: whole passages.
        areas_s: when each person came into and left the 2D and the 3D area, after the scene's
            start. A stretch lies inside it, if it is long enough, else begins with it.
        seed: of the crowd.
    """
    n = len(crossings.visit)
    unseen_s = np.full((n, 2, 2), np.nan)
    command_s = np.full(n, COMMAND_S)
    is_lost = np.zeros(n, dtype=bool)
    for row, visit in enumerate(crossings.visit.tolist()):
        rng = np.random.default_rng([seed, _FAILURES, visit])
        fails = rng.random(2) >= (P_2D, P_3D)
        lasts_s, where = rng.uniform(*UNSEEN_S, 2), rng.random(2)
        for part in np.flatnonzero(fails).tolist():
            start_s, end_s = areas_s[row, part]
            spare_s = max(0.0, end_s - start_s - lasts_s[part])
            from_s = start_s + where[part] * spare_s
            unseen_s[row, part] = from_s, from_s + lasts_s[part]
        is_lost[row] = rng.random() >= P_COMMAND
        if is_lost[row]:
            command_s[row] = rng.uniform(*REPEATED_S)
    return Failures(visit=crossings.visit, unseen_s=unseen_s, command_s=command_s, is_lost=is_lost)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BlindSensor(PositionSensor):
    """A position sensor that does not see certain people for a while; they hide others as ever.

    Attributes:
        unseen: from and to (ns UTC), by number of the person.
    """

    unseen: Mapping[int, tuple[int, int]]

    def shown(self, people: PeopleNow) -> np.ndarray:
        """Return which share of each person can be seen: nothing of who is not seen."""
        is_seen = [
            not (stretch := self.unseen.get(person))
            or not stretch[0] <= people.t_utc_ns < stretch[1]
            for person in people.person.tolist()
        ]
        return np.where(is_seen, super().shown(people), 0.0)


def with_failures(
    instruments: Mapping[str, Instrument], failures: Failures, *, start_utc_ns: int
) -> dict[str, Instrument]:
    """Return the instruments of a chain with what is drawn to fail.

    Raises:
        StandexError: an area has no cameras, or one is no position sensor.
    """
    changed = dict(instruments)
    for part, area in enumerate(AREAS):
        rows = np.flatnonzero(np.isfinite(failures.unseen_s[:, part, 0])).tolist()
        unseen = {
            int(failures.visit[row]): (
                start_utc_ns + round(float(failures.unseen_s[row, part, 0]) * 1e9),
                start_utc_ns + round(float(failures.unseen_s[row, part, 1]) * 1e9),
            )
            for row in rows
        }
        for camera in _cameras(area, instruments):
            own = {field.name: getattr(camera, field.name) for field in fields(PositionSensor)}
            changed[camera.sensor_id] = BlindSensor(**own, unseen=unseen)
    return changed


def _cameras(area: str, instruments: Mapping[str, Instrument]) -> list[PositionSensor]:
    found = [one for name, one in instruments.items() if name.startswith(AREAS[area])]
    cameras = [one for one in found if isinstance(one, PositionSensor)]
    if not cameras or len(cameras) < len(found):
        raise StandexError(
            f"the {area} area needs cameras of instrument floor-positions whose names begin with "
            f"{AREAS[area]}; {len(found)} begin so, {len(cameras)} are of that instrument"
        )
    return cameras


def _in_view(
    cameras: list[PositionSensor], position_site_m: Float[np.ndarray, "n 2"]
) -> Bool[np.ndarray, " n"]:
    seen = np.zeros(len(position_site_m), dtype=bool)
    for camera in cameras:
        flat = camera.on_floor(position_site_m)
        off_rad = np.abs(np.arctan2(flat[:, 1], flat[:, 0]))
        seen |= (np.hypot(*flat.T) < camera.range_m) & (off_rad < camera.half_angle_rad)
    return seen
