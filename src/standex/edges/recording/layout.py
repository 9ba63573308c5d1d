"""What a recording holds: topics, messages and the words of its metadata.

==================  ============================================================
topic               holds
==================  ============================================================
``/step``           every observation, in order: what a replay is made from
``/event/<kind>``   what the station said, with the step it said it in
``/health/<id>``    the word of a sensor on itself, for viewers
``/hints``          where the sensors were asked to look
``/record/<id>``    raw records; in the lab profile only
``/scene``          the people, for viewers
``/log``            alerts in words, for viewers
==================  ============================================================

The messages of a step come before its ``/step``: a step that is there is there whole.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import get_args

from standex.edges.recording.codec import Schema, json_schema
from standex.model.event import Event
from standex.model.observation import Observation

SCHEMA_VERSION = 1
"""Counts up when a reader of the last version would misread a file."""

METADATA = "standex"
SITE_FILE = "site.toml"

STEP_TOPIC = "/step"
HINTS_TOPIC = "/hints"
EVENT_TOPICS = "/event/"
HEALTH_TOPICS = "/health/"
RECORD_TOPICS = "/record/"
SCENE_TOPIC = "/scene"
LOG_TOPIC = "/log"


class Profile(StrEnum):
    """What may be kept.

    ``LIVE`` keeps no raw body data: no raw records, no patch of a body image, no clothing
    descriptor. ``LAB`` keeps all of them, for the twin and for volunteers.
    """

    LIVE = "live"
    LAB = "lab"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepMessage:
    """One call of ``Station.update``.

    Attributes:
        step: counts up from 0.
        t_utc_ns: as published.
        n_events: how many events the step had; they precede this message.
        observations: in the order in which the station took them.
    """

    step: int
    t_utc_ns: int
    n_events: int
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventMessage:
    """One event, with its place in the run.

    Attributes:
        step: in which step it was said.
        index: its place among the events of the step.
        event: what was said.
    """

    step: int
    index: int
    event: Event


def event_kind(cls: type) -> str:
    """Return the last part of the topic of an event: ``VerdictChanged`` is ``verdict_changed``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def event_schema(cls: type) -> Schema:
    """Return the schema of the messages of one kind of event."""
    if cls not in get_args(Event):
        raise ValueError(f"{cls.__name__} is no event of the station")
    schema = json_schema(EventMessage)
    properties = schema["properties"] | {"event": json_schema(cls)}
    return schema | {"title": f"standex.{cls.__name__}Message", "properties": properties}


def origin_of(*, is_simulated: bool | None) -> str:
    """Return where a recording's records come from, as its metadata says it."""
    if is_simulated is None:
        return "unknown"
    return "simulated" if is_simulated else "measured"
