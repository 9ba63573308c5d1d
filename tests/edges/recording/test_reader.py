"""Reading recordings: whole, cut, foreign and damaged ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mcap.opcode import Opcode
from mcap.reader import make_reader
from mcap.records import Message
from mcap.writer import CompressionType, Writer

from standex.edges.recording import layout
from standex.edges.recording.codec import encode, to_bytes
from standex.edges.recording.framing import blocks, parse
from standex.edges.recording.layout import Profile
from standex.edges.recording.reader import Recording, RecordingSource
from standex.model.errors import RecordingError
from standex.model.ports import Source

N_STEPS = 24


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, examples: Any, new_writer: Any) -> Path:
    """Return a lab recording."""
    path = tmp_path_factory.mktemp("recordings") / "lab.mcap"
    with new_writer(path, profile=Profile.LAB, flush_interval_s=0.2) as writer:
        for number in range(N_STEPS):
            writer.publish(*examples.step(number))
            if number % 4 == 0:
                writer.record(examples.record(examples.T0 + number, sequence=number))
                writer.hints(examples.hints())
    return path


def encoded(values: Any) -> list[bytes]:
    return [to_bytes(encode(value)) for value in values]


def test_everything_comes_back(path: Path, examples: Any) -> None:
    recording = Recording.open(path)
    assert recording.is_complete
    assert recording.damage == ""
    assert (recording.site_id, recording.software_version) == ("demo", "0.1.0")
    assert recording.profile is Profile.LAB
    assert recording.started_utc_ns == examples.T0
    assert recording.site_toml == "site_id = 'demo'\n"
    assert (recording.n_steps, recording.n_records) == (N_STEPS, N_STEPS // 4)
    want = [examples.step(number) for number in range(N_STEPS)]
    steps, whole = list(recording.steps()), list(recording.whole_steps())
    assert [number for number, _, _ in steps] == list(range(N_STEPS))
    assert [step.step for step in whole] == list(range(N_STEPS))
    for (_, t_utc_ns, observations), step, expected in zip(steps, whole, want, strict=True):
        assert t_utc_ns == step.t_utc_ns == expected[0]
        assert encoded(observations) == encoded(step.observations) == encoded(expected[1])
        assert encoded(step.events) == encoded(expected[2])
    events = list(recording.events())
    assert [number for number, _ in events] == list(range(0, N_STEPS, 5))
    assert encoded(recording.hints()) == encoded([examples.hints()] * (N_STEPS // 4))


def test_a_lab_recording_is_a_source(path: Path, examples: Any) -> None:
    source = RecordingSource(recording=Recording.open(path))
    assert isinstance(source, Source)
    records = list(source.records())
    want = [examples.record(examples.T0 + k, sequence=k) for k in range(0, N_STEPS, 4)]
    assert encoded(records) == encoded(want)
    assert records[0].arrays["s"].dtype == np.complex64


def test_a_live_recording_is_none_and_says_so(tmp_path: Path, new_writer: Any) -> None:
    new_writer(tmp_path / "a.mcap").close()
    recording = Recording.open(tmp_path / "a.mcap")
    assert (recording.n_steps, list(recording.steps())) == (0, [])
    with pytest.raises(RecordingError, match=r"keeps no raw records.*record with the lab profile"):
        RecordingSource(recording=recording).records()


def steps_before(path: Path) -> list[tuple[int, int]]:
    """Return end and number of steps so far of each chunk."""
    ends: list[tuple[int, int]] = []
    n_steps = 0
    with path.open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    (step_id,) = [c.id for c in summary.channels.values() if c.topic == "/step"]
    for block in blocks(path):
        if block.opcode == Opcode.CHUNK:
            found = [entry for entry in parse(block) if isinstance(entry, Message)]
            n_steps += sum(message.channel_id == step_id for message in found)
            ends.append((block.end_byte, n_steps))
    return ends


@pytest.mark.slow
def test_a_file_cut_anywhere_reads_up_to_the_cut(path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    chunks = steps_before(path)
    assert len(chunks) >= 6
    rng = np.random.default_rng(3)
    ends = [end for end, _ in chunks]
    cuts = {0, 1, 7, 8, 9, len(data) - 1, *ends, *(end - 1 for end in ends), *(e + 1 for e in ends)}
    cuts |= {int(cut) for cut in rng.integers(0, len(data), 200)}
    cut_path = tmp_path / "cut.mcap"
    n_opened = 0
    for cut in sorted(cuts):
        cut_path.write_bytes(data[:cut])
        n_whole = max((n for end, n in chunks if end <= cut), default=0)
        try:
            recording = Recording.open(cut_path)
        except RecordingError:
            assert n_whole == 0, f"cut at byte {cut}"
            continue
        n_opened += 1
        assert not recording.is_complete
        assert recording.damage
        assert recording.n_steps == n_whole, f"cut at byte {cut}"
        steps = list(recording.whole_steps())
        assert [step.step for step in steps] == list(range(n_whole))
        assert sum(len(step.events) for step in steps) == len(range(0, n_whole, 5))
    assert n_opened > 150


@pytest.mark.slow
def test_flipped_bytes_are_damage_or_change_nothing(path: Path, tmp_path: Path) -> None:
    """Inside chunks checksums find them; elsewhere they may hit a name or a number."""
    data = path.read_bytes()
    rng = np.random.default_rng(4)
    broken = tmp_path / "broken.mcap"
    for at in rng.integers(0, len(data), 100):
        changed = bytearray(data)
        changed[at] ^= int(rng.integers(1, 256))
        broken.write_bytes(changed)
        try:
            recording = Recording.open(broken)
            numbers = [step.step for step in recording.whole_steps()]
        except RecordingError:
            continue
        assert numbers == list(range(len(numbers)))
        assert recording.damage or len(numbers) == N_STEPS


def test_damage_says_where(path: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.mcap").write_bytes(path.read_bytes()[:-20])
    recording = Recording.open(tmp_path / "cut.mcap")
    assert recording.n_steps == N_STEPS
    assert "ends within the block at byte" in recording.damage


def write_mcap(path: Path, metadata: dict[str, str] | None, message: bytes = b"{}") -> None:
    with path.open("wb") as file:
        writer = Writer(file, compression=CompressionType.NONE)
        writer.start()
        if metadata is not None:
            writer.add_metadata(layout.METADATA, metadata)
            writer.add_attachment(0, 0, layout.SITE_FILE, "", b"")
        schema = writer.register_schema("a", "jsonschema", b"{}")
        channel = writer.register_channel("/step", "json", schema)
        writer.add_message(channel, 0, message, 0)
        writer.finish()


ABOUT = {
    "schema_version": "1",
    "site_id": "demo",
    "profile": "live",
    "software_version": "9.9",
    "started_utc_ns": "1",
}


def test_refuses_what_is_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with pytest.raises(RecordingError, match=r"a\.mcap: No such file.*check the name"):
        Recording.open(path)
    with pytest.raises(RecordingError, match="Is a directory"):
        Recording.open(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(RecordingError, match="is empty"):
        Recording.open(path)
    path.write_text("time,x,y\n")
    with pytest.raises(RecordingError, match="is no MCAP file"):
        Recording.open(path)
    write_mcap(path, None)
    with pytest.raises(RecordingError, match="is an MCAP file, but no recording of standex"):
        Recording.open(path)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"schema_version": "2"}, "schema version 2, this software reads version 1; use standex 9"),
        ({"profile": "other"}, "not as standex writes it"),
        ({"started_utc_ns": "noon"}, "not as standex writes it"),
    ],
)
def test_refuses_other_versions(tmp_path: Path, change: dict[str, str], why: str) -> None:
    write_mcap(tmp_path / "a.mcap", ABOUT | change)
    with pytest.raises(RecordingError, match=why):
        Recording.open(tmp_path / "a.mcap")


def test_refuses_missing_metadata(tmp_path: Path) -> None:
    write_mcap(tmp_path / "a.mcap", {"schema_version": "1"})
    with pytest.raises(RecordingError, match="not as standex writes it"):
        Recording.open(tmp_path / "a.mcap")


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (b"{}", r"a message of /step at 0 ns cannot be read.*standex 9\.9"),
        (b"not json", "cannot be read"),
        (
            b'{"type":"StepMessage","step":0,"t_utc_ns":0,"n_events":1,"observations":[]}',
            "should have 1 events and has 0",
        ),
    ],
)
def test_refuses_messages_that_are_not_as_written(tmp_path: Path, message: bytes, why: str) -> None:
    write_mcap(tmp_path / "a.mcap", ABOUT, message)
    recording = Recording.open(tmp_path / "a.mcap")
    with pytest.raises(RecordingError, match=why):
        list(recording.whole_steps())


@pytest.mark.parametrize(
    ("is_simulated", "origin"), [(True, "simulated"), (False, "measured"), (None, "unknown")]
)
def test_a_recording_says_where_it_comes_from(
    tmp_path: Path, new_writer: Any, is_simulated: bool | None, origin: str
) -> None:
    with new_writer(tmp_path / "one.mcap", is_simulated=is_simulated):
        pass
    assert Recording.open(tmp_path / "one.mcap").origin == origin
