"""A recorded video with annotated people: PETS 2009 S2.L1 view 1, as a folder of data holds it.

Boxes are in pixels of the original of 768 x 576; the video is smaller, of the same shape. Frame k
of the video, from 0, is frame k + 1 of the boxes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8

from standex.edges.cameras.tsai import read_tsai
from standex.edges.video.opened import VideoInput, opened
from standex.model.errors import DataFileError
from standex.sensing.video.camera import Camera

VIDEO = Path("video/pets2009_s2l1_view001_480x360.avi")
FOLDER = Path("mot/PETS09-S2L1")
N_FRAMES = 795
RATE_HZ = 10.0
STARTED_UTC_NS = 1_243_000_000 * 10**9  # any: the recording does not say


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoxTable:
    """Boxes of a video.

    Attributes:
        corner_px: one array a frame.
        who: number of the person of each; -1 where nobody says.
        score: of each.
    """

    corner_px: tuple[Float[np.ndarray, "_ 4"], ...]
    who: tuple[Int[np.ndarray, "_"], ...]
    score: tuple[Float[np.ndarray, "_"], ...]

    def first(self, n_frames: int) -> "BoxTable":
        """Return the boxes of the first frames."""
        return BoxTable(
            corner_px=self.corner_px[:n_frames],
            who=self.who[:n_frames],
            score=self.score[:n_frames],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnnotatedVideo:
    """The video and all that is known of it.

    Attributes:
        path: of the video.
        camera: in pixels of the boxes.
        truth: annotated people.
        public: boxes of a Faster R-CNN that the benchmark hands out.
    """

    path: Path
    camera: Camera
    truth: BoxTable
    public: BoxTable

    @property
    def n_frames(self) -> int:
        """Return of how many frames the boxes are."""
        return len(self.truth.corner_px)

    def first(self, n_frames: int) -> "AnnotatedVideo":
        """Return the beginning of the video."""
        return replace(self, truth=self.truth.first(n_frames), public=self.public.first(n_frames))

    @property
    def t_utc_ns(self) -> Int[np.ndarray, " frames"]:
        """Return the time of each frame."""
        return STARTED_UTC_NS + np.arange(self.n_frames, dtype=np.int64) * round(1e9 / RATE_HZ)

    def images(self) -> Iterator[UInt8[np.ndarray, "h w 3"]]:
        """Yield the frames.

        Raises:
            DataFileError: the video cannot be read, or has another number of frames.
        """
        n = 0
        with opened(VideoInput(sensor_id="pets", url=str(self.path), rate_hz=RATE_HZ)) as frames:
            for n, frame in enumerate(frames, 1):
                if n <= self.n_frames:
                    yield frame.image()
                if n == self.n_frames < N_FRAMES:  # its beginning alone was asked for
                    return
        if n != N_FRAMES:
            raise DataFileError(f"{self.path}: {n} frames, {N_FRAMES} were expected")


def read_annotated_video(data: Path) -> AnnotatedVideo:
    """Return the video of a folder of data.

    Raises:
        DataFileError: a file is missing or is not what it should be.
    """
    if not (data / VIDEO).is_file():
        raise DataFileError(f"{data / VIDEO}: there is no such file; --data names the folder")
    return AnnotatedVideo(
        path=data / VIDEO,
        camera=read_tsai(data / FOLDER / "calibration/View_001.xml"),
        truth=read_boxes(data / FOLDER / "gt/gt.txt", n_frames=N_FRAMES),
        public=read_boxes(data / FOLDER / "det/det.txt", n_frames=N_FRAMES),
    )


def read_boxes(path: Path, *, n_frames: int) -> BoxTable:
    """Return the boxes of a file in the MOTChallenge's text format.

    Args:
        path: rows frame, id, left, top, width, height, score, ...; frames count from 1.
        n_frames: of the video.

    Raises:
        DataFileError: it cannot be read, or holds what is no box.
    """
    try:
        table = np.loadtxt(path, delimiter=",", ndmin=2)
    except (OSError, ValueError) as error:
        raise DataFileError(f"{path}: cannot be read as boxes ({error})") from error
    if table.shape[1] < 7 or not np.isfinite(table).all():
        raise DataFileError(f"{path}: 7 columns or more of finite numbers are wanted")
    frame = table[:, 0].astype(np.int64)
    if np.any((frame < 1) | (frame > n_frames)) or np.any(table[:, 4:6] <= 0):
        raise DataFileError(f"{path}: a frame is outside 1 to {n_frames}, or a box has no size")
    corner = np.column_stack([table[:, 2:4], table[:, 2:4] + table[:, 4:6]])
    rows = [np.flatnonzero(frame == k) for k in range(1, n_frames + 1)]
    return BoxTable(
        corner_px=tuple(corner[one] for one in rows),
        who=tuple(table[one, 1].astype(np.int64) for one in rows),
        score=tuple(table[one, 6] for one in rows),
    )
