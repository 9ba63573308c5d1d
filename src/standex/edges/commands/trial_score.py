"""The answers to a blind trial: ``standex trial check``, ``score`` and ``open``."""

import argparse
import csv
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.commands.console import say
from standex.edges.commands.replay import inside_01
from standex.edges.report.trial_page import area_words, p_words, rate_words, write_trial_page
from standex.edges.trial_answers import read_submission
from standex.edges.trial_files import Trial, open_truth, read_trial, sha256_of
from standex.evaluation.paired import PairedTest
from standex.evaluation.rates import Rate
from standex.evaluation.trial import Submission, TrialTruth
from standex.evaluation.trial_scores import (
    Area,
    Comparison,
    SubmissionFigures,
    compare_all,
    figures_of,
)
from standex.model.errors import DataFileError, StandexError

SEED = 1  # of the intervals of paired differences: the same trial gives the same figures


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``check``."""
    parser.add_argument("trial", type=Path, help="public folder of the trial")
    parser.add_argument("submission", type=Path, help="CSV or JSON")


def add_open_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``open``."""
    parser.add_argument("trial", type=Path, help="public folder of the trial")
    parser.add_argument("truth", type=Path, help="the truth file, once it is opened")


def add_score_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``score``."""
    add_open_arguments(parser)
    parser.add_argument("submissions", type=Path, nargs="+", help="CSV or JSON, one per institute")
    parser.add_argument(
        "--pfa", type=inside_01, default=0.1, metavar="P", help="state detection at this PFA"
    )
    parser.add_argument("--out", type=Path, help="folder to write to (default: out/TRIAL_ID)")


def run_check(args: argparse.Namespace) -> int:
    """Say whether a submission is complete."""
    trial = read_trial(args.trial)
    one = read_submission(args.submission, trial)
    has = [word for word, given in _given(one) if given]
    screened = int(one.is_screened.sum())
    digest = sha256_of(args.submission)
    say(
        args,
        {
            "trial_id": trial.table.trial_id,
            "institute": one.institute,
            "passages": len(trial.passages),
            "screened": screened,
            "has": has,
            "sha256": digest,
        },
        f"complete: {one.institute}, {len(trial.passages)} passages, {screened} screened, with "
        f"{' and '.join(has)}",
        f"SHA-256 {digest}: publish it before the truth is opened, and keep the file as it is",
    )
    return 0


def _given(one: Submission) -> tuple[tuple[str, bool], ...]:
    return (
        ("likelihoods", one.is_llr),
        ("scores", one.score is not None and not one.is_llr),
        ("decisions", one.is_alarm is not None),
    )


def run_open(args: argparse.Namespace) -> int:
    """Check an opened truth and all files of the trial against what was published."""
    trial = read_trial(args.trial, is_whole=True)
    truth, table = open_truth(args.truth, trial)
    carried = Counter(truth.item_class.values())
    say(
        args,
        {
            "trial_id": truth.trial_id,
            "is_committed_truth": True,
            "commitment_sha256": trial.table.commitment_sha256,
            "files": len(table.files),
            "carried": dict(carried),
        },
        f"{truth.trial_id}: this is the truth that was committed to, {len(table.files)} files of "
        "the trial are those that were published",
        "carried: " + ", ".join(f"{n} {name}" for name, n in carried.items()),
    )
    return 0


def run_score(args: argparse.Namespace) -> int:
    """Score submissions; they are all read and checked before the truth is opened."""
    trial = read_trial(args.trial)
    submissions = [read_submission(path, trial) for path in args.submissions]
    doubled = [n for n, k in Counter(one.institute for one in submissions).items() if k > 1]
    if doubled:
        raise DataFileError(
            f"two submissions of {', '.join(doubled)}; each institute has one, and says its name "
            "in a line '# institute: NAME'"
        )
    hashes = {
        one.institute: sha256_of(path)
        for one, path in zip(submissions, args.submissions, strict=True)
    }
    truth, _ = open_truth(args.truth, trial)
    figures = [figures_of(truth, one, pfa_per_passage=args.pfa) for one in submissions]
    comparisons = compare_all(truth, submissions, rng=np.random.default_rng(SEED))
    document = _document(trial, truth, figures, comparisons, hashes, args.pfa)
    folder = args.out or Path("out") / trial.table.trial_id
    report, problem = "", ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "scores.json").write_text(
            json.dumps(document, indent=1, allow_nan=False) + "\n", "utf-8"
        )
        _write_passages(folder / "passages.csv", truth, submissions)
    except OSError as error:
        raise StandexError(
            f"cannot write to {folder}: {error.strerror}; name another folder with --out"
        ) from error
    try:
        report = str(
            write_trial_page(
                folder / "report.html",
                trial=trial,
                truth=truth,
                figures=figures,
                comparisons=comparisons,
                hashes=hashes,
                pfa_per_passage=args.pfa,
            )
        )
    except StandexError as error:
        problem = str(error)
    document |= {"folder": str(folder), "report": report, "report_problem": problem}
    simulated = "SIMULATED: " if trial.table.origin == "simulated" else ""
    say(
        args,
        document,
        f"{simulated}{trial.table.title} ({truth.trial_id}): {len(truth.item_class)} passages, "
        f"{int(truth.is_threat.sum())} with a threat item; the truth is the one committed to",
        *(line for one in figures for line in _lines(one, args.pfa)),
        *(_pair_line(one) for one in comparisons),
        f"report  {report}" if report else f"report  none: {problem}",
    )
    return 0


def _lines(one: SubmissionFigures, pfa: float) -> list[str]:
    lines = [one.institute, f"  area {area_words(one.area)}"]
    if one.at_pfa is not None:
        lines.append(f"  PD at PFA {pfa:g}: {rate_words(one.at_pfa.pd_per_passage)}")
    lines += [f"  {rate.name}: {rate_words(rate)}" for rate in one.decided[:2]]
    lines.append(f"  {one.not_screened}")
    if one.cllr_bits is not None:
        lines.append(f"  Cllr {one.cllr_bits:.2f} bits")
    return lines


def _pair_line(one: Comparison) -> str:
    corrected = p_words(one.smallest_adjusted_p)
    if not corrected:
        return f"{one.first} : {one.second}: nothing that both gave can be compared"
    return (
        f"{one.first} : {one.second}: area {area_words(one.area_difference)}; "
        f"smallest p, corrected for all tests: {corrected}"
    )


def _write_passages(path: Path, truth: TrialTruth, submissions: Sequence[Submission]) -> None:
    """Write what was carried beside what each institute said."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        heads = [f"{kind} of {o.institute}" for o in submissions for kind in ("score", "alarm")]
        writer.writerow(["passage_id", "item_class", *heads])
        for k, (name, item_class) in enumerate(truth.item_class.items()):
            said: list[Any] = []
            for one in submissions:
                has_score = one.score is not None and math.isfinite(one.score[k])
                said.append(float(one.score[k]) if one.score is not None and has_score else "")
                said.append("" if one.is_alarm is None else int(one.is_alarm[k]))
            writer.writerow([name, item_class, *said])


def _document(
    trial: Trial,
    truth: TrialTruth,
    figures: Sequence[SubmissionFigures],
    comparisons: Sequence[Comparison],
    hashes: dict[str, str],
    pfa: float,
) -> dict[str, Any]:
    return {
        "trial_id": truth.trial_id,
        "origin": trial.table.origin,
        "commitment_sha256": trial.table.commitment_sha256,
        "passages": len(truth.item_class),
        "carried": dict(Counter(truth.item_class.values())),
        "pfa_per_passage": pfa,
        "submissions": [
            {
                "institute": one.institute,
                "sha256": hashes[one.institute],
                "area": _area(one.area),
                "pd_at_pfa": None if one.at_pfa is None else _rate(one.at_pfa.pd_per_passage),
                "decided": [_rate(rate) for rate in one.decided],
                "not_screened": _rate(one.not_screened),
                "cllr_bits": one.cllr_bits,
                "roc": [
                    {
                        "threshold": p.threshold if math.isfinite(p.threshold) else None,
                        "pd": _rate(p.pd_per_passage),
                        "pfa": _rate(p.pfa_per_passage),
                    }
                    for p in one.curve
                ],
            }
            for one in figures
        ],
        "comparisons": [
            {
                "first": one.first,
                "second": one.second,
                "area_difference": _area(one.area_difference),
                "area_p_value": one.area_p_value,
                "detections": _paired(one.detections),
                "false_alarms": _paired(one.false_alarms),
                "smallest_adjusted_p": one.smallest_adjusted_p,
            }
            for one in comparisons
        ],
    }


def _rate(one: Rate) -> dict[str, Any]:
    return {"name": one.name, "k": one.k, "n": one.n, "low": one.low, "high": one.high}


def _area(one: Area | None) -> dict[str, float | None] | None:
    if one is None:
        return None
    low, high = (None if math.isnan(value) else value for value in (one.low, one.high))
    return {"value": one.value, "low": low, "high": high}


def _paired(one: PairedTest | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "n": one.n,
        "n_first": one.n_first,
        "n_second": one.n_second,
        "only_first": one.only_first,
        "only_second": one.only_second,
        "p_value": one.p_value,
        "difference": one.difference,
        "difference_low": one.difference_low,
        "difference_high": one.difference_high,
    }
