from pathlib import Path

import pytest

from standex.edges.assessment_file import read_assessment
from standex.edges.report.assessment_page import write_assessment
from standex.model.errors import StandexError
from standex.planning.threat import assess

EXAMPLE = Path(__file__).parents[3] / "docs" / "how-to" / "threat-assessment.toml"


def written(path: Path, **changes) -> Path:
    read = read_assessment(EXAMPLE)
    found = assess(read.elicitation, classes=read.site.items.names, **changes)
    return write_assessment(
        found,
        path,
        site=read.site,
        title="a <b> title",
        consequence_unit="people harmed",
        questions={"seed fines": "Fines?"},
        snippet="[items.prior_per_person]\n",
        needed="A ratio of 10.",
        source="Made here.",
    )


@pytest.mark.slow
def test_the_page_stands_alone_and_escapes(tmp_path) -> None:
    text = written(tmp_path / "r.html").read_text("utf-8")
    assert "a &lt;b&gt; title" in text
    assert "http" not in text.replace("http-equiv", "")
    assert text.count("<picture>") == 5
    for said in ("exercise mode", "E3, nation B", "Without any one expert", "A ratio of 10."):
        assert said in text


@pytest.mark.slow
def test_equal_weights_say_so(tmp_path) -> None:
    text = written(tmp_path / "r.html", weighting="equal").read_text("utf-8")
    assert "all with the same weight" in text
    assert "Shown only: all experts weigh the same here." in text


def test_a_folder_that_is_not_there_is_said(tmp_path) -> None:
    with pytest.raises(StandexError, match="no such folder"):
        written(tmp_path / "no" / "r.html")
