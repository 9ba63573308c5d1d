import json

import pytest

from standex.edges.report.evaluated import tables_of


def test_every_row_says_where_it_comes_from(evaluated):
    tables = tables_of(evaluated())
    assert set(tables) == {
        "rates", "roc", "people", "times", "load", "priors", "comparisons", "passages-needed",
    }  # fmt: skip
    for name, rows in tables.items():
        assert rows, name
        assert all(row.get("origin") == "simulated" for row in rows) or name == "passages-needed"
    json.dumps(tables, allow_nan=False)  # nothing that JSON has no word for
    assert {row["origin"] for row in tables_of(evaluated(is_simulated=False))["roc"]} == {
        "recorded"
    }


def test_rates_have_denominators_and_intervals(evaluated):
    for row in tables_of(evaluated())["rates"]:
        assert row["low"] <= (row["value"] if row["n"] else row["low"]) <= row["high"]
        assert row["level"] == 0.95


def test_people_are_all_there_with_their_seeds(evaluated):
    found = evaluated()
    rows = tables_of(found)["people"]
    assert len(rows) == sum(len(run.outcomes) for one in found.systems for run in one.runs)
    assert {(row["system"], row["seed"]) for row in rows} == {
        (name, seed) for name in ("whole", "without laser") for seed in (1, 2)
    }


def test_groups_are_in_no_table_unless_asked_for(evaluated):
    assert "by-factor" not in tables_of(evaluated())
    rows = tables_of(evaluated(by_factor=True))["by-factor"]
    assert {row["factor"] for row in rows} == {"bag"}


def test_the_stated_prior_is_among_those_drawn(evaluated):
    priors = [row["prior"] for row in tables_of(evaluated())["priors"]]
    assert 1e-4 in priors
    assert priors == sorted(priors)


def test_comparisons_are_of_pairs(evaluated):
    own, false, at_pfa = tables_of(evaluated())["comparisons"]
    assert own["at"] == "own thresholds"
    assert "misses_gone" in at_pfa
    for row in (own, false, at_pfa):
        assert row["first_system"] - row["against_it"] == (
            row["only_first_system"] - row["only_against_it"]
        )
        assert row["difference"] == pytest.approx(
            (row["first_system"] - row["against_it"]) / row["n"]
        )


def test_without_carriers_there_is_no_curve(evaluated):
    tables = tables_of(evaluated(has_threats=False))
    assert tables["roc"] == []
    assert tables["priors"] == []
    assert "ppv" not in tables["load"][0]
