from dataclasses import replace

import numpy as np
import pytest

from standex.edges.report.canvas import LIGHT
from standex.edges.report.figure_body import HEIGHT_M, draw_body, shown_entries, value_range
from standex.model.picture import Outcome, Passage, Verdict
from standex.model.site import Site
from standex.model.zones import BodyZone
from standex.testing.examples import example_passage


@pytest.fixture
def passage(site: Site, entry, patch) -> Passage:
    verdict = Verdict(
        outcome=Outcome.ALARM, p_threat=0.9, zone=BodyZone.TORSO_BACK, coverage=0.8, reason="x"
    )
    return replace(
        example_passage(site, track_id=4, position_site_m=(0.0, 0.0)),
        entries=(
            entry(1, t_utc_ns=1, llr=0.5, patch=patch),
            entry(2, t_utc_ns=2, llr=2.0, patch=patch),
            entry(3, t_utc_ns=3, llr=9.0),
            entry(4, t_utc_ns=4, llr=1.0, zone=BodyZone.TORSO_BACK, patch=patch),
        ),
        verdict=verdict,
        alert_id="a-1",
    )


def test_each_side_shows_its_most_telling_look(passage: Passage, site: Site) -> None:
    shown = shown_entries(passage, site)
    assert shown.front is passage.entries[1]
    assert shown.back is passage.entries[3]


def test_left_of_the_figure_is_right_from_the_front_and_left_from_the_back(
    passage: Passage, site: Site, patch
) -> None:
    front, back, *_ = draw_body(passage, site, LIGHT, values=(0.0, 10.0)).axes
    for axes, side in ((front, 1), (back, -1)):
        corners = axes.collections[0].get_coordinates()
        values = np.asarray(axes.collections[0].get_array().filled(-np.inf))
        row, column = np.unravel_index(np.argmax(values), values.shape)
        x, z = corners[row : row + 2, column : column + 2].mean(axis=(0, 1))
        brightest = np.unravel_index(np.nanargmax(patch.values), patch.values.shape)
        assert x == pytest.approx(side * patch.across_m[brightest[1]])
        assert z == pytest.approx(patch.height_m[brightest[0]])


def test_the_figure_is_the_same_for_everybody(passage: Passage, site: Site) -> None:
    other = example_passage(site, track_id=5, position_site_m=(0.0, 0.0))
    outlines = [
        [artist.get_path().vertices.tolist() for artist in figure.axes[0].patches]
        for figure in (draw_body(p, site, LIGHT, values=(0, 1)) for p in (passage, other))
    ]
    assert outlines[0] == outlines[1]
    axes = draw_body(other, site, LIGHT, values=(0, 1)).axes[0]
    head = axes.patches[0]
    assert head.center[1] + head.height / 2 == pytest.approx(HEIGHT_M)
    assert {"front of torso", "waist", "legs", "arms", "feet", "bag"} <= {
        text.get_text() for text in axes.texts
    }


def test_one_range_for_all_pictures(patch) -> None:
    higher = replace(patch, values=patch.values + 5)
    low, high = value_range([patch, higher])
    assert low == np.nanmin(patch.values)
    assert high == np.nanmax(higher.values)
    assert value_range([]) == (0.0, 1.0)
    nothing_seen = replace(patch, values=np.full_like(patch.values, np.nan))
    assert value_range([nothing_seen]) == (0.0, 1.0)
    assert value_range([replace(patch, values=np.zeros_like(patch.values))]) == (-0.5, 0.5)
