import numpy as np
import pytest

from standex.tracking import compiled


def mean_of(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


@pytest.mark.skipif(not compiled.AVAILABLE, reason="needs Numba")
def test_a_compiled_loop_is_the_loop(rng: np.random.Generator) -> None:
    values = rng.normal(size=100)
    fast = compiled.jit(mean_of)
    assert fast is not mean_of
    assert fast(values) == pytest.approx(mean_of(values), rel=1e-13)


def test_without_numba_a_loop_stays_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "numba", None)
    assert compiled.jit(mean_of) is mean_of
