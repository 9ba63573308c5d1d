import pytest

from standex.edges.recording.layout import Profile
from standex.edges.recording.reader import Recording
from standex.edges.recording.writer import RecordingWriter
from standex.edges.service.rotation import RotatingRecorder, began_utc_ns, delete_old
from standex.edges.single_writer import Recorder
from standex.model.errors import RecordingError

S = 10**9


def recorder(tmp_path, clock, fakes, *, fail=None):
    def begin(path, t_utc_ns):
        if fail:
            raise fail.pop()
        return RecordingWriter(
            path,
            site_id="survey",
            profile=Profile.LIVE,
            software_version="1",
            site_toml=fakes.site_toml(),
            started_utc_ns=t_utc_ns,
        )

    return RotatingRecorder(
        tmp_path / "r", begin=begin, name="survey", clock=clock, minutes_per_file=1.0
    )


def test_a_new_file_every_minute_and_each_can_be_read(tmp_path, clock, fakes) -> None:
    one = recorder(tmp_path, clock, fakes)
    assert isinstance(one, Recorder)
    assert one.path is None
    for _ in range(150):
        one.publish(clock.utc_ns(), (), ())
        one.record(fakes.record())
        clock.advance(1.0)
    one.close()
    one.close()
    files = sorted((tmp_path / "r").iterdir())
    assert len(files) == one.n_files == 3
    recordings = [Recording.open(path) for path in files]
    assert [recording.n_steps for recording in recordings] == [60, 60, 30]
    assert all(recording.is_complete for recording in recordings)
    assert all(recording.n_records == 0 for recording in recordings)  # nothing raw


def test_a_full_disk_ends_a_file_and_the_next_one_is_tried(tmp_path, clock, fakes) -> None:
    one = recorder(tmp_path, clock, fakes, fail=[RecordingError("full")])
    with pytest.raises(RecordingError, match="full"):
        one.publish(clock.utc_ns(), (), ())
    assert "full" in one.problem
    one.publish(clock.utc_ns(), (), ())
    assert one.n_steps_lost == 1
    clock.advance(6.0)
    one.publish(clock.utc_ns(), (), ())
    assert not one.problem
    one.close()


def test_a_file_that_breaks_is_left_and_told_once(tmp_path, clock, fakes, monkeypatch) -> None:
    one = recorder(tmp_path, clock, fakes)
    one.publish(clock.utc_ns(), (), ())

    def broken(*_):
        raise RecordingError("gone")

    monkeypatch.setattr(RecordingWriter, "publish", broken)
    with pytest.raises(RecordingError, match="gone"):
        one.publish(clock.utc_ns(), (), ())
    one.publish(clock.utc_ns(), (), ())
    assert one.problem == "gone"
    one.close()


def test_files_go_when_their_first_step_is_too_old(tmp_path, clock, fakes) -> None:
    one = recorder(tmp_path, clock, fakes)
    for _ in range(130):
        one.publish(clock.utc_ns(), (), ())
        clock.advance(1.0)
    one.close()
    folder = tmp_path / "r"
    (folder / "notes.mcap").write_text("somebody else's")
    assert not delete_old(folder, now_utc_ns=clock.utc_ns(), keep_s=900)
    assert len(delete_old(folder, now_utc_ns=clock.utc_ns(), keep_s=100)) == 1
    assert len(delete_old(folder, now_utc_ns=clock.utc_ns() + 900 * S, keep_s=900)) == 2
    assert [path.name for path in folder.iterdir()] == ["notes.mcap"]
    assert not delete_old(tmp_path / "none", now_utc_ns=0, keep_s=1)
    assert began_utc_ns(folder / "notes.mcap") is None
