"""Whether a camera's picture can be trusted: dark, covered, blurred, frozen, turned away.

A picture is judged small and grey, against the one that the calibration was made with, or else
against the first good one. Edges are compared, not brightness: the sun moves, walls do not. A
camera that somebody stands in front of for a moment is no fault; what lasts is.

Nothing here raises on a picture, however odd: an unusable picture is a value.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, UInt8

from standex.model.observation import HealthReason, HealthState
from standex.sensing.video.opencv import opencv

WIDTH_PX = 160
LEAST_PX = 16  # smaller pictures are not compared
DARK, BLACK = 25.0, 8.0  # grey levels, mean
GLARE = 245.0
FLAT_SHARE, FLAT = 0.05, 0.5  # of the mean, plus grey levels: standard deviation over the picture
BLURRED_AT = 0.12  # of the squared slopes of the reference; half the light leaves a quarter
ALIKE_AT = 0.25  # correlation of edges with the reference
MOVED_AT = 0.02  # shift, as a share of the width
MOVED_ALIKE = 0.15  # by how much a shifted picture must fit better
FROZEN_S = 3.0
LASTS_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PictureState:
    """What is remembered of the pictures of a camera.

    Attributes:
        reference: edges of the picture to compare with; None before there is one.
        last: last picture, small and grey.
        same_since_utc_ns: since when nothing has changed, in not one pixel.
        away_since_utc_ns: since when the picture does not fit the reference; None while it does.
    """

    reference: Float32[np.ndarray, "h w"] | None
    last: UInt8[np.ndarray, "h2 w2"] | None
    same_since_utc_ns: int
    away_since_utc_ns: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureHealth:
    """How good a picture is.

    Attributes:
        p_usable: factor of P(somebody is found), 0 to 1.
        state: how well the camera works.
        reason: of which kind.
        message: what is wrong, and what to do; empty where nothing is.
    """

    p_usable: float
    state: HealthState
    reason: HealthReason
    message: str


GOOD = PictureHealth(p_usable=1.0, state=HealthState.OK, reason=HealthReason.NONE, message="")


def small_grey(image: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h2 w2"]:
    """Return a picture as it is judged."""
    cv2 = opencv()
    height, width = image.shape[:2]
    size = (min(WIDTH_PX, width), max(round(height * min(1.0, WIDTH_PX / width)), 1))
    return cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)


def edges_of(grey: UInt8[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Return how strong edges are; the square root keeps a few strong ones from ruling."""
    cv2 = opencv()
    across, down = (cv2.Sobel(grey, cv2.CV_32F, dx, 1 - dx) for dx in (1, 0))
    # Not cv2.magnitude: its last bit depends on where in memory a picture lies.
    return np.sqrt(np.sqrt(across * across + down * down))


def first_state(t_utc_ns: int, reference: UInt8[np.ndarray, "h w 3"] | None = None) -> PictureState:
    """Return the state before the first picture.

    Args:
        t_utc_ns: of that picture.
        reference: the picture that the calibration was made with, where there is one.
    """
    return PictureState(
        reference=None if reference is None else edges_of(small_grey(reference)),
        last=None,
        same_since_utc_ns=t_utc_ns,
        away_since_utc_ns=None,
    )


def judge(
    state: PictureState, image: UInt8[np.ndarray, "h w 3"], *, t_utc_ns: int
) -> tuple[PictureState, PictureHealth]:
    """Return the next state and how good a picture is."""
    grey = small_grey(image)
    is_same = state.last is not None and np.array_equal(grey, state.last)
    same_since = state.same_since_utc_ns if is_same else t_utc_ns
    state = replace(state, last=grey, same_since_utc_ns=same_since)
    light = _by_light(grey)
    if light is not None and light.p_usable == 0:
        return state, light
    edges = edges_of(grey)
    if state.reference is None or state.reference.shape != edges.shape:
        return replace(state, reference=edges, away_since_utc_ns=None), light or GOOD
    state, away = _against_reference(state, edges, t_utc_ns)
    still_s = (t_utc_ns - same_since) * 1e-9
    if still_s >= FROZEN_S:
        return state, _failed(
            HealthReason.DATA_QUALITY,
            f"the picture has been frozen for {still_s:.0f} s; restart the camera or its stream",
        )
    return state, away or light or GOOD


def _by_light(grey: UInt8[np.ndarray, "h w"]) -> PictureHealth | None:
    mean, spread = float(grey.mean()), float(grey.std())
    if mean < BLACK:
        return _failed(
            HealthReason.DATA_QUALITY,
            f"the picture is black (mean grey {mean:.0f} of 255); is there light, is a cap on?",
        )
    if spread < FLAT_SHARE * mean + FLAT:
        return _failed(
            HealthReason.OBSCURED,
            f"the camera is covered or its lens dirty: the picture has no contrast (grey levels "
            f"spread by {spread:.1f})",
        )
    if mean < DARK or mean > GLARE:
        word, p_usable = ("dark", mean / DARK) if mean < DARK else ("glaring", 0.3)
        return PictureHealth(
            p_usable=p_usable,
            state=HealthState.DEGRADED,
            reason=HealthReason.DATA_QUALITY,
            message=f"the picture is {word} (mean grey {mean:.0f} of 255); people are missed",
        )
    return None


def _against_reference(
    state: PictureState, edges: Float32[np.ndarray, "h w"], t_utc_ns: int
) -> tuple[PictureState, PictureHealth | None]:
    """Return what differs from the reference, once it has lasted."""
    found = None if state.reference is None else _difference(state.reference, edges)
    if found is None:
        return replace(state, away_since_utc_ns=None), None
    since = t_utc_ns if state.away_since_utc_ns is None else state.away_since_utc_ns
    lasts = (t_utc_ns - since) * 1e-9 >= LASTS_S
    return replace(state, away_since_utc_ns=since), found if lasts else None


def _difference(
    reference: Float32[np.ndarray, "h w"], edges: Float32[np.ndarray, "h w"]
) -> PictureHealth | None:
    share = float((edges**4).mean() / max(float((reference**4).mean()), 1e-6))
    if share < BLURRED_AT:
        return PictureHealth(
            p_usable=0.2,
            state=HealthState.DEGRADED,
            reason=HealthReason.OBSCURED,
            message=f"the picture is blurred or partly covered: {share:.0%} of its usual detail; "
            "clean the lens, look for fog, focus",
        )
    alike = _correlation(reference, edges)
    shift, alike_shifted = _best_shift(reference, edges)
    if np.hypot(*shift) > MOVED_AT * reference.shape[1] and alike_shifted > alike + MOVED_ALIKE:
        far = np.hypot(*shift) / reference.shape[1]
        return _failed(
            HealthReason.MISALIGNED,
            f"the camera has been turned: its picture lies {far:.0%} of its width off the "
            "reference picture, positions would be wrong; turn it back or calibrate it again",
        )
    if alike < ALIKE_AT:
        return _failed(
            HealthReason.MISALIGNED,
            f"the picture is not that of the reference (edges correlate by {alike:.2f}): the "
            "camera has been turned away or covered; turn it back or calibrate it again",
        )
    return None


def _best_shift(
    reference: Float32[np.ndarray, "h w"], edges: Float32[np.ndarray, "h w"]
) -> tuple[tuple[float, float], float]:
    """Return by how many pixels edges have moved, and how well they fit once moved back."""
    cv2 = opencv()
    height, width = reference.shape
    if min(height, width) < LEAST_PX:
        return (0.0, 0.0), -1.0
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    # Copies: pictures of some sizes are written to.
    (dx, dy), _ = cv2.phaseCorrelate(reference.copy(), edges.copy(), window)
    dx, dy = round(dx), round(dy)
    if abs(dx) > width // 2 or abs(dy) > height // 2:
        return (0.0, 0.0), -1.0
    a = reference[max(-dy, 0) : height - max(dy, 0), max(-dx, 0) : width - max(dx, 0)]
    b = edges[max(dy, 0) : height - max(-dy, 0), max(dx, 0) : width - max(-dx, 0)]
    return (float(dx), float(dy)), _correlation(a, b)


def _correlation(a: Float32[np.ndarray, "h w"], b: Float32[np.ndarray, "h w"]) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / size if size > 0 else 0.0


def _failed(reason: HealthReason, message: str) -> PictureHealth:
    return PictureHealth(p_usable=0.0, state=HealthState.FAILED, reason=reason, message=message)
