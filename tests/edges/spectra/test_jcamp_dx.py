import numpy as np
import pytest

from standex.edges.spectra.jcamp_dx import is_jcamp, parse_jcamp
from standex.model.errors import DataFileError


def parse(data: bytes):
    assert is_jcamp(data)
    return parse_jcamp(data, where="f", name="n")


def test_a_table_of_lines(samples) -> None:
    (one,) = parse(samples.jcamp())
    np.testing.assert_allclose(one.axis, samples.EVEN)
    np.testing.assert_array_equal(one.counts[0], samples.COUNTS)
    assert (one.name, one.axis_unit, one.counts_unit) == ("Réf", "per_cm", "counts")


@pytest.mark.parametrize("label", ["XYPOINTS", "PEAK TABLE"])
def test_a_table_of_pairs(samples, label: str) -> None:
    pairs = "\n".join(f"{x}, {y}" for x, y in zip(samples.AXIS, samples.COUNTS, strict=True))
    (one,) = parse(samples.jcamp(f"##{label}=(XY..XY)\n{pairs}"))
    np.testing.assert_array_equal(one.axis, samples.AXIS)


def test_differences_with_their_checks(samples) -> None:
    (one,) = parse(samples.jcamp("##XYDATA=(X++(Y..Y))\n100A%J\n205BJK\n415E", n=5))
    np.testing.assert_array_equal(one.counts[0], [1, 1, 2, 3, 5])
    with pytest.raises(DataFileError, match="begins with 3, the line before ended with 2"):
        parse(samples.jcamp("##XYDATA=(X++(Y..Y))\n100A%J\n205CJK\n415E", n=5))


def test_linked_blocks_and_labels_as_anybody_spells_them(samples) -> None:
    block = samples.jcamp().replace(b"##FIRSTX", b"##First_x").replace(b"##XUNITS", b"##X units")
    linked = b"##TITLE=all\n##DATA TYPE=LINK\n##BLOCKS=2\n" + block + block + b"##END=\n"
    assert len(parse(linked)) == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"##END=\n", b"", "ends without ##END="),
        (b"NPOINTS=64", b"NPOINTS=65", "64 values where NPOINTS says 65"),
        (b"NPOINTS=64", b"NPOINTS=63", "more than the 63 values"),
        (b"NPOINTS=64", b"NPOINTS=1e15", "channels"),
        (b"NPOINTS=64", b"NPOINTS=-1", "channels"),
        (b"##FIRSTX=100", b"", "FIRSTX is missing"),
        (b"FIRSTX=100", b"FIRSTX=415", "repeated"),
        (b"(X++(Y..Y))", b"(XYW..XYW)", "64 values|pairs|not read|NPOINTS"),
        (b"(X++(Y..Y))", b"(R++(A..A))", "is not read"),
        (b"##XYDATA", b"##OTHER", "without XYDATA"),
        (b"1000.0", b"?", "intensity of channel 0 is nan"),
    ],
)
def test_broken_files_are_refused(samples, old: bytes, new: bytes, message: str) -> None:
    data = samples.jcamp()
    assert old in data
    with pytest.raises(DataFileError, match=message):
        parse(data.replace(old, new))


@pytest.mark.data
def test_the_measured_file_passes_its_own_checks(data_dir) -> None:
    content = (data_dir / "spectra/openspecy/ftir_nitrocellulose_pnnl.jdx").read_bytes()
    (one,) = parse(content)
    assert one.counts.shape == (1, 7154)
    # FIRSTY, MAXY and MINY of its head.
    assert one.counts[0, 0] == pytest.approx(0.68973011, rel=1e-6)
    assert one.counts.max() == pytest.approx(0.69885999, rel=1e-6)
    assert one.counts.min() == pytest.approx(0.010623585, rel=1e-6)


@pytest.mark.data
def test_agrees_with_the_package_jcamp(data_dir) -> None:
    jcamp = pytest.importorskip("jcamp", reason="the package jcamp is not installed")
    path = data_dir / "spectra/openspecy/ftir_nitrocellulose_pnnl.jdx"
    with path.open(encoding="latin-1") as file:
        theirs = jcamp.read(file.readlines())
    (one,) = parse(path.read_bytes())
    np.testing.assert_allclose(one.axis, theirs["x"])
    np.testing.assert_allclose(one.counts[0], theirs["y"])
