"""The shapes of looking back at recordings: for OpenAPI and the console's types."""

from typing import NotRequired

from typing_extensions import TypedDict

from standex.edges.known_sentences import ReasonPart
from standex.edges.web.shapes import PictureMessage, Plan


class RecordingOut(TypedDict):
    """A recording that can be looked back at."""

    recording_id: str
    site_id: str
    started_utc_ms: int
    is_simulated: bool
    n_bytes: int


class Mark(TypedDict):
    """Something that was said in a recording; the kind is the name of an event.

    ``state`` and ``health_parts`` are of a sensor, ``outcome`` of a passage, ``reason_parts`` of an
    alarm: the text in words that a console may know.
    """

    at_s: float
    kind: str
    of: str
    text: str
    state: NotRequired[str]
    outcome: NotRequired[str]
    reason_parts: NotRequired[list[ReasonPart]]
    health_parts: NotRequired[list[ReasonPart]]


class Timeline(TypedDict):
    """How long a recording is, and what happened in it."""

    started_utc_ms: int
    duration_s: float
    is_simulated: bool
    is_replay: bool
    marks: list[Mark]
    plan: NotRequired[Plan]  # of the site as it was recorded


class ReplayPicture(PictureMessage):
    """A picture of the past, in the form of the live one; ``at_s`` since the recording began."""

    is_replay: bool
    at_s: float


class HighestOfPerson(TypedDict):
    """The highest posterior of somebody in a recording, and when."""

    track_id: int
    p_highest: float
    at_s: float
    coverage: float
    outcome: str
    carried: NotRequired[str]  # item class, where the truth is known
    is_threat: NotRequired[bool]
    carried_reference: NotRequired[bool]  # of who made a walk test then


class Highest(TypedDict):
    """What other thresholds would have said: an alarm for each person at or above them."""

    started_utc_ms: int
    duration_s: float
    is_simulated: bool
    is_replay: bool
    p_alarm: float
    has_truth: NotRequired[bool]
    truth_problem: NotRequired[str]  # of a truth that lies there and cannot be used
    has_walk_tests: NotRequired[bool]
    people: list[HighestOfPerson]
