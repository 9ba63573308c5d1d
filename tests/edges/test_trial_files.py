import json
import subprocess
from pathlib import Path

import pytest

from standex.edges.trial_files import (
    PassageTable,
    open_truth,
    read_rows,
    read_trial,
    read_truth_csv,
    sha256_of,
    write_trial,
)
from standex.model.errors import DataFileError

CLASSES = ("nothing", "benign_metal", "threat_metal")
CARRIED = {"p1": "nothing", "p2": "threat_metal", "p3": "benign_metal"}


def written(folder: Path, carried=None, **changes) -> tuple[Path, Path]:
    recording = folder / "public" / "recordings" / "r01.mcap"
    recording.parent.mkdir(parents=True, exist_ok=True)
    recording.write_bytes(b"raw")
    given = {
        "title": "T",
        "origin": "measured",
        "site_id": "metro",
        "classes": CLASSES,
        "passages": [{"passage_id": name, "gate": "west"} for name in CARRIED],
        "truth": [
            PassageTable(passage_id=name, item_class=item, about={"seat": "12"})
            for name, item in (carried or CARRIED).items()
        ],
        "files": ["recordings/r01.mcap"],
    }
    return write_trial(folder, **(given | changes))


def test_what_is_sealed_can_be_opened(tmp_path) -> None:
    public, sealed = written(tmp_path)
    trial = read_trial(public, is_whole=True)
    truth, table = open_truth(sealed, trial)
    assert dict(truth.item_class) == CARRIED
    assert table.passages[0].about == {"seat": "12"}
    assert trial.passages == ("p1", "p2", "p3")


def test_other_tools_check_the_commitment(tmp_path) -> None:
    public, sealed = written(tmp_path)
    assert (public / "COMMITMENT").read_text("utf-8") == f"{sha256_of(sealed)}  truth.json\n"
    tool = subprocess.run(
        ["sha256sum", "--check", str(public / "COMMITMENT")],
        cwd=sealed.parent,
        capture_output=True,
        check=False,
    )
    assert tool.returncode == 0


def test_nothing_public_tells_the_truth(tmp_path) -> None:
    public, sealed = written(tmp_path)
    salt = json.loads(sealed.read_text("utf-8"))["salt"]
    assert len(salt) == 64
    for path in public.rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert salt not in text
            assert "seat" not in text
    assert not list(public.rglob("truth*"))


def test_the_same_truth_twice_has_two_commitments(tmp_path) -> None:
    first, _ = written(tmp_path / "a")
    second, _ = written(tmp_path / "b")
    commitments = {(p / "COMMITMENT").read_text("utf-8") for p in (first, second)}
    assert len(commitments) == 2


@pytest.mark.parametrize(
    ("carried", "said"),
    [
        (CARRIED | {"p9": "nothing"}, "unknown people or passages: p9"),
        ({"p1": "nothing", "p2": "threat_metal"}, "no truth for passage p3"),
        (CARRIED | {"p1": "threat_other"}, "unknown item class"),
    ],
)
def test_a_truth_of_other_people_is_not_sealed(tmp_path, carried, said) -> None:
    with pytest.raises(DataFileError, match=said):
        written(tmp_path, carried)
    assert not (tmp_path / "sealed").exists()


def test_a_passage_twice_is_refused(tmp_path) -> None:
    twice = [
        PassageTable(passage_id=p, item_class=c) for p, c in [*CARRIED.items(), ("p1", "nothing")]
    ]
    with pytest.raises(DataFileError, match="p1 is there more than once"):
        written(tmp_path, truth=twice)


def test_a_commitment_stays(tmp_path) -> None:
    written(tmp_path)
    with pytest.raises(DataFileError, match="holds a trial already"):
        written(tmp_path)


@pytest.mark.parametrize("change", [("threat_metal", "nothing"), ('"p1"', '"p9"'), ("\n", "\r\n")])
def test_a_changed_truth_is_refused_before_it_is_read(tmp_path, change) -> None:
    public, sealed = written(tmp_path)
    sealed.write_bytes(sealed.read_text("utf-8").replace(*change).encode())
    with pytest.raises(DataFileError, match="not the truth that was committed to"):
        open_truth(sealed, read_trial(public))


def test_the_truth_of_another_trial_is_refused(tmp_path) -> None:
    public, _ = written(tmp_path / "a")
    _, other = written(tmp_path / "b")
    with pytest.raises(DataFileError, match="not the truth that was committed to"):
        open_truth(other, read_trial(public))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"threat_metal"', '"threat_other"', "classes of the truth and of"),
        ("trial_id", "trial_nr", "trial_id: Field required"),
    ],
)
def test_what_was_published_must_be_what_was_committed_to(tmp_path, old, new, said) -> None:
    public, sealed = written(tmp_path)
    path = public / "trial.json"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(DataFileError, match=said):
        open_truth(sealed, read_trial(public))


def test_changed_lists_and_recordings_are_seen(tmp_path) -> None:
    public, _ = written(tmp_path)
    (public / "recordings" / "r01.mcap").write_bytes(b"row")
    with pytest.raises(DataFileError, match="is not the file that was published"):
        read_trial(public, is_whole=True)
    (public / "recordings" / "r01.mcap").unlink()
    with pytest.raises(DataFileError, match="is missing"):
        read_trial(public, is_whole=True)
    (public / "passages.csv").write_text("passage_id\np1\n", "utf-8")
    with pytest.raises(DataFileError, match="not the list that was published"):
        read_trial(public)


def test_a_folder_without_a_trial_is_refused(tmp_path) -> None:
    with pytest.raises(DataFileError, match="no such file"):
        read_trial(tmp_path)
    (tmp_path / "trial.json").write_text("{", "utf-8")
    with pytest.raises(DataFileError, match="not JSON"):
        read_trial(tmp_path)


def test_a_typed_truth(tmp_path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(
        "\ufeffpassage_id;item_class;mass\n# a note\np1;nothing;\np2;threat_metal;x\n", "utf-8"
    )
    rows = read_truth_csv(path)
    assert [(one.passage_id, one.item_class) for one in rows] == [
        ("p1", "nothing"),
        ("p2", "threat_metal"),
    ]
    assert rows[1].about == {"mass": "x"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("passage_id,item_class\n", "no passages"),
        ("passage_id,class\np1,nothing\n", "no column 'item_class'"),
        ("passage_id,item_class\np1,\n", "item_class of a passage is empty"),
        ("passage_id,item_class\np1\n", "row 1 has 1 cells, the head has 2"),
        ("passage_id,passage_id\np1,p1\n", "two columns have one name"),
    ],
)
def test_a_typed_truth_that_cannot_be_used(tmp_path, content, said) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(DataFileError, match=said):
        read_truth_csv(path)


def test_what_is_no_text_is_refused(tmp_path) -> None:
    path = tmp_path / "truth.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataFileError, match="not UTF-8"):
        read_rows(path)
