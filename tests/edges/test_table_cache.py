"""Tables come back as they were kept, and no state of the disk does more than cost time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from standex.edges import table_cache
from standex.edges.table_cache import cached_tables, default_folder, geometry_key
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace import BeamspaceImager
from standex.sensing.microwave.imaging.beamspace_tables import Tables
from standex.sensing.microwave.imaging.imager import STILL
from standex.sensing.microwave.imaging.voxels import Grid

ARRAY = Array(
    tx_position_m=np.array([[-0.5, 0.0, 0.0], [0.5, 0.0, 0.0], [0.1, 0.5, 0.1]]),
    rx_position_m=np.array([[0.0, -0.5, 0.0], [0.2, 0.4, 0.0]]),
    frequency_hz=np.linspace(8e9, 12e9, 24),
    tx_time_s=np.array([-1e-3, 0.0, 1e-3]),
)
GRID = Grid(origin_m=np.array([0.0, 0.0, 1.0]), step_m=np.full(3, 0.02), shape=(5, 4, 3))
SETTINGS: dict[str, Any] = {"block_shape": (3, 2, 3), "tolerance": 0.1}


class Made:
    """Counts how often tables are computed."""

    def __init__(self, make: Callable[..., Tables]) -> None:
        self.make, self.times = make, 0

    def __call__(self, *arguments: Any, **settings: Any) -> Tables:
        self.times += 1
        return self.make(*arguments, **settings)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    made = Made(table_cache.make_tables)
    monkeypatch.setattr(table_cache, "make_tables", made)
    return made


def tables_in(folder: Path | None, *, array: Array = ARRAY, **changes: Any) -> Tables:
    return cached_tables(array, GRID, map_blocks=map, folder=folder, **(SETTINGS | changes))


def image(tables: Tables) -> np.ndarray:
    rng = np.random.default_rng(5)
    samples = rng.standard_normal(ARRAY.shape) + 1j * rng.standard_normal(ARRAY.shape)
    imager = BeamspaceImager(tables=tables, is_compiled=False)
    return imager.adjoint(samples.astype(np.complex64), STILL)


def file_in(folder: Path) -> Path:
    """Return the only file of a folder."""
    (file,) = folder.iterdir()
    return file


def test_what_was_kept_makes_the_same_image(made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there yet"
    first, second = tables_in(folder), tables_in(folder)
    assert made.times == 1
    assert file_in(folder).suffix == ".npz"
    np.testing.assert_array_equal(image(first), image(second))
    np.testing.assert_array_equal(image(second), image(tables_in(None)))
    assert second.bytes == first.bytes
    assert (second.block_shape, second.tolerance) == (first.block_shape, first.tolerance)


def test_no_folder_keeps_nothing(made: Made) -> None:
    tables_in(None)
    tables_in(None)
    assert made.times == 2


def test_another_geometry_has_tables_of_its_own(made: Made, tmp_path: Path) -> None:
    tables_in(tmp_path)
    finer = tables_in(tmp_path, tolerance=0.01)
    assert made.times == 2
    assert len(list(tmp_path.iterdir())) == 2
    np.testing.assert_array_equal(image(finer), image(tables_in(tmp_path, tolerance=0.01)))
    assert made.times == 2


def test_another_sweep_of_one_geometry_shares_its_tables(made: Made, tmp_path: Path) -> None:
    tables_in(tmp_path)
    slow = replace(ARRAY, tx_time_s=3 * ARRAY.tx_time_s, step_s=1e-6)
    assert tables_in(tmp_path, array=slow).array is slow
    assert made.times == 1


def test_a_block_shape_is_chosen_where_none_is_given(made: Made, tmp_path: Path) -> None:
    chosen = tables_in(tmp_path, block_shape=None).block_shape
    assert all(1 <= b <= n for b, n in zip(chosen, GRID.shape, strict=True))
    assert tables_in(tmp_path, block_shape=chosen).block_shape == chosen
    assert made.times == 1


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda raw: b"",
    "a few bytes": lambda raw: raw[:10],
    "half": lambda raw: raw[: len(raw) // 2],
    "all but the end": lambda raw: raw[:-1],
    "another file": lambda raw: b"no archive at all" * 100,
    "a bit of the data": lambda raw: _flipped(raw, len(raw) // 3),
    "zeros after the head": lambda raw: raw[:500] + bytes(len(raw) - 500),
}


def _flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 0x40]) + raw[at + 1 :]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_anew(damage: str, made: Made, tmp_path: Path) -> None:
    wanted = image(tables_in(tmp_path))
    file = file_in(tmp_path)
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    np.testing.assert_array_equal(image(tables_in(tmp_path)), wanted)
    assert made.times == 2
    np.testing.assert_array_equal(image(tables_in(tmp_path)), wanted)
    assert made.times == 2, "the damaged file stayed"
    assert file_in(tmp_path) == file


@pytest.mark.slow
def test_no_flipped_bit_changes_the_tables(made: Made, tmp_path: Path) -> None:
    tables = tables_in(tmp_path)
    file = file_in(tmp_path)
    raw = file.read_bytes()
    made.make = lambda *arguments, **settings: tables
    for at in range(0, len(raw), 97):
        file.write_bytes(raw[:at] + bytes([raw[at] ^ (1 << at % 8)]) + raw[at + 1 :])
        read = tables_in(tmp_path)
        for one, other in ((read, tables), (read.tx, tables.tx), (read.rx, tables.rx)):
            for name in ("phasors", "phasors_at", "basis", "basis_at", "rank", "scale"):
                if hasattr(one, name):
                    np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        np.testing.assert_array_equal(read.gate.fourier, tables.gate.fourier)
    assert made.times > 10


def test_a_file_of_another_kind_is_made_anew(made: Made, tmp_path: Path) -> None:
    wanted = image(tables_in(tmp_path))
    np.savez(file_in(tmp_path), phasors=np.zeros(3))
    np.testing.assert_array_equal(image(tables_in(tmp_path)), wanted)
    assert made.times == 2


def test_a_folder_that_cannot_be_written_to_is_harmless(made: Made, tmp_path: Path) -> None:
    """A file where the folder should be: that stops even an administrator."""
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("in the way")
    for _ in range(2):
        assert tables_in(in_the_way / "tables").bytes > 0
    assert made.times == 2
    assert in_the_way.read_text() == "in the way"


@pytest.mark.parametrize("where", ["open", "savez", "replace"])
def test_a_full_disk_is_harmless_and_leaves_no_part(
    where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*arguments: Any, **settings: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if where == "open":
            patch.setattr(table_cache.tempfile, "NamedTemporaryFile", full)
        elif where == "savez":
            patch.setattr(np, "savez", full)
        else:
            patch.setattr(Path, "replace", full)
        assert tables_in(tmp_path).bytes > 0
    assert not list(tmp_path.iterdir())


def test_stopping_while_it_writes_leaves_no_part(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped(file: Any, **arrays: Any) -> None:
        file.write(b"half of")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", stopped)
        with pytest.raises(KeyboardInterrupt):
            tables_in(tmp_path)
    assert not list(tmp_path.iterdir())


def key(array: Array = ARRAY, grid: Grid = GRID, **changes: Any) -> str:
    return geometry_key(array, grid, **(SETTINGS | changes))


def moved(position_m: np.ndarray) -> np.ndarray:
    return position_m + np.array([[0.0, 0.0, 2e-6]] + [[0.0] * 3] * (len(position_m) - 1))


OTHERS: dict[str, str] = {
    "a transmitter moved": key(replace(ARRAY, tx_position_m=moved(ARRAY.tx_position_m))),
    "a receiver moved": key(replace(ARRAY, rx_position_m=moved(ARRAY.rx_position_m))),
    "antennas in another order": key(replace(ARRAY, tx_position_m=ARRAY.tx_position_m[::-1])),
    "sides exchanged": key(
        replace(
            ARRAY,
            tx_position_m=ARRAY.rx_position_m,
            rx_position_m=ARRAY.tx_position_m,
            tx_time_s=np.zeros(0),
        )
    ),
    "one transmitter fewer": key(
        replace(ARRAY, tx_position_m=ARRAY.tx_position_m[:2], tx_time_s=np.zeros(2))
    ),
    "a receiver turned transmitter": key(
        replace(
            ARRAY,
            tx_position_m=np.concatenate([ARRAY.tx_position_m, ARRAY.rx_position_m[:1]]),
            rx_position_m=ARRAY.rx_position_m[1:],
            tx_time_s=np.zeros(0),
        )
    ),
    "frequencies": key(replace(ARRAY, frequency_hz=ARRAY.frequency_hz + 2)),
    "a frequency more": key(replace(ARRAY, frequency_hz=np.linspace(8e9, 12e9, 25))),
    "medium": key(replace(ARRAY, refractive_index=1.0003)),
    "origin": key(grid=replace(GRID, origin_m=GRID.origin_m + [0.0, 2e-6, 0.0])),
    "step": key(grid=replace(GRID, step_m=GRID.step_m + [0.0, 0.0, 1e-8])),
    "shape": key(grid=replace(GRID, shape=(4, 5, 3))),
    "block": key(block_shape=(2, 3, 3)),
    "shape and block exchanged": key(grid=replace(GRID, shape=(3, 2, 3)), block_shape=(5, 4, 3)),
    "tolerance": key(tolerance=0.1001),
    "guard": key(guard_cells=4),
}


@pytest.mark.parametrize("change", OTHERS)
def test_the_key_changes_with_every_part_of_the_geometry(change: str) -> None:
    assert OTHERS[change] != key()


def test_no_two_keys_are_equal() -> None:
    assert len(set(OTHERS.values())) == len(OTHERS)


def test_the_key_changes_with_the_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key()
    monkeypatch.setattr(table_cache, "LAYOUT", table_cache.LAYOUT + 1)
    assert key() != before


def test_the_key_does_not_change_with_the_sweep_or_with_rounding() -> None:
    """The times of the sweep do not enter the tables; float32 on the way must not lose them."""
    assert key(replace(ARRAY, tx_time_s=np.zeros(0), step_s=1e-5)) == key()
    assert key(replace(ARRAY, tx_position_m=ARRAY.tx_position_m + 1e-9)) == key()
    single = ARRAY.tx_position_m.astype(np.float32)
    assert key(replace(ARRAY, tx_position_m=single)) == key()


def test_the_key_is_a_name_for_a_file() -> None:
    assert key().isalnum()
    assert len(key()) == 32


def test_the_default_is_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "standex" / "tables"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".cache" / "standex" / "tables"
