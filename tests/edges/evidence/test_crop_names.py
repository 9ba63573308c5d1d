"""Names of crops, and of nothing else."""

import pytest

from standex.edges.evidence.bundle import as_manifest_file
from standex.edges.evidence.crop_names import crop_name, is_crop


def test_a_crop_is_known_by_its_name_and_can_be_in_a_bundle() -> None:
    assert crop_name(7) == "crop-007.png"
    assert is_crop(crop_name(7))
    assert as_manifest_file(crop_name(7), b"").name == "crop-007.png"


@pytest.mark.parametrize("name", ["crop-007.json", "look-007.png", "crop-7.png", "./crop-007.png"])
def test_nothing_else_is_a_crop(name) -> None:
    assert not is_crop(name)
