from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from standex.model.observation import (
    Coverage,
    DriftFootprint,
    Evidence,
    Health,
    HealthState,
    Observation,
    Patch,
    PathExcess,
    Positions,
)
from standex.model.site import Site
from standex.testing.examples import example_observations
from standex.testing.observations import check_covariance, check_observations, check_probability


def check(site: Site, *observations: Observation) -> None:
    check_observations(
        observations, sensor_id=site.sensors[0].sensor_id, n_classes=len(site.items.names)
    )


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        (Positions, {"sensor_id": "other"}, "of sensor 'other'"),
        (Positions, {"level_id": ""}, "which level"),
        (Positions, {"position_site_m": np.full((2, 2), np.nan)}, "must be finite"),
        (Positions, {"covariance_site_m2": np.zeros((2, 2, 2))}, "positive definite"),
        (Positions, {"existence": np.array([0.5, 1.5])}, "existence must be in"),
        (Positions, {"clutter_per_m2": -1.0}, "clutter_per_m2"),
        (Evidence, {"look_id": ""}, "must have an id"),
        (Evidence, {"log_likelihood": np.zeros(3)}, "item classes"),
        (Evidence, {"log_likelihood": np.full(6, -np.inf)}, "must be finite"),
        (Evidence, {"log_clutter": np.nan}, "log_clutter"),
        (Evidence, {"t_first_utc_ns": 2 * 10**18}, "in order"),
        (Evidence, {"correlation": 1.1}, "correlation"),
        (Evidence, {"reason": ""}, "must say why"),
        (Evidence, {"score": {"contrast": float("nan")}}, "scores must be finite"),
        (Evidence, {"position_row": 2}, "position_row"),
        (Coverage, {"cell_m": 0.0}, "cell_m"),
        (Health, {"message": ""}, "what is wrong"),
        (Health, {"state": HealthState.OK}, "health is ok"),
    ],
)
def test_what_cannot_be_used_is_refused(
    site: Site, kind: type, change: dict[str, Any], says: str
) -> None:
    one = next(one for one in example_observations(site) if isinstance(one, kind))
    check(site, one)
    with pytest.raises(AssertionError, match=says):
        check(site, replace(one, **change))


def test_coverage_is_a_probability_on_one_grid(site: Site) -> None:
    covered = next(one for one in example_observations(site) if isinstance(one, Coverage))
    with pytest.raises(AssertionError, match="p_report must be in"):
        check(site, replace(covered, p_report=np.full_like(covered.p_report, np.nan)))
    with pytest.raises(AssertionError, match="one grid"):
        check(site, replace(covered, p_detect=covered.p_detect[:2]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"age_s": np.array([10.0, 0.0])}, "ascend"),
        ({"age_s": np.array([-10.0, 0.0])}, "future"),
        ({"weight": np.full((2, 3, 2), 1.5)}, "weight"),
        ({"weight": np.full((3, 3, 2), 0.5), "age_s": np.array([0.0, np.nan, 1.0])}, "finite"),
    ],
)
def test_drifting_air_has_its_laws(site: Site, change: dict[str, Any], says: str) -> None:
    looks = [one for one in example_observations(site) if isinstance(one, Evidence)]
    look = next(one for one in looks if isinstance(one.footprint, DriftFootprint))
    with pytest.raises(AssertionError, match=says):
        check(site, replace(look, footprint=replace(look.footprint, **change)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"excess_m": np.zeros((2, 3)), "sigma_m": np.ones((2, 3))}, "path excess differ"),
        ({"sigma_m": np.full((3, 2), np.nan)}, "without sigma"),
        ({"sigma_m": np.array([[0.0, np.nan], [1.0, 1.0], [1.0, 1.0]])}, "must be positive"),
        ({"excess_m": np.zeros((3, 2)), "sigma_m": np.ones((3, 2))}, "of unseen places"),
    ],
)
def test_path_excess_has_its_laws(site: Site, change: dict[str, Any], says: str) -> None:
    look = next(one for one in example_observations(site) if isinstance(one, Evidence))
    known = np.array([[0.01, np.nan], [0.0, 0.02], [0.0, 0.0]])
    good = PathExcess(excess_m=known, sigma_m=np.where(np.isnan(known), np.nan, 0.001))
    patch = Patch(
        caption="echo, dB",
        across_m=np.array([0.0, 0.1]),
        height_m=np.array([1.0, 1.1, 1.2]),
        values=np.array([[1.0, np.nan], [1.0, 1.0], [1.0, 1.0]]),
        excess=good,
    )
    check(site, replace(look, patch=patch))
    with pytest.raises(AssertionError, match=says):
        check(site, replace(look, patch=replace(patch, excess=replace(good, **change))))


def test_the_zones_of_one_look_belong_together(site: Site) -> None:
    look = next(one for one in example_observations(site) if isinstance(one, Evidence))
    waist = replace(look, zone=None)
    check(site, look, waist)
    with pytest.raises(AssertionError, match="tells a zone twice"):
        check(site, look, look)
    with pytest.raises(AssertionError, match="must share calibration_id"):
        check(site, look, replace(waist, calibration_id="other"))


def test_only_four_kinds_can_be_said(site: Site) -> None:
    with pytest.raises((AssertionError, TypeError), match=r"str|Type-check"):
        check(site, "all well")  # type: ignore[arg-type]


def test_a_nan_is_no_probability() -> None:
    check_probability(np.zeros(0), "nothing")
    with pytest.raises(AssertionError):
        check_probability(np.array([np.nan]), "nan")


def test_a_covariance_is_symmetric() -> None:
    check_covariance(np.zeros((0, 2, 2)), "nothing")
    check_covariance(1e-12 * np.eye(2)[None], "small")
    with pytest.raises(AssertionError, match="symmetric"):
        check_covariance(np.array([[[1.0, 0.5], [0.4, 1.0]]]), "skew")
