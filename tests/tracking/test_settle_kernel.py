from dataclasses import fields, replace

import numpy as np
import pytest

from standex.tracking.compiled import AVAILABLE
from standex.tracking.motion import Motion
from standex.tracking.settle import Settled, needs_rejoin, plain_settle
from standex.tracking.settle_kernel import compiled_settle
from standex.tracking.step import plain_step

# The first one compiles.
pytestmark = [pytest.mark.skipif(not AVAILABLE, reason="needs Numba"), pytest.mark.slow]

MOTION = Motion()


def assert_same(plain: Settled, fast: Settled) -> None:
    for part in ("tracks", "association"):
        one, other = getattr(plain, part), getattr(fast, part)
        for name in {field.name for field in fields(one)} - {"modes", "memory", "sensor_id"}:
            np.testing.assert_allclose(
                getattr(other, name), getattr(one, name), rtol=1e-12, atol=1e-14, err_msg=name
            )
    for name in ("mean", "covariance", "probability"):
        np.testing.assert_array_equal(
            getattr(fast.tracks.modes, name), getattr(plain.tracks.modes, name), err_msg=name
        )
    np.testing.assert_array_equal(fast.begun, plain.begun)
    np.testing.assert_array_equal(np.sort(fast.sure), np.sort(plain.sure))
    assert fast.association.sensor_id == plain.association.sensor_id


@pytest.mark.parametrize(
    ("case", "changed"),
    [({}, {}), ({"n": 0}, {}), ({"n": 0, "is_seen": False}, {}), ({"is_seen": False}, {}),
     ({"n": 1, "n_clutter": 0}, {}), ({"width_m": 2.0}, {}), ({"n_lost": 10}, {}),
     ({"n_clutter": 500}, {"max_tentative": 40}), ({"n_clutter": 500}, {"max_tentative": 1}),
     ({}, {"end_existence": 0.5, "birth_existence": 0.6}), ({}, {"confirm_existence": 0.3})],
)  # fmt: skip
@pytest.mark.parametrize(("n_columns", "n_known"), [(0, 0), (3, 3), (0, 3), (3, 0), (2, 3)])
def test_compiled_is_plain(
    crowd, settings, rows_of, to_settle, case, changed, n_columns: int, n_known: int
) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        tracks, people, heard = crowd(rng, **case)
        n = len(tracks.track_id)
        tracks = replace(tracks, descriptor=rng.normal(size=(n, n_known)))
        step = plain_step(people, heard, MOTION, settings(), dt_s=0.1)
        if needs_rejoin(tracks, step, to_settle(**changed)):  # these go the plain way
            step = replace(step, is_lost=np.zeros(n, dtype=bool))
        p_object = rng.random(len(heard.position_site_m)) if seed == 1 else None
        rows = rows_of(rng, heard, n_columns=n_columns, p_object=p_object)
        assert_same(
            plain_settle(tracks, step, rows, MOTION, to_settle(**changed)),
            compiled_settle(tracks, step, rows, MOTION, to_settle(**changed)),
        )
