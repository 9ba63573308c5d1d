import json
import re
import sys

import numpy as np
import pytest

from standex.edges import panel_runs
from standex.edges.calibrations import load_calibration
from standex.edges.cli import main
from standex.edges.commands import evaluate_microwave
from standex.edges.commands.evaluate_microwave import (
    CALIBRATING,
    FIRST_SEED,
    STATED,
    TRAINING_SEED,
    planned,
)
from standex.edges.panel_runs import PANELS, Lane, stored_passages
from standex.edges.settings import site_text
from standex.evaluation.panel_passages import PERSON, PassageScores, scene_of
from standex.evaluation.panel_scores import MUST_NOT_ALARM
from standex.evaluation.rates import rate
from standex.model.calibration import Origin
from standex.sensing.microwave.panel_evidence import KIND, SCORES

MEAN = {
    "nothing": 0,
    "benign_metal": 2,
    "benign_dielectric": -2,
    "threat_dielectric": 4,
    "threat_metal": -4,
}
SMALLER = {"n_per_panel": 12, "n_frequencies": 96, "voxel_m": 0.02, "tolerance": 0.05}
N = ("--training", "120", "--passages", "80", "--jobs", "1")


def made(lane, passage) -> dict[str, PassageScores]:
    """Return made-up scores: what is carried shows in its zone, better with two panels."""
    item = scene_of(passage).truth.of(PERSON)
    item_class, zone = ("nothing", None) if item is None else (item.item_class, item.zone.value)
    found = {}
    for name in PANELS:
        rng = np.random.default_rng([passage.seed, len(name), name == "two"])
        scores = {}
        for at in ("torso_front", "waist"):
            values = rng.normal(size=len(SCORES))
            values[:2] += MEAN[item_class if at == zone else "nothing"] * (1 + (name == "two"))
            scores[at] = tuple(values.tolist())
        unseen = passage.seed % 11 == 0
        found[name] = PassageScores(
            seed=passage.seed,
            thing=passage.thing,
            item_class=item_class,
            zone=zone,
            scores={} if unseen else scores,
            score_names=() if unseen else SCORES,
            coverage={},
        )
    return found


@pytest.fixture
def walked(monkeypatch) -> list:
    passages: list = []
    monkeypatch.setattr(
        panel_runs, "run_passage", lambda lane, one: passages.append(one) or made(lane, one)
    )
    return passages


def go(tmp_path, *words: str) -> int:
    return main(["evaluate", "microwave", "--out", str(tmp_path), *N, *words])


def test_help_says_what_it_does(capsys) -> None:
    assert main(["evaluate", "microwave", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in ("simulated", "Clopper-Pearson", "goes on where it was stopped", "--by FACTOR"):
        assert words in said


def test_what_is_planned_is_in_its_shares() -> None:
    for shares, n, seed in ((STATED, 620, FIRST_SEED), (CALIBRATING, 180, TRAINING_SEED)):
        assert sum(share for _, share in shares) == pytest.approx(1)
        passages = planned(n, shares, seed)
        assert [one.seed for one in passages] == list(range(seed, seed + n))
        for thing, share in shares:
            assert abs(sum(one.thing == thing for one in passages) - share * n) <= 3
        assert passages == planned(n, shares, seed)
    things = [one.thing for one in planned(620, STATED, FIRST_SEED)]
    # What the figures promise: 300 that must not alarm, and 200 that carry the reference.
    assert sum(thing in MUST_NOT_ALARM for thing in things) >= 300
    assert things.count("reference") >= 200
    assert planned(0, STATED, 1) == []


@pytest.mark.slow
def test_figures_calibrations_and_picture(walked, tmp_path, capsys) -> None:
    assert go(tmp_path, "--json") == 0
    out, err = capsys.readouterr()
    assert not err
    document = json.loads(out)
    assert document["origin"] == "simulated"
    assert (document["passages"], document["training"]) == (80, 120)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "figures-small.json",
        "imaging-panels-small-one.json",
        "imaging-panels-small-two.json",
        "passages-small.jsonl",
        "roc-small.png",
    ]
    assert json.loads((tmp_path / "figures-small.json").read_text()) == document
    assert document["picture"] == str(tmp_path / "roc-small.png")
    things = [one.thing for one in planned(80, STATED, FIRST_SEED)]
    for name in PANELS:
        calibration = load_calibration(
            tmp_path / f"imaging-panels-small-{name}.json", sensor_kind=KIND
        )
        assert calibration.origin is Origin.SIMULATED
        assert f"passages from seed {TRAINING_SEED}" in calibration.provenance
        told = document["panels"][name]
        assert told["cllr"] == calibration.cllr
        assert told["pfa_clean_and_benign_metal"]["value"] <= 0.01
        rates = {one["name"]: one for one in told["rates"]}
        assert len(rates) == len(told["rates"]) == 6
        assert rates["PD per passage, reference object"]["n"] == things.count("reference")
        assert rates["PFA per passage, nothing carried"]["n"] == things.count(None)
        assert rates["PFA per passage, benign dielectric"]["n"] == sum(
            things.count(thing) for thing in ("wallet", "bottle", "book")
        )
        unseen = sum((FIRST_SEED + k) % 11 == 0 for k in range(80))
        assert rates["not screened, per passage"]["k"] == unseen > 0
        for one in rates.values():
            again = rate(one["name"], one["k"], one["n"])
            assert (one["value"], one["low"], one["high"]) == (again.value, again.low, again.high)

    # People are told the same, and nobody walks twice.
    n = len(walked)
    assert go(tmp_path) == 0
    assert len(walked) == n == 200
    out, err = capsys.readouterr()
    assert not err
    assert out.startswith("SIMULATED: 80 passages through gate, array small, seeds from 3000001")
    assert "no statement about any device" in out
    lines = [line.strip() for line in out.splitlines()]
    for panels in document["panels"].values():
        assert any(line.startswith(panels["name"]) for line in lines)
        for one in panels["rates"]:
            assert str(rate(one["name"], one["k"], one["n"])) in lines


@pytest.mark.slow
def test_two_arrays_do_not_mix(walked, tmp_path, capsys) -> None:
    assert go(tmp_path, "--array", "ref", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["array"] == "ref"
    assert document["panels"]["two"]["name"] == "four panels, two on each side"
    assert {path.name for path in tmp_path.glob("*ref*")} == {
        path.name for path in tmp_path.iterdir()
    }


@pytest.mark.slow
@pytest.mark.parametrize("factor", ["zone", "clothes", "thickness"])
def test_one_factor_is_told_and_nothing_is_written(walked, tmp_path, capsys, factor) -> None:
    assert go(tmp_path, "--json") == 0
    pooled = json.loads(capsys.readouterr().out)["panels"]
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    n = len(walked)
    assert go(tmp_path, "--by", factor, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert len(walked) == n
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert document["origin"] == "simulated"
    assert "not for publication" in document["note"]
    for name, groups in document["panels"].items():
        whole = pooled[name]["rates"][0]
        assert sum(one["k"] for one in groups) == whole["k"]
        assert sum(one["n"] for one in groups) == whole["n"]
    assert go(tmp_path, "--by", factor) == 0
    out = capsys.readouterr().out
    assert out.startswith("SIMULATED: 200 of 200 passages")
    assert "stay with whoever made them" in out
    for groups in document["panels"].values():
        for one in groups:
            assert str(rate(one["name"], one["k"], one["n"])) in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "zone"], "holds none of the 200 passages; walk them first, without --by"),
        (["--by", "height"], "invalid choice: 'height'"),
        (["--training", "20"], "at least 10 are needed: walk more people (--training)"),
        (["--passages", "1"], "walk more people (--passages)"),
        (["--passages", "0"], "walk more people (--passages)"),
        (["--passages", "-1"], "must not be negative"),
        (["--site", "metro"], "needs one sensor of technology imaging-panels"),
        (["--site", "nowhere"], "no site 'nowhere'"),
        (["--out", "{tmp_path}/file/below"], "choose another --out"),
    ],
)
def test_what_is_wrong_is_said_before_anybody_walks(
    walked, tmp_path, capsys, words, said: str
) -> None:
    (tmp_path / "file").write_text("")
    assert go(tmp_path, *(word.format(tmp_path=tmp_path) for word in words)) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert err.count("\n") == 1
    assert not out
    assert not walked


@pytest.mark.slow
def test_the_least_that_is_planned_can_be_calibrated() -> None:
    """Nothing is refused that would have worked, nothing accepted that cannot."""
    least = next(n for n in range(400) if not _refused(n))
    assert least <= 180
    assert _refused(least - 1)


def _refused(n: int) -> bool:
    stated = planned(620, STATED, FIRST_SEED)
    try:
        evaluate_microwave._refuse_too_few(planned(n, CALIBRATING, TRAINING_SEED), stated)
    except evaluate_microwave.StandexError:
        return True
    return False


@pytest.mark.slow
def test_ctrl_c_leaves_a_store_to_go_on_from(walked, tmp_path, capsys, monkeypatch) -> None:
    run_one = panel_runs.run_passage

    def impatient(lane, passage):
        if len(walked) == 7:
            raise KeyboardInterrupt
        return run_one(lane, passage)

    with monkeypatch.context() as patch:
        patch.setattr(panel_runs, "run_passage", impatient)
        assert go(tmp_path) == 130
    assert capsys.readouterr() == ("", "")
    lane = Lane(site_toml=site_text("gate"), where="gate")
    assert len(stored_passages(tmp_path / "passages-small.jsonl", lane)) == 7
    assert go(tmp_path, "--json") == 0
    assert len(walked) == 200
    after = json.loads(capsys.readouterr().out)
    assert main(["evaluate", "microwave", "--out", str(tmp_path / "new"), *N, "--json"]) == 0
    once = json.loads(capsys.readouterr().out)
    assert after["panels"] == once["panels"]


@pytest.mark.slow
def test_without_matplotlib_the_figures_are_told_all_the_same(
    walked, tmp_path, capsys, monkeypatch
) -> None:
    for name in list(sys.modules):
        if name.startswith("standex.edges.report.") and ("figure" in name or "canvas" in name):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert go(tmp_path, "--json") == 2
    out, err = capsys.readouterr()
    assert re.search(r"matplotlib.*pip install 'standex\[report\]'", err)
    document = json.loads(out)
    assert document["picture"] is None
    assert set(document["panels"]) == set(PANELS)
    assert json.loads((tmp_path / "figures-small.json").read_text()) == document
    assert load_calibration(tmp_path / "imaging-panels-small-two.json")
    assert not (tmp_path / "roc-small.png").exists()
    assert go(tmp_path) == 2
    assert "no picture; figures in" in capsys.readouterr().out
    assert len(walked) == 200


@pytest.mark.slow
def test_a_small_gate_is_walked_from_end_to_end(tmp_path, capsys, monkeypatch) -> None:
    """Who figures are stated on really walks; who calibrates would take minutes, and is made up."""
    text = site_text("gate")
    for name, value in SMALLER.items():
        text, n = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert n == 1, name
    (tmp_path / "gate.toml").write_text(text)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(evaluate_microwave, "STATED", ((None, 0.5), ("reference", 0.5)))
    walk = panel_runs.run_passage
    monkeypatch.setattr(
        panel_runs,
        "run_passage",
        lambda lane, one: (made if one.seed < FIRST_SEED else walk)(lane, one),
    )
    site, out = str(tmp_path / "gate.toml"), tmp_path / "out"
    words = ["--site", site, "--out", str(out), "--training", "120", "--passages", "2"]
    assert main(["evaluate", "microwave", *words, "--jobs", "1", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["origin"] == "simulated"
    assert (out / "roc-small.png").stat().st_size > 10_000
    stored = stored_passages(out / "passages-small.jsonl", Lane(site_toml=text, where="gate"))
    for name in PANELS:
        assert load_calibration(out / f"imaging-panels-small-{name}.json").cllr < 1
        pd, pfa, unseen = document["panels"][name]["rates"]
        assert (pd["n"], pfa["n"], unseen["n"], unseen["k"]) == (1, 1, 2, 0)
        for passage in planned(2, evaluate_microwave.STATED, FIRST_SEED):
            one = stored[passage.seed, passage.thing][name]
            assert set(one.scores) == {"torso_front", "waist"}
            assert one == walk(Lane(site_toml=text, where=site), passage)[name]
    panel_runs._workshop.cache_clear()
