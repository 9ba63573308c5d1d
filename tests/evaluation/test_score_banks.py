import numpy as np
import pytest

from standex.evaluation.look_runs import KeptLook, LookRun
from standex.evaluation.panel_passages import PassageScores
from standex.evaluation.score_banks import BankedSensor, bank_of_passages, bank_of_runs
from standex.model.frames import RigidTransform
from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.twin.reach import Reach
from standex.twin.scene import Scene

SENSOR = BankedSensor(
    kind="k",
    site_from_sensor=RigidTransform.from_pose(position_m=(0.0, 0.0, 0.0), yaw_rad=0.0),
    rate_hz=5.0,
    reach=Reach(near_m=1.0, far_m=3.0, half_width_m=1.0),
)


@pytest.fixture
def scene() -> Scene:
    """Two people who stand; the second is out of reach."""
    frame = np.arange(101)
    return Scene(
        trajectories=Trajectories(
            name="standing",
            person=np.repeat([1, 2], 101),
            frame=np.tile(frame, 2),
            position_m=np.repeat([[2.0, 0.0], [5.0, 0.0]], 101, axis=0),
            height_m=np.full(202, np.nan),
            frame_rate_hz=25.0,
        ),
        truth=Truth(
            seed=1,
            items=(
                CarriedItem(
                    person=2,
                    item_class="threat_metal",
                    zone=BodyZone.WAIST,
                    width_m=0.1,
                    height_m=0.1,
                    thickness_m=0.01,
                    permittivity=0.0,
                    loss_tangent=0.0,
                ),
            ),
        ),
        start_utc_ns=0,
    )


def a_run(*looks: tuple[float, int]) -> LookRun:
    return LookRun(
        seed=1,
        outcomes=(),
        score_names={"s": ("a", "b")},
        looks=tuple(
            KeptLook(
                sensor_id="s",
                t_s=t_s,
                person=person,
                scores={"waist": (1.0, t_s)},
                share={"waist": 0.5},
            )
            for t_s, person in looks
        ),
    )


def test_every_chance_is_kept_taken_or_not(scene: Scene) -> None:
    found = bank_of_runs(
        [(a_run((3.0, 1), (3.4, 1)), scene)], {"s": SENSOR}, bank_id="b", provenance="here"
    )
    bank = found.sensors["k"]
    assert bank.score_names == ("a", "b")
    assert bank.zones == (BodyZone.WAIST,)
    # From 2.0 to 4.0 s at 5 Hz; the first is learning before.
    assert len(bank.person) == 11
    np.testing.assert_allclose(bank.x_m, 2.0, atol=1e-9)
    np.testing.assert_array_equal(np.flatnonzero(bank.share[:, 0]), [5, 7])
    np.testing.assert_allclose(bank.score[[5, 7], 0], [[1.0, 3.0], [1.0, 3.4]])
    assert np.isnan(bank.score[0]).all()
    assert found.item_class == ("nothing", "threat_metal")
    np.testing.assert_array_equal(found.item_zone, [-1, ZONE_INDEX[BodyZone.WAIST]])


def test_a_look_outside_the_rules_is_a_chance_too(scene: Scene) -> None:
    found = bank_of_runs([(a_run((3.0, 2)), scene)], {"s": SENSOR}, bank_id="b", provenance="here")
    assert found.sensors["k"].person.tolist() == [0] * 11 + [1]


def test_nobody_looked_at_makes_no_bank(scene: Scene) -> None:
    with pytest.raises(ValueError, match="nobody was looked at"):
        bank_of_runs([(a_run(), scene)], {"s": SENSOR}, bank_id="b", provenance="here")


def test_passages_make_a_bank_of_one_chance_each() -> None:
    def one(seed: int, zone: str | None) -> PassageScores:
        return PassageScores(
            seed=seed,
            thing=None,
            item_class="nothing" if zone is None else "threat_metal",
            zone=zone,
            scores={"waist": (1.0,), "torso_front": (2.0,)},
            score_names=("a",),
            coverage={},
        )

    found = bank_of_passages(
        [one(1, None), one(2, "waist")], kind="k", x_m=0.9, bank_id="b", provenance="here"
    )
    bank = found.sensors["k"]
    assert bank.zones == (BodyZone.TORSO_FRONT, BodyZone.WAIST)
    np.testing.assert_array_equal(bank.score[:, :, 0], [[2.0, 1.0], [2.0, 1.0]])
    np.testing.assert_array_equal(found.like("threat_metal", BodyZone.WAIST), [1])
    assert bank.share.all()
