"""What is missing is named with what to do."""

from standex.edges.interop.sapient.errors import SapientError, no_protobuf


def test_names_the_extra() -> None:
    assert isinstance(no_protobuf(), SapientError)
    assert "pip install 'standex[sapient]'" in str(no_protobuf())
