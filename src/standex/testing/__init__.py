"""One public conformance check per port: what holds for a built-in must hold for a plug-in.

Each check asserts laws, not recorded numbers, and raises AssertionError with the law that is
broken. They need no test framework; call them from whatever tests a plug-in has.
"""

from standex.testing.decider import check_decider
from standex.testing.fuser import check_fuser
from standex.testing.hand_over import check_hand_over
from standex.testing.imager import check_imager
from standex.testing.instrument import check_instrument
from standex.testing.observations import check_observations
from standex.testing.scheduler import check_scheduler
from standex.testing.streams import check_sink, check_source
from standex.testing.technology import check_technology
from standex.testing.tracker import check_tracker

__all__ = [
    "check_decider",
    "check_fuser",
    "check_hand_over",
    "check_imager",
    "check_instrument",
    "check_observations",
    "check_scheduler",
    "check_sink",
    "check_source",
    "check_technology",
    "check_tracker",
]
