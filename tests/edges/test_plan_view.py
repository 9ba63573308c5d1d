from dataclasses import replace

import numpy as np
import pytest

from standex.edges import plan_view
from standex.edges.live_status import RunCounts
from standex.edges.plan_view import MARK, PlanScale, draw_plan, legend, letters
from standex.edges.settings import load_site
from standex.model.picture import Outcome
from standex.model.site import LineRole
from standex.testing.examples import T_UTC_NS, example_passage, example_picture

SITE = load_site("metro")
LEVEL = SITE.levels[0]


def status(*people, now_utc_ns=T_UTC_NS):
    passages = [
        replace(p, verdict=replace(p.verdict, outcome=outcome))
        for n, (outcome, at) in enumerate(people, 1)
        for p in [example_passage(SITE, track_id=n, position_site_m=at)]
    ]
    counts = RunCounts(SITE, started_utc_ns=T_UTC_NS, is_simulated=True)
    return counts.status(example_picture(SITE, *passages), unknown={}, now_utc_ns=now_utc_ns)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (30, 40), (200, 10)])
def test_the_plan_is_to_scale_and_fits(columns: int, rows: int) -> None:
    scale = PlanScale.of(SITE, LEVEL, columns=columns, rows=rows)
    assert scale.columns <= columns
    assert scale.rows <= rows
    x0, y0 = scale.dot(np.array([0.0, 0.0]))
    x1, y1 = scale.dot(np.array([2.0, 3.0]))
    assert np.isclose((x1 - x0) / 2, (y0 - y1) / 3)  # north is up, both ways alike


def test_every_outcome_has_a_mark_of_its_own() -> None:
    places = [(-4.0, 2.5), (-2.0, 2.5), (0.5, 1.0), (3.0, 4.0)]
    text = draw_plan(status(*zip(Outcome, places, strict=True)), LEVEL, columns=80, rows=24).plain
    for mark, _ in MARK.values():
        assert mark in text
    assert "▲3" in text
    assert len({mark for mark, _ in MARK.values()}) == len(Outcome)


def test_east_is_to_the_right() -> None:
    text = draw_plan(
        status((Outcome.NOT_SCREENED, (-4.0, 2.5)), (Outcome.PENDING, (4.0, 2.5))),
        LEVEL,
        columns=80,
        rows=24,
    ).plain
    line = next(line for line in text.split("\n") if "?" in line)
    assert line.index("?") < line.index("o")


def test_nobody_stands_in_front_of_an_alarm() -> None:
    people = (Outcome.ALARM, (0.0, 2.5)), (Outcome.PENDING, (0.0, 2.5))
    assert "▲1" in draw_plan(status(*people), LEVEL, columns=80, rows=24).plain


def test_the_past_is_drawn_dim() -> None:
    people = ((Outcome.PENDING, (3.0, 2.5)),)
    old = draw_plan(status(*people, now_utc_ns=T_UTC_NS + 10**10), LEVEL, columns=80, rows=24)
    new = draw_plan(status(*people), LEVEL, columns=80, rows=24)
    assert any("dim" in str(span.style) for span in old.spans)
    assert not any("dim bold" in str(span.style) for span in new.spans)


def test_sensors_and_marks_are_explained() -> None:
    assert set(letters(SITE)) == {spec.sensor_id for spec in SITE.sensors}
    assert "not screened" in legend(SITE).plain


def test_every_role_of_a_line_has_a_style_and_words() -> None:
    assert set(plan_view._LINE_STYLE) == set(plan_view._LINE_WORDS) == set(LineRole)
    words = legend(load_site("rome")).plain
    assert "followed from here" in words
    assert "followed on from here" in words
