"""People who walk slowly through a small site, and carry something when a test says so.

Run as a program: ``python walkers.py FOLDER``. It is the crowd of the reliability tests with longer
ways; who carries is named, number by number, in the file ``carriers`` of the folder. So an alarm
comes when it is wanted, and few enough come that no flood begins.
"""

import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[1] / "reliability" / "crowd_service.py"
FOUND_FROM_M, FOUND_TO_M = 0.7, 2.4  # before the place where it is found, by the way


def _crowd() -> Any:
    spec = importlib.util.spec_from_file_location("crowd_service", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.SPEED_M_PER_S, module.EVERY_S = 0.65, 1.5
    return module


crowd = _crowd()


def next_to_be_found() -> int | None:
    """Return who comes next to where something would be found, or None while nobody does."""
    coming = [
        (x, number)
        for number, x, _ in crowd.people(time.time_ns())
        if FOUND_FROM_M < x < FOUND_TO_M
    ]
    return min(coming)[1] if coming else None


def main(folder: Path) -> None:
    """Run the service until it is told to stop."""
    file = folder / "carriers"

    def carries(number: int) -> bool:
        try:
            return str(number) in file.read_text().split()
        except OSError:
            return False

    crowd.carries = carries
    crowd.main(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
