"""People without a model file: gradients are searched where something moves, and where people were.

Movement alone merges people and sees shadows; gradients alone are slow and see people in lamp
posts. Together they are fast and clean. Three things keep people who stand still: where one was
recognised, the background learns nothing; places of people are searched again in the next frame;
and each frame a part of the whole picture is searched, moving or not.

Limits: people seen from straight above, sitting, or lower than ``smallest_px``; night. People who
merge into one are counted by area where the camera is calibrated (``crowd_blobs``), and said to be
uncertain.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool, Float, UInt8

from standex.sensing.video.boxes import (
    Boxes,
    FootNoise,
    joined,
    no_boxes,
    overlap,
    share_inside,
    single_people,
    strongest,
)
from standex.sensing.video.camera import FloorView
from standex.sensing.video.crowd_blobs import left_over_people, without_ghosts
from standex.sensing.video.hog_windows import find_windows
from standex.sensing.video.moving_areas import (
    Background,
    first_background,
    learn,
    shrunk,
    tidied,
)
from standex.sensing.video.person_size import is_person_size, range_px
from standex.sensing.video.search_regions import (
    Region,
    grown,
    moving_rectangles,
    regions_of,
)

FRAMES_SEARCHED_WHOLE = 5  # at the start, while the background is not known
PATROL = (4, 4)  # parts of the picture, searched one after the other, one every so many frames
PATROL_EVERY = 5
MARGIN = 0.3  # of a person's height, around what moves
MEMORY_S = 15.0  # after which what does not move is background
MOST_OVERLAP = 0.25  # of two people
SAME_PERSON = 0.5  # overlap of windows that are averaged, and of a person with where they were
NESTED = (0.8, 0.7)  # inside another by so much and lower than so much of it: a part of them
LEAST_MOVING = 0.35  # of a person's box
STILL_WEIGHT, KNOWN_WEIGHT = 1.0, 0.5  # wanted of a window that does not move: anew, and known
# P(annotated person) against weight, PETS S2.L1: a logistic fit.
LOGIT_AT_0, LOGIT_PER_WEIGHT = 1.1, 2.5
# Root mean square errors of foot points against annotated ones, PETS S2.L1 view 1, 4160 boxes.
HOG_FOOT_NOISE = FootNoise(across=0.05, down=0.055, down_hidden=0.07)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GatedState:
    """What is remembered between two frames.

    Attributes:
        background: at reduced width.
        shape: of the frames.
        known_px: boxes of the people in the last frame.
        n_frames: seen so far.
    """

    background: Background
    shape: tuple[int, ...]
    known_px: Float[np.ndarray, "n 4"]
    n_frames: int


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GatedHog:
    """The default detector; satisfies ``Detector``.

    Attributes:
        rate_hz: frames a second.
        view: calibrated camera; it says how large people are where, and counts merged people.
        smallest_px: lowest person to look for; enlarging further than three times finds nothing.
        largest_share: highest person, as a share of the picture's height.
        least_weight: of a window that moves.
        people_per_m2: how close people stand who merge into one.
        foot_noise: of the foot points of its boxes.
    """

    rate_hz: float = 10.0
    view: FloorView | None = None
    smallest_px: float = 32.0
    largest_share: float = 0.6
    least_weight: float = 0.0
    people_per_m2: float = 1.5
    foot_noise: FootNoise = HOG_FOOT_NOISE

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            ValueError: a setting is not positive and finite.
        """
        for name in ("rate_hz", "smallest_px", "largest_share", "people_per_m2"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be positive and finite, got {getattr(self, name)}")
        if not np.isfinite(self.least_weight):
            raise ValueError(f"least_weight must be finite, got {self.least_weight}")

    def start(self) -> GatedState | None:
        """Return the state before the first frame."""
        return None

    def detect(
        self, state: GatedState | None, image: UInt8[np.ndarray, "h w 3"], /
    ) -> tuple[GatedState, Boxes]:
        """Return the next state and the people in a frame; another size of frame begins anew."""
        small = shrunk(image)
        if state is None or state.shape != image.shape:
            background, moving = first_background(small), np.zeros(small.shape[:2], dtype=bool)
            known_px, n_frames = np.zeros((0, 4)), 0
        else:
            known_px, n_frames = state.known_px, state.n_frames
            background, moving = learn(
                state.background,
                small,
                n_memory=max(MEMORY_S * self.rate_hz, 1.0),
                held=_covered(known_px / (image.shape[1] / small.shape[1]), small.shape[:2]),
            )
            moving = tidied(moving)
        found = self._search(image, moving, known_px, n_frames)
        others = no_boxes()
        if self.view is not None and n_frames >= FRAMES_SEARCHED_WHOLE:
            others = left_over_people(
                without_ghosts(moving, small, background.mean),
                found,
                zoom=image.shape[1] / small.shape[1],
                view=self.view,
                people_per_m2=self.people_per_m2,
                least_px=self.smallest_px,
            )
        people = joined([found, others])
        after = GatedState(
            background=background,
            shape=image.shape,
            known_px=found.corner_px,
            n_frames=n_frames + 1,
        )
        return after, people

    def _search(
        self,
        image: np.ndarray,
        moving: Bool[np.ndarray, "h w"],
        known_px: Float[np.ndarray, "n 4"],
        n_frames: int,
    ) -> Boxes:
        parts = [np.zeros((0, 4))], [np.zeros(0)]
        height = image.shape[0]
        for region in self._regions(image, moving, known_px, n_frames):
            tall = max(0.9 * (region[3] - region[1]), self.smallest_px)
            limits = (
                self.smallest_px,
                max(min(self.largest_share * height, tall), self.smallest_px),
            )
            person_px = range_px(self.view, region, otherwise=limits)
            if person_px is not None:
                corner, weight = find_windows(
                    image, region, person_px=person_px, least_weight=self.least_weight
                )
                parts[0].append(corner)
                parts[1].append(weight)
        corner, weight = np.concatenate(parts[0]), np.concatenate(parts[1])
        moves = _moving_share(moving, corner / (image.shape[1] / moving.shape[1])) >= LEAST_MOVING
        was_there = _best(overlap(corner, known_px)) > SAME_PERSON
        counts = moves | (weight >= STILL_WEIGHT) | (was_there & (weight >= KNOWN_WEIGHT))
        counts &= is_person_size(self.view, corner)
        return _people(corner[counts], weight[counts])

    def _regions(
        self,
        image: np.ndarray,
        moving: Bool[np.ndarray, "h w"],
        known_px: Float[np.ndarray, "n 4"],
        n_frames: int,
    ) -> list[Region]:
        height, width = image.shape[:2]
        if n_frames < FRAMES_SEARCHED_WHOLE:
            return [(0, 0, width, height)]
        zoom = width / moving.shape[1]
        rectangles = zoom * moving_rectangles(moving, least_px=0.5 * self.smallest_px / zoom)
        wanted = grown(
            np.concatenate([rectangles, known_px]), share=MARGIN, least_px=self.smallest_px
        )
        wanted = np.vstack([wanted, _patrol(n_frames, width, height)])
        return regions_of(wanted, width_px=width, height_px=height)


def _people(corner: Float[np.ndarray, "n 4"], weight: Float[np.ndarray, " n"]) -> Boxes:
    """Return one box per person of windows that overlap each other."""
    kept = strongest(corner, weight, max_overlap=MOST_OVERLAP)
    share = (overlap(corner[kept], corner) > SAME_PERSON) * np.maximum(weight, 0.05)
    box = (share @ corner) / np.maximum(share.sum(axis=1, keepdims=True), 1e-9)
    height = box[:, 3] - box[:, 1]
    is_part = share_inside(box, box) > NESTED[0]
    is_part &= height[:, None] < NESTED[1] * height[None, :]
    whole = ~is_part.any(axis=1)
    score = 1 / (1 + np.exp(-(LOGIT_AT_0 + LOGIT_PER_WEIGHT * weight[kept])))
    return single_people(box[whole], score[whole])


def _patrol(n_frames: int, width: int, height: int) -> Float[np.ndarray, "n 4"]:
    """Return the part of the picture that is searched in this frame, moving or not."""
    turn, rest = divmod(n_frames, PATROL_EVERY)
    if rest:
        return np.zeros((0, 4))
    row, column = divmod(turn % (PATROL[0] * PATROL[1]), PATROL[1])
    step = np.array([width / PATROL[1], height / PATROL[0]])
    corner = step * (column, row)
    return np.concatenate([corner - 0.5 * step, corner + 1.5 * step])[None]


def _best(table: Float[np.ndarray, "n m"]) -> Float[np.ndarray, " n"]:
    return table.max(axis=1, initial=0.0)


def _covered(
    corner_px: Float[np.ndarray, "n 4"], shape: tuple[int, int]
) -> Bool[np.ndarray, "h w"]:
    covered = np.zeros(shape, dtype=bool)
    for x1, y1, x2, y2 in np.maximum(np.rint(corner_px), 0).astype(int).tolist():
        covered[y1:y2, x1:x2] = True
    return covered


def _moving_share(
    moving: Bool[np.ndarray, "h w"], corner_px: Float[np.ndarray, "n 4"]
) -> Float[np.ndarray, " n"]:
    height, width = moving.shape
    total = np.zeros((height + 1, width + 1))
    total[1:, 1:] = moving.cumsum(axis=0).cumsum(axis=1)
    x1, y1, x2, y2 = np.clip(np.rint(corner_px), 0, [width, height, width, height]).astype(int).T
    inside = total[y2, x2] - total[y1, x2] - total[y2, x1] + total[y1, x1]
    return inside / np.maximum((x2 - x1) * (y2 - y1), 1)
