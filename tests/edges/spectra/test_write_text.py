from dataclasses import replace
from pathlib import Path

import pytest

from standex.edges.spectra import read_spectrum, write_csv, write_jcamp
from standex.model.errors import StandexError


def test_csv_comes_back_as_it_was(every_spectrum, same, tmp_path: Path) -> None:
    for before in every_spectrum:
        write_csv(tmp_path / "a.csv", before)
        (after,) = read_spectrum(tmp_path / "a.csv")
        same(before, after)


def test_jcamp_comes_back_as_it_was(every_spectrum, same, tmp_path: Path) -> None:
    write_jcamp(tmp_path / "a.jdx", every_spectrum)
    for before, after in zip(every_spectrum, read_spectrum(tmp_path / "a.jdx"), strict=True):
        same(before, after)


def test_a_title_cannot_break_the_file(every_spectrum, tmp_path: Path) -> None:
    odd = replace(every_spectrum[0], name="a $$ b ##END= c\u4e2d")
    write_jcamp(tmp_path / "a.jdx", (odd,))
    assert read_spectrum(tmp_path / "a.jdx")[0].name == "a $ $ b ##END= c?"
    write_csv(tmp_path / "a.csv", odd)
    assert read_spectrum(tmp_path / "a.csv")[0].name == odd.name


def test_what_cannot_be_written_is_said(every_spectrum, tmp_path: Path) -> None:
    for write in (
        lambda path: write_csv(path, every_spectrum[0]),
        lambda path: write_jcamp(path, every_spectrum),
    ):
        with pytest.raises(StandexError, match="cannot be written"):
            write(tmp_path / "missing" / "a")
