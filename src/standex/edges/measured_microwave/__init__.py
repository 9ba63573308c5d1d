"""Readers for published microwave measurements, and the image that each was published for.

They hold the reconstruction of ``sensing.microwave.imaging`` against the real world: ``brigid`` is
a near field in a dielectric, with coupling and noise, ``gotcha`` is a far field in which a
millimetre in ten kilometres shows. Nothing here is simulated.
"""

from standex.edges.measured_microwave.brigid import (
    BrigidScan,
    delay_and_sum,
    read_brigid,
    without_coupling,
)
from standex.edges.measured_microwave.gotcha import (
    GotchaPass,
    backproject,
    contrast,
    entropy_nat,
    read_gotcha,
)

__all__ = [
    "BrigidScan",
    "GotchaPass",
    "backproject",
    "contrast",
    "delay_and_sum",
    "entropy_nat",
    "read_brigid",
    "read_gotcha",
    "without_coupling",
]
