from pathlib import Path

import pytest

from standex.edges.doctor import checkup, lines_of


@pytest.mark.slow
def test_it_tells_what_is_here_and_what_is_missing(tmp_path: Path) -> None:
    document = checkup(tmp_path / "not" / "yet")
    assert document["packages"]["numpy"]
    assert document["disk"]["folder"] == str(tmp_path)
    assert "microwave" in document["plugins"]["standex.technologies"]
    assert document["update_ms"] > 0
    text = "\n".join(lines_of(document))
    assert "standex[report]" in text
    for problem in document["problems"]:
        assert f"PROBLEM    {problem}" in text
