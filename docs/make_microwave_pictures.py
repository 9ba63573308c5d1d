"""Make the pictures of measured microwave data in the gallery, and print their figures.

Usage: STANDEX_DATA=FOLDER python docs/make_microwave_pictures.py    (about half a minute)
"""

import os
import sys
from pathlib import Path

import numpy as np

from standex.edges.measured_microwave import (
    backproject,
    contrast,
    delay_and_sum,
    entropy_nat,
    read_brigid,
    read_gotcha,
    without_coupling,
)
from standex.edges.report.canvas import LIGHT, Axes, Figure, Rectangle, new_figure, quiet
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.direct import DirectImager
from standex.sensing.microwave.imaging.voxels import Grid

GALLERY = Path(__file__).parent / "gallery"
DPI = 100
# Places of an independent reconstruction; no surveyed truth comes with the data.
PUBLISHED_MM = {
    "B0_P3": (15, 3, 25),
    "B0_P5": (18, 3, 13),
    "B10E_P3": (35, -5, 28),
    "B10E_P5": (23, 0, 23),
}
TISSUE = {"B0": "homogeneous phantom", "B10E": "phantom with glandular tissue"}
BRIGID = Grid(
    origin_m=np.array([-0.065, -0.065, 0.0]), step_m=np.full(3, 0.0025), shape=(53, 53, 27)
)
PIXEL_M = 0.2
GOTCHA = Grid(
    origin_m=np.array([-50.0, -50.0, 0.0]),
    step_m=np.array([PIXEL_M, PIXEL_M, 1.0]),
    shape=(500, 500, 1),
)
REFLECTOR_M = (-15.6, 21.6)


def main() -> int:
    folder = os.environ.get("STANDEX_DATA")
    if not folder:
        print("STANDEX_DATA is not set: the pictures are left as they were", file=sys.stderr)
        return 1
    measured = Path(folder) / "microwave"
    for name, figure in (
        ("brigid", draw_brigid(measured / "merit_brigid")),
        ("gotcha", draw_gotcha(measured / "gotcha_pass1_hh")),
    ):
        figure.savefig(
            GALLERY / f"{name}.png", dpi=DPI, facecolor="auto", metadata={"Software": None}
        )
    return 0


def draw_brigid(folder: Path) -> Figure:
    """Draw level and upright cuts through the maximum of each phantom."""
    figure = new_figure(12.0, 5.6, LIGHT)
    figure.suptitle(
        "Tumours in breast phantoms, measured at 1.5 to 4.5 GHz (MERIT/BRIGID): "
        "energy over its maximum",
        color=LIGHT.ink,
    )
    cuts = figure.subplots(2, 4)
    points_m = BRIGID.points_m()
    inside = np.linalg.norm(points_m, axis=1) <= 0.065
    extent_mm = [(axis[0] * 1e3, axis[-1] * 1e3) for axis in map(BRIGID.axis_m, range(3))]
    for column, (name, place_mm) in enumerate(PUBLISHED_MM.items()):
        scan = without_coupling(
            *(read_brigid(folder, name=f"{name}_{turn}") for turn in ("p000", "p036"))
        )
        energy = np.full(BRIGID.size, np.nan)
        energy[inside] = delay_and_sum(scan, lambda array: direct(array, points_m[inside]))
        energy = (energy / np.nanmax(energy)).reshape(BRIGID.shape)
        top = np.unravel_index(int(np.nanargmax(energy)), energy.shape)
        top_mm = [BRIGID.axis_m(axis)[top[axis]] * 1e3 for axis in range(3)]
        print(f"{name}: maximum at {np.round(top_mm, 1)} mm, published {place_mm}")
        views = ((0, 1, energy[:, :, top[2]]), (0, 2, energy[:, top[1], :]))
        for row, (across, up, cut) in enumerate(views):
            axes: Axes = cuts[row, column]
            quiet(axes, LIGHT)
            drawn = axes.imshow(
                cut.T, origin="lower", cmap="magma", vmin=0, vmax=1,
                extent=(*extent_mm[across], *extent_mm[up]),
            )  # fmt: skip
            axes.plot(place_mm[across], place_mm[up], "+", color="#5fc9c2", ms=13, mew=1.6)
            antenna_mm = scan.antenna_m * 1e3
            axes.plot(
                antenna_mm[:, across],
                antenna_mm[:, up],
                "o",
                color=LIGHT.ink,
                mec=LIGHT.paper,
                mew=0.4,
                ms=3.5,
            )
            axes.set_xlim(-75, 75)
            axes.set_ylim(*((-75, 75) if up == 1 else (-5, 75)))
            axes.set_xlabel("x, mm")
            axes.set_ylabel(f"{'xyz'[up]}, mm")
        kind, place = name.split("_")
        cuts[0, column].set_title(
            f"{TISSUE[kind]}, {place}\nz = {top_mm[2]:g} mm", fontsize=9, color=LIGHT.ink
        )
        cuts[1, column].set_title(f"y = {top_mm[1]:g} mm", fontsize=9, color=LIGHT.ink)
    figure.colorbar(drawn, ax=cuts, shrink=0.6, aspect=30)
    figure.supxlabel(
        "cross: where an independent reconstruction has it; dots: antennas; through the maximum, "
        "relative permittivity 8",
        fontsize=9,
        color=LIGHT.ink,
    )
    return figure


def draw_gotcha(folder: Path) -> Figure:
    """Draw the car park, and its brightest reflector close by."""
    measured = read_gotcha(sorted(folder.glob("data_3dsar_pass1_az*_HH.mat")))
    image = backproject(measured, lambda array: direct(array, GOTCHA.points_m()))
    top_m = GOTCHA.points_m()[int(np.abs(image).argmax())]
    print(
        f"gotcha: brightest at {np.round(top_m[:2], 1)} m, entropy {entropy_nat(image):.3f} of "
        f"{np.log(image.size):.2f} nat, contrast {contrast(image):.1f}"
    )
    near = Grid(
        origin_m=np.array([REFLECTOR_M[0] - 2, REFLECTOR_M[1] - 2, 0.0]),
        step_m=np.array([0.02, 0.02, 1.0]),
        shape=(201, 201, 1),
    )
    close = backproject(measured, lambda array: direct(array, near.points_m()))
    figure = new_figure(11.0, 6.4, LIGHT)
    figure.suptitle(
        "A car park from 10 km, measured at 9.3 to 9.9 GHz over 4 degrees (Gotcha, pass 1, HH): "
        "dB below the brightest",
        color=LIGHT.ink,
    )
    wide, narrow = figure.subplots(1, 2, width_ratios=(5, 3))
    for axes, grid, values, floor_db in ((wide, GOTCHA, image, -60), (narrow, near, close, -40)):
        quiet(axes, LIGHT)
        level_db = 20 * np.log10(np.abs(values) / np.abs(values).max() + 1e-9)
        x, y = grid.axis_m(0), grid.axis_m(1)
        drawn = axes.imshow(
            level_db.reshape(grid.shape[:2]).T, origin="lower", cmap="gray", vmin=floor_db, vmax=0,
            extent=(x[0], x[-1], y[0], y[-1]),
        )  # fmt: skip
        axes.set_xlabel("x, m (towards the radar)")
        axes.set_ylabel("y, m")
        figure.colorbar(drawn, ax=axes, shrink=0.6, location="bottom", aspect=30)
    wide.set_title(
        f"entropy {entropy_nat(image):.2f} of at most {np.log(image.size):.2f} nat, contrast "
        f"{contrast(image):.0f}, pixels of {PIXEL_M:g} m",
        fontsize=9,
        color=LIGHT.ink,
    )
    narrow.set_title("the brightest corner reflector", fontsize=9, color=LIGHT.ink)
    x, y = near.axis_m(0), near.axis_m(1)
    wide.add_patch(Rectangle((x[0], y[0]), np.ptp(x), np.ptp(y), fill=False, ec="#e3a45c", lw=1.2))
    return figure


def direct(array: Array, points_m: np.ndarray) -> DirectImager:
    return DirectImager(array=array, points_m=points_m)


if __name__ == "__main__":
    sys.exit(main())
