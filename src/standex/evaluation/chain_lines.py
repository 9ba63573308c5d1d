"""The lines of a hand-over chain, and when people really crossed them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from standex.decision.passages import crossed
from standex.model.errors import StandexError
from standex.model.site import Line, LineRole, Site
from standex.model.trajectories import Trajectories

CHAIN = (LineRole.INIT, LineRole.REID, LineRole.EXIT)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossings:
    """Whole passages, one a row: who crossed all three lines in their order, and when.

    Attributes:
        visit: number in the scene.
        frame: at which they had crossed Init, Re-ID and Exit for the first time, forwards.
        place_site_m: where they were at these frames.
        n_other: visits that are no whole passages.
    """

    visit: Int[np.ndarray, " n"]
    frame: Int[np.ndarray, "n 3"]
    place_site_m: Float[np.ndarray, "n 3 2"]
    n_other: int


def chain_of(site: Site) -> tuple[Line, Line, Line]:
    """Return the Init, Re-ID and Exit line of a site.

    Raises:
        StandexError: the site has not exactly one of each.
    """
    found = [[line for line in site.lines if line.role is role] for role in CHAIN]
    if any(len(lines) != 1 for lines in found):
        has = ", ".join(f"{len(lines)} {role}" for lines, role in zip(found, CHAIN, strict=True))
        raise StandexError(
            f"site {site.site_id} is no hand-over chain: it needs one line of each role, it has "
            f"{has}; try rome"
        )
    init, re_id, exit_line = (lines[0] for lines in found)
    return init, re_id, exit_line


def crossings(trajectories: Trajectories, lines: tuple[Line, Line, Line]) -> Crossings:
    """Return when people crossed the lines of a chain for the first time.

    Args:
        trajectories: true ways, one visit a number.
        lines: Init, Re-ID and Exit.
    """
    rows = trajectories
    goes_on = (rows.person[1:] == rows.person[:-1]) & (rows.frame[1:] == rows.frame[:-1] + 1)
    after = np.flatnonzero(goes_on) + 1
    people = rows.people
    first = np.full((len(people), len(lines)), -1, dtype=np.int64)
    for column, line in enumerate(lines):
        over = after[crossed(line, rows.position_m[after - 1], rows.position_m[after])]
        who, at = np.unique(rows.person[over], return_index=True)
        first[np.searchsorted(people, who), column] = over[at]
    frame = rows.frame[first]
    whole = (first >= 0).all(axis=1) & (np.diff(frame, axis=1) > 0).all(axis=1)
    return Crossings(
        visit=people[whole].astype(np.int64),
        frame=frame[whole].astype(np.int64),
        place_site_m=rows.position_m[first[whole]],
        n_other=int((~whole).sum()),
    )
