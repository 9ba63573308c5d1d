"""A bundle is what was signed, or says what is not; hostile files harm nobody."""

import io
import json
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from standex.edges.audit.chain import canonical
from standex.edges.audit.keys import make_key
from standex.edges.evidence import bundle as bundle_module
from standex.edges.evidence.bundle import (
    EvidenceError,
    as_manifest_file,
    manifest_hash,
    media_type,
    pack,
    parse_manifest,
    read_bundle,
    read_manifest,
    unpack,
)

CONTENTS = {"alert.json": b'{"a":1}', "clip.mcap": bytes(range(256)) * 20, "look-000.png": b"p"}


@pytest.fixture
def packed(tmp_path: Path, scene, key) -> Path:
    files = tuple(as_manifest_file(name, data) for name, data in CONTENTS.items())
    manifest = scene.manifest(files=files, key_id=key.key_id)
    path = tmp_path / "a.zip"
    path.write_bytes(pack(manifest, CONTENTS, key=key))
    return path


def rewrite(path: Path, to: Path, change) -> Path:
    """Write the archive anew, each member (name, data) as ``change`` returns it."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            for member, data in change(name, old.read(name)):
                new.writestr(member, data)
    return to


def test_what_was_packed_is_whole_as_a_file_and_as_a_folder(
    packed: Path, key, tmp_path: Path
) -> None:
    bundle = read_bundle(packed)
    assert dict(bundle.contents) == CONTENTS
    assert bundle.problems(key.public()) == ()
    assert bundle.manifest == read_manifest(packed)[0]
    unpack(bundle, tmp_path / "folder")
    again = read_bundle(tmp_path / "folder")
    assert again.problems(key.public()) == ()
    assert manifest_hash(again.manifest_bytes) == manifest_hash(bundle.manifest_bytes)
    with pytest.raises(EvidenceError, match="exists"):
        unpack(bundle, tmp_path / "folder")
    assert not list(tmp_path.glob("*.part"))


def test_packing_is_the_same_for_the_same(packed: Path, key) -> None:
    bundle = read_bundle(packed)
    assert pack(bundle.manifest, bundle.contents, key=key) == packed.read_bytes()


def test_every_change_is_found(packed: Path, key, tmp_path: Path) -> None:
    names = ["manifest.json", "manifest.sig", *CONTENTS]

    def problems(change) -> tuple[str, ...]:
        return read_bundle(rewrite(packed, tmp_path / "b.zip", change)).problems(key.public())

    assert problems(lambda name, data: [(name, data)]) == ()
    for one in names[1:]:
        assert problems(lambda name, data, one=one: [] if name == one else [(name, data)]), one
        changed = problems(
            lambda name, data, one=one: [(name, data[:-1] + b"0" if name == one else data)]
        )
        assert changed, one
    assert problems(lambda name, data: [(name, data.replace(b"demo-", b"dema-"))])
    added = problems(
        lambda name, data: [(name, data)] + [("x.txt", b"")] * (name == "manifest.json")
    )
    assert added == ("x.txt was added",)
    renamed = {"alert.json": "clip.mcap", "clip.mcap": "alert.json"}
    assert problems(lambda name, data: [(renamed.get(name, name), data)])


def test_another_key_is_not_trusted(packed: Path, key, tmp_path: Path, scene) -> None:
    thief = make_key(tmp_path / "thief")
    bundle = read_bundle(packed)
    assert "not signed by a trusted key" in bundle.problems(thief.public())[0]
    forged = tmp_path / "forged.zip"
    forged.write_bytes(pack(replace(bundle.manifest, site_id="x"), CONTENTS, key=thief))
    assert read_bundle(forged).problems(key.public())
    assert read_bundle(forged).problems(None) == ()
    unsigned = tmp_path / "unsigned.zip"
    unsigned.write_bytes(pack(replace(bundle.manifest, key_id=""), CONTENTS, key=None))
    assert "names none" in read_bundle(unsigned).problems(key.public())[0]


@pytest.mark.slow
def test_flipped_bits_are_found_or_the_file_is_refused(packed: Path, key, tmp_path: Path) -> None:
    data = packed.read_bytes()
    whole = read_bundle(packed)
    hurt = tmp_path / "hurt.zip"
    for place in range(0, len(data), 17):
        changed = bytearray(data)
        changed[place] ^= 0x10
        hurt.write_bytes(changed)
        try:
            bundle = read_bundle(hurt)
        except EvidenceError:
            continue
        # What is unpacked is the same, then: a bit of ZIP's own that means nothing here.
        same = bundle.contents == whole.contents and bundle.manifest_bytes == whole.manifest_bytes
        assert same or bundle.problems(key.public())


def hostile(members: dict[str, bytes], **more) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_hostile_archives_are_refused(tmp_path: Path, scene, monkeypatch) -> None:
    monkeypatch.setattr(bundle_module, "MAX_BYTES", 10_000)
    text = canonical(asdict(scene.manifest())).encode()
    path = tmp_path / "a.zip"
    for data in (
        b"",
        b"PK",
        hostile({}),
        hostile({"manifest.json": text, "../../out": b""}),
        hostile({"manifest.json": text, "/etc/x": b""}),
        hostile({"manifest.json": text, "a/b": b""}),
        hostile({"manifest.json": text, "bomb": b"\0" * 10_000_000}),
        hostile({"manifest.json": text} | {f"f{n}": b"" for n in range(100)}),
        hostile({"manifest.json": b"[" * 5000}),
        hostile({"manifest.json": b"{}"}),
        hostile({"manifest.json": text.replace(b"evidence.1", b"evidence.9")}),
    ):
        path.write_bytes(data)
        with pytest.raises(EvidenceError):
            read_bundle(path)
    with pytest.raises(EvidenceError):
        read_bundle(tmp_path / "missing")
    with pytest.raises(EvidenceError):
        read_manifest(tmp_path / "missing")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(packed: Path, tmp_path: Path) -> None:
    twice = rewrite(packed, tmp_path / "twice.zip", lambda name, data: [(name, data)] * 2)
    with pytest.raises(EvidenceError, match="twice"):
        read_bundle(twice)


def test_links_in_folders_are_refused(packed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    unpack(read_bundle(packed), folder)
    (folder / "link").symlink_to("/etc/hostname")
    with pytest.raises(EvidenceError, match="plain file"):
        read_bundle(folder)


@pytest.mark.parametrize("change", [
    {"t_alert_utc_ns": "1"}, {"alert_id": 1}, {"is_simulated": 0}, {"files": [{"name": "a"}]},
    {"files": [{"name": "a", "n_bytes": True, "sha256": ""}]}, {"calibrations": {"a": 1}},
    {"more": 1}, {"calibrations": []},
])  # fmt: skip
def test_a_manifest_has_its_types(scene, change: dict) -> None:
    text = json.dumps(asdict(scene.manifest()) | change).encode()
    if change == {"calibrations": []}:
        return
    with pytest.raises(EvidenceError):
        parse_manifest(text, where="here")


def test_names_and_kinds() -> None:
    assert media_type("clip.mcap") == "application/vnd.mcap"
    assert media_type("x") == "application/octet-stream"
    for name in ("", "../a", "a/b", ".hidden", "a" * 101, "a\0"):
        with pytest.raises(ValueError, match="cannot be called"):
            as_manifest_file(name, b"")
