import json
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.calibrations import load_calibration, save_calibration, shipped_calibrations
from standex.edges.cli import main
from standex.edges.settings import site_text
from standex.model.calibration import Origin

NAME = "microwave-pillars-sim"


@pytest.fixture
def saved(tmp_path):
    """Return a saver of the shipped calibration with something changed."""

    def save(**changes) -> str:
        path = tmp_path / "c.json"
        save_calibration(replace(load_calibration(NAME), **changes), path)
        return str(path)

    return save


def test_those_that_are_shipped_are_listed(capsys) -> None:
    assert main(["calibrations"]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == len(shipped_calibrations())
    assert f"{NAME}  " in out
    assert main(["calibrations", "--json"]) == 0
    every = json.loads(capsys.readouterr().out)["calibrations"]
    assert {one["origin"] for one in every} == {"simulated"}


def test_one_is_shown_with_what_it_rests_on(capsys) -> None:
    one = load_calibration(NAME)
    assert main(["calibrations", NAME, "--site", "metro"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"SIMULATED calibration {one.calibration_id}")
    assert one.provenance in out
    assert f"no likelihood ratio above {np.exp(one.bound):.0f}" in out
    assert "usable there" in out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires_utc_ns": 2_000_000_000, "made_utc_ns": 0}, "expired on 1970-01-01 00:00:02"),
        ({"sensor_kind": "laser.raman"}, "is for laser.raman, not microwave.s_parameters"),
        ({"feature_names": ("a",)}, "this version makes"),
        ({"class_names": ("x",)}, "it knows x, which site metro does not"),
        ({"class_names": ("x",)}, "does not know the class nothing"),
    ],
)
def test_what_would_not_count_is_said_and_is_the_exit_code(saved, capsys, changes, said) -> None:
    whole = load_calibration(NAME)
    if "feature_names" in changes:
        changes |= {
            "center": whole.center[:1], "scale": whole.scale[:1], "weights": whole.weights[:, :3],
        }  # fmt: skip
    if "class_names" in changes:
        changes |= {"weights": whole.weights[:1], "n_passages_per_class": {"x": 12}}
    path = saved(**changes)
    assert main(["calibrations", path, "--site", "metro", "--sensor", "mw-south"]) == 1
    out = capsys.readouterr().out
    assert "NOT USABLE" in out
    assert said in out


def test_a_simulated_one_does_not_count_on_live_duty(saved, tmp_path, capsys) -> None:
    live = tmp_path / "live.toml"
    live.write_text(site_text("metro").replace("exercise = true", "exercise = false"))
    words = ["calibrations", saved(), "--site", str(live), "--sensor", "mw-south"]
    assert main(words) == 1
    assert "it is simulated, and site metro is on live duty" in capsys.readouterr().out
    words[1] = saved(origin=Origin.MEASURED)
    assert main(words) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.json"], "no such file"),
        ([NAME, "--site", "metro", "--sensor", "x"], "has no sensor 'x'"),
        (["imaging-panels-sim", "--site", "metro"], "names the calibration 'imaging-panels-sim'"),
    ],
)
def test_what_is_wrong_is_said(capsys, words, said: str) -> None:
    assert main(["calibrations", *words]) == 2
    assert said in capsys.readouterr().err
