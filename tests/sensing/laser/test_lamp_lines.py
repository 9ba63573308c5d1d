import numpy as np
import pytest

from standex.sensing.laser.lamp_lines import GASES, lamp_lines, vacuum_nm


def test_air_and_vacuum_differ_as_the_line_lists_say() -> None:
    # Both tabulated by NIST: Hg 435.8335 in air is 435.9560 in vacuum, Ne 703.24131 is 703.43523.
    got = vacuum_nm(np.array([435.8335, 703.24131]))
    np.testing.assert_allclose(got, [435.9560, 703.43523], atol=2e-4)


@pytest.mark.parametrize("gas", GASES)
def test_lists_ascend_without_doubles(gas: str) -> None:
    lines = lamp_lines(gas)
    assert (np.diff(lines.wavelength_nm) > 0).all()
    assert (lines.intensity > 0).all()


def test_gases_are_mixed() -> None:
    both = lamp_lines("mercury", "argon")
    assert len(both.wavelength_nm) == sum(
        len(lamp_lines(gas).wavelength_nm) for gas in ("mercury", "argon")
    )
    for gases in ((), ("xenon",), ("neon", "helium")):
        with pytest.raises(ValueError, match="known are neon"):
            lamp_lines(*gases)
