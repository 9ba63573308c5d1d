import hashlib

import numpy as np
import pytest

from standex.evaluation.trial import (
    Answer,
    TrialTruth,
    accepted,
    check_commitment,
    check_truth,
    commitment_of,
    log_likelihood_ratio,
)
from standex.model.errors import DataFileError
from standex.model.picture import Outcome

CLASSES = ("nothing", "benign_metal", "threat_metal", "threat_dielectric")
PASSAGES = ("p1", "p2", "p3")


def truth(**changes) -> TrialTruth:
    carried = {"p1": "nothing", "p2": "threat_metal", "p3": "benign_metal"} | changes
    return TrialTruth(trial_id="t", classes=CLASSES, item_class=carried)


def scored(*scores: float, **changes) -> list[Answer]:
    return [Answer(passage_id=p, score=s) for p, s in zip(PASSAGES, scores, strict=True)]


def submitted(answers):
    return accepted(answers, institute="lab", passages=PASSAGES, classes=CLASSES)


def test_the_commitment_is_what_any_tool_says() -> None:
    content = b'{"salt": "00"}\n'
    assert commitment_of(content) == hashlib.sha256(content).hexdigest()
    check_commitment(content, commitment_of(content).upper() + "\n")


@pytest.mark.parametrize("changed", [b'{"salt": "01"}\n', b'{"salt": "00"}\r\n', b""])
def test_any_change_breaks_the_commitment(changed) -> None:
    with pytest.raises(DataFileError, match="not the truth that was committed to"):
        check_commitment(changed, commitment_of(b'{"salt": "00"}\n'))


def test_a_whole_truth_is_taken() -> None:
    check_truth(truth(), PASSAGES)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (truth(p9="nothing"), "unknown people or passages: p9"),
        (TrialTruth(trial_id="t", classes=CLASSES, item_class={"p1": "nothing"}), "no truth for"),
        (truth(p1="threat_other"), "unknown item class threat_other"),
        (truth(p2="nothing"), "0 of 3 passages have a threat item"),
        (truth(p1="threat_metal", p3="threat_metal"), "3 of 3 passages have"),
    ],
)
def test_a_truth_of_other_people_is_refused(found, said) -> None:
    with pytest.raises(DataFileError, match=said):
        check_truth(found, PASSAGES)


def test_answers_come_out_in_the_order_of_the_trial() -> None:
    found = submitted(scored(1.0, 2.0, 3.0)[::-1])
    assert found.score.tolist() == [1, 2, 3]
    assert found.is_alarm is None
    assert found.is_screened.all()


def test_what_was_not_screened_scores_below_all() -> None:
    answers = [
        Answer(passage_id="p1", score=-5.0, decision=Outcome.NOTHING_FOUND),
        Answer(passage_id="p2", decision=Outcome.NOT_SCREENED),
        Answer(passage_id="p3", score=2.0, decision=Outcome.ALARM),
    ]
    found = submitted(answers)
    assert found.score.tolist() == [-5, -np.inf, 2]
    assert found.is_alarm.tolist() == [False, False, True]
    assert found.is_screened.tolist() == [True, False, True]


def test_likelihoods_become_a_ratio() -> None:
    said = {"nothing": -1.0, "benign_metal": -1.0, "threat_metal": 2.0, "threat_dielectric": 2.0}
    assert log_likelihood_ratio(said, CLASSES) == pytest.approx(3.0)
    found = submitted([Answer(passage_id=p, log_likelihood=said) for p in PASSAGES])
    assert found.is_llr
    np.testing.assert_allclose(found.score, 3.0)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (scored(1.0, 2.0, 3.0)[:2], "no answer for passage p3"),
        ([*scored(1.0, 2.0, 3.0), Answer(passage_id="p1", score=1.0)], "more than one answer for"),
        ([*scored(1.0, 2.0, 3.0), Answer(passage_id="p9", score=1.0)], "unknown passage p9"),
        (scored(1.0, np.nan, 3.0), "not finite, of passage p2"),
        (scored(1.0, np.inf, 3.0), "not finite, of passage p2"),
        (scored(1.0, 2.0, None), "no score for passage p3; a passage without one is not_screened"),
        ([Answer(passage_id=p) for p in PASSAGES], "neither scores nor likelihoods nor decisions"),
        ([Answer(passage_id=p, log_likelihood={"nothing": 0.0}) for p in PASSAGES], "wanted for"),
        (
            [
                *scored(1.0, 2.0, 3.0)[:2],
                Answer(passage_id="p3", score=1.0, decision=Outcome.ALARM),
            ],
            "no decision for passage p1, p2",
        ),
        (
            [Answer(passage_id=p, score=1.0, decision=Outcome.PENDING) for p in PASSAGES],
            "unknown decision pending",
        ),
    ],
)
def test_what_is_not_complete_is_refused(answers, said) -> None:
    with pytest.raises(DataFileError, match=said):
        submitted(answers)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(DataFileError) as caught:
        submitted([Answer(passage_id="p1", score=np.nan), Answer(passage_id="x", score=1.0)])
    assert "submission of lab: 3 problems" in str(caught.value)
