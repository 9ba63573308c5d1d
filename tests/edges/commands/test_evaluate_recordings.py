import json

import pytest

from standex.edges.cli import main
from standex.edges.commands import evaluate_recordings
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.evaluation.score import PersonOutcome
from standex.evaluation.twin_run import TwinRun
from standex.model.picture import Outcome

WAYS = "# framerate: 10 fps\n# id frame x/m y/m z/m\n" + "".join(
    f"{person} {frame} {4 - 0.12 * frame} {person} 1.7\n"
    for person in (1, 2)
    for frame in range(60)
)


@pytest.fixture
def folder(tmp_path, fakes, monkeypatch):
    """Leave two empty recordings with truth; runs are made up."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        writer = RecordingWriter(
            tmp_path / name / "recording.mcap",
            site_id="survey",
            profile=Profile.LIVE,
            software_version="0.1.0",
            site_toml=fakes.site_toml(),
            started_utc_ns=fakes.T0,
        )
        with writer:
            pass
        (tmp_path / name / "ways.txt").write_text(WAYS)
        write_truth(tmp_path / name)

    def run_one(path, known, *, on_step):
        outcomes = tuple(
            PersonOutcome(
                person=person,
                item_class="threat_metal" if person == 1 else "nothing",
                outcome=Outcome.ALARM if person == 1 else Outcome.NOTHING_FOUND,
                p_threat=0.4,
                n_looks=2,
                n_tracks=1,
                alert_s=2.0,
                seconds_in_reach=3.0,
                p_max=0.9 / person,
                entered_s=float(person),
            )
            for person in (1, 2)
        )
        return TwinRun(
            seed=known.truth.seed, outcomes=outcomes, n_stray_alerts=0, looks=(), n_records={},
            n_alerts=1, duration_s=6.0,
        )  # fmt: skip

    monkeypatch.setattr(evaluate_recordings, "recorded_run", run_one)
    return tmp_path


def write_truth(folder, **more) -> None:
    item = {"person": 1, "item_class": "threat_metal", "zone": "waist"}
    (folder / "truth.json").write_text(json.dumps({"ways": "ways.txt", "items": [item], **more}))


def go(folder, *words: str) -> int:
    files = [str(folder / name / "recording.mcap") for name in "ab"]
    return main(["evaluate", "recordings", *files, "--out", str(folder / "out"), *words])


@pytest.mark.slow
def test_recordings_are_held_against_the_truth_beside_them(folder, capsys):
    assert go(folder) == 0
    out = capsys.readouterr().out
    assert out.startswith("RECORDED: 4 whole passages in 2 recordings; 0 more people")
    assert "PD per passage: 1.000 (2 of 2;" in out
    assert "Rates are of these recordings alone" in out
    assert "SIMULATED" not in (folder / "out" / "report.html").read_text()
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    assert len(manifest["recordings_sha256"]) == len(manifest["truths_sha256"]) == 2


@pytest.mark.slow
def test_what_the_twin_made_is_called_simulated(folder, capsys):
    write_truth(folder / "b", simulated=True)
    assert go(folder) == 0
    assert capsys.readouterr().out.startswith("SIMULATED: 4 whole passages")
    assert "SIMULATED" in (folder / "out" / "report.html").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--truth", "x.json"], "there is no such truth file"),
        (["--truth", "1.json", "2.json", "3.json"], "2 recordings and 3 truths"),
        (["--ways", "gone.txt"], "gone.txt"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(folder, capsys, words, said):
    assert go(folder, *words) == 2
    assert said in capsys.readouterr().err


def test_a_truth_about_strangers_is_refused(folder, capsys):
    item = {"person": 77, "item_class": "threat_metal", "zone": "waist"}
    write_truth(folder / "a", items=[item])
    assert go(folder) == 2
    assert "names 1 people who are not in the recording: 77" in capsys.readouterr().err
