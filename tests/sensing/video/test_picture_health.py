import cv2
import numpy as np
import pytest

from standex.model.observation import HealthReason, HealthState
from standex.sensing.video.picture_health import first_state, judge

S = 10**9


def watched(images, *, reference=None, step_ns=S // 2):
    state, said = first_state(0, reference), []
    for k, image in enumerate(images):
        state, health = judge(state, image, t_utc_ns=k * step_ns)
        said.append(health)
    return said


def test_a_street_with_people_is_good(street, noisy, person) -> None:
    images = [noisy(person(street.copy(), 20.0 + 30 * k, 200), k) for k in range(9)]
    assert all(one.state is HealthState.OK and one.p_usable == 1 for one in watched(images))


def test_a_frozen_picture_is_noticed_after_three_seconds_and_forgiven(street, noisy) -> None:
    said = watched([noisy(street, 0)] * 10 + [noisy(street, 1)])
    assert [one.state for one in said[:6]] == [HealthState.OK] * 6
    assert said[9].reason is HealthReason.DATA_QUALITY
    assert "frozen for 4 s" in said[9].message or "frozen for 5 s" in said[9].message
    assert said[9].p_usable == 0
    assert said[10].state is HealthState.OK


@pytest.mark.parametrize(
    ("level", "reason", "word"),
    [(2, HealthReason.DATA_QUALITY, "black"), (120, HealthReason.OBSCURED, "covered")],
)
def test_a_cap_and_a_cloth(street, level, reason, word) -> None:
    said = watched([street, np.full_like(street, level)])
    assert said[1].reason is reason
    assert word in said[1].message
    assert said[1].p_usable == 0


def test_darkness_lowers_coverage_by_and_by(street) -> None:
    usable = [watched([(street * s).astype(np.uint8)])[0].p_usable for s in (1.0, 0.18, 0.12)]
    assert usable[0] == 1
    assert 1 > usable[1] > usable[2] > 0


def test_a_turned_camera_is_told_by_how_much(street, noisy) -> None:
    turned = np.roll(street, 48, axis=1)  # 15 % of the width
    said = watched([noisy(turned, k) for k in range(8)], reference=street)
    assert said[0].state is HealthState.OK  # somebody may stand in front
    assert said[-1].reason is HealthReason.MISALIGNED
    assert "15% of its width" in said[-1].message
    assert said[-1].p_usable == 0


def test_a_camera_that_looks_elsewhere(street, noisy, rng) -> None:
    other = np.kron(rng.integers(0, 255, (24, 32, 3)), np.ones((10, 10, 1))).astype(np.uint8)
    said = watched([noisy(other, k) for k in range(8)], reference=street)
    assert said[-1].reason is HealthReason.MISALIGNED


def test_a_blurred_picture(street, noisy) -> None:
    soft = cv2.GaussianBlur(street, (0, 0), 12)
    said = watched([noisy(street, 0)] + [soft + np.uint8(k % 2) for k in range(8)])
    assert said[-1].reason is HealthReason.OBSCURED
    assert "blurred" in said[-1].message


def test_light_that_changes_is_no_turn(street, noisy) -> None:
    said = watched(
        [
            noisy((street * s).astype(np.uint8), k)
            for k, s in enumerate((1, 0.8, 0.6, 0.5, 0.5, 0.5, 0.5))
        ]
    )
    assert all(one.state is HealthState.OK for one in said)


@pytest.mark.parametrize("shape", [(32, 32, 3), (32, 4000, 3), (4000, 32, 3)])
def test_no_picture_raises(rng, shape) -> None:
    images = [rng.integers(0, 255, shape, dtype=np.uint8) for _ in range(3)]
    assert len(watched([*images, np.zeros(shape, dtype=np.uint8), *images])) == 7


def test_another_size_is_looked_at_anew(street) -> None:
    said = watched([street, np.ascontiguousarray(street[:120]), street])
    assert all(one.state is HealthState.OK for one in said)
