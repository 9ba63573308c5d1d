"""What a device delivered, before anybody has interpreted it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Record:
    """One delivery of one device: the same from a device, the twin or a recording.

    Attributes:
        sensor_id: which sensor of the site.
        t_utc_ns: mid-time of the dwell, at the device.
        kind: the layout of ``arrays``, such as ``microwave.s_parameters``; the technology that
            reads it documents names, shapes and units.
        sequence: counts up by one per record of a sensor; a gap is a lost record.
        arrays: raw samples and what belongs to them.
    """

    sensor_id: str
    t_utc_ns: int
    kind: str
    sequence: int
    arrays: Mapping[str, Shaped[np.ndarray, "..."]]
