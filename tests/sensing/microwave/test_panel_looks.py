"""Which frames belong together, and how well a trunk was seen."""

from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.panel_looks import (
    SAME_PERSON_M,
    SIGMA_USELESS_M,
    SIGMA_WANTED_M,
    OpenLook,
    placed,
)
from standex.sensing.microwave.panel_profile import ACROSS_M, HEIGHT_M, OFF_M, Profile
from standex.sensing.microwave.panel_surface import Surface

S = 10**9
ON_THE_SURFACE = np.exp(-((OFF_M / 0.012) ** 2))[:, None, None]
WAY = np.array([-1.2, 0.0])


def frame(sigma_m: float = SIGMA_WANTED_M, n_frames: int = 1, lit=1.0) -> Profile:
    power = ON_THE_SURFACE * np.ones((1, len(ACROSS_M), len(HEIGHT_M))) * lit
    return Profile(power=n_frames * power, n_frames=n_frames, sigma_m=sigma_m)


def surface(is_lit: bool = True) -> Surface:
    shape = (3, 4)
    return Surface(
        depth_m=np.ones(shape),
        sigma_m=np.full(shape, 0.002),
        is_lit=np.full(shape, is_lit),
        scatter_m=0.001,
    )


def look(**other) -> OpenLook:
    usual = {
        "profile": frame(n_frames=2),
        "place_m": np.array([1.2, 0.0]),
        "velocity_m_per_s": WAY,
        "t_first_utc_ns": S,
        "t_last_utc_ns": S,
    }
    return OpenLook(**{**usual, **other})


def test_a_person_is_expected_where_the_way_leads():
    np.testing.assert_allclose(look().at(S + S // 2), [0.6, 0.0])
    np.testing.assert_allclose(look().at(S), [1.2, 0.0])


def test_frames_along_the_way_are_one_look():
    looks: tuple[OpenLook, ...] = ()
    for step in range(4):
        place = np.array([1.4 - 0.1 * step, 0.02 * (-1) ** step])
        looks = placed(looks, frame(), surface(), place, WAY, S + step * S // 12)
    (one,) = looks
    assert one.profile.n_frames == 4
    assert (one.t_first_utc_ns, one.t_last_utc_ns) == (S, S + 3 * S // 12)
    np.testing.assert_allclose(one.place_m, [1.1, -0.02])


def test_somebody_elsewhere_is_somebody_else():
    away = np.array([1.2, SAME_PERSON_M + 0.05])
    first, second = placed((look(),), frame(), surface(), away, WAY, S)
    assert first.profile.n_frames == 2
    assert second.profile.n_frames == 1
    # The next frame of each goes to its own look.
    both = placed((first, second), frame(), surface(), away + 0.1 * WAY, WAY, S + S // 10)
    assert [one.profile.n_frames for one in both] == [2, 2]


def test_no_echo_belongs_to_nobody():
    before = (look(),)
    assert placed(before, frame(), surface(is_lit=False), np.array([1.2, 0.0]), WAY, S) is before


def test_what_is_given_is_not_written_to():
    before = look()
    power = before.profile.power.copy()
    placed((before,), frame(), surface(), np.array([1.2, 0.0]), WAY, S + 1)
    np.testing.assert_array_equal(before.profile.power, power)


def test_quality_is_one_for_a_trunk_well_seen_and_falls():
    # Patches on the trunk count; some rows above its end never do.
    best = look().quality
    assert 0.8 < best <= 1
    assert look(profile=frame(n_frames=1)).quality == pytest.approx(best / 2)
    assert look(profile=frame(n_frames=9)).quality == pytest.approx(best)
    half = (SIGMA_WANTED_M + SIGMA_USELESS_M) / 2
    assert look(profile=frame(half, 2)).quality == pytest.approx(best / 2)


@pytest.mark.parametrize("sigma_m", [SIGMA_USELESS_M, 0.1, np.inf])
def test_an_unknown_surface_is_no_look(sigma_m):
    assert look(profile=frame(sigma_m, 2)).quality == 0


def test_a_shadow_over_half_the_trunk_costs():
    half = np.where(ACROSS_M < 0, 1e-4, 1.0)[None, :, None]
    shaded = replace(look(), profile=frame(n_frames=2, lit=half))
    assert 0 < shaded.quality < 0.9 * look().quality
