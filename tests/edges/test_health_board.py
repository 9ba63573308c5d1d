from standex.edges.health_board import HealthBoard
from standex.model.observation import Health, HealthReason, HealthState

OK = Health(sensor_id="a", t_utc_ns=5, state=HealthState.OK, reason=HealthReason.NONE, message="")


def stand(board, cause="silent", state=HealthState.FAILED, reason=HealthReason.DISCONNECTED):
    return board.stand("a", cause, t_utc_ns=1, state=state, reason=reason, message=cause)


def test_the_sensors_own_word_passes_while_nothing_stands() -> None:
    assert HealthBoard().through((OK,)) == (OK,)


def test_a_sensor_cannot_talk_over_what_stands_against_it() -> None:
    board = HealthBoard()
    assert stand(board).state is HealthState.FAILED
    assert board.through((OK,))[0].reason is HealthReason.DISCONNECTED
    assert board.clear("a", "silent", t_utc_ns=2).state is HealthState.OK


def test_a_cause_is_said_once_and_its_end_once() -> None:
    board = HealthBoard()
    assert stand(board) is not None
    assert stand(board) is None
    assert board.clear("a", "silent", t_utc_ns=2) is not None
    assert board.clear("a", "silent", t_utc_ns=2) is None


def test_what_is_left_after_a_cause_is_the_next_worst() -> None:
    board = HealthBoard()
    stand(board, "shedding", HealthState.DEGRADED, HealthReason.SHEDDING)
    stand(board)
    assert board.clear("a", "silent", t_utc_ns=2).reason is HealthReason.SHEDDING
