import gzip
from pathlib import Path

import numpy as np
import pytest

from standex.edges.wildtrack_set import HEADER, read_wildtrack_set
from standex.model.errors import DataFileError


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    with gzip.open(folder / "boxes.csv.gz", "wt") as file:
        file.write("\n".join([header, *rows]) + "\n")
    return folder


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["0,1,5,7,0,0,9,9"], "view outside"),
        (["0,1,9999999,0,0,0,9,9"], "outside the ground grid"),
        (["0,1,5,0,0,0,9"], "7 columns"),
        ([], "no row of numbers"),
    ],
)
def test_refuses_what_is_damaged(rows: list[str], told: str, tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=told):
        read_wildtrack_set(written(tmp_path, *rows))


def test_refuses_another_header(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="first line must be"):
        read_wildtrack_set(written(tmp_path, header="a,b"))


@pytest.mark.data
def test_reads_the_recorded_set(data_dir: Path) -> None:
    one = read_wildtrack_set(data_dir / "mot" / "wildtrack")
    assert len(one.boxes) == len(one.truth.t_utc_ns) == 300
    assert len(one.cameras) == 7
    assert np.unique(np.diff(one.truth.t_utc_ns)).tolist() == [500_000_000]
    assert (one.truth.position_site_m >= one.level.min_site_m).all()
    assert (one.truth.position_site_m <= one.level.max_site_m).all()
    assert sum(len(boxes.person) for frame in one.boxes for boxes in frame.values()) == 32339
