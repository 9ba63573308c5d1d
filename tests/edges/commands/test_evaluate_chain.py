import csv
import json
import subprocess
import sys

import pytest

from standex.edges.cli import main
from standex.edges.commands.evaluate_chain import Job, run_jobs
from standex.edges.settings import site_text

MAIN = "import sys; from standex.edges.cli import main; sys.exit(main())"


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
def test_a_small_run_leaves_figures_that_agree(tmp_path, no_returns) -> None:
    pytest.importorskip("jupedsim", reason="the optional package jupedsim is not installed")
    # In a process of its own: shapes of arrays are checked by other tests, at five times the time.
    words = ["--site", no_returns, "--passages", "10", "--jobs", "1", "--clothing"]
    out = subprocess.run(
        [
            sys.executable,
            "-c",
            MAIN,
            "evaluate",
            "chain",
            "--out",
            str(tmp_path / "out"),
            *words,
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
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
    chunks = list(run_jobs([jobs[0], jobs[1], jobs[1]], processes=2))
    (other,) = [chunk for chunk in chunks if chunk.seed == 3]
    one, again = [chunk for chunk in chunks if chunk.seed == 4]
    assert repr(one.outcomes) == repr(again.outcomes) != repr(other.outcomes)
    assert one.joins == again.joins
