"""The files of a blind trial: what everybody gets, what stays sealed, and what comes back.

Public: ``trial.json``, ``passages.csv``, ``COMMITMENT`` (as ``sha256sum --check`` reads it) and the
recordings. Sealed: ``truth.json``, with a random salt; its SHA-256 is the commitment.
"""

import csv
import hashlib
import io
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from standex import __version__
from standex.edges.table import Name, Table
from standex.evaluation.trial import (
    LEAST_SALT_BITS,
    TrialTruth,
    check_commitment,
    check_truth,
    commitment_of,
)
from standex.model.errors import DataFileError

FORMAT = "standex-trial-1"
TRIAL, PASSAGES, COMMITMENT, TRUTH = "trial.json", "passages.csv", "COMMITMENT", "truth.json"
_SALT_BYTES = 32
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class TrialTable(Table):
    """What ``trial.json`` holds."""

    format: Literal["standex-trial-1"]
    trial_id: Name
    title: str
    origin: Literal["simulated", "measured"]
    site_id: str
    classes: Annotated[tuple[Name, ...], Field(strict=False, min_length=2)]
    commitment_sha256: _Sha256
    passages_sha256: _Sha256
    files: dict[str, _Sha256]
    notes: Annotated[tuple[str, ...], Field(strict=False)] = ()
    software_version: str


class PassageTable(Table):
    """The truth of one passage; ``about`` is shown when it is opened, and not scored."""

    passage_id: Name
    item_class: Name
    about: dict[str, Any] = Field(default_factory=dict)


class TruthTable(Table):
    """What ``truth.json`` holds."""

    format: Literal["standex-trial-1"]
    trial_id: Name
    salt: Annotated[str, Field(min_length=LEAST_SALT_BITS // 4)]
    classes: Annotated[tuple[Name, ...], Field(strict=False, min_length=2)]
    passages_sha256: _Sha256
    files: dict[str, _Sha256]
    passages: Annotated[tuple[PassageTable, ...], Field(strict=False, min_length=1)]
    about: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The public side of a trial.

    Attributes:
        folder: where it lies.
        table: what ``trial.json`` says.
        passages: ids, in order.
    """

    folder: Path
    table: TrialTable
    passages: tuple[str, ...]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_trial(
    folder: Path,
    *,
    title: str,
    origin: Literal["simulated", "measured"],
    site_id: str,
    classes: Sequence[str],
    passages: Sequence[Mapping[str, Any]],
    truth: Sequence[PassageTable],
    files: Sequence[str] = (),
    notes: Sequence[str] = (),
    about: Mapping[str, Any] | None = None,
) -> tuple[Path, Path]:
    """Seal a truth and publish the commitment to it.

    Args:
        folder: gets ``public`` and ``sealed``.
        title: of the trial.
        origin: where its data come from.
        site_id: of the site; empty where there is none.
        classes: that may have been carried, ``nothing`` first.
        passages: one row each, ``passage_id`` first; what laboratories may know.
        truth: of each passage.
        files: below ``public``, already there; the truth binds them too.
        notes: for the laboratories.
        about: kept in the truth, such as seeds.

    Returns:
        The public folder, and the truth file.

    Raises:
        DataFileError: the truth does not fit the passages, the folder holds a trial already, or it
            cannot be written.
    """
    public, sealed = folder / "public", folder / "sealed"
    refuse_if_there(folder)
    trial_id = f"trial-{secrets.token_hex(4)}"
    ids = [str(row["passage_id"]) for row in passages]
    doubled = {name for name in ids if ids.count(name) > 1}
    told = [one.passage_id for one in truth]
    doubled |= {name for name in told if told.count(name) > 1}
    if doubled:
        raise DataFileError(f"passage {', '.join(sorted(doubled))} is there more than once")
    check_truth(_core(trial_id, classes, truth), ids)
    rows = _csv_text(passages).encode()
    passages_sha256 = hashlib.sha256(rows).hexdigest()
    try:
        hashes = {name: sha256_of(public / name) for name in files}
        sealed_truth = TruthTable(
            format=FORMAT,
            trial_id=trial_id,
            salt=secrets.token_hex(_SALT_BYTES),
            classes=tuple(classes),
            passages_sha256=passages_sha256,
            files=hashes,
            passages=tuple(truth),
            about=dict(about or {}),
        )
        truth_bytes = (sealed_truth.model_dump_json(indent=1) + "\n").encode()
        commitment = commitment_of(truth_bytes)
        table = TrialTable(
            format=FORMAT,
            trial_id=trial_id,
            title=title,
            origin=origin,
            site_id=site_id,
            classes=tuple(classes),
            commitment_sha256=commitment,
            passages_sha256=passages_sha256,
            files=hashes,
            notes=tuple(notes),
            software_version=__version__,
        )
        public.mkdir(parents=True, exist_ok=True)
        sealed.mkdir(parents=True, exist_ok=True)
        (sealed / TRUTH).write_bytes(truth_bytes)
        (public / PASSAGES).write_bytes(rows)
        (public / COMMITMENT).write_text(f"{commitment}  {TRUTH}\n", "utf-8")
        (public / TRIAL).write_text(table.model_dump_json(indent=1) + "\n", "utf-8")
    except OSError as error:
        raise DataFileError(
            f"{folder}: the trial cannot be written ({error}); name another folder with --out"
        ) from error
    return public, sealed / TRUTH


def refuse_if_there(folder: Path) -> None:
    """Refuse a folder that holds a trial: a second commitment to it would be worth nothing.

    Raises:
        DataFileError: it does.
    """
    for part in (folder / "public" / TRIAL, folder / "sealed" / TRUTH):
        if part.exists():
            raise DataFileError(
                f"{folder} holds a trial already, and what was committed to stays; "
                "name another folder with --out"
            )


def read_trial(folder: Path, *, is_whole: bool = False) -> Trial:
    """Return the public side of a trial.

    Args:
        folder: with ``trial.json``.
        is_whole: check the recordings too.

    Raises:
        DataFileError: a file is missing, or is not the one that was published.
    """
    table = TrialTable.model_validate(_strict_json(folder / TRIAL, TrialTable))
    path = folder / PASSAGES
    rows = _bytes_of(path)
    if hashlib.sha256(rows).hexdigest() != table.passages_sha256:
        raise DataFileError(f"{path} is not the list that was published; fetch it again")
    for name, expected in table.files.items() if is_whole else ():
        if not (folder / name).is_file():
            raise DataFileError(f"{folder / name} is missing; fetch the trial again")
        if sha256_of(folder / name) != expected:
            raise DataFileError(f"{folder / name} is not the file that was published")
    passages = tuple(row["passage_id"] for row in csv.DictReader(io.StringIO(rows.decode())))
    return Trial(folder=folder, table=table, passages=passages)


def open_truth(path: Path, trial: Trial) -> tuple[TrialTruth, TruthTable]:
    """Return the truth of a trial, once it is known to be the one that was committed to.

    Raises:
        DataFileError: it is another or was changed, or does not fit the passages.
    """
    content = _bytes_of(path)
    # First: nothing of a file that is not the right one shall be believed, or even read.
    check_commitment(content, trial.table.commitment_sha256)
    table = TruthTable.model_validate(_strict_json(path, TruthTable))
    for what, committed, published in (
        ("trial", table.trial_id, trial.table.trial_id),
        ("classes", table.classes, trial.table.classes),
        ("passages", table.passages_sha256, trial.table.passages_sha256),
        ("recordings", table.files, trial.table.files),
    ):
        if committed != published:
            raise DataFileError(
                f"{path}: {what} of the truth and of {trial.folder / TRIAL} differ; "
                "what was published is not what was committed to"
            )
    told = [one.passage_id for one in table.passages]
    if len(set(told)) != len(told):
        raise DataFileError(f"{path}: a passage has more than one truth")
    truth = _core(table.trial_id, table.classes, table.passages)
    check_truth(truth, trial.passages)
    ordered = {name: truth.item_class[name] for name in trial.passages}
    return TrialTruth(trial_id=truth.trial_id, classes=truth.classes, item_class=ordered), table


def read_truth_csv(path: Path) -> tuple[PassageTable, ...]:
    """Return a truth that was typed: columns ``passage_id``, ``item_class``, and any others.

    Raises:
        DataFileError: it cannot be read.
    """
    rows = read_rows(path)
    for name in ("passage_id", "item_class"):
        if rows and name not in rows[0]:
            raise DataFileError(f"{path}: no column {name!r}; there is {', '.join(rows[0])}")
    if not rows:
        raise DataFileError(f"{path}: no passages")
    try:
        return tuple(
            PassageTable(
                passage_id=row["passage_id"],
                item_class=row["item_class"],
                about={k: v for k, v in row.items() if k not in ("passage_id", "item_class")},
            )
            for row in rows
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise DataFileError(f"{path}: {first['loc'][-1]} of a passage is empty") from None


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file with comma or semicolon; lines from ``#`` on are left out.

    Raises:
        DataFileError: it cannot be read, or a row has more or fewer cells than the head.
    """
    text = text_of(path)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise DataFileError(f"{path}: empty")
    delimiter = ";" if lines[0].count(";") > lines[0].count(",") else ","
    head, *rest = list(csv.reader(lines, delimiter=delimiter))
    head = [name.strip() for name in head]
    if len(set(head)) != len(head):
        raise DataFileError(f"{path}: two columns have one name: {', '.join(head)}")
    for number, cells in enumerate(rest, start=1):
        if len(cells) != len(head):
            raise DataFileError(
                f"{path}: row {number} has {len(cells)} cells, the head has {len(head)}"
            )
    return [{n: c.strip() for n, c in zip(head, cells, strict=True)} for cells in rest]


def text_of(path: Path) -> str:
    """Return the text of a file, without the mark that some programs put first.

    Raises:
        DataFileError: it cannot be read as text.
    """
    try:
        return _bytes_of(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path}: not UTF-8 text; save it as UTF-8") from error


def _core(trial_id: str, classes: Sequence[str], truth: Sequence[PassageTable]) -> TrialTruth:
    return TrialTruth(
        trial_id=trial_id,
        classes=tuple(classes),
        item_class={one.passage_id: one.item_class for one in truth},
    )


def _csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataFileError(f"{path}: there is no such file") from None
    except OSError as error:
        raise DataFileError(f"{path}: cannot be read ({error.strerror})") from error


def _strict_json(path: Path, table: type[Table]) -> Any:
    """Return what is in a JSON file, if it is what that table wants."""
    try:
        data = json.loads(_bytes_of(path))
        table.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataFileError(f"{path}: {where}: {first['msg']}") from None
    except ValueError as error:
        raise DataFileError(f"{path}: not JSON ({error})") from error
    return data
