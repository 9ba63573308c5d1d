"""What was left out because this computer was too slow, written into the audit by the minute.

The policy: of one sensor the newest records win; records, positions and recordings may be left out,
alarms and what people do never are.
"""

from collections.abc import Callable, Mapping
from typing import final

from standex.edges.clock import Clock

EVERY_S = 60.0


@final
class OverloadLog:
    """Notes what has been left out since it last did."""

    def __init__(self, note: Callable[[Mapping[str, int]], object], *, clock: Clock) -> None:
        """Tell ``note`` how many records were left out, by sensor, at most once a minute."""
        self._note = note
        self._clock = clock
        self._noted: dict[str, int] = {}
        self._noted_utc_ns: int | None = None

    def look(self, n_shed: Mapping[str, int]) -> None:
        """Take how many records were left out so far, by sensor."""
        now_utc_ns = self._clock.utc_ns()
        since = self._noted_utc_ns
        if since is not None and abs(now_utc_ns - since) < EVERY_S * 1e9:
            return
        more = {name: n - self._noted.get(name, 0) for name, n in n_shed.items()}
        more = {name: n for name, n in more.items() if n > 0}
        if more:
            self._note(more)
            self._noted, self._noted_utc_ns = dict(n_shed), now_utc_ns
