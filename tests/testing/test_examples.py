from typing import get_args

from standex.model.event import Event
from standex.model.observation import Footprint, Observation
from standex.model.site import Site
from standex.testing.examples import (
    example_events,
    example_observations,
    example_passage,
    example_picture,
)
from standex.testing.observations import check_observations


def test_there_is_one_of_every_kind(site: Site) -> None:
    observations, events = example_observations(site), example_events(site)
    assert {type(one) for one in observations} == set(get_args(Observation))
    assert {type(one) for one in events} == set(get_args(Event))
    footprints = {type(one.footprint) for one in observations if hasattr(one, "footprint")}
    assert footprints == set(get_args(Footprint))


def test_the_observations_are_well_formed(site: Site) -> None:
    check_observations(
        example_observations(site),
        sensor_id=site.sensors[0].sensor_id,
        n_classes=len(site.items.names),
    )


def test_the_picture_is_of_its_passages(site: Site) -> None:
    people = [
        example_passage(site, track_id=track_id, position_site_m=(float(track_id), 1.0))
        for track_id in (2, 5)
    ]
    picture = example_picture(site, *people)
    assert picture.tracks.track_id.tolist() == list(picture.passages) == [2, 5]
    assert picture.tracks.next_track_id == 6
    assert picture.history[0].position_site_m.tolist() == [[2.0, 1.0], [5.0, 1.0]]
    assert not example_picture(site).passages
