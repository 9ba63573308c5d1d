"""Under which number a mark goes on: through the joins, as they stood at each moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import final

from standex.model.event import PersonRejoined


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Links:
    """Which later number each earlier one goes on under, after each change.

    Attributes:
        changes: time (ns UTC) and links from then on, ascending.
    """

    changes: tuple[tuple[int, Mapping[int, int]], ...]

    def carriers(self, track_id: int, from_utc_ns: int) -> tuple[tuple[int, int], ...]:
        """Return under which numbers a mark is carried: since when, and which.

        Args:
            track_id: that was marked.
            from_utc_ns: when.
        """
        pieces = [(from_utc_ns, track_id)]
        for t_utc_ns, forward in self.changes:
            number = _followed(track_id, forward)
            if t_utc_ns <= from_utc_ns:
                pieces[0] = (from_utc_ns, number)
            elif number != pieces[-1][1]:
                pieces.append((t_utc_ns, number))
        return tuple(pieces)


def links_of(joins: Iterable[PersonRejoined]) -> Links:
    """Return the links that joins made and took back.

    A join counts while the station says it, whatever its probability: below a bound of its own the
    station says none. Of two later numbers joined with one earlier one, the last said counts.

    Args:
        joins: in order of time.
    """
    earlier_of: dict[int, int] = {}
    changes: list[tuple[int, Mapping[int, int]]] = []
    for join in joins:
        earlier_of.pop(join.track_id, None)
        if join.earlier_track_id:
            earlier_of[join.track_id] = join.earlier_track_id
        forward = {earlier: later for later, earlier in earlier_of.items()}
        changes.append((join.t_utc_ns, forward))
    return Links(changes=tuple(changes))


NO_LINKS = Links(changes=())


def _followed(track_id: int, forward: Mapping[int, int]) -> int:
    number, seen = track_id, {track_id}
    while (later := forward.get(number)) is not None and later not in seen:
        number = later
        seen.add(number)
    return number
