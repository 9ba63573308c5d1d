"""On which floor somebody is, from what is known: tracks themselves are flat.

Where a site has one floor, that is it. Elsewhere it is the floor of the sensors that can see where
somebody is, if these are all of one floor; else that of the last sensor that looked rather at them
than at anybody else. Whoever is on a floor that nothing tells is not put on any.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from standex.model.observation import Coverage
from standex.model.picture import Picture
from standex.model.site import Site

UNKNOWN = -1
LEAST_REPORT = 0.1  # of a sensor that would rather not have seen them
RATHER = 0.5


def levels_of(
    picture: Picture,
    numbers: Sequence[int],
    position_site_m: Float[np.ndarray, "n 2"],
    site: Site,
) -> list[int]:
    """Return the row of each person's floor in the site; ``UNKNOWN`` where it is not known.

    Args:
        picture: with the latest coverage of each sensor.
        numbers: of the people.
        position_site_m: x, y of each.
        site: whose floors.
    """
    row_of = {level.level_id: row for row, level in enumerate(site.levels)}
    if len(site.levels) == 1:
        return [0] * len(numbers)
    seen = [(row_of.get(one.level_id, UNKNOWN), one) for one in picture.coverage.values()]
    levels: list[int] = []
    for number, place in zip(numbers, position_site_m, strict=True):
        there = {row for row, one in seen if p_report_at(one, place) >= LEAST_REPORT} - {UNKNOWN}
        levels.append(there.pop() if len(there) == 1 else _last_look(picture, number, site))
    return levels


def p_report_at(coverage: Coverage, place_site_m: Float[np.ndarray, " 2"]) -> float:
    """Return P(a sensor reports a person who stands there); 0 outside of its grid."""
    cell = np.floor((place_site_m - coverage.origin_site_m) / coverage.cell_m)
    if not np.isfinite(cell).all():
        return 0.0
    x, y = int(cell[0]), int(cell[1])
    n_x, n_y = coverage.p_report.shape
    return float(coverage.p_report[x, y]) if 0 <= x < n_x and 0 <= y < n_y else 0.0


def _last_look(picture: Picture, number: int, site: Site) -> int:
    """Return the floor of the sensor that looked at somebody last, or ``UNKNOWN``."""
    passage = picture.passages.get(number)
    looks = [] if passage is None else [e for e in passage.entries if e.attachment >= RATHER]
    if not looks:
        return UNKNOWN
    last = max(looks, key=lambda entry: entry.t_utc_ns)
    floors = {spec.sensor_id: spec.level_id for spec in site.sensors}
    names = [level.level_id for level in site.levels]
    floor = floors.get(last.sensor_id)
    return names.index(floor) if floor in names else UNKNOWN
