import numpy as np
import pytest

from standex.sensing.video.feet import DOWN, DOWN_HIDDEN, feet_of, hidden_share

FAR = [100.0, 100.0, 140.0, 200.0]


def test_feet_are_in_the_middle_of_the_lower_edge() -> None:
    feet = feet_of(np.array([FAR]), height_px=480)
    assert feet.foot_px.tolist() == [[120.0, 200.0]]
    assert feet.sigma_px[0, 1] == pytest.approx(DOWN * 100)
    assert feet.is_seen.all()


def test_who_is_cut_off_has_no_feet() -> None:
    assert not feet_of(np.array([[100.0, 300.0, 200.0, 480.0]]), height_px=480).is_seen.any()


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_hidden_share_is_the_covered_part(share: float) -> None:
    x1 = 140 - 40 * share
    near = [x1, 90.0, 400.0, 300.0]
    hidden = hidden_share(np.array([FAR, near]), n_points=8)
    assert hidden.tolist() == [pytest.approx(share), 0.0]


def test_hidden_feet_are_less_sure() -> None:
    near = [110.0, 120.0, 150.0, 230.0]
    feet = feet_of(np.array([FAR, near]), height_px=480)
    assert feet.sigma_px[:, 1].tolist() == pytest.approx([DOWN_HIDDEN * 100, DOWN * 110])


def test_nobody_has_no_feet() -> None:
    feet = feet_of(np.zeros((0, 4)), height_px=480)
    assert feet.foot_px.shape == (0, 2)
    # A box without a size still has an error.
    assert (feet_of(np.full((1, 4), 10.0), height_px=480).sigma_px > 0).all()
