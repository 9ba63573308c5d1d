"""What is written, when, and what happens when it cannot be."""

import io
import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mcap.reader import make_reader

from standex.edges.recording import container
from standex.edges.recording.framing import messages
from standex.edges.recording.layout import Profile
from standex.edges.recording.reader import Recording
from standex.edges.recording.writer import RecordingWriter
from standex.model.errors import RecordingError
from standex.model.picture import Picture
from standex.model.ports import Sink
from standex.model.record import Record
from standex.model.tracks import no_tracks

PICTURE = Picture(
    t_utc_ns=5,
    tracks=no_tracks(5),
    history=(),
    passages={},
    health={},
    coverage={},
    n_alerts=0,
)


def all_bytes(path: Path) -> bytes:
    """Return the messages and the rest of a file, chunks unpacked."""
    unpacked = [message.data for _, message in messages(path, end_byte=path.stat().st_size)]
    return b"".join([path.read_bytes(), *unpacked])


def write_everything(writer: RecordingWriter, examples: Any) -> None:
    with writer:
        writer.record(examples.record())
        writer.hints(examples.hints())
        writer.scene(PICTURE)
        writer.publish(examples.T0, examples.all_observations(), examples.all_events())


def test_it_is_a_sink(tmp_path: Path, new_writer: Any) -> None:
    with new_writer(tmp_path / "a.mcap") as writer:
        assert isinstance(writer, Sink)


@pytest.mark.parametrize("profile", list(Profile))
def test_every_message_in_the_file_fits_the_schema_in_the_file(
    tmp_path: Path, examples: Any, new_writer: Any, check_schema: Any, profile: Profile
) -> None:
    write_everything(new_writer(tmp_path / "a.mcap", profile=profile), examples)
    topics: Counter[str] = Counter()
    with (tmp_path / "a.mcap").open("rb") as file:
        for schema, channel, message in make_reader(file, validate_crcs=True).iter_messages():
            assert schema is not None
            assert (schema.encoding, channel.message_encoding) == ("jsonschema", "json")
            check_schema(json.loads(message.data), json.loads(schema.data))
            topics[channel.topic] += 1
    kinds = ["alert", "verdict_changed", "passage_closed", "task", "health_changed"]
    kinds += ["person_rejoined", "thing_left", "task_closed", "ordered"]
    want = Counter({f"/event/{kind}": 1 for kind in kinds})
    want += Counter(["/event/health_changed", "/step", "/hints", "/scene", "/log", "/health/mw-1"])
    if profile is Profile.LAB:
        want["/record/mw-1"] = 1
    assert topics == want


def test_the_live_profile_keeps_no_body_data(
    tmp_path: Path, examples: Any, new_writer: Any
) -> None:
    live, lab = tmp_path / "live.mcap", tmp_path / "lab.mcap"
    write_everything(new_writer(live), examples)
    write_everything(new_writer(lab, profile=Profile.LAB), examples)
    # The caption of the patch, the descriptor's numbers, the kind of the raw record.
    for mark in (examples.MARK.encode(), b"1234.5625", b"microwave.s_parameters"):
        assert mark in all_bytes(lab)
        assert mark not in all_bytes(live)


def test_a_chunk_is_written_when_it_is_old_large_or_has_an_alert(
    tmp_path: Path, examples: Any, new_writer: Any
) -> None:
    path = tmp_path / "a.mcap"
    with new_writer(path, chunk_bytes=20_000, flush_interval_s=1.0) as writer:
        t0, small = examples.T0, (examples.health(),)

        def is_written(t_utc_ns: int, observations: tuple, events: tuple = ()) -> bool:
            before = path.stat().st_size
            writer.publish(t_utc_ns, observations, events)
            return path.stat().st_size > before

        assert not is_written(t0 + 1, small)
        assert not is_written(t0 + 999_999_999, small)
        assert is_written(t0 + 1_000_000_000, small)
        assert not is_written(t0 + 1_000_000_001, small)
        assert is_written(t0 + 1_000_000_002, small, (examples.alert(),))
        assert is_written(
            t0 + 1_000_000_003, (examples.drift_evidence(), *[examples.coverage()] * 4)
        )
        assert not is_written(t0 + 1_000_000_004, small)
        assert is_written(t0 - 10**9, small), "time ran backwards"
        assert not is_written(t0 - 10**9, small)
        before = path.stat().st_size
        writer.flush()
        assert path.stat().st_size > before


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from conftest import Examples, RecordingWriter, Profile
writer = RecordingWriter(
    Path(sys.argv[1]), site_id="demo", profile=Profile.LIVE, software_version="0.1.0",
    site_toml="", started_utc_ns=Examples.T0, flush_interval_s=0.2,
)
for number in range(10**6):
    writer.publish(*Examples.step(number))
    print(number, flush=True)
"""


@pytest.mark.slow
def test_a_killed_process_loses_at_most_the_last_chunk(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    code = KILLED.format(folder=str(Path(__file__).parent))
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 57:
                break
        process.send_signal(signal.SIGKILL)
        published = 58 + len(process.stdout.read().split())
    recording = Recording.open(path)
    assert not recording.is_complete
    assert "before its index" in recording.damage
    # Steps are 0.05 s apart, chunks 0.2 s: four steps, and the one under way.
    assert published - 5 <= recording.n_steps <= published + 1
    assert [number for number, _, _ in recording.steps()] == list(range(recording.n_steps))


def publish_until_error(writer: RecordingWriter, examples: Any) -> tuple[int, str]:
    for number in range(200):
        try:
            writer.publish(*examples.step(number))
        except RecordingError as error:
            return number, str(error)
    raise AssertionError("the disk never filled up")


def test_a_full_disk_ends_the_recording_and_not_the_station(
    tmp_path: Path, examples: Any, new_writer: Any
) -> None:
    path = tmp_path / "a.mcap"
    writer = new_writer(path, flush_interval_s=0.1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))  # a write stops half way, as on
    try:
        number, error = publish_until_error(writer, examples)  # a disk that fills up
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    recording = Recording.open(path)
    assert recording.n_steps > 2
    assert f"steps {recording.n_steps} to {number} are lost" in error
    assert str(path) in error
    assert "Make room" in error
    assert [entry for entry, _, _ in recording.steps()] == list(range(recording.n_steps))
    assert recording.end_byte == path.stat().st_size, "something torn was left"
    assert not writer.is_recording
    assert writer.n_steps_lost == number + 1 - recording.n_steps
    writer.publish(*examples.step(number + 1))
    writer.hints(examples.hints())
    writer.scene(PICTURE)
    writer.flush()
    writer.close()
    assert writer.n_steps_lost == number + 2 - recording.n_steps


def test_a_disk_that_is_full_from_the_start(
    tmp_path: Path, new_writer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "open_new", lambda _: io.FileIO("/dev/full", "wb"))
    with pytest.raises(RecordingError, match="No space left on device; make room"):
        new_writer(tmp_path / "a.mcap")


def test_says_when_only_the_index_is_missing(
    tmp_path: Path, examples: Any, new_writer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mcap"
    writer = new_writer(path)
    writer.publish(*examples.step(0))
    writer.flush()
    full = OSError(28, os.strerror(28))
    monkeypatch.setattr("mcap.writer.Writer.finish", lambda _: (_ for _ in ()).throw(full))
    with pytest.raises(RecordingError, match="only its index is missing"):
        writer.close()
    assert Recording.open(path).n_steps == 1


def test_an_error_of_the_caller_still_closes_the_recording(
    tmp_path: Path, examples: Any, new_writer: Any
) -> None:
    def fail_while_recording() -> None:
        with new_writer(tmp_path / "a.mcap") as writer:
            writer.publish(*examples.step(0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_while_recording()
    assert Recording.open(tmp_path / "a.mcap").is_complete


def test_what_cannot_be_encoded_leaves_no_half_step(
    tmp_path: Path, examples: Any, new_writer: Any
) -> None:
    with new_writer(tmp_path / "a.mcap") as writer:
        with pytest.raises((TypeError, ValueError)):
            writer.publish(examples.T0, (), (examples.verdict(), examples.health()))
        writer.publish(*examples.step(1))
    (only,) = Recording.open(tmp_path / "a.mcap").whole_steps()
    assert only.step == 0
    assert only.events == ()


def test_a_closed_recording_takes_nothing(tmp_path: Path, examples: Any, new_writer: Any) -> None:
    writer = new_writer(tmp_path / "a.mcap")
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="was closed"):
        writer.publish(*examples.step(0))


@pytest.mark.parametrize("profile", list(Profile))
def test_a_cameras_picture_is_in_no_recording(
    tmp_path: Path, examples: Any, new_writer: Any, profile: Profile
) -> None:
    picture = Record(
        sensor_id="mw-1",
        t_utc_ns=examples.T0,
        kind="video.frame",
        sequence=1,
        arrays={"image": np.full((4, 4, 3), 171, dtype=np.uint8)},
    )
    with new_writer(tmp_path / "a.mcap", profile=profile) as writer:
        writer.record(picture)
    assert b"video.frame" not in all_bytes(tmp_path / "a.mcap")
