import pytest

from standex.edges.spectra.text_headers import (
    axis_unit_of,
    counts_unit_of,
    header_pairs,
    said_by,
    title_of,
)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("intigration times(ms);50", {"exposure_s": 0.05}),
        ("#Acq. time (s)=\t10", {"exposure_s": 10}),
        ("#Accumulations=\t5", {"accumulations": 5}),
        ("#Laser (nm)=\t785 ", {"laser_nm": 785}),
        ("#Laser power=\t60", {}),
        ("laser_wavelength;532,02", {"laser_nm": 532.02}),
        ("Laser Wavelength,785.041", {"laser_nm": 785.041}),
        ("Laser Power mW,100.0", {"power_mw": 100}),
        ("Laser = on", {}),
        ("Laser = 35.5", {}),
        ("model;BTC162E", {"instrument": "BTC162E"}),
        ("# range_m = 6.4", {"range_m": 6.4}),
        ("# gain_e_per_count = 2.5", {"gain_e_per_count": 2.5}),
        ("average number;1e30", {"accumulations": 10**9}),
    ],
)
def test_lines_of_several_makers(line: str, said: dict) -> None:
    assert said_by(header_pairs([line])) == pytest.approx(said)


def test_milliseconds_that_wasatch_does_not_call_so() -> None:
    head = ["ENLIGHTEN Version,4.1.6", "Integration Time,1000"]
    assert said_by(header_pairs(head)) == {"exposure_s": 1.0}
    assert said_by(header_pairs(head[1:])) == {}


def test_title_and_units() -> None:
    pairs = header_pairs(["GraphName = wafer, 2", "XAxisUnit = nm", "DataUnit = CCD cts"])
    assert (title_of(pairs), axis_unit_of(pairs), counts_unit_of(pairs)) == (
        "wafer, 2",
        "nm",
        "counts",
    )
    assert title_of({}) is None
    assert axis_unit_of({}) is None
    assert counts_unit_of({}) is None
