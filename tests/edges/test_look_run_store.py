from dataclasses import replace
from pathlib import Path

import pytest

from standex.edges.look_run_store import (
    FIRST_SEEDS,
    LookJob,
    append_run,
    banked_sensors,
    run_look_jobs,
    stored_runs,
)
from standex.edges.settings import site_text
from standex.evaluation.look_runs import KeptLook, LookRun
from standex.model.errors import StandexError

RUN = LookRun(
    seed=FIRST_SEEDS["bank"],
    outcomes=(),
    score_names={"s": ("a",)},
    looks=(
        KeptLook(sensor_id="s", t_s=1.0, person=3, scores={"waist": (1.0,)}, share={"waist": 1.0}),
    ),
)
JOB = LookJob(
    site_toml=site_text("metro"),
    where="metro",
    recording="corridor",
    purpose="bank",
    seed=RUN.seed,
)


def test_stored_runs_are_not_walked_again(tmp_path: Path) -> None:
    store = tmp_path / "store.jsonl"
    assert stored_runs(store) == {}
    append_run(store, "bank", RUN)
    assert list(run_look_jobs([JOB], store=store, processes=1)) == [(JOB, RUN)]


def test_seeds_of_banks_and_rates_are_apart() -> None:
    assert abs(FIRST_SEEDS["bank"] - FIRST_SEEDS["rates"]) > 1000


def test_sensors_that_are_asked_or_have_no_surrogate_are_left_out() -> None:
    site = JOB.site()
    assert {spec.technology for spec in site.sensors} == {
        "microwave",
        "dielectric",
        "floor-positions",
    }
    assert banked_sensors(site).keys() == {"mw-south", "mw-north", "di-south", "di-north"}
    drawn = replace(JOB, bank="metro-sim").site()
    assert {spec.technology for spec in drawn.sensors} == {"surrogate", "floor-positions"}


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store.jsonl"
    store.write_text('{"purpose": "bank"}\n')
    with pytest.raises(StandexError, match="line 1: no run of this version"):
        stored_runs(store)
    with pytest.raises(StandexError, match="cannot be read"):
        stored_runs(tmp_path)
    with pytest.raises(StandexError, match="cannot be written"):
        append_run(tmp_path / "no" / "store", "bank", RUN)
