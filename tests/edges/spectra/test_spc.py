import struct

import numpy as np
import pytest

from standex.edges.spectra.spc import is_spc, parse_spc
from standex.model.errors import DataFileError


def parse(data: bytes):
    assert is_spc(data)
    return parse_spc(data, where="f", name="n")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("exponent", "flags"), [(-128, 0), (12, 0), (12, 1)])
def test_both_byte_orders_and_all_number_types(samples, order, exponent, flags) -> None:
    (one,) = parse(samples.spc(order=order, exponent=exponent, flags=flags))
    np.testing.assert_allclose(one.axis, samples.EVEN)
    # A 16-bit number of exponent 12 counts in steps of 1/16.
    np.testing.assert_allclose(one.counts[0], samples.COUNTS, atol=0.04 if flags else 1e-3)
    assert (one.name, one.axis_unit, one.counts_unit) == ("sample", "per_cm", "counts")


def test_many_spectra_on_one_axis_are_rows(samples) -> None:
    (one,) = parse(samples.spc(multi=3, exponent=12))
    np.testing.assert_allclose(
        one.counts - one.counts[0], [[0] * 64, [1] * 64, [2] * 64], atol=1e-4
    )


def test_an_axis_of_its_own(samples) -> None:
    (one,) = parse(samples.spc(flags=0x80))
    np.testing.assert_allclose(one.axis, samples.AXIS, rtol=1e-6)
    two = parse(samples.spc(multi=2, own=True))
    np.testing.assert_allclose(two[1].axis - two[0].axis, 1, atol=1e-3)


@pytest.mark.parametrize("multi", [1, 3])
def test_the_old_format(samples, multi: int) -> None:
    (one,) = parse(samples.spc_old(multi=multi))
    assert one.counts.shape == (multi, 64)
    np.testing.assert_allclose(one.counts[-1], samples.COUNTS + multi - 1, atol=1e-3)
    np.testing.assert_allclose(one.axis[[0, -1]], [100, 415])


def test_the_log_of_wire(samples) -> None:
    (one,) = parse((samples.DATA / "nCal_Qontor785_z005H12_100_1x3s.spc").read_bytes())
    assert (one.exposure_s, one.accumulations, one.laser_nm) == (3.0, 1, 785.0)
    assert one.instrument == "Renishaw WiRE, instrument 23YH94"
    # Calcite: its strongest line, the laser's own aside, is at 1086 per cm.
    assert abs(one.axis[np.where(one.axis > 500, one.counts[0], 0).argmax()] - 1086) < 3


@pytest.mark.parametrize(
    ("offset", "content", "message"),
    [
        (4, struct.pack("<i", 2**30), "channels"),
        (4, struct.pack("<i", -5), "channels"),
        (4, struct.pack("<i", 65), "should stand at bytes"),
        (8, struct.pack("<d", np.nan), "the axis goes from"),
        (24, struct.pack("<i", 2**31 - 1), "claims 2147483647 spectra"),
        (248, struct.pack("<i", 2**30), "the log should stand"),
    ],
)
def test_absurd_claims_are_refused(samples, offset: int, content: bytes, message: str) -> None:
    data = bytearray(samples.spc())
    data[offset : offset + len(content)] = content
    with pytest.raises(DataFileError, match=message):
        parse_spc(bytes(data), where="f", name="n")


@pytest.mark.data
def test_agrees_with_the_same_spectrum_as_text(data_dir) -> None:
    from standex.edges.spectra import read_spectrum  # noqa: PLC0415

    folder = data_dir / "spectra/ramanchada2/formats"
    (spc,) = read_spectrum(folder / "PST10_iR532_Probe_100_3000msx7.spc")
    (text,) = read_spectrum(folder / "PST10_iR532_Probe_100_3000msx7.txt")
    raised = np.interp(spc.axis, text.axis, text.counts[0] - text.dark)
    assert np.corrcoef(raised, spc.counts[0])[0, 1] > 0.99
