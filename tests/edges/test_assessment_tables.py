import tomllib
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from standex.edges.assessment_tables import TABLES, AssessmentTable

EXAMPLE = Path(__file__).parents[2] / "docs" / "how-to" / "threat-assessment.toml"


def test_the_example_becomes_what_planning_works_on() -> None:
    table = AssessmentTable.model_validate(tomllib.loads(EXAMPLE.read_text("utf-8")))
    given = table.to_core()
    assert given.p_scenario.shape == (4, 5)
    np.testing.assert_allclose(given.p_scenario.sum(axis=1), 1)
    assert [one.is_log for one in given.seeds].count(True) == 4
    assert given.attempts_per_year.answers[1].tolist() == [0.01, 0.05, 0.3]
    assert given.scenarios[3].carriers == 1.5


def test_who_left_a_seed_out_has_no_answer_there() -> None:
    typed = tomllib.loads(EXAMPLE.read_text("utf-8"))
    del typed["experts"][2]["seeds"]["fines"]
    seed = AssessmentTable.model_validate(typed).to_core().seeds[0]
    assert seed.is_answered.tolist() == [True, True, False, True]


@pytest.mark.parametrize("value", ["0.5", True, float("inf"), -1.0, 0.0])
def test_numbers_are_numbers(value) -> None:
    typed = tomllib.loads(EXAMPLE.read_text("utf-8")) | {"people_per_year": value}
    with pytest.raises(ValidationError):
        AssessmentTable.model_validate(typed)


def test_every_table_of_a_list_is_known_for_hints() -> None:
    lists = {name for name in AssessmentTable.model_fields if (name,) in TABLES}
    assert lists == {"places", "times", "scenarios", "seeds", "experts"}
