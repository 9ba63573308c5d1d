import re

from standex.edges.access.bearer_token import LONGEST, csrf_of, hash_of, is_csrf_of, new_token


def test_tokens_differ_and_fit_into_a_cookie() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_a_hash_shows_nothing_of_the_token() -> None:
    token = new_token()
    assert token not in hash_of(token)
    assert hash_of(token) == hash_of(token) != hash_of(new_token())
    assert hash_of("") == hash_of("x" * (LONGEST + 1)) == ""
    assert hash_of("\ud800")  # no character at all: found nowhere, and no error


def test_a_page_must_know_the_cookie() -> None:
    token = new_token()
    assert is_csrf_of(token, csrf_of(token))
    assert not is_csrf_of(token, csrf_of(new_token()))
    assert not is_csrf_of(token, "")
    assert not is_csrf_of(token, token)
    assert not is_csrf_of(token, hash_of(token))
    assert not is_csrf_of(token, "\u20ac")
