import struct

import numpy as np
import pytest

from standex.edges.spectra.spe import is_spe, parse_spe
from standex.model.errors import DataFileError


def test_version_2_with_its_polynomial(samples) -> None:
    assert is_spe(samples.spe2())
    (one,) = parse_spe(samples.spe2(), where="f", name="n")
    np.testing.assert_allclose(one.axis, 530.0 + 0.5 * np.arange(1, 65))
    np.testing.assert_array_equal(one.counts[1], (samples.COUNTS + 1).astype(np.uint16))
    assert (one.axis_unit, one.exposure_s, one.laser_nm) == ("nm", 0.25, 532.0)


def test_version_3_with_its_footer(samples) -> None:
    assert is_spe(samples.spe3())
    (one,) = parse_spe(samples.spe3(), where="f", name="n")
    np.testing.assert_allclose(one.axis, samples.AXIS)
    assert (one.axis_unit, one.exposure_s, one.laser_nm) == ("nm", 30.0, 531.988)
    assert one.instrument == "Princeton Instruments PyLoN"


def test_without_a_calibration_the_axis_is_pixels(samples) -> None:
    data = bytearray(samples.spe2())
    data[3098] = 0
    (one,) = parse_spe(bytes(data), where="f", name="n")
    assert one.axis_unit == "pixel"
    data = samples.spe3().replace(b"<Wavelength", b"<Wavelangth")
    assert parse_spe(data, where="f", name="n")[0].axis_unit == "pixel"


@pytest.mark.parametrize(
    ("offset", "content", "message"),
    [
        (42, struct.pack("<H", 0), "channels"),
        (1446, struct.pack("<i", 2**31 - 1), "more than"),
        (1446, struct.pack("<i", 50), "footer overlap"),
        (678, struct.pack("<Q", 2**62), "footer should begin"),
        (678, struct.pack("<Q", 5), "footer should begin"),
    ],
)
def test_absurd_claims_are_refused(samples, offset: int, content: bytes, message: str) -> None:
    data = bytearray(samples.spe3())
    data[offset : offset + len(content)] = content
    with pytest.raises(DataFileError, match=message):
        parse_spe(bytes(data), where="f", name="n")


def test_wavelengths_that_are_no_numbers_are_refused(samples) -> None:
    with pytest.raises(DataFileError, match="wavelengths are not numbers"):
        parse_spe(samples.spe3().replace(b'"preserve">', b'"preserve">e,-,'), where="f", name="n")
    with pytest.raises(DataFileError, match="format 'Mono'"):
        parse_spe(samples.spe3().replace(b"MonochromeUnsigned16", b"Mono"), where="f", name="n")
