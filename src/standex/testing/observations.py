"""What holds for everything that a technology says."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from standex.model.observation import (
    Coverage,
    DriftFootprint,
    Evidence,
    GaussianFootprint,
    Health,
    HealthReason,
    HealthState,
    Observation,
    Patch,
    Positions,
)
from standex.model.zones import ZONES, BodyZone


def check_observations(
    observations: Iterable[Observation], *, sensor_id: str, n_classes: int
) -> None:
    """Assert that the observations of one record can be used by the rest of the house.

    They are of the four kinds and belong to the sensor; what is a probability lies in [0, 1];
    likelihoods are finite, one per item class; footprints have a positive definite covariance;
    zones of one look are told once each, and share its footprint, times and calibration.

    Args:
        observations: of one record.
        sensor_id: whose they must be.
        n_classes: item classes of the site.
    """
    observations = tuple(observations)
    looks: dict[str, list[Evidence]] = {}
    rows = sum(len(one.position_site_m) for one in observations if isinstance(one, Positions))
    for observation in observations:
        kind = type(observation).__name__
        assert isinstance(observation, Observation), f"a technology cannot say {kind}"
        assert observation.sensor_id == sensor_id, (
            f"{kind} of sensor {observation.sensor_id!r} came from {sensor_id!r}"
        )
        assert _is_whole(observation.t_utc_ns), f"{kind}: t_utc_ns must be a whole number"
        if isinstance(observation, Positions):
            _check_positions(observation)
        elif isinstance(observation, Evidence):
            _check_evidence(observation, n_classes)
            assert -1 <= observation.position_row < rows, (
                f"look {observation.look_id}: position_row {observation.position_row}, "
                f"but the record gave {rows} positions"
            )
            looks.setdefault(observation.look_id, []).append(observation)
        elif isinstance(observation, Coverage):
            _check_coverage(observation)
        else:
            _check_health(observation)
    for look in looks.values():
        _check_look(look)


def _check_positions(positions: Positions) -> None:
    n = len(positions.position_site_m)
    assert positions.level_id, "positions must say on which level"
    assert positions.position_site_m.shape == (n, 2), "one x, y per person"
    assert np.isfinite(positions.position_site_m).all(), "positions must be finite"
    assert positions.covariance_site_m2.shape == (n, 2, 2), "one covariance per position"
    check_covariance(positions.covariance_site_m2, "position")
    assert positions.existence.shape == (n,), "one existence per position"
    check_probability(positions.existence, "existence")
    assert positions.descriptor.shape[:1] == (n,), "one row of descriptor per position"
    is_known = np.isfinite(positions.descriptor)
    is_whole = is_known.all(axis=1) | np.isnan(positions.descriptor).all(axis=1)
    assert is_whole.all(), "a descriptor must be finite, or NaN as a whole where none is known"
    assert positions.clutter_per_m2 >= 0, "clutter_per_m2 cannot be negative"
    if positions.p_object is not None:
        assert positions.p_object.shape == (n,), "one p_object per position"
        check_probability(positions.p_object, "p_object")


def _check_evidence(evidence: Evidence, n_classes: int) -> None:
    look = f"look {evidence.look_id!r}"
    assert evidence.look_id, "a look must have an id"
    assert evidence.log_likelihood.shape == (n_classes,), (
        f"{look}: {n_classes} item classes, but log_likelihood is {evidence.log_likelihood.shape}"
    )
    assert np.isfinite(evidence.log_likelihood).all(), f"{look}: log_likelihood must be finite"
    assert np.isfinite(evidence.log_clutter), f"{look}: log_clutter must be finite"
    times = (evidence.t_first_utc_ns, evidence.t_utc_ns, evidence.t_last_utc_ns)
    assert times == tuple(sorted(times)), f"{look}: first, middle, last must be in order: {times}"
    assert evidence.zone is None or isinstance(evidence.zone, BodyZone), f"{look}: not a zone"
    check_probability(np.array([evidence.correlation]), f"{look}: correlation")
    assert evidence.reason, f"{look}: a look must say why, for the person who reads the alert"
    assert all(np.isfinite(score) for score in evidence.score.values()), (
        f"{look}: scores must be finite, got {evidence.score}"
    )
    if evidence.patch is not None:
        grid = (len(evidence.patch.height_m), len(evidence.patch.across_m))
        assert evidence.patch.values.shape == grid, f"{look}: patch and its axes differ"
        _check_excess(evidence.patch, look)
    if isinstance(evidence.footprint, GaussianFootprint):
        assert np.isfinite(evidence.footprint.position_site_m).all(), f"{look}: nowhere"
        check_covariance(evidence.footprint.covariance_site_m2[None], f"{look}: footprint")
        assert evidence.footprint.clutter_per_m2 >= 0, f"{look}: clutter cannot be negative"
    else:
        _check_drift(evidence.footprint, look)


def _check_excess(patch: Patch, look: str) -> None:
    excess = patch.excess
    if excess is None:
        return
    for values in (excess.excess_m, excess.sigma_m):
        assert values.shape == patch.values.shape, f"{look}: patch and its path excess differ"
    is_known = np.isfinite(excess.excess_m)
    assert not (is_known & np.isnan(patch.values)).any(), f"{look}: path excess of unseen places"
    assert (np.isfinite(excess.sigma_m) == is_known).all(), f"{look}: path excess without sigma"
    assert (excess.sigma_m[is_known] > 0).all(), f"{look}: sigma of path excess must be positive"


def _check_drift(footprint: DriftFootprint, look: str) -> None:
    axes = (footprint.age_s, footprint.x_site_m, footprint.y_site_m)
    assert footprint.weight.shape == tuple(len(axis) for axis in axes), f"{look}: not its axes"
    for axis in axes:
        assert np.isfinite(axis).all(), f"{look}: axes must be finite"
        assert (np.diff(axis) > 0).all(), f"{look}: axes must ascend"
    assert (footprint.age_s >= 0).all(), f"{look}: air does not come from the future"
    check_probability(footprint.weight, f"{look}: footprint weight")


def _check_look(look: list[Evidence]) -> None:
    first = look[0]
    zones = [evidence.zone for evidence in look]
    assert len(set(zones)) == len(zones), f"look {first.look_id!r} tells a zone twice: {zones}"
    for evidence in look[1:]:
        for name in ("t_utc_ns", "t_first_utc_ns", "t_last_utc_ns", "calibration_id"):
            assert getattr(evidence, name) == getattr(first, name), (
                f"look {first.look_id!r}: its zones must share {name}"
            )


def _check_coverage(coverage: Coverage) -> None:
    assert coverage.level_id, "coverage must say on which level"
    assert np.isfinite(coverage.origin_site_m).all(), "the grid must have an origin"
    assert 0 < coverage.cell_m < np.inf, f"cell_m must be positive, got {coverage.cell_m}"
    check_probability(coverage.p_report, "p_report")
    check_probability(coverage.p_detect, "p_detect")
    assert coverage.p_detect.shape == (len(ZONES), *coverage.p_report.shape), (
        f"p_detect {coverage.p_detect.shape} needs one grid {coverage.p_report.shape} per zone"
    )


def _check_health(health: Health) -> None:
    well = health.state is HealthState.OK
    assert well == (health.reason is HealthReason.NONE), (
        f"health is {health.state} for the reason {health.reason}"
    )
    assert well or health.message, "health must say what is wrong and what to do"


def check_probability(p: np.ndarray, what: str) -> None:
    """Assert that every entry lies in [0, 1]; a NaN does not."""
    assert ((p >= 0) & (p <= 1)).all(), f"{what} must be in [0, 1], got {p.min()} to {p.max()}"


def check_covariance(covariance: np.ndarray, what: str) -> None:
    """Assert that every matrix is finite, symmetric and positive definite."""
    assert np.isfinite(covariance).all(), f"{what}: covariance must be finite"
    if not len(covariance):
        return
    scale = np.abs(covariance).max(axis=(1, 2), keepdims=True)
    skew = np.abs(covariance - covariance.swapaxes(1, 2))
    assert (skew <= 1e-9 * scale).all(), f"{what}: covariance must be symmetric"
    smallest = np.linalg.eigvalsh(covariance).min()
    assert smallest > 0, f"{what}: covariance must be positive definite, eigenvalue {smallest:g}"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
