"""Path excess of known slabs and of bare bodies: drawn by hand, and measured on the twin."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.imaging_panels import TableStore, build
from standex.model.hints import Hints, no_hints
from standex.model.observation import Evidence
from standex.sensing.microwave.background import LEAST_SWEEPS
from standex.sensing.microwave.panel_excess import SEEMING, excess_of
from standex.sensing.microwave.panel_profile import ACROSS_M, HEIGHT_M, OFF_M, Profile
from standex.testing.observations import check_observations

S = 10**9
PERIOD_NS = S // 12
PATCH = (np.abs(ACROSS_M)[:, None] < 0.07) & (np.abs(HEIGHT_M - 1.22)[None] < 0.07)
MIDDLE = (np.abs(ACROSS_M)[:, None] < 0.04) & (np.abs(HEIGHT_M - 1.22)[None] < 0.04)
ON_TRUNK = ((HEIGHT_M > 0.95) & (HEIGHT_M < 1.34))[None]
FAR = ~((np.abs(ACROSS_M)[:, None] < 0.11) & (np.abs(HEIGHT_M - 1.22)[None] < 0.11))


def look(echoes: dict[float, float], *, bent_m: float = 0.0) -> Profile:
    """Return a body with echoes (place: power) on a patch of the chest; it may be bent."""
    shape_m = bent_m * np.sin(6 * HEIGHT_M)[None] * np.cos(8 * ACROSS_M)[:, None]

    def at(place_m: float) -> np.ndarray:
        return np.exp(-0.5 * ((OFF_M[:, None, None] - place_m - shape_m[None]) / 0.007) ** 2)

    patch = sum(power * at(place) for place, power in echoes.items())
    below_top = (HEIGHT_M < 1.40)[None, None]
    return Profile(power=np.where(PATCH, patch, at(0.0)) * below_top, n_frames=1, sigma_m=0.001)


@pytest.mark.parametrize("bent_m", [0.0, 0.006])
@pytest.mark.parametrize(("thickness_m", "permittivity"), [(0.03, 2.9), (0.02, 2.6), (0.035, 3.1)])
def test_a_slab_has_the_excess_of_its_optical_thickness(thickness_m, permittivity, bent_m) -> None:
    true_m = thickness_m * (np.sqrt(permittivity) - 1)
    seen = excess_of(look({-thickness_m: 0.3, SEEMING * true_m: 0.8}, bent_m=bent_m))
    found, sigma = seen.excess_m.T[MIDDLE], seen.sigma_m.T[MIDDLE]
    assert np.abs(found - true_m).max() < 0.1 * true_m + 0.001
    assert (np.abs(found - true_m) < sigma).all()
    bare = seen.excess_m.T[FAR & ON_TRUNK]
    assert np.abs(bare).max() < 0.001


def test_a_bare_body_has_none_and_is_sure_of_it() -> None:
    seen = excess_of(look({0.0: 1.0}, bent_m=0.006))
    known = np.isfinite(seen.excess_m)
    assert np.abs(seen.excess_m[known]).max() < 0.001
    assert seen.sigma_m[known].max() < 0.003


def test_behind_an_object_less_is_known_than_beside_it() -> None:
    seen = excess_of(look({-0.03: 0.3, 0.024: 0.8}))
    inside, outside = seen.sigma_m.T[MIDDLE], seen.sigma_m.T[FAR & ON_TRUNK]
    assert inside.min() > 2 * outside.max()


def test_metal_hides_the_body_and_what_was_not_lit_is_not_guessed() -> None:
    seen = excess_of(look({-0.03: 1.0}))
    assert np.isnan(seen.excess_m.T[MIDDLE]).all()
    assert np.isnan(seen.excess_m[HEIGHT_M > 1.41]).all()
    assert (np.isnan(seen.sigma_m) == np.isnan(seen.excess_m)).all()


def test_nothing_is_said_where_nothing_is_seen() -> None:
    shape = (len(OFF_M), len(ACROSS_M), len(HEIGHT_M))
    nobody = Profile(power=np.zeros(shape), n_frames=1, sigma_m=0.01)
    assert np.isnan(excess_of(nobody).excess_m).all()


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> TableStore:
    return TableStore(folder=tmp_path_factory.mktemp("tables"), tolerance=0.1)


@pytest.fixture
def passage(gate, gate_spec, gate_panels, tables, walk):
    """Return what a walk through the twin's gate leaves: the picture of its look."""
    technology = replace(build(gate_spec, gate, None), tables_of=tables)

    def go(items):
        panels, nobody = gate_panels(), walk(((-5.0, 0.0), (-8.0, 0.0)))
        scene = walk(((2.6, 0.0), (-2.2, 0.0)), items=items)
        state, said = technology.start(), []
        for n in range(LEAST_SWEEPS):
            record = panels.record(nobody, 0, n)
            t = n * PERIOD_NS - 10 * S
            state, _ = technology.perceive(state, replace(record, t_utc_ns=t), no_hints(t))
        enters_ns = round(0.98 * S)
        for n, t in enumerate([enters_ns + k * PERIOD_NS for k in (0, 1, 2)] + [enters_ns + S]):
            now = scene.at(t)
            there = Hints(
                t_utc_ns=t,
                position_site_m=now.position_site_m,
                velocity_site_m_per_s=now.velocity_site_m_per_s,
                spread_m=np.full(1, 0.04),
                need=np.ones(1),
            )
            state, told = technology.perceive(state, panels.record(scene, t, 100 + n), there)
            check_observations(told, sensor_id="mw-gate", n_classes=len(gate.items.names))
            said += [one for one in told if isinstance(one, Evidence)]
        return said[0].patch

    return go


@pytest.mark.slow
def test_on_the_twin_a_slab_shows_within_two_fifths_and_a_bare_body_nothing(passage, slab) -> None:
    """Small panels and coarse voxels: sidelobes stand out from some places of a bare body, too."""
    true_m = slab.thickness_m * (np.sqrt(slab.permittivity) - 1)
    with_slab, bare = passage((slab,)).excess, passage(()).excess
    assert with_slab is not None
    assert bare is not None
    stands_out = with_slab.excess_m > np.maximum(0.006, 1.5 * with_slab.sigma_m)
    area_m2 = stands_out.sum() * 1e-4
    assert 0.1 < area_m2 / (slab.width_m * slab.height_m) < 1.5
    found_m = float(np.median(with_slab.excess_m[stands_out]))
    assert abs(found_m - true_m) < 0.4 * true_m
    known = np.isfinite(bare.excess_m)
    assert known.mean() > 0.4
    assert abs(np.median(bare.excess_m[known])) < 0.002
    assert np.mean(np.abs(bare.excess_m[known]) > 3 * bare.sigma_m[known]) < 0.08
