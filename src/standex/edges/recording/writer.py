"""Writes a recording that stays readable when its writer is killed or the disk runs full."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, final

from standex.edges.recording import foxglove, layout
from standex.edges.recording.codec import Schema, encode, json_schema
from standex.edges.recording.container import Container
from standex.edges.recording.layout import EventMessage, Profile, StepMessage
from standex.edges.recording.privacy import KINDS_OF_PICTURES, without_body_data
from standex.model.errors import RecordingError
from standex.model.event import Alert, Event
from standex.model.hints import Hints
from standex.model.observation import Health, Observation
from standex.model.picture import Picture
from standex.model.record import Record


@final
class RecordingWriter:
    """A recording in the making; satisfies the port ``Sink``.

    Every call of ``Station.update`` must be published, in order, also the ones that say
    nothing: they are what a replay is made from. Steps are written by the chunk, once it is
    large or old enough or holds an alert; a killed process loses at most the last chunk.

    When the disk is full or gone, the call that notices raises one ``RecordingError``; the
    file stays readable up to the last whole chunk, and the recording has ended. Later calls
    only count, in ``n_steps_lost``, so that the station can go on.

    Attributes:
        path: of the file.
        profile: what may be kept.
        n_steps_lost: steps that were published and are not in the file.
    """

    def __init__(
        self,
        path: Path,
        *,
        site_id: str,
        profile: Profile,
        software_version: str,
        site_toml: str,
        started_utc_ns: int,
        is_simulated: bool | None = None,
        chunk_bytes: int = 256 * 1024,
        flush_interval_s: float = 1.0,
    ) -> None:
        """Create the file and write what it is about.

        Args:
            path: of a file that does not exist yet.
            site_id: of the site.
            profile: what may be kept.
            software_version: of this software.
            site_toml: the site description, as it was read.
            started_utc_ns: what ``Station.start`` was given.
            is_simulated: whether the records come from the twin; None where nobody knows.
            chunk_bytes: a chunk is written once its messages are that large,
            flush_interval_s: or that old, by the times of the messages themselves.

        Raises:
            RecordingError: the file exists, or cannot be written.
        """
        self.path = path
        self.profile = profile
        self.n_steps_lost = 0
        self._chunk_bytes = chunk_bytes
        self._flush_interval_ns = round(flush_interval_s * 1e9)
        self._flushed_utc_ns = started_utc_ns
        self._is_simulated = is_simulated
        self._n_steps = 0
        self._n_steps_written = 0
        self._is_closed = False
        self._container: Container | None = Container(path)
        try:
            self._container.start(
                t_utc_ns=started_utc_ns,
                metadata_name=layout.METADATA,
                metadata={
                    "schema_version": str(layout.SCHEMA_VERSION),
                    "site_id": site_id,
                    "profile": profile.value,
                    "software_version": software_version,
                    "started_utc_ns": str(started_utc_ns),
                    "origin": layout.origin_of(is_simulated=is_simulated),
                },
                attachment_name=layout.SITE_FILE,
                attachment=site_toml.encode(),
            )
        except OSError as error:
            self._container.abandon()
            path.unlink(missing_ok=True)
            raise RecordingError(
                f"cannot write the recording {path}: {error.strerror}; make room, or choose "
                "another folder"
            ) from error

    @property
    def is_recording(self) -> bool:
        """Whether what comes next will be kept."""
        return self._container is not None

    def publish(
        self, t_utc_ns: int, observations: tuple[Observation, ...], events: tuple[Event, ...], /
    ) -> None:
        """Keep one step of the station.

        Raises:
            RecordingError: the disk is full or gone; see the class.
            ValueError: the recording was closed.
        """
        if not self._is_kept():
            self.n_steps_lost += 1
            return
        step = self._n_steps
        if self.profile is not Profile.LAB:
            observations = tuple(without_body_data(entry) for entry in observations)
        # Encoded before anything is added: a value that cannot be encoded leaves no half step.
        whole = encode(
            StepMessage(
                step=step, t_utc_ns=t_utc_ns, n_events=len(events), observations=observations
            )
        )
        said = [
            encode(EventMessage(step=step, index=index, event=event))
            for index, event in enumerate(events)
        ]
        for event, message in zip(events, said, strict=True):
            self._add_event(t_utc_ns, event, message)
        for entry in observations:
            if isinstance(entry, Health):
                topic = layout.HEALTH_TOPICS + entry.sensor_id
                self._add(topic, t_utc_ns, encode(entry), schema=json_schema(Health))
        self._add(layout.STEP_TOPIC, t_utc_ns, whole, schema=json_schema(StepMessage))
        self._n_steps += 1
        self._flush_when_due(t_utc_ns, is_urgent=any(isinstance(e, Alert) for e in events))

    def record(self, record: Record, /) -> None:
        """Keep a raw record in the lab profile; in the live profile do nothing.

        A camera's pictures are in no profile: they show people.

        Raises:
            RecordingError: the disk is full or gone; see the class.
            ValueError: the recording was closed.
        """
        if record.kind in KINDS_OF_PICTURES:
            return
        if self._is_kept() and self.profile is Profile.LAB:
            topic = layout.RECORD_TOPICS + record.sensor_id
            self._add(topic, record.t_utc_ns, encode(record), schema=json_schema(Record))
            self._flush_when_due(record.t_utc_ns)

    def hints(self, hints: Hints, /) -> None:
        """Keep where the sensors were asked to look.

        Raises:
            RecordingError: the disk is full or gone; see the class.
            ValueError: the recording was closed.
        """
        if self._is_kept():
            schema = json_schema(Hints)
            self._add(layout.HINTS_TOPIC, hints.t_utc_ns, encode(hints), schema=schema)
            self._flush_when_due(hints.t_utc_ns)

    def scene(self, picture: Picture, /) -> None:
        """Keep where the people are, for viewers; a few times a second are enough.

        Raises:
            RecordingError: the disk is full or gone; see the class.
            ValueError: the recording was closed.
        """
        if self._is_kept():
            scene = foxglove.scene_update(picture)
            schema = foxglove.SCENE_SCHEMA
            self._add(layout.SCENE_TOPIC, picture.t_utc_ns, scene, schema=schema)
            self._flush_when_due(picture.t_utc_ns)

    def flush(self) -> None:
        """Write what is held back.

        Raises:
            RecordingError: the disk is full or gone; see the class.
        """
        if self._container is None:
            return
        try:
            self._container.flush()
        except OSError as error:
            raise self._ended(error) from error
        self._n_steps_written = self._n_steps

    def close(self) -> None:
        """Write the rest and the index; a second call does nothing.

        Raises:
            RecordingError: the disk is full or gone; see the class.
        """
        self._is_closed = True
        self.flush()
        container, self._container = self._container, None
        if container is None:
            return
        try:
            container.finish()
        except OSError as error:
            raise RecordingError(
                f"the recording {self.path} could not be closed: {error.strerror}. "
                "All of its steps are there, only its index is missing; it can be replayed."
            ) from error

    def __enter__(self) -> "RecordingWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _is_kept(self) -> bool:
        if self._is_closed:
            raise ValueError(f"the recording {self.path} was closed")
        return self._container is not None

    def _add(
        self, topic: str, t_utc_ns: int, message: Mapping[str, Any], *, schema: Schema
    ) -> None:
        if self._container is not None:
            self._container.add(
                topic, t_utc_ns=t_utc_ns, message=message, schema=schema, sequence=self._n_steps
            )

    def _add_event(self, t_utc_ns: int, event: Event, message: Mapping[str, Any]) -> None:
        topic = layout.EVENT_TOPICS + layout.event_kind(type(event))
        self._add(topic, t_utc_ns, message, schema=layout.event_schema(type(event)))
        if isinstance(event, Alert):
            log = foxglove.alert_log(event, is_simulated=self._is_simulated is True)
            self._add(layout.LOG_TOPIC, t_utc_ns, log, schema=foxglove.LOG_SCHEMA)

    def _flush_when_due(self, t_utc_ns: int, *, is_urgent: bool = False) -> None:
        if self._container is None:
            return
        is_large = self._container.pending_bytes >= self._chunk_bytes
        # abs: time that runs backwards must not hold the chunk back
        is_old = abs(t_utc_ns - self._flushed_utc_ns) >= self._flush_interval_ns
        if is_large or is_old or is_urgent:
            self.flush()
            self._flushed_utc_ns = t_utc_ns

    def _ended(self, error: OSError) -> RecordingError:
        """End the recording and return what to say about it."""
        if self._container is not None:
            self._container.abandon()
            self._container = None
        lost = self._n_steps - self._n_steps_written
        self.n_steps_lost += lost
        steps = (
            f"steps {self._n_steps_written} to {self._n_steps - 1} are lost"
            if lost
            else "no step is lost so far"
        )
        return RecordingError(
            f"cannot write the recording {self.path}: {error.strerror}; {steps}, and nothing "
            f"more is recorded. The {self._n_steps_written} steps before can be read. "
            "Make room and start a new recording."
        )
