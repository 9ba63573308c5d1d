import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from standex.edges.cli import main
from standex.edges.commands.operating_point import toml
from standex.edges.people_file import judged_by
from standex.edges.settings import load_site, parse_site, site_text
from standex.model.items import ItemClasses

METRO = load_site("metro")


def walked(path, seed: int, n: int, *, boldness: float = 1.0, **more):
    """Write people of whom every tenth carries a threat, judged after each of five looks."""
    rng = np.random.default_rng(seed)
    is_threat = rng.random(n) < 0.1
    x = 1.5 * is_threat[:, None] + rng.normal(size=(n, 5))
    log_odds = -2 + boldness * np.cumsum(1.5 * x - 1.5**2 / 2, axis=1)
    p = 1 / (1 + np.exp(-log_odds))
    people = [
        {"item_class": name, "p_max": high, "p_final": last}
        for name, high, last in zip(
            np.where(is_threat, "threat_metal", "nothing").tolist(),
            p.max(axis=1).tolist(),
            p[:, -1].tolist(),
            strict=True,
        )
    ]
    document = {
        "origin": "simulated",
        "seeds": [seed],
        "judged_by": judged_by(METRO),
        "people": people,
    }
    path.write_text(json.dumps(document | more))
    return str(path)


@pytest.fixture
def runs(tmp_path):
    return walked(tmp_path / "a.json", 1, 600), walked(tmp_path / "b.json", 2, 600)


def go(*words: str) -> int:
    return main(["operating-point", "metro", *words])


def asked(capsys, *words: str) -> dict:
    assert go(*words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_budget_is_kept_by_passages_and_held_on_others(runs, capsys) -> None:
    budget = ["--pfa", "0.02", "--passages", runs[0]]
    said = asked(capsys, *budget, "--check", runs[1])
    assert said["way"] == "passages"
    assert said["rank"] / (said["n_clean"] + 1) <= 0.02
    check = said["check"]
    assert check["pfa"]["low"] <= 0.02
    assert check["chance_of_as_many"] > 0.005
    assert not said["is_broken"]
    people = json.loads(Path(runs[0]).read_text())["people"]
    scores = [one["p_max"] for one in people if one["item_class"] == "nothing"]
    assert sum(p >= said["p_alarm"] for p in scores) == said["rank"] - 1


def test_a_broken_promise_is_said_and_is_the_exit_code(runs, tmp_path, capsys) -> None:
    other = walked(tmp_path / "c.json", 3, 600, boldness=4.0)
    assert go("--pfa", "0.02", "--passages", runs[0], "--check", other) == 1
    assert "BROKEN" in capsys.readouterr().out


def test_what_is_printed_is_a_table_of_a_site_file(runs, tmp_path, capsys) -> None:
    out = tmp_path / "point.toml"
    who = ["--by", "shift lead", "--why", "fewer\nchecks", "--out", str(out)]
    assert go("--pfa", "0.02", "--passages", runs[0], "--assurance", "0.9", *who) == 0
    text = out.read_text()
    table = tomllib.loads(text)["operating_point"]
    assert table["min_coverage"] == METRO.operating_point.min_coverage
    assert table["wanted_zones"] == [zone.value for zone in METRO.operating_point.wanted_zones]
    assert "# set by shift lead: fewer checks" in text
    assert "conformal" in text
    assert text.strip() in capsys.readouterr().out
    # In the place of the site's own table it is a site.
    whole = site_text("metro")
    begin = whole.index("[operating_point]")
    end = whole.index("[[sensors]]")
    site = parse_site(whole[:begin] + text + whole[end:], where="test")
    assert site.operating_point.p_alarm == table["p_alarm"]


def test_alarms_an_hour_are_a_budget_too(runs, capsys) -> None:
    words = ["--passages", runs[0], "--alarms-per-hour", "24", "--people-per-hour", "1200"]
    said = asked(capsys, *words)
    assert said["pfa_per_passage"] == pytest.approx(0.02)
    assert said["p_alarm"] == asked(capsys, "--pfa", "0.02", "--passages", runs[0])["p_alarm"]
    assert go(*words) == 0
    assert "24 false alarms an hour of 1200 people" in capsys.readouterr().out


def test_a_budget_that_cannot_be_met_says_what_can(runs, capsys) -> None:
    assert go("--pfa", "1e-4", "--passages", runs[0]) == 2
    err = capsys.readouterr().err
    assert "cannot promise a PFA of 0.0001 per passage: 9999 are needed" in err
    assert "can promise is 0.0018" in err
    assert "--trust-likelihoods" in err


def test_calibrated_likelihoods_keep_a_budget_without_passages(capsys) -> None:
    said = asked(capsys, "--pfa", "0.001", "--trust-likelihoods")
    prior, _ = METRO.items.p_threat(METRO.log_prior())
    odds = said["p_alarm"] / (1 - said["p_alarm"])
    assert odds == pytest.approx(1000 * prior / (1 - prior))


def test_costs_and_priors_give_threshold_and_priors(capsys, tmp_path) -> None:
    costs = ["--cost-of-check", "1", "--cost-of-miss", "threat_metal=1e4"]
    costs += ["--cost-of-miss", "threat_dielectric=1e4"]
    said = asked(capsys, *costs)
    assert said["p_alarm"] == pytest.approx(1 / 10001)
    out = tmp_path / "point.toml"
    words = ["--prior", "threat_metal=1e-6", "--by", "a", "--why", "b", "--out", str(out)]
    assert go(*costs, *words) == 0
    tables = tomllib.loads(out.read_text())
    assert tables["items"]["prior_per_person"]["threat_metal"] == 1e-6
    assert tables["items"]["prior_per_person"]["threat_dielectric"] == 0.1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say one: --pfa P"),
        (["--pfa", "0.1", "--alarms-per-hour", "3"], "say one"),
        (["--pfa", "0.1", "--cost-of-check", "1"], "say one"),
        (["--pfa", "0.1"], "a budget is kept by passages"),
        (["--pfa", "2", "--passages", "{a}"], "--pfa 2.0 must be inside (0, 1)"),
        (["--pfa", "nan", "--passages", "{a}"], "must be inside (0, 1)"),
        (["--pfa", "0.1", "--assurance", "1", "--passages", "{a}"], "--assurance 1.0"),
        (["--alarms-per-hour", "3"], "--people-per-hour is missing"),
        (["--alarms-per-hour", "3", "--people-per-hour", "2"], "every person be checked"),
        (["--cost-of-miss", "threat_metal=1"], "--cost-of-check is missing"),
        (["--cost-of-check", "1", "--cost-of-miss", "threat_metal=1"], "missing for threat_diel"),
        (["--cost-of-check", "1", "--cost-of-miss", "threat_metal"], "CLASS=NUMBER is wanted"),
        (["--pfa", "0.1", "--prior", "threat_metal=1e-6"], "--prior goes with costs"),
        (["--pfa", "0.1", "--passages", "{a}", "--check", "{a}"], "are not different passages"),
        (["--pfa", "0.1", "--passages", "{a}", "--out", "x"], "say who sets it and why"),
        (["--pfa", "0.1", "--passages", "{strange}"], "was not walked at site metro as it is"),
        (["--pfa", "0.1", "--passages", "{none}"], "cannot be read"),
    ],
)
def test_what_is_wrong_is_said(runs, tmp_path, capsys, words, said: str) -> None:
    strange = walked(tmp_path / "s.json", 9, 99, judged_by={**judged_by(METRO), "site_id": "x"})
    names = {"a": runs[0], "strange": strange, "none": str(tmp_path / "none.json")}
    assert go(*[word.format(**names) for word in words]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert not out


def test_evidence_stays_a_comment() -> None:
    items = ItemClasses()
    text = toml(METRO, items, 0.5, ["a\n[operating_point]\np_alarm = 0.1"], by="x\ny", why="z")
    assert tomllib.loads(text)["operating_point"]["p_alarm"] == 0.5
