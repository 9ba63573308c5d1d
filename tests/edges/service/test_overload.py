from standex.edges.service.overload import EVERY_S, OverloadLog


def test_what_is_left_out_is_noted_by_the_minute(clock) -> None:
    noted: list = []
    log = OverloadLog(noted.append, clock=clock)
    log.look({"a": 0, "b": 0})
    assert not noted
    for n in range(1, 101):
        log.look({"a": n, "b": 0})
        clock.advance(EVERY_S / 50)
    log.look({"a": 100, "b": 2})
    assert noted == [{"a": 1}, {"a": 50}, {"a": 49, "b": 2}]
    clock.advance(EVERY_S)
    log.look({"a": 100, "b": 2})
    assert len(noted) == 3
