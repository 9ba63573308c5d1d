"""The joint fit on measured spectra: Raman repeats, LIBS, infrared reflectance."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from standex.model.calibration import Origin
from standex.sensing.laser.axis_grid import on_grid
from standex.sensing.laser.count_noise import CountNoise
from standex.sensing.laser.joint_fit import JointFit
from standex.sensing.laser.library import LibraryEntry, LibraryKind, SpectralLibrary
from standex.sensing.laser.nuisance import nuisance_of

pytestmark = [pytest.mark.data, pytest.mark.slow]

# Neutral iron, air, nm, strong ones between 404 and 441: NIST Atomic Spectra Database.
IRON_NM = (404.581, 406.359, 407.174, 414.387, 427.176, 430.790, 432.576, 438.354, 440.475)


def library(
    kind: LibraryKind, axis_per_cm: np.ndarray, spectra: dict[str, np.ndarray], licence: str
) -> SpectralLibrary:
    entries = tuple(
        LibraryEntry(
            name=name,
            item_class="benign_residue",
            axis_per_cm=axis_per_cm,
            intensity=intensity,
            provenance="see the test",
            licence=licence,
            origin=Origin.MEASURED,
        )
        for name, intensity in spectra.items()
    )
    return SpectralLibrary(library_id="test 1", kind=kind, entries=entries)


def orpl(data_dir: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return twenty accumulations of paracetamol, and nylon, in counts, and a channel axis."""
    folder = data_dir / "spectra" / "orpl"
    tablet = json.loads((folder / "ORAS-JSON" / "tylenol.json").read_text())
    repeats = np.array(tablet["RawSpectra"], float) - np.array(tablet["Background"], float)[:, None]
    with (folder / "Generic_txt_files" / "Nylon.csv").open() as file:
        rows = list(csv.DictReader(file))
    nylon = np.array([float(r["accumulation_0"]) - float(r["background"]) for r in rows])
    use = slice(60, 900)
    return repeats.T[:, use], nylon[use], np.arange(840.0)


def test_real_nylon_is_no_evidence_and_paracetamol_on_it_is(data_dir: Path, rng) -> None:
    """Real shapes, drawn noise: one nylon spectrum, paracetamol of other accumulations."""
    tablet, nylon, axis = orpl(data_dir)
    base = nuisance_of(axis, n_splines=14).columns
    pure = tablet - tablet @ np.linalg.pinv(base).T @ base.T
    grid = on_grid(
        library("raman", axis, {"paracetamol": pure[:10].mean(axis=0)}, "MIT"),
        axis_per_cm=axis,
        width_per_cm=0.0,
    )
    fabric = on_grid(
        library("raman", axis, {"nylon": nylon}, "MIT"), axis_per_cm=axis, width_per_cm=0.0
    )
    light = 2e5 * np.clip(nylon, 1, None) / nylon.sum()
    lines = np.clip(pure[10:].mean(axis=0), 0, None)
    settings = {"noise": CountNoise(gain_e_per_count=1.0, read_noise_e=0.0)}
    fit = JointFit.of(grid, typical_counts=light, substrates=fabric, **settings)
    without = JointFit.of(grid, typical_counts=light, **settings)
    blank = rng.poisson(light, (2000, len(light))).astype(float)
    z = fit.z(blank)
    assert abs(z.mean()) < 5 / np.sqrt(2000)
    assert z.std() == pytest.approx(1, abs=0.06)
    assert without.inflation(blank).min() > 1.3 * fit.inflation(blank).max()
    residue = 0.01 * light.sum() * lines / lines.sum()
    found = fit.z(rng.poisson(light + residue, (200, len(light))).astype(float))
    assert (found > 2.326).mean() > 0.95


def test_real_repeats_keep_the_law_with_their_gain(data_dir: Path, rng) -> None:
    """Twenty measured repeats, few and of one sample: the tablet itself as the substrate.

    Ten give the substrate and ten are scored against random lines; their noise is the camera's,
    of which only the gain (2.5 electrons a count, from the repeats) is known.
    """
    tablet, _, axis = orpl(data_dir)
    place = rng.uniform(50, 790, (200, 1, 8))
    lines = (1 / (1 + ((axis[:, None] - place) / rng.uniform(2, 8, (200, 1, 8))) ** 2)).sum(axis=2)
    grid = on_grid(
        library("raman", axis, {f"{i}": one for i, one in enumerate(lines)}, "CC0"),
        axis_per_cm=axis,
        width_per_cm=0.0,
    )
    mean = tablet[:10].mean(axis=0)
    fabric = on_grid(
        library("raman", axis, {"tablet": mean}, "MIT"), axis_per_cm=axis, width_per_cm=0.0
    )
    fit = JointFit.of(
        grid,
        noise=CountNoise(gain_e_per_count=2.5, read_noise_e=0.0),
        typical_counts=mean,
        substrates=fabric,
    )
    # the substrate's own noise is a tenth of a spectrum's, and in all ten alike
    z = fit.z(tablet[10:])
    assert abs(z.mean()) < 0.3
    assert 0.8 < z.std() < 1.2
    assert fit.inflation(tablet[10:]).max() < 1.6
    photons = JointFit.of(
        grid,
        noise=CountNoise(gain_e_per_count=1.0, read_noise_e=0.0),
        typical_counts=mean,
        substrates=fabric,
    )
    assert photons.z(tablet[10:]).std() < 0.8


def test_iron_in_libs_of_an_iron_rich_rock(data_dir: Path) -> None:
    """Lines where iron has them stand out of nine spectra; the same pattern elsewhere does not."""
    path = data_dir / "spectra" / "libs_usgs" / "libs_dataset.csv"
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    columns = [i for i, head in enumerate(rows[0]) if head == "wvl"]
    nm = np.array([float(rows[1][i]) for i in columns])
    counts = np.array([[float(row[i]) for i in columns] for row in rows[2:11]])
    use = (nm > 400) & (nm < 445)
    axis_per_cm = 1e7 / nm[use]  # descends, as the wavelength ascends
    fine = np.linspace(axis_per_cm.min() - 5, axis_per_cm.max() + 5, 20_001)
    moves = (0.0, -2.1, -1.3, -0.7, 0.6, 1.2, 1.9)
    patterns = {
        f"iron {move:+} nm": np.exp(
            -0.5 * ((fine[:, None] - 1e7 / (np.array(IRON_NM) + move)) / 6.0) ** 2
        ).sum(axis=1)
        for move in moves
    }
    grid = on_grid(
        library("libs", fine, patterns, "CC0"),
        axis_per_cm=axis_per_cm,
        width_per_cm=0.0,
        axis_sigma_per_cm=3.0,
    )
    fit = JointFit.of(
        grid,
        noise=CountNoise(gain_e_per_count=1.0, read_noise_e=25.0),
        typical_counts=counts[:, use].mean(axis=0),
    )
    z = fit.z(counts[:, use])
    assert (z.argmax(axis=1) == 0).all()
    assert z[:, 0].min() > 5
    assert z[:, 1:].max() < 4


def test_nitrocellulose_in_infrared_reflectance(data_dir: Path, rng) -> None:
    """Measured reflectance of the substance; the light on it and its noise are simulated."""
    path = data_dir / "spectra" / "openspecy" / "ftir_nitrocellulose_pnnl.jdx"
    text = path.read_text(encoding="latin-1").split("##XYDATA=(X++(Y..Y))")[1].split("##END")[0]
    values = [line.replace("-", " -").replace("+", " ").split() for line in text.split("\n")]
    reflectance = np.array([float(v) for line in values for v in line[1:]]) * 6.5086409e-10
    wavenumber_per_cm = 7498.994 - 0.96450084 * np.arange(len(reflectance))
    assert len(reflectance) == 7154
    channels = np.linspace(1000.0, 1800.0, 256)
    own = wavenumber_per_cm[::-1]
    grid = on_grid(
        library("ir", own, {"entry": reflectance[::-1]}, "public domain"),
        axis_per_cm=channels,
        width_per_cm=6.0,
    )
    x = np.linspace(0, 1, 256)
    shine = 40_000 * np.exp(-(((x - 0.4) / 0.7) ** 2))
    surface = 0.06 + 0.01 * x  # a dark cloth; the substance is about as dark
    at_channels = np.interp(channels, own, reflectance[::-1])
    noise = CountNoise(gain_e_per_count=4.0, read_noise_e=20.0)

    def shots(loading: float) -> np.ndarray:
        light = shine * ((1 - loading) * surface + loading * at_channels)
        return rng.poisson(np.tile(light * 4.0, (300, 1))) / 4.0 + rng.normal(0, 5, (300, 256))

    fit = JointFit.of(grid, noise=noise, typical_counts=shine * surface)
    blank, loaded = fit.z(shots(0.0))[:, 0], fit.z(shots(0.1))[:, 0]
    assert abs(blank.mean()) < 5 / np.sqrt(300)
    assert blank.std() == pytest.approx(1, abs=0.15)
    assert (loaded > 2.326).mean() > 0.95
