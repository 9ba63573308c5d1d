from dataclasses import replace

import numpy as np
import pytest

from standex.evaluation.drifted_looks import SURE, UNSURE, smelled
from standex.model.observation import DriftFootprint

S = 10**9
# One person stands upwind, one downwind, and one has just left.
UPWIND, DOWNWIND = ((2.0, 0.0), (2.0, 0.01)), ((-3.0, 0.0), (-3.0, 0.01))


@pytest.fixture
def footprint() -> DriftFootprint:
    """Return one that asks for whoever stood at x of 1 m and more, some seconds ago."""
    age_s, x, y = np.arange(5.0), np.arange(-4.0, 5.0), np.arange(-2.0, 3.0)
    weight = np.where(x >= 1.0, 0.8, 0.0)[None, :, None] * np.ones((5, 9, 5))
    return DriftFootprint(age_s=age_s, x_site_m=x, y_site_m=y, weight=weight)


def smeared(item, person: int, item_class: str = "threat_metal"):
    return replace(item(person, item_class), residue="simulant-a", residue_ug_per_cm2=300.0)


def test_whoever_is_upwind_and_gives_something_off(walk, item, footprint) -> None:
    items = (smeared(item, 1), smeared(item, 2, "benign_residue"))
    scene = walk(UPWIND, DOWNWIND, lasts_s=10.0, items=items)
    assert smelled(footprint, scene, t_utc_ns=8 * S) == (1, "threat_metal")


def test_clean_people_are_nothing_whatever_is_downwind(walk, item, footprint) -> None:
    scene = walk(UPWIND, DOWNWIND, lasts_s=10.0, items=(smeared(item, 2),))
    assert smelled(footprint, scene, t_utc_ns=8 * S) == (1, "nothing")


def test_a_thing_that_gives_nothing_off_is_nothing(walk, item, footprint) -> None:
    scene = walk(UPWIND, lasts_s=10.0, items=(item(1),))
    assert smelled(footprint, scene, t_utc_ns=8 * S) == (1, "nothing")


def test_nobody_upwind_is_nobody(walk, item, footprint) -> None:
    scene = walk(DOWNWIND, lasts_s=10.0, items=(smeared(item, 1),))
    assert smelled(footprint, scene, t_utc_ns=8 * S) is None


def test_who_was_there_before_counts_too(walk, item, footprint) -> None:
    scene = walk(((4.0, 0.0), (-3.5, 0.0)), DOWNWIND, lasts_s=10.0, items=(smeared(item, 1),))
    now = scene.at(7 * S).position_site_m[0, 0]
    assert now < 0  # gone past, and yet
    assert smelled(footprint, scene, t_utc_ns=7 * S) == (1, "threat_metal")


def test_in_doubt_there_is_no_right_answer(walk, item, footprint) -> None:
    scene = walk(UPWIND, lasts_s=10.0, items=(smeared(item, 1),))
    faint = replace(footprint, weight=footprint.weight * 0.5 * (SURE + UNSURE) / 0.8)
    assert smelled(faint, scene, t_utc_ns=8 * S) is None
