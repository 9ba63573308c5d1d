"""Arrays survive with every bit, their shape, their type and their layout."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from standex.edges.recording.arrays import _FIXED, MAX_PLAIN_SIZE, decode_array, encode_array

DTYPES = st.one_of(
    hnp.floating_dtypes(endianness="?"),
    hnp.complex_number_dtypes(endianness="?"),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.boolean_dtypes(),
    hnp.unicode_string_dtypes(),
    hnp.datetime64_dtypes(),
)
ARRAYS = DTYPES.flatmap(
    lambda dtype: hnp.arrays(
        dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    )
)


def through_json(array: np.ndarray) -> np.ndarray:
    return decode_array(json.loads(json.dumps(encode_array(array), allow_nan=False)))


@settings(max_examples=60)
@given(ARRAYS)
def test_every_bit_survives(array: np.ndarray) -> None:
    again = through_json(array)
    assert again.dtype.str == array.dtype.str
    assert again.shape == array.shape
    assert again.tobytes() == array.tobytes()
    assert again.flags.writeable


@given(st.permutations(range(4)), hnp.array_shapes(min_dims=4, max_dims=4, max_side=4))
def test_layout_in_memory_survives(axes: list[int], shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape), dtype=float).reshape(shape).transpose(axes)
    again = through_json(array)
    np.testing.assert_array_equal(again, array)
    # The stride along an axis of length one means nothing.
    strides = zip(again.strides, array.strides, array.shape, strict=True)
    assert all(ours == theirs for ours, theirs, length in strides if length > 1)


def test_a_sum_over_a_transposed_array_rounds_the_same() -> None:
    array = np.random.default_rng(0).standard_normal((300, 300)).T
    again = through_json(array)
    assert again.flags.f_contiguous
    assert again.sum(axis=0).tobytes() == array.sum(axis=0).tobytes()
    # What the layout is recorded for: in C order the same numbers sum to other bits.
    assert np.ascontiguousarray(array).sum(axis=0).tobytes() != array.sum(axis=0).tobytes()


def test_small_real_arrays_can_be_plotted_and_large_ones_are_short() -> None:
    assert encode_array(np.array([[1.5, -0.0]])) == {
        "dtype": "<f8",
        "shape": [1, 2],
        "values": [1.5, -0.0],
    }
    assert "values" in encode_array(np.zeros(MAX_PLAIN_SIZE))
    assert "base64" in encode_array(np.arange(MAX_PLAIN_SIZE + 1.0))
    assert encode_array(np.array([True]))["values"] == [1]


def test_not_a_number_keeps_its_payload() -> None:
    array = np.array([0x7FF8_0000_0000_0007], dtype=np.uint64).view(np.float64)
    assert through_json(array).tobytes() == array.tobytes()


@pytest.mark.parametrize("array", [np.array([{}]), np.zeros(1, dtype=[("a", "f8")])])
def test_refuses_what_has_no_exact_form(array: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no exact form"):
        encode_array(array)


@pytest.mark.parametrize(
    "data",
    [
        None,
        3,
        [],
        {},
        {"dtype": "<f8", "shape": [2]},
        {"dtype": "<f8", "shape": [2], "values": [1.0]},
        {"dtype": "<f8", "shape": [2], "values": ["a", "b"]},
        {"dtype": "<f8", "shape": [2], "base64": "AAAA"},
        {"dtype": "<f8", "shape": [2], "base64": "???"},
        {"dtype": "nonsense", "shape": [1], "values": [1]},
        {"dtype": "|O", "shape": [1], "values": [1]},
        {"dtype": "0<f8", "shape": [1], "values": [1]},  # a SyntaxError of NumPy's
        {"dtype": ["<f8"], "shape": [1], "values": [1]},
        {"dtype": "f3", "shape": [1], "values": [1]},
        {"dtype": "M8[0s]", "shape": [1], "values": [1]},
        {"dtype": "<U99999", "shape": [2], "values": ["a", "b"]},  # as much memory as it likes
        {"dtype": "|u1", "shape": [1], "values": [-1]},
        {"dtype": "<f8", "shape": [1, 1], "values": [1.0], "axes": [0, 7]},
        {"dtype": "<f8", "shape": ["a"], "values": [1.0]},
    ],
)
def test_refuses_what_is_no_array(data: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_array(data)


LARGE = 4 * MAX_PLAIN_SIZE
KINDS = ("<f8", ">f8", "<f4", "<i8", "|u1", "|b1", "<M8[ns]")


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("n_others", [0, 1, 40, LARGE // 2, LARGE])
def test_mostly_one_value_survives(dtype: str, n_others: int, rng: np.random.Generator) -> None:
    array = np.zeros(LARGE, dtype=dtype)
    array[rng.permutation(LARGE)[:n_others]] = np.array(1).astype(dtype)
    again = through_json(array.reshape(4, -1))
    assert again.dtype.str == array.dtype.str
    assert again.tobytes() == array.tobytes()
    assert again.flags.writeable


def test_what_is_mostly_one_value_takes_little_room() -> None:
    coverage = np.zeros((7, 80, 40))
    coverage[0, 10:20, 10:20] = 0.8
    assert len(json.dumps(encode_array(coverage))) < coverage.nbytes / 50


def test_a_minus_sign_and_the_bits_of_a_nan_survive_among_zeros() -> None:
    array = np.zeros(LARGE)
    array[3], array[7] = -0.0, np.nan
    array.view("<u8")[9] = 0x7FF8_0000_0000_1234
    assert through_json(array).tobytes() == array.tobytes()


def test_layout_survives_where_most_is_one_value() -> None:
    array = np.zeros((40, 30)).T
    array[3, 4] = 2.0
    again = through_json(array)
    assert again.flags.f_contiguous
    np.testing.assert_array_equal(again, array)


@pytest.mark.parametrize(
    "damage",
    [
        {"shape": [2**40]},
        {"shape": [-5]},
        {"base64": "AAAAAAAAAAAAAAAAAAAAAA=="},  # two values for one place
        {"at": "/////w=="},
        {"fill": ""},
        {"fill": 3},
        {"dtype": "<c16"},
    ],
)
def test_a_damaged_array_of_one_value_is_refused(damage: dict[str, object]) -> None:
    array = np.zeros(LARGE)
    array[5] = 1.0
    fields = encode_array(array) | damage
    with pytest.raises(ValueError, match=r"not an array|not read|shape mismatch|buffer size|cast"):
        decode_array(fields)


def test_what_cannot_change_is_made_into_text_once() -> None:
    array = np.zeros((40, 50))
    array[3, 4] = 1.5
    free = encode_array(array)
    array[3, 4] = 2.5
    assert encode_array(array) != free, "what can be written to is looked at every time"
    array.flags.writeable = False
    first, again = encode_array(array), encode_array(array)
    assert first == again
    assert first["base64"] is again["base64"]
    first["dtype"] = "changed"
    assert encode_array(array) == again, "who changes the object changes only their own"
    view = array.base or array[:]
    assert np.array_equal(decode_array(encode_array(view)), array)
    key = id(array)
    assert key in _FIXED
    del array, view
    assert key not in _FIXED, "no longer than the array"
