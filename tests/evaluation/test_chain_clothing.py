"""Clothing goes with whoever is nearest, and has the spread that is stated."""

import numpy as np
import pytest

from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import load_site
from standex.evaluation.chain_clothing import (
    BETWEEN,
    NOISE,
    SHIFT,
    DressedPositions,
    dressed,
    wardrobe_of,
)
from standex.evaluation.chain_scene import CrowdScene
from standex.model.hints import no_hints
from standex.model.observation import Positions
from standex.model.trajectories import Trajectories
from standex.model.truth import Truth

START = 10**18


def standing(*y_m: float) -> CrowdScene:
    n = len(y_m)
    place = np.column_stack([np.full(n, 6.0), y_m])
    return CrowdScene(
        trajectories=Trajectories(
            name="made up",
            person=np.repeat(np.arange(1, n + 1), 100),
            frame=np.tile(np.arange(100), n),
            position_m=np.repeat(place, 100, axis=0),
            height_m=np.full(100 * n, np.nan),
            frame_rate_hz=10.0,
        ),
        truth=Truth(seed=1, items=()),
        start_utc_ns=START,
        height_of_m=np.full(n, 1.75),
    )


def test_spreads_are_the_stated_ones() -> None:
    people = np.arange(20_000)
    one, other = (wardrobe_of(people, area=area, seed=3).descriptor for area in (0, 1))
    assert one.std() == pytest.approx(np.hypot(BETWEEN, SHIFT), rel=0.02)
    assert (one - other).std() == pytest.approx(np.sqrt(2) * SHIFT, rel=0.02)


def test_who_comes_back_wears_the_same() -> None:
    again = wardrobe_of(np.array([0, 1, 0]), area=0, seed=3).descriptor
    assert np.abs(again[0] - again[2]).max() < 6 * SHIFT
    assert np.abs(again[0] - again[1]).max() > np.abs(again[0] - again[2]).max()


def test_reports_carry_the_clothing_of_who_stands_there() -> None:
    site = load_site("rome")
    name, scene, person = "cam-2d-south", standing(-1.0, 1.0), np.array([0, 1])
    camera = dressed(build_instruments(site, 1), person, seed=3)[name]
    technology = DressedPositions(technology=build_technologies(site, {})[name])
    worn = wardrobe_of(person, area=0, seed=3).descriptor
    off, n = [], 0
    for k in range(80):
        record = camera.record(scene, START + k * 10**8, k)
        assert record is not None
        _, said = technology.perceive(technology.start(), record, no_hints(START))
        (positions,) = (one for one in said if isinstance(one, Positions))
        assert positions.descriptor.shape == (len(positions.position_site_m), 6)
        for place, descriptor in zip(positions.position_site_m, positions.descriptor, strict=True):
            if abs(place[0] - 6) < 0.3 and abs(abs(place[1]) - 1) < 0.3:
                off.append(descriptor - worn[int(place[1] > 0)])
                n += 1
    assert n > 100
    assert np.std(off) == pytest.approx(NOISE, rel=0.15)


def test_what_reports_no_clothing_stays_as_it_is() -> None:
    site = load_site("rome")
    instruments = build_instruments(site, 1)
    worn = dressed(instruments, np.array([0]), seed=3)
    assert worn["imager"] is instruments["imager"]
    record = instruments["imager"].record(standing(0.0), START, 0)
    assert record is not None
    technology = build_technologies(site, {})["imager"]
    bare = DressedPositions(technology=technology)
    _, said = bare.perceive(bare.start(), record, no_hints(START))
    (positions,) = (one for one in said if isinstance(one, Positions))
    assert positions.descriptor.shape[1] == 0
