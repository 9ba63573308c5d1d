import numpy as np
import pytest

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.twin.laser_beam import (
    HALF_DEPTH_M,
    HALF_WIDTH_M,
    Hit,
    aim_point,
    cloth_of,
    hit,
    is_line_clear,
    residues_at,
)
from standex.twin.scene import PeopleNow

EYE_M = np.array([0.0, 0.0, 1.5])
TOWARDS, AWAY, ACROSS = np.pi, 0.0, np.pi / 2


def people(*places, heading_rad: float = TOWARDS, height_m: float = 1.75) -> PeopleNow:
    n = len(places)
    return PeopleNow(
        t_utc_ns=0,
        person=np.arange(n) + 1,
        position_site_m=np.array(places, dtype=float).reshape(n, 2),
        velocity_site_m_per_s=np.zeros((n, 2)),
        heading_rad=np.full(n, heading_rad),
        walked_m=np.zeros(n),
        height_m=np.full(n, height_m),
    )


def shoot(now: PeopleNow, *aim_m: float) -> Hit | None:
    return hit(now, eye_m=EYE_M, aim_m=np.array(aim_m))


@pytest.mark.parametrize("zone", [z for z in BodyZone if z is not BodyZone.BAG])
@pytest.mark.parametrize("height_m", [1.5, 1.95])
def test_who_is_aimed_at_is_hit_where_it_was_aimed(zone, height_m) -> None:
    heading_rad = AWAY if zone is BodyZone.TORSO_BACK else TOWARDS
    now = people((6.0, 0.3), heading_rad=heading_rad, height_m=height_m)
    found = hit(now, eye_m=EYE_M, aim_m=aim_point(now, 0, zone, EYE_M))
    assert found is not None
    assert (found.person, found.zone) == (1, zone)


def test_the_range_is_to_the_surface() -> None:
    low_m, aim_m = np.array([0.0, 0.0, 1.3]), np.array([6.0, 0.0, 1.3])
    level = hit(people((6.0, 0.0)), eye_m=low_m, aim_m=aim_m)
    assert level is not None
    assert level.range_m == pytest.approx(6.0 - HALF_DEPTH_M)
    aside = hit(people((6.0, 0.0), heading_rad=ACROSS), eye_m=low_m, aim_m=aim_m)
    assert aside is not None
    assert aside.range_m == pytest.approx(6.0 - HALF_WIDTH_M)
    assert aside.zone is BodyZone.ARMS


def test_the_nearest_of_those_on_the_line_is_hit() -> None:
    now = people((6.0, 0.0), (4.0, 0.1))
    found = shoot(now, 6.0, 0.0, 1.3)
    assert found is not None
    assert found.person == 2


@pytest.mark.parametrize(
    "aim_m",
    [
        (6.0, 0.3, 1.3),  # beside
        (6.0, 0.0, 1.9),  # over the head
        (-6.0, 0.0, 1.3),  # behind the laser
        (2.0, 0.0, 0.0),  # into the floor before them
        (0.0, 0.0, 0.0),  # straight down
    ],
)
def test_nobody_is_hit_off_the_body(aim_m) -> None:
    assert shoot(people((6.0, 0.0)), *aim_m) is None


def test_the_head_is_no_zone() -> None:
    found = shoot(people((6.0, 0.0)), 6.0, 0.0, 1.65)
    assert found == Hit(person=1, zone=None, range_m=found.range_m if found else 0.0)


def test_a_line_is_clear_of_all_but_the_target() -> None:
    aim_m = np.array([6.0, 0.0, 1.2])

    def clear(*places, target: int | None = 1, height_m: float = 1.75) -> bool:
        now = people(*places, height_m=height_m)
        return is_line_clear(now, eye_m=EYE_M, aim_m=aim_m, target=target)

    assert clear((6.0, 0.0))
    assert clear((6.0, 0.0), (7.0, 0.0))  # behind
    assert clear((6.0, 0.0), (3.0, 0.5))  # beside
    assert not clear((6.0, 0.0), (3.0, 0.0))
    assert not clear((6.0, 0.0), (3.0, 0.3))  # not in the beam, but too near to it
    assert not clear((3.0, 0.0), target=None)
    assert clear((6.0, 0.0), (3.0, 0.0), height_m=1.0)  # children, below the beam


def test_clothes_depend_on_seed_person_and_zone_alone(walk) -> None:
    scene, same, other = (walk(((6.0, 0.0), (1.0, 0.0)), seed=seed) for seed in (5, 5, 6))
    asked = [(person, zone) for person in range(40) for zone in (BodyZone.LEGS, BodyZone.WAIST)]
    worn = [cloth_of(scene, *who) for who in asked]
    assert worn == [cloth_of(same, *who) for who in asked]
    assert worn != [cloth_of(other, *who) for who in asked]
    assert len({one.fabric for one in worn}) == 5
    assert cloth_of(scene, 1, None).fabric == "leather-like"


def test_residues_are_read_where_they_are(walk) -> None:
    def thing(person: int, zone: BodyZone) -> CarriedItem:
        return CarriedItem(
            person=person,
            item_class="threat_dielectric",
            zone=zone,
            width_m=0.1,
            height_m=0.1,
            thickness_m=0.03,
            permittivity=2.9,
            loss_tangent=0.01,
            residue="simulant-a",
            residue_ug_per_cm2=300.0,
            residue_spread_ug_per_cm2=((BodyZone.ARMS, 40.0),),
        )

    items = (thing(1, BodyZone.WAIST), thing(2, BodyZone.BAG))
    scene = walk(((6.0, 0.0), (1.0, 0.0)), ((6.0, 1.0), (1.0, 1.0)), items=items)

    def at(person: int | None, zone: BodyZone | None) -> dict[str, float]:
        return dict(residues_at(scene, Hit(person=person, zone=zone, range_m=6.0)))

    assert at(1, BodyZone.WAIST) == {"simulant-a": 300.0}
    assert at(1, BodyZone.ARMS) == {"simulant-a": 40.0}
    assert at(1, BodyZone.LEGS) == at(1, None) == at(None, None) == {}
    assert at(2, BodyZone.TORSO_BACK) == {"simulant-a": 300.0}  # the bag hangs there
    assert at(2, BodyZone.TORSO_FRONT) == {}
