from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import SiteError
from standex.model.site import Site
from standex.twin.raman_head import DEFAULTS, MAY_BE_NEGATIVE, MAY_BE_ZERO, raman_device
from standex.twin.raman_shot import RamanDevice
from standex.twin.trace_settings import checked


@pytest.fixture
def make(metro: Site):
    def device(seed: int = 1, **settings) -> RamanDevice:
        spec = replace(metro.sensor("cam-entry"), instrument_settings=settings)
        s = checked(spec, DEFAULTS, may_be_zero=MAY_BE_ZERO, may_be_negative=MAY_BE_NEGATIVE)
        return raman_device(s, seed=seed)

    return device


def test_a_laser_that_is_always_on_shines_for_the_exposure(make) -> None:
    assert make().energy_j == pytest.approx(3e-3)
    assert make(power_w=0.1, exposure_s=2.0).energy_j == pytest.approx(0.2)


def test_the_axis_may_fall(make) -> None:
    nm = make(from_nm=293.0, to_nm=269.0, n_channels=100).wavelength_nm
    assert (np.diff(nm) < 0).all()
    assert (nm[0], nm[-1], len(nm)) == (293.0, 269.0, 100)


def test_the_response_is_the_sensors_own(make) -> None:
    one, same, other = make(1).response, make(1).response, make(2).response
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.01
    assert one.min() > 0.6
    assert one.max() < 1.2


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"from_nm": 266.0}, "must differ and be above laser_nm"),
        ({"laser_nm": 532.0}, "must differ and be above laser_nm"),
        ({"to_nm": 269.0}, "must differ and be above laser_nm"),
        ({"n_channels": 2}, "n_channels must be a whole number from 3"),
    ],
)
def test_axes_that_are_none_are_refused(make, setting, match) -> None:
    with pytest.raises(SiteError, match=match):
        make(**setting)


def test_all_that_may_be_nothing_is_a_setting() -> None:
    assert {*MAY_BE_ZERO, *MAY_BE_NEGATIVE} <= DEFAULTS.keys()
