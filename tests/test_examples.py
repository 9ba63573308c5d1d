"""Each example is run as a newcomer would run it."""

import subprocess
import sys
from pathlib import Path

import pytest

from standex.edges.calibrations import shipped_calibrations

FOLDER = Path(__file__).parents[1] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.slow
@pytest.mark.skipif(not shipped_calibrations(), reason="no calibration comes with the package")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_it_runs(example: Path, tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, example],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "imulated" in done.stdout  # what comes from the twin says so
