"""Pictures of the imaging panels: ``python docs/make_panel_pictures.py``; simulated, all of them.

``gallery/motion.png``: a point that walks, imaged with and without its motion.
``gallery/panels.png``: one person with and without a generic slab on the chest, through the gate.
"""

from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

import matplotlib.pyplot as plt

from standex.edges.panel_runs import AT_X_M, HARDWARE_SEED
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import load_site
from standex.evaluation.panel_passages import Passage, records_of
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.direct import DirectImager
from standex.sensing.microwave.imaging.exact import ExactImager
from standex.sensing.microwave.panel_profile import (
    ACROSS_M,
    HEIGHT_M,
    OFF_M,
    lay_out,
    oddness,
    patches,
    trunk_top_m,
)
from standex.sensing.microwave.panel_surface import fit_surface
from standex.sensing.microwave.panel_technology import FRONT_M
from standex.sensing.microwave.panel_view import shell_about, views_of
from standex.sensing.microwave.sweep import parse_sweep

GALLERY = Path(__file__).parent / "gallery"
WALK = np.array([0.0, 0.0, -1.4])


def boundary_array(n: int, *, sweep_s: float) -> Array:
    """Return a square boundary array of 1 m that faces +z, one transmitter after the other."""
    e = (np.arange(n // 2) + 0.5) / (n // 2) - 0.5
    half, nought = np.full_like(e, 0.5), np.zeros_like(e)
    return Array(
        tx_position_m=np.concatenate([np.c_[e, -half, nought], np.c_[e, half, nought]]),
        rx_position_m=np.concatenate([np.c_[-half, e, nought], np.c_[half, e, nought]]),
        frequency_hz=np.linspace(8e9, 18e9, 128),
        tx_time_s=(np.arange(n) - (n - 1) / 2) * sweep_s / n,
        step_s=sweep_s / n / 128,
    )


def motion() -> dict[str, float]:
    """Draw the point spread of a point that walks towards the array at 1.4 m/s."""
    array = boundary_array(64, sweep_s=10e-3)
    place = np.array([0.05, 0.1, 1.0])
    samples = ExactImager(array=array, points_m=place[None]).forward(np.ones(1), WALK)
    cuts = np.linspace(-0.08, 0.08, 161)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    found: dict[str, float] = {}
    still = ExactImager(array=array, points_m=place[None]).forward(np.ones(1), 0 * WALK)
    top = np.abs(ExactImager(array=array, points_m=place[None]).adjoint(still, 0 * WALK)[0])
    for axis, (column, name) in zip(axes, ((0, "across"), (2, "in depth")), strict=True):
        points = np.repeat(place[None], len(cuts), axis=0)
        points[:, column] += cuts
        imager = DirectImager(array=array, points_m=points)
        for label, velocity in (("motion followed", WALK), ("motion left out", 0 * WALK)):
            image = np.abs(imager.adjoint(samples.astype(np.complex64), velocity)) / top
            axis.plot(1e3 * cuts, 20 * np.log10(image + 1e-6), label=label)
            found[f"{name}, {label}: peak dB"] = float(20 * np.log10(image.max()))
            found[f"{name}, {label}: peak mm"] = float(1e3 * cuts[image.argmax()])
        axis.set(xlabel=f"{name}, mm", ylim=(-45, 2))
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("dB, a still point at 0")
    axes[0].legend(loc="lower center")
    figure.suptitle(
        "SIMULATED: a point walking at 1.4 m/s, 64 x 64 antennas, 10 ms sweep", fontsize=10
    )
    figure.savefig(GALLERY / "motion.png", dpi=110)
    return found


def panels() -> None:
    """Draw one person's profile with and without a slab."""
    site = load_site("gate")
    spec = site.sensors[0]
    technology = build_technologies(site, {})[spec.sensor_id]
    instrument = build_instruments(site, HARDWARE_SEED)[spec.sensor_id]
    figure, axes = plt.subplots(2, 3, figsize=(10, 7.4), layout="constrained")
    for row, thing in enumerate((None, "reference")):
        scene, records = records_of(Passage(seed=22, thing=thing), instrument, at_x_m=AT_X_M[1:])
        sweep = parse_sweep(records[0], n_panels=None)
        sweep = replace(sweep, samples=sweep.samples - instrument.background)
        now = scene.at(records[0].t_utc_ns)
        place, velocity = now.position_site_m[0], now.velocity_site_m_per_s[0]
        shell = shell_about(
            technology.grid, front_m=float(place[0] - FRONT_M), middle_m=float(place[1])
        )
        views = views_of(
            sweep,
            technology.grid,
            shell,
            velocity_m_per_s=np.append(velocity, 0.0),
            tables_of=technology.tables_of,
        )
        axes_m = {
            "depth_m": shell.depth_m,
            "across_m": shell.across_m,
            "height_m": shell.height_m,
        }
        surface = fit_surface(views, **axes_m, expected_m=float(place[0] - FRONT_M))
        profile = lay_out(views, surface, **axes_m)
        across = views["across"].max(axis=0)
        extent = [shell.across_m[0], shell.across_m[-1], shell.height_m[0], shell.height_m[-1]]
        picture = 10 * np.log10(across / across.max() + 1e-6).T
        axes[row, 0].imshow(picture, origin="lower", extent=extent, vmin=-25, vmax=0, cmap="magma")
        side = profile.power[:, len(ACROSS_M) // 2 - 2 : len(ACROSS_M) // 2 + 3].mean(axis=1)
        extent = [1e3 * OFF_M[0], 1e3 * OFF_M[-1], HEIGHT_M[0], HEIGHT_M[-1]]
        axes[row, 1].imshow(
            10 * np.log10(side / side.max() + 1e-6).T, origin="lower", extent=extent,
            vmin=-20, vmax=0, cmap="magma", aspect="auto",
        )  # fmt: skip
        odd = oddness(patches(profile), top_m=trunk_top_m(profile))
        extent = [ACROSS_M[0], ACROSS_M[-1], HEIGHT_M[0], HEIGHT_M[-1]]
        axes[row, 2].imshow(
            10 * np.log10(np.maximum(odd, 0) + 1e-3).T, origin="lower", extent=extent,
            vmin=-6, vmax=8, cmap="viridis",
        )  # fmt: skip
        carried = "a generic slab, 200 cm2, 30 mm" if thing else "nothing"
        axes[row, 0].set_ylabel(f"carries {carried}\nheight, m")
    axes[0, 0].set_title("strongest echo, pairs across, dB", fontsize=9)
    axes[0, 1].set_title("about the body surface, from the side, dB", fontsize=9)
    axes[0, 2].set_title("echo off the surface over that on it, dB", fontsize=9)
    axes[1, 0].set_xlabel("across, m")
    axes[1, 1].set_xlabel("off the surface, mm (behind is right)")
    axes[1, 2].set_xlabel("across, m")
    figure.suptitle(
        "SIMULATED: the same walking body, clothes and sweep, one frame of the gate", fontsize=10
    )
    figure.savefig(GALLERY / "panels.png", dpi=100)


if __name__ == "__main__":
    for name, value in motion().items():
        print(f"{name}: {value:.2f}")
    panels()
