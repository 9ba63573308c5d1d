from dataclasses import replace

import numpy as np
import pytest

from standex.model.zones import BodyZone
from standex.sensing.microwave.anomaly import (
    BINS_M,
    FEATURES,
    ON_LINE,
    ZONE_Z_M,
    features,
    patch_profiles,
    zone_of,
)
from standex.sensing.microwave.surface import find_stripe

LINE_M = -0.10
CHEST, BELLY = (1.17, 1.34), (0.87, 1.04)  # more than a window from the other zone


def seen(box, *images):
    return features([find_stripe(image, box) for image in images], box)


def test_there_is_one_name_for_each_bin():
    assert len(FEATURES) == len(BINS_M) - 1
    assert BINS_M[ON_LINE] < 0 < BINS_M[ON_LINE + 1]


@pytest.mark.parametrize("row", [row for row in range(len(FEATURES)) if row != ON_LINE])
@pytest.mark.parametrize(("zone", "heights"), [("torso", CHEST), ("waist", BELLY)])
def test_an_added_echo_raises_its_bin(box, body_image, row, zone, heights):
    middle_m = (BINS_M[row] + BINS_M[row + 1]) / 2
    bare = seen(box, body_image(LINE_M))
    other = {"torso": "waist", "waist": "torso"}[zone]
    marked = seen(box, body_image(LINE_M, echoes=[(middle_m, *heights, 0.7)]))
    change = marked[zone] - bare[zone]
    off_line = np.delete(np.arange(len(FEATURES)), ON_LINE)
    assert off_line[change[off_line].argmax()] in (row - 1, row, row + 1)
    assert change[row] > 5
    # The body line moves a little with it, so the other zone is not quite the same.
    assert abs(marked[other][row] - bare[other][row]) < 4


def test_the_body_alone_is_on_the_line(box, body_image):
    for values in seen(box, body_image(LINE_M)).values():
        assert values.argmax() == ON_LINE
        assert values[ON_LINE] == pytest.approx(-2.0, abs=2)  # mean over the bin, not its peak
        # What is off the line is the skirt of the point spread, and noise.
        assert values[0] < -25
        assert values[-1] < -25


def test_metal_hides_the_body_behind_it(box, body_image):
    image = body_image(LINE_M, echoes=[(-0.05, *CHEST, 2.0), (0.0, *CHEST, -1.0)])
    torso = seen(box, image)["torso"]
    assert torso[:ON_LINE].max() > 0
    assert torso[:ON_LINE].max() > torso[ON_LINE:].max() + 10


def test_the_oddest_stripe_counts(box, body_image):
    plain = body_image(LINE_M, seed=2)
    odd = body_image(LINE_M, seed=3, echoes=[(-0.05, *CHEST, 0.7)])
    both, alone = seen(box, plain, odd), seen(box, odd)
    np.testing.assert_array_equal(both["torso"], alone["torso"])


def test_faint_stripes_are_not_compared(box, body_image):
    clear = body_image(LINE_M, seed=2)
    faint = body_image(LINE_M, seed=3, noise=0.05, echoes=[(-0.05, *CHEST, 0.7)])
    np.testing.assert_array_equal(seen(box, clear, faint)["torso"], seen(box, clear)["torso"])


def test_a_zone_in_the_shadow_says_nothing(box, body_image):
    lit = find_stripe(body_image(LINE_M), box)
    below = box.height_m < 1.16  # the waist, and the patches that reach into it
    dark = replace(lit, power=np.where(below, 1e-3 * lit.power, lit.power))
    assert set(features([lit], box)) == {"torso", "waist"}
    assert set(features([dark], box)) == {"torso"}


def test_the_scale_of_the_samples_does_not_matter(box, body_image):
    image = body_image(LINE_M, echoes=[(-0.05, *CHEST, 0.7)])
    one, other = seen(box, image), seen(box, image * np.complex64(0.01))
    for zone in ZONE_Z_M:
        np.testing.assert_allclose(one[zone], other[zone], atol=1e-3)


def test_profiles_are_bounded_below_where_the_box_ends(box, body_image):
    near = find_stripe(body_image(box.depth_m[1]), box)
    profile = patch_profiles(near, box)
    assert profile.shape == (len(FEATURES), len(box.height_m))
    assert np.isfinite(profile).all()
    assert profile.min() >= 0


def test_zones_follow_the_side_that_faces_the_sensor():
    assert zone_of("torso", is_front=True) is BodyZone.TORSO_FRONT
    assert zone_of("torso", is_front=False) is BodyZone.TORSO_BACK
    assert zone_of("waist", is_front=True) is BodyZone.WAIST
    assert zone_of("waist", is_front=False) is BodyZone.WAIST
