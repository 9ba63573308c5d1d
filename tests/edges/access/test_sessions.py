from dataclasses import replace

import pytest

from standex.edges.access.access_event import Method
from standex.edges.access.sessions import Sessions
from standex.edges.store.contract import ConflictError


@pytest.fixture
def kim(accounts):
    return accounts.add("kim", roles={})


def begin(sessions: Sessions, account):
    return sessions.begin(account, method=Method.PASSWORD, address="192.0.2.1")


def test_a_token_finds_its_session_and_is_kept_nowhere(sessions: Sessions, kim, store) -> None:
    token, session = begin(sessions, kim)
    assert sessions.find(token) == replace(session, version=1)
    assert sessions.find(token[:-1]) is None
    assert sessions.find("") is None
    assert sessions.find(session.session_id) is None
    assert token not in store.everything()


def test_it_ends_when_nobody_uses_it(sessions: Sessions, kim, clock) -> None:
    token, _ = begin(sessions, kim)
    for _ in range(3):
        clock.advance(sessions.rules.idle_s - 1)
        assert sessions.find(token)
    clock.advance(sessions.rules.idle_s)
    assert sessions.find(token) is None
    assert sessions.of_account("kim") == ()


def test_it_ends_with_the_shift_whatever_happens(sessions: Sessions, kim, clock) -> None:
    token, session = begin(sessions, kim)
    while clock.utc_ns() < session.expires_utc_ns - 60 * 10**9:
        assert sessions.find(token)
        clock.advance(60.0)
    clock.advance(60.0)
    assert sessions.find(token) is None


def test_a_busy_session_writes_once_a_minute(sessions: Sessions, kim, store, clock) -> None:
    token, _ = begin(sessions, kim)
    before = store.n_written
    for _ in range(600):
        clock.advance(0.2)
        assert sessions.find(token)
    assert store.n_written - before <= 3


def test_two_requests_at_once_are_no_conflict(sessions: Sessions, kim, store, clock) -> None:
    token, _ = begin(sessions, kim)
    clock.advance(120.0)

    def taken(_document):
        raise ConflictError("taken")

    store.put = taken
    assert sessions.find(token)


def test_one_ended_is_over_at_once(sessions: Sessions, kim) -> None:
    token, session = begin(sessions, kim)
    other, _ = begin(sessions, kim)
    assert sessions.end(session.session_id)
    assert not sessions.end(session.session_id)
    assert sessions.find(token) is None
    assert sessions.find(other)


def test_the_oldest_ends_when_there_are_too_many(sessions: Sessions, kim, clock) -> None:
    tokens = []
    for _ in range(sessions.rules.max_per_account + 2):
        tokens.append(begin(sessions, kim)[0])
        clock.advance(1.0)
    alive = [bool(sessions.find(token)) for token in tokens]
    assert alive == [False, False] + [True] * sessions.rules.max_per_account


def test_one_that_cannot_be_read_lets_nobody_in(sessions: Sessions, kim, store) -> None:
    token, session = begin(sessions, kim)
    document = store.get("sessions", session.session_id)
    store.put(replace(document, body={"account_id": "kim"}))
    assert sessions.find(token) is None
