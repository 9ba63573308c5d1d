import numpy as np
import pytest

from standex.evaluation.tracking_figures import TrackingFigures
from standex.evaluation.tracking_gospa import PlaceErrors
from standex.evaluation.tracking_landing import Landing
from standex.evaluation.tracking_library import IdentityFigures
from standex.evaluation.tracking_run import WAYS, TrackingRun
from standex.evaluation.tracking_table import crowd_figures


def run_of(switches: int, *, n_missed: int = 1, looked_at: int = 2) -> TrackingRun:
    """Return a made-up run of 100 scans: ten people, one false track."""
    scans = np.ones(100, dtype=np.int64)
    identity = IdentityFigures(
        mota=0.9, switches=switches, idf1=0.8, hota=0.7, det_a=0.7, ass_a=0.7
    )
    ones = np.ones(looked_at)
    landing = Landing(
        person=np.arange(looked_at), drawn=4 * ones, on_carrier=3 * ones, on_others=0.5 * ones,
        stranded=0.5 * ones, from_others=0 * ones,
    )  # fmt: skip
    return TrackingRun(
        figures=TrackingFigures(
            errors=PlaceErrors(
                cutoff_m=1.0,
                squared_m2=0.2 * scans,
                n_found=(10 - n_missed) * scans,
                n_missed=n_missed * scans,
                n_false=scans,
            ),
            identity=identity,
            n_people=20,
            n_tracks=25,
            person_minutes=5.0,
        ),
        landing=dict.fromkeys(WAYS, landing),
    )


def test_figures_of_several_runs(rng) -> None:
    found = crowd_figures([run_of(5), run_of(15)], step_s=0.1, rng=rng)
    assert (found.n_runs, found.n_scans, found.people_per_scan) == (2, 100, 10)
    figures = found.figures
    assert figures["gospa_m"].value == pytest.approx(np.sqrt(0.2 + 0.5 + 0.5))
    assert figures["gospa_m"].interval == "block bootstrap, 20 scans"
    assert figures["switches"].value == 10
    assert figures["switches_per_person_minute"].value == pytest.approx(2)
    assert figures["switches"].low < 5 < 15 < figures["switches"].high
    assert figures["switches"].interval == "Student, over 2 draws"
    np.testing.assert_allclose(found.parts_m2, [0.02, 0.05, 0.05])
    for way in WAYS:
        assert found.landing[way]["on_carrier"].value == pytest.approx(0.75)
        assert "4 cases" in found.landing[way]["on_carrier"].interval


def test_errors_of_scans_are_averaged_over_runs(rng) -> None:
    found = crowd_figures([run_of(0, n_missed=0), run_of(0, n_missed=2)], step_s=0.1, rng=rng)
    assert found.figures["missed_per_scan"].value == 1
    assert found.people_per_scan == 10


def test_where_no_carrier_was_looked_at(rng) -> None:
    assert not crowd_figures([run_of(1, looked_at=0)], step_s=0.1, rng=rng).landing


def test_no_run_is_refused(rng) -> None:
    with pytest.raises(ValueError, match="no run"):
        crowd_figures([], step_s=0.1, rng=rng)
