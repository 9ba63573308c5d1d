"""The ledger says everything but the pictures, and the pictures are pictures."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.evidence.ledger import MAX_PICTURES, gray, ledger_document, pictures_of, png
from standex.edges.recording.codec import to_bytes
from standex.model.picture import Joined


def test_the_ledger_is_plain_data(scene) -> None:
    joined = Joined(
        track_id=3, p_same=0.75, entries=(), covered=np.zeros(7), own_covered=np.zeros(7)
    )
    passage = replace(scene.passage(scene.entry("a"), scene.entry("b", zone=None)), joined=joined)
    document = json.loads(to_bytes(ledger_document(passage)))
    assert [entry["look_id"] for entry in document["entries"]] == ["a", "b"]
    assert document["verdict"]["p_threat"] == 0.97
    assert document["covered"]["bag"] == 1.0
    assert document["joined"] == {"track_id": 3, "p_same": 0.75}
    assert ledger_document(scene.passage())["joined"] is None
    assert "permittivity" not in json.dumps(document)


def test_pictures_go_by_the_entry_they_belong_to(scene) -> None:
    entries = [scene.entry(str(n)) for n in range(MAX_PICTURES + 2)]
    entries[5] = replace(entries[5], patch=None)
    names = list(pictures_of(scene.passage(*entries)))
    assert len(names) == MAX_PICTURES
    assert names[0] == "look-001.png"
    assert "look-005.png" not in names
    assert pictures_of(scene.passage()) == {}


def test_a_picture_has_its_top_on_top_and_what_was_not_seen_is_black(scene) -> None:
    cells = gray(scene.PATCH)[::8, ::8]
    assert cells.tolist() == [[136, 255, 195], [16, 76, 0]]
    same = replace(scene.PATCH, values=np.full((2, 3), 5.0))
    assert set(gray(same).ravel()) == {16}
    nothing = replace(scene.PATCH, values=np.full((2, 3), np.nan))
    assert set(gray(nothing).ravel()) == {0}


@pytest.mark.slow
def test_a_png_is_read_by_others(tmp_path: Path) -> None:
    image = pytest.importorskip("matplotlib.image", reason="install standex[report]")
    cells = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40
    path = tmp_path / "a.png"
    path.write_bytes(png(cells))
    read = image.imread(path)
    assert np.allclose(read, cells / 255, atol=1e-6)
