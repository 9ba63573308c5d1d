from dataclasses import replace

import pytest

from standex.edges.report.rows import (
    RateRow,
    alert_rows,
    health_rows,
    ledger_rows,
    left_out_words,
    not_screened_rows,
    paragraph,
    person_words,
    rate_rows,
)
from standex.edges.report.story import shown_people, steps_of
from standex.edges.report.summary import LeftOut, RunSummary
from standex.model.picture import Outcome


def test_the_paragraph_counts_everybody(sample: RunSummary) -> None:
    n = sample.n_people
    text = paragraph(sample)
    assert text.startswith("12 people passed in ")
    assert f"A check was requested for {n[Outcome.ALARM]}." in text
    assert n[Outcome.NOT_SCREENED] == 1
    assert "1 person was not screened (no sensor covered the front of torso)" in text
    assert f"For {n[Outcome.NOTHING_FOUND]} nothing was found" in text
    assert "still on the way" not in text


def test_the_paragraph_of_nobody_and_of_people_still_inside(sample: RunSummary) -> None:
    nobody = replace(sample, n_people={}, passages=(), events=())
    assert paragraph(nobody).startswith("Nobody passed in ")
    alarmed, other = shown_people(sample)
    assert alarmed is not None
    assert other is not None
    text = paragraph(replace(nobody, inside=(alarmed, other)))
    assert "2 more people were still on the way when the run ended" in text
    assert "a check requested for 1 of them" in text


def test_alerts_say_how_much_the_looks_added(sample: RunSummary) -> None:
    rows = alert_rows(sample)
    assert [row["number"] for row in rows] == ["1", "2"]
    assert rows[0]["odds"].startswith("from 19 % before any look to ")
    assert rows[0]["zone"] == "front of torso"
    assert rows[0]["reach"].endswith(" s")


def test_every_entry_has_its_row(sample: RunSummary) -> None:
    passage, _ = shown_people(sample)
    assert passage is not None
    steps = steps_of(passage, sample.site)
    rows = ledger_rows(steps, sample.first_utc_ns)
    assert len(rows) == len(passage.entries)
    assert [row["number"] for row in rows if row["number"]] == [str(s.number) for s in steps]
    assert all(row["said"] and row["weight"] and row["factor"] for row in rows)
    assert "P(threat) from 19 % before any look to" in person_words(passage, sample)


def test_not_screened_people_and_sensors_without_a_word(sample: RunSummary) -> None:
    rows = not_screened_rows(sample)
    assert len(rows) == sample.n_people[Outcome.NOT_SCREENED]
    assert rows[0]["covered"] == "front of torso 0.00, waist 0.00"
    last = health_rows(sample)[-1]
    assert last["sensor"] == "cam-exit"
    assert "covered nobody" in last["state"]


def test_what_was_left_out_is_told(sample: RunSummary) -> None:
    assert left_out_words(sample) == []
    less = replace(sample, left_out=LeftOut(n_people=3, n_events=7))
    assert left_out_words(less) == ["3 passages", "7 events"]


def test_a_rate_names_its_denominator() -> None:
    (row, none) = rate_rows(
        (
            RateRow(name="found", k=9, n=10, low=0.555, high=0.9975),
            RateRow(name="no cases", k=0, n=0, low=0.0, high=1.0),
        )
    )
    assert row["cases"] == "9 of 10"
    assert row["interval"] == "55.5 % to 99.8 %"
    assert none["share"] == "no cases"
    with pytest.raises(ValueError, match="k = 3, n = 2"):
        RateRow(name="x", k=3, n=2, low=0.0, high=1.0)
    with pytest.raises(ValueError, match="low <= high"):
        RateRow(name="x", k=1, n=2, low=0.9, high=0.1)
