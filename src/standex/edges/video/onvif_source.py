"""Metadata of smart cameras as a live source: bytes from a file, a pipe or a connection."""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, final

from standex.edges.clock import Clock
from standex.edges.video.onvif import MetadataSplitter, OnvifCamera, boxes_of
from standex.model.errors import RecordError
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.record import Record

Opens = Callable[[], AbstractContextManager[BinaryIO]]
_PIECE = 65_536
_MOST_WAITING = 64
_POLL_S = 0.2


@final
class OnvifSource:
    """Satisfies ``LiveSource``: boxes of people, as cameras with analytics of their own send them.

    One thread reads each camera. Boxes are small, so all are delivered; where nobody takes them,
    the queue's bound holds the readers back. What cannot be read is told as health.
    """

    def __init__(self, cameras: Mapping[str, tuple[OnvifCamera, Opens]], *, clock: Clock) -> None:
        """Make a source; nothing is opened before records are asked for.

        Args:
            cameras: by sensor: what must be known, and what opens its stream of bytes.
            clock: times of health are of.
        """
        self._cameras = dict(cameras)
        self._clock = clock
        self._arrived: queue.Queue[Record | None] = queue.Queue(_MOST_WAITING)
        self._is_over = threading.Event()
        self._trouble: dict[str, Health] = {}

    def close(self) -> None:
        """Let ``records`` come to its end; may be called from another thread."""
        self._is_over.set()

    def troubles(self) -> Mapping[str, Health]:
        """Return what is wrong with cameras now, by sensor."""
        return dict(self._trouble)

    def records(self) -> Iterator[Record]:
        """Yield records as they come, until all streams have ended or the source is closed."""
        for name in self._cameras:
            threading.Thread(target=self._read, args=(name,), daemon=True).start()
        n_open = len(self._cameras)
        while n_open and not self._is_over.is_set():
            try:
                record = self._arrived.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if record is None:
                n_open -= 1
            else:
                yield record

    def _read(self, name: str) -> None:
        camera, opens = self._cameras[name]
        splitter, sequence = MetadataSplitter(), 0
        try:
            with opens() as stream:
                while not self._is_over.is_set() and (data := stream.read(_PIECE)):
                    for document in splitter.feed(data):
                        try:
                            records = boxes_of(document, camera, first_sequence=sequence)
                        except RecordError as error:
                            self._stand(name, HealthReason.BAD_RECORD, str(error))
                            continue
                        self._trouble.pop(name, None)
                        sequence += len(records)
                        for record in records:
                            self._put(record)
            self._stand(name, HealthReason.DISCONNECTED, "its metadata have ended")
        except Exception as error:  # noqa: BLE001 - foreign streams; the other cameras go on
            self._stand(name, HealthReason.DISCONNECTED, f"its metadata broke off ({error})")
        self._put(None)

    def _put(self, record: Record | None) -> None:
        while not self._is_over.is_set():
            try:
                self._arrived.put(record, timeout=_POLL_S)
            except queue.Full:
                continue
            return

    def _stand(self, name: str, reason: HealthReason, message: str) -> None:
        self._trouble[name] = Health(
            sensor_id=name,
            t_utc_ns=self._clock.utc_ns(),
            state=HealthState.FAILED,
            reason=reason,
            message=message,
        )
