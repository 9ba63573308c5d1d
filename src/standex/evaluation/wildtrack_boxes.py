"""What a detector would make of annotated boxes: errors as measured, drawn.

Boxes that come with ground positions are largely projections of those positions, and of people who
are hidden as well: no detector gives such. Here each is missed, moved and mixed with false ones as
the public Faster R-CNN boxes of PETS S2.L1 view 1 are against that sequence's ground truth
(matched at an overlap of 0.3 or more; 795 frames, 4650 people), by how much of a person is behind
nearer people. Errors of neighbouring frames, half a second apart, are drawn independently.

References:
    Ren et al., NeurIPS 2015 (Faster R-CNN). Bewley et al., ICIP 2016 (the public boxes).
"""

from dataclasses import dataclass, field
from typing import final

import numpy as np
from jaxtyping import Float, Int

from standex.sensing.video.feet import hidden_share

# Up to which hidden share; recall there; error of the foot in heights of the box: across (std),
# down (mean, std). Down is positive: hidden feet are guessed at the feet of who hides them.
MEASURED = (
    (0.1, 0.91, 0.060, 0.00, 0.080),
    (0.3, 0.63, 0.080, 0.12, 0.170),
    (0.5, 0.53, 0.080, 0.11, 0.170),
    (0.7, 0.35, 0.070, 0.17, 0.150),
    (1.0, 0.11, 0.050, 0.23, 0.120),
)
FALSE_PER_FRAME = 0.35


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Boxes that a detector might have given, in an order that says nothing.

    Attributes:
        corner_px: x1, y1, x2, y2.
        source: row of the annotated box behind each, -1 for a false one; for scoring alone.
    """

    corner_px: Float[np.ndarray, "n 4"]
    source: Int[np.ndarray, " n"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BoxErrors:
    """Errors of a detector.

    Attributes:
        by_hidden_share: rows as ``MEASURED``, ascending.
        false_per_frame: expected number of boxes of nobody.
        scale: on the errors of places.
    """

    by_hidden_share: tuple[tuple[float, float, float, float, float], ...] = field(default=MEASURED)
    false_per_frame: float = FALSE_PER_FRAME
    scale: float = 1.0

    def draw(
        self,
        corner_px: Float[np.ndarray, "n 4"],
        *,
        width_px: int,
        height_px: int,
        rng: np.random.Generator,
    ) -> Drawn:
        """Return what a detector might make of the annotated boxes of one frame of one camera.

        A false box has the size of one of the true ones and stands as low as another.

        Args:
            corner_px: of everybody in the frame, hidden or not.
            width_px: of the picture.
            height_px: of the picture.
            rng: which are missed, by how much others are off, where false ones are.
        """
        n = len(corner_px)
        table = np.array(self.by_hidden_share)
        hidden = hidden_share(corner_px)
        kind = np.minimum(np.searchsorted(table[:, 0], hidden), len(table) - 1)
        _, recall, across, down_mean, down = table[kind].T
        found = rng.random(n) < recall
        tall = corner_px[:, 3] - corner_px[:, 1]
        right = self.scale * tall * across * rng.standard_normal(n)
        foot = self.scale * tall * (down_mean + down * rng.standard_normal(n))
        head = self.scale * tall * across * rng.standard_normal(n)
        moved = corner_px + np.stack([right, head, right, foot], axis=1)
        found &= moved[:, 3] > moved[:, 1] + 1
        n_false = int(rng.poisson(self.false_per_frame)) if n else 0
        like, low = (rng.integers(n, size=n_false) if n else np.zeros(0, int) for _ in range(2))
        false = corner_px[like]
        shift = np.stack(
            [
                rng.uniform(0, width_px, n_false) - false[:, 0],
                corner_px[low, 3] - false[:, 3],
            ],
            axis=1,
        )
        every = np.concatenate([moved[found], false + np.tile(shift, (1, 2))])
        source = np.concatenate([np.flatnonzero(found), np.full(n_false, -1)])
        # The picture ends where it ends: boxes are cut there.
        most = np.array([width_px, height_px, width_px, height_px], dtype=float)
        every = np.clip(every, 0.0, most)
        order = rng.permutation(len(every))
        keep = order[(every[order, 2] - every[order, 0]) * (every[order, 3] - every[order, 1]) > 0]
        return Drawn(corner_px=every[keep], source=source[keep])
