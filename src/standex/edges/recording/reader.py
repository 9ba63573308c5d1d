"""Reads a recording, also one whose writer was killed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Message, Metadata

from standex.edges.recording import layout
from standex.edges.recording.codec import decode, from_bytes
from standex.edges.recording.framing import DamageError, blocks, messages, parse
from standex.edges.recording.layout import EventMessage, Profile, StepMessage
from standex.model.errors import RecordingError
from standex.model.event import Event
from standex.model.hints import Hints
from standex.model.observation import Observation
from standex.model.record import Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedStep:
    """One call of ``Station.update``: what it was given and what it said."""

    step: int
    t_utc_ns: int
    observations: tuple[Observation, ...]
    events: tuple[Event, ...]


def origin_of_file(path: Path) -> str:
    """Return where the records of a recording came from; only the beginning of the file is read.

    Raises:
        RecordingError: it cannot be read, or is no recording of this software.
    """
    try:
        for block in blocks(path):
            if block.opcode == Opcode.CHUNK:
                break
            for entry in parse(block):
                if isinstance(entry, Metadata) and entry.name == layout.METADATA:
                    about = _checked(path, entry.metadata)
                    return about.get("origin", layout.origin_of(is_simulated=None))
    except DamageError as error:
        raise RecordingError(_unusable(path, str(error))) from error
    raise RecordingError(_unusable(path, ""))


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """A recording on disk, as far as it can be read.

    Attributes:
        path: of the file.
        site_id: of the site.
        profile: what was allowed to be kept.
        software_version: that wrote it.
        started_utc_ns: what ``Station.start`` was given.
        origin: ``simulated``, ``measured`` or ``unknown``.
        site_toml: the site description, as it was.
        n_steps: steps that can be read.
        n_records: raw records that can be read.
        damage: what is wrong with the file and where, or empty.
        end_byte: up to where it can be read.
    """

    path: Path
    site_id: str
    profile: Profile
    software_version: str
    started_utc_ns: int
    origin: str
    site_toml: str
    n_steps: int
    n_records: int
    damage: str
    end_byte: int

    @classmethod
    def open(cls, path: Path) -> "Recording":
        """Go through the file once, check it, and return what it is.

        Raises:
            RecordingError: it cannot be read, is no recording of this software, has another
                schema version, or is damaged before the first chunk.
        """
        about: dict[str, str] | None = None
        site_toml: str | None = None
        topics: dict[int, str] = {}
        n_steps = n_records = end_byte = 0
        damage = ""
        try:
            for block in blocks(path):
                if block.opcode == Opcode.CHUNK and about is None:
                    break  # somebody else's file: do not go through all of it
                for entry in parse(block):
                    if isinstance(entry, Metadata) and entry.name == layout.METADATA:
                        about = _checked(path, entry.metadata)
                    elif isinstance(entry, Attachment) and entry.name == layout.SITE_FILE:
                        site_toml = entry.data.decode(errors="replace")
                    elif isinstance(entry, Channel):
                        topics[entry.id] = entry.topic
                    elif isinstance(entry, Message):
                        topic = topics.get(entry.channel_id, "")
                        n_steps += topic == layout.STEP_TOPIC
                        n_records += topic.startswith(layout.RECORD_TOPICS)
                end_byte = block.end_byte
        except DamageError as error:
            damage = f"{error}: its writer was stopped, or the file was cut or changed"
        if about is None or site_toml is None:
            raise RecordingError(_unusable(path, damage))
        return cls(
            path=path,
            site_id=about["site_id"],
            profile=Profile(about["profile"]),
            software_version=about["software_version"],
            started_utc_ns=int(about["started_utc_ns"]),
            origin=about.get("origin", layout.origin_of(is_simulated=None)),
            site_toml=site_toml,
            n_steps=n_steps,
            n_records=n_records,
            damage=damage,
            end_byte=end_byte,
        )

    @property
    def is_complete(self) -> bool:
        """Whether the recording was closed in good order and nothing of it is missing."""
        return not self.damage

    def whole_steps(self) -> Iterator[RecordedStep]:
        """Yield each step with its events.

        Raises:
            RecordingError: a message cannot be read.
        """
        said: list[EventMessage] = []
        for topic, message in messages(self.path, end_byte=self.end_byte):
            if topic.startswith(layout.EVENT_TOPICS):
                said.append(self._decoded(EventMessage, topic, message))
            elif topic == layout.STEP_TOPIC:
                step: StepMessage = self._decoded(StepMessage, topic, message)
                places = [(entry.step, entry.index) for entry in said]
                if places != [(step.step, index) for index in range(step.n_events)]:
                    raise RecordingError(
                        f"{self.path}: step {step.step} should have {step.n_events} events and "
                        f"has {len(said)} in another order; the file was changed: use the original"
                    )
                yield RecordedStep(
                    step=step.step,
                    t_utc_ns=step.t_utc_ns,
                    observations=step.observations,
                    events=tuple(entry.event for entry in said),
                )
                said.clear()

    def steps(self) -> Iterator[tuple[int, int, tuple[Observation, ...]]]:
        """Yield number, time and observations of each step.

        Raises:
            RecordingError: a message cannot be read.
        """
        for topic, message in messages(self.path, end_byte=self.end_byte):
            if topic == layout.STEP_TOPIC:
                step: StepMessage = self._decoded(StepMessage, topic, message)
                yield step.step, step.t_utc_ns, step.observations

    def events(self) -> Iterator[tuple[int, Event]]:
        """Yield each event with the step in which it was said.

        Raises:
            RecordingError: a message cannot be read.
        """
        for step in self.whole_steps():
            for event in step.events:
                yield step.step, event

    def hints(self) -> Iterator[Hints]:
        """Yield the hints, in the order in which they were recorded.

        Raises:
            RecordingError: a message cannot be read.
        """
        for topic, message in messages(self.path, end_byte=self.end_byte):
            if topic == layout.HINTS_TOPIC:
                yield self._decoded(Hints, topic, message)

    def records(self) -> Iterator[Record]:
        """Return the raw records, in the order in which they were recorded.

        Raises:
            RecordingError: the recording holds none, or one cannot be read.
        """
        if self.profile is not Profile.LAB:
            raise RecordingError(
                f"{self.path} has the {self.profile.value} profile, which keeps no raw records; "
                f"replay its observations, or record with the {Profile.LAB.value} profile"
            )
        return (
            self._decoded(Record, topic, message)
            for topic, message in messages(self.path, end_byte=self.end_byte)
            if topic.startswith(layout.RECORD_TOPICS)
        )

    def _decoded(self, cls: type, topic: str, message: Message) -> Any:
        try:
            return decode(cls, from_bytes(message.data))
        except ValueError as error:
            raise RecordingError(
                f"{self.path}: a message of {topic} at {message.log_time} ns cannot be read "
                f"({error}); it was written by standex {self.software_version}: read it with that"
            ) from error


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordingSource:
    """The raw records of a lab recording; satisfies the port ``Source``."""

    recording: Recording

    def records(self) -> Iterator[Record]:
        """Return the records of all sensors, in the order in which they were recorded.

        Raises:
            RecordingError: the recording holds none, or one cannot be read.
        """
        return self.recording.records()


def _checked(path: Path, about: dict[str, str]) -> dict[str, str]:
    version = about.get("schema_version", "")
    if version != str(layout.SCHEMA_VERSION):
        raise RecordingError(
            f"{path} has schema version {version or 'none'}, this software reads version "
            f"{layout.SCHEMA_VERSION}; use standex {about.get('software_version', '')}, "
            "which wrote it"
        )
    try:
        Profile(about["profile"])
        int(about["started_utc_ns"])
        _ = about["site_id"], about["software_version"]
    except (KeyError, ValueError) as error:
        raise RecordingError(
            f"{path}: the metadata {layout.METADATA!r} is not as standex writes it ({error!r}); "
            "use the original file"
        ) from error
    return about


def _unusable(path: Path, damage: str) -> str:
    if damage:
        return f"{path} has nothing that can be read: {damage}; use another recording"
    return f"{path} is an MCAP file, but no recording of standex; name a file that standex made"
