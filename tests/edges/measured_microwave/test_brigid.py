from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from standex.edges.measured_microwave.brigid import (
    HALF_WINDOW_S,
    BrigidScan,
    delay_and_sum,
    read_brigid,
    without_coupling,
)
from standex.model.errors import DataFileError
from standex.sensing.microwave.imaging.direct import DirectImager
from standex.sensing.microwave.imaging.exact import ExactImager
from standex.sensing.microwave.imaging.imager import STILL
from standex.sensing.microwave.imaging.voxels import Grid

ANTENNA_M = np.array([[0.06, 0, 0.01], [0, 0.06, 0.01], [-0.06, 0, 0.01], [0, 0, 0.06]])
PAIR = np.array([[1, 2], [2, 3], [3, 4], [1, 4], [2, 4]])
FREQUENCY_HZ = 1.5e9 + 0.25e9 * np.arange(13)
INDEX = 2.0
TARGET_M = np.array([0.01, -0.02, 0.02])


def write(folder: Path, *, target_m: np.ndarray = TARGET_M, name: str = "made") -> Path:
    """Write an ideal scan of one point in a medium of permittivity 4."""
    np.savetxt(folder / "antenna_locations.csv", ANTENNA_M, delimiter=",", fmt="%g")
    np.savetxt(folder / "channel_names.csv", PAIR, delimiter=",", fmt="%d")
    np.savetxt(folder / "frequencies.csv", FREQUENCY_HZ, fmt="%g")
    way_m = np.linalg.norm(ANTENNA_M - target_m, axis=1)
    path_m = way_m[PAIR - 1].sum(axis=1)
    values = np.exp(-2j * np.pi / 299_792_458 * INDEX * np.outer(FREQUENCY_HZ, path_m))
    rows = [",".join(f"{v.real:.9g}{v.imag:+.9g}i" for v in row) for row in values]
    (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_samples_stand_at_their_pair_and_nowhere_else(tmp_path: Path) -> None:
    scan = read_brigid(write(tmp_path), name="made")
    assert scan.samples.shape == (4, 4, 13)
    measured = {(int(a) + 1, int(b) + 1) for a, b in np.argwhere(scan.is_measured)}
    assert measured == {(1, 2), (2, 3), (3, 4), (1, 4), (2, 4)}
    assert not scan.samples[~scan.is_measured].any()
    np.testing.assert_allclose(np.abs(scan.samples[scan.is_measured]), 1, rtol=1e-8)


def test_samples_have_the_phase_of_the_imaging_room(tmp_path: Path) -> None:
    scan = read_brigid(write(tmp_path), name="made")
    array = scan.array(relative_permittivity=INDEX**2)
    imager = ExactImager(array=array, points_m=TARGET_M[None])
    tapered = imager.forward(np.ones(1, dtype=np.complex128), STILL)
    np.testing.assert_allclose(
        scan.samples, tapered / array.taper * scan.is_measured[..., None], atol=1e-7
    )


def test_a_point_is_brightest_where_it_is_and_has_the_energy_of_its_window(tmp_path: Path) -> None:
    """At the point all delays are right: N sum_f exp(j 2 pi f t), squared, averaged over t."""
    scan = read_brigid(write(tmp_path), name="made")
    points_m = TARGET_M + np.array([[0, 0, 0], [0.02, 0, 0], [0, 0.02, 0], [0, 0, 0.02]])
    energy = delay_and_sum(
        scan, partial(make, ExactImager, points_m), relative_permittivity=INDEX**2
    )
    apart_hz = FREQUENCY_HZ[:, None] - FREQUENCY_HZ[None, :]
    expected = len(PAIR) ** 2 * np.sinc(2 * apart_hz * HALF_WINDOW_S).sum()
    assert energy[0] == pytest.approx(expected, rel=1e-3)
    assert energy[1:].max() < 0.7 * energy[0]


def test_what_does_not_turn_with_the_array_is_left(tmp_path: Path) -> None:
    scan = read_brigid(write(tmp_path), name="made")
    turned = read_brigid(write(tmp_path, target_m=-TARGET_M, name="turned"), name="turned")
    coupling = 100 * scan.is_measured[..., None]
    left = without_coupling(
        replace(scan, samples=scan.samples + coupling),
        replace(turned, samples=turned.samples + coupling),
    )
    np.testing.assert_allclose(left.samples, scan.samples - turned.samples, atol=1e-12)


def test_scans_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    scan = read_brigid(write(tmp_path), name="made")
    with pytest.raises(ValueError, match="frequency_hz of made and made are not the same"):
        without_coupling(scan, replace(scan, frequency_hz=FREQUENCY_HZ + 1e6))
    with pytest.raises(ValueError, match="are one scan"):
        without_coupling(scan, scan)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("made.csv", "i,", "i,,", "line 1: 6 values; 5 were expected"),
        ("made.csv", "i,", "j,", r"line 1: '.*j' is no complex number; a\+bi was expected"),
        ("made.csv", "i,", ",", "line 1: '.*' is no complex number"),
        ("made.csv", "i,", "i,nan+0i,", "line 1: 6 values"),
        ("antenna_locations.csv", "0.06,0,0.01", "60,0,10", r"line 1: antenna at .*metres were"),
        ("antenna_locations.csv", "0,0.06,0.01", "0.06,0,0.01", "line 2: the antenna of line 1"),
        ("antenna_locations.csv", "0.06,0,0.01", "0.06,0", "line 1: 2 columns"),
        ("antenna_locations.csv", "0,0,0.06\n", "", "line 3: antennas 3 and 4; numbers from 1"),
        ("channel_names.csv", "1,2", "0,2", "line 1: antennas 0 and 2; numbers from 1 to 4"),
        ("channel_names.csv", "1,2", "2,2", "line 1: antenna 2 with itself"),
        ("channel_names.csv", "1,2", "2,3", "line 1: antennas 2 and 3 come a second time"),
        ("channel_names.csv", "1,2\n", "", "line 1: 5 values; 4 were expected"),
        ("frequencies.csv", "1.5e+09\n", "", "13 rows, the last in line 13; 12 were expected"),
        ("frequencies.csv", "1.75e+09", "1.76e+09", "line 2: a step of 2.6e.08 Hz, elsewhere"),
        ("frequencies.csv", "1.75e+09", "1.5e+09", "line 2: a step of 0 Hz"),
        ("frequencies.csv", "e+09", "", "13 frequencies, the first 1.5; .* in Hz"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    path = write(tmp_path) / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new) if file == "frequencies.csv" and not new
                    else text.replace(old, new, 1))  # fmt: skip
    with pytest.raises(DataFileError, match=message):
        read_brigid(tmp_path, name="made")


def test_a_value_that_is_not_finite_is_named(tmp_path: Path) -> None:
    path = write(tmp_path) / "made.csv"
    lines = path.read_text().split("\n")
    lines[3] = ",".join(["nan+0i", *lines[3].split(",")[1:]])
    path.write_text("\n".join(lines))
    with pytest.raises(DataFileError, match=r"line 4: 'nan\+0i' is not finite"):
        read_brigid(tmp_path, name="made")


@pytest.mark.parametrize("share", [0.3, 0.5, 0.99])
def test_a_truncated_scan_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path) / "made.csv"
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataFileError, match=r"cut short|truncated|no complex number"):
        read_brigid(tmp_path, name="made")


def test_other_files_under_the_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(DataFileError, match=r"antenna_locations.csv, line 1: 3 values; 5 were"):
        read_brigid(tmp_path, name="antenna_locations")
    with pytest.raises(DataFileError, match="cannot be read"):
        read_brigid(tmp_path, name="no_such_scan")
    (tmp_path / "made.csv").write_bytes(b"")
    with pytest.raises(DataFileError, match="0 rows"):
        read_brigid(tmp_path, name="made")


# The published scans. No surveyed truth comes with them: the places are those of a reconstruction
# by delay and sum that shares no code with this one, rounded to a millimetre. Shares: the largest
# energy more than 20 mm to the side of the maximum, at any height; heights are resolved worse, by
# an array that is mostly round about.
PUBLISHED = {
    # phantom and tumour: place in mm, width at half energy in mm, share beside it
    "B0_P3": ((15, 3, 25), 12.5, 0.2),
    "B0_P5": ((18, 3, 13), 15.0, 0.35),
    "B10E_P3": ((35, -5, 28), 30.0, 0.75),
    "B10E_P5": ((23, 0, 23), 35.0, 0.85),
}
TOLERANCE_M = 3e-3
STEP_M = 2.5e-3
RADIUS_M = 0.065  # inside the antennas, which are at 0.07


def make(imager, points_m, array):
    return imager(array=array, points_m=points_m)


def inside_m() -> np.ndarray:
    n = round(RADIUS_M / STEP_M)
    grid = Grid(
        origin_m=np.array([-n * STEP_M, -n * STEP_M, 0]),
        step_m=np.full(3, STEP_M),
        shape=(2 * n + 1, 2 * n + 1, n + 1),
    )
    points_m = grid.points_m()
    return points_m[np.linalg.norm(points_m, axis=1) <= RADIUS_M + 1e-9]


def published(data_dir: Path, name: str) -> BrigidScan:
    folder = data_dir / "microwave" / "merit_brigid"
    return without_coupling(
        read_brigid(folder, name=f"{name}_p000"), read_brigid(folder, name=f"{name}_p036")
    )


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_tumour_is_where_it_was_published(data_dir: Path, name: str) -> None:
    place_mm, width_mm, share = PUBLISHED[name]
    points_m = inside_m()
    energy = delay_and_sum(published(data_dir, name), partial(make, DirectImager, points_m))
    top_m = points_m[energy.argmax()]
    assert np.linalg.norm(top_m - np.array(place_mm) / 1e3) < TOLERANCE_M
    energy /= energy.max()
    aside_m = np.linalg.norm(points_m[:, :2] - top_m[:2], axis=1)
    level = np.abs(points_m[:, 2] - top_m[2]) < 1e-6
    half = points_m[level & (energy > 0.5) & (aside_m < 0.03)]
    assert np.ptp(half[:, :2], axis=0).max() <= width_mm / 1e3 + 1e-9
    assert energy[aside_m > 0.02].max() < share


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("fault", ["permittivity", "pairs", "conjugate"])
def test_tumour_is_lost_with_a_wrong_medium_geometry_or_phase(
    data_dir: Path, name: str, fault: str, rng: np.random.Generator
) -> None:
    scan, points_m = published(data_dir, name), inside_m()
    permittivity = 4.0 if fault == "permittivity" else 8.0
    if fault == "pairs":
        rows = np.argwhere(scan.is_measured)
        samples = np.zeros_like(scan.samples)
        samples[tuple(rows.T)] = scan.samples[tuple(rng.permutation(rows).T)]
        scan = replace(scan, samples=samples)
    if fault == "conjugate":
        scan = replace(scan, samples=scan.samples.conj())
    energy = delay_and_sum(
        scan, partial(make, DirectImager, points_m), relative_permittivity=permittivity
    )
    place_m = np.array(PUBLISHED[name][0]) / 1e3
    assert np.linalg.norm(points_m[energy.argmax()] - place_m) > 3 * TOLERANCE_M


@pytest.mark.data
@pytest.mark.slow
def test_direct_imager_agrees_with_the_definition_on_measured_samples(data_dir: Path) -> None:
    scan, points_m = published(data_dir, "B0_P3"), inside_m()[::200]
    exact = delay_and_sum(scan, partial(make, ExactImager, points_m))
    direct = delay_and_sum(
        scan, lambda array: DirectImager(array=array, points_m=points_m, oversample=128)
    )
    np.testing.assert_allclose(direct, exact, atol=1e-2 * exact.max())
