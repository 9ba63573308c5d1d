from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import RecordError
from standex.sensing.microwave.sweep import parse_sweep

ARRAYS = (
    "samples", "tx_position_m", "rx_position_m", "tx_panel", "rx_panel", "frequency_hz",
    "t_offset_s",
)  # fmt: skip


def refused(record, *words: str) -> None:
    with pytest.raises(RecordError) as caught:
        parse_sweep(record)
    for word in ("mw-test", "17", *words):
        assert word in str(caught.value)


def test_what_was_written_is_read(point_sweep, sweep_record):
    sweep = point_sweep((2.0, 0.0, 1.2))
    read = parse_sweep(sweep_record(sweep))
    for name in ("samples", "tx_position_m", "rx_position_m", "tx_panel", "frequency_hz"):
        np.testing.assert_array_equal(getattr(read, name), getattr(sweep, name))
    np.testing.assert_allclose(read.tx_time_s, sweep.tx_time_s, atol=1e-12)
    assert read.step_s == pytest.approx(sweep.step_s)
    np.testing.assert_allclose(
        read.wavenumber_rad_per_m, 2 * np.pi * sweep.frequency_hz / 299_792_458.0
    )


def test_a_record_of_the_twin_is_read(panels, walk):
    record = panels.record(walk(((5.0, 1.25), (1.0, 1.25))), 10**9, 0)
    assert parse_sweep(record).samples.shape == record.arrays["samples"].shape


def test_another_kind_is_refused(geometry, sweep_record):
    refused(replace(sweep_record(geometry), kind="video.floor_positions"), "video.floor_positions")


@pytest.mark.parametrize("name", ARRAYS)
def test_a_missing_array_is_refused(geometry, sweep_record, name):
    record = sweep_record(geometry)
    arrays = {other: array for other, array in record.arrays.items() if other != name}
    refused(replace(record, arrays=arrays), name, "missing")


@pytest.mark.parametrize("name", [name for name in ARRAYS if not name.endswith("_panel")])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(geometry, sweep_record, name, bad):
    spoilt = sweep_record(geometry).arrays[name].copy()
    spoilt.flat[3] = bad
    refused(sweep_record(geometry, **{name: spoilt}), name, "finite")


@pytest.mark.parametrize("name", ARRAYS)
def test_a_wrong_shape_is_refused(geometry, sweep_record, name):
    array = sweep_record(geometry).arrays[name]
    if name != "samples":  # the samples say how many there must be
        refused(sweep_record(geometry, **{name: array[:-1]}), name, "shape")
    refused(sweep_record(geometry, **{name: array[None]}), name, "dimensions")


def test_fewer_samples_than_antennas_are_refused(geometry, sweep_record):
    for samples in (geometry.samples[:-1], geometry.samples[:, :-1], geometry.samples[..., :-1]):
        refused(sweep_record(geometry, samples=samples), "shape")


def test_nothing_at_all_is_refused(geometry, sweep_record):
    record = sweep_record(geometry)
    empty = {
        name: array[:0] if name.startswith("tx") or name in ("samples", "t_offset_s") else array
        for name, array in record.arrays.items()
    }
    refused(replace(record, arrays=empty))


@pytest.mark.parametrize("change", ["uneven", "descending", "one"])
def test_frequencies_must_be_a_uniform_ascending_grid(geometry, sweep_record, change):
    f_hz, samples = geometry.frequency_hz.copy(), geometry.samples
    record = sweep_record(geometry)
    time = record.arrays["t_offset_s"]
    if change == "uneven":
        f_hz[5] += 1e6
    elif change == "descending":
        f_hz = f_hz[::-1]
    else:
        f_hz, samples, time = f_hz[:1], samples[..., :1], time[:, :1]
    refused(
        sweep_record(geometry, frequency_hz=f_hz, samples=samples, t_offset_s=time), "frequency_hz"
    )


def test_times_must_be_uniform(geometry, sweep_record):
    time = sweep_record(geometry).arrays["t_offset_s"].copy()
    time[2, 7] += 1e-5
    refused(sweep_record(geometry, t_offset_s=time), "t_offset_s")


@pytest.mark.parametrize("name", ["tx_panel", "rx_panel"])
def test_panels_must_be_two_and_in_order(geometry, sweep_record, name):
    panel = getattr(geometry, name)
    for wrong in (panel[::-1], np.zeros_like(panel), panel + 1, np.arange(len(panel)) % 2):
        refused(sweep_record(geometry, **{name: wrong}), name)


@pytest.mark.parametrize("name", ["tx_position_m", "rx_position_m"])
def test_two_antennas_at_one_place_are_refused(geometry, sweep_record, name):
    place = getattr(geometry, name).copy()
    place[3] = place[1] + 1e-6
    refused(sweep_record(geometry, **{name: place}), name, "1 and 3")


def one_panel(sweep):
    return replace(
        sweep,
        samples=sweep.samples[:4, :6],
        tx_position_m=sweep.tx_position_m[:4],
        rx_position_m=sweep.rx_position_m[:6],
        tx_panel=sweep.tx_panel[:4],
        rx_panel=sweep.rx_panel[:6],
        tx_time_s=sweep.tx_time_s[:4],
    )


def test_any_number_of_panels_is_read_where_that_is_wanted(geometry, sweep_record):
    record = sweep_record(one_panel(geometry))
    refused(record, "1 panels, 2 are expected")
    assert parse_sweep(record, n_panels=None).samples.shape == (4, 6, 32)
    assert parse_sweep(record, n_panels=1).samples.shape == (4, 6, 32)
    both = parse_sweep(sweep_record(geometry), n_panels=None)
    assert set(both.tx_panel) == {0, 1}


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gaps_in_the_samples_pass_where_channels_are_judged(geometry, sweep_record, bad):
    samples = geometry.samples.copy()
    samples[2, 3, 4] = bad
    record = sweep_record(geometry, samples=samples)
    refused(record, "samples", "finite")
    np.testing.assert_array_equal(parse_sweep(record, may_have_gaps=True).samples, samples)


@pytest.mark.parametrize("name", ["tx_position_m", "rx_position_m", "frequency_hz", "t_offset_s"])
def test_nothing_else_may_have_gaps(geometry, sweep_record, name):
    spoilt = sweep_record(geometry).arrays[name].copy()
    spoilt.flat[3] = np.nan
    with pytest.raises(RecordError, match="not finite"):
        parse_sweep(sweep_record(geometry, **{name: spoilt}), may_have_gaps=True)
