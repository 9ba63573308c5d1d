"""Settings are complete and in their ranges, or refused in the site's own words."""

from dataclasses import replace

import pytest

from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.ports import Calibratable, Technology
from standex.sensing.vapour.technology import build_gas_array, build_ion_mobility

GAS_SCORES = ("strength", "match_benign_residue", "match_threat_dielectric")


def changed(spec, **settings):
    kept = {**spec.settings, **settings}
    return replace(spec, settings={name: value for name, value in kept.items() if value != "gone"})


def test_they_satisfy_their_ports(gas_spec, ion_spec, site) -> None:
    for nose in (build_gas_array(gas_spec, site, None), build_ion_mobility(ion_spec, site, None)):
        assert isinstance(nose, Technology)
        assert isinstance(nose, Calibratable)
    assert build_gas_array(gas_spec, site, None).sensor_kind == "vapour.gas_array"
    assert build_ion_mobility(ion_spec, site, None).sensor_kind == "vapour.ion_mobility"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"pattern": "gone"}, "settings.pattern must be a list"),
        ({"pattern": [1.0, 2.0, 3.0]}, "has 3 numbers for 2 substances"),
        ({"pattern": [0.0] * 12}, "not zero"),
        ({"rise_s": [1.0]}, "settings.rise_s must be a list of 6 numbers"),
        ({"decay_s": [0.0] * 6}, "at least"),
        ({"exposure_s": []}, "settings.exposure_s must hold"),
        ({"exposure_s": [0.0]}, "settings.exposure_s must hold"),
        ({"window_s": 0.0}, "settings.window_s must be from 0.5 to 600"),
        ({"stuck_s": True}, "settings.stuck_s must be a number"),
        ({"substances": ["a", "a"]}, "different names"),
        ({"substances": "a"}, "settings.substances must be a list of words"),
        ({"item_classes": ["benign_residue"]}, "one class for each"),
        ({"item_classes": ["benign_residue", "ghost"]}, "ghost are not of this site"),
        ({"wind_site_m_per_s": [0.1, float("nan")]}, "settings.wind_site_m_per_s"),
        ({"p_contribute": 1.5}, "settings.p_contribute must be from"),
        ({"colour": 1.0}, "unknown settings colour"),
    ],
)
def test_settings_of_a_gas_array(gas_spec, site, settings: dict, said: str) -> None:
    with pytest.raises(SiteError) as refused:
        build_gas_array(changed(gas_spec, **settings), site, None)
    assert said in str(refused.value)
    assert "sensor nose" in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"k0_cm2_per_vs": [1.5]}, "settings.k0_cm2_per_vs must be a list of 2 numbers"),
        ({"k0_cm2_per_vs": [1.5, 15.0]}, "k0 must be inside"),
        ({"k0_std": [-0.1, 0.0]}, "k0_std must be inside"),
        ({"reactant_k0_cm2_per_vs": 20.6}, "settings.reactant_k0_cm2_per_vs must be from"),
    ],
)
def test_settings_of_a_spectrometer(ion_spec, site, settings: dict, said: str) -> None:
    with pytest.raises(SiteError) as refused:
        build_ion_mobility(changed(ion_spec, **settings), site, None)
    assert said in str(refused.value)


def test_a_calibration_must_fit(gas_spec, ion_spec, site, calibration_of) -> None:
    good = calibration_of("vapour.gas_array", GAS_SCORES, {})
    assert build_gas_array(gas_spec, site, good) is not None
    with pytest.raises(SiteError, match=r"is for vapour\.gas_array, not"):
        build_ion_mobility(ion_spec, site, good)
    other = changed(gas_spec, item_classes=["benign_metal", "benign_residue"])
    with pytest.raises(SiteError, match="calibrate again"):
        build_gas_array(other, site, good)
    named = tuple("none" if name == "nothing" else name for name in good.class_names)
    with pytest.raises(SiteError, match="no class 'nothing'"):
        build_gas_array(gas_spec, site, replace(good, class_names=named))


def test_the_level_must_be_there(gas_spec, site) -> None:
    away = RigidTransform.from_pose(position_m=(500.0, 0.0, 1.0), yaw_rad=0.0)
    with pytest.raises(SiteError, match="is not on level"):
        build_gas_array(replace(gas_spec, site_from_sensor=away), site, None)
    with pytest.raises(SiteError, match="no level 'roof'"):
        build_gas_array(replace(gas_spec, level_id="roof"), site, None)
