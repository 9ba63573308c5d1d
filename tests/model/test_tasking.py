import numpy as np
import pytest

from standex.model.tasking import TaskRules
from standex.model.zones import BodyZone


def rules(**changes) -> TaskRules:
    fields = {
        "spot_site_m": np.zeros(2),
        "reach_m": 0.5,
        "zones": (BodyZone.TORSO_FRONT,),
        "dwell_s": 0.2,
        "lead_s": 0.1,
        "shots_per_task": 1,
        "max_shots_per_person": 2,
        "max_shots_per_place": 2,
        "place_m": 0.5,
        "place_s": 10.0,
        "clear_m": 0.4,
        "nearest_m": 0.0,
    }
    return TaskRules(**(fields | changes))


def test_nothing_is_armed_by_itself() -> None:
    assert not rules().is_armed
    assert not rules().is_armed_in_exercise


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"spot_site_m": np.array([0.0, np.nan])}, "spot_site_m"),
        ({"reach_m": 0.0}, "reach_m"),
        ({"dwell_s": np.inf}, "dwell_s"),
        ({"clear_m": -0.1}, "clear_m"),
        ({"p_detect": 0.02, "p_false": 0.02}, "p_false"),
        ({"shots_per_task": 3}, "max_shots_per_person"),
        ({"shots_per_task": 0}, "shots_per_task"),
        ({"max_shots_per_place": 0}, "not even one"),
        ({"zones": ()}, "zones"),
    ],
)
def test_rules_that_mean_nothing_are_refused(changes, said) -> None:
    with pytest.raises(ValueError, match=said):
        rules(**changes)
