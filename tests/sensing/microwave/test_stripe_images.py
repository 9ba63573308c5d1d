import numpy as np

from standex.sensing.microwave.evidence import SCORES
from standex.sensing.microwave.reconstruction import column_pairs
from standex.sensing.microwave.stripe_images import StripeImages
from standex.sensing.microwave.sweep import KIND


def test_a_point_is_found_in_the_box_round_the_person(point_sweep) -> None:
    method = StripeImages.of(voxel_m=0.02)
    assert (method.sensor_kind, method.score_names) == (KIND, SCORES)
    sweep = point_sweep((1.9, 0.0, 1.2))
    method.prepare(sweep)
    look = method.look(
        sweep, np.array([2.0, 0.0]), velocity_m_per_s=np.array([-1.3, 0.0]), spread_m=0.1
    )
    assert look.is_front
    np.testing.assert_allclose(look.box.away, [1.0, 0.0])
    assert len(look.stripes) == len(look.normal_rad) == len(column_pairs(sweep))
    row = int(np.argmin(np.abs(look.box.height_m - 1.2)))
    depth = np.median([stripe.echo_m[row] for stripe in look.stripes])
    assert abs(depth + 0.1) < 0.02
    np.testing.assert_array_equal(look.origin_m, [2.0, 0.0])
