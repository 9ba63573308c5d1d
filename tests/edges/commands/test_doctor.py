import json

import pytest

from standex.edges.cli import main


@pytest.mark.slow
def test_the_exit_code_says_whether_something_is_to_be_mended(capsys, tmp_path) -> None:
    code = main(["doctor", "--json", "--out", str(tmp_path)])
    assert code == bool(json.loads(capsys.readouterr().out)["problems"])
