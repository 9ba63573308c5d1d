from pathlib import Path

import numpy as np

from standex.edges.assessment_file import read_assessment
from standex.edges.report.canvas import LIGHT
from standex.edges.report.figure_scenarios import draw_scenarios
from standex.planning.threat import assess

EXAMPLE = Path(__file__).parents[3] / "docs" / "how-to" / "threat-assessment.toml"


def test_bars_and_points_are_those_of_the_assessment() -> None:
    read = read_assessment(EXAMPLE)
    found = assess(read.elicitation, classes=read.site.items.names)
    left, right = draw_scenarios(found, LIGHT, ["a", "b", "c", "d"]).axes
    np.testing.assert_allclose([bar.get_width() for bar in left.patches], found.p_scenario)
    np.testing.assert_allclose([bar.get_width() for bar in right.patches], found.scenario_weight)
    np.testing.assert_allclose(left.lines[2].get_xdata(), read.elicitation.p_scenario[2])
    assert [t.get_text() for t in left.get_legend().get_texts()][2] == "c, no weight"
