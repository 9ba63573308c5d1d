"""What a whole bundle takes over from the first one, and what not."""

import json
from dataclasses import replace

import pytest

from standex.edges.evidence.bundle import Bundle, as_manifest_file
from standex.edges.evidence.carried import carried_over
from standex.edges.evidence.ledger import ledger_document
from standex.edges.recording.codec import to_bytes


@pytest.fixture
def earlier(scene) -> Bundle:
    passage = scene.passage(*(scene.entry(f"look-{n}") for n in range(3)))
    contents = {
        "ledger.json": to_bytes(ledger_document(passage)),
        "curves-001.json": b"curves of look-1",
        "look-002.png": b"picture of look-2",
        "patches.json": to_bytes({"form": "f", "patches": [{"entry": 0}, {"entry": 2}]}),
        "clip.mcap": b"old clip",
    }
    return Bundle(
        manifest=scene.manifest(files=tuple(as_manifest_file(*one) for one in contents.items())),
        manifest_bytes=b"",
        signature="",
        contents=contents,
    )


def ledger(scene, *look_ids: str):
    return ledger_document(scene.passage(*(scene.entry(one) for one in look_ids)))


def test_files_go_with_their_look_under_its_new_number(earlier, scene) -> None:
    files = carried_over(earlier, ledger(scene, "new", "look-2", "look-1"), {})
    assert files["curves-002.json"] == b"curves of look-1"
    assert files["look-001.png"] == b"picture of look-2"
    assert json.loads(files["patches.json"])["patches"] == [{"entry": 1}]
    assert set(files) == {"curves-002.json", "look-001.png", "patches.json"}


def test_crops_of_the_moment_of_the_alarm_stay(earlier, scene) -> None:
    contents = {**earlier.contents, "crop-000.png": b"crop"}
    with_crop = replace(
        earlier,
        contents=contents,
        manifest=scene.manifest(files=tuple(as_manifest_file(*one) for one in contents.items())),
    )
    assert carried_over(with_crop, ledger(scene, "new"), {}) == {"crop-000.png": b"crop"}


def test_what_was_made_anew_goes_first(earlier, scene) -> None:
    made = {"curves-001.json": b"new"}
    files = carried_over(earlier, ledger(scene, "look-0", "look-1", "look-2"), made)
    assert files["curves-001.json"] == b"new"


def test_looks_that_are_in_the_ledger_no_more_are_not_taken_over(earlier, scene) -> None:
    assert carried_over(earlier, ledger(scene, "new"), {}) == {}


def test_nothing_is_taken_from_a_bundle_that_was_changed(earlier, scene) -> None:
    changed = replace(earlier, contents={**earlier.contents, "curves-001.json": b"forged"})
    made = {"curves-000.json": b"new"}
    assert carried_over(changed, ledger(scene, "look-1"), made) == made


def test_no_more_are_kept_than_a_bundle_may_hold(earlier, scene) -> None:
    made = {f"curves-{n:03d}.json": b"" for n in range(40)}
    files = carried_over(earlier, ledger(scene, "look-1"), made)
    assert sorted(files)[0] == "curves-016.json"
    assert len(files) == 24
