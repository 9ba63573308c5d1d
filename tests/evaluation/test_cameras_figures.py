import numpy as np
import pytest

from standex.evaluation.cameras_figures import cameras_figures
from standex.evaluation.tracking_scans import Whereabouts

pytest.importorskip("trackeval")


def everywhere(place: list[list[list[float]]]) -> Whereabouts:
    """Return numbered people at places, scan by scan."""
    sizes = [len(scan) for scan in place]
    return Whereabouts(
        t_utc_ns=np.arange(len(place)) * 500_000_000,
        first_row=np.cumsum([0, *sizes]),
        who=np.concatenate([np.arange(n) for n in sizes]).astype(np.int64),
        position_site_m=np.concatenate([np.reshape(scan, (-1, 2)) for scan in place]).astype(float),
    )


TRUTH = everywhere([[[0, 0], [5, 0]]] * 4)


def test_the_truth_itself_is_perfect() -> None:
    found = cameras_figures(TRUTH, TRUTH)
    assert {found[name] for name in ("moda", "modp", "recall", "precision", "mota", "idf1")} == {
        1.0
    }
    assert found["error_median_m"] == 0


def test_figures_are_what_they_say() -> None:
    # One person 0.2 m off, the other 1.5 m off, and one who is not there.
    report = everywhere([[[0.2, 0], [6.5, 0], [20, 20]]] * 4)
    found = cameras_figures(TRUTH, report)
    assert found["recall"] == 0.5
    assert found["precision"] == pytest.approx(1 / 3)
    assert found["moda"] == pytest.approx(1 - (1 + 2) / 2)
    assert found["modp"] == pytest.approx(1 - 0.2 / 0.5)
    assert found["error_median_m"] == pytest.approx((0.2 + 1.5) / 2)  # within 2 m, not 0.5


def test_first_scans_may_be_left_out() -> None:
    report = everywhere([[]] * 2 + [[[0, 0], [5, 0]]] * 2)
    assert cameras_figures(TRUTH, report)["recall"] == 0.5
    assert cameras_figures(TRUTH, report, skip=2)["recall"] == 1.0


def test_of_nobody_there_is_no_figure() -> None:
    with pytest.raises(ValueError, match="nobody is in the scans"):
        cameras_figures(TRUTH, TRUTH, skip=4)
    empty = cameras_figures(TRUTH, everywhere([[]] * 4))
    assert empty["moda"] == 0
    assert np.isnan(empty["error_median_m"])
