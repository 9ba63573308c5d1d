"""Runs at surrogate level, held against the raw level by the summary that is shipped."""

import json
from importlib import resources

import numpy as np
import pytest

from standex.edges.look_run_store import LookJob, run_look_job
from standex.edges.settings import site_text
from standex.evaluation.held_against import Counted, counts_of, held
from standex.evaluation.look_runs import LookRun

FRESH_SEED = 6_000_001


@pytest.fixture(scope="module")
def drawn() -> LookRun:
    job = LookJob(
        site_toml=site_text("metro"),
        where="metro",
        recording="corridor",
        purpose="rates",
        seed=FRESH_SEED,
        bank="metro-sim",
    )
    return run_look_job(job)


@pytest.mark.slow
def test_looks_are_at_people_and_of_the_sensors_scores(drawn: LookRun) -> None:
    assert drawn.score_names.keys() == {"mw-south", "mw-north", "di-south", "di-north"}
    people = {one.person for one in drawn.outcomes}
    assert len(drawn.looks) > 100
    for look in drawn.looks:
        assert look.person in people
        assert look.scores.keys() == look.share.keys()
        for scores in look.scores.values():
            assert len(scores) == len(drawn.score_names[look.sensor_id])
            assert np.isfinite(scores).all()
        assert all(0 <= share <= 1 for share in look.share.values())


@pytest.mark.slow
def test_rates_of_fresh_people_are_those_of_the_raw_level(drawn: LookRun) -> None:
    text = (resources.files("standex") / "banks" / "metro-sim-held.json").read_text("utf-8")
    known = {one["name"]: one["raw"] for one in json.loads(text)["rates"]}
    counts = counts_of(drawn.outcomes)
    for name, raw in known.items():
        # Six rates of one run: 99.5 % each, so that one of thirty honest seeds fails.
        at_raw = Counted(k=raw["k"], n=raw["n"])
        assert held(name, at_raw, counts[name], level=0.995).agrees, name


def test_the_shipped_summary_agrees_rate_by_rate() -> None:
    text = (resources.files("standex") / "banks" / "metro-sim-held.json").read_text("utf-8")
    about = json.loads(text)
    assert about["origin"] == "surrogate, simulated"
    assert about["raw_passages"] >= 400
    assert len(about["rates"]) == 6
    for one in about["rates"]:
        raw, drawn = (Counted(k=one[level]["k"], n=one[level]["n"]) for level in LEVELS)
        again = held(one["name"], raw, drawn)
        assert (again.low, again.high) == pytest.approx(
            (one["difference_low"], one["difference_high"])
        )
        assert again.agrees
        assert one["agrees"]


LEVELS = ("raw", "surrogate")
