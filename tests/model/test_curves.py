import numpy as np
import pytest

from standex.model.curves import Axis, Curve, CurveRole, Curves, CurvesKind, Quantity


def curves(x, *values) -> Curves:
    y = Axis(quantity=Quantity.COUNTS)
    return Curves(
        kind=CurvesKind.RAMAN,
        t_utc_ns=0,
        substance="simulant-a",
        figures={},
        x_axis=Axis(quantity=Quantity.RAMAN_SHIFT, unit="1/cm"),
        x=np.array(x, dtype=float),
        curves=tuple(
            Curve(role=CurveRole.MEASURED, y=y, values=np.array(one, dtype=float)) for one in values
        ),
    )


def test_curves_lie_on_their_axis_and_may_have_gaps() -> None:
    one = curves([100, 200], [1, np.nan], [3, 4])
    assert [len(curve.values) for curve in one.curves] == [2, 2]


def test_a_curve_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the curve measured has \(3,\) values, x \(2,\)"):
        curves([100, 200], [1, 2], [1, 2, 3])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_axis_that_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="x holds 1 bad values"):
        curves([100, bad], [1, 2])
