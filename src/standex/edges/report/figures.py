"""All pictures of a report, each for light and for dark screens."""

from collections.abc import Callable
from dataclasses import dataclass

from standex.edges.report.canvas import DARK, LIGHT, Figure, Palette, data_uri
from standex.edges.report.figure_body import draw_body, shown_entries, value_range
from standex.edges.report.figure_ledger import draw_ledger
from standex.edges.report.figure_plan import draw_plan
from standex.edges.report.figure_sensors import draw_sensors
from standex.edges.report.story import steps_of
from standex.edges.report.summary import RunSummary
from standex.model.picture import Passage
from standex.model.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One picture as data URIs: nothing to fetch."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDrawn:
    """The pictures of one person; ``body`` is None where no look came with a picture."""

    body: Drawn | None
    ledger: Drawn


def draw_overview(summary: RunSummary) -> tuple[Drawn, Drawn]:
    """Return the plan and the sensors over time."""
    return (
        _drawn(lambda palette: draw_plan(summary, palette)),
        _drawn(lambda palette: draw_sensors(summary, palette)),
    )


def draw_people(people: tuple[Passage, ...], site: Site) -> tuple[PersonDrawn, ...]:
    """Return the pictures of these people, all with one colour scale."""
    entries = [
        entry
        for passage in people
        for entry in (shown_entries(passage, site).front, shown_entries(passage, site).back)
    ]
    patches = [entry.patch for entry in entries if entry is not None and entry.patch is not None]
    values = value_range(patches)
    return tuple(_draw_person(passage, site, values) for passage in people)


def _draw_person(passage: Passage, site: Site, values: tuple[float, float]) -> PersonDrawn:
    shown = shown_entries(passage, site)
    steps = steps_of(passage, site)
    body = None
    if shown.front is not None or shown.back is not None:
        body = _drawn(lambda palette: draw_body(passage, site, palette, values=values))
    return PersonDrawn(
        body=body, ledger=_drawn(lambda palette: draw_ledger(passage, steps, site, palette))
    )


def _drawn(draw: Callable[[Palette], Figure]) -> Drawn:
    return Drawn(light=data_uri(draw(LIGHT)), dark=data_uri(draw(DARK)))
