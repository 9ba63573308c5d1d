import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.calibrations import load_calibration
from standex.edges.report.calibration import lines_of, write_calibration_report
from standex.evaluation.calibrate import HeldBack
from standex.evaluation.calibration_figures import evidence_of
from standex.model.calibration import Origin
from standex.model.errors import StandexError

CALIBRATION = load_calibration("microwave-pillars-sim")


@pytest.fixture
def evidence(rng):
    is_threat = np.repeat([True, False], [40, 80])
    held = HeldBack(
        llr=2 * (rng.normal(size=120) + 2 * is_threat) - 2,
        is_threat=is_threat,
        class_row=is_threat.astype(np.int64),
        n_looks=np.ones(120, dtype=np.int64),
    )
    return evidence_of(held, rng=rng, n_resamples=10)


@pytest.mark.slow
def test_the_page_needs_nothing_else_and_the_data_are_beside_it(evidence, tmp_path) -> None:
    page = write_calibration_report(CALIBRATION, evidence, tmp_path / "r")
    text = page.read_text()
    assert text.count("data:image/svg+xml") == 3
    assert "http" not in text.replace("http://www.w3.org", "")
    assert f"SIMULATED: calibration {CALIBRATION.calibration_id}" in text
    names = {one.name for one in page.parent.iterdir()}
    assert names == {
        "report.html", "evidence.json", "reliability.csv", "tippett.csv", "cross_entropy.csv",
        "reliability.png", "tippett.png", "cross_entropy.png",
    }  # fmt: skip
    numbers = json.loads((page.parent / "evidence.json").read_text())
    assert numbers["cllr"]["value"] == evidence.cllr.value
    assert numbers["provenance"] == CALIBRATION.provenance
    with (page.parent / "tippett.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert float(rows[3]["share_of_threats_above"]) == evidence.curves.share_of_threats[3]
    with (page.parent / "reliability.csv").open() as file:
        assert sum(int(row["n"]) for row in csv.DictReader(file)) == 120


@pytest.mark.slow
def test_it_is_the_same_whenever_it_is_written(evidence, tmp_path) -> None:
    first, again = (
        write_calibration_report(CALIBRATION, evidence, tmp_path / name) for name in "ab"
    )
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.slow
def test_what_people_wrote_is_text_and_no_markup(evidence, tmp_path) -> None:
    odd = replace(CALIBRATION, provenance="<script>alert(1)</script>", origin=Origin.MEASURED)
    text = write_calibration_report(odd, evidence, tmp_path).read_text()
    assert "<script>" not in text
    assert "SIMULATED" not in text.split("<body>")[1].split("<figure>")[0]


def test_the_sentences_say_how_far_to_believe_it(evidence) -> None:
    said = "\n".join(lines_of(evidence))
    assert "bits are lost by calibration" in said
    assert "(ELUB)" in said
    assert "of 10 bins (99.5 % intervals)" in said


@pytest.mark.slow
def test_a_folder_that_cannot_be_made_is_said(evidence, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StandexError, match=r"--report .*cannot be written"):
        write_calibration_report(CALIBRATION, evidence, tmp_path / "file" / "below")
