"""What sensors said then, as if they said it now."""

from dataclasses import replace

from standex.model.observation import (
    Coverage,
    Evidence,
    GaussianFootprint,
    Health,
    Observation,
    Positions,
)


def shifted(one: Observation, *, by_ns: int, tracks_by: int) -> Observation:
    """Return an observation as of ``by_ns`` later.

    Args:
        one: as it was said.
        by_ns: how much later.
        tracks_by: by how much numbers of people are higher; the name of a task holds one.
    """
    match one:
        case Evidence():
            footprint = one.footprint
            if isinstance(footprint, GaussianFootprint) and footprint.task_id:
                task_id = _task(footprint.task_id, by_ns=by_ns, tracks_by=tracks_by)
                footprint = replace(footprint, task_id=task_id)
            return replace(
                one,
                t_utc_ns=one.t_utc_ns + by_ns,
                t_first_utc_ns=one.t_first_utc_ns + by_ns,
                t_last_utc_ns=one.t_last_utc_ns + by_ns,
                footprint=footprint,
            )
        case Health():
            task_id = _task(one.not_done_task_id, by_ns=by_ns, tracks_by=tracks_by)
            return replace(one, t_utc_ns=one.t_utc_ns + by_ns, not_done_task_id=task_id)
        case Positions():
            return replace(one, t_utc_ns=one.t_utc_ns + by_ns)
        case Coverage():
            return replace(one, t_utc_ns=one.t_utc_ns + by_ns)


def _task(task_id: str, *, by_ns: int, tracks_by: int) -> str:
    """Return what the same task is called: sensor, time and person, as the scheduler names them."""
    sensor_id, _, rest = task_id.rpartition("-")
    sensor_id, _, t_utc_ns = sensor_id.rpartition("-")
    if not (sensor_id and t_utc_ns.isdigit() and rest.isdigit()):
        return task_id
    return f"{sensor_id}-{int(t_utc_ns) + by_ns}-{int(rest) + tracks_by}"
