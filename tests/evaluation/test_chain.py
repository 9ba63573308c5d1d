"""A small crowd through the whole chain; nobody comes back, for the sake of time."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import load_crowd, load_site
from standex.evaluation.chain import IMAGER_SIGMA_M, ChainChunk, chain_chunk, commands_of
from standex.evaluation.chain_failures import COMMAND_S, Failures
from standex.evaluation.chain_lines import Crossings
from standex.evaluation.chain_score import Cause
from standex.station import Station
from standex.twin.crowd.simulate import simulate_crowd

START = 10**18


def chunk(*, seed: int, duration_s: float, has_clothing: bool) -> ChainChunk:
    site, plan = load_site("rome"), load_crowd("rome")
    assert plan is not None
    plan = replace(plan, returns=replace(plan.returns, share=0.0))
    return chain_chunk(
        Station.of(site, build_technologies(site, {}), {}),
        build_instruments(site, seed),
        simulate_crowd(plan, duration_s=duration_s, seed=seed),
        start_utc_ns=START,
        has_clothing=has_clothing,
    )


def test_commands_say_the_place_as_it_was_measured() -> None:
    n = 5000
    found = Crossings(
        visit=np.arange(1, n + 1),
        frame=np.tile([100, 200, 300], (n, 1)),
        place_site_m=np.tile([[[0.1, 0.5], [14.0, 0.5], [25.0, 0.5]]], (n, 1, 1)),
        n_other=0,
    )
    failures = Failures(
        visit=found.visit,
        unseen_s=np.full((n, 2, 2), np.nan),
        command_s=np.full(n, COMMAND_S),
        is_lost=np.zeros(n, dtype=bool),
    )
    commands = commands_of(found, failures, start_utc_ns=START, frame_rate_hz=10.0, seed=1)
    off = np.array([one.place_site_m for one in commands]) - [0.1, 0.5]
    assert off.std() == pytest.approx(IMAGER_SIGMA_M, rel=0.05)
    assert {one.t_utc_ns - START for one in commands} == {10 * 10**9}
    assert {one.arrives_utc_ns - one.t_utc_ns for one in commands} == {round(COMMAND_S * 1e9)}


@pytest.mark.slow
def test_most_people_of_a_small_crowd_are_handed_over_right() -> None:
    pytest.importorskip("jupedsim", reason="the optional package jupedsim is not installed")
    found = chunk(seed=91, duration_s=60.0, has_clothing=True)
    n = len(found.outcomes)
    assert n >= 20
    assert len(found.without_joins) == n
    handed = sum(one.is_handed_over for one in found.outcomes)
    assert handed > 0.75 * n
    # The gap between the two areas is longer than anybody is followed unseen.
    assert sum(one.is_handed_over for one in found.without_joins) < handed
    for one in found.outcomes:
        assert 0 <= one.share_shown <= 1
        assert (one.cause is Cause.NONE) == (one.is_shown and one.is_handed_over)
