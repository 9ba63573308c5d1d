"""The imaging method of the pillars: a person as a volume of stripes, searched for what is odd."""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float

from standex.sensing.microwave.evidence import SCORES, Look
from standex.sensing.microwave.method import facing
from standex.sensing.microwave.reconstruction import Box, column_pairs, reconstruct
from standex.sensing.microwave.sight import normal_rad
from standex.sensing.microwave.surface import find_stripe
from standex.sensing.microwave.sweep import KIND, Sweep


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StripeImages:
    """Satisfies ``Method``.

    Attributes:
        depth_m: box, along the way in.
        across_m: box, to the side.
        height_m: box, up.
    """

    depth_m: Float[np.ndarray, " nd"]
    across_m: Float[np.ndarray, " nu"]
    height_m: Float[np.ndarray, " nz"]

    @classmethod
    def of(cls, *, voxel_m: float) -> "StripeImages":
        """Return the method for voxels of this size in depth and height."""
        return cls(
            depth_m=np.arange(-0.26, 0.10 + voxel_m / 2, voxel_m),
            across_m=np.arange(-3, 4) * 3 * voxel_m,
            height_m=np.arange(0.80, 1.50 + voxel_m / 2, voxel_m),
        )

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        return KIND

    @property
    def score_names(self) -> tuple[str, ...]:
        """Return the scores of a zone, in their order."""
        return SCORES

    def prepare(self, sweep: Sweep) -> None:
        """Do nothing: every look stands by itself."""
        del sweep

    def look(
        self,
        sweep: Sweep,
        place_m: Float[np.ndarray, " 2"],
        *,
        velocity_m_per_s: Float[np.ndarray, " 2"],
        spread_m: float,
    ) -> Look:
        """Focus on one person; the box faces the way they walk, or the sensor if they stand."""
        away, is_front = facing(place_m, velocity_m_per_s)
        box = Box(
            origin_m=place_m,
            away=away,
            depth_m=self.depth_m,
            across_m=self.across_m,
            height_m=self.height_m,
        )
        image = reconstruct(sweep, box, velocity_m_per_s=velocity_m_per_s)
        normal = np.array(
            [
                normal_rad(sweep.tx_position_m[t], sweep.rx_position_m[r], place_m, away)
                for t, r in column_pairs(sweep)
            ]
        )
        return Look(
            box=box,
            stripes=[find_stripe(one, box) for one in image],
            is_front=is_front,
            normal_rad=normal,
            spread_m=spread_m,
        )
