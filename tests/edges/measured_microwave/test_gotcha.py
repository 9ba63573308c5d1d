from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from standex.edges.measured_microwave.gotcha import (
    GotchaPass,
    backproject,
    contrast,
    entropy_nat,
    read_gotcha,
)
from standex.model.errors import DataFileError
from standex.sensing.microwave.imaging.array import LIGHT_M_PER_S
from standex.sensing.microwave.imaging.direct import DirectImager
from standex.sensing.microwave.imaging.exact import ExactImager

FREQUENCY_HZ = 9.3e9 + 5e6 * np.arange(40)
TARGET_M = np.array([4.0, -3.0, 0.0])


def fields(*, pulses: int = 12, azimuth_rad: float = 0.0) -> dict[str, np.ndarray]:
    """Return the fields of an ideal file: one point, seen from a circle, rounded as there."""
    angle = azimuth_rad + np.deg2rad(1.0) / pulses * np.arange(pulses)
    place_m = np.stack(
        [700 * np.cos(angle), 700 * np.sin(angle), np.full(pulses, 720.0)], axis=1
    ).astype(np.float32)
    range_m = np.linalg.norm(place_m.astype(np.float64), axis=1)
    to_target_m = np.linalg.norm(place_m - TARGET_M, axis=1) - range_m
    return {
        "fp": np.exp(
            -4j * np.pi / LIGHT_M_PER_S * np.outer(FREQUENCY_HZ, to_target_m)
        ).astype(np.complex64),
        "freq": FREQUENCY_HZ[:, None].astype(np.float32),
        "x": place_m[:, 0][None],
        "y": place_m[:, 1][None],
        "z": place_m[:, 2][None],
        "r0": range_m[None].astype(np.float32),
    }  # fmt: skip


def write(folder: Path, name: str = "one", *, variable: str = "data", **changed) -> Path:
    content = {**fields(), **changed}
    path = folder / f"{name}.mat"
    savemat(path, {variable: {k: v for k, v in content.items() if v is not None}})
    return path


def square(half_m: float, step_m: float) -> np.ndarray:
    axis_m = np.arange(-half_m, half_m, step_m)
    x, y = np.meshgrid(axis_m, axis_m, indexing="ij")
    return np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)


def make(imager, points_m, array):
    return imager(array=array, points_m=points_m)


def test_files_are_joined_and_freed_from_rounding(tmp_path: Path) -> None:
    one = write(tmp_path)
    two = write(tmp_path, "two", **fields(pulses=9, azimuth_rad=np.deg2rad(1)))
    measured = read_gotcha([one, two])
    assert measured.samples.shape == (21, 40)
    assert np.ptp(np.diff(measured.frequency_hz)) < 1e-3
    np.testing.assert_allclose(measured.frequency_hz, FREQUENCY_HZ, atol=600)
    np.testing.assert_allclose(np.linalg.norm(measured.antenna_m, axis=1), 1004.19, atol=0.01)


@pytest.mark.parametrize("imager", [ExactImager, partial(DirectImager, is_compiled=False)])
def test_a_point_is_focused_where_it_is(tmp_path: Path, imager) -> None:
    """All pulses and frequencies agree at the point: N times the sum of the taper."""
    measured = read_gotcha([write(tmp_path)])
    points_m = TARGET_M + np.array([[0, 0, 0], [1.5, 0, 0], [0, 3.0, 0], [-1.5, 0, 0]])
    image = backproject(measured, partial(make, imager, points_m))
    gain = 12 * np.hanning(len(FREQUENCY_HZ) + 2).sum()
    assert image[0] == pytest.approx(gain, rel=0.01)
    assert np.abs(image[1:]).max() < 0.5 * gain


def test_entropy_and_contrast_of_known_images(rng: np.random.Generator) -> None:
    point = np.zeros(500, dtype=np.complex128)
    point[7] = 2j
    assert entropy_nat(point) == pytest.approx(0)
    assert contrast(point) == pytest.approx(np.sqrt(499))
    flat = np.exp(1j * np.arange(500.0))
    assert entropy_nat(flat) == pytest.approx(np.log(500))
    assert contrast(flat) == pytest.approx(0, abs=1e-9)
    speckle = rng.standard_normal(100_000) + 1j * rng.standard_normal(100_000)
    assert contrast(speckle) == pytest.approx(1, abs=0.03)
    # of an exponentially distributed energy, by integration
    assert entropy_nat(speckle) == pytest.approx(np.log(100_000) - (1 - np.euler_gamma), abs=0.02)


@pytest.mark.parametrize("bad", [0.0, np.nan])
def test_sharpness_of_nothing_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite and hold some energy"):
        entropy_nat(np.full(3, bad, dtype=np.complex128))


GOOD = fields()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"r0": None}, r"missing: r0\); not a file of the set"),
        ({"variable": "other"}, "no structure 'data'"),
        ({"fp": GOOD["fp"].T}, r"fp has shape \(12, 40\); \(40, 12\) was expected"),
        ({"fp": GOOD["fp"][:, :5]}, r"fp has shape \(40, 5\)"),
        ({"fp": GOOD["fp"].real}, "fp is real; complex samples were expected"),
        ({"fp": GOOD["fp"] * np.nan}, "480 of 480 values of fp are not finite"),
        ({"x": GOOD["x"][:, :-1]}, "not one value per pulse each: {'x': 11, 'y': 12"),
        ({"x": np.tile(GOOD["x"], (2, 1))}, r"x has shape \(2, 12\); one row was expected"),
        ({"x": "east"}, "x is of type"),
        (
            {"z": GOOD["z"] / 1000},
            r"pulse \d+ is 700.0.. m from the middle of the scene by x, y and z",
        ),
        ({"freq": GOOD["freq"] / 1e9}, "40 frequencies, 9.3 to 9.495 Hz; .* ascending"),
        ({"freq": GOOD["freq"][::-1].copy()}, "frequencies, .* ascending"),
        ({"freq": GOOD["freq"][[0, *range(2, 40)]]}, "frequency 2 is .* off a uniform grid"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changed: dict, message: str) -> None:
    path = write(tmp_path, **changed)
    with pytest.raises(DataFileError, match=message) as caught:
        read_gotcha([path])
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path: Path, share: float, compress: bool) -> None:
    path = tmp_path / "one.mat"
    savemat(path, {"data": fields()}, do_compression=compress)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataFileError, match=r"cannot be read as a MATLAB|no structure 'data'"):
        read_gotcha([path])


def test_other_files_are_refused(tmp_path: Path, rng: np.random.Generator) -> None:
    path = tmp_path / "other.mat"
    for content in (b"x,y\n1,2\n" * 100, rng.bytes(4000), b"\x89HDF\r\n\x1a\n" + bytes(4000)):
        path.write_bytes(content)
        with pytest.raises(DataFileError, match="cannot be read as a MATLAB file"):
            read_gotcha([path])
    with pytest.raises(DataFileError, match="cannot be read"):
        read_gotcha([tmp_path / "missing.mat"])
    with pytest.raises(DataFileError, match="no file"):
        read_gotcha([])


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    one = write(tmp_path)
    with pytest.raises(DataFileError, match="12 pulses come from the same places"):
        read_gotcha([one, one])
    later = fields(azimuth_rad=np.deg2rad(1))
    other = write(tmp_path, "other", **{**later, "freq": later["freq"] + np.float32(1e8)})
    with pytest.raises(DataFileError, match=r"other.mat: 40 frequencies.*one.mat has 40"):
        read_gotcha([one, other])


# The published pass, 100 m x 100 m at 0.4 m: entropy 7.17 of at most 11.04 nat, contrast 45.
MAX_ENTROPY_NAT = 7.22
MIN_CONTRAST = 43.0
HALF_M, PIXEL_M = 50.0, 0.4


@cache
def published(folder: Path) -> GotchaPass:
    return read_gotcha(sorted(folder.glob("data_3dsar_pass1_az*_HH.mat")))


@pytest.fixture
def car_park(data_dir: Path) -> GotchaPass:
    return published(data_dir / "microwave" / "gotcha_pass1_hh")


@pytest.mark.data
@pytest.mark.slow
def test_car_park_is_sharp(car_park: GotchaPass) -> None:
    points_m = square(HALF_M, PIXEL_M)
    image = backproject(car_park, partial(make, DirectImager, points_m))
    np.testing.assert_allclose(points_m[np.abs(image).argmax(), :2], [-16, 22], atol=1.0)
    assert entropy_nat(image) < MAX_ENTROPY_NAT
    assert contrast(image) > MIN_CONTRAST


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("fault", ["jitter", "height", "delay"])
def test_car_park_is_blurred_by_a_small_fault(
    car_park: GotchaPass, fault: str, rng: np.random.Generator
) -> None:
    antenna_m, samples = car_park.antenna_m, car_park.samples
    if fault == "jitter":  # 0.6 rad of phase from pulse to pulse
        antenna_m = antenna_m + rng.normal(0, 2e-3, antenna_m.shape)
    if fault == "height":
        antenna_m = antenna_m + np.array([0, 0, 50.0])
    if fault == "delay":  # a profile read up to half a cell beside, with the right carrier
        offset_hz = car_park.frequency_hz - car_park.frequency_hz.mean()
        late_s = rng.uniform(-0.5, 0.5, len(samples)) / np.ptp(offset_hz)
        samples = samples * np.exp(2j * np.pi * np.outer(late_s, offset_hz))
    measured = replace(car_park, antenna_m=antenna_m, samples=samples)
    image = backproject(measured, partial(make, DirectImager, square(HALF_M, PIXEL_M)))
    assert entropy_nat(image) > MAX_ENTROPY_NAT
    assert contrast(image) < MIN_CONTRAST


@pytest.mark.data
@pytest.mark.slow
def test_reflector_is_as_sharp_as_band_and_aperture_allow(car_park: GotchaPass) -> None:
    """Half-energy widths: 1.44 cells of a Hann band along x, 0.886 cells of the angle along y."""
    middle_m = np.array([-15.6, 21.6, 0.0])
    points_m = middle_m + square(0.6, 0.02)
    image = backproject(car_park, partial(make, DirectImager, points_m))
    energy = np.abs(image.reshape(60, 60)) ** 2
    row, col = np.unravel_index(energy.argmax(), energy.shape)
    band_hz = np.ptp(car_park.frequency_hz)
    to = car_park.antenna_m / np.linalg.norm(car_park.antenna_m, axis=1)[:, None]
    ground = np.hypot(to[:, 0], to[:, 1]).mean()
    angle_rad = np.ptp(np.arctan2(to[:, 1], to[:, 0]))
    along_m = 1.44 * LIGHT_M_PER_S / (2 * band_hz * ground)
    across_m = 0.886 * LIGHT_M_PER_S / (2 * 9.6e9 * angle_rad * ground)
    assert 0.02 * np.sum(energy[:, col] > energy.max() / 2) == pytest.approx(along_m, rel=0.1)
    assert 0.02 * np.sum(energy[row] > energy.max() / 2) == pytest.approx(across_m, rel=0.1)


@pytest.mark.data
@pytest.mark.slow
def test_direct_imager_agrees_with_the_definition_on_measured_samples(
    car_park: GotchaPass,
) -> None:
    few = replace(car_park, antenna_m=car_park.antenna_m[::60], samples=car_park.samples[::60])
    points_m = square(HALF_M, 5.0)
    exact = backproject(few, partial(make, ExactImager, points_m))
    direct = backproject(
        few, lambda array: DirectImager(array=array, points_m=points_m, oversample=128)
    )
    assert np.linalg.norm(direct - exact) < 10 ** (-45 / 20) * np.linalg.norm(exact)
