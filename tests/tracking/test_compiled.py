import numpy as np
import pytest

from standex.tracking import compiled


def mean_of(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


@pytest.mark.slow
@pytest.mark.skipif(not compiled.AVAILABLE, reason="needs Numba")
def test_a_compiled_loop_is_the_loop(rng: np.random.Generator) -> None:
    values = rng.normal(size=100)
    fast = compiled.jit(mean_of)
    assert fast is not mean_of
    assert fast(values) == pytest.approx(mean_of(values), rel=1e-13)


def test_without_numba_a_loop_stays_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "numba", None)
    assert compiled.jit(mean_of) is mean_of


@pytest.mark.parametrize("kind", ["slice", "read-only", "single", "fortran", "integers"])
def test_arrays_of_any_kind_are_put_in_order(kind: str) -> None:
    values = np.arange(12.0).reshape(4, 3)
    odd = {
        "slice": values[:, :2],
        "read-only": np.frombuffer(values.tobytes()).reshape(4, 3),
        "single": values.astype(np.float32),
        "fortran": np.asfortranarray(values),
        "integers": values.astype(np.int64),
    }[kind]
    ordered = compiled.in_order(odd)
    np.testing.assert_array_equal(ordered, odd)
    assert ordered.dtype == np.float64
    assert ordered.flags.c_contiguous
    assert ordered.flags.writeable


def test_an_array_in_order_is_itself() -> None:
    values = np.ones((3, 2))
    assert compiled.in_order(values) is values
