"""The spectrum that showed most of a plume: clean air and one substance fitted to it."""

import numpy as np
import pytest

from standex.model.curves import CurveRole, Curves, Heard, MarkKind
from standex.model.hints import no_hints
from standex.model.observation import Evidence
from standex.sensing.vapour.technology import build_ion_mobility

T0, S = 1_700_000_000 * 10**9, 10**9


@pytest.fixture
def nose(ion_spec, site):
    return build_ion_mobility(ion_spec, site, None)


def explained(nose, records) -> Curves:
    state = nose.start()
    for record in records:
        before = state
        state, said = nose.perceive(before, record, no_hints(record.t_utc_ns))
        for one in said:
            if isinstance(one, Evidence):
                curves = nose.explained(Heard(state=before, record=record), one)
                assert curves is not None
                return curves
    raise AssertionError("no look was told")


def values(curves: Curves, role: CurveRole) -> np.ndarray:
    (one,) = [one for one in curves.curves if one.role is role]
    return one.values


@pytest.mark.slow
def test_the_peak_of_the_substance_is_in_the_fit_and_not_in_the_one_without(nose, spectra) -> None:
    curves = explained(nose, spectra(45, peak=(25, 29, 20.0, 1.54)))
    assert curves.substance == "simulant-a"
    # Told when the plume was over; shown is a block from within it.
    assert 25 * S <= curves.t_utc_ns - T0 <= 29 * S
    added = values(curves, CurveRole.FIT) - values(curves, CurveRole.WITHOUT)
    place = {mark.kind: mark.at for mark in curves.marks}
    assert curves.x[int(np.argmax(added))] == pytest.approx(place[MarkKind.LINE], abs=0.05)
    assert place[MarkKind.REACTANT_ION] < place[MarkKind.LINE]
    assert curves.figures["height"] == pytest.approx(20.0, rel=0.4)


@pytest.mark.slow
def test_what_is_left_over_has_no_peak(nose, spectra) -> None:
    curves = explained(nose, spectra(45, peak=(25, 29, 20.0, 1.54)))
    line = next(mark.at for mark in curves.marks if mark.kind is MarkKind.LINE)
    near = np.abs(curves.x - line) < 0.1
    left = values(curves, CurveRole.RESIDUAL)[near]
    assert abs(left.mean()) < 3.0
    sought = values(curves, CurveRole.MEASURED) - values(curves, CurveRole.WITHOUT)
    assert sought[near].max() > 10.0
