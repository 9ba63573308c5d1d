from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.score_bank_files import load_bank, save_bank, shipped_banks
from standex.model.errors import StandexError


@pytest.mark.parametrize("name", shipped_banks())
def test_shipped_banks_say_where_they_are_from(name: str) -> None:
    bank = load_bank(name)
    assert "simulated" in bank.provenance
    assert "seed" in bank.provenance
    assert len(bank.item_class) > 100
    for sensor in bank.sensors.values():
        looked = (sensor.share > 0).any(axis=1)
        assert looked.any()
        assert not np.isnan(sensor.score[looked]).all(axis=(1, 2)).any()


def test_there_are_some() -> None:
    assert {"gate-sim", "metro-sim"} <= set(shipped_banks())


def test_what_is_written_is_read(tmp_path: Path) -> None:
    bank = load_bank("gate-sim")
    path = tmp_path / "again.npz"
    save_bank(bank, path)
    again = load_bank(path)
    assert (again.bank_id, again.provenance, again.item_class) == (
        bank.bank_id,
        bank.provenance,
        bank.item_class,
    )
    for kind, sensor in bank.sensors.items():
        np.testing.assert_array_equal(again.sensors[kind].score, sensor.score)
        np.testing.assert_array_equal(again.sensors[kind].person, sensor.person)


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StandexError, match=r"no such file; shipped: .*gate-sim"):
        load_bank("nowhere")
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK no bank")
    with pytest.raises(StandexError, match="standex surrogate build"):
        load_bank(broken)
    bank = load_bank("gate-sim")
    wrong = tmp_path / "wrong.npz"
    save_bank(replace(bank, item_class=bank.item_class[:-1]), wrong)
    with pytest.raises(StandexError, match="places of"):
        load_bank(wrong)
    with pytest.raises(StandexError, match="cannot be written"):
        save_bank(bank, tmp_path / "no" / "folder.npz")
