"""What is wrong with the service itself: which part, in plain English, and as codes with values.

Each part has words of its own in every language of the console: what it means that it is in
trouble, and what to do. So a trouble can be read also where its sentence has no code, as that of a
database has none.
"""

import re
from dataclasses import dataclass
from typing import final

from standex.edges.known_sentences import NAME, NUMBER, SIGNED, KnownSentences, ReasonPart

INCIDENTS = "incidents"
PARTS = (
    "retention", "recordings", "evidence", "picture", "audit", "space", "clock", "walk test",
    "calibrations", "database", "store", "lost", "checkpoint", "exercise", "raised by a sensor",
    "recording", "sources", "to mqtt", "to cursor_on_target", "to sapient", "to onvif", "to cap",
    INCIDENTS,
)  # fmt: skip

_ALERT = r"(?P<alert>[^\s:]+)"
_DAY = r"\d{4}-\d\d-\d\d"
_MORE_OFTEN = (
    rf"more often than at commissioning, since (?P<day>{_DAY}): (?P<k>\d+) of (?P<n>\d+) walks"
)
_SENTENCES: tuple[tuple[str, str], ...] = (
    ("overdue", "overdue and could not be deleted: (?P<said>.+)"),
    (
        "little_space",
        r"(?P<free>\d+) MiB are free in (?P<folder>.+), (?P<wanted>\d+) are wanted: make room "
        "before nothing can be kept",
    ),
    (
        "clock_stepped",
        rf"the system clock was stepped and is (?P<s>{SIGNED}) s off; the service keeps its own "
        "time: find out which is right, then start it again at a quiet moment",
    ),
    ("walk_none", "no walk test was made yet"),
    (
        "walk_failed",
        r"the last walk test failed: (?P<found>\d+) of (?P<all>\d+) found, (?P<false>\d+) false",
    ),
    ("walk_due", rf"the last walk test was (?P<hours>{NUMBER}) h ago; one is due"),
    ("walk_few", r"(?P<n>\d+) walks so far; a drift is told from (?P<base>\d+) on"),
    ("walk_steady", "no drift"),
    (
        "walk_falls",
        "the reference object is found less surely than before: look for what has changed",
    ),
    (
        "walk_rises",
        "the reference object is found more surely than before: look for what has changed",
    ),
    *(
        (f"walk_{who}_{what}", rf"{start} {words} {_MORE_OFTEN}")
        for who, start in (("station", "the station"), ("sensor", rf"(?P<sensor>{NAME})"))
        for what, words in (
            ("misses", "misses the reference object"),
            ("answers", "answers without the reference object"),
        )
    ),
    *(
        (
            f"calibration_{word}",
            rf"(?P<sensor>{NAME}): of people without an alarm it says {word} for a threat than "
            rf"when its calibration was new, since (?P<day>{_DAY}): find out why, or calibrate it "
            "anew",
        )
        for word in ("more", "less")
    ),
    ("calibration_gone", rf"(?P<sensor>{NAME}): its calibration (?P<name>{NAME}) is not there"),
    ("calibration_over", rf"(?P<sensor>{NAME}): its calibration ran out (?P<days>\d+) days ago"),
    ("calibration_ends", rf"(?P<sensor>{NAME}): its calibration runs out in (?P<days>\d+) days"),
    (
        "calibration_simulated",
        rf"(?P<sensor>{NAME}): its calibration is simulated and counts for nothing",
    ),
    (
        "no_answer",
        r"store or audit have not answered for (?P<s>\d+) s: look at the database, its disk and "
        "the line to it",
    ),
    ("urgent_lost", r"(?P<n>\d+) urgent entries found no room in memory"),
    ("wrong_name", r"(?P<n>\d+) records under a wrong sensor's name"),
    ("exercise_broken_off", "the exercise (?P<exercise>.+) was broken off: (?P<error>.+)"),
    ("score_not_kept", "the score of (?P<exercise>.+) could not be kept: (?P<error>.+)"),
    ("evidence_of", f"the evidence of {_ALERT}: (?P<error>.+)"),
    ("evidence_none", f"no evidence of {_ALERT}: (?P<error>.+)"),
    ("evidence_before", "the evidence of before cannot be made: (?P<error>.+)"),
    ("bundles_missing", r"(?P<n>\d+) alarms of before have no whole bundle: (?P<said>.+)"),
    ("nothing_recorded", "nothing is recorded: (?P<error>.+)"),
    (
        "checkpoint_not_written",
        "cannot write (?P<error>.+); if the service ends now, people who are on their way count "
        "as not screened. Make room",
    ),
    (
        "head_not_copied",
        "the audit log's head cannot be copied to (?P<error>.+); make room there, or name another "
        "place",
    ),
)
_RECOVERY: tuple[tuple[str, str], ...] = (
    ("picture_none", "no picture: there was none"),
    ("picture_unusable", "no picture: (?P<error>.+)"),
    (
        "picture_continued",
        rf"the picture of (?P<s>{NUMBER}) s ago is continued with (?P<n>\d+) people",
    ),
    (
        "picture_of_other_site",
        r"the picture is not continued \(the site file is another one\): (?P<n>\d+) people were "
        "not screened",
    ),
    (
        "picture_too_old",
        rf"the picture is not continued \(it is (?P<s>-?\d+) s old, (?P<most>{NUMBER}) s are "
        r"allowed\): (?P<n>\d+) people were not screened",
    ),
)
_KNOWN = KnownSentences((*_SENTENCES, *_RECOVERY), joint="and_then")
CODES = _KNOWN.codes
VALUES = _KNOWN.values


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with one part of the service.

    Attributes:
        part: of ``PARTS``, as the service calls it.
        words: what is wrong, in plain English.
    """

    part: str
    words: str

    def __str__(self) -> str:
        return f"{self.part}: {self.words}"

    @property
    def code(self) -> str:
        """Return the part as one word, by which a console knows it."""
        return part_code(self.part)


def part_code(part: str) -> str:
    """Return a part as one word."""
    return re.sub(r"[^a-z0-9]+", "_", part.lower())


def trouble_parts(words: str) -> list[ReasonPart]:
    """Return what is wrong as sentences with codes; nothing where any of them is not known."""
    return _KNOWN.parts(words)
