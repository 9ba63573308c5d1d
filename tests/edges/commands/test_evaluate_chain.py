import csv
import json

import pytest

from standex.edges.cli import main
from standex.edges.commands.evaluate_chain import Job, run_jobs
from standex.edges.settings import site_text


@pytest.fixture
def no_returns(tmp_path) -> str:
    """Return a site like rome to which nobody comes back, for the sake of time."""
    path = tmp_path / "site.toml"
    text = site_text("rome")
    before = "[crowd.returns]\nshare = 0.10"
    assert before in text
    path.write_text(text.replace(before, "[crowd.returns]\nshare = 0.0"), "utf-8")
    return str(path)


def go(tmp_path, *words: str) -> int:
    return main(["evaluate", "chain", "--out", str(tmp_path / "out"), *words])


def test_help_says_what_is_simulated_and_what_was_published(capsys) -> None:
    assert main(["evaluate", "chain", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in ("simulated", "586 people", "97.4 %", "97.6 %", "2D 2 %", "--clothing"):
        assert words in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--passages", "0"), "at least one"),
        (("--site", "metro"), "metro"),
        (("--site", "stadium"), "no hand-over chain"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_in_a_line(tmp_path, capsys, words, why) -> None:
    assert go(tmp_path, *words) == 2
    out, err = capsys.readouterr()
    assert not out
    assert why in err


@pytest.mark.slow
def test_a_small_run_leaves_figures_that_agree(tmp_path, capsys, no_returns) -> None:
    pytest.importorskip("jupedsim", reason="the optional package jupedsim is not installed")
    assert go(tmp_path, "--site", no_returns, "--passages", "10", "--jobs", "1", "--clothing") == 0
    out = capsys.readouterr().out
    assert out.startswith("SIMULATED: ")
    for words in ("handed over right", "published", "no joins", "errors", "final joins"):
        assert words in out
    document = json.loads((tmp_path / "out/chain.json").read_text("utf-8"))
    assert document["origin"] == "simulated"
    assert document["passages"] >= 10
    rates = {one["name"]: one for one in document["rates"]}
    handed = rates["handed over right"]
    assert handed["n"] == document["passages"]
    assert handed["low"] <= handed["value"] <= handed["high"]
    assert sum(document["errors"].values()) == len(document["wrong_passages"])
    with (tmp_path / "out/chain.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["figure"]: row for row in csv.DictReader(file)}
    assert int(rows["handed over right"]["k"]) == handed["k"]
    assert {row["origin"] for row in rows.values()} == {"simulated"}


@pytest.mark.slow
def test_the_same_seeds_give_the_same_outcomes_whatever_the_process(no_returns) -> None:
    pytest.importorskip("jupedsim", reason="the optional package jupedsim is not installed")
    jobs = [
        Job(site_toml=site_text(no_returns), where=no_returns, seed=seed, duration_s=5.0,
            has_clothing=False) for seed in (3, 4)
    ]  # fmt: skip
    one, again = (
        sorted(run_jobs(some, processes=2), key=lambda chunk: chunk.seed)
        for some in (jobs, jobs[::-1])
    )
    assert [repr(chunk.outcomes) for chunk in one] == [repr(chunk.outcomes) for chunk in again]
    assert [chunk.joins for chunk in one] == [chunk.joins for chunk in again]
