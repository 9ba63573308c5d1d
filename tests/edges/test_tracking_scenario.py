import json

import numpy as np
import pytest

from standex.edges.tracking_scenario import read_scenario
from standex.model.errors import DataFileError

META = {"n": 2, "width": 4.2, "height": 3.0, "dt": 0.1, "sigma": 0.15, "pd": 0.95, "clutter": 0.02}


@pytest.fixture
def arrays() -> dict:
    """Three scans: two people and clutter, one of them and nobody seen, nobody at all."""
    return {
        "meta": json.dumps(META),
        "scan_t": np.array([0.0, 0.1, 0.2]),
        "z_ptr": np.array([0, 3, 3, 3]),
        "z": np.array([[3.0, 3.0], [1.1, 1.0], [2.0, 2.1]]),
        "z_src": np.array([-1, 7, 9]),
        "truth_ptr": np.array([0, 2, 3, 3]),
        "truth_id": np.array([7, 9, 9]),
        "truth_x": np.array([[1.0, 1.0, 0.5, 0.0], [2.0, 2.0, 0, 0], [2.1, 2.0, 0, 0]]),
    }


@pytest.fixture
def write(tmp_path):
    def written(arrays: dict):
        path = tmp_path / "crowd2.npz"
        np.savez_compressed(path, **arrays)
        return path

    return written


def test_what_is_in_the_file(write, arrays) -> None:
    found = read_scenario(write(arrays))
    assert (found.name, found.n_people) == ("crowd2", 2)
    assert found.truth.t_utc_ns.tolist() == [0, 100_000_000, 200_000_000]
    assert found.truth.at(0)[0].tolist() == [7, 9]
    assert found.truth.at(1)[1].tolist() == [[2.1, 2.0]]
    first, second, third = found.scans.positions
    assert first.position_site_m.tolist() == arrays["z"].tolist()
    assert not len(second.position_site_m)
    assert third.t_utc_ns == 200_000_000
    assert found.scans.source[0].tolist() == [-1, 7, 9]
    np.testing.assert_allclose(first.covariance_site_m2[2], 0.0225 * np.eye(2))
    assert first.clutter_per_m2 == 0.02
    coverage = found.scans.coverage
    # Cells of half a metre over the hall and two metres about it.
    assert coverage.p_report.shape == (17, 14)
    assert (coverage.p_report == 0.95).all()
    assert coverage.sensor_id == first.sensor_id


def test_the_first_scans_of_it(write, arrays) -> None:
    found = read_scenario(write(arrays), n_scans=2)
    assert len(found.truth.t_utc_ns) == len(found.scans.positions) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"z_src": None}, "no synthetic crowd, it lacks z_src"),
        ({"meta": "no JSON"}, "cannot be read as a synthetic crowd"),
        ({"meta": json.dumps({"n": 2})}, "its meta lacks width, height"),
        ({"meta": json.dumps(META | {"sigma": -1})}, "sigma_m must be positive"),
        ({"truth_ptr": np.array([0, 2, 3, 5])}, "first_row must have 4 bounds"),
        ({"truth_x": np.full((3, 4), np.nan)}, "not finite"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(write, arrays, change, said: str) -> None:
    changed = {k: v for k, v in (arrays | change).items() if v is not None}
    with pytest.raises(DataFileError, match=said):
        read_scenario(write(changed))


def test_no_file_and_no_npz(tmp_path) -> None:
    with pytest.raises(DataFileError, match="there is no such file"):
        read_scenario(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("people")
    with pytest.raises(DataFileError, match="cannot be read"):
        read_scenario(tmp_path / "text.npz")
