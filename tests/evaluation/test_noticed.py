from types import SimpleNamespace

import numpy as np
import pytest

from standex.evaluation.noticed import noticed_share, passed


def run(carriers: dict[int, str], looks: list[tuple[str, int, str]]):
    """Return what the share is made from, of one run."""
    return SimpleNamespace(
        outcomes=[SimpleNamespace(person=who, item_class=what) for who, what in carriers.items()],
        looks=[
            SimpleNamespace(
                sensor_id=tuple(one[0] for one in looks),
                person=np.array([one[1] for one in looks], dtype=np.int64),
                item_class=tuple(one[2] for one in looks),
            )
        ],
    )


def test_who_came_within_reach(walk) -> None:
    scene = walk(((-5.0, 1.0), (5.0, 1.0)), ((-5.0, 4.0), (5.0, 4.0)))
    places = np.array([[0.0, 0.0]])
    assert passed(scene.trajectories, places, reach_m=1.2) == {1}
    assert passed(scene.trajectories, places, reach_m=0.9) == frozenset()
    assert passed(scene.trajectories, np.array([[0.0, 0.0], [2.0, 5.0]]), reach_m=1.2) == {1, 2}


def test_of_those_who_passed_each_counts_once() -> None:
    carriers = {1: "threat_metal", 2: "threat_dielectric", 3: "benign_residue", 9: "threat_metal"}
    looks = [
        ("nose", 1, "threat_metal"),
        ("nose", 1, "threat_metal"),  # the same plume, told twice
        ("nose", 2, "nothing"),  # taken for clean
        ("nose", 9, "threat_metal"),  # did not come near
        ("laser", 2, "threat_dielectric"),  # another sensor
    ]
    share = noticed_share.__wrapped__ if hasattr(noticed_share, "__wrapped__") else noticed_share
    runs = [run(carriers, looks), run(carriers, [])]
    assert share(runs, sensor_ids={"nose"}, who={1, 2, 3}) == pytest.approx(1 / 4)
    with pytest.raises(ValueError, match="nobody with a threat"):
        share(runs, sensor_ids={"nose"}, who={3})
