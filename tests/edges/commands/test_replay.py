import json
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.cli import main
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.settings import load_site, site_text
from standex.model.observation import Positions
from standex.station import Station

T0 = 1_760_000_000_000_000_000


def record(path, *, site=None, spoil=False) -> None:
    site = site or load_site("metro")
    station = Station.of(site, {}, {})
    picture = station.start(T0)
    with RecordingWriter(
        path,
        site_id="metro",
        profile=Profile.LIVE,
        software_version="0.1.0",
        site_toml=site_text("metro"),
        started_utc_ns=T0,
    ) as writer:
        for n in range(40):
            seen = Positions(
                sensor_id="cam-entry",
                t_utc_ns=T0 + n * 100_000_000,
                level_id="concourse",
                position_site_m=np.array([[4.0 - 0.2 * n, 2.0]]),
                covariance_site_m2=0.01 * np.eye(2)[None],
                existence=np.array([0.95]),
                descriptor=np.zeros((1, 0)),
                clutter_per_m2=0.004,
            )
            picture, events, _ = station.update(picture, (seen,))
            writer.publish(picture.t_utc_ns, (seen,), () if spoil else events)


@pytest.mark.slow
def test_the_same_station_says_the_same(tmp_path, capsys) -> None:
    record(tmp_path / "r.mcap")
    assert main(["replay", str(tmp_path / "r.mcap")]) == 0
    assert "identical: 40 steps" in capsys.readouterr().out


@pytest.mark.slow
def test_a_difference_is_told_and_is_exit_code_1(tmp_path, capsys) -> None:
    record(tmp_path / "r.mcap", spoil=True)
    assert main(["replay", str(tmp_path / "r.mcap"), "--json"]) == 1
    assert "0 events were recorded" in json.loads(capsys.readouterr().out)["first_difference"]


@pytest.mark.slow
def test_what_if_shows_the_alarms_before_and_after_and_no_rates(tmp_path, capsys) -> None:
    site = load_site("metro")
    record(tmp_path / "r.mcap")
    prior, _ = site.items.p_threat(site.log_prior())
    words = ["replay", str(tmp_path / "r.mcap"), "--p-alarm", str(prior / 2)]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "ALARM" in out
    assert "needs the truth" in out
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["n_alarms_before"], document["n_alarms_after"]) == (0, 1)
    assert replace(site).site_id == "metro"


@pytest.mark.parametrize("value", ["0", "1", "nan", "x"])
def test_thresholds_are_checked(value: str, capsys) -> None:
    assert main(["replay", "r.mcap", "--p-alarm", value]) == 2
    assert capsys.readouterr().err
