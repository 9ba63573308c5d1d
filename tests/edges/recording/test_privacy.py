"""What the live profile keeps."""

import dataclasses
from typing import Any

from standex.edges.recording.privacy import without_body_data


def test_only_patch_and_descriptor_go(examples: Any) -> None:
    evidence = examples.evidence()
    kept = without_body_data(evidence)
    assert kept.patch is None
    for field in dataclasses.fields(evidence):
        if field.name != "patch":
            assert getattr(kept, field.name) is getattr(evidence, field.name)
    positions = examples.positions(n=3)
    kept = without_body_data(positions)
    assert kept.descriptor.shape == (3, 0)
    for field in dataclasses.fields(positions):
        if field.name != "descriptor":
            assert getattr(kept, field.name) is getattr(positions, field.name)


def test_the_rest_is_kept_as_it_is(examples: Any) -> None:
    for value in (examples.coverage(), examples.health()):
        assert without_body_data(value) is value
