from standex.edges.cli import main


def test_the_shipped_sites_are_listed(capsys) -> None:
    assert main(["sites"]) == 0
    assert "metro" in capsys.readouterr().out
