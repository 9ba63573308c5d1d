"""ONVIF metadata of smart cameras in, records of kind ``video.boxes`` out.

Read is ``MetadataStream/VideoAnalytics/Frame/Object/Appearance/Shape/BoundingBox`` with the
``Transformation`` of frame and appearance. By the standard, coordinates run from -1 to 1, x to the
right and y up, over the picture. Many cameras send pixels instead, without saying so: then
``unit="pixels"`` must be set here; it is never guessed. Objects' numbers, faces, plates and
everything else that a camera may send are not read.

A record of kind ``video.boxes`` has

    corner_px         [n, 4]  float64: x1, y1, x2, y2, x to the right, y down
    score             [n]     float64, 0 to 1
    frame_width_px    0-d float64
    frame_height_px   0-d float64

References:
    ONVIF Analytics Service Specification 22.12, sections 5.1 to 5.3.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
from jaxtyping import Float

from standex.edges.video.onvif_xml import MOST_BYTES, Element, parse_xml
from standex.model.errors import RecordError
from standex.model.record import Record

KIND = "video.boxes"
PEOPLE = frozenset({"human", "person", "people", "pedestrian"})
Unit = Literal["normalised", "pixels"]
_OUTSIDE = 1.05  # boxes may reach a little beyond the picture
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_LONGEST_END = 80  # bytes of a closing tag
_END = re.compile(rb"</(?:[\w.-]+:)?MetadataStream\s*>")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OnvifCamera:
    """What must be known of a smart camera to read its metadata.

    Attributes:
        sensor_id: the camera, as the site calls it.
        frame_width_px: of the picture that the camera was calibrated with.
        frame_height_px: same.
        unit: of its boxes: ``normalised`` as the standard says, or ``pixels``.
        least_score: objects that are less likely people are left out.
        takes_unnamed: whether objects of no class are taken for people; else they are left out.
    """

    sensor_id: str
    frame_width_px: int
    frame_height_px: int
    unit: Unit = "normalised"
    least_score: float = 0.3
    takes_unnamed: bool = False

    def __post_init__(self) -> None:
        if not (self.frame_width_px > 0 and self.frame_height_px > 0):
            raise ValueError(
                f"frame size must be above 0, got {self.frame_width_px} x {self.frame_height_px}"
            )


def boxes_of(document: bytes, camera: OnvifCamera, *, first_sequence: int) -> tuple[Record, ...]:
    """Return one record per analysed frame of a metadata document, also where nobody is in it.

    Raises:
        RecordError: it is not such a document, a time or number cannot be read, or boxes are in
            pixels that should be normalised; or the other way round.
    """
    root = parse_xml(document)
    if root.name != "MetadataStream":
        raise RecordError(f"{camera.sensor_id}: a MetadataStream is wanted, this is {root.name}")
    frames = root.all("VideoAnalytics", "Frame")
    return tuple(
        _record(frame, camera, first_sequence + number) for number, frame in enumerate(frames)
    )


def _record(frame: Element, camera: OnvifCamera, sequence: int) -> Record:
    transformations = [frame.first("Transformation")]
    corners: list[np.ndarray] = []
    scores: list[float] = []
    for thing in frame.all("Object"):
        score = _person_score(thing, camera)
        appearance = thing.first("Appearance")
        box = None if appearance is None else appearance.first("Shape", "BoundingBox")
        if appearance is None or box is None or not score >= camera.least_score:
            continue
        corner = np.array([[_number(box, "left"), _number(box, "top")],
                           [_number(box, "right"), _number(box, "bottom")]])  # fmt: skip
        # The innermost first: the appearance's to the frame's, the frame's to the picture's.
        for one in (appearance.first("Transformation"), *transformations):
            corner = _transformed(corner, one)
        px = _to_px(corner, camera)
        if (px[2:] > px[:2]).all():  # else nothing of it is inside the picture
            corners.append(px)
            scores.append(score)
    return Record(
        sensor_id=camera.sensor_id,
        t_utc_ns=time_ns(frame.attributes.get("UtcTime", "")),
        kind=KIND,
        sequence=sequence,
        arrays={
            "corner_px": np.array(corners, dtype=np.float64).reshape(-1, 4),
            "score": np.array(scores, dtype=np.float64),
            "frame_width_px": np.array(float(camera.frame_width_px)),
            "frame_height_px": np.array(float(camera.frame_height_px)),
        },
    )


def _person_score(thing: Element, camera: OnvifCamera) -> float:
    """Return how likely an object is a person by the camera's own lights; -1 for another class.

    The newer ``Class/Type`` and the older ``Class/ClassCandidate`` are both read.
    """
    known = thing.first("Appearance", "Class")
    named = [] if known is None else [
        (one.text.strip().lower(), one.attributes.get("Likelihood", "1"))
        for one in known.all("Type")
    ]  # fmt: skip
    for one in [] if known is None else known.all("ClassCandidate"):
        kind, likelihood = one.first("Type"), one.first("Likelihood")
        if kind is not None:
            named.append(
                (kind.text.strip().lower(), "1" if likelihood is None else likelihood.text)
            )
    if not named:
        return 1.0 if camera.takes_unnamed else -1.0
    scores = [_finite(text, "Likelihood") for name, text in named if name in PEOPLE]
    return min(max(scores), 1.0) if scores else -1.0


def _transformed(
    corner: Float[np.ndarray, "2 2"], transformation: Element | None
) -> Float[np.ndarray, "2 2"]:
    if transformation is None:
        return corner
    scale, move = transformation.first("Scale"), transformation.first("Translate")
    if scale is not None:
        corner = corner * [_number(scale, "x"), _number(scale, "y")]
    if move is not None:
        corner = corner + [_number(move, "x"), _number(move, "y")]
    return corner


def _to_px(corner: Float[np.ndarray, "2 2"], camera: OnvifCamera) -> Float[np.ndarray, " 4"]:
    """Return x1, y1, x2, y2 in pixels, y down.

    Raises:
        RecordError: the box is far outside of the picture: the unit is another one.
    """
    size = np.array([camera.frame_width_px, camera.frame_height_px], dtype=np.float64)
    if camera.unit == "normalised":
        if not np.abs(corner).max() <= _OUTSIDE:
            raise RecordError(
                f"{camera.sensor_id}: a box reaches to {np.abs(corner).max():g}, normalised "
                'coordinates run from -1 to 1; if the camera sends pixels, set unit = "pixels" '
                "and its frame size"
            )
        px = np.column_stack([(corner[:, 0] + 1) / 2, (1 - corner[:, 1]) / 2]) * size
    else:
        px = corner
        slack = (_OUTSIDE - 1) * size
        if not ((px >= -slack) & (px <= size + slack)).all():
            raise RecordError(
                f"{camera.sensor_id}: a box at {px.round(1).tolist()} lies outside of the frame of "
                f"{size[0]:g} x {size[1]:g} pixels that was set for it"
            )
        # A picture full of people has no box within one or two pixels of its corner.
        if np.abs(corner).max() <= _OUTSIDE:
            raise RecordError(
                f"{camera.sensor_id}: a box of {corner.tolist()} can hardly be in pixels; "
                'set unit = "normalised"'
            )
    px = np.clip(px, 0.0, size)
    return np.concatenate([px.min(axis=0), px.max(axis=0)])


def _number(element: Element, name: str) -> float:
    return _finite(element.attributes.get(name, ""), f"{name} of {element.name}")


def _finite(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise RecordError(f"{name} must be a number, got {text[:40]!r}")
    return value


def time_ns(text: str) -> int:
    """Return the UTC time of an ``xs:dateTime``; one without a zone is UTC, as ONVIF says.

    Raises:
        RecordError: it is none.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise RecordError(f"UtcTime must be like 2026-01-31T12:00:00.250Z, got {text[:40]!r}")
    year, month, day, hour, minute, second = (int(match[part]) for part in range(1, 7))
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 25 and minute < 60 and second < 61):
        raise RecordError(f"UtcTime {text.strip()!r} is no time of any day")
    whole_s = calendar.timegm((year, month, day, hour, minute, second))
    zone = match[8] or "Z"
    if zone != "Z":
        away_s = 3600 * int(zone[1:3]) + 60 * int(zone[4:6])
        whole_s -= away_s if zone[0] == "+" else -away_s
    return whole_s * 10**9 + round(float(match[7] or 0) * 1e9)


@final
class MetadataSplitter:
    """Cuts a stream of bytes into metadata documents, whatever the pieces it comes in."""

    def __init__(self) -> None:
        self._waiting = b""
        self.n_left_out = 0  # bytes that were no document

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the documents that are complete with ``data``; memory stays below two of them."""
        from_where = max(0, len(self._waiting) - _LONGEST_END)  # the rest was looked through
        self._waiting += data
        while (end := _END.search(self._waiting, from_where)) is not None:
            from_where = 0
            document, self._waiting = self._waiting[: end.end()], self._waiting[end.end() :]
            start = _start(document)
            self.n_left_out += len(document) if start < 0 else start
            if start >= 0:
                yield document[start:]
        if len(self._waiting) > MOST_BYTES:
            self.n_left_out += len(self._waiting)
            self._waiting = b""


def _start(document: bytes) -> int:
    """Return where a document begins, behind whatever stands before it; -1 for nowhere."""
    found = [
        match.start() for match in re.finditer(rb"<(?:[\w.-]+:)?MetadataStream[\s>]", document)
    ]
    declared = document.rfind(b"<?xml")
    if not found:
        return -1
    return declared if 0 <= declared < found[-1] else found[-1]
