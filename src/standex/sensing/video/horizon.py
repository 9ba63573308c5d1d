"""Whether a calibration has floor where feet are: below the horizon, and the horizon above them."""

import numpy as np
from jaxtyping import Float

from standex.sensing.video.camera import Camera, FloorView

N_ACROSS, N_DOWN = 16, 12
LEAST_SHARE = 0.05  # of the picture that must show floor
HIGHEST_M = 100.0
REACH_M = 500.0  # a camera in metres shows floor nearer than this


def share_of_floor(view: FloorView) -> Float[np.ndarray, " rows"]:
    """Return which share of each of some rows of a picture, from the top, shows floor."""
    u = (np.arange(N_ACROSS) + 0.5) / N_ACROSS * view.width_px
    v = (np.arange(N_DOWN) + 0.5) / N_DOWN * view.height_px
    grid = np.stack(np.meshgrid(u, v, indexing="xy"), axis=-1).reshape(-1, 2)
    found = view.to_floor(grid, np.full(grid.shape, 1e-6))
    return found.is_on_floor.reshape(N_DOWN, N_ACROSS).mean(axis=1)


def refuse_no_floor(view: FloorView, feet_px: Float[np.ndarray, "n 2"] | None = None) -> None:
    """Refuse a calibration that puts the horizon below the feet.

    Feet are lower in the picture than heads. So the lower half must show at least as much floor as
    the upper one, and some; a camera hangs above its floor; and where feet were seen, most are on
    it.

    Args:
        view: a picture of a floor.
        feet_px: of people who were seen, if any.

    Raises:
        ValueError: it does so; the message says what is usually wrong.
    """
    if isinstance(view, Camera) and not 0 < view.position_m[2] < HIGHEST_M:
        raise ValueError(
            f"the camera hangs {view.position_m[2]:.2f} m above the floor; from 0 to {HIGHEST_M:g} "
            "m was expected: check the unit of the translation, that z points up, and that the "
            "pose takes the world to the camera and not back"
        )
    share = share_of_floor(view)
    upper, lower = share[: N_DOWN // 2].mean(), share[N_DOWN // 2 :].mean()
    if not (lower > LEAST_SHARE and lower >= upper):
        raise ValueError(
            f"the horizon lies below the feet: {lower:.0%} of the lower half of the picture and "
            f"{upper:.0%} of the upper half show floor; check that v points down, that z points "
            "up, and that the calibration belongs to this camera and picture size"
        )
    if feet_px is not None and len(feet_px):
        on_floor = view.to_floor(feet_px, np.full(feet_px.shape, 1e-6)).is_on_floor
        if on_floor.mean() < 0.5:
            raise ValueError(
                f"the horizon lies below the feet: only {on_floor.sum()} of {len(on_floor)} feet "
                "that were seen are on the floor; the calibration does not belong to this picture"
            )
