import pytest

from standex.twin.faults import Fault, fault_now

FAULTS = (Fault(kind="obscured", from_s=1.0, to_s=3.0), Fault(kind="dead", from_s=2.0, to_s=4.0))


@pytest.mark.parametrize(
    ("at_s", "kind"),
    [(0.0, None), (1.0, "obscured"), (2.5, "obscured"), (3.0, "dead"), (4.0, None), (-1.0, None)],
)
def test_the_first_that_holds(at_s, kind) -> None:
    assert fault_now(FAULTS, round(at_s * 1e9)) == kind


def test_without_faults_nothing_fails() -> None:
    assert fault_now((), 0) is None
