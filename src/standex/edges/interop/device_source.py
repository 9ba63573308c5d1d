"""A laboratory's own devices as a live source: a function that reads one is all that is wanted.

::

    def read():
        with serial.Serial("/dev/ttyUSB0") as port:
            for line in port:
                x_m, y_m, score = map(float, line.split())
                yield Reading(
                    kind="video.floor_positions",
                    arrays={"position_sensor_m": [[x_m, y_m]], "sigma_m": [0.1], "score": [score]},
                )

    source = DeviceSource({"my-sensor": read}, clock=clock)

Each device has a thread of its own. Where ``read`` ends or raises, the sensor counts as failed and
is opened again after a pause; the other devices do not notice.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from standex.edges.clock import Clock
from standex.edges.interop.mqtt_messages import ROW_SHAPES
from standex.edges.interop.record_queue import RecordQueue
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.record import Record

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What a device delivered at once.

    Attributes:
        kind: how the arrays are to be read, as the sensor's technology documents it.
        arrays: by name; whatever NumPy makes an array of.
        t_utc_ns: middle of the dwell by the device's clock; None for the moment of reading.
        sequence: the device's own number, so that what is lost on the way is noticed; None
            counts the readings.
    """

    kind: str
    arrays: Mapping[str, Any]
    t_utc_ns: int | None = None
    sequence: int | None = None


Reads = Callable[[], Iterator[Reading]]


@final
class DeviceSource:
    """Satisfies ``LiveSource`` and ``TellingSource``."""

    def __init__(
        self,
        devices: Mapping[str, Reads],
        *,
        clock: Clock,
        first_pause_s: float = FIRST_PAUSE_S,
        longest_pause_s: float = LONGEST_PAUSE_S,
    ) -> None:
        """Make a source; nothing is opened before records are asked for.

        Args:
            devices: by sensor of the site: opens the device and yields its readings.
            clock: for readings without a time, and for health.
            first_pause_s: before a device is opened again; doubled up to ``longest_pause_s``.
            longest_pause_s: see there.
        """
        self._devices = dict(devices)
        self._clock = clock
        self._first_pause_s, self._longest_pause_s = first_pause_s, longest_pause_s
        self._queue = RecordQueue()
        self._is_over = threading.Event()
        self._trouble: dict[str, Health] = {}

    def close(self) -> None:
        """Let ``records`` come to its end; may be called from another thread."""
        self._is_over.set()
        self._queue.close()

    def troubles(self) -> Mapping[str, Health]:
        """Return what is wrong with devices now, by sensor."""
        return dict(self._trouble)

    def records(self) -> Iterator[Record]:
        """Yield records as they come, until the source is closed."""
        for name in self._devices:
            threading.Thread(
                target=self._follow, args=(name,), name=f"device {name}", daemon=True
            ).start()
        yield from self._queue.records()

    def _follow(self, name: str) -> None:
        sequence, pause_s = 0, self._first_pause_s
        while not self._is_over.is_set():
            n_before = sequence
            message = "it has ended; it is opened again"
            try:
                for reading in self._devices[name]():
                    if self._is_over.is_set():
                        return
                    number = sequence if reading.sequence is None else int(reading.sequence)
                    self._queue.put(self._record(name, reading, number))
                    sequence = number + 1
                    self._trouble.pop(name, None)
            except Exception as error:  # noqa: BLE001 - foreign code; it is opened again
                message = f"{type(error).__name__}: {error}; it is opened again"
            self._trouble[name] = Health(
                sensor_id=name,
                t_utc_ns=self._clock.utc_ns(),
                state=HealthState.FAILED,
                reason=HealthReason.DISCONNECTED,
                message=message,
            )
            # Who worked for a while is opened again soon; who never does is asked less often.
            pause_s = (
                self._first_pause_s
                if sequence > n_before
                else min(2 * pause_s, self._longest_pause_s)
            )
            self._is_over.wait(pause_s)

    def _record(self, name: str, reading: Reading, number: int) -> Record:
        at = self._clock.utc_ns() if reading.t_utc_ns is None else int(reading.t_utc_ns)
        return Record(
            sensor_id=name,
            t_utc_ns=at,
            kind=reading.kind,
            sequence=number,
            arrays={key: _array(reading.kind, key, value) for key, value in reading.arrays.items()},
        )


def _array(kind: str, name: str, value: Any) -> np.ndarray:
    array = np.array(value)  # copied: devices often reuse the buffer that they read into
    if array.shape == (0,):
        return np.zeros((0, *ROW_SHAPES.get(kind, {}).get(name, ())))
    return array
