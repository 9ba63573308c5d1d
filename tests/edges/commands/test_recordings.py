from standex.edges.cli import main


def test_the_shipped_recordings_are_listed_with_their_sources(capsys) -> None:
    assert main(["recordings"]) == 0
    out = capsys.readouterr().out
    assert "corridor" in out
    assert "doi" in out
