"""Drawing surface of the report's pictures; the only module here that knows matplotlib.

Figures are made as objects and written by their own canvas: no window, no state shared with a
program that plots for itself.
"""

import base64
import io
from dataclasses import dataclass, field

from standex.model.errors import StandexError
from standex.model.observation import HealthState
from standex.model.picture import Outcome

try:
    import matplotlib as mpl
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure
    from matplotlib.patches import Ellipse, Polygon, Rectangle
except ImportError as error:
    raise StandexError(
        "the report's pictures need the package matplotlib; "
        "install it with pip install 'standex[report]'"
    ) from error

__all__ = [
    "Axes",
    "DARK",
    "Ellipse",
    "Figure",
    "LIGHT",
    "Palette",
    "Polygon",
    "QuadMesh",
    "Rectangle",
    "data_uri",
    "new_figure",
    "quiet",
    "svg_text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours of one theme; what a colour says, a line style or a hatch says too.

    Attributes:
        paper: background.
        ink: text and walls.
        faint: grid, outlines.
        body: fill of the generic figure.
        outcome: of tracks.
        health: of sensors.
        sensors: in turn, in the ledger.
    """

    paper: str
    ink: str
    faint: str
    body: str
    outcome: dict[Outcome, str] = field(hash=False)
    health: dict[HealthState, str] = field(hash=False)
    sensors: tuple[str, ...]


LIGHT = Palette(
    paper="#ffffff",
    ink="#1c2126",
    faint="#b9c0c7",
    body="#eef0f2",
    outcome={
        Outcome.ALARM: "#b3261e",
        Outcome.NOT_SCREENED: "#1f5fa8",
        Outcome.NOTHING_FOUND: "#8b949e",
        Outcome.PENDING: "#6b4fa0",
    },
    health={
        HealthState.OK: "#d5e6dc",
        HealthState.DEGRADED: "#f3cf84",
        HealthState.FAILED: "#d98a83",
    },
    sensors=("#0b6e69", "#8a4b08", "#4b3f9e", "#7a1f4f"),
)
DARK = Palette(
    paper="#15191d",
    ink="#e4e7ea",
    faint="#4a535c",
    body="#262c33",
    outcome={
        Outcome.ALARM: "#ff8a80",
        Outcome.NOT_SCREENED: "#7fb5f2",
        Outcome.NOTHING_FOUND: "#7d8791",
        Outcome.PENDING: "#b9a3ea",
    },
    health={
        HealthState.OK: "#274436",
        HealthState.DEGRADED: "#7d5a12",
        HealthState.FAILED: "#84312b",
    },
    sensors=("#5fc9c2", "#e3a45c", "#a99cf0", "#e58bb8"),
)


def new_figure(width_in: float, height_in: float, palette: Palette) -> Figure:
    """Return an empty figure of that size on the paper of the palette."""
    figure = Figure(figsize=(width_in, height_in), facecolor=palette.paper, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def quiet(axes: Axes, palette: Palette) -> None:
    """Take the box off and put ticks and labels in ink."""
    axes.set_facecolor(palette.paper)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(palette.faint)
    axes.tick_params(colors=palette.ink, labelsize=8, length=3, color=palette.faint)
    axes.xaxis.label.set(color=palette.ink, fontsize=9)
    axes.yaxis.label.set(color=palette.ink, fontsize=9)


def data_uri(figure: Figure) -> str:
    """Return the figure as an SVG data URI, the same bytes for the same figure."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg_text(figure).encode()).decode()


def svg_text(figure: Figure) -> str:
    """Return the figure as SVG, the same text for the same figure.

    Text becomes outlines, so that the page looks alike wherever it is opened. Both settings
    exist only as matplotlib's own; they are put back at once.
    """
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "standex"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None}, facecolor="auto")
    return buffer.getvalue().decode()
