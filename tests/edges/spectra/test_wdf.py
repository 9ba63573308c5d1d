import struct

import numpy as np
import pytest

from standex.edges.spectra.wdf import parse_wdf
from standex.model.errors import DataFileError


def test_a_map_is_rows(samples) -> None:
    (one,) = parse_wdf(samples.wdf(n_spectra=3), where="f", name="n")
    np.testing.assert_allclose(one.axis, samples.AXIS, rtol=1e-6)
    np.testing.assert_allclose(one.counts[2], samples.COUNTS + 2, rtol=1e-6)
    assert (one.name, one.axis_unit, one.counts_unit) == ("sample", "per_cm", "counts")
    assert one.accumulations == 10
    assert one.laser_nm == pytest.approx(785, abs=0.01)


@pytest.mark.parametrize(
    ("offset", "content", "message"),
    [
        (0x3C, struct.pack("<i", 2**31 - 1), "channels"),
        (0x48, struct.pack("<q", 2**62), "more than"),
        (0x48, struct.pack("<q", 0), "no spectrum"),
        (0x58, struct.pack("<i", 63), "an axis of 63"),
        (520, struct.pack("<q", 0), "a block of 0 bytes"),
        (520, struct.pack("<q", 2**62), "has no block XLST"),
        (512, b"DATX", "has no block DATA"),
    ],
)
def test_absurd_claims_are_refused(samples, offset: int, content: bytes, message: str) -> None:
    data = bytearray(samples.wdf())
    data[offset : offset + len(content)] = content
    with pytest.raises(DataFileError, match=message):
        parse_wdf(bytes(data), where="f", name="n")


@pytest.mark.data
def test_nylon_of_the_orpl_data(data_dir) -> None:
    content = (data_dir / "spectra/orpl/Renishaw-WDF/nylon.wdf").read_bytes()
    (one,) = parse_wdf(content, where="f", name="n")
    assert one.counts.shape == (1, 1021)
    inside = (one.axis > 1550) & (one.axis < 1700)
    # Amide I of nylon 6.
    assert abs(one.axis[inside][one.counts[0, inside].argmax()] - 1635) < 4
