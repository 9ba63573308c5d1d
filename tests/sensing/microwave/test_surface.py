import numpy as np
import pytest

from standex.sensing.microwave.surface import TRUNK_Z_M, find_stripe

LINES = {
    "upright": lambda z: np.full_like(z, -0.10),
    "leaning": lambda z: -0.10 + 0.06 * (z - 1.15),
    "bent": lambda z: -0.12 + 0.15 * (z - 1.15) ** 2,
}


def on_trunk(box):
    return (box.height_m > TRUNK_Z_M[0]) & (box.height_m < TRUNK_Z_M[1])


@pytest.mark.parametrize("name", list(LINES))
def test_a_line_of_echoes_is_found(box, body_image, name):
    line = LINES[name](box.height_m)
    stripe = find_stripe(body_image(line, column=2), box)
    rows = on_trunk(box)
    assert stripe.across_m == box.across_m[2]
    np.testing.assert_allclose(stripe.echo_m[rows], line[rows], atol=0.002)
    np.testing.assert_allclose(stripe.body_m[rows], line[rows], atol=0.003)
    assert stripe.level == pytest.approx(1.0, abs=0.15)
    assert stripe.clarity_db > 30


def test_the_line_lies_between_voxels_where_the_echo_does(box, body_image):
    for shift_m in (-0.009, -0.004, 0.003, 0.008):
        stripe = find_stripe(body_image(-0.08 + shift_m), box)
        np.testing.assert_allclose(stripe.body_m, -0.08 + shift_m, atol=0.002)


def test_an_object_on_part_of_the_line_does_not_pull_it(box, body_image):
    line = LINES["leaning"](box.height_m)
    image = body_image(line, echoes=[(-0.05, 1.15, 1.32, 2.0)])
    stripe = find_stripe(image, box)
    rows = on_trunk(box)
    covered = rows & (box.height_m > 1.16) & (box.height_m < 1.31)
    np.testing.assert_allclose(stripe.echo_m[covered], line[covered] - 0.05, atol=0.006)
    np.testing.assert_allclose(stripe.body_m[rows], line[rows], atol=0.006)


def test_faint_rows_are_bridged(box, body_image):
    line = LINES["bent"](box.height_m)
    image = body_image(line)
    image[:, :, 12:18] *= 0.01
    stripe = find_stripe(image, box)
    rows = on_trunk(box)
    np.testing.assert_allclose(stripe.body_m[rows], line[rows], atol=0.004)


def test_noise_has_no_clarity(box, body_image):
    stripe = find_stripe(body_image(-0.1, noise=1.0) * 0.1, box)
    clear = find_stripe(body_image(-0.1), box)
    assert clear.clarity_db > stripe.clarity_db + 20
    rng = np.random.default_rng(3)
    only = rng.normal(size=box.shape) + 1j * rng.normal(size=box.shape)
    assert find_stripe(only.astype(np.complex64), box).clarity_db < 10


def test_nothing_at_all_is_a_line_without_clarity(box):
    stripe = find_stripe(np.zeros(box.shape, dtype=np.complex64), box)
    assert np.isfinite(stripe.body_m).all()
    assert stripe.clarity_db < 0


def test_scale_does_not_matter(box, body_image):
    image = body_image(LINES["bent"](box.height_m))
    one, other = find_stripe(image, box), find_stripe(image * np.complex64(1e-3), box)
    np.testing.assert_allclose(one.body_m, other.body_m, atol=1e-5)
    assert one.clarity_db == pytest.approx(other.clarity_db, abs=1e-2)
