"""A person as a screen: opaque where the body is, a bag that delays and weakens, items in it."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.twin.dress import dress
from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.panel_shade import Box, item_transmission, person_screen
from standex.twin.panel_transmission import slab_transmission
from standex.twin.wardrobe import (
    BACKPACK_DEPTH_M,
    BACKPACK_HEIGHT_M,
    FILLING_LOSS,
    FILLING_PERMITTIVITY,
    FILLING_SPREAD,
    draw_filling,
    draw_outfit,
)

K = 2 * np.pi / LIGHT_M_PER_S * 13e9
SEED = 5


def with_bag(has_bag: bool) -> int:
    """Return the first person whose outfit has a backpack or has none."""
    for person in range(1, 200):
        if draw_outfit(np.random.default_rng([SEED, 5, person])).has_backpack == has_bag:
            return person
    raise AssertionError


def item(person: int, **other) -> CarriedItem:
    usual = {
        "person": person, "item_class": "threat_dielectric", "zone": BodyZone.BAG,
        "width_m": 0.14, "height_m": 0.16, "thickness_m": 0.03, "permittivity": 2.9,
        "loss_tangent": 0.01,
    }  # fmt: skip
    return CarriedItem(**{**usual, **other})


def screen_of(walk, person: int, items=(), at_s: float = 2.0):
    scene = walk(*(((2.6, 0.0), (-2.2, 0.0)),) * person)
    people = scene.at(round(at_s * 1e9))
    row = int(np.flatnonzero(people.person == person)[0])
    worn = dress(tuple(items), seed=SEED, person=person, pitch_m=0.012, lowest_m=0.6)
    return person_screen(worn, people, row, seed=SEED), people, row


def shares(screen, slope=(0.0, 0.0)) -> np.ndarray:
    seen = screen.seen(*slope)
    value = np.ones(len(screen.cell_m), dtype=complex)
    value[seen.rows] = seen.at(K)
    return value


def near(screen, along_m, up_m, size_m=0.012) -> np.ndarray:
    return np.hypot(screen.cell_m[:, 0] - along_m, screen.cell_m[:, 1] - up_m) < size_m


def test_the_body_is_opaque_and_the_air_beside_it_is_not(walk):
    screen, people, row = screen_of(walk, with_bag(False))
    assert screen.bag is None
    value = shares(screen)
    scale = people.height_m[row] / 1.75
    assert np.all(value[near(screen, 0.0, 1.2 * scale)] == 0)
    low = np.abs(screen.cell_m[:, 1] - 0.40) < 0.01
    assert np.any(value[low] == 0)  # legs go down to the floor
    assert np.all(value[near(screen, 0.22, 1.3 * scale)] == 1)
    assert np.all(value[near(screen, 0.0, 1.85 * scale)] == 1)
    assert np.all((np.abs(value) >= 0) & (np.abs(value) <= 1))


def test_the_plane_goes_the_way_of_the_person(walk):
    screen, people, row = screen_of(walk, with_bag(False))
    np.testing.assert_allclose(screen.plane.origin_m[:2], people.position_site_m[row])
    np.testing.assert_allclose(screen.plane.along[:2], [-1, 0], atol=0.02)
    local = screen.plane.local_m(screen.plane.origin_m[None] + [-0.3, 0.0, 1.0])
    np.testing.assert_allclose(local, [[0.3, 0.0, 1.0]], atol=0.01)


def test_a_bag_delays_and_weakens_by_its_length(walk):
    screen, _, _ = screen_of(walk, with_bag(True))
    bag = screen.bag
    assert bag is not None
    size = bag.box.high_m - bag.box.low_m
    assert BACKPACK_DEPTH_M[0] <= size[0] <= BACKPACK_DEPTH_M[1]
    assert size[2] == pytest.approx(BACKPACK_HEIGHT_M)
    middle = (bag.box.low_m + bag.box.high_m) / 2
    here = near(screen, bag.box.low_m[0] + 0.02, middle[2], 0.006)
    dense = bag.filling.share(screen.cell_m[here] - bag.box.low_m[[0, 2]])
    expected = np.exp(-1j * K * (bag.filling.index - 1) * dense * size[1])
    np.testing.assert_allclose(shares(screen)[here], expected, rtol=1e-6)
    behind = near(screen, bag.box.low_m[0] - 0.02, middle[2], 0.006)
    np.testing.assert_allclose(shares(screen)[behind], 1.0)


def test_the_filling_does_not_depend_on_the_items(walk):
    person = with_bag(True)
    empty, _, _ = screen_of(walk, person)
    full, _, _ = screen_of(walk, person, (item(person),))
    assert empty.bag is not None
    assert full.bag is not None
    assert empty.bag.filling.index == full.bag.filling.index
    np.testing.assert_array_equal(empty.bag.box.low_m, full.bag.box.low_m)
    ((_, box),) = full.bag.items
    np.testing.assert_allclose(box.high_m - box.low_m, [0.03, 0.14, 0.16], atol=1e-12)
    assert full.bag.box.low_m[0] < box.low_m[0] < box.high_m[0] < full.bag.box.high_m[0] + 1e-9
    changed = np.abs(shares(full) - shares(empty)) > 1e-9
    inside = (screen_along(full) > box.low_m[0] - 0.01) & (
        screen_along(full) < box.high_m[0] + 0.01
    )
    assert changed.any()
    assert not changed[~inside].any()


def screen_along(screen) -> np.ndarray:
    return screen.cell_m[:, 0]


def test_who_has_something_in_a_bag_wears_one(walk):
    person = with_bag(False)
    screen, _, _ = screen_of(walk, person, (item(person),))
    assert screen.bag is not None


@pytest.mark.parametrize("slope", [(0.0, 0.0), (0.2, -0.1), (-0.3, 0.4)])
def test_chords_add_up_to_the_volume(slope):
    box = Box(low_m=np.array([0.0, -0.1, 1.0]), high_m=np.array([0.1, 0.1, 1.3]))
    pitch = 0.004
    along, up = np.meshgrid(np.arange(-0.3, 0.4, pitch), np.arange(0.7, 1.6, pitch), indexing="ij")
    chord = box.chord_m(along.ravel(), up.ravel(), slope)
    per_slant = 1 / np.sqrt(1 + slope[0] ** 2 + slope[1] ** 2)
    assert chord.sum() * pitch**2 * per_slant == pytest.approx(0.1 * 0.2 * 0.3, rel=0.03)


def test_items_pass_as_their_matter_does():
    length, around = np.array([0.03, 0.1]), np.full(2, 1.1 - 0.001j)
    metal = item_transmission(item(1, permittivity=0.0), length, around, K)
    assert not metal.any()
    water = item_transmission(item(1, permittivity=56.0, loss_tangent=0.6), length, around, K)
    assert np.all(np.abs(water) < 0.02)
    slab = item_transmission(item(1), length, around, K)
    index = np.sqrt(2.9 * (1 - 0.01j)) / around
    np.testing.assert_allclose(slab, slab_transmission(index, length, K * around))
    assert np.all((np.abs(slab) > 0.5) & (np.abs(slab) < 1))
    alike = replace(item(1), permittivity=1.21, loss_tangent=0.0)
    same = item_transmission(alike, length, np.full(2, 1.1 + 0j), K)
    np.testing.assert_allclose(same, 1.0, atol=1e-12)


def test_fillings_are_light_and_uneven(rng):
    drawn = [draw_filling(rng) for _ in range(200)]
    permittivity = np.array([one.index**2 for one in drawn])
    assert np.all(permittivity.real >= FILLING_PERMITTIVITY[0] - 1e-9)
    assert np.all(permittivity.real <= FILLING_PERMITTIVITY[1] + 1e-9)
    loss = -permittivity.imag / permittivity.real
    assert np.all((loss >= FILLING_LOSS[0] - 1e-9) & (loss <= FILLING_LOSS[1] + 1e-9))
    share = drawn[0].share(rng.uniform(0, 0.4, (500, 2)))
    assert np.all(np.abs(share - 1) <= FILLING_SPREAD)
    assert np.std(share) > 0.1
