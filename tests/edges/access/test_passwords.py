import pytest

from standex.edges.access.passwords import (
    PasswordRules,
    is_too_long,
    normalized,
    problems_of,
)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "Passw0rd!2345",
        "aaaaaaaaaaaaaaaa",
        "1234567890123456",
        "abcdefghijklmnop",
        "qwertyuiopasdfghjkl",
        "lkjhgfdsaqwerty",
        "kim.oduya2026",
        "standexoperator",
        "with\x00control characters",
        "x" * 5000,
        "é" * 600,
        "adminadminadmin",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert problems_of(password, account_id="kim.oduya")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "Zug nach Köln, 7:14",
        "sv?9Lq2!mwRt",
        "水面に映る月の光は静かに揺れ",
    ],
)
def test_long_and_own_ones_are_taken(password: str) -> None:
    assert problems_of(password, account_id="kim.oduya") == ()


def test_the_rules_are_settings() -> None:
    assert problems_of("sv?9Lq2!", rules=PasswordRules(min_length=8)) == ()
    assert problems_of("sv?9Lq2!" * 3, rules=PasswordRules(max_length=20))


def test_a_letter_is_the_same_however_it_was_composed() -> None:
    assert normalized("Ko\u0308ln") == normalized("K\u00f6ln")


def test_an_endless_password_costs_nothing() -> None:
    assert is_too_long("x" * 10_000_000)
    assert not is_too_long("x" * 128)
