import struct

import numpy as np
import pytest

from standex.edges.spectra.opus import parse_opus
from standex.model.errors import DataFileError


def test_axis_factor_and_parameters(samples) -> None:
    (one,) = parse_opus(samples.opus(), where="f", name="n")
    np.testing.assert_allclose(one.axis, samples.EVEN[::-1])
    np.testing.assert_allclose(one.counts[0], samples.COUNTS, rtol=1e-6)
    assert (one.axis_unit, one.counts_unit) == ("per_cm", "Raman intensity")
    assert (one.accumulations, one.power_mw, one.instrument) == (50, 200.0, "Bruker VERTEX")
    assert one.laser_nm == pytest.approx(1064.4, abs=0.1)


@pytest.mark.parametrize(
    ("offset", "content", "message"),
    [
        (20, struct.pack("<i", 2**31 - 1), "claims 2147483647 blocks"),
        (20, struct.pack("<i", -1), "claims -1 blocks"),
        (12, struct.pack("<i", 2**30), "the directory should stand"),
        (28, struct.pack("<i", 2), "in a block of 8 bytes"),
        (32, struct.pack("<i", 2**30), "should stand at bytes"),
        (24, struct.pack("<i", 2 << 10 | 3 << 2), "without a finished spectrum"),
    ],
)
def test_absurd_claims_are_refused(samples, offset: int, content: bytes, message: str) -> None:
    data = bytearray(samples.opus())
    data[offset : offset + len(content)] = content
    with pytest.raises(DataFileError, match=message):
        parse_opus(bytes(data), where="f", name="n")


def test_a_parameter_of_negative_length_does_not_go_round_for_ever(samples) -> None:
    data = bytearray(samples.opus())
    at = data.index(b"NPT") + 6
    data[at : at + 2] = struct.pack("<h", -4)
    with pytest.raises(DataFileError, match="does not say its axis"):
        parse_opus(bytes(data), where="f", name="n")


@pytest.mark.data
def test_the_measured_file(data_dir) -> None:
    content = (data_dir / "spectra/ramanchada2/formats/test_opus.0").read_bytes()
    (one,) = parse_opus(content, where="f", name="n")
    assert one.counts.shape == (1, 4096)
    # As the package brukeropus 1.4.3 reads it.
    np.testing.assert_allclose(
        one.axis[[0, 1, -1]], [4000.66096669, 3999.69667648, 51.892564645935]
    )
    np.testing.assert_allclose(one.counts[0, :2], [0.00231467, 0.00197453], atol=1e-8)
