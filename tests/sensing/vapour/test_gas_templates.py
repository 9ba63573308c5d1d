"""First-order answers in closed form."""

import numpy as np
import pytest

from standex.sensing.vapour.gas_templates import GasTemplates, response_shapes, templates


def test_shapes_are_first_order() -> None:
    t_s = np.array([-1.0, 0.0, 1.0, 2.0, 4.0])
    shape = response_shapes(
        t_s,
        onset_s=np.array([0.0]),
        exposure_s=np.array([2.0]),
        rise_s=np.array([1.0, 0.5]),
        decay_s=np.array([3.0, 3.0]),
    )
    top = 1 - np.exp(-2.0)
    expected = [0, 0, 1 - np.exp(-1), top, top * np.exp(-2 / 3)]
    np.testing.assert_allclose(shape[:, 0, 0], expected)
    assert (shape[:, 1] >= shape[:, 0])[:4].all()


def test_a_later_plume_is_the_same_later() -> None:
    kinetics = {"rise_s": np.array([1.3]), "decay_s": np.array([4.0])}
    t_s, stays = np.linspace(0, 20, 81), np.array([3.0])
    first = response_shapes(t_s, onset_s=np.array([1.0]), exposure_s=stays, **kinetics)
    later = response_shapes(t_s + 5, onset_s=np.array([6.0]), exposure_s=stays, **kinetics)
    np.testing.assert_allclose(first, later, atol=1e-12)


def test_patterns_get_norm_one_and_keep_their_direction() -> None:
    found = templates(
        ("a", "b"), ("benign_residue", "threat_dielectric"), np.array([[3.0, 4.0], [0.0, -2.0]]),
        rise_s=np.ones(2), decay_s=np.ones(2),
    )  # fmt: skip
    np.testing.assert_allclose(found.pattern, [[0.6, 0.8], [0, -1]])
    assert found.classes == ("benign_residue", "threat_dielectric")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pattern": np.array([[2.0, 0.0]])}, "norm 1"),
        ({"names": ("a", "b")}, "1 patterns need"),
        ({"decay_s": np.array([1.0, 0.0])}, "at least"),
        ({"decay_s": np.array([1.0, np.nan])}, "at least"),
        ({"pattern": np.zeros((0, 2)), "names": (), "item_class": ()}, "hold nothing"),
    ],
)
def test_what_cannot_be_templates(change: dict, said: str) -> None:
    good = {
        "names": ("a",), "item_class": ("benign_residue",), "pattern": np.array([[1.0, 0.0]]),
        "rise_s": np.ones(2), "decay_s": np.ones(2),
    }  # fmt: skip
    with pytest.raises(ValueError, match=said):
        GasTemplates(**{**good, **change})
    with pytest.raises(ValueError, match="not zero"):
        templates(("a",), ("x",), np.zeros((1, 2)), rise_s=np.ones(2), decay_s=np.ones(2))
