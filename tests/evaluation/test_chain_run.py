"""A command marks who was nearest to its place at its time; nobody, where nobody was."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import load_site
from standex.evaluation.chain_run import MARK_M, Command, run_chain
from standex.evaluation.chain_scene import CrowdScene
from standex.model.trajectories import Trajectories
from standex.model.truth import Truth
from standex.station import Station

START = 10**18


@pytest.fixture(scope="module")
def walker() -> CrowdScene:
    """Somebody comes in and walks to x = 7 m, at 1.3 m/s."""
    frames = np.arange(100)
    return CrowdScene(
        trajectories=Trajectories(
            name="made up",
            person=np.ones(100, dtype=np.int64),
            frame=frames,
            position_m=np.column_stack([-6.0 + 0.13 * frames, np.full(100, 0.4)]),
            height_m=np.full(100, np.nan),
            frame_rate_hz=10.0,
        ),
        truth=Truth(seed=1, items=()),
        start_utc_ns=START,
        height_of_m=np.array([1.75]),
    )


def command(visit: int, *, at_s: float, takes_s: float, x_m: float, y_m: float = 0.4) -> Command:
    return Command(
        visit=visit,
        t_utc_ns=START + round(at_s * 1e9),
        arrives_utc_ns=START + round((at_s + takes_s) * 1e9),
        place_site_m=(x_m, y_m),
    )


@pytest.mark.slow
def test_commands_mark_whoever_was_there_then(walker: CrowdScene) -> None:
    site = load_site("rome")
    # A track is confirmed within some tenths of a second of coming into sight, at x = -2.4 m.
    at_line_s = 6.0 / 1.3
    log = run_chain(
        Station.of(site, build_technologies(site, {}), {}),
        walker,
        build_instruments(site, 1),
        (
            command(1, at_s=at_line_s, takes_s=0.15, x_m=0.0),
            command(2, at_s=at_line_s, takes_s=2.0, x_m=0.1),
            command(3, at_s=at_line_s, takes_s=0.15, x_m=0.0, y_m=0.4 - 2 * MARK_M),
            command(4, at_s=0.5, takes_s=0.15, x_m=-5.4),
        ),
    )
    marks = {mark.visit: mark for mark in log.marks}
    assert [mark.t_utc_ns for mark in log.marks] == sorted(mark.t_utc_ns for mark in log.marks)
    assert marks[1].track_id > 0
    assert marks[2].track_id == marks[1].track_id
    assert marks[2].t_utc_ns >= START + round((at_line_s + 2.0) * 1e9)
    assert (marks[3].track_id, marks[4].track_id) == (0, 0)
    steps_s = np.diff([sample.t_utc_ns for sample in log.samples]) * 1e-9
    np.testing.assert_allclose(steps_s, 0.1, atol=0.07)
    there = [s for s in log.samples if marks[1].track_id in s.track_id and s.is_seen.all()]
    at_site = np.array([walker.at(s.t_utc_ns).position_site_m[0] for s in there if
                        len(walker.at(s.t_utc_ns).person)])  # fmt: skip
    shown = np.array([s.position_site_m[0] for s in there])[: len(at_site)]
    assert np.hypot(*(shown - at_site).T).mean() < 0.2
    init = site.lines[0]
    assert any(s.line[0] != -1 and site.lines[int(s.line[0])] is not init for s in there)


@pytest.mark.slow
def test_commands_are_taken_in_order_of_arrival(walker: CrowdScene) -> None:
    """With nothing seen, nobody is marked, and each command is answered once."""
    site = load_site("rome")
    station = Station.of(site, build_technologies(site, {}), {})
    instruments = build_instruments(site, 1)
    blind = {"imager": replace(instruments["imager"], p_detect=0.0, clutter_per_m2=0.0)}
    commands = [command(k, at_s=1.0, takes_s=3.0 - k, x_m=0.0) for k in (1, 2)]
    log = run_chain(station, walker, blind, tuple(commands))
    assert [(mark.visit, mark.track_id) for mark in log.marks] == [(2, 0), (1, 0)]
    assert all(len(sample.track_id) == 0 for sample in log.samples)
