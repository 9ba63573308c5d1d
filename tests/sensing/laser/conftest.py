"""Simulated spectra on a known library: smooth light, a substrate, a residue, camera noise."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from standex.model.calibration import Origin
from standex.sensing.laser.axis_grid import GridLibrary, on_grid
from standex.sensing.laser.count_noise import CountNoise
from standex.sensing.laser.library import LibraryEntry, SpectralLibrary

AXIS_PER_CM = np.linspace(300.0, 3300.0, 512)
Lines = Callable[[np.ndarray], np.ndarray]


def lorentzians(rng: np.random.Generator) -> Lines:
    """Return a random spectrum as a function of the axis."""
    n = int(rng.integers(4, 15))
    centre_per_cm = rng.uniform(400, 3100, n)
    half_width_per_cm, height = rng.uniform(8, 20, n), rng.gamma(1.5, 1.0, n)

    def spectrum(axis_per_cm: np.ndarray) -> np.ndarray:
        apart = (axis_per_cm[:, None] - centre_per_cm) / half_width_per_cm
        return (height / (1 + apart**2)).sum(axis=1)

    return spectrum


def entry(name: str, lines: Lines, axis_per_cm: np.ndarray) -> LibraryEntry:
    return LibraryEntry(
        name=name,
        item_class="threat_dielectric",
        axis_per_cm=axis_per_cm,
        intensity=lines(axis_per_cm),
        provenance="random lines of a test",
        licence="CC0",
        origin=Origin.SIMULATED,
    )


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Targets and substrates, and spectra of them."""

    axis_per_cm: np.ndarray
    target: list[Lines]
    fabric: list[Lines]
    noise: CountNoise
    grids: dict[tuple[str, float], GridLibrary] = field(default_factory=dict)

    def grid(self, kind: str, *, axis_sigma_per_cm: float = 0.0) -> GridLibrary:
        """Return the "target" or the "fabric" library on the channels."""
        key = (kind, axis_sigma_per_cm)
        if key not in self.grids:
            fine = np.linspace(250.0, 3350.0, 3101)
            lines = self.target if kind == "target" else self.fabric
            entries = tuple(entry(f"{kind}-{i}", one, fine) for i, one in enumerate(lines))
            self.grids[key] = on_grid(
                SpectralLibrary(library_id=f"{kind} 1", kind="raman", entries=entries),
                axis_per_cm=self.axis_per_cm,
                width_per_cm=0.0,
                axis_sigma_per_cm=axis_sigma_per_cm,
            )
        return self.grids[key]

    def light(
        self,
        n: int,
        rng: np.random.Generator,
        *,
        fabric: int = 0,
        fabric_counts: float = 500.0,
        shift_per_cm: float = 0.0,
    ) -> np.ndarray:
        """Return expected counts without a residue; the substrate's lines moved by the shift."""
        x = np.linspace(0, 1, len(self.axis_per_cm))
        place, width = rng.uniform(-0.2, 0.6, (n, 1)), rng.uniform(0.6, 1.2, (n, 1))
        smooth = rng.uniform(200, 2000, (n, 1)) * np.exp(-(((x - place) / width) ** 2)) + 50
        lines = self.fabric[fabric](self.axis_per_cm - shift_per_cm)
        return smooth + fabric_counts * lines / lines.max()

    def residue(self, row: int, *, shift_per_cm: float = 0.0) -> np.ndarray:
        """Return a target's spectrum, strongest channel about 1."""
        lines = self.target[row](self.axis_per_cm - shift_per_cm)
        return lines / lines.max()

    def counts(self, light: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return what the camera gives for so much light, dark taken off, in whole counts."""
        electrons = rng.poisson(light * self.noise.gain_e_per_count).astype(float)
        electrons += rng.normal(0, self.noise.read_noise_e, light.shape)
        return np.rint(electrons / self.noise.gain_e_per_count)


@pytest.fixture(scope="session")
def bench() -> Bench:
    rng = np.random.default_rng(7)
    return Bench(
        axis_per_cm=AXIS_PER_CM,
        target=[lorentzians(rng) for _ in range(40)],
        fabric=[lorentzians(rng) for _ in range(4)],
        noise=CountNoise(gain_e_per_count=2.5, read_noise_e=6.0),
    )
