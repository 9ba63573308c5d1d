import base64
import subprocess
import sys

import matplotlib as mpl
import pytest

from standex.edges.report.canvas import DARK, LIGHT, data_uri, new_figure, quiet


def test_the_same_figure_gives_the_same_bytes_and_leaves_settings_alone() -> None:
    def drawn() -> str:
        figure = new_figure(2.0, 1.0, LIGHT)
        axes = figure.add_subplot()
        quiet(axes, LIGHT)
        axes.plot([0, 1], [0, 1])
        return data_uri(figure)

    before = dict(mpl.rcParams)
    first = drawn()
    assert first == drawn()
    assert dict(mpl.rcParams) == before
    head, _, body = first.partition(",")
    assert head == "data:image/svg+xml;base64"
    assert b"<svg" in base64.b64decode(body)


def test_text_is_readable_on_both_papers() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for palette in (LIGHT, DARK):
        paper = luminance(palette.paper)
        for colour in (palette.ink, *palette.sensors, *palette.outcome.values()):
            light, dark = max(luminance(colour), paper), min(luminance(colour), paper)
            assert (light + 0.05) / (dark + 0.05) >= 3.0, colour  # WCAG 1.4.11, graphics
        assert (max(luminance(palette.ink), paper) + 0.05) / (
            min(luminance(palette.ink), paper) + 0.05
        ) >= 7.0  # WCAG 1.4.6, text


@pytest.mark.slow
def test_pyplot_is_never_loaded() -> None:
    code = "import sys, standex.edges.report.figures; print('matplotlib.pyplot' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
