from standex.edges.report.canvas import LIGHT
from standex.edges.report.figure_sensors import draw_sensors
from standex.edges.report.summary import RunSummary


def test_every_sensor_has_its_row_and_what_was_never_heard_of_says_so(sample: RunSummary) -> None:
    axes = draw_sensors(sample, LIGHT).axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["mw-entry", "cam-entry", "cam-exit"]
    words = [text.get_text() for text in axes.texts]
    assert "never heard of" in words
    assert "degraded: low frame rate" in words
    assert any(word.startswith("P(reference object detected)") for word in words)


def test_the_bands_fill_the_run(sample: RunSummary) -> None:
    axes = draw_sensors(sample, LIGHT).axes[0]
    widths_s = {}
    for band in axes.patches:
        widths_s[band.get_y()] = widths_s.get(band.get_y(), 0.0) + band.get_width()
    assert len(widths_s) == 2
    for width_s in widths_s.values():
        assert abs(width_s - sample.duration_s) < 0.2
