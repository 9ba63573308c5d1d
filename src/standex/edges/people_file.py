"""Files of people with known truth: what ``standex simulate --json`` and evaluations write.

JSON: an object with ``people``, a list of ``{"item_class": ..., "p_max": ..., "p_final": ...}``,
and, where it is known, ``origin``, ``seeds`` and ``judged_by``. CSV: columns ``item_class`` and
``p_max``, perhaps ``p_final`` and ``system``. Other keys and columns are left alone.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.calibrations import calibrations_of
from standex.evaluation.judged_people import JudgedPeople
from standex.model.errors import DataFileError
from standex.model.site import Site

MAX_PEOPLE = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeopleFile:
    """People, and what is known of where they were judged.

    Attributes:
        people: with their truth.
        path: of the file.
        origin: ``simulated``, ``measured`` or empty.
        seeds: of the runs of the twin; empty where none is known.
        judged_by: site, priors, sensors and calibrations; None where it is not known.
    """

    people: JudgedPeople
    path: Path
    origin: str
    seeds: tuple[int, ...]
    judged_by: Mapping[str, Any] | None


def judged_by(site: Site) -> dict[str, Any]:
    """Return what posteriors depend on: two sets of passages are alike only where this is."""
    ids = {name: one.calibration_id for name, one in calibrations_of(site).items()}
    return {
        "site_id": site.site_id,
        "sensors": sorted(spec.sensor_id for spec in site.sensors),
        "calibrations": ids,
        "prior_per_person": dict(
            zip(site.items.names[1:], site.items.prior_per_person, strict=True)
        ),
    }


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """Return in words in what two sets of passages were judged differently; empty if in nothing."""
    return "; ".join(
        f"{name}: {first.get(name)} and {second.get(name)}"
        for name in sorted(first.keys() | second.keys())
        if first.get(name) != second.get(name)
    )


def read_people(path: Path, *, system: str = "") -> PeopleFile:
    """Return the people of a file.

    Args:
        path: of a JSON or CSV file, by its ending.
        system: whose judgement counts, where a table has a column ``system`` with several.

    Raises:
        DataFileError: it cannot be read, has no people or not what is needed of them; or it is a
            table of several systems and none, or an unknown one, is named.
    """
    try:
        if path.suffix.lower() == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                document: dict[str, Any] = {
                    "people": _of_system(list(csv.DictReader(file)), path, system)
                }
        else:
            document = _object(json.loads(path.read_text("utf-8")), path)
    except (OSError, ValueError, csv.Error) as error:
        raise DataFileError(f"{path}: cannot be read ({error})") from error
    rows = document.get("people")
    if not isinstance(rows, list) or not rows or len(rows) > MAX_PEOPLE:
        raise DataFileError(
            f"{path}: no people in it; write one with standex simulate SITE --json > {path.name}"
        )
    seeds, origin, judged = document.get("seeds"), document.get("origin"), document.get("judged_by")
    return PeopleFile(
        people=_people(rows, path),
        path=path,
        origin=origin if isinstance(origin, str) else "",
        seeds=tuple(seeds) if isinstance(seeds, list) else (),
        judged_by=judged if isinstance(judged, dict) else None,
    )


def joined(files: Sequence[PeopleFile]) -> JudgedPeople:
    """Return the people of several files together.

    Raises:
        DataFileError: there is no file, or two were judged differently or have runs in common.
    """
    if not files:
        raise DataFileError("no file of people")
    for number, one in enumerate(files):
        for other in files[:number]:
            check_alike(one, other)
            check_apart(one, other)
    return JudgedPeople(
        item_class=tuple(name for one in files for name in one.people.item_class),
        p_max=np.concatenate([one.people.p_max for one in files]),
        p_final=np.concatenate([one.people.p_final for one in files]),
    )


def check_alike(one: PeopleFile, other: PeopleFile) -> None:
    """Refuse two files that say that they were judged differently.

    Raises:
        DataFileError: they do.
    """
    if one.judged_by is None or other.judged_by is None:
        return
    told = differences(one.judged_by, other.judged_by)
    if told:
        raise DataFileError(
            f"{one.path} and {other.path} were judged differently ({told}): walk both with the "
            "same site file"
        )


def check_apart(one: PeopleFile, other: PeopleFile) -> None:
    """Refuse two files with the same passages: nobody may witness for themselves.

    Raises:
        DataFileError: they are one file, or runs of the same seeds.
    """
    both = sorted(set(one.seeds) & set(other.seeds))
    is_one = one.path.resolve() == other.path.resolve()
    if is_one or both:
        why = "they are one file" if is_one else f"both have seeds {', '.join(map(str, both[:5]))}"
        raise DataFileError(
            f"{one.path} and {other.path} are not different passages: {why}; walk others (--seed)"
        )


def _object(document: object, path: Path) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise DataFileError(f"{path}: not a JSON object with people")
    return {str(name): value for name, value in document.items()}


def _of_system(rows: list[dict[str, Any]], path: Path, system: str) -> list[dict[str, Any]]:
    systems = sorted({str(row["system"]) for row in rows if "system" in row})
    if system and system not in systems:
        raise DataFileError(f"{path}: no system {system!r}; it has {', '.join(systems) or 'none'}")
    if len(systems) > 1 and not system:
        raise DataFileError(
            f"{path}: people judged by several systems ({', '.join(systems)}); name one (--system)"
        )
    return [row for row in rows if not system or row["system"] == system]


def _people(rows: list[Any], path: Path) -> JudgedPeople:
    classes: list[str] = []
    p_max: list[float] = []
    p_final: list[float] = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not row.get("item_class") or "p_max" not in row:
            raise DataFileError(f"{path}, person {number}: item_class and p_max are needed")
        classes.append(str(row["item_class"]))
        p_max.append(_probability(row["p_max"], f"{path}, person {number}: p_max"))
        final = row.get("p_final")
        is_known = final not in (None, "")
        p_final.append(
            _probability(final, f"{path}, person {number}: p_final") if is_known else np.nan
        )
    return JudgedPeople(item_class=tuple(classes), p_max=np.array(p_max), p_final=np.array(p_final))


def _probability(value: object, where: str) -> float:
    try:
        number = float(value) if isinstance(value, str | int | float) else np.nan
    except ValueError:
        number = np.nan
    if not 0 <= number <= 1:
        raise DataFileError(f"{where} is {value!r}; a probability is wanted")
    return number
