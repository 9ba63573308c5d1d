from math import inf, nan

import numpy as np
import pytest

from standex.model.calibration import Calibration, Origin
from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.site import SensorSpec
from standex.sensing.settings import number, refuse_other_kind, refuse_unknown


def spec(**settings) -> SensorSpec:
    return SensorSpec(
        sensor_id="left",
        technology="any",
        instrument="any",
        level_id="hall",
        site_from_sensor=RigidTransform.from_pose(position_m=(0.0, 0.0, 2.0), yaw_rad=0.0),
        rate_hz=10.0,
        settings=settings,
        instrument_settings={},
    )


def test_a_setting_is_taken_as_it_stands_or_as_it_usually_is() -> None:
    assert number(spec(range_m=3), "range_m", low=1, high=3) == 3.0
    assert isinstance(number(spec(range_m=3), "range_m"), float)
    assert number(spec(), "range_m", low=1, default=2.5) == 2.5


@pytest.mark.parametrize("value", [None, True, "3", [3.0]])
def test_what_is_no_number_is_refused_by_name(value) -> None:
    settings = {} if value is None else {"range_m": value}
    with pytest.raises(SiteError, match=r"sensor left: settings\.range_m must be a number"):
        number(spec(**settings), "range_m")


@pytest.mark.parametrize("value", [0.9, 3.1, nan, inf, -inf])
def test_what_is_out_of_range_is_refused_with_the_range(value) -> None:
    with pytest.raises(SiteError, match="must be from 1 to 3, got"):
        number(spec(range_m=value), "range_m", low=1, high=3)
    if abs(value) == inf or value != value:
        with pytest.raises(SiteError, match="must be from"):
            number(spec(range_m=value), "range_m")


def test_a_setting_that_nobody_reads_is_refused_with_all_that_there_are() -> None:
    refuse_unknown(spec(a=1, b=2), ("a", "b", "c"))
    with pytest.raises(SiteError, match="left: unknown settings x, y; it has a, b"):
        refuse_unknown(spec(y=1, a=1, x=2), ("a", "b"), whose="it has")


def test_a_calibration_of_another_kind_is_refused() -> None:
    refuse_other_kind(spec(), None, "any")
    known = Calibration(
        calibration_id="known",
        sensor_kind="microwave",
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=2**62,
        provenance="made up",
        feature_names=("score",),
        class_names=("nothing", "threat"),
        center=np.zeros(1),
        scale=np.ones(1),
        clip=3.0,
        weights=np.zeros((2, 3)),
        bound=9.0,
        cllr=0.5,
        correlation=0.5,
        n_passages_per_class={"nothing": 10, "threat": 10},
        p_detect=0.8,
    )
    refuse_other_kind(spec(), known, "microwave")
    with pytest.raises(SiteError, match=r"is for microwave, not laser\.raman"):
        refuse_other_kind(spec(), known, "laser.raman")
