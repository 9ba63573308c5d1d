"""The report: one page that needs nothing else to be read, printed or sent."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from standex.edges.report.rows import (
    RateRow,
    alert_rows,
    health_rows,
    ledger_rows,
    left_out_words,
    not_screened_rows,
    paragraph,
    person_words,
    rate_rows,
)
from standex.edges.report.story import prior_of, shown_people, steps_of
from standex.edges.report.summary import RunSummary
from standex.edges.report.words import OUTCOME_WORDS, count, date_and_time, percent
from standex.model.errors import StandexError
from standex.model.picture import Outcome

TEMPLATE = "page.html.j2"


def write_report(
    summary: RunSummary,
    path: Path,
    *,
    title: str,
    is_simulated: bool,
    truth_summary: str | None = None,
    rates: tuple[RateRow, ...] = (),
) -> Path:
    """Write the report of a run as one HTML file.

    Args:
        summary: of the run.
        path: the file; folders are made, an older file is replaced.
        title: heading of the page.
        is_simulated: whether anything in it comes from the twin; said at the top and the foot.
        truth_summary: what is known of the truth, in words; None when nothing is.
        rates: with denominators and intervals, where truth is known.

    Returns:
        The path written.

    Raises:
        StandexError: an optional package is missing, or the file cannot be written.
    """
    html = render_report(
        summary, title=title, is_simulated=is_simulated, truth_summary=truth_summary, rates=rates
    )
    partial = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(html, "utf-8")
        partial.replace(path)
    except OSError as error:
        raise StandexError(
            f"{path}: the report cannot be written ({error}); choose a writable folder"
        ) from error
    return path


def render_report(
    summary: RunSummary,
    *,
    title: str,
    is_simulated: bool,
    truth_summary: str | None = None,
    rates: tuple[RateRow, ...] = (),
) -> str:
    """Return the text of the page; arguments and errors as in :func:`write_report`."""
    try:
        import jinja2  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise StandexError(
            "reports need the package jinja2; install it with pip install 'standex[report]'"
        ) from error
    source = (resources.files("standex.edges.report") / TEMPLATE).read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source).render(
        title=title,
        is_simulated=is_simulated,
        truth_summary=truth_summary,
        rates=rate_rows(rates),
        **_content(summary),
    )


def _content(summary: RunSummary) -> Mapping[str, Any]:
    # Here and not above: it draws with matplotlib, an optional extra, and says so when missing.
    from standex.edges.report.figures import draw_overview, draw_people  # noqa: PLC0415

    plan, sensors = draw_overview(summary)
    shown = tuple(passage for passage in shown_people(summary) if passage is not None)
    people = [
        {
            "heading": f"Person {passage.track_id}: "
            + (
                OUTCOME_WORDS[Outcome.ALARM]
                if passage.alert_id
                else OUTCOME_WORDS[passage.verdict.outcome]
            ),
            "words": person_words(passage, summary),
            "drawn": drawn,
            "ledger": ledger_rows(steps_of(passage, summary.site), summary.first_utc_ns),
        }
        for passage, drawn in zip(shown, draw_people(shown, summary.site), strict=True)
    ]
    point = summary.site.operating_point
    return {
        "site": summary.site,
        "when": f"{date_and_time(summary.first_utc_ns)} to {date_and_time(summary.last_utc_ns)}",
        "paragraph": paragraph(summary),
        "tiles": [
            (str(summary.n_people.get(outcome, 0)), OUTCOME_WORDS[outcome])
            for outcome in (Outcome.ALARM, Outcome.NOT_SCREENED, Outcome.NOTHING_FOUND)
        ],
        "plan": plan,
        "sensors": sensors,
        "alerts": alert_rows(summary),
        "people": people,
        "not_screened": not_screened_rows(summary),
        "health": health_rows(summary),
        "left_out": left_out_words(summary),
        "prior": percent(prior_of(summary.site)),
        "p_alarm": percent(point.p_alarm),
        "min_coverage": f"{point.min_coverage:.2f}",
        "work": f"{count(summary.n_updates, 'update', 'updates')} of the picture, "
        f"{count(summary.n_tasks, 'task', 'tasks')} given to sensors",
    }
