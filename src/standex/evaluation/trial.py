"""Blind trials: a sealed truth, the commitment to it, and answers that are complete and readable.

A trial is fair when the truth cannot be changed after the answers are in, and cannot be known
before. The truth file is published as its SHA-256 first: the hash binds whoever made it, and a long
random salt inside the file keeps others from finding the truth by trying all there could be.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from standex.model.errors import DataFileError
from standex.model.picture import Outcome

DECISIONS = (Outcome.ALARM, Outcome.NOTHING_FOUND, Outcome.NOT_SCREENED)
LEAST_SALT_BITS = 128
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTruth:
    """What was carried in each passage of a trial.

    Attributes:
        trial_id: of the trial.
        classes: that were possible, ``nothing`` first.
        item_class: by passage id, in the order of the trial's passages.
    """

    trial_id: str
    classes: tuple[str, ...]
    item_class: Mapping[str, str]

    @property
    def is_threat(self) -> Bool[np.ndarray, " passages"]:
        """Return which passages an alarm is wanted for."""
        return np.array([name.startswith("threat") for name in self.item_class.values()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a laboratory said of one passage.

    Attributes:
        passage_id: of which.
        score: higher is more suspicious; None where it is not given.
        decision: None where it is not given.
        log_likelihood: natural logarithm, by item class; None where it is not given.
    """

    passage_id: str
    score: float | None = None
    decision: Outcome | None = None
    log_likelihood: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Submission:
    """A laboratory's answers to all passages, in the order of the trial.

    Attributes:
        institute: whose.
        score: minus infinity where a passage was not screened; None where only decisions came.
        is_alarm: None where no decisions came.
        is_screened: whether anything is said of a passage.
        is_llr: whether the scores are log-likelihood ratios made of likelihoods.
    """

    institute: str
    score: Float[np.ndarray, " passages"] | None
    is_alarm: Bool[np.ndarray, " passages"] | None
    is_screened: Bool[np.ndarray, " passages"]
    is_llr: bool


def commitment_of(truth_file: bytes) -> str:
    """Return the commitment to a truth file: the SHA-256 of its bytes, in hexadecimal.

    Any tool that makes the hash of a file checks it.
    """
    return hashlib.sha256(truth_file).hexdigest()


def check_commitment(truth_file: bytes, commitment: str) -> None:
    """Refuse a truth file that is not the one that was committed to.

    Raises:
        DataFileError: it is another, or was changed.
    """
    found = commitment_of(truth_file)
    if not hmac.compare_digest(found, commitment.strip().lower()):
        raise DataFileError(
            f"this is not the truth that was committed to: its SHA-256 is {found}, the "
            f"commitment is {commitment}; the file was changed, or is of another trial"
        )


def check_truth(truth: TrialTruth, passages: Sequence[str]) -> None:
    """Refuse a truth that is not of these passages.

    Raises:
        DataFileError: it names passages that the trial does not have, leaves some out, or names
            classes that were not possible; or one kind of passage is missing.
    """
    unknown = [name for name in truth.item_class if name not in set(passages)]
    if unknown:
        raise DataFileError(
            f"trial {truth.trial_id}: the truth names unknown people or passages: {_some(unknown)}"
        )
    missing = [name for name in passages if name not in truth.item_class]
    if missing:
        raise DataFileError(f"trial {truth.trial_id}: no truth for passage {_some(missing)}")
    wrong = sorted({*truth.item_class.values()} - {*truth.classes})
    if wrong:
        raise DataFileError(
            f"trial {truth.trial_id}: unknown item class {_some(wrong)}; "
            f"there is {', '.join(truth.classes)}"
        )
    n_threat = int(truth.is_threat.sum())
    if n_threat in (0, len(truth.item_class)):
        raise DataFileError(
            f"trial {truth.trial_id}: {n_threat} of {len(truth.item_class)} passages have a threat "
            "item; figures need some with and some without"
        )


def accepted(
    answers: Sequence[Answer],
    *,
    institute: str,
    passages: Sequence[str],
    classes: Sequence[str],
) -> Submission:
    """Return a laboratory's submission, in the order of the passages.

    Args:
        answers: in any order.
        institute: whose.
        passages: of the trial.
        classes: of the trial.

    Raises:
        DataFileError: a passage is missing, doubled or unknown; a number is not finite; something
            is given for some passages only. All problems are listed.
    """
    problems = _problems_of_ids([one.passage_id for one in answers], passages)
    problems += _problems_of_values(answers, classes)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise DataFileError(
            "\n".join([f"submission of {institute}: {count}", *(f"  - {one}" for one in problems)])
        )
    by_id = {one.passage_id: one for one in answers}
    ordered = [by_id[name] for name in passages]
    is_screened = np.array([one.decision is not Outcome.NOT_SCREENED for one in ordered])
    has_likelihoods = any(one.log_likelihood is not None for one in ordered)
    has_scores = any(one.score is not None for one in ordered)
    score = None
    if has_scores or has_likelihoods:
        score = np.array([_score_of(one, classes) for one in ordered])
        score[~is_screened] = -np.inf
    is_alarm = None
    if all(one.decision is not None for one in ordered):
        is_alarm = np.array([one.decision is Outcome.ALARM for one in ordered])
    return Submission(
        institute=institute,
        score=score,
        is_alarm=is_alarm,
        is_screened=is_screened,
        is_llr=has_likelihoods and not has_scores,
    )


def log_likelihood_ratio(log_likelihood: Mapping[str, float], classes: Sequence[str]) -> float:
    """Return the log-likelihood ratio threat : no threat, all classes of a side alike likely."""
    threat = [log_likelihood[name] for name in classes if name.startswith("threat")]
    rest = [log_likelihood[name] for name in classes if not name.startswith("threat")]
    return float(
        np.logaddexp.reduce(threat)
        - np.log(len(threat))
        - np.logaddexp.reduce(rest)
        + np.log(len(rest))
    )


def _score_of(one: Answer, classes: Sequence[str]) -> float:
    if one.score is not None:
        return one.score
    if one.log_likelihood is not None:
        return log_likelihood_ratio(one.log_likelihood, classes)
    return -np.inf


def _problems_of_ids(given: Sequence[str], passages: Sequence[str]) -> list[str]:
    counted, known = Counter(given), set(passages)
    found = {
        "unknown passage": [name for name in counted if name not in known],
        "no answer for passage": [name for name in passages if name not in counted],
        "more than one answer for passage": [name for name, n in counted.items() if n > 1],
    }
    return [f"{what} {_some(names)}" for what, names in found.items() if names]


def _problems_of_values(answers: Sequence[Answer], classes: Sequence[str]) -> list[str]:
    problems: list[str] = []
    odd = [one.passage_id for one in answers if not _is_finite(one)]
    if odd:
        problems.append(f"a score or likelihood that is not finite, of passage {_some(odd)}")
    for one in answers:
        if one.log_likelihood is not None and {*one.log_likelihood} != {*classes}:
            problems.append(
                f"passage {one.passage_id}: likelihoods wanted for {', '.join(classes)}; "
                f"got {', '.join(one.log_likelihood)}"
            )
            break
    looked = [one for one in answers if one.decision is not Outcome.NOT_SCREENED]
    for what, has in (
        ("score", [one.score is not None for one in looked]),
        ("likelihoods", [one.log_likelihood is not None for one in looked]),
        ("decision", [one.decision is not None for one in answers]),
    ):
        rows = looked if what != "decision" else list(answers)
        if any(has) and not all(has):
            without = [
                one.passage_id for one, is_there in zip(rows, has, strict=True) if not is_there
            ]
            hint = "" if what == "decision" else "; a passage without one is not_screened: say so"
            problems.append(f"no {what} for passage {_some(without)}{hint}")
    if answers and not any(
        one.score is not None or one.log_likelihood is not None or one.decision is not None
        for one in answers
    ):
        problems.append("neither scores nor likelihoods nor decisions")
    unusual = sorted(
        {str(one.decision) for one in answers if one.decision not in (None, *DECISIONS)}
    )
    if unusual:
        problems.append(f"unknown decision {', '.join(unusual)}; there is {', '.join(DECISIONS)}")
    return problems


def _is_finite(one: Answer) -> bool:
    said = [] if one.score is None else [one.score]
    said += [] if one.log_likelihood is None else list(one.log_likelihood.values())
    return bool(np.isfinite(said).all())


def _some(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
