from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import StandexError
from standex.planning.elicitation import Elicitation, Expert, Scenario
from standex.planning.expert_quantiles import Quantity


def quantity(*rows: list[float], is_log: bool = True) -> Quantity:
    return Quantity(name="attempts a year", answers=np.array(rows, float), is_log=is_log)


def elicitation(**changes) -> Elicitation:
    two = quantity([0.1, 1.0, 10.0], [0.2, 2.0, 20.0])
    given = {
        "quantile_p": np.array([0.05, 0.5, 0.95]),
        "overshoot": 0.1,
        "people_per_year": 1e6,
        "place_share": {"hall": 1.0},
        "time_share": {"day": 1.0},
        "scenarios": (
            Scenario(
                scenario_id="s1",
                title="",
                item_class="threat_metal",
                place_id="hall",
                time_id="day",
            ),
            Scenario(
                scenario_id="s2",
                title="",
                item_class="threat_dielectric",
                place_id="hall",
                time_id="day",
            ),
        ),
        "experts": (Expert(expert_id="a", nation="X"), Expert(expert_id="b", nation="Y")),
        "seeds": (),
        "attempts_per_year": two,
        "p_scenario": np.array([[0.5, 0.5], [0.2, 0.8]]),
        "consequence": (two, two),
        "everyday": {},
    }
    return Elicitation(**(given | changes))


def test_a_good_one_stands() -> None:
    assert len(elicitation().experts) == 2


def test_one_expert_alone_is_refused() -> None:
    one = Expert(expert_id="a", nation="X")
    with pytest.raises(StandexError, match="two at least"):
        elicitation(experts=(one,), p_scenario=np.array([[0.5, 0.5]]))


@pytest.mark.parametrize("row", [[0.5, 0.4], [1.2, -0.2], [np.nan, 1.0]])
def test_probabilities_that_do_not_sum_are_refused_with_their_expert(row) -> None:
    with pytest.raises(StandexError, match="expert b: the probabilities of the scenarios"):
        elicitation(p_scenario=np.array([[0.5, 0.5], row]))


def test_shares_of_people_must_sum() -> None:
    with pytest.raises(StandexError, match=r"places: .* they sum to 0\.9"):
        elicitation(place_share={"hall": 0.5, "stairs": 0.4})


def test_whoever_left_something_out_is_named() -> None:
    with pytest.raises(StandexError, match="attempts a year: no answer of expert b"):
        elicitation(attempts_per_year=quantity([0.1, 1.0, 10.0], [np.nan] * 3))


def test_rates_are_on_a_logarithmic_scale() -> None:
    even = replace(elicitation().attempts_per_year, is_log=False)
    with pytest.raises(ValueError, match="logarithmic"):
        elicitation(attempts_per_year=even)
