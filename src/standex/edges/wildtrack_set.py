"""The WILDTRACK table of boxes and ground positions -> a set of frames of seven cameras.

``boxes.csv.gz``: frame,person,position_id,view,xmin,ymin,xmax,ymax; frames step by 5 at 10 frames a
second; ground cells of 2.5 cm, X = -3.0 + 0.025 (id % 480), Y = -9.0 + 0.025 (id // 480).

References:
    Chavdarova et al., CVPR 2018, 5030.
"""

from pathlib import Path

import numpy as np

from standex.edges.cameras.wildtrack import NAMES, read_wildtrack
from standex.edges.trajectories.text_file import parse_numbers, read_lines
from standex.evaluation.cameras_run import AnnotatedBoxes, CameraSet
from standex.evaluation.tracking_scans import Whereabouts
from standex.model.errors import DataFileError
from standex.model.site import Level

HEADER = "frame,person,position_id,view,xmin,ymin,xmax,ymax"
MIN_M, CELL_M, N_ACROSS, N_ALONG = np.array([-3.0, -9.0]), 0.025, 480, 1440
FRAME_RATE_HZ = 10.0


def read_wildtrack_set(folder: Path) -> CameraSet:
    """Return the whole set.

    Args:
        folder: with ``boxes.csv.gz`` and ``calibrations``.

    Raises:
        DataFileError: a file is missing or is not what it should be.
    """
    path = folder / "boxes.csv.gz"
    lines = read_lines(path)
    if not lines or lines[0].strip() != HEADER:
        raise DataFileError(f"{path}: the first line must be {HEADER}")
    table = parse_numbers(
        path, lines, separator=",", widths=(8,), layout=HEADER, first_line=2
    ).values
    frame, person, cell, view = table[:, :4].astype(np.int64).T
    if not ((view >= 0) & (view < len(NAMES)) & (cell >= 0) & (cell < N_ACROSS * N_ALONG)).all():
        raise DataFileError(f"{path}: a view outside 0..6 or a position outside the ground grid")
    # One position for each person and frame, whoever sees them.
    _, first = np.unique(np.stack([frame, person], axis=1), axis=0, return_index=True)
    frames = np.unique(frame)
    place = MIN_M + CELL_M * np.stack([cell[first] % N_ACROSS, cell[first] // N_ACROSS], axis=1)
    bounds = np.searchsorted(frame[first], frames)
    truth = Whereabouts(
        t_utc_ns=np.round(frames / FRAME_RATE_HZ * 1e9).astype(np.int64),
        first_row=np.append(bounds, len(first)),
        who=person[first],
        position_site_m=place,
    )
    boxes = tuple(
        {
            name: AnnotatedBoxes(corner_px=table[rows, 4:], person=person[rows])
            for v, name in enumerate(NAMES)
            for rows in [np.flatnonzero((frame == f) & (view == v))]
        }
        for f in frames.tolist()
    )
    return CameraSet(
        name="wildtrack",
        cameras={name: read_wildtrack(folder / "calibrations", name) for name in NAMES},
        level=Level(
            level_id="ground",
            min_site_m=MIN_M,
            max_site_m=MIN_M + CELL_M * np.array([N_ACROSS, N_ALONG]),
            wall_site_m=np.zeros((0, 2, 2)),
        ),
        truth=truth,
        boxes=boxes,
    )
