import numpy as np
import pytest

from standex.model.zones import ZONE_INDEX, BodyZone
from standex.twin.score_bank import ScoreBank, SensorBank


def sensor(who: list[int], hidden: list[bool], **changes: object) -> SensorBank:
    n = len(who)
    values: dict[str, object] = {
        "score_names": ("a",),
        "zones": (BodyZone.WAIST,),
        "person": np.array(who),
        "x_m": np.zeros(n),
        "is_hidden": np.array(hidden),
        "score": np.zeros((n, 1, 1)),
        "share": np.ones((n, 1)),
        "spread": np.zeros((1, 1)),
    }
    return SensorBank(**{**values, **changes})  # type: ignore[arg-type]


def test_rows_are_found_by_person_and_view() -> None:
    bank = sensor([0, 0, 2, 2, 2], [False, True, True, False, True])
    np.testing.assert_array_equal(bank.of(2, is_hidden=True), [2, 4])
    np.testing.assert_array_equal(bank.of(0, is_hidden=False), [0])
    assert not len(bank.of(1, is_hidden=False))
    np.testing.assert_array_equal(bank.chances(3, is_hidden=True), [1, 0, 2])


def test_likes_carry_the_same_at_the_same_place() -> None:
    bank = ScoreBank(
        bank_id="b",
        provenance="made here",
        item_class=("nothing", "threat_metal", "threat_metal", "nothing"),
        item_zone=np.array([-1, ZONE_INDEX[BodyZone.WAIST], ZONE_INDEX[BodyZone.TORSO_FRONT], -1]),
        sensors={},
    )
    np.testing.assert_array_equal(bank.like("threat_metal", BodyZone.WAIST), [1])
    np.testing.assert_array_equal(bank.like("nothing", None), [0, 3])
    # What no sensor of the bank could see looks like nothing.
    np.testing.assert_array_equal(bank.like("threat_metal", BodyZone.LEGS), [0, 3])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"person": np.array([1, 0])}, "sorted"),
        ({"score": np.full((2, 1, 1), np.inf)}, "not finite"),
        ({"share": np.full((2, 1), 1.2)}, "from 0 to 1"),
        ({"spread": np.full((1, 1), np.nan)}, "spread"),
    ],
)
def test_bad_rows_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sensor([0, 1], [False, False], **changes)
