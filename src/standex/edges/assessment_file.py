"""Assessment files: TOML in, a checked elicitation and the site that it is for out."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from standex.edges.assessment_tables import TABLES, AssessmentTable, CountTable, ExpertTable
from standex.edges.settings import load_site, shipped_sites
from standex.edges.site_problems import problems_of_shape
from standex.edges.table import Table
from standex.edges.toml_text import toml_table
from standex.model.errors import DataFileError, StandexError
from standex.model.site import Site
from standex.planning.elicitation import SUM_WITHIN, Elicitation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssessmentFile:
    """What a file says.

    Attributes:
        table: as it was typed.
        elicitation: what planning works on.
        site: that it is for.
    """

    table: AssessmentTable
    elicitation: Elicitation
    site: Site


def read_assessment(path: Path, *, site: str | None = None) -> AssessmentFile:
    """Return an assessment file, checked against its site.

    Args:
        path: of the TOML file.
        site: name or path of another site than the file names.

    Raises:
        DataFileError: it cannot be read or used; the message lists every problem.
        SiteError: the site cannot be used.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise DataFileError(f"no assessment {path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(f"assessment {path}: cannot be read ({error})") from error
    try:
        typed = toml_table(text)
    except ValueError as error:
        raise DataFileError(f"assessment {path}: not valid TOML: {error}") from error
    try:
        table = AssessmentTable.model_validate(typed)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        keys = _with_everyday(typed)
        raise _refused(path, problems_of_shape(wrong, typed, text, tables=keys)) from None
    loaded = load_site(site or _beside(path, table.site))
    problems = list(_problems_between(table, loaded))
    if problems:
        raise _refused(path, problems)
    try:
        return AssessmentFile(table=table, elicitation=table.to_core(), site=loaded)
    except (StandexError, ValueError) as error:
        raise _refused(path, [str(error)]) from error


def _with_everyday(typed: Mapping[str, Any]) -> dict[tuple[str, ...], type[Table]]:
    """Return the tables by path, with those that are named after an item class."""
    everyday = typed.get("everyday")
    names = list(everyday) if isinstance(everyday, dict) else []
    return TABLES | {("everyday", str(name)): CountTable for name in names}


def _beside(path: Path, site: str) -> str:
    """Return the site as named; a path in a file is relative to the file."""
    return site if site in shipped_sites() else str(path.parent / site)


def _problems_between(table: AssessmentTable, site: Site) -> Iterator[str]:
    """Yield names that nothing has, doubles, and answers that do not fit their question."""
    places = [one.place_id for one in table.places]
    times = [one.time_id for one in table.times]
    scenarios = [one.scenario_id for one in table.scenarios]
    seeds = [one.seed_id for one in table.seeds]
    for what, ids in (
        ("place_id", places),
        ("time_id", times),
        ("scenario_id", scenarios),
        ("seed_id", seeds),
        ("expert_id", [one.expert_id for one in table.experts]),
    ):
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            yield f"{what}: {name!r} is there {ids.count(name)} times; it must be unique"
    classes = site.items.names[1:]
    for scenario in table.scenarios:
        where = f"scenario {scenario.scenario_id!r}"
        yield from _unknown(f"{where}: unknown item_class", [scenario.item_class], classes)
        yield from _unknown(f"{where}: unknown place_id", [scenario.place_id], places)
        yield from _unknown(f"{where}: unknown time_id", [scenario.time_id], times)
    yield from _unknown("everyday: unknown item class", table.everyday, classes)
    for name, count in table.everyday.items():
        if count.carried > count.looked_at:
            yield (f"everyday.{name}: {count.carried} carried one, of {count.looked_at} looked at")
    if sorted(set(table.quantiles)) != list(table.quantiles):
        yield f"quantiles: must ascend, got {list(table.quantiles)}"
    for expert in table.experts:
        yield from _problems_of_expert(expert, scenarios, seeds, table)


def _problems_of_expert(
    expert: ExpertTable, scenarios: Sequence[str], seeds: Sequence[str], table: AssessmentTable
) -> Iterator[str]:
    where = f"expert {expert.expert_id!r}"
    yield from _unknown(f"{where}: p_scenario: unknown scenario", expert.p_scenario, scenarios)
    yield from _unknown(f"{where}: consequence: unknown scenario", expert.consequence, scenarios)
    yield from _unknown(f"{where}: seeds: unknown seed", expert.seeds, seeds)
    for name in scenarios:
        if name not in expert.p_scenario:
            yield f"{where}: p_scenario: nothing for {name!r}; 0 is an answer"
        if name not in expert.consequence:
            yield f"{where}: consequence: nothing for {name!r}"
    total = sum(expert.p_scenario.values())
    if abs(total - 1) > SUM_WITHIN:
        yield f"{where}: p_scenario: the probabilities must sum to 1, they sum to {total:g}"
    if table.weighting == "classical" and seeds and not expert.seeds:
        yield (
            f"{where}: answered no seed question and cannot be weighed; have them answered, take "
            'the expert out, or set weighting = "equal"'
        )
    answers = {"attempts_per_year": expert.attempts_per_year}
    answers |= {f"consequence.{name}": row for name, row in expert.consequence.items()}
    answers |= {f"seeds.{name}": row for name, row in expert.seeds.items()}
    for name, row in answers.items():
        if len(row) != len(table.quantiles):
            yield f"{where}: {name}: {len(table.quantiles)} quantiles wanted, got {len(row)}"
        elif any(b <= a for a, b in pairwise(row)):
            yield f"{where}: {name}: quantiles must ascend, got {list(row)}"


def _unknown(
    what: str, names: Sequence[str] | Mapping[str, Any], valid: Sequence[str]
) -> Iterator[str]:
    for name in names:
        if name not in valid:
            meant = difflib.get_close_matches(name, valid, n=1)
            hint = f"did you mean {meant[0]!r}?" if meant else f"valid: {', '.join(valid)}"
            yield f"{what} {name!r}; {hint}"


def _refused(path: Path, problems: Sequence[str]) -> DataFileError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return DataFileError(
        "\n".join([f"assessment {path}: {count}", *(f"  - {problem}" for problem in problems)])
    )
