import numpy as np

from standex.sensing.vapour.drift_time import ReactantIon
from standex.sensing.vapour.mobility_air import SeenBlock

ION = ReactantIon(drift_time_ms=5.0, drift_time_std_ms=0.01, height=1.0, width_ms=0.1)


def block(*z: float) -> SeenBlock:
    return SeenBlock(
        t_utc_ns=0, drift_time_ms=np.arange(3.0), mean=np.ones(3), ion=ION, z=np.array(z)
    )


def test_the_block_that_shows_more_of_anything_is_kept() -> None:
    little, much = block(1.0, 2.0), block(3.0, -9.0)
    assert little.stronger(much) is much
    assert much.stronger(little) is much
    assert little.stronger(None) is little
    assert little.stronger(block(2.0, 0.0)) is little  # of two alike the first
