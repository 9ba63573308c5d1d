"""The MCAP file in the making."""

from pathlib import Path

import pytest
from mcap.reader import make_reader

from standex.edges.recording.container import Container, log_time
from standex.model.errors import RecordingError

SCHEMA = {"title": "test.A", "type": "object", "properties": {"a": {"type": "integer"}}}


def started(path: Path) -> Container:
    container = Container(path)
    container.start(
        t_utc_ns=5, metadata_name="m", metadata={"k": "v"}, attachment_name="f", attachment=b"abc"
    )
    return container


def test_the_library_of_the_format_reads_it(tmp_path: Path) -> None:
    container = started(tmp_path / "a.mcap")
    for value in range(3):
        container.add("/a", t_utc_ns=value, message={"a": value}, schema=SCHEMA, sequence=value)
        container.flush()
    container.finish()
    with (tmp_path / "a.mcap").open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        found = [(s.name, c.topic, m.data) for s, c, m in reader.iter_messages() if s]
        assert found == [("test.A", "/a", b'{"a":%d}' % value) for value in range(3)]
        (metadata,) = reader.iter_metadata()
        (attachment,) = reader.iter_attachments()
        summary = reader.get_summary()
        assert summary is not None
        assert len(summary.chunk_indexes) == 3
    assert (metadata.name, metadata.metadata) == ("m", {"k": "v"})
    assert (attachment.name, attachment.data) == ("f", b"abc")


def test_nothing_is_written_before_the_chunk_is(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    container = started(path)
    size = path.stat().st_size
    container.add("/a", t_utc_ns=0, message={"a": 1}, schema=SCHEMA)
    assert path.stat().st_size == size
    assert container.pending_bytes == len(b'{"a":1}')
    container.flush()
    assert path.stat().st_size > size
    assert container.pending_bytes == 0
    container.abandon()


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_text("precious")
    with pytest.raises(RecordingError, match=r"a\.mcap exists.*choose another name"):
        Container(path)
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("folder", "why"), [("no/such", "No such file"), ("file", "Not a directory"), ("/proc", ".")]
)
def test_says_when_the_folder_cannot_be_written(tmp_path: Path, folder: str, why: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match=rf"a\.mcap: .*{why}.*choose a folder"):
        Container(tmp_path / folder / "a.mcap")


def test_a_time_that_the_format_cannot_hold_is_bounded() -> None:
    assert [log_time(t) for t in (-5, 7, 2**70)] == [0, 7, 2**63 - 1]
