"""Boxes around people in one frame, and what finds them."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, UInt8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boxes:
    """People found in one frame, one box per row; there may be any number of them.

    Attributes:
        corner_px: x1, y1, x2, y2; x to the right, y down, the corner of the frame is (0, 0).
        score: how person-like by the detector's own lights, 0 to 1; not calibrated.
        n_people: how many people the box holds: 1, or an estimate for people who merge.
        is_uncertain: whether ``n_people`` is an estimate, or the box is cut or guessed.
    """

    corner_px: Float[np.ndarray, "n 4"]
    score: Float[np.ndarray, " n"]
    n_people: Float[np.ndarray, " n"]
    is_uncertain: Bool[np.ndarray, " n"]

    def __post_init__(self) -> None:
        sizes = {len(getattr(self, name)) for name in ("score", "n_people", "is_uncertain")}
        if sizes != {len(self.corner_px)}:
            raise ValueError(f"{len(self.corner_px)} boxes with columns of {sorted(sizes)} rows")

    @property
    def foot_px(self) -> Float[np.ndarray, "n 2"]:
        """Return the middle of each lower edge, where a standing person's feet are."""
        x1, _, x2, y2 = self.corner_px.T
        return np.column_stack([(x1 + x2) / 2, y2])

    @property
    def size_px(self) -> Float[np.ndarray, "n 2"]:
        """Return width and height of each box."""
        return self.corner_px[:, 2:] - self.corner_px[:, :2]

    def take(self, rows: np.ndarray) -> "Boxes":
        """Return some rows, by number or by truth value."""
        return Boxes(
            corner_px=self.corner_px[rows],
            score=self.score[rows],
            n_people=self.n_people[rows],
            is_uncertain=self.is_uncertain[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FootNoise:
    """How far the middle of a detector's lower edges is from where people stand.

    Standard deviations, as shares of the height of the box.

    Attributes:
        across: to the side.
        down: up and down.
        down_hidden: the same where somebody nearer hides the legs.
    """

    across: float
    down: float
    down_hidden: float


def single_people(corner_px: Float[np.ndarray, "n 4"], score: Float[np.ndarray, " n"]) -> Boxes:
    """Return boxes that hold one person each, for certain."""
    n = len(corner_px)
    return Boxes(
        corner_px=np.asarray(corner_px, dtype=np.float64).reshape(n, 4),
        score=np.asarray(score, dtype=np.float64),
        n_people=np.ones(n),
        is_uncertain=np.zeros(n, dtype=bool),
    )


def no_boxes() -> Boxes:
    """Return that nobody was found."""
    return single_people(np.zeros((0, 4)), np.zeros(0))


def joined(parts: "list[Boxes]") -> Boxes:
    """Return the boxes of several finds as one, in their order."""
    every = [no_boxes(), *parts]
    return Boxes(
        corner_px=np.concatenate([one.corner_px for one in every]),
        score=np.concatenate([one.score for one in every]),
        n_people=np.concatenate([one.n_people for one in every]),
        is_uncertain=np.concatenate([one.is_uncertain for one in every]),
    )


def overlap(
    one: Float[np.ndarray, "n 4"], other: Float[np.ndarray, "m 4"]
) -> Float[np.ndarray, "n m"]:
    """Return intersection over union of each two boxes; 0 where a box has no area."""
    shared = _shared_px2(one, other)
    area, other_area = (_area_px2(boxes) for boxes in (one, other))
    union = area[:, None] + other_area[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def share_inside(
    one: Float[np.ndarray, "n 4"], other: Float[np.ndarray, "m 4"]
) -> Float[np.ndarray, "n m"]:
    """Return which share of each box of ``one`` lies inside each of ``other``."""
    shared = _shared_px2(one, other)
    area = np.broadcast_to(_area_px2(one)[:, None], shared.shape)
    return np.divide(shared, area, out=np.zeros_like(shared), where=area > 0)


def strongest(
    corner_px: Float[np.ndarray, "n 4"], score: Float[np.ndarray, " n"], *, max_overlap: float
) -> np.ndarray:
    """Return the rows that no stronger one overlaps, strongest first.

    Greedy non-maximum suppression: a row falls to the first stronger row kept that it overlaps by
    more than ``max_overlap``. Equal scores keep their order. No number of rows is too many to keep.

    Args:
        corner_px: x1, y1, x2, y2.
        score: of each; not NaN.
        max_overlap: intersection over union up to which two boxes are two people, inside [0, 1].

    Raises:
        ValueError: ``max_overlap`` is outside [0, 1], or a score is NaN.
    """
    if not 0 <= max_overlap <= 1:
        raise ValueError(f"max_overlap must be inside [0, 1], got {max_overlap}")
    if np.isnan(score).any():
        raise ValueError(f"{np.isnan(score).sum()} of {score.size} scores are NaN")
    rest = np.argsort(-score, kind="stable")
    kept: list[int] = []
    while len(rest):
        first, rest = int(rest[0]), rest[1:]
        kept.append(first)
        near = overlap(corner_px[first : first + 1], corner_px[rest])[0]
        rest = rest[near <= max_overlap]
    return np.array(kept, dtype=np.int64)


def _shared_px2(
    one: Float[np.ndarray, "n 4"], other: Float[np.ndarray, "m 4"]
) -> Float[np.ndarray, "n m"]:
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    return np.prod(np.maximum(high - low, 0.0), axis=-1)


def _area_px2(corner_px: Float[np.ndarray, "n 4"]) -> Float[np.ndarray, " n"]:
    return np.prod(np.maximum(corner_px[:, 2:] - corner_px[:, :2], 0.0), axis=1)


@runtime_checkable
class Detector(Protocol):
    """Finds people in the frames of one camera, one after the other.

    Its state is a value of its own making (a background, or None): the same state and frame give
    the same boxes, and neither is written to.
    """

    @property
    def foot_noise(self) -> FootNoise:
        """Return how far its foot points are off."""
        ...

    def start(self) -> Any:
        """Return the state before the first frame."""
        ...

    def detect(self, state: Any, image: UInt8[np.ndarray, "h w 3"], /) -> tuple[Any, Boxes]:
        """Return the next state and the people in a frame, in its pixels.

        Args:
            state: as the last call left it.
            image: blue, green, red.
        """
        ...
