"""Real recordings of foods are read as they are; anything else is refused by its name."""

from pathlib import Path

import numpy as np
import pytest

from standex.edges.vapour_files.smellnet import COLUMNS, read_recording, read_smellnet
from standex.model.errors import DataFileError

ROW = "35,63,58,753,2,9,4294967295,24.76,1009.06,39.5,293.96,66.07"
HEAD = ",".join(COLUMNS)


@pytest.fixture
def write(tmp_path: Path):
    def make(*lines: str, name: str = "one.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
        return path

    return make


def test_what_wrapped_around_is_negative(write) -> None:
    values = read_recording(write(HEAD, *[ROW] * 20))
    assert values.shape == (20, 12)
    assert values[0, 6] == -1
    assert values[0, 10] == 293.96


def test_a_row_that_was_cut_off_is_left_out(write) -> None:
    assert len(read_recording(write(HEAD, *[ROW] * 20, "35,,,,,,,,,,,"))) == 20
    assert len(read_recording(write(HEAD, *[ROW] * 20, "35,63"))) == 20


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,b", "1,2"], "columns are not NO2"),
        ([], "columns are not"),
        ([HEAD, *[ROW] * 9], "rows lack a value"),
        ([HEAD, *[ROW] * 20, *["1,,,,,,,,,,,"] * 5], "5 of 25 rows lack a value"),
        ([HEAD, *[ROW] * 20, ROW.replace("753", "x")], "no number"),
        ([HEAD, *[ROW] * 20, ROW.replace("753", "nan")], "not finite"),
    ],
)
def test_what_is_no_recording(write, lines: list[str], said: str) -> None:
    path = write(*lines)
    with pytest.raises(DataFileError) as refused:
        read_recording(path)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        read_recording(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00NO2")
    with pytest.raises(DataFileError, match="cannot be read"):
        read_recording(tmp_path / "bytes.csv")
    with pytest.raises(DataFileError, match="no recordings"):
        read_smellnet(tmp_path)


def test_a_food_that_was_never_trained_is_refused(tmp_path, write) -> None:
    lines = (HEAD, *[ROW] * 20)
    for part in ("offline_training/almond", "offline_testing/almond", "online_nuts/almond"):
        write(*lines, name=f"{part}/one.csv")
    write(*lines, name="online_spices/pepper/one.csv")
    with pytest.raises(DataFileError, match="pepper are in no training run"):
        read_smellnet(tmp_path)


@pytest.mark.data
@pytest.mark.slow
def test_the_whole_set(data_dir: Path) -> None:
    folder = data_dir / "enose" / "smellnet"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    smells = read_smellnet(folder)
    assert (len(smells.training), len(smells.testing), len(smells.later)) == (90, 18, 23)
    assert len(smells.names) == 18
    assert sum(smells.is_nut) == 10
    for one in (*smells.training, *smells.testing, *smells.later):
        assert one.response.shape[1] == 8
        assert np.isfinite(one.response).all()
        assert one.response.max() < 1e5
