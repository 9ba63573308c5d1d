import re
from pathlib import Path

import numpy as np

from standex.edges.settings import parse_site, site_text

SURVEY = site_text(Path(__file__).with_name("survey.toml"))


def changed(old: str, new: str) -> str:
    assert old in SURVEY
    return SURVEY.replace(old, new, 1)


def test_degrees_become_radians() -> None:
    site = parse_site(changed("yaw_deg = 0.0", "yaw_deg = 90\npitch_deg = -45"), where="here")
    forward_site = site.sensors[0].site_from_sensor.rotation[:, 0]
    np.testing.assert_allclose(forward_site, [0, np.sqrt(0.5), -np.sqrt(0.5)], atol=1e-12)


def test_free_settings_keep_their_types() -> None:
    text = changed(
        "[sensors.settings]",
        '[sensors.settings]\na = 1\nb = 2.5\nc = "x"\nd = true\n'
        'e = [1, 2.5]\nf = ["x", "y"]\ng = []',
    )
    settings = parse_site(text, where="here").sensors[0].settings
    expected = {
        "a": 1, "b": 2.5, "c": "x", "d": True, "e": [1.0, 2.5], "f": ["x", "y"], "g": [],
    }  # fmt: skip
    assert settings == expected
    assert [type(value) for value in settings.values()] == [type(v) for v in expected.values()]


def test_zones_left_out_have_no_share() -> None:
    shares = re.search(r"\[items.zone_share\]\n(.*?)\n\n", SURVEY, re.DOTALL)
    assert shares is not None
    site = parse_site(SURVEY.replace(shares[1], "torso_front = 1"), where="here")
    assert site.zone_share.tolist() == [1.0] + [0.0] * 6
    assert np.isfinite(site.log_prior()).all()


def test_dependence_is_read_and_left_out_is_none() -> None:
    assert parse_site(SURVEY, where="here").dependence == ()
    text = SURVEY + (
        '\n[[dependence]]\nbetween = ["mw-entry", "floor-positions"]\n'
        'correlation = 0.25\nreason = "a wet coat moves both"\n'
    )
    (one,) = parse_site(text, where="here").dependence
    assert one.between == ("mw-entry", "floor-positions")
    assert (one.correlation, one.reason) == (0.25, "a wet coat moves both")
