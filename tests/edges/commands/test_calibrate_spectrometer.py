import json
from pathlib import Path

import numpy as np
import pytest

from standex.edges.cli import main
from standex.edges.spectrometer_calibration import load_spectrometer
from standex.sensing.laser.lamp_lines import STANDARDS_PER_CM, lamp_lines

NEON = lamp_lines("neon")
OWN_NM = 788 + 0.185 * np.arange(1000.0)
TRUE_NM = OWN_NM + 0.5 + 0.2 * (OWN_NM - 880) / 90
LASER_NM = 785.2


def write(path: Path, at_nm: np.ndarray, height: np.ndarray, axis: np.ndarray) -> Path:
    rng = np.random.default_rng(len(str(path)))
    bells = np.exp(-4 * np.log(2) * ((TRUE_NM[:, None] - at_nm) / 0.4) ** 2)
    counts = rng.poisson(100 + bells @ height)
    path.write_text("\n".join(f"{x:.5f}\t{y}" for x, y in zip(axis, counts, strict=True)) + "\n")
    return path


def words(folder: Path, *, standard_laser_nm: float = LASER_NM, axis=None) -> list[str]:
    axis = 1e7 / 785.0 - 1e7 / OWN_NM if axis is None else axis
    bands = STANDARDS_PER_CM["polystyrene"]
    tall = np.full(8, 5000.0)
    lamp = write(folder / "lamp.txt", NEON.wavelength_nm, 30 * NEON.intensity, axis)
    silicon = write(folder / "si.txt", 1e7 / (1e7 / LASER_NM - np.array([520.45])), tall[:1], axis)
    known = write(folder / "ps.txt", 1e7 / (1e7 / standard_laser_nm - bands), tall, axis)
    return [
        "calibrate-spectrometer", "--lamp", str(lamp), "--silicon", str(silicon),
        "--check", f"polystyrene={known}", "--laser-nm", "785", "--instrument", "bench",
        "--out", str(folder / "bench.json"),
    ]  # fmt: skip


@pytest.mark.slow
def test_it_writes_what_can_be_used_again(tmp_path: Path, capsys) -> None:
    plot = tmp_path / "bench.png"
    assert main([*words(tmp_path), "--plot", str(plot)]) == 0
    said = capsys.readouterr().out
    assert "of bench in" in said
    assert "polystyrene, 8 of 8 bands: worst" in said
    made = load_spectrometer(tmp_path / "bench.json", instrument="bench")
    np.testing.assert_allclose(made.axis.wavelength_nm(OWN_NM)[50:950], TRUE_NM[50:950], atol=0.05)
    assert made.axis.laser_nm == pytest.approx(LASER_NM, abs=0.05)
    assert str(tmp_path) not in (tmp_path / "bench.json").read_text()
    assert plot.read_bytes()[:4] == b"\x89PNG"


@pytest.mark.slow
def test_machines_get_every_band(tmp_path: Path, capsys) -> None:
    assert main([*words(tmp_path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["bands"]) == 8
    assert document["worst_after_per_cm"] < 1 < document["worst_before_per_cm"]


@pytest.mark.slow
def test_channels_alone_are_enough_with_a_rough_range(tmp_path: Path) -> None:
    pixel = words(tmp_path, axis=np.arange(1000.0))
    assert main(pixel) == 2
    assert main([*pixel, "--range-nm", "788.5", "973"]) == 0


@pytest.mark.slow
def test_nothing_is_written_where_the_standard_disagrees(tmp_path: Path, capsys) -> None:
    assert main(words(tmp_path, standard_laser_nm=LASER_NM + 0.3)) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "the calibration is refused" in err
    assert not (tmp_path / "bench.json").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--lamp-gas", "radon"), "'radon' is not one of neon, argon, mercury"),
        (("--check", "wood=x"), "STANDARD=FILE is wanted"),
        (("--check", "polystyrene"), "STANDARD=FILE is wanted"),
        (("--lamp", "none.txt"), "none.txt"),
        (("--valid-days", "0"), "must be above 0"),
        (("--laser-nm", "5"), "give --laser-nm"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, capsys, changed, said: str) -> None:
    assert main([*words(tmp_path), *changed]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert not out
