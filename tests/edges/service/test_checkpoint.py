import dataclasses
import zlib

import numpy as np
import pytest

from standex.edges.recording.codec import decode, encode
from standex.edges.service.checkpoint import (
    Checkpoint,
    CheckpointError,
    CheckpointFile,
    KeptTracks,
    checkpoint_of,
)
from standex.edges.settings import load_site
from standex.model.event import PassageClosed
from standex.model.hints import no_hints
from standex.model.picture import LedgerEntry, Picture
from standex.model.tracks import Tracks
from standex.testing.examples import example_passage, example_picture
from standex.testing.leaves import check_same, leaves

MS = 10**6


def walked(fakes, *, n=40):
    """Return a station and its picture with one person half-way through."""
    station, states = fakes.station(), {}
    picture = station.start(fakes.T0)
    for k in range(n):
        for name in ("cam-entry", "cam-exit"):
            record = fakes.record(name, t_utc_ns=fakes.T0 + k * 100 * MS, sequence=k)
            states[name], said = station.perceive(states.get(name, 0), record, no_hints(fakes.T0))
            picture, _, _ = station.update(picture, said)
    return station, picture


def kept(picture, **changes):
    return checkpoint_of(
        picture,
        **{
            "site_id": "survey",
            "site_digest": "abc",
            "software_version": "0.1.0",
            "written_utc_ns": picture.t_utc_ns,
        }
        | changes,
    )


def test_nothing_of_a_picture_is_forgotten_unseen() -> None:
    """A new field of the model must be kept, or be named here as left out."""
    of_picture = {field.name for field in dataclasses.fields(Picture)}
    assert of_picture - set(Checkpoint.__slots__) == {"health", "coverage"}
    of_tracks = {field.name for field in dataclasses.fields(Tracks)}
    assert of_tracks - set(KeptTracks.__slots__) == {"descriptor", "memory"}


def test_a_picture_comes_back_and_the_station_goes_on_with_it(fakes, tmp_path) -> None:
    station, picture = walked(fakes)
    assert picture.tracks.is_confirmed.sum() == 1
    file = CheckpointFile(tmp_path / "there" / "picture")
    assert file.read() is None
    size = file.write(kept(picture))
    assert size == file.path.stat().st_size
    back = file.read().picture()
    np.testing.assert_array_equal(back.tracks.mean, picture.tracks.mean)
    np.testing.assert_array_equal(back.tracks.track_id, picture.tracks.track_id)
    assert back.passages.keys() == picture.passages.keys()
    (who,) = back.passages
    np.testing.assert_array_equal(back.passages[who].covered, picture.passages[who].covered)
    for k in range(20):
        later = fakes.record(t_utc_ns=picture.t_utc_ns + (700 + 100 * k) * MS, sequence=99 + k)
        _, said = station.perceive(0, later, no_hints(fakes.T0))
        back, events, _ = station.update(back, said)
        assert not [event for event in events if isinstance(event, PassageClosed)]
    assert who in back.tracks.track_id
    file.remove()
    assert file.read() is None


def test_ledgers_come_back_whole_however_often_they_are_written(fakes, tmp_path) -> None:
    site = fakes.site()
    entry = LedgerEntry(
        sensor_id="cam-entry", look_id="7", t_utc_ns=fakes.T0, zone=None,
        log_likelihood=np.array([0.1, -0.2, 1 / 3]), attachment=0.8, correlation=0.5, counts=True,
        reason='it says "something"', score={"a": 0.1, "b": -0.0}, patch=None,
    )  # fmt: skip
    first = example_passage(site, track_id=4, position_site_m=(1.0, 2.0))
    first = dataclasses.replace(first, entries=(entry, dataclasses.replace(entry, counts=False)))
    file = CheckpointFile(tmp_path / "picture")
    picture = example_picture(site, first)
    for n_more in (0, 2, 0):
        grown = dataclasses.replace(first, track_id=9, entries=first.entries * n_more)
        picture = dataclasses.replace(
            picture, passages={4: first, 9: grown}, left={9: grown} if n_more else {}
        )
        written = kept(picture)
        file.write(written)
        check_same(file.read(), decode(Checkpoint, encode(written)), "a checkpoint comes back")


def test_no_body_and_no_clothes_lie_on_the_disk(fakes, tmp_path) -> None:
    _, picture = walked(fakes)
    dressed = dataclasses.replace(
        picture.tracks, descriptor=np.full((len(picture.tracks.track_id), 3), 0.123456789)
    )
    checkpoint = kept(dataclasses.replace(picture, tracks=dressed))
    CheckpointFile(tmp_path / "p").write(checkpoint)
    assert not any(
        np.any(leaf == 0.123456789)
        for leaf in map(np.asarray, leaves(checkpoint))
        if leaf.dtype.kind == "f"
    )
    assert np.isnan(checkpoint.picture().tracks.descriptor).all()
    assert checkpoint.picture().tracks.descriptor.shape[1] == 3


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "foreign", "deep"])
def test_a_damaged_checkpoint_is_refused(fakes, tmp_path, harm) -> None:
    _, picture = walked(fakes, n=5)
    file = CheckpointFile(tmp_path / "p")
    file.write(kept(picture))
    content = bytearray(file.path.read_bytes())
    if harm == "flip":
        content[len(content) // 2] ^= 1
    deep = zlib.compress(b"[" * 100_000)
    changed = {
        "cut": content[:-9],
        "flip": content,
        "empty": b"",
        "foreign": b"x" * 99,
        "deep": zlib.crc32(deep).to_bytes(4, "little") + deep,
    }[harm]
    file.path.write_bytes(bytes(changed))
    with pytest.raises(CheckpointError, match="cannot be used"):
        file.read()


def test_another_format_and_a_full_disk_are_told(fakes, tmp_path) -> None:
    _, picture = walked(fakes, n=5)
    file = CheckpointFile(tmp_path / "p")
    file.write(dataclasses.replace(kept(picture), format=9))
    with pytest.raises(CheckpointError, match="format 9"):
        file.read()
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError, match="not screened"):
        CheckpointFile(tmp_path / "file" / "p").write(kept(picture))


def test_who_has_left_comes_back_as_they_were_last_written(tmp_path) -> None:
    """What is made into text once is that of this person, and not of how they were before."""
    site = load_site("metro")
    someone = [example_passage(site, track_id=n, position_site_m=(0.1 * n, 1.0)) for n in range(4)]
    picture = example_picture(site, someone[0])
    file = CheckpointFile(tmp_path / "picture")
    later = dataclasses.replace(someone[1], position_site_m=np.array([5.0, 6.0]))
    for left in ({1: someone[1], 2: someone[2], 3: someone[3]}, {3: someone[3], 1: later}, {}):
        file.write(kept(dataclasses.replace(picture, left=left)))
        back = file.read()
        assert list(back.left) == list(left)
        for who, passage in left.items():
            assert back.left[who].track_id == passage.track_id
            np.testing.assert_array_equal(back.left[who].position_site_m, passage.position_site_m)
