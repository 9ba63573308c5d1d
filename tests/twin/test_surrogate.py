from dataclasses import replace

import numpy as np
import pytest

from standex.model.frames import RigidTransform
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.testing.instrument import check_instrument
from standex.twin.faults import Fault
from standex.twin.reach import Reach
from standex.twin.score_bank import ScoreBank, SensorBank
from standex.twin.surrogate import SurrogateLooks

S = 10**9
WAIST, FRONT = BodyZone.WAIST, BodyZone.TORSO_FRONT


def bank(*, share_hidden: float = 0.0) -> ScoreBank:
    """Two clean people and one carrier; scores say who it was, at four places."""
    person = np.repeat([0, 1, 2], 8)
    x_m = np.tile([1.6, 2.2, 2.8, 3.4], 6)
    hidden = np.tile(np.repeat([False, True], 4), 3)
    score = np.repeat(person[:, None, None] * 100.0, 2, axis=1) + x_m[:, None, None]
    share = np.where(hidden[:, None], share_hidden, 1.0) * np.ones((1, 2))
    return ScoreBank(
        bank_id="made-here",
        provenance="made here",
        item_class=("nothing", "nothing", "threat_dielectric"),
        item_zone=np.array([-1, -1, ZONE_INDEX[FRONT]]),
        sensors={
            "k": SensorBank(
                score_names=("who",),
                zones=(FRONT, WAIST),
                person=person,
                x_m=x_m,
                is_hidden=hidden,
                score=score,
                share=share,
                spread=np.zeros((2, 1)),
            )
        },
    )


def surrogate(*, is_joined: bool = False, share_hidden: float = 0.0) -> SurrogateLooks:
    return SurrogateLooks(
        sensor_id="s",
        rate_hz=5.0,
        site_from_sensor=RigidTransform.from_pose(position_m=(0.0, 0.0, 0.0), yaw_rad=0.0),
        reach=Reach(near_m=1.4, far_m=3.6, half_width_m=1.0, clear_m=0.5, facing=True),
        bank=bank(share_hidden=share_hidden),
        kind="k",
        is_joined=is_joined,
        seed=4,
    )


def looks(instrument: SurrogateLooks, scene, to_s: float = 4.0) -> list[tuple[float, np.ndarray]]:
    found: list[tuple[float, np.ndarray]] = []
    for k in range(round(to_s * 5)):
        record = instrument.record(scene, scene.start_utc_ns + k * S // 5, k)
        assert record is not None
        found += [(k / 5, one) for one in record.arrays["score"]]
    return found


def test_it_is_an_instrument(walk) -> None:
    scene = walk(((4.6, 0.0), (-0.6, 0.0)))
    t = scene.start_utc_ns + S
    for is_joined in (False, True):
        check_instrument(surrogate(is_joined=is_joined), scene, sensor_id="s", t_utc_ns=t)


def test_every_look_scores_as_the_like_did_from_there(walk, slab) -> None:
    scene = walk(((4.6, 0.0), (-0.6, 0.0)), items=(slab(),))
    found = looks(surrogate(), scene)
    assert len(found) == pytest.approx(2.2 / 1.3 * 5, abs=1.1)
    for t_s, score in found:
        x_m = 4.6 - 1.3 * t_s
        assert score[0, 0] == pytest.approx(200 + x_m, abs=0.35)
        np.testing.assert_allclose(score[1], score[0])


def test_who_carries_nothing_is_like_one_who_does_all_the_way(walk) -> None:
    scene = walk(((4.6, 0.0), (-0.6, 0.0)))
    who = {round(float(score[0, 0]) // 100) for _, score in looks(surrogate(), scene)}
    assert len(who) == 1
    assert who <= {0, 1}


@pytest.mark.parametrize(("share_hidden", "is_looked_at"), [(0.0, False), (1.0, True)])
def test_hidden_people_are_looked_at_as_in_the_bank(walk, share_hidden, is_looked_at) -> None:
    scene = walk(((4.6, 0.0), (-0.6, 0.0)), ((4.6, 0.3), (-0.6, 0.3)))
    assert bool(looks(surrogate(share_hidden=share_hidden), scene)) is is_looked_at


def test_joined_looks_come_once_when_somebody_has_gone_by(walk) -> None:
    scene = walk(((4.6, 0.0), (-0.6, 0.0)))
    found = looks(surrogate(is_joined=True), scene)
    assert len(found) == 1
    assert found[0][0] == pytest.approx((4.6 - 1.4) / 1.3, abs=0.25)
    pair = walk(((4.6, 0.0), (-0.6, 0.0)), ((4.6, 0.3), (-0.6, 0.3)))
    assert not looks(surrogate(is_joined=True), pair)


def test_faults(walk) -> None:
    scene = walk(((4.6, 0.0), (-0.6, 0.0)))
    for kind in ("dead", "obscured", "nan"):
        failing = replace(surrogate(), faults=(Fault(kind=kind, from_s=0.0, to_s=9.0),))
        record = failing.record(scene, scene.start_utc_ns + 3 * S // 2, 7)
        if kind == "dead":
            assert record is None
            continue
        assert record is not None
        score = record.arrays["score"]
        assert len(score) == (0 if kind == "obscured" else 1)
        assert np.isnan(score).any() == (kind == "nan")


def test_sensors_that_share_a_bank_take_the_same_person(walk) -> None:
    first, second = surrogate(), replace(surrogate(), sensor_id="t", seed=99)
    for seed in range(6):
        scene = walk(((4.6, 0.0), (-0.6, 0.0)), seed=seed)
        who = [{float(s[0, 0]) // 100 for _, s in looks(one, scene)} for one in (first, second)]
        assert who[0] == who[1]
