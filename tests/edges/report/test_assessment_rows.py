from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.assessment_file import read_assessment
from standex.edges.report.assessment_rows import (
    expert_names,
    expert_rows,
    one_in,
    place_time_rows,
    prior_panels,
    prior_rows,
    quantity_panel,
    spread_words,
)
from standex.planning.threat import assess

EXAMPLE = Path(__file__).parents[3] / "docs" / "how-to" / "threat-assessment.toml"


@pytest.fixture(scope="module")
def found():
    read = read_assessment(EXAMPLE)
    return assess(read.elicitation, classes=read.site.items.names)


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.5, "1 in 2"),
        (1 / 84, "1 in 84"),
        (1 / 12345, "1 in 12 345"),
        (1 / 3.4e6, "1 in 3.4 million"),
        (1 / 231e6, "1 in 231 million"),
        (2e-13, "1 in 5 trillion"),
        (0.0, "never"),
    ],
)
def test_small_probabilities_in_words(p, said) -> None:
    assert one_in(p) == said


def test_a_row_per_class_and_a_panel_per_threat(found) -> None:
    assert [row.item_class for row in prior_rows(found)] == [p.item_class for p in found.priors]
    assert [panel.title for panel in prior_panels(found)] == ["threat_dielectric", "threat_metal"]
    first = prior_panels(found)[0]
    assert [row.is_silent for row in first.rows] == [True, False, True, False, False, False]
    assert first.rows[-1].is_pool
    assert first.rows[-1].mean == found.priors[3].per_person


def test_a_panel_shows_what_each_said_and_what_was_true(found) -> None:
    panel = quantity_panel(found, found.elicitation.seeds[0], "fines")
    assert panel.truth == 142.0
    row = panel.rows[1]
    np.testing.assert_allclose([row.low, row.median, row.high], [100, 160, 240])
    assert panel.rows[-1].is_pool


def test_who_did_not_answer_has_a_row_without_a_range(found) -> None:
    seed = found.elicitation.seeds[0]
    answers = seed.answers.copy()
    answers[0] = np.nan
    panel = quantity_panel(found, replace(seed, answers=answers), "fines")
    assert np.isnan(panel.rows[0].low)


def test_scores_and_weights_are_told(found) -> None:
    rows = expert_rows(found)
    assert len(rows) == len(expert_names(found)) + 2
    assert rows[2]["hits"] == "7 · 0 · 1 · 0"
    assert rows[2]["weight"] == "0.000"


def test_the_spread_names_the_ends_and_who_has_nearly_all_weight(found) -> None:
    told = " ".join(spread_words(found))
    assert "E3, nation B (1 in 14 million)" in told
    assert "E2, nation A has 95 % of the weight" in told


def test_places_and_times(found) -> None:
    rows = place_time_rows(found)
    assert rows[0][:3] == ("corridor", "rush", "44 %")
    assert rows[-1][3:] == ("never", "never")
