import csv
import json
import re

import pytest

from standex.edges.report import evaluation_page
from standex.edges.report.evaluation_page import (
    interval,
    number,
    probability,
    render_evaluation,
    share,
    write_evaluation,
)
from standex.model.errors import StandexError

URIS = dict.fromkeys(("curves", "posteriors", "times", "priors", "comparisons"), "data:,x")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.S))


def test_the_page_says_simulated_in_every_part(evaluated):
    html = render_evaluation(evaluated(), URIS)
    assert html.count("SIMULATED") == 1
    sections = re.findall(r"<section>.*?</section>", html, flags=re.S)
    tables = [one for one in sections if '<th class="n">95 % interval</th>' in one]
    assert len(tables) >= 4
    assert all("simulated" in one for one in tables)
    text = text_of(html)
    assert "no statement about any device or place" in text
    assert "Nobody is ever declared safe" in text
    assert "standex evaluate site whole" in text


def test_what_was_recorded_is_not_called_simulated(evaluated):
    html = render_evaluation(evaluated(is_simulated=False), URIS)
    assert "imulated" not in text_of(html).replace("SIMULATED", "imulated")
    assert "Of the recorded passages alone" in html


def test_rates_stand_with_their_cases_and_intervals(evaluated):
    text = text_of(render_evaluation(evaluated(), URIS))
    assert re.search(r"PD per passage, both 60\.0 % 12 of 20 \d+\.\d % to \d+\.\d %", text)
    assert "Only here / only there" in text
    assert "of them gone" in text


def test_groups_are_only_shown_when_asked_for(evaluated):
    assert "By coarse group" not in render_evaluation(evaluated(), URIS)
    html = render_evaluation(evaluated(by_factor=True), URIS)
    assert "not for publication" in html


def test_without_a_false_alarm_the_right_share_of_alarms_is_not_known(evaluated):
    seen, unseen = (
        text_of(render_evaluation(evaluated(has_alarms=has_alarms), URIS))
        for has_alarms in (True, False)
    )
    assert "No false alarm was seen" not in seen
    assert "No false alarm was seen" in unseen
    assert "P(threat carried | alarm) not known" in unseen


def test_without_carriers_it_says_so(evaluated):
    text = text_of(render_evaluation(evaluated(has_threats=False), URIS))
    assert "No curve: it needs people with a threat and people without" in text


@pytest.mark.slow
def test_everything_is_written_and_written_again_the_same(evaluated, tmp_path):
    first = write_evaluation(evaluated(), tmp_path / "a")
    again = write_evaluation(evaluated(), tmp_path / "b")
    assert first[-1].name == "report.html"
    for one, other in zip(first, again, strict=True):
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes(), one.name
    with (tmp_path / "a" / "roc.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["origin"] for row in rows} == {"simulated"}
    page = (tmp_path / "a" / "report.html").read_text()
    for name in re.findall(r"<code>([\w-]+\.csv)</code>", page):
        assert (tmp_path / "a" / name).exists(), name
    assert json.loads((tmp_path / "a" / "manifest.json").read_text())["command"] in page


def test_a_folder_that_cannot_be_is_told(evaluated, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StandexError, match="choose another --out"):
        write_evaluation(evaluated(), tmp_path / "file")


def test_tables_are_written_even_where_no_picture_can_be(evaluated, tmp_path, monkeypatch):
    def missing(found):
        raise StandexError("the report's pictures need the package matplotlib")

    monkeypatch.setattr(evaluation_page, "_pictures", missing)
    with pytest.raises(StandexError, match="matplotlib"):
        write_evaluation(evaluated(), tmp_path)
    assert (tmp_path / "rates.csv").exists()
    assert (tmp_path / "manifest.json").exists()


def test_numbers_for_people():
    assert share(0.5) == "50.0 %"
    assert share(0.0002) == "0.02 %"
    assert share(float("nan")) == number(float("nan")) == probability(float("nan")) == "not known"
    assert interval(0.1, 0.25) == "10.0 % to 25.0 %"
    assert number(1234.4) == "1,234"
    assert number(0.01234) == "0.0123"
    assert probability(1.0) == "above 99.9 %"
    assert probability(0.0) == "below 0.0001 %"
    assert probability(0.00021) == "0.021 %"
