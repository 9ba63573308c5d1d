"""Files are counted with their ages; raw recordings are found."""

import os
from pathlib import Path

from standex.edges.privacy.folders import Folder, look_into
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.store.contract import DataClass

T0 = 1_760_000_000_000_000_000
SECOND_NS = 10**9


def folder(path: Path, *, keep_s: float | None = 100.0, suffixes: tuple[str, ...] = ()) -> Folder:
    return Folder(name="a", path=path, data_class=DataClass.TRACK, keep_s=keep_s, suffixes=suffixes)


def touch(path: Path, *, age_s: float, text: str = "1234") -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text)
    t_utc_ns = T0 - round(age_s * SECOND_NS)
    os.utime(path, ns=(t_utc_ns, t_utc_ns))


def test_files_are_counted_with_their_ages(tmp_path: Path) -> None:
    for age_s in (10, 101, 111, 500):
        touch(tmp_path / "in" / f"{age_s}.bin", age_s=age_s)
    touch(tmp_path / "other.txt", age_s=9999)
    found = look_into(folder(tmp_path, suffixes=(".bin",)), now_utc_ns=T0, slack_s=10.0)
    assert (found.n_files, found.n_bytes, found.n_overdue) == (4, 16, 2)
    assert found.oldest_utc_ns == T0 - 500 * SECOND_NS
    assert found.newest_utc_ns == T0 - 10 * SECOND_NS
    assert look_into(folder(tmp_path, keep_s=None), now_utc_ns=T0, slack_s=0).n_overdue == 0
    assert look_into(folder(tmp_path), now_utc_ns=T0, slack_s=0).n_files == 5


def test_what_is_not_there_is_empty_and_a_file_counts(tmp_path: Path) -> None:
    nothing = look_into(folder(tmp_path / "nowhere"), now_utc_ns=T0, slack_s=0)
    assert (nothing.n_files, nothing.oldest_utc_ns, nothing.newest_utc_ns) == (0, 0, 0)
    touch(tmp_path / "one", age_s=1)
    assert look_into(folder(tmp_path / "one"), now_utc_ns=T0, slack_s=0).n_files == 1
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert look_into(folder(tmp_path), now_utc_ns=T0, slack_s=0).n_files == 1


def test_recordings_of_bodies_are_found(tmp_path: Path) -> None:
    for profile in Profile:
        RecordingWriter(
            tmp_path / f"{profile.value}.mcap",
            site_id="demo",
            profile=profile,
            software_version="0.1.0",
            site_toml="",
            started_utc_ns=T0,
        ).close()
    touch(tmp_path / "nonsense.mcap", age_s=1)
    touch(tmp_path / "cut.mcap", age_s=1)
    whole = (tmp_path / "lab.mcap").read_bytes()
    (tmp_path / "cut.mcap").write_bytes(whole[:20])
    found = look_into(folder(tmp_path), now_utc_ns=T0, slack_s=0)
    assert (found.n_files, found.n_raw) == (4, 1)
