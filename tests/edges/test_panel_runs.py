import json
import re
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from standex.edges import panel_runs
from standex.edges.panel_runs import (
    PANELS,
    Lane,
    Passage,
    run_passage,
    run_passages,
    stored_passages,
)
from standex.edges.settings import site_text
from standex.evaluation.panel_passages import PassageScores
from standex.model.errors import StandexError
from standex.sensing.microwave.panel_evidence import SCORES

SMALLER = {"n_per_panel": 12, "n_frequencies": 96, "voxel_m": 0.02, "tolerance": 0.05}
PASSAGES = [
    Passage(seed=seed, thing=thing)
    for seed, thing in ((4, "reference"), (5, None), (6, "keys"), (7, None), (8, "book"))
]


def small_gate(**changes) -> str:
    """Return the shipped gate with few antennas, few frequencies and large voxels."""
    text = site_text("gate")
    for name, value in {**SMALLER, **changes}.items():
        text, n = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert n == 1, name
    return text


LANE = Lane(site_toml=small_gate(), where="small gate")


def made(passage: Passage, n: int = 1) -> dict[str, PassageScores]:
    """Return made-up results that depend on the passage alone."""
    rng = np.random.default_rng(passage.seed)
    return {
        name: PassageScores(
            seed=passage.seed,
            thing=passage.thing,
            item_class="nothing",
            zone=None,
            scores={"waist": tuple(rng.normal(size=len(SCORES)).tolist())} if n else {},
            score_names=SCORES if n else (),
            coverage={"waist": 0.25},
        )
        for name in PANELS
    }


@pytest.fixture
def walked(monkeypatch) -> list[Passage]:
    """Put made-up results in the place of the twin; return who was walked."""
    passages: list[Passage] = []

    def run_one(lane, passage):
        passages.append(passage)
        return made(passage)

    monkeypatch.setattr(panel_runs, "run_passage", run_one)
    return passages


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Keep tables away from the user's, and share them among the tests here."""
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        yield folder
    panel_runs._workshop.cache_clear()


def by_seed(results) -> list:
    return sorted(results, key=lambda one: one["two"].seed)


def test_one_go_and_two_give_the_same(walked, tmp_path) -> None:
    store = tmp_path / "new" / "folder" / "store.jsonl"
    once = list(run_passages(LANE, PASSAGES, store=store, processes=1))
    assert walked == PASSAGES
    assert once == [made(one) for one in PASSAGES]
    assert list(run_passages(LANE, PASSAGES, store=store, processes=1)) == once
    assert walked == PASSAGES  # nobody twice
    more = Passage(seed=99, thing=None)
    assert list(run_passages(LANE, [more], store=store, processes=4)) == [made(more)]
    assert walked == [*PASSAGES, more]
    assert list(stored_passages(store, LANE)) == [(one.seed, one.thing) for one in walked]


@pytest.mark.parametrize("n_done", range(len(PASSAGES)))
@pytest.mark.parametrize("cut", [0, 1, 5, 400, -1])
def test_a_run_that_was_killed_goes_on(walked, tmp_path, n_done: int, cut: int) -> None:
    """Killed after some passages, in the middle of writing down the next."""
    whole, store = tmp_path / "whole.jsonl", tmp_path / "store.jsonl"
    once = list(run_passages(LANE, PASSAGES, store=whole, processes=1))
    lines = whole.read_bytes().splitlines(keepends=True)
    store.write_bytes(b"".join(lines[:n_done]) + lines[n_done][:cut])
    walked.clear()
    assert by_seed(run_passages(LANE, PASSAGES, store=store, processes=1)) == once
    assert walked == PASSAGES[n_done:]
    assert store.read_bytes() == whole.read_bytes()
    assert len(stored_passages(store, LANE)) == len(PASSAGES)


def test_whoever_stops_listening_loses_nothing(walked, tmp_path) -> None:
    store = tmp_path / "store.jsonl"
    run = run_passages(LANE, PASSAGES, store=store, processes=1)
    first = [next(run), next(run)]
    assert len(stored_passages(store, LANE)) == 2
    run.close()
    again = list(run_passages(LANE, PASSAGES, store=store, processes=1))
    assert again[:2] == first
    assert walked == PASSAGES


def test_another_thing_on_the_same_seed_is_another_passage(walked, tmp_path) -> None:
    store = tmp_path / "store.jsonl"
    things = [None, "reference", None]
    for thing in things:
        (found,) = run_passages(LANE, [Passage(seed=4, thing=thing)], store=store, processes=1)
        assert found["one"].thing == thing
    assert len(walked) == 2
    assert set(stored_passages(store, LANE)) == {(4, None), (4, "reference")}


def test_nobody_and_doubles(walked, tmp_path) -> None:
    store = tmp_path / "store.jsonl"
    assert list(run_passages(LANE, [], store=store, processes=2)) == []
    assert not store.exists()
    assert stored_passages(store, LANE) == {}
    assert len(list(run_passages(LANE, PASSAGES[:1] * 3, store=store, processes=2))) == 1
    assert len(walked) == 1


@pytest.mark.parametrize(
    "other",
    [
        Lane(site_toml=small_gate(n_per_panel=16), where="small gate"),
        Lane(site_toml=small_gate(voxel_m=0.025), where="small gate"),
        Lane(site_toml=small_gate(yaw_deg=5.0), where="small gate"),
        Lane(site_toml=small_gate(), where="small gate", n_stacked=2),
    ],
)
def test_a_store_of_another_lane_is_refused(walked, tmp_path, other: Lane) -> None:
    store = tmp_path / "store.jsonl"
    list(run_passages(LANE, PASSAGES[:2], store=store, processes=1))
    before = store.read_bytes()
    with pytest.raises(StandexError, match=r"store\.jsonl, line 1: made with other settings"):
        list(run_passages(other, PASSAGES, store=store, processes=1))
    assert store.read_bytes() == before
    assert len(walked) == 2
    # What a site calls itself does not matter, nor what the file is called.
    same = replace(LANE, where="elsewhere", site_toml=LANE.site_toml.replace("one lane", "a lane"))
    assert len(stored_passages(store, same)) == 2


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda line: b"\x00\xff", "line 2: not a passage"),
        (lambda line: b"", "line 2: not a passage"),
        (lambda line: b"[1, 2]", "line 2: not a passage"),
        (lambda line: line[:100], "line 2: not a passage"),
        (lambda line: line.replace(b'"two"', b'"three"'), "line 2: not a passage"),
        (lambda line: line.replace(b'"thing": null', b'"thing": "sword"'), "line 2: not a passage"),
        (lambda line: line.replace(b"slab_db", b"slob_db"), "line 2: has other scores than this"),
    ],
)
def test_what_is_no_store_is_left_alone(walked, tmp_path, spoil, said: str) -> None:
    store = tmp_path / "store.jsonl"
    list(run_passages(LANE, PASSAGES[:3], store=store, processes=1))
    lines = store.read_bytes().splitlines()
    lines[1] = spoil(lines[1])
    store.write_bytes(b"\n".join(lines) + b"\n")
    before = store.read_bytes()
    with pytest.raises(StandexError, match=rf"store\.jsonl, {said}"):
        list(run_passages(LANE, PASSAGES, store=store, processes=1))
    assert store.read_bytes() == before


def test_a_file_that_only_ends_without_a_line_break_is_not_cut(walked, tmp_path) -> None:
    store = tmp_path / "store.jsonl"
    store.write_text("my diary")
    with pytest.raises(StandexError, match="line 1: not a passage; move the file away"):
        list(run_passages(LANE, PASSAGES, store=store, processes=1))
    assert store.read_text() == "my diary"
    assert not walked


def test_a_store_that_cannot_be_used_is_told_before_anybody_walks(walked, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    for store, said in (
        (tmp_path, "cannot be read .*choose another --out"),
        (tmp_path / "file" / "store.jsonl", "cannot be (read|written) .*choose another --out"),
    ):
        with pytest.raises(StandexError, match=said):
            list(run_passages(LANE, PASSAGES, store=store, processes=1))
    assert not walked


def test_a_full_disk_is_told(walked, tmp_path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full: a full disk cannot be had here")
    store = tmp_path / "store.jsonl"
    run = run_passages(LANE, PASSAGES, store=store, processes=1)
    next(run)
    opened = Path.open
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode: opened(Path("/dev/full"), mode))
        with pytest.raises(StandexError, match=r"store\.jsonl: .*No space left.*make room"):
            next(run)
    assert len(stored_passages(store, LANE)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (site_text("metro"), "needs one sensor of technology imaging-panels, it has microwave"),
        (site_text("gate").partition("[[sensors]]")[0], "site|sensor"),
        ("site_id = 3", "gate by hand"),
    ],
)
def test_a_site_without_such_panels_is_told(tmp_path, text: str, said: str) -> None:
    lane = Lane(site_toml=text, where="gate by hand")
    with pytest.raises(StandexError, match=said):
        list(run_passages(lane, PASSAGES, store=tmp_path / "store.jsonl", processes=1))
    assert not list(tmp_path.iterdir())


def test_stacked_panels_are_the_lane_s(tmp_path) -> None:
    (spec,) = LANE.site().sensors
    (stacked,) = replace(LANE, n_stacked=2).site().sensors
    assert spec.instrument_settings["n_stacked"] == 1
    assert stacked.instrument_settings == {**spec.instrument_settings, "n_stacked": 2}
    assert stacked.settings == spec.settings


def test_a_passage_that_nobody_saw_is_kept_too(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(panel_runs, "run_passage", lambda lane, one: made(one, n=0))
    store = tmp_path / "store.jsonl"
    once = list(run_passages(LANE, PASSAGES, store=store, processes=1))
    assert list(run_passages(LANE, PASSAGES, store=store, processes=1)) == once
    assert once[0]["two"].scores == {}


def test_a_killed_process_is_told(walked, tmp_path, monkeypatch) -> None:
    """Whoever takes the memory of a child takes nothing that is finished."""

    class Pool:
        def __init__(self, *_, **__): ...
        def __enter__(self):
            return self

        def __exit__(self, *_): ...
        def submit(self, *_):
            raise BrokenProcessPool

        def shutdown(self, **_): ...

    monkeypatch.setattr(panel_runs, "ProcessPoolExecutor", Pool)
    store = tmp_path / "store.jsonl"
    with pytest.raises(StandexError, match="run again with fewer --jobs"):
        list(run_passages(LANE, PASSAGES, store=store, processes=2))
    assert len(stored_passages(store, LANE)) == 1


@pytest.mark.slow
def test_the_same_seed_gives_the_same_scores_here_and_in_a_child(tables, tmp_path) -> None:
    passage = PASSAGES[0]
    here = run_passage(LANE, passage)
    assert here == run_passage(LANE, passage)
    assert set(here) == set(PANELS)
    for one in here.values():
        assert (one.seed, one.thing, one.item_class) == (4, "reference", "threat_dielectric")
        assert set(one.scores) == {"torso_front", "waist"}
        assert one.score_names == SCORES
        assert np.isfinite(list(one.scores.values())).all()
    assert here["one"].scores != here["two"].scores
    run_passage(LANE, PASSAGES[1])  # whoever walked before leaves no trace
    assert run_passage(LANE, passage) == here
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(run_passage, LANE, passage).result() == here
    # And through the store, bit for bit.
    store = tmp_path / "store.jsonl"
    (walked,) = run_passages(LANE, [passage], store=store, processes=1)
    assert walked == here == stored_passages(store, LANE)[4, "reference"]


@pytest.mark.slow
def test_two_processes_find_what_one_finds(tables, tmp_path) -> None:
    stores = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    few = PASSAGES[:4]
    one, two = (
        by_seed(run_passages(LANE, few, store=store, processes=n + 1))
        for n, store in enumerate(stores)
    )
    assert one == two
    lines = [sorted(store.read_bytes().splitlines()) for store in stores]
    assert lines[0] == lines[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_at_once_and_keeps_what_is_finished(tables, tmp_path) -> None:
    """Told to the parent alone: it must not wait for hundreds of passages that were planned."""
    (tmp_path / "gate.toml").write_text(LANE.site_toml)
    code = (
        "import sys; from standex.edges.cli import main\n"
        "if __name__ == '__main__': sys.exit(main(sys.argv[1:]))\n"
    )
    (tmp_path / "go.py").write_text(code)
    command = [sys.executable, str(tmp_path / "go.py"), "evaluate", "microwave", "--jobs", "2"]
    command += ["--site", str(tmp_path / "gate.toml"), "--out", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    store = tmp_path / "passages-small.jsonl"
    deadline = monotonic() + 120
    while not store.exists() or store.read_bytes().count(b"\n") < 3:
        assert monotonic() < deadline
        assert process.poll() is None, process.communicate()
        sleep(0.1)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said == ("", "")
    lane = Lane(site_toml=LANE.site_toml, where="small gate")
    found = stored_passages(store, lane)
    assert len(found) >= 3
    assert json.loads(store.read_bytes().splitlines()[0])["two"] == json.loads(
        json.dumps(asdict(next(iter(found.values()))["two"]))
    )
