from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from standex.model.event import Task
from standex.model.hints import Hints
from standex.model.picture import Picture
from standex.model.site import Site
from standex.testing.scheduler import check_scheduler

Said = tuple[Hints, tuple[Task, ...]]


def everybody(picture: Picture, /) -> Said:
    n = len(picture.tracks.track_id)
    hints = Hints(
        t_utc_ns=picture.t_utc_ns,
        position_site_m=picture.tracks.mean[:, :2].copy(),
        velocity_site_m_per_s=picture.tracks.mean[:, 2:].copy(),
        spread_m=np.full(n, 0.1),
        need=np.full(n, 0.5),
    )
    tasks = tuple(
        Task(
            task_id=f"task-{track_id}",
            t_utc_ns=picture.t_utc_ns,
            sensor_id=next(iter(picture.health)),  # any sensor of the site
            track_id=track_id,
            position_site_m=passage.position_site_m,
            t_look_utc_ns=picture.t_utc_ns + 10**9,
            zone=None,
            reason="not looked at yet",
        )
        for track_id, passage in picture.passages.items()
    )
    return hints, tasks


def altered(*, of_hints=None, of_tasks=None) -> Callable[[Picture], Said]:
    def scheduler(picture: Picture, /) -> Said:
        hints, tasks = everybody(picture)
        if of_hints:
            hints = replace(hints, **of_hints(hints))
        if of_tasks:
            tasks = tuple(replace(task, **of_tasks(task)) for task in tasks)
        return hints, tasks

    return scheduler


def writes(picture: Picture, /) -> Said:
    picture.tracks.mean[...] += 1.0
    return everybody(picture)


def test_a_good_one_passes(site: Site) -> None:
    check_scheduler(everybody, site=site)
    check_scheduler(lambda picture: (everybody(picture)[0], ()), site=site)


@pytest.mark.parametrize(
    ("scheduler", "says"),
    [
        (writes, "inputs must not be written to"),
        (altered(of_hints=lambda h: {"need": 3 * h.need}), "need of a hint"),
        (altered(of_hints=lambda h: {"spread_m": 0 * h.spread_m}), "spread_m must be positive"),
        (altered(of_hints=lambda h: {"position_site_m": h.position_site_m + 1}), "away"),
        (altered(of_hints=lambda h: {"spread_m": h.spread_m * np.nan}), "spread_m must be fin"),
        (altered(of_tasks=lambda t: {"sensor_id": "laser"}), "no sensor 'laser'"),
        (altered(of_tasks=lambda t: {"track_id": 4}), "no person 4"),
        (altered(of_tasks=lambda t: {"t_look_utc_ns": 0}), "lies in the past"),
        (altered(of_tasks=lambda t: {"position_site_m": np.full(2, np.nan)}), "nowhere"),
        (altered(of_tasks=lambda t: {"reason": ""}), "must say why"),
        (altered(of_tasks=lambda t: {"task_id": "task"}), "there twice"),
    ],
)
def test_a_bad_one_is_caught(site: Site, scheduler: Callable[[Picture], Said], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_scheduler(scheduler, site=site)


def test_hints_about_nobody_are_caught(site: Site) -> None:
    def ghosts(picture: Picture, /) -> Said:
        hints, tasks = everybody(picture)
        ghost = Hints(
            t_utc_ns=hints.t_utc_ns,
            position_site_m=np.zeros((1, 2)),
            velocity_site_m_per_s=np.zeros((1, 2)),
            spread_m=np.ones(1),
            need=np.ones(1),
        )
        return (hints, tasks) if picture.passages else (ghost, ())

    with pytest.raises(AssertionError, match="nobody is hinted at"):
        check_scheduler(ghosts, site=site)
