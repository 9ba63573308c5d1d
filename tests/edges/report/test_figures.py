import pytest

from standex.edges.report.figures import draw_overview, draw_people
from standex.edges.report.story import shown_people
from standex.edges.report.summary import RunSummary
from standex.testing.examples import example_passage


@pytest.mark.slow
def test_all_pictures_come_for_light_and_for_dark(sample: RunSummary) -> None:
    shown = tuple(p for p in shown_people(sample) if p is not None)
    bare = example_passage(sample.site, track_id=99, position_site_m=(0.0, 0.0))
    alarmed, other, without = draw_people((*shown, bare), sample.site)
    assert without.body is None
    assert alarmed.body is not None
    assert other.body is not None
    assert alarmed.body.light != other.body.light
    for drawn in (*draw_overview(sample), alarmed.body, alarmed.ledger, without.ledger):
        assert drawn.light.startswith("data:image/svg+xml;base64,")
        assert drawn.dark.startswith("data:image/svg+xml;base64,")
        assert drawn.light != drawn.dark
