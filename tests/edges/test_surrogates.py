from dataclasses import replace

import pytest

from standex.edges.calibrations import calibrations_of
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import load_site
from standex.edges.surrogates import KINDS, as_surrogate, build_instrument, reach_of
from standex.model.errors import SiteError
from standex.twin.surrogate import SurrogateLooks


@pytest.mark.parametrize(("name", "bank"), [("metro", "metro-sim"), ("gate", "gate-sim")])
def test_costly_sensors_are_replaced_and_no_others(name: str, bank: str) -> None:
    raw = load_site(name)
    site = as_surrogate(raw, bank)
    for before, after in zip(raw.sensors, site.sensors, strict=True):
        if before.technology in KINDS:
            assert (after.technology, after.instrument) == ("surrogate", "surrogate")
            assert after.calibration == before.calibration
            assert after.rate_hz == before.rate_hz
        else:
            assert after is before
    calibrations = dict(calibrations_of(site))
    some = replace(site, sensors=tuple(s for s in site.sensors if s.technology == "surrogate"))
    assert build_technologies(some, calibrations).keys() == {s.sensor_id for s in some.sensors}
    for sensor_id, instrument in build_instruments(some, 1).items():
        assert isinstance(instrument, SurrogateLooks)
        assert instrument.reach == reach_of(raw.sensor(sensor_id))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bank": 3}, "must be a name"),
        ({"stands_for": "microwave.dielectric"}, "no scores of"),
        ({"near_m": -1.0}, "near_m"),
        ({"near_m": 9.0}, "from near to far"),
        ({"facing": "yes"}, "true or false"),
        ({"colour": 1}, "unknown colour"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, object], message: str) -> None:
    site = load_site("stadium")
    spec = site.sensor("panels-1")
    changed = replace(spec, instrument_settings={**spec.instrument_settings, **settings})
    with pytest.raises(SiteError, match=message):
        build_instrument(changed, site, 1)


def test_a_bank_of_other_scores_than_the_calibration_is_refused() -> None:
    site = load_site("stadium")
    spec = replace(site.sensor("panels-1"), calibration="microwave-pillars-sim")
    with pytest.raises(SiteError, match="other scores"):
        build_instrument(spec, site, 1)


def test_of_other_sensors_there_is_no_surrogate() -> None:
    with pytest.raises(SiteError, match="no surrogate of floor-positions"):
        reach_of(load_site("metro").sensor("cam-entry"))
