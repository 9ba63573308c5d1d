"""Who was looking when the store went goes on looking; nobody else, and nothing can be done."""

import threading

import anyio
import pytest

from standex.edges.access.bearer_token import new_token
from standex.edges.access.roles import Role
from standex.edges.clock import SimulatedClock
from standex.edges.store.contract import StoreError
from standex.edges.web import known_callers
from standex.edges.web.known_callers import KnownCallers
from standex.edges.web.service_view import Caller

T0, S = 1_760_000_000_000_000_000, 10**9


class SignIn:
    """Knows tokens; may be away, or hang."""

    def __init__(self, *tokens: str) -> None:
        self.tokens, self.is_away, self.n_asked = set(tokens), False, 0
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self, token: str):
        self.n_asked += 1
        self.answers.wait(20)
        if self.is_away:
            raise StoreError("it is away")
        return caller() if token in self.tokens else None


def caller() -> Caller:
    return Caller(
        account_id="boss",
        roles=frozenset({Role.OPERATOR}),
        session_id="s",
        csrf_token="c",
        expires_utc_ns=T0 + 3600 * S,
    )


@pytest.fixture
def token() -> str:
    return new_token()


@pytest.fixture
def sign_in(token) -> SignIn:
    return SignIn(token)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


@pytest.fixture
def known(sign_in, clock) -> KnownCallers:
    return KnownCallers(sign_in, clock=clock)


def of(known, token, *, only_looks=True):
    return anyio.run(lambda: known.of(token, only_looks=only_looks))


def test_who_was_looking_goes_on_looking_and_does_nothing(known, sign_in, token) -> None:
    assert of(known, token) == caller()
    sign_in.is_away = True
    assert of(known, token) == caller()
    with pytest.raises(StoreError, match="away"):
        of(known, token, only_looks=False)


def test_nobody_is_let_in_who_was_not_in(known, sign_in, token) -> None:
    assert of(known, new_token()) is None
    sign_in.is_away = True
    for one in (token, new_token(), "no token"):
        with pytest.raises(StoreError):
            of(known, one)


def test_who_has_not_looked_for_long_before_is_not_known(known, sign_in, token, clock) -> None:
    of(known, token)
    clock.advance(known_callers.LATELY_S + 1)
    sign_in.is_away = True
    with pytest.raises(StoreError):
        of(known, token)


@pytest.mark.parametrize("seconds", [3601.0, known_callers.MOST_WITHOUT_S + 1])
def test_a_session_ends_in_time_without_a_store_too(known, sign_in, token, clock, seconds) -> None:
    of(known, token)
    sign_in.is_away = True
    assert of(known, token)
    clock.advance(seconds)
    with pytest.raises(StoreError):
        of(known, token)


def test_who_has_signed_out_or_was_put_out_is_forgotten(known, sign_in, token) -> None:
    other = new_token()
    sign_in.tokens.add(other)
    assert of(known, token)
    assert of(known, other)
    known.forget(token)
    sign_in.tokens.remove(other)
    assert of(known, other) is None
    sign_in.is_away = True
    for one in (token, other):
        with pytest.raises(StoreError):
            of(known, one)


def test_a_store_that_hangs_is_asked_by_one_and_not_by_all(
    known, sign_in, token, clock, monkeypatch
) -> None:
    monkeypatch.setattr(known_callers, "ANSWER_S", 0.05)
    of(known, token)
    sign_in.answers.clear()
    try:

        async def look() -> None:
            for _ in range(5):
                assert await known.of(token, only_looks=True) == caller()
            with pytest.raises(StoreError, match="does not answer"):
                await known.of(token, only_looks=False)

        anyio.run(look)
        assert sign_in.n_asked == 2
    finally:
        sign_in.answers.set()
    clock.advance(known_callers.AGAIN_S + 1)
    assert of(known, token, only_looks=False) == caller()
    assert sign_in.n_asked == 3


def test_only_so_many_are_remembered(known, sign_in, token, monkeypatch) -> None:
    monkeypatch.setattr(known_callers, "MOST_KNOWN", 2)
    of(known, token)
    for _ in range(2):
        sign_in.tokens.add(new := new_token())
        of(known, new)
    sign_in.is_away = True
    with pytest.raises(StoreError):
        of(known, token)
    assert of(known, new) == caller()
