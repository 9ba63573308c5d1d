import json
from pathlib import Path

import numpy as np
import pytest

from standex.edges.cli import main
from standex.edges.spectra import MeasuredSpectrum, write_csv

DESCRIPTION = 'name = "{}"\nitem_class = "nothing"\nlicence = "MIT"\nsource = "here"\n'


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    axis = np.linspace(200.0, 1800.0, 400)
    spectrum = MeasuredSpectrum(
        name="sleeve",
        axis=axis,
        axis_unit="per_cm",
        counts=(1000 + 400 * np.exp(-0.5 * ((axis - 900) / 5) ** 2))[None],
        provenance="by hand",
        laser_nm=785.0,
    )
    write_csv(tmp_path / "a.csv", spectrum)
    (tmp_path / "a.csv.toml").write_text(DESCRIPTION.format("sleeve"))
    return tmp_path / "a.csv"


def test_the_shipped_ones_are_listed(capsys) -> None:
    for arguments in (["library"], ["library", "list"]):
        assert main(arguments) == 0
        assert "benign-reference-1" in capsys.readouterr().out
    assert main(["library", "list", "--json"]) == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)["libraries"]}
    assert "nylon" in listed["benign-reference-1"]["entries"]


def test_a_library_is_made_and_shown(measured: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "own.speclib"
    assert main(["library", "build", str(measured), "--out", str(out), "--version", "7"]) == 0
    assert "library own-7" in capsys.readouterr().out
    assert main(["library", "show", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "sleeve" in shown
    assert "MIT" in shown
    for place in (["--json", "show", str(out)], ["show", str(out), "--json"]):
        assert main(["library", *place]) == 0
        (entry,) = json.loads(capsys.readouterr().out)["entries"]
        assert (entry["name"], entry["origin"], entry["laser_nm"]) == ("sleeve", "measured", 785.0)


def test_a_shipped_library_is_shown_by_its_name(capsys) -> None:
    assert main(["library", "show", "benign-reference-1"]) == 0
    assert "paracetamol" in capsys.readouterr().out


def test_a_file_of_spectra_is_shown_with_what_it_does_not_say(measured: Path, capsys) -> None:
    assert main(["library", "show", str(measured)]) == 0
    shown = capsys.readouterr().out
    assert "785 nm" in shown
    assert "not said" in shown
    assert str(measured.parent) not in shown
    assert main(["library", "show", str(measured), "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["spectra"]
    assert (one["axis_unit"], one["exposure_s"], one["n_channels"]) == ("per_cm", None, 400)


def test_a_unit_that_the_file_does_not_say_can_be_given(tmp_path: Path, capsys) -> None:
    rows = "\n".join(f"{400 + k} {np.sin(k):.3f}" for k in range(20))
    (tmp_path / "b.txt").write_text(rows)
    assert main(["library", "show", str(tmp_path / "b.txt")]) == 0
    assert "of a unit that the file does not say" in capsys.readouterr().out
    assert main(["library", "show", str(tmp_path / "b.txt"), "--axis-unit", "nm"]) == 0
    assert "400 to 419 nm" in capsys.readouterr().out


def test_many_measurements_of_one_file_are_not_all_drawn(tmp_path: Path, capsys) -> None:
    names = [chr(97 + k) for k in range(9)]
    rows = [f"{400 + k}," + ",".join("1" for _ in names) for k in range(20)]
    (tmp_path / "b.csv").write_text("\n".join(["wl [nm]," + ",".join(names), *rows]))
    assert main(["library", "show", str(tmp_path / "b.csv")]) == 0
    assert "and 3 more" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "missing.txt"], "cannot be read"),
        (["show", "missing.speclib"], "there is no such file"),
        (["build", "missing.csv", "--out", "x"], "beside it, missing.csv.toml must say"),
        (["build", "a.csv", "a.csv", "--out", "x"], "names used twice"),
        (["build", "a.csv", "--out", "missing/x"], "cannot be written"),
    ],
)
def test_errors_are_told_in_words(
    measured: Path, arguments, message: str, capsys, monkeypatch
) -> None:
    monkeypatch.chdir(measured.parent)
    assert main(["library", *arguments]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told
