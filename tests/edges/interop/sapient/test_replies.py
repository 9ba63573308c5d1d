"""Answers and tasks keep to the standard and mean the same place."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.places import Places
from standex.edges.interop.sapient.replies import (
    MOST_ECHOED_BYTES,
    alert_ack,
    error_of,
    location_of,
    registration_ack,
    task_message,
)
from standex.edges.interop.sapient.validation import problems_of
from standex.model.site import Site
from standex.model.tasking import Task
from standex.model.zones import BodyZone

T0 = 1_760_000_000_000_000_000


def test_all_are_valid(words) -> None:
    who = {"own_id": words.own_id, "node_id": words.nodes[0], "t_utc_ns": T0}
    refused = registration_ack(**who, reasons=("no",))
    assert not refused.registration_ack.acceptance
    assert registration_ack(**who).registration_ack.acceptance
    error = error_of(b"x" * 9999, ("a", "b"), **who)
    assert len(error.error.packet) == MOST_ECHOED_BYTES
    for message in (refused, error, alert_ack(**who, alert_id="0" * 26)):
        assert problems_of(message) == ()


def test_a_task_means_the_place_that_was_meant(site: Site, anchor: Anchor, words) -> None:
    task = Task(
        task_id="task-7",
        t_utc_ns=T0,
        sensor_id="radar-0",
        track_id=3,
        position_site_m=np.array([5.0, 6.0]),
        t_look_utc_ns=T0 + 10**9,
        zone=BodyZone.BAG,
        reason="most to learn",
    )
    message = task_message(
        task, site.sensors[0], own_id=words.own_id, node_id=words.nodes[0], anchor=anchor,
        t_utc_ns=T0,
    )  # fmt: skip
    assert problems_of(message) == ()
    assert message.destination_id == words.nodes[0]
    (place,) = message.task.command.look_at.location_list.locations
    pose = site.sensors[0].site_from_sensor
    places = Places(anchor=anchor, site_from_node=pose, sigma_m=1.0, are_errors_m=False)
    np.testing.assert_allclose(places.on_plan([place]).position_site_m, [[5, 6]], atol=1e-5)
    assert message.task.command.command_parameter == "bag"
    again = task_message(
        replace(task, zone=None), site.sensors[0], own_id=words.own_id, node_id=words.nodes[0],
        anchor=anchor, t_utc_ns=T0 + 5,
    )  # fmt: skip
    assert again.task.task_id == message.task.task_id


def test_a_place_without_height_is_on_the_floor(anchor: Anchor) -> None:
    assert location_of([0.0, 0.0], anchor).z == pytest.approx(60.0, abs=1e-6)
    assert location_of([0.0, 0.0], anchor, height_m=1.5).z == pytest.approx(61.5, abs=1e-6)
