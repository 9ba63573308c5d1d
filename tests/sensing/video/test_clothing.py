"""Clothes as a few numbers: the same clothes near, others far, never the face, rotated by day."""

import cv2
import numpy as np
import pytest

from standex.sensing.video.boxes import Boxes, single_people
from standex.sensing.video.clothing import (
    DAY_NS,
    FARTHEST,
    TURN_OF_DAY_NS,
    Clothing,
    is_describable,
    lab,
    looks_of,
    rotation_of,
    scaled,
)

NOON_NS = 20_000 * DAY_NS + 12 * 3600 * 10**9
BOX = np.array([[40.0, 20.0, 100.0, 180.0]])


def figure(torso: tuple[int, int, int], legs: tuple[int, int, int], *, head: int) -> np.ndarray:
    image = np.full((200, 160, 3), 90, dtype=np.uint8)
    image[20:55, 40:100] = head
    image[55:100, 40:100] = torso
    image[100:180, 40:100] = legs
    return image


def described(image: np.ndarray, *, secret: int = 7, t_utc_ns: int = NOON_NS) -> np.ndarray:
    return Clothing(secret=secret).describe(
        image, single_people(BOX, np.ones(1)), t_utc_ns=t_utc_ns
    )[0]


def test_the_head_says_nothing() -> None:
    one = described(figure((40, 40, 200), (120, 60, 20), head=0))
    other = described(figure((40, 40, 200), (120, 60, 20), head=255))
    np.testing.assert_array_equal(one, other)


def test_other_clothes_are_farther_than_other_light() -> None:
    red = figure((40, 40, 200), (120, 60, 20), head=0)
    darker = (red * 0.9).astype(np.uint8)
    green = figure((60, 160, 60), (200, 200, 200), head=0)
    near = np.linalg.norm(described(red) - described(darker))
    far = np.linalg.norm(described(red) - described(green))
    assert far > 3 * near


def test_a_rotation_keeps_distances_within_a_day_and_loses_them_between() -> None:
    one = figure((40, 40, 200), (120, 60, 20), head=0)
    other = figure((60, 160, 60), (200, 200, 200), head=0)
    same_day = np.linalg.norm(described(one) - described(other))
    elsewhere = np.linalg.norm(described(one, secret=8) - described(other, secret=8))
    np.testing.assert_allclose(same_day, elsewhere, rtol=1e-12)
    tomorrow = described(one, t_utc_ns=NOON_NS + DAY_NS)
    assert np.linalg.norm(tomorrow - described(one)) > 0.1
    np.testing.assert_array_equal(described(one, t_utc_ns=NOON_NS + 10**9), described(one))


def test_rotations_are_orthogonal_and_change_at_night() -> None:
    a = rotation_of(3, t_utc_ns=20_000 * DAY_NS + TURN_OF_DAY_NS - 1)
    b = rotation_of(3, t_utc_ns=20_000 * DAY_NS + TURN_OF_DAY_NS)
    np.testing.assert_allclose(a @ a.T, np.eye(6), atol=1e-12)
    assert np.abs(a - b).max() > 0.01


@pytest.mark.slow
def test_rotations_have_no_preferred_direction() -> None:
    # The first component of a fixed vector, turned at random: mean 0, mean square 1/6.
    first = np.array([rotation_of(secret, t_utc_ns=0)[0, 0] for secret in range(4000)])
    assert abs(first.mean()) < 5 / np.sqrt(6 * 4000)
    assert abs((first**2).mean() - 1 / 6) < 5 * np.sqrt(2 / 36 / 4000)


def test_no_descriptor_where_it_could_be_anothers_or_part_of_one() -> None:
    boxes = Boxes(
        corner_px=np.array(
            [
                [10.0, 10, 40, 110],  # alone
                [50.0, 10, 80, 110],  # hidden by the next
                [60.0, 10, 90, 110],
                [100.0, 10, 130, 200],  # cut by the edge
                [140.0, 10, 150, 40],  # small
                [160.0, 10, 190, 110],  # a crowd
            ]
        ),
        score=np.ones(6),
        n_people=np.array([1.0, 1, 1, 1, 1, 3]),
        is_uncertain=np.array([False, False, False, False, False, True]),
    )
    expected = [True, False, False, False, False, False]
    assert is_describable(boxes, width=200, height=200).tolist() == expected
    out = Clothing(secret=1).describe(
        np.zeros((200, 200, 3), dtype=np.uint8), boxes, t_utc_ns=NOON_NS
    )
    assert np.isfinite(out).all(axis=1).tolist() == expected


def test_nobody_gives_no_rows() -> None:
    empty = single_people(np.zeros((0, 4)), np.zeros(0))
    image = np.zeros((10, 10, 3), dtype=np.uint8)
    assert Clothing(secret=1).describe(image, empty, t_utc_ns=0).shape == (0, 6)


def test_no_descriptor_is_longer_than_the_bound(rng: np.random.Generator) -> None:
    looks = rng.uniform(-100, 100, (500, 9))
    assert np.linalg.norm(scaled(looks), axis=1).max() < FARTHEST


def test_texture_tells_stripes_from_plain_cloth() -> None:
    plain = figure((120, 120, 120), (120, 120, 120), head=0)
    striped = plain.copy()
    striped[55:180, 40:100:2] = 60
    assert looks_of(striped, BOX[0])[7] > looks_of(plain, BOX[0])[7] + 5


def test_lab_agrees_with_opencv(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)
    theirs = cv2.cvtColor((image / np.float32(255)).astype(np.float32), cv2.COLOR_BGR2LAB)
    np.testing.assert_allclose(lab(image), theirs, atol=0.5)
