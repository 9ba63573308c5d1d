from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.trajectories.read import read_trajectories
from standex.model.trajectories import Trajectories
from standex.twin.crowd.plan import Walking
from standex.twin.crowd.simulate import simulate_crowd
from standex.twin.crowd.speed_density import SpeedDensity, cell_density_per_m2, speed_density

EDGES_PER_M2 = np.array([0.0, 0.3, 0.6, 0.9, 1.25, 1.75, 2.25, 3.0])
TOLERANCE_M_PER_S = 0.15


def test_people_on_a_grid_share_the_floor() -> None:
    x, y = np.meshgrid(np.arange(8) + 0.5, 0.5 * np.arange(6) + 0.25)
    place = np.column_stack([x.ravel(), y.ravel()])
    density = cell_density_per_m2(place, min_m=np.zeros(2), max_m=np.array([8.0, 3.0]))
    np.testing.assert_allclose(density, 2.0, rtol=1e-9)


def test_cells_fill_the_floor(rng: np.random.Generator) -> None:
    high = np.array([7.0, 3.0])
    place = rng.uniform(0.01, 0.99, (40, 2)) * high
    density = cell_density_per_m2(place, min_m=np.zeros(2), max_m=high)
    assert np.sum(1 / density) == pytest.approx(21.0)
    alone = cell_density_per_m2(place[:1], min_m=np.zeros(2), max_m=high)
    assert alone[0] == pytest.approx(1 / 21)
    assert not len(cell_density_per_m2(np.zeros((0, 2)), min_m=np.zeros(2), max_m=high))
    with pytest.raises(ValueError, match="inside the rectangle"):
        cell_density_per_m2(place + 5, min_m=np.zeros(2), max_m=high)


def test_speed_is_over_the_ground_and_ends_of_ways_are_left_out() -> None:
    frame = np.tile(np.arange(100), 2)
    person = np.repeat([1, 2], 100)
    place = np.column_stack([0.05 * frame, np.where(person == 1, 1.0, 3.0)])
    rows = Trajectories(
        name="two", person=person, frame=frame, position_m=place, height_m=np.full(200, np.nan),
        frame_rate_hz=25.0,
    )  # fmt: skip
    seen = speed_density(
        rows, min_m=np.array([-1.0, 0.0]), max_m=np.array([9.0, 4.0]), margin_m=2.0
    )
    np.testing.assert_allclose(seen.speed_m_per_s, 1.25)
    np.testing.assert_allclose(seen.density_per_m2, 2 / 40)
    assert 0 < len(seen.speed_m_per_s) < 20


def test_means_by_density() -> None:
    seen = SpeedDensity(
        density_per_m2=np.array([0.1, 0.2, 0.7, 5.0]), speed_m_per_s=np.array([1.0, 2.0, 1.0, 9.0])
    )
    mean, count = seen.mean_speed(np.array([0.0, 0.5, 1.0]), least=2)
    assert count.tolist() == [2, 1]
    assert mean[0] == 1.5
    assert np.isnan(mean[1])


# Free speeds of these people, from the recordings where they were nearly alone; laboratory crowds
# walk faster in one direction than Weidmann's, and slower in two.
CORRIDORS = {
    "one-way": (
        "UNI_CORR_500_01.txt",
        5.0,
        7000.0,
        False,
        Walking(speed_m_per_s=1.50, spread_m_per_s=0.19),
    ),
    "two-way": (
        "bi_corr_400_b_03_unit_cm.txt",
        4.0,
        13300.0,
        True,
        Walking(speed_m_per_s=1.22, spread_m_per_s=0.18),
    ),
}


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", CORRIDORS)
def test_simulated_corridors_are_as_fast_as_recorded_ones(made, data_dir: Path, name: str) -> None:
    file, width_m, per_hour, both, walking = CORRIDORS[name]
    path = data_dir / "trajectories" / "juelich" / file
    unstated = {"unit": "m", "frame_rate_hz": 25.0} if name == "one-way" else {}
    recorded_rows = read_trajectories(path, **unstated)
    low, high = recorded_rows.position_m.min(axis=0), recorded_rows.position_m.max(axis=0)
    middle_y_m = (low[1] + high[1]) / 2
    recorded = speed_density(
        recorded_rows,
        min_m=np.array([low[0], middle_y_m - width_m / 2 - 0.2]),
        max_m=np.array([high[0], middle_y_m + width_m / 2 + 0.2]),
        margin_m=2.5,
    )
    plan = made.corridor(width_m=width_m, per_hour=per_hour / (2 if both else 1), both=both)
    crowd = simulate_crowd(replace(plan, walking=walking), duration_s=100.0, seed=7)
    assert crowd.report.n_inside == 0
    simulated = speed_density(
        crowd.trajectories, min_m=np.array([-9.0, 0.0]), max_m=np.array([9.0, width_m]),
        margin_m=4.0,
    )  # fmt: skip
    was, _ = recorded.mean_speed(EDGES_PER_M2)
    now, _ = simulated.mean_speed(EDGES_PER_M2)
    both_known = np.isfinite(was) & np.isfinite(now)
    assert both_known.sum() >= (3 if name == "one-way" else 6)
    np.testing.assert_allclose(now[both_known], was[both_known], atol=TOLERANCE_M_PER_S)
