"""Detection reports of one node -> records of kind ``sapient.detections``.

    position_site_m     [n, 2]      where, on the plan of the site
    covariance_site_m2  [n, 2, 2]   of each place
    p_person            [n]         confidence of the node that it is a person, 0 to 1
    score               [n, k]      features in the order of the sensor's settings; NaN: not given
    zone                [n]         row of ``ZONES``, or -1
    task                [n]         the task that it looked for, or empty
    outline_site_m      [corners, 2]  what it can see, by its own word; none: it has not said
    is_detecting        []          whether it says that it works
    not_done            [m]         tasks that it could not carry out, since the last record
    arrived_utc_ns      []          when the first of it came, by this computer's clock; 0: nothing
                                    came, and the time of the record is this computer's

A node says nothing where it sees nobody; a record without detections says so in its place, as long
as the node reports that it works.
"""

from collections.abc import Sequence
from math import cos, isfinite, sin
from typing import final

import numpy as np
from jaxtyping import Shaped

from standex.edges.interop.sapient.generated.detection_report_pb2 import DetectionReport
from standex.edges.interop.sapient.node_settings import CLASS, INFO, NodeSettings
from standex.edges.interop.sapient.places import Places
from standex.model.zones import ZONES

FAR_M = 5_000.0
"""A place so far from the site's anchor is a mistake of coordinates."""

MOST_DETECTIONS = 5_000
COVARIANCE_INFO = "covariance_enu_m2"
_ZONE_ROW = {zone.value: row for row, zone in enumerate(ZONES)}

Arrays = dict[str, Shaped[np.ndarray, "..."]]


@final
class ScanReader:
    """Takes out of detection reports what the site's settings name, and nothing else."""

    def __init__(self, settings: NodeSettings, places: Places) -> None:
        """Read reports of one node."""
        self._settings = settings
        self._places = places
        self._persons = frozenset(settings.person_classes)
        self._classes = {
            name.removeprefix(CLASS): at
            for at, name in enumerate(settings.features)
            if name.startswith(CLASS)
        }
        self._infos = {
            name.removeprefix(INFO): at
            for at, name in enumerate(settings.features)
            if name.startswith(INFO)
        }
        self._blank = [
            0.0 if name.startswith(CLASS) else float("nan") for name in settings.features
        ]
        c, s = cos(places.anchor.bearing_rad), sin(places.anchor.bearing_rad)
        self._turn = np.array([[c, -s], [s, c]])
        self._no_zone = -1 if settings.zone is None else ZONES.index(settings.zone)

    def read(
        self, reports: Sequence[DetectionReport], *, tasks: Sequence[str]
    ) -> tuple[Arrays, int]:
        """Return the arrays of one scan, and how many reports had no place that could be used.

        Args:
            reports: of one time.
            tasks: for each, the task of ours that it belongs to, or an empty text.
        """
        on_plan = self._places.on_plan(
            [
                report.location if report.HasField("location") else report.range_bearing
                for report in reports
            ]
        )
        at_m, covariance = on_plan.position_site_m, on_plan.covariance_site_m2
        n, k = len(reports), len(self._blank)
        p_person, zone = np.ones(n), np.full(n, self._no_zone, dtype=np.int64)
        score = np.array([self._blank] * n, dtype=float).reshape(n, k)
        for row, report in enumerate(reports):
            p_person[row] = self._p_person(report)
            if k and report.classification:
                self._score_classes(report, score[row])
            if report.object_info:
                zone[row] = self._read_infos(report, score[row], covariance[row])
        is_here = (at_m * at_m).sum(axis=1) < FAR_M**2  # what is not a number is nowhere
        if is_here.all():
            is_here = slice(None)
        arrays: Arrays = {
            "position_site_m": at_m[is_here],
            "covariance_site_m2": covariance[is_here],
            "p_person": p_person[is_here],
            "score": score[is_here],
            "zone": zone[is_here],
            "task": np.array(tasks, dtype=np.str_)[is_here],
        }
        return arrays, n - len(arrays["zone"])

    def _p_person(self, report: DetectionReport) -> float:
        p = report.detection_confidence if report.HasField("detection_confidence") else 1.0
        if self._persons and report.classification:
            p *= max(
                (
                    one.confidence if one.HasField("confidence") else 1.0
                    for one in report.classification
                    if one.type in self._persons
                ),
                default=0.0,
            )
        return min(max(p, 0.0), 1.0)

    def _score_classes(self, report: DetectionReport, score: np.ndarray) -> None:
        for one in report.classification:
            for named in (one, *one.sub_class):
                at = self._classes.get(named.type)
                if at is not None:
                    score[at] = named.confidence if named.HasField("confidence") else 1.0

    def _read_infos(
        self, report: DetectionReport, score: np.ndarray, covariance: np.ndarray
    ) -> int:
        """Fill in what ``object_info`` gives; return the row of the zone."""
        zone = self._no_zone
        for info in report.object_info:
            at = self._infos.get(info.type)
            if at is not None:
                score[at] = _number(info.value)
            elif info.type == self._settings.zone_info:
                zone = _ZONE_ROW.get(info.value, -1)
            elif info.type == COVARIANCE_INFO:
                self._read_covariance(info.value, covariance)
        return zone

    def _read_covariance(self, text: str, covariance: np.ndarray) -> None:
        """Fill in ``ee en nn`` of east and north, where they make a covariance."""
        parts = [_number(part) for part in text.split()[:4]]
        if len(parts) != 3 or not np.isfinite(parts).all():
            return
        ee, en, nn = parts
        if ee > 0 and nn > 0 and ee * nn > en * en:
            covariance[:] = self._turn @ np.array([[ee, en], [en, nn]]) @ self._turn.T


def _number(text: str) -> float:
    try:
        value = float(text[:64])
    except ValueError:
        return float("nan")
    return value if isfinite(value) else float("nan")
