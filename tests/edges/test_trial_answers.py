import json
from pathlib import Path

import numpy as np
import pytest

from standex.edges.trial_answers import read_submission
from standex.edges.trial_files import PassageTable, Trial, read_trial, write_trial
from standex.model.errors import DataFileError

CLASSES = ("nothing", "benign_metal", "threat_metal")


@pytest.fixture
def trial(tmp_path) -> Trial:
    public, _ = write_trial(
        tmp_path / "t",
        title="T",
        origin="measured",
        site_id="metro",
        classes=CLASSES,
        passages=[{"passage_id": name} for name in ("p1", "p2")],
        truth=[
            PassageTable(passage_id="p1", item_class="nothing"),
            PassageTable(passage_id="p2", item_class="threat_metal"),
        ],
    )
    return read_trial(public)


def file(tmp_path: Path, content: str, name: str = "lab x.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    return path


def test_a_table_of_scores(tmp_path, trial) -> None:
    one = read_submission(file(tmp_path, "passage_id,score\np2,1e-3\np1,-2\n"), trial)
    assert one.institute == "lab x"
    assert one.score.tolist() == [-2, 1e-3]


def test_a_table_as_a_spreadsheet_writes_it(tmp_path, trial) -> None:
    content = (
        f"\ufeff# institute: Lab Y\r\n# trial_id = {trial.table.trial_id}\r\n"
        "passage_id;score;decision\r\np1;;not_screened\r\np2;0.5;alarm\r\n"
    )
    one = read_submission(file(tmp_path, content), trial)
    assert one.institute == "Lab Y"
    assert one.score.tolist() == [-np.inf, 0.5]
    assert one.is_alarm.tolist() == [False, True]


def test_likelihoods_in_columns_and_in_json_are_the_same(tmp_path, trial) -> None:
    table = "passage_id,nothing,benign_metal,threat_metal\np1,0,-1,-3\np2,-2,-2,1\n"
    document = {
        "institute": "J",
        "passages": [
            {"passage_id": "p1", "log_likelihood": dict(zip(CLASSES, (0, -1, -3), strict=True))},
            {"passage_id": "p2", "log_likelihood": dict(zip(CLASSES, (-2, -2, 1), strict=True))},
        ],
    }
    first = read_submission(file(tmp_path, table), trial)
    second = read_submission(file(tmp_path, json.dumps(document), "j.json"), trial)
    assert second.institute == "J"
    assert first.is_llr
    np.testing.assert_array_equal(first.score, second.score)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# trial_id: trial-other\npassage_id,score\np1,1\np2,1\n", "a submission to trial-other"),
        ("passage_id,score\np1,1\n", "no answer for passage p2"),
        ("passage_id,score\np1,1\np2,1\np2,2\n", "more than one answer for passage p2"),
        ("passage_id,score\np1,1\np2,1\np3,2\n", "unknown passage p3"),
        ("passage_id,score\np1,1\np2,nan\n", "not finite, of passage p2"),
        ("passage_id,score\np1,1\np2,inf\n", "not finite, of passage p2"),
        ("passage_id,score\np1,1\np2,\n", "no score for passage p2"),
        ("passage_id;score\np1;0,5\np2;1\n", "not a number: '0,5'; write 0.5"),
        ("passage_id,score\np1,high\np2,1\n", "passage p1: score is not a number: 'high'"),
        ("passage_id,decision\np1,alarm\np2,clear\n", "unknown decision 'clear'; there is alarm"),
        ("passage_id,scores\np1,1\np2,1\n", "unknown column scores; columns are passage_id, score"),
        ("passage,score\np1,1\np2,1\n", "unknown column passage"),
        ("score\n1\n", "unknown column instead of passage_id"),
        ("passage_id,nothing\np1,0\np2,0\n", "no column benign_metal, threat_metal: all or none"),
        ("passage_id,score\n", "no passages"),
        ("passage_id\np1\np2\n", "neither scores nor likelihoods nor decisions"),
    ],
)
def test_a_table_that_is_not_complete_is_refused(tmp_path, trial, content, said) -> None:
    with pytest.raises(DataFileError, match=said):
        read_submission(file(tmp_path, content), trial)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ('{"passages": []}', "passages: "),
        ('{"passages": [{"passage_id": "p1", "score": NaN}]}', "passages.0.score: .* got nan"),
        ('{"passages": [{"passage_id": "p1", "score": "1"}]}', "passages.0.score"),
        ('{"passages": [{"passage_id": "p1", "skore": 1}]}', "passages.0.skore"),
        ('{"passages": [{"passage_id": "p1", "score": 1}]}', "no answer for passage p2"),
        ('{"passages": [{"passage_id": "p1", "decision": "clear"}]}', "passages.0.decision"),
    ],
)
def test_json_that_is_not_complete_is_refused(tmp_path, trial, content, said) -> None:
    with pytest.raises(DataFileError, match=said):
        read_submission(file(tmp_path, content, "s.json"), trial)


def test_a_file_that_is_not_there(tmp_path, trial) -> None:
    with pytest.raises(DataFileError, match="no such file"):
        read_submission(tmp_path / "none.csv", trial)
