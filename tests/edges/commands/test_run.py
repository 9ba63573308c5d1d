import pytest

from standex.edges.cli import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "no site 'nowhere'"),
        (["metro"], "--trajectories; shipped are corridor"),
        (["metro", "--source", "lab-recording"], "lab-recording FILE"),
        (["metro", "--source", "tape"], "--source tape: must be"),
        (["metro", "--trajectories", "none.txt"], "none.txt"),
        (["metro", "--trajectories", "corridor", "--fault", "x"], "--fault x"),
    ],
)
def test_what_is_missing_is_said(
    words: list[str], said: str, capsys, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", *words]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
