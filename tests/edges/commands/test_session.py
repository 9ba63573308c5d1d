import json
from pathlib import Path

import pytest

from standex.edges.commands.session import new_folder, summary, write_truth
from standex.edges.live_status import RunCounts
from standex.edges.settings import load_site
from standex.model.errors import StandexError
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone
from standex.testing.examples import T_UTC_NS, example_picture


def test_the_folder_is_named_after_run_and_time(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = new_folder(None, name="demo", t_utc_ns=T_UTC_NS)
    assert folder == Path("out/demo-20231114T221320Z")
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_written_is_refused(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StandexError, match="--out"):
        new_folder(tmp_path / "file" / "out", name="demo", t_utc_ns=0)


def test_the_truth_is_kept_whole(tmp_path) -> None:
    item = CarriedItem(
        person=3,
        item_class="threat_metal",
        zone=BodyZone.WAIST,
        width_m=0.1,
        height_m=0.2,
        thickness_m=0.03,
        permittivity=0.0,
        loss_tangent=0.0,
    )
    write_truth(tmp_path / "t.json", Truth(seed=9, items=(item,)), {"site": "metro"})
    data = json.loads((tmp_path / "t.json").read_text())
    assert data["seed"] == 9
    assert data["items"][0]["zone"] == "waist"
    with pytest.raises(StandexError, match="make room"):
        write_truth(tmp_path, Truth(seed=9, items=()), {})


def test_a_summary_is_plain_data() -> None:
    site = load_site("metro")
    counts = RunCounts(site, started_utc_ns=T_UTC_NS, is_simulated=True)
    status = counts.status(example_picture(site), unknown={}, now_utc_ns=T_UTC_NS)
    assert json.loads(json.dumps(summary(status)))["passages"]["alarm"] == 0
