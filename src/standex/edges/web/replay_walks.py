"""What walk tests tell of the people of a recording: which of them were testers, and carried what.

The station followed a tester as anybody else. They are found by the moment at which they were first
followed, which a recording repeats to the nanosecond; where a test did not keep it, by being the
only one who came in while the walk went on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWalk:
    """One walk of a walk test that counts.

    Attributes:
        has_object: whether the reference object was carried.
        from_utc_ns: when it was begun.
        to_utc_ns: when it was over.
        first_utc_ns: when the tester was first followed; 0 where that was not kept.
    """

    has_object: bool
    from_utc_ns: int
    to_utc_ns: int
    first_utc_ns: int


def walkers_in(walks: Iterable[KnownWalk], began_utc_ns: Mapping[int, int]) -> dict[int, bool]:
    """Return who of a recording was a tester, by track number: whether they carried the object.

    Args:
        walks: of the time of the recording.
        began_utc_ns: when each person of the recording was first followed, by track number.
    """
    found: dict[int, bool] = {}
    for walk in walks:
        if walk.first_utc_ns:
            mine = [who for who, t in began_utc_ns.items() if t == walk.first_utc_ns]
        else:
            mine = [
                who for who, t in began_utc_ns.items() if walk.from_utc_ns <= t <= walk.to_utc_ns
            ]
        if len(mine) == 1:
            found[mine[0]] = walk.has_object
    return found
