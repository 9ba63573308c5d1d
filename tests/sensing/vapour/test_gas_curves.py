"""Every channel's answer to a plume, and what one plume of one substance explains of it."""

import numpy as np
import pytest

from standex.model.curves import CurveRole, Curves, Heard, MarkKind
from standex.model.hints import no_hints
from standex.model.observation import Evidence
from standex.model.ports import Explaining
from standex.sensing.vapour.technology import build_gas_array

T0, S = 1_700_000_000 * 10**9, 10**9


@pytest.fixture
def nose(gas_spec, site):
    return build_gas_array(gas_spec, site, None)


def explained(nose, records) -> tuple[Evidence, Curves]:
    state = nose.start()
    for record in records:
        before = state
        state, said = nose.perceive(before, record, no_hints(record.t_utc_ns))
        for one in said:
            if isinstance(one, Evidence):
                curves = nose.explained(Heard(state=before, record=record), one)
                assert curves is not None
                return one, curves
    raise AssertionError("no look was told")


def values(curves: Curves, role: CurveRole, channel: int) -> np.ndarray:
    (one,) = [one for one in curves.curves if (one.role, one.channel) == (role, channel)]
    return one.values


def of_plume(curves: Curves, channel: int) -> np.ndarray:
    return values(curves, CurveRole.FIT, channel) - values(curves, CurveRole.WITHOUT, channel)


@pytest.mark.slow
@pytest.mark.parametrize("substance", [0, 1])
def test_the_plume_is_found_where_and_as_strong_as_it_was(nose, air, substance: int) -> None:
    assert isinstance(nose, Explaining)
    look, curves = explained(nose, air(60, plumes=((30.0, 2.0, substance, 0.3),)))
    assert curves.substance == ("simulant-a", "perfume")[substance]
    assert abs(curves.t_utc_ns - (T0 + 30 * S)) < 2 * S
    assert curves.t_utc_ns == look.t_first_utc_ns
    # Strength is of a pattern that is not of norm 1; the fit's is.
    norm = np.linalg.norm([[1.0, 0.8, 0.1, 0.0, 0.5, 0.2], [0.1, 0.2, 1.0, 0.9, 0.3, 0.6]], axis=1)
    assert curves.figures["amplitude_log"] == pytest.approx(0.3 * norm[substance], rel=0.25)
    together = values(curves, CurveRole.MEASURED, 0)
    fit = values(curves, CurveRole.FIT, 0)
    assert np.corrcoef(together, fit)[0, 1] > 0.9
    left = values(curves, CurveRole.RESIDUAL, 0)
    # Noise of 1, and a little more: the beginning is one of twelve moments in the window.
    assert 0.5 < np.sqrt((left**2).mean()) < 2.5
    assert of_plume(curves, 0).max() > 5 * np.abs(values(curves, CurveRole.WITHOUT, 0)).max()
    assert [mark.kind for mark in curves.marks] == [MarkKind.PLUME_BEGINS, MarkKind.PLUME_ENDS]


@pytest.mark.slow
def test_each_channel_answers_by_its_share_of_the_pattern(nose, air) -> None:
    _, curves = explained(nose, air(60, plumes=((30.0, 2.0, 0, 0.3),)))
    fitted = np.array([of_plume(curves, n).max() for n in range(1, 7)])
    assert int(np.argmax(fitted)) == 0
    assert fitted[3] == pytest.approx(0.0, abs=1e-9), "this channel does not know the substance"
    before = curves.x < -1.0
    for n in range(1, 7):
        assert abs(values(curves, CurveRole.MEASURED, n)[before].mean()) < 0.03


@pytest.mark.slow
def test_a_dead_channel_is_not_drawn(nose, air) -> None:
    records = air(60, plumes=((30.0, 2.0, 0, 0.3),))
    for record in records:
        record.arrays["response"][:, 2] = 0.0
    _, curves = explained(nose, records)
    assert {one.channel for one in curves.curves} == {0, 1, 2, 4, 5, 6}
    assert all(np.isfinite(one.values).all() for one in curves.curves)
