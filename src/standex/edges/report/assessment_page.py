"""The report of a joint threat assessment: one page that needs nothing else to be read."""

from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from standex.edges.report.assessment_rows import (
    expert_names,
    expert_rows,
    one_in,
    place_time_rows,
    prior_panels,
    prior_rows,
    quantity_panel,
    spread_words,
    threat_classes,
)
from standex.edges.report.words import count
from standex.model.errors import StandexError
from standex.model.site import Site
from standex.planning.threat import Assessment

TEMPLATE = "assessment.html.j2"


def write_assessment(
    found: Assessment,
    path: Path,
    *,
    site: Site,
    title: str,
    consequence_unit: str,
    questions: Mapping[str, str],
    snippet: str,
    needed: str,
    source: str,
) -> Path:
    """Write the report of an assessment as one HTML file.

    Args:
        found: the assessment.
        path: the file; an older one is replaced.
        site: that it is for.
        title: heading of the page.
        consequence_unit: of the consequences.
        questions: of the seeds, by the name of their quantity.
        snippet: for the site file.
        needed: what evidence an alarm needs with these priors, in words.
        source: file and its hash, said at the foot.

    Returns:
        The path written.

    Raises:
        StandexError: an optional package is missing, or the file cannot be written.
    """
    try:
        import jinja2  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise StandexError(
            "reports need the package jinja2; install it with pip install 'standex[report]'"
        ) from error
    if not path.parent.is_dir():
        raise StandexError(f"{path}: cannot be written, there is no such folder; choose another")
    folder = resources.files("standex.edges.report")
    # One look for all reports: the style is that of the report of a run.
    run_page = (folder / "page.html.j2").read_text("utf-8")
    style = run_page.partition("<style>")[2].partition("</style>")[0]
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    html = environment.from_string((folder / TEMPLATE).read_text("utf-8")).render(
        style=style,
        title=title,
        site=site,
        snippet=snippet,
        needed=needed,
        source=source,
        consequence_unit=consequence_unit,
        **_pictures(found, questions),
        **_content(found),
    )
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_text(html, "utf-8")
        partial.replace(path)
    except OSError as error:
        raise StandexError(
            f"{path}: the report cannot be written ({error}); choose a writable folder"
        ) from error
    return path


def _pictures(found: Assessment, questions: Mapping[str, str]) -> dict[str, Any]:
    # Here and not above: they need matplotlib, an optional extra, and say so when it is missing.
    from standex.edges.report.canvas import DARK, LIGHT, Figure, Palette, data_uri  # noqa: PLC0415
    from standex.edges.report.figure_ranges import draw_ranges  # noqa: PLC0415
    from standex.edges.report.figure_scenarios import draw_scenarios  # noqa: PLC0415
    from standex.edges.report.figures import Drawn  # noqa: PLC0415

    def drawn(draw: Callable[[Palette], Figure]) -> Drawn:
        return Drawn(light=data_uri(draw(LIGHT)), dark=data_uri(draw(DARK)))

    given = found.elicitation
    priors = prior_panels(found)
    attempts = [quantity_panel(found, given.attempts_per_year, "attempts a year at this site")]
    losses = [
        quantity_panel(found, one, scenario.title)
        for one, scenario in zip(given.consequence, given.scenarios, strict=True)
    ]
    seeds = [quantity_panel(found, one, questions.get(one.name, one.name)) for one in given.seeds]
    names = expert_names(found)
    return {
        "priors_drawn": drawn(
            lambda p: draw_ranges(priors, p, n_columns=2, x_label="prior per person")
        ),
        "attempts_drawn": drawn(lambda p: draw_ranges(attempts, p, n_columns=1)),
        "losses_drawn": drawn(lambda p: draw_ranges(losses, p, n_columns=2)),
        "scenarios_drawn": drawn(lambda p: draw_scenarios(found, p, names)),
        "seeds_drawn": drawn(lambda p: draw_ranges(seeds, p, n_columns=2)) if seeds else None,
    }


def _content(found: Assessment) -> dict[str, Any]:
    given, classical = found.elicitation, found.classical
    threats = [one for one in found.priors if one.item_class.startswith("threat")]
    nations = len({one.nation for one in given.experts})
    silent = int((found.weight == 0).sum())
    where = " and ".join(one for one in (found.place_id, found.time_id) if one)
    lead = (
        f"{count(len(given.experts), 'expert', 'experts')} of {count(nations, 'nation', 'nations')}"
        f" on {count(len(given.scenarios), 'scenario', 'scenarios')}, "
        f"{'weighed by their answers to ' if found.weighting == 'classical' else ''}"
        + (
            count(len(given.seeds), "question whose answer is known", "questions whose answers "
                  "are known") + (f"; {silent} of them without weight." if silent else ".")
            if found.weighting == "classical"
            else "all with the same weight."
        )
    )  # fmt: skip
    return {
        "found": found,
        "given": given,
        "classical": classical,
        "lead": lead,
        "where": f"People of {where} only." if where else "People of the whole site.",
        "tiles": [(one_in(one.per_person), one.item_class) for one in threats],
        "priors": prior_rows(found),
        "experts": expert_rows(found),
        "spread": spread_words(found),
        "threat_classes": threat_classes(found),
        "place_times": place_time_rows(found),
        "scenarios": [
            (
                one.title,
                one.item_class,
                one.place_id,
                one.time_id,
                f"{found.p_scenario[k]:.3f}",
                f"{found.scenario_weight[k]:.3f}",
            )
            for k, one in enumerate(given.scenarios)
        ],
    }
