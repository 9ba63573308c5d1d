"""Which passwords are good enough: long ones that are not easy to guess.

No rules on kinds of characters and no regular change: both make people choose worse ones.

References:
    NIST SP 800-63B-4, section 3.1.1; OWASP ASVS 5.0, chapter 6.
"""

import unicodedata
from dataclasses import dataclass

# Of which guessed passwords of twelve characters and more are made, over and over.
_COMMON = (
    "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "qwertyuiop", "qwertzuiop",
    "asdfghjkl", "1q2w3e4r", "qwerty", "qwertz", "azerty", "letmein", "welcome", "iloveyou",
    "administrator", "changeme", "default", "operator", "supervisor", "engineer", "standex",
    "security", "station", "abc123", "monkey", "dragon", "football", "baseball", "sunshine",
    "princess", "admin", "login", "secret", "master", "hello", "test", "user",
)  # fmt: skip
_ROWS = ("0123456789012345", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LONGEST_BYTES = 1024  # of one password; argon2 would take more, and time


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRules:
    """How good a password must be.

    Attributes:
        min_length: characters.
        max_length: characters.
        min_different: different characters.
        min_rest: characters that are left without common words, runs and the account's name.
    """

    min_length: int = 12
    max_length: int = 128
    min_different: int = 6
    min_rest: int = 6


def normalized(password: str) -> str:
    """Return the one spelling of a password, however a keyboard composed its letters."""
    return unicodedata.normalize("NFKC", password)


def is_too_long(password: str) -> bool:
    """Return whether it is so long that nobody's password is it, and hashing it an attack."""
    return len(password) > _LONGEST_BYTES or len(password.encode(errors="replace")) > _LONGEST_BYTES


def problems_of(
    password: str, *, account_id: str = "", rules: PasswordRules | None = None
) -> tuple[str, ...]:
    """Return what is wrong with a new password, in words for whoever chose it; () for nothing."""
    rules = rules or PasswordRules()
    if is_too_long(password):
        return (f"at most {rules.max_length} characters",)
    text = normalized(password)
    problems: list[str] = []
    if len(text) < rules.min_length:
        problems.append(f"at least {rules.min_length} characters")
    if len(text) > rules.max_length:
        problems.append(f"at most {rules.max_length} characters")
    if len(set(text)) < rules.min_different:
        problems.append(f"at least {rules.min_different} different characters")
    if any(unicodedata.category(c).startswith("C") for c in text):
        problems.append("no control characters")
    if len(_rest(text.casefold(), account_id)) < rules.min_rest:
        problems.append(
            "more than common words, runs of the keyboard and the account's name: "
            f"{rules.min_rest} other characters"
        )
    return tuple(problems)


def _rest(text: str, account_id: str) -> str:
    """Return what is left of a password without what is guessed first."""
    parts = [account_id, *account_id.replace("@", ".").split(".")]
    for word in sorted({*_COMMON, *(p for p in parts if len(p) >= 3)}, key=len, reverse=True):
        text = text.replace(word, "")
    for row in _ROWS:
        for way in (row, row[::-1]):
            for n in range(len(way), 3, -1):
                for start in range(len(way) - n + 1):
                    text = text.replace(way[start : start + n], "")
    return text
