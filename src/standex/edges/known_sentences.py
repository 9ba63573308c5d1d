"""Sentences of plain English as codes with values, so that a console says them in its language.

What is wrong or seen is said once, in English; that text is what recordings, logs and the audit
hold. Where the form of a sentence is known it is told beside it, as a code with what stands in it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import final

from typing_extensions import TypedDict  # the one that describes itself to the web

NUMBER = r"\d+(?:\.\d+)?"
SIGNED = rf"[+-]?{NUMBER}"
ROUNDED = rf"[+-]?{NUMBER}(?:e[+-]?\d+)?"  # as ``:g`` writes it
NAME = r"[^\s;:,]+"


class ReasonPart(TypedDict):
    """One sentence of a reason.

    ``code`` is fixed; ``values`` are what stands in it, as text: zones and item classes by their
    own names, numbers as they were said.
    """

    code: str
    values: dict[str, str]


@final
class KnownSentences:
    """Sentences whose form is known."""

    def __init__(
        self, sentences: Sequence[tuple[str, str]], *, named: Sequence[str] = (), joint: str = ""
    ) -> None:
        """Take the table.

        Args:
            sentences: code and regular expression of each; its groups are the values.
            named: values that are words of the model, told by their own names.
            joint: code of "; " between two sentences; empty where sentences follow as they are.
        """
        joints = [(joint, "; ")] if joint else []
        self.codes = tuple(code for code, _ in (*sentences, *joints))
        self.values = {
            code: tuple(re.compile(pattern).groupindex) for code, pattern in (*sentences, *joints)
        }
        self._known = [(code, re.compile(pattern)) for code, pattern in (*sentences, *joints)]
        self._named = frozenset(named)
        self._joint = joint

    def parts(self, said: str) -> list[ReasonPart]:
        """Return what was said as sentences in their order; nothing where any is not known.

        Half of it in one language and half in another would be worse than all in English.
        """
        parts = list(self._parts(said))
        if any(one is None for one in parts):
            return []
        return [one for one in parts if one is not None]

    def _parts(self, said: str) -> Iterator[ReasonPart | None]:
        at, is_joined = 0, True
        while at < len(said):
            matches = ((code, pattern.match(said, at)) for code, pattern in self._known)
            found = max(
                ((match.end(), code, match) for code, match in matches if match is not None),
                key=lambda one: one[0],
                default=None,
            )
            is_joint = found is not None and bool(self._joint) and found[1] == self._joint
            # Where sentences are joined, one that goes on unexpectedly is not the one it seems.
            if found is None or found[0] == at or (self._joint and is_joint == is_joined):
                yield None
                return
            at, code, match = found
            is_joined = is_joint
            yield ReasonPart(
                code=code,
                values={
                    name: value.replace(" ", "_") if name in self._named else value
                    for name, value in match.groupdict().items()
                },
            )
        if self._joint and said and is_joined:
            yield None
