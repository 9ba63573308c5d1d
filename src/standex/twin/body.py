"""A generic articulated body, clothed, as small facets (surfels) that walk.

Simple shapes after anthropometric means (torso, hips, head, two arms, two legs), scaled by the
person's height, with a smooth relief of a few millimetres that is drawn by seed. No body here
belongs to anybody.

Body frame: x forward, y left, z up, origin on the floor between the feet.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone

REFERENCE_HEIGHT_M = 1.75
BARE, ITEM = 0, 1
TRUNK, HEAD, LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG = range(6)
SHOULDER_Z_M, HIP_Z_M = 1.42, 0.90


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Body:
    """The facets of one person at rest.

    Attributes:
        position_m: body frame, arms hanging.
        normal: outward, unit.
        area_m2: of each facet.
        part: trunk, head, arm or leg.
        stack: ``BARE`` or ``ITEM``.
        scale: height over the reference height.
        clothing_m: thickness of the clothing.
        gap_m: air between item and skin.
        step_m: length of a step.
        swing_rad: largest swing of an arm.
        phase_rad: of the gait at the start of the recording.
        item: what is carried, or None.
    """

    position_m: Float[np.ndarray, "n 3"]
    normal: Float[np.ndarray, "n 3"]
    area_m2: Float[np.ndarray, " n"]
    part: Int[np.ndarray, " n"]
    stack: Int[np.ndarray, " n"]
    scale: float
    clothing_m: float
    gap_m: float
    step_m: float
    swing_rad: float
    phase_rad: float
    item: CarriedItem | None


def draw_scale(rng: np.random.Generator) -> float:
    """Return a body's height over that of the reference: the first thing drawn of a body."""
    return float(np.clip(rng.normal(1.72, 0.08), 1.5, 1.95)) / REFERENCE_HEIGHT_M


def make_body(
    item: CarriedItem | None, *, pitch_m: float, lowest_m: float, rng: np.random.Generator
) -> Body:
    """Draw a body and put ``item`` on it.

    The draws do not depend on the item: the same generator state gives the same body with it and
    without it, so that a difference in a record is the item's.

    Args:
        item: what it carries, or None.
        pitch_m: width of a facet; below half the shortest wavelength.
        lowest_m: facets below are left out (outside the beam).
        rng: source of chance.
    """
    scale = draw_scale(rng)
    girth = float(np.clip(rng.normal(1.0, 0.08), 0.8, 1.25))
    relief = _Relief.draw(rng)
    clothing_m, gap_m = float(rng.uniform(0.5e-3, 2e-3)), float(rng.uniform(0.0, 4e-3))
    step_m, swing = 0.75 * scale, float(rng.uniform(0.2, 0.45))
    phase = float(rng.uniform(0, 2 * np.pi))
    offset = rng.uniform(-1, 1, size=2)
    shapes = [
        _trunk(girth, relief, pitch_m / scale),
        _column(HEAD, (0.0, 0.0), (1.52, 1.75), 0.075, 0.095, pitch_m / scale),
    ]
    for side, arm, leg in ((1.0, LEFT_ARM, LEFT_LEG), (-1.0, RIGHT_ARM, RIGHT_LEG)):
        y_arm, y_leg = side * (0.185 * girth + 0.065), side * 0.095 * girth
        shapes.append(_column(arm, (0.0, y_arm), (0.78, 1.44), 0.045, 0.045, pitch_m / scale))
        shapes.append(_column(leg, (0.0, y_leg), (0.10, 0.86), 0.075, 0.075, pitch_m / scale))
    position, normal, area, part = (np.concatenate(column) for column in zip(*shapes, strict=True))
    stack = np.full(len(part), BARE, dtype=np.int64)
    if item:
        stack = _item_facets(item, position * scale, normal, part, offset, scale)
    keep = position[:, 2] * scale > lowest_m
    return Body(
        position_m=position[keep] * scale,
        normal=normal[keep],
        area_m2=area[keep] * scale**2,
        part=part[keep],
        stack=stack[keep],
        scale=scale,
        clothing_m=clothing_m,
        gap_m=gap_m,
        step_m=step_m,
        swing_rad=swing,
        phase_rad=phase,
        item=item,
    )


def posed(
    body: Body, *, walked_m: float
) -> tuple[Float[np.ndarray, "n 3"], Float[np.ndarray, "n 3"]]:
    """Return facets (positions and normals, body frame) after walking that far.

    Arms and legs swing about shoulder and hip against each other, the trunk turns a little
    against the hips and bobs; all of it follows the distance walked, so who stands stands still.
    """
    gait = np.pi * walked_m / body.step_m + body.phase_rad
    position, normal = body.position_m.copy(), body.normal.copy()
    swings = {
        LEFT_ARM: (SHOULDER_Z_M, body.swing_rad * np.sin(gait)),
        RIGHT_ARM: (SHOULDER_Z_M, -body.swing_rad * np.sin(gait)),
        LEFT_LEG: (HIP_Z_M, -0.4 * np.sin(gait)),
        RIGHT_LEG: (HIP_Z_M, 0.4 * np.sin(gait)),
    }
    for part, (pivot_z_m, angle) in swings.items():
        rows = body.part == part
        _rotate_about_y(position, normal, rows, pivot_z_m * body.scale, float(angle))
    upper = (body.part != LEFT_LEG) & (body.part != RIGHT_LEG)
    turn = 0.06 * np.sin(gait)
    c, s = np.cos(turn), np.sin(turn)
    turned = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    position[upper] = position[upper] @ turned
    normal[upper] = normal[upper] @ turned
    position[:, 2] += 0.015 * np.cos(2 * gait)
    return position, normal


def _rotate_about_y(
    position: np.ndarray, normal: np.ndarray, rows: np.ndarray, pivot_z_m: float, angle_rad: float
) -> None:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    x, z = position[rows, 0], position[rows, 2] - pivot_z_m
    position[rows, 0], position[rows, 2] = c * x - s * z, s * x + c * z + pivot_z_m
    x, z = normal[rows, 0].copy(), normal[rows, 2].copy()
    normal[rows, 0], normal[rows, 2] = c * x - s * z, s * x + c * z


@dataclass(frozen=True, slots=True, eq=False)
class _Relief:
    """A smooth random surface of muscles, folds and seams: a sum of waves."""

    wave: Float[np.ndarray, "w 2"]
    phase: Float[np.ndarray, " w"]
    amplitude_m: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "_Relief":
        n = 24
        length_m = rng.uniform(0.10, 0.30, size=n)
        angle = rng.uniform(0, 2 * np.pi, size=n)
        wave = (2 * np.pi / length_m)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        rms_m = rng.uniform(1e-3, 3e-3)
        return cls(wave, rng.uniform(0, 2 * np.pi, size=n), float(rms_m * np.sqrt(2 / n)))

    def height_m(self, u_m: np.ndarray, z_m: np.ndarray) -> np.ndarray:
        argument = np.stack([u_m, z_m], axis=-1) @ self.wave.T + self.phase
        return self.amplitude_m * np.cos(argument).sum(axis=-1)


Shape = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _facets(point: np.ndarray, part: int) -> Shape:
    """Turn a grid of points [along, around, 3] (around closed) into facets by differences."""
    around = np.roll(point, -1, axis=1) - np.roll(point, 1, axis=1)
    along = np.gradient(point, axis=0) * 2
    cross = np.cross(around, along) / 4
    area = np.linalg.norm(cross, axis=-1)
    normal = cross / np.maximum(area, 1e-12)[..., None]
    n = area.size
    return (
        point.reshape(n, 3),
        normal.reshape(n, 3),
        area.reshape(n),
        np.full(n, part, dtype=np.int64),
    )


def _column(
    part: int,
    center_m: tuple[float, float],
    z_m: tuple[float, float],
    half_depth_m: float,
    half_width_m: float,
    pitch_m: float,
) -> Shape:
    z = np.arange(z_m[0], z_m[1], pitch_m)
    angle = np.arange(0, 2 * np.pi, pitch_m / max(half_depth_m, half_width_m))
    # Taper to the ends, so that no flat cap and no hard edge shines.
    taper = np.sqrt(np.clip(1 - (np.abs(2 * (z - z.mean()) / np.ptp(z)) ** 6), 0.02, 1))[:, None]
    point = np.stack(
        [
            center_m[0] + half_depth_m * taper * np.cos(angle)[None, :],
            center_m[1] + half_width_m * taper * np.sin(angle)[None, :],
            np.broadcast_to(z[:, None], (len(z), len(angle))),
        ],
        axis=-1,
    )
    return _facets(point, part)


ROUNDNESS = 2 / 2.5  # exponent of the superellipse x^2.5 + y^2.5 = 1


def _even_angles(
    half_depth_m: float, half_width_m: float, pitch_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return parameters of a superellipse at even distances along it, and those distances.

    Even in the parameter itself, facets would lie twice as far apart in the middle of the front,
    wider than half a wavelength, and shine where they should not.
    """
    fine = np.linspace(np.pi, 3 * np.pi, 20_001)  # from the middle of the back, all the way round
    x = half_depth_m * np.sign(np.cos(fine)) * np.abs(np.cos(fine)) ** ROUNDNESS
    y = half_width_m * np.sign(np.sin(fine)) * np.abs(np.sin(fine)) ** ROUNDNESS
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    n = int(np.ceil(along[-1] / pitch_m))
    at = (np.arange(n) + 0.5) / n * along[-1]
    return np.interp(at, along, fine), at


def _trunk(girth: float, relief: _Relief, pitch_m: float) -> Shape:
    """Return chest, waist and hips: a superellipse whose axes change smoothly with height."""
    z = np.arange(0.80, 1.50, pitch_m)
    knots_z = [0.80, 0.95, 1.08, 1.28, 1.42, 1.50]
    half_width = girth * np.interp(z, knots_z, [0.165, 0.170, 0.150, 0.175, 0.170, 0.07])
    half_depth = girth * np.interp(z, knots_z, [0.110, 0.115, 0.105, 0.120, 0.095, 0.05])
    kernel = np.hanning(2 * max(2, int(0.05 / pitch_m)) + 1)
    half_width, half_depth = (
        np.convolve(np.pad(v, len(kernel) // 2, mode="edge"), kernel / kernel.sum(), mode="valid")
        for v in (half_width, half_depth)
    )
    angle, around_m = _even_angles(float(half_depth.max()), float(half_width.max()), pitch_m)
    power = ROUNDNESS
    cos, sin = np.cos(angle)[None, :], np.sin(angle)[None, :]
    x = half_depth[:, None] * np.sign(cos) * np.abs(cos) ** power
    y = half_width[:, None] * np.sign(sin) * np.abs(sin) ** power
    bump = relief.height_m(
        np.broadcast_to(around_m[None, :], x.shape), np.broadcast_to(z[:, None], x.shape)
    )
    # The relief does not close on itself: it is blended out at the seam, down the back.
    blend = np.clip(np.minimum(angle - np.pi, 3 * np.pi - angle) * 4, 0, 1)[None, :]
    stretch = 1 + bump * blend / np.hypot(x, y)
    point = np.stack([x * stretch, y * stretch, np.broadcast_to(z[:, None], x.shape)], axis=-1)
    return _facets(point, TRUNK)


# Where an item of each zone sits: part, height of its middle, side (+1 front, -1 back), room.
_PLACES: dict[BodyZone, tuple[int, float, float, float, float]] = {
    BodyZone.TORSO_FRONT: (TRUNK, 1.24, 1.0, 0.05, 0.06),
    BodyZone.TORSO_BACK: (TRUNK, 1.24, -1.0, 0.05, 0.06),
    BodyZone.WAIST: (TRUNK, 0.98, 1.0, 0.05, 0.03),
    BodyZone.LEGS: (LEFT_LEG, 0.62, 1.0, 0.0, 0.08),
    BodyZone.ARMS: (LEFT_ARM, 1.20, 1.0, 0.0, 0.05),
    BodyZone.FEET: (RIGHT_LEG, 0.16, 1.0, 0.0, 0.02),
}


def _item_facets(
    item: CarriedItem,
    position: np.ndarray,
    normal: np.ndarray,
    part: np.ndarray,
    offset: np.ndarray,
    scale: float,
) -> np.ndarray:
    place = _PLACES.get(item.zone)
    if place is None:
        raise ValueError(f"the twin has no body part for zone {item.zone}; it has {list(_PLACES)}")
    wanted_part, z_m, side, room_y_m, room_z_m = place
    rows = (part == wanted_part) & (normal[:, 0] * side > 0.2)
    middle_y = position[rows, 1].mean() + offset[0] * room_y_m
    middle_z = z_m * scale + offset[1] * room_z_m
    inside = (
        rows
        & (np.abs(position[:, 1] - middle_y) <= item.width_m / 2)
        & (np.abs(position[:, 2] - middle_z) <= item.height_m / 2)
    )
    return np.where(inside, ITEM, BARE)
