"""A generic figure, the same for everybody, and a sensor's picture on it.

The outline is put together from simple shapes at 1.75 m; it is nobody's. Seen from the front, the
figure's left is on the right of the page; seen from the back, on the left.
"""

from dataclasses import dataclass

import numpy as np

from standex.edges.report.canvas import (
    Axes,
    Ellipse,
    Figure,
    Palette,
    Polygon,
    QuadMesh,
    Rectangle,
    new_figure,
    quiet,
)
from standex.edges.report.patches import log10_factor
from standex.edges.report.words import ZONE_WORDS
from standex.model.observation import Patch
from standex.model.picture import LedgerEntry, Outcome, Passage
from standex.model.site import Site
from standex.model.zones import BodyZone

HEIGHT_M = 1.75
# Half of the outline of the trunk and of the right leg, arm and foot: (across, height), metres.
TRUNK_M = [(0.055, 1.50), (0.075, 1.45), (0.19, 1.415), (0.20, 1.34), (0.165, 1.20), (0.145, 1.08),
           (0.165, 0.96), (0.18, 0.86), (0.0, 0.80)]  # fmt: skip
LEG_M = [(0.005, 0.84), (0.18, 0.88), (0.155, 0.62), (0.125, 0.48), (0.125, 0.36), (0.09, 0.08),
         (0.035, 0.08), (0.035, 0.36), (0.03, 0.50)]  # fmt: skip
ARM_M = [(0.175, 1.415), (0.215, 1.40), (0.24, 1.33), (0.285, 1.05), (0.315, 0.80), (0.31, 0.72),
         (0.275, 0.72), (0.262, 0.80), (0.225, 1.05), (0.185, 1.26)]  # fmt: skip
FOOT_M = [(0.03, 0.09), (0.095, 0.09), (0.125, 0.0), (0.035, 0.0)]
BAG_M = (-0.62, 0.30, 0.24, 0.34)  # left, bottom, width, height; the bag stands beside the figure

# Where the words for each zone stand: height of the leader line and where it ends on the body.
FRONT_ZONES = {
    BodyZone.TORSO_FRONT: (1.27, 0.10),
    BodyZone.WAIST: (0.99, 0.12),
    BodyZone.ARMS: (1.13, 0.25),
    BodyZone.LEGS: (0.55, 0.12),
    BodyZone.FEET: (0.04, 0.09),
}
BACK_ZONES = {**{z: at for z, at in FRONT_ZONES.items() if z is not BodyZone.TORSO_FRONT},
              BodyZone.TORSO_BACK: (1.27, 0.10)}  # fmt: skip
ZONE_EDGES_M = ((1.08, 0.145), (0.88, 0.18), (0.09, 0.12))  # height, half width


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """The pictures of one person: the most telling one from the front and from the back."""

    front: LedgerEntry | None
    back: LedgerEntry | None


def shown_entries(passage: Passage, site: Site) -> Shown:
    """Return the entry with a picture that moved the odds most, for each side of the body.

    Where a check was requested, the zone it is about goes first.
    """

    def tells(entry: LedgerEntry) -> tuple[bool, float]:
        is_zone = bool(passage.alert_id) and entry.zone is passage.verdict.zone
        return is_zone, abs(log10_factor(entry, site)) * entry.attachment

    with_patch = [entry for entry in passage.entries if entry.patch is not None]
    back = [entry for entry in with_patch if entry.zone is BodyZone.TORSO_BACK]
    front = [entry for entry in with_patch if entry.zone is not BodyZone.TORSO_BACK]
    return Shown(front=max(front, key=tells, default=None), back=max(back, key=tells, default=None))


def value_range(patches: list[Patch]) -> tuple[float, float]:
    """Return one range for all pictures, so that two people can be compared; 0 to 1 for none."""
    seen = [patch.values[np.isfinite(patch.values)] for patch in patches]
    values = np.concatenate([*seen, np.zeros(0)])
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def draw_body(
    passage: Passage, site: Site, palette: Palette, *, values: tuple[float, float]
) -> Figure:
    """Draw front and back of the generic figure with this person's pictures on it.

    Args:
        passage: the person.
        site: whose zones and classes.
        palette: colours.
        values: lowest and highest value of the colour scale.
    """
    shown = shown_entries(passage, site)
    zone = passage.verdict.zone if passage.alert_id else None
    figure = new_figure(5.6, 4.9, palette)
    axes = figure.subplots(1, 2, sharey=True)
    image = None
    for one, side, zones, entry in (
        (axes[0], 1.0, FRONT_ZONES, shown.front),
        (axes[1], -1.0, BACK_ZONES, shown.back),
    ):
        quiet(one, palette)
        one.set_aspect("equal")
        one.set_xlim(-0.68, 0.98)
        one.set_ylim(-0.06, 1.85)
        one.set_xticks([])
        one.spines[["bottom", "left"]].set_visible(False)
        one.tick_params(left=False, labelleft=False)
        one.set_title("front" if side > 0 else "back", fontsize=10, color=palette.ink)
        _draw_outline(one, palette)
        if entry is not None and entry.patch is not None:
            image = _draw_patch(one, entry.patch, side=side, values=values)
        _draw_zones(one, zones, zone, palette)
        words = "most telling look" if entry is not None else "no picture from this side"
        one.text(0, -0.09, words, ha="center", va="top", fontsize=8, color=palette.ink)
    first = shown.front or shown.back
    if image is not None and first is not None and first.patch is not None:
        bar = figure.colorbar(image, ax=axes, orientation="horizontal", shrink=0.5, aspect=30)
        bar.set_label(first.patch.caption, color=palette.ink, fontsize=9)
        bar.ax.tick_params(colors=palette.ink, labelsize=8)
        bar.outline.set_edgecolor(palette.faint)  # pyright: ignore[reportCallIssue]
    return figure


def _draw_outline(axes: Axes, palette: Palette) -> None:
    # All shapes with a thick edge, then all again without: only the outline of their union stays.
    trunk = TRUNK_M + [(-x, z) for x, z in reversed(TRUNK_M)]
    limbs = [
        [(sign * x, z) for x, z in shape] for sign in (1, -1) for shape in (LEG_M, ARM_M, FOOT_M)
    ]
    for edge_width, zorder in ((2.4, 1), (0.0, 2)):
        edge = palette.ink if edge_width else "none"
        for shape in (
            Ellipse(
                (0, 1.625), 0.165, 0.25, fc=palette.body, ec=edge, lw=edge_width, zorder=zorder
            ),
            *(
                Polygon(
                    corners,
                    fc=palette.body,
                    ec=edge,
                    lw=edge_width,
                    zorder=zorder,
                    joinstyle="round",
                )
                for corners in (trunk, *limbs)
            ),
        ):
            axes.add_patch(shape)
    x, z, width, height = BAG_M
    bag = Rectangle((x, z), width, height, fill=False, ec=palette.faint, lw=1.0, linestyle="--")
    axes.add_patch(bag)


def _draw_patch(axes: Axes, patch: Patch, *, side: float, values: tuple[float, float]) -> QuadMesh:
    edges_u, edges_z = _edges(side * patch.across_m), _edges(patch.height_m)
    return axes.pcolormesh(
        edges_u,
        edges_z,
        np.ma.masked_invalid(patch.values),
        vmin=values[0],
        vmax=values[1],
        cmap="cividis",
        zorder=3,
        rasterized=True,
    )


def _edges(centres_m: np.ndarray) -> np.ndarray:
    if len(centres_m) == 1:
        return centres_m[0] + np.array([-0.01, 0.01])
    middle = (centres_m[1:] + centres_m[:-1]) / 2
    first, last = 2 * centres_m[0] - middle[0], 2 * centres_m[-1] - middle[-1]
    return np.concatenate([[first], middle, [last]])


def _draw_zones(
    axes: Axes,
    zones: dict[BodyZone, tuple[float, float]],
    alarmed: BodyZone | None,
    palette: Palette,
) -> None:
    for height_m, half_m in ZONE_EDGES_M:
        ends_m = [-half_m, half_m]
        # A light line under the dashes, so that they are seen on any picture.
        axes.plot(ends_m, [height_m] * 2, color=palette.paper, lw=1.8, zorder=4)
        axes.plot(ends_m, [height_m] * 2, color=palette.ink, lw=0.7, ls=(0, (3, 2)), zorder=4)
    for zone, (height_m, to_m) in zones.items():
        is_it = zone is alarmed
        colour = palette.outcome[Outcome.ALARM] if is_it else palette.ink
        axes.annotate(
            ZONE_WORDS[zone],
            xy=(to_m, height_m),
            xytext=(0.42, height_m),
            va="center",
            fontsize=9 if is_it else 8,
            fontweight="bold" if is_it else "normal",
            color=colour,
            zorder=5,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 1.4 if is_it else 0.6},
        )
    x, z, width, height = BAG_M
    is_it = alarmed is BodyZone.BAG
    colour = palette.outcome[Outcome.ALARM] if is_it else palette.ink
    axes.text(x + width / 2, z + height / 2, "bag", ha="center", va="center", color=colour,
              fontsize=8, fontweight="bold" if is_it else "normal")  # fmt: skip
