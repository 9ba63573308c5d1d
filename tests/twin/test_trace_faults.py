import pytest

from standex.twin.faults import Fault
from standex.twin.trace_faults import TraceFault, trace_fault_now

S = 10**9
FAULTS = (
    Fault(kind="dead", from_s=0.0, to_s=1.0),
    TraceFault(kind="glare", from_s=2.0, to_s=3.0),
)


@pytest.mark.parametrize(("at_s", "kind"), [(0, "dead"), (1, None), (2, "glare"), (3, None)])
def test_both_kinds_of_fault_have_their_time(at_s, kind) -> None:
    assert trace_fault_now(FAULTS, at_s * S) == kind


def test_without_faults_nothing_fails() -> None:
    assert trace_fault_now((), 0) is None
