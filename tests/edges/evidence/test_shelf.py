"""The shelf: whole bundles or none, gone on time, and all of it proven."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from standex.edges.audit.contract import AuditEntry, AuditError, What
from standex.edges.evidence import shelf as shelf_module
from standex.edges.evidence.bundle import EvidenceError, read_bundle
from standex.edges.evidence.shelf import EvidenceShelf, NoBundleError

CONTENTS = {"alert.json": b"{}", "clip.mcap": b"the clip"}


def test_a_bundle_is_written_signed_and_proven(new_shelf, scene, key, proven, tmp_path) -> None:
    shelf = new_shelf()
    written = shelf.write(scene.manifest(), CONTENTS)
    bundle = read_bundle(tmp_path / "evidence" / "demo-000001.zip")
    assert bundle.problems(key.public()) == ()
    assert bundle.manifest == written
    assert shelf.all() == (written,)
    assert [entry.what for entry in proven] == [What.EVIDENCE_WRITTEN]
    assert proven[0].of_what == "demo-000001"
    assert shelf.of("demo-000001")["files"][0]["name"] == "alert.json"
    assert shelf.content("demo-000001", "clip.mcap") == (b"the clip", "application/vnd.mcap")
    assert (tmp_path / "evidence").stat().st_mode & 0o77 == 0
    assert (tmp_path / "evidence" / "demo-000001.zip").stat().st_mode & 0o77 == 0


def test_the_whole_takes_the_place_of_the_first_and_stays(new_shelf, scene, proven) -> None:
    shelf = new_shelf()
    shelf.write(scene.manifest(), CONTENTS)
    first_hash = proven[0].body["manifest_sha256"]
    whole = shelf.write(scene.manifest(stage="whole"), {**CONTENTS, "ledger.json": b"[]"})
    assert whole.replaces == first_hash
    for stage in ("first", "whole"):
        again = shelf.write(scene.manifest(stage=stage, written_utc_ns=5), {"a": b""})
        assert again == whole
    assert len(shelf.all()) == 1
    assert proven[2] == proven[3] == proven[1], "told again, under the same request"
    with pytest.raises(EvidenceError, match="another alarm"):
        shelf.write(scene.manifest(t_alert_utc_ns=1), CONTENTS)


def test_what_is_not_there_is_said(new_shelf, scene) -> None:
    shelf = new_shelf()
    for name in ("demo-000009", "../x", "", ".hidden", "a/b", "a" * 200):
        with pytest.raises(NoBundleError):
            shelf.read(name)
    shelf.write(scene.manifest(), CONTENTS)
    with pytest.raises(NoBundleError, match="has no x"):
        shelf.content("demo-000001", "x")
    with pytest.raises(NoBundleError):
        shelf.write(scene.manifest("../x"), CONTENTS)


def entry() -> AuditEntry:
    return AuditEntry(
        t_utc_ns=1, who="anna", role="auditor", what=What.EVIDENCE_SEEN, of_what="", why="asked",
        request_id="r",
    )  # fmt: skip


def test_nobody_looks_without_being_written_down(new_shelf, scene, proven) -> None:
    shelf = new_shelf()
    shelf.write(scene.manifest(), CONTENTS)
    bundle = shelf.look("demo-000001", entry())
    assert bundle.contents == CONTENTS
    assert proven[-1] == replace(entry(), of_what="demo-000001")
    with pytest.raises(NoBundleError):
        shelf.look("demo-000002", entry())
    assert proven[-1].of_what == "demo-000002"

    def refuse(_: AuditEntry) -> None:
        raise AuditError("the disk is gone")

    with pytest.raises(AuditError, match="disk is gone"):
        new_shelf(prove=refuse, is_owner=False).look("demo-000001", entry())


def test_bundles_leave_when_their_time_is_over(new_shelf, scene, proven, tmp_path) -> None:
    shelf = new_shelf()
    for number in range(3):
        changes = {"expires_utc_ns": scene.T0 + number, "t_alert_utc_ns": number}
        shelf.write(scene.manifest(f"demo-{number}", **changes), {"a": b"mark-%d" % number})
    assert shelf.delete_expired(now_utc_ns=scene.T0 - 1) == ()
    gone = shelf.delete_expired(now_utc_ns=scene.T0 + 1)
    assert [one.alert_id for one in gone] == ["demo-0", "demo-1"]
    assert [one.name for one in (tmp_path / "evidence").iterdir()] == ["demo-2.zip"]
    said = [one for one in proven if one.what is What.DATA_DELETED]
    assert [one.of_what for one in said] == ["demo-0", "demo-1"]
    assert {one.t_utc_ns for one in said} == {scene.T0 + 1}
    assert said[0].body["manifest_sha256"] == proven[0].body["manifest_sha256"]
    assert shelf.delete_expired(now_utc_ns=scene.T0 + 1) == ()


def test_a_deletion_that_could_not_be_proven_is_proven_later(
    new_shelf, scene, proven, tmp_path
) -> None:
    new_shelf().write(scene.manifest(), CONTENTS)

    def refuse(_: AuditEntry) -> None:
        raise AuditError("the disk is gone")

    late = scene.T0 + 10**18
    with pytest.raises(AuditError):
        new_shelf(prove=refuse).delete_expired(now_utc_ns=late)
    left = [path.name for path in (tmp_path / "evidence").iterdir()]
    assert left == ["demo-000001.expired"]
    assert b"the clip" not in (tmp_path / "evidence" / left[0]).read_bytes()
    proven.clear()
    (gone,) = new_shelf().delete_expired(now_utc_ns=late)
    assert gone.alert_id == "demo-000001"
    assert len(proven) == 1
    assert list((tmp_path / "evidence").iterdir()) == []


def test_a_bundle_that_cannot_be_read_leaves_too(new_shelf, scene, tmp_path) -> None:
    shelf = new_shelf(keep_s=100.0)
    path = tmp_path / "evidence" / "demo-000001.zip"
    path.write_bytes(b"nonsense")
    os.utime(path, ns=(scene.T0, scene.T0))
    assert shelf.all() == ()
    assert shelf.delete_expired(now_utc_ns=scene.T0 + 99 * scene.SECOND_NS) == ()
    (gone,) = shelf.delete_expired(now_utc_ns=scene.T0 + 101 * scene.SECOND_NS)
    assert (gone.alert_id, gone.manifest_sha256) == ("demo-000001", "")
    assert not path.exists()
    path.write_bytes(b"nonsense")
    assert shelf.write(scene.manifest(), CONTENTS).alert_id == "demo-000001"
    assert read_bundle(path).contents == CONTENTS


def test_a_full_disk_leaves_the_bundle_that_was_there(
    new_shelf, scene, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = new_shelf()
    shelf.write(scene.manifest(), CONTENTS)
    before = (tmp_path / "evidence" / "demo-000001.zip").read_bytes()

    def full(path: Path, data: bytes) -> None:
        path.write_bytes(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf_module, "_write", full)
    with pytest.raises(EvidenceError, match="make room"):
        shelf.write(scene.manifest(stage="whole"), CONTENTS)
    assert (tmp_path / "evidence" / "demo-000001.zip").read_bytes() == before
    assert len(list((tmp_path / "evidence").iterdir())) == 1
    with pytest.raises(EvidenceError, match="cannot be deleted"):
        shelf.delete_expired(now_utc_ns=scene.T0 + 10**18)


def test_only_the_owner_sweeps(new_shelf, tmp_path) -> None:
    new_shelf()
    part = tmp_path / "evidence" / ".demo-1.zip.1.part"
    part.touch()
    new_shelf(is_owner=False)
    assert part.exists()
    new_shelf()
    assert not part.exists()
    (tmp_path / "file").touch()
    with pytest.raises(EvidenceError, match="cannot use"):
        EvidenceShelf(tmp_path / "file" / "x", prove=lambda _: None)


KILLED = """
import json, sys
from pathlib import Path
from standex.edges.evidence.bundle import Manifest
from standex.edges.evidence.shelf import EvidenceShelf
shelf = EvidenceShelf(Path(sys.argv[1]), prove=lambda _: None)
about = json.loads(sys.argv[2])
for n in range(10**6):
    for stage in ("first", "whole"):
        one = Manifest(**(about | {"alert_id": f"demo-{sys.argv[3]}-{n}", "stage": stage}))
        shelf.write(one, {"clip.mcap": bytes([n % 256]) * 300_000})
        print(one.alert_id, stage, flush=True)
"""


@pytest.mark.slow
def test_a_killed_writer_leaves_whole_bundles_or_none(tmp_path: Path, scene) -> None:
    folder = tmp_path / "evidence"
    manifest = scene.manifest()
    about = {name: getattr(manifest, name) for name in type(manifest).__dataclass_fields__}
    for run in range(6):
        command = [sys.executable, "-c", KILLED, str(folder), json.dumps(about), str(run)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said = [writer.stdout.readline() for _ in range(3 + run)]
            os.kill(writer.pid, signal.SIGKILL)
            said += writer.stdout.read().splitlines()
        stages = dict(line.split() for line in said if line.count(" ") == 1)
        for alert_id, stage in stages.items():
            bundle = read_bundle(folder / f"{alert_id}.zip")
            assert bundle.problems(None) == ()
            assert bundle.manifest.stage in (stage, "whole")
        for path in folder.glob("*.zip"):
            assert read_bundle(path).problems(None) == ()
    EvidenceShelf(folder, prove=lambda _: None)
    assert {path.suffix for path in folder.iterdir()} == {".zip"}
