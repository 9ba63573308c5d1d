"""Submissions to a blind trial: CSV or JSON in, answers out.

CSV: columns ``passage_id`` and any of ``score``, ``decision`` and one per item class (natural-log
likelihoods). Lines ``# institute: NAME`` and ``# trial_id: ID`` may stand above. JSON: the same
under ``institute``, ``trial_id`` and ``passages``.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from standex.edges.table import Name, Table
from standex.edges.trial_files import Trial, read_rows, text_of
from standex.evaluation.trial import DECISIONS, Answer, Submission, accepted
from standex.model.errors import DataFileError
from standex.model.picture import Outcome

_STATED = re.compile(r"^#\s*(institute|trial_id)\s*[:=]\s*(.+?)\s*$")


class AnswerTable(Table):
    """One passage of a JSON submission."""

    passage_id: Name
    score: float | None = None
    decision: Annotated[Outcome, Field(strict=False)] | None = None
    log_likelihood: dict[str, float] | None = None


class SubmissionTable(Table):
    """A JSON submission."""

    institute: Name | None = None
    trial_id: Name | None = None
    passages: Annotated[tuple[AnswerTable, ...], Field(strict=False, min_length=1)]


def read_submission(path: Path, trial: Trial) -> Submission:
    """Return a submission, checked against the trial; nothing of the truth is needed.

    Raises:
        DataFileError: it cannot be read, is of another trial, or is not complete.
    """
    is_json = path.suffix.lower() == ".json"
    stated, answers = _json_answers(path) if is_json else _csv_answers(path, trial)
    trial_id = stated.get("trial_id", trial.table.trial_id)
    if trial_id != trial.table.trial_id:
        raise DataFileError(
            f"{path} is a submission to {trial_id}, and this is {trial.table.trial_id}"
        )
    return accepted(
        answers,
        institute=stated.get("institute", path.stem),
        passages=trial.passages,
        classes=trial.table.classes,
    )


def _json_answers(path: Path) -> tuple[Mapping[str, str], list[Answer]]:
    try:
        # NaN and Infinity are no JSON, whatever some programs write: they come out as not finite.
        table = SubmissionTable.model_validate(json.loads(text_of(path)))
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}, got {one['input']!r}"
            for one in error.errors(include_url=False)[:5]
        ]
        raise DataFileError(
            "\n".join([f"submission {path}:", *(f"  - {one}" for one in problems)])
        ) from None
    except ValueError as error:
        raise DataFileError(f"submission {path}: not JSON ({error})") from error
    stated = {"institute": table.institute, "trial_id": table.trial_id}
    return {name: text for name, text in stated.items() if text}, [
        Answer(
            passage_id=one.passage_id,
            score=one.score,
            decision=one.decision,
            log_likelihood=one.log_likelihood,
        )
        for one in table.passages
    ]


def _csv_answers(path: Path, trial: Trial) -> tuple[Mapping[str, str], list[Answer]]:
    matches = [_STATED.match(line) for line in text_of(path).splitlines()]
    stated = {str(match[1]): str(match[2]) for match in matches if match}
    rows = read_rows(path)
    if not rows:
        raise DataFileError(f"submission {path}: no passages")
    classes = trial.table.classes
    known = ("passage_id", "score", "decision", *classes)
    unknown = [name for name in rows[0] if name not in known]
    if "passage_id" not in rows[0] or unknown:
        raise DataFileError(
            f"submission {path}: unknown column {', '.join(unknown) or 'instead of passage_id'}; "
            f"columns are {', '.join(known)}"
        )
    given = [name for name in classes if name in rows[0]]
    if given and len(given) != len(classes):
        missing = [name for name in classes if name not in given]
        raise DataFileError(f"submission {path}: no column {', '.join(missing)}: all or none")
    return stated, [_row_answer(path, row, given) for row in rows]


def _row_answer(path: Path, row: Mapping[str, str], classes: list[str]) -> Answer:
    where = f"submission {path}: passage {row['passage_id'] or '(empty)'}"

    def number(name: str) -> float | None:
        text = row.get(name, "")
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            hint = "; write 0.5, not 0,5" if "," in text else ""
            raise DataFileError(f"{where}: {name} is not a number: {text!r}{hint}") from None

    decision = row.get("decision") or None
    if decision is not None and decision not in DECISIONS:
        raise DataFileError(
            f"{where}: unknown decision {decision!r}; there is {', '.join(DECISIONS)}"
        )
    likelihoods = {name: number(name) for name in classes}
    said = {name: value for name, value in likelihoods.items() if value is not None}
    return Answer(
        passage_id=row["passage_id"],
        score=number("score"),
        decision=None if decision is None else Outcome(decision),
        log_likelihood=said or None,
    )
