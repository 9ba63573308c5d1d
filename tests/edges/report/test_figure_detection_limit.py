from pathlib import Path

import numpy as np
import pytest

from standex.edges.report.figure_detection_limit import draw_detection_limit
from standex.evaluation.detection_limit import detection_limit
from standex.model.errors import StandexError


@pytest.mark.slow
def test_it_draws_every_set(tmp_path: Path, rng) -> None:
    mass = np.repeat([0.0, 1.0, 2.0], 12)
    response = rng.normal(3 * mass, 0.5)
    one = (mass, response, detection_limit(mass, response))
    for sets in ({"": one}, {"2 m": one, "6 m": one}):
        path = tmp_path / f"{len(sets)}.png"
        draw_detection_limit(sets, path, mass_name="mass_ug", is_simulated=True)
        assert path.stat().st_size > 5000
    with pytest.raises(ValueError, match="at least one set"):
        draw_detection_limit({}, tmp_path / "x.png", mass_name="m", is_simulated=False)
    with pytest.raises(StandexError, match="choose another --out"):
        draw_detection_limit(
            {"": one}, tmp_path / "none" / "x.png", mass_name="m", is_simulated=False
        )
