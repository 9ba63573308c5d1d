"""The law of a scheduler: look where people are, and task only what exists."""

from dataclasses import replace

import numpy as np

from standex.model.picture import Picture
from standex.model.ports import Scheduler
from standex.model.site import Site
from standex.testing.examples import example_passage, example_picture
from standex.testing.leaves import Untouched, check_same
from standex.testing.observations import check_probability


def check_scheduler(scheduler: Scheduler, *, site: Site) -> None:
    """Assert that hints point at people and tasks at sensors of the site.

    * Everybody about whom nothing is known yet has a hint within half a metre; nobody, no hints.
    * Needs are probabilities; places, velocities and spreads are finite.
    * Tasks name a sensor of the site and a person of the picture, lie in the future, say why, and
      have numbers of their own.
    * Same in, same out; nothing is written to.
    """
    assert isinstance(scheduler, Scheduler), "a scheduler is called with a picture"
    middle = (site.levels[0].min_site_m + site.levels[0].max_site_m) / 2
    people = [
        replace(
            example_passage(
                site, track_id=track_id, position_site_m=(float(x_m), float(middle[1]))
            ),
            velocity_site_m_per_s=np.array([-1.2, 0.1]),
        )
        for track_id, x_m in ((3, middle[0] - 1.0), (8, middle[0] + 1.0))
    ]
    for picture in (example_picture(site), example_picture(site, *people)):
        _check(scheduler, site, picture)


def _check(scheduler: Scheduler, site: Site, picture: Picture) -> None:
    with Untouched(picture=picture):
        hints, tasks = scheduler(picture)
        again = scheduler(picture)
    check_same((hints, tasks), again, "the same picture must give the same hints and tasks")
    for name in ("position_site_m", "velocity_site_m_per_s", "spread_m"):
        assert np.isfinite(getattr(hints, name)).all(), f"hints: {name} must be finite"
    assert (hints.spread_m > 0).all(), "hints: spread_m must be positive"
    check_probability(hints.need, "need of a hint")
    hinted = hints.at(picture.t_utc_ns)
    if not picture.passages:
        assert not len(hinted), "nobody is there, nobody is hinted at"
    for track_id, passage in picture.passages.items():
        away_m = np.linalg.norm(hinted - passage.position_site_m, axis=1).min(initial=np.inf)
        assert away_m < 0.5, f"the nearest hint to track {track_id} is {away_m:.2f} m away"
    sensors = {spec.sensor_id for spec in site.sensors}
    for task in tasks:
        assert task.sensor_id in sensors, f"no sensor {task.sensor_id!r} at {site.site_id}"
        assert task.track_id in picture.passages, f"no person {task.track_id} in the picture"
        assert task.t_look_utc_ns >= picture.t_utc_ns, f"task {task.task_id} lies in the past"
        assert np.isfinite(task.position_site_m).all(), f"task {task.task_id} points nowhere"
        assert task.reason, f"task {task.task_id} must say why"
    names = [task.task_id for task in tasks]
    assert len(set(names)) == len(names), f"task numbers are there twice: {names}"
