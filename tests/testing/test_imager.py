from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from standex.testing.imager import check_imager

SHAPE, N = (2, 3, 4), 5
STILL = np.zeros(3)


def right(a: np.ndarray, flat: np.ndarray) -> np.ndarray:
    return a.conj().T @ flat


def normalised(a: np.ndarray, flat: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return right(a, flat / np.linalg.norm(flat)) * np.linalg.norm(flat)


ADJOINTS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "not conjugated": lambda a, flat: a.T @ flat,
    "half as bright": lambda a, flat: right(a, flat) / 2,
    "one frequency late": lambda a, flat: right(a, np.roll(flat, 1)),
    "real part": lambda a, flat: right(a, flat).real + 0j,
    "offset": lambda a, flat: right(a, flat) + 1,
    "saturates": lambda a, flat: right(a, np.clip(flat, -5 - 5j, 5 + 5j)),
    "normalised": normalised,
    "a faint offset": lambda a, flat: right(a, flat) + 1e-5,
    "a volume": lambda a, flat: right(a, flat)[:, None],
    "nothing": lambda a, flat: np.zeros(N, dtype=complex),
    "lost": lambda a, flat: np.full(N, np.nan + 0j),
}


@dataclass
class MatrixImager:
    """An imager that is nothing but a matrix, and one thing that is wrong with it."""

    fault: str = ""

    def __post_init__(self) -> None:
        rng = np.random.default_rng(3)
        size = (int(np.prod(SHAPE)), N)
        self._a = rng.standard_normal(size) + 1j * rng.standard_normal(size)

    @property
    def shape(self) -> tuple[tuple[int, int, int], int]:
        return SHAPE, N

    def adjoint(self, samples: np.ndarray, velocity: np.ndarray, /) -> np.ndarray:
        if not np.isfinite(samples).all() and self.fault != "takes anything":
            raise ValueError("samples are not finite")
        image = ADJOINTS.get(self.fault, right)(self._a, samples.ravel())
        if self.fault == "writes":
            samples *= 2
        return image

    def forward(self, image: np.ndarray, velocity: np.ndarray, /) -> np.ndarray:
        samples = (self._a @ image).reshape(SHAPE)
        match self.fault:
            case "axes exchanged":
                return samples.transpose(2, 1, 0)
            case "nothing":
                return np.zeros(SHAPE, dtype=complex)
            case "writes to the image":
                image[:] = 0
        return samples


def check(imager: Any) -> None:
    check_imager(imager, velocity=STILL, rng=np.random.default_rng(7))


def test_a_good_one_passes() -> None:
    check(MatrixImager())


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("not conjugated", "<Ax, y> = "),
        ("half as bright", "<Ax, y> = "),
        ("one frequency late", "<Ax, y> = "),
        ("offset", "<Ax, y> = "),
        ("real part", "<Ax, y> = "),
        ("nothing", "<Ax, y> = "),
        ("lost", "<Ax, y> = "),
        ("saturates", "not linear"),
        ("normalised", "nothing in gave something out"),
        ("a faint offset", "nothing in gave something out"),
        ("writes", "inputs must not be written to"),
        ("writes to the image", "inputs must not be written to"),
        ("a volume", r"an image of 5 voxels has shape \(5, 1\)"),
        ("axes exchanged", r"samples of shape \(2, 3, 4\) have shape \(4, 3, 2\)"),
        ("takes anything", "not finite were taken"),
    ],
)
def test_a_bad_one_is_caught(fault: str, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check(MatrixImager(fault))
