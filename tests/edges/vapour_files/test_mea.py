"""A GC-ion-mobility recording: written here byte by byte, and a real one."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standex.edges.vapour_files.mea import read_mea
from standex.model.errors import DataFileError
from standex.sensing.vapour.drift_time import (
    ReadingError,
    reactant_ion,
    reduced_mobility_cm2_per_vs,
    relative_mobility_std,
)
from standex.sensing.vapour.ion_mobility import PeakLibrary, clean_air_columns, joint_z, peaks
from standex.sensing.vapour.mobility_sensor import noise_std

HEADER = (
    "Chunk averages                 = 12",
    "Chunk sample count             = 20",
    "Chunk sample rate              = 150 [kHz]",
    "Chunk trigger repetition       = 30 [ms]",
    "Chunks count                   =  3",
    "EPC ambient pressure           = 100.516 [kPa]",
    "Machine type                   = \"FlavourSpec\xae\"",
    "Temp 1 setpoint                = 60 [\xb0C]",
    "nom Drift Potential Difference = 5000 [V]",
    "nom Drift Tube Length          = 98000 [\xb5m]",
)  # fmt: skip
COUNTS = np.arange(60, dtype="<i2").reshape(3, 20) - 7


def content(header: tuple[str, ...] = HEADER, counts: np.ndarray = COUNTS) -> bytes:
    return "\n".join(header).encode("latin-1") + b"\0" + counts.tobytes()


@pytest.mark.parametrize("packed", [False, True])
def test_a_recording_is_read(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "one.mea"
    path.write_bytes(gzip.compress(content()) if packed else content())
    read = read_mea(path)
    np.testing.assert_array_equal(read.counts, COUNTS)
    np.testing.assert_allclose(read.drift_time_ms, np.arange(20) / 150)
    np.testing.assert_allclose(read.retention_s, [0, 0.36, 0.72])
    assert read.pressure_hpa == pytest.approx(1005.16)
    assert read.drift_length_m == pytest.approx(0.098)
    assert (read.drift_v, read.temperature_c) == (5000, 60)
    assert read.header["Machine type"] == "FlavourSpec\xae"


def changed(old: str, new: str) -> bytes:
    return content(tuple(line.replace(old, new) for line in HEADER))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no header"),
        (b"Chunks count = 3", "no header"),
        (content()[:-1], "truncated"),
        (changed("=  3", "= 30000"), "truncated"),
        (changed("=  3", "= -3"), "Chunks count = -3"),
        (changed("= 20", "= many"), "Chunk sample count = 'many' is no number"),
        (changed("[kHz]", "[MHz]"), "in MHz, not kHz"),
        (changed("98000", "nan"), "nom Drift Tube Length = nan"),
        (content(HEADER[1:]), "Chunk averages = None"),
        (gzip.compress(content())[:-12], "cannot be read"),
    ],
)
def test_what_is_no_recording(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "bad.mea"
    path.write_bytes(data)
    with pytest.raises(DataFileError) as refused:
        read_mea(path)
    assert said in str(refused.value)
    with pytest.raises(DataFileError, match="cannot be read"):
        read_mea(tmp_path / "none.mea")


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(content()) - 1), byte=st.integers(0, 255), cut=st.integers(0, 400))
def test_a_damaged_file_is_read_or_refused(tmp_path, at: int, byte: int, cut: int) -> None:
    data = bytearray(content())
    data[at] = byte
    path = tmp_path / "spoilt.mea"
    path.write_bytes(bytes(data[: len(data) - cut]))
    try:
        read = read_mea(path)
    except DataFileError:
        return
    assert read.counts.shape == (len(read.retention_s), len(read.drift_time_ms))


@pytest.mark.data
@pytest.mark.slow
def test_a_real_recording_on_the_axis_of_its_reactant_ion(data_dir: Path) -> None:
    path = data_dir / "enose" / "ims_gcims" / "small.mea.gz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    read = read_mea(path)
    assert read.counts.shape == (530, 1670)
    tube = {
        "temperature_c": read.temperature_c, "pressure_hpa": read.pressure_hpa,
        "drift_v": read.drift_v, "drift_length_m": read.drift_length_m,
    }  # fmt: skip
    expected_ms = float(reduced_mobility_cm2_per_vs(1.0, **tube)) / 2.06
    spectra = read.counts.astype(np.float64)
    noise = noise_std(spectra[0])

    def ion_of(spectrum: np.ndarray):
        return reactant_ion(
            read.drift_time_ms, spectrum, expected_ms=expected_ms, tolerance=0.06,
            noise_std=noise, least_height=8 * noise,
        )  # fmt: skip

    # Before anything elutes: the reactant ion stays where it is, to 0.1 %, and lies where
    # protonated water in nitrogen does (about 2.06 cm2/Vs), to 5 %: the device starts its axis at
    # a trigger that opens a gate for 0.1 ms.
    place_ms = np.array([ion_of(one).drift_time_ms for one in spectra[:120:10]])
    assert np.ptp(place_ms) / place_ms.mean() < 1e-3
    mobility = float(reduced_mobility_cm2_per_vs(float(place_ms.mean()), **tube))
    assert mobility == pytest.approx(2.06, rel=0.05)
    assert (
        0.002 < relative_mobility_std(float(place_ms.mean()), **tube, error=ReadingError()) < 0.02
    )

    # Something elutes later. On the axis of the reactant ion an entry at its mobility sees it, and
    # sees nothing in spectra of clean air that it was not made from.
    clean = spectra[:60].mean(axis=0)
    ion = ion_of(clean)
    relative = read.drift_time_ms / ion.drift_time_ms
    width = ion.width_ms / ion.drift_time_ms
    beyond = relative > 1.1
    row, column = np.unravel_index(
        int((spectra - clean)[:, beyond].argmax()), spectra[:, beyond].shape
    )
    found = float(relative[beyond][column])
    library = PeakLibrary(
        names=("eluted", "absent"), item_class=("benign_residue", "benign_residue"),
        k0_cm2_per_vs=np.array([2.06 / found, 2.06 / 1.22]), k0_std=np.full(2, 0.003),
    )  # fmt: skip
    target, shift = peaks(
        relative, library, reactant_k0_cm2_per_vs=2.06, relative_width=width, axis_std=1e-4
    )
    blanks = spectra[60:120]
    z, _ = joint_z(
        np.concatenate([blanks, spectra[row : row + 1]]),
        np.full(len(clean), float((blanks - clean).var())),
        nuisance=clean_air_columns(relative, clean, relative_width=width, n_knots=8),
        target=target,
        target_shift=shift,
    )
    # The device filters its samples: neighbours are not independent, and z of blanks is wider than
    # 1. The sensor's state estimates that width from clean air and divides by it.
    width_of_null = z[:-1].std(axis=0)
    assert np.all(width_of_null < 6)
    assert z[-1, 0] / width_of_null[0] > 100
    assert read.retention_s[row] > 40
