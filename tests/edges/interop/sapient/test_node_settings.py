"""Settings of a node's sensor: each mistake is told with what is wanted."""

from dataclasses import replace

import pytest

from standex.edges.interop.sapient.node_settings import node_settings, nodes_of
from standex.model.errors import SiteError
from standex.model.site import Site
from standex.model.zones import BodyZone


def changed(site: Site, **settings):
    spec = site.sensors[0]
    return replace(spec, settings={**spec.settings, **settings})


def test_are_read(site: Site) -> None:
    settings = node_settings(changed(site, zone="bag"))
    assert settings.gives_positions
    assert settings.gives_looks
    assert settings.zone is BodyZone.BAG
    assert settings.half_angle_rad == pytest.approx(3.14159265)
    assert settings.features == ("class:Concealed", "info:depth")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"node_id": "A8654CDF-4328-47DE-81FA-C495589E30C9"}, "UUID of version 4"),
        ({"gives": ["names"]}, "gives must name"),
        ({"gives": []}, "gives must name"),
        ({"gives": "looks"}, "list of texts"),
        ({"features": []}, "looks need features"),
        ({"features": ["Concealed"]}, "begin with 'class:' or 'info:'"),
        ({"range_m": 0.0}, "from 0.1"),
        ({"p_detect": float("nan")}, "p_detect must be"),
        ({"p_detect": True}, "p_detect must be"),
        ({"zone": "head"}, "none of torso_front"),
        ({"error_unit": "ft"}, "error_unit"),
        ({"colour": "red"}, "unknown settings colour"),
        ({"sensor_kind": 3}, "must be a text"),
    ],
)
def test_mistakes_are_told(site: Site, settings, said: str) -> None:
    with pytest.raises(SiteError, match=said):
        node_settings(changed(site, **settings))


def test_missing_ones_are_told(site: Site) -> None:
    with pytest.raises(SiteError, match="missing settings node_id, gives"):
        node_settings(replace(site.sensors[0], settings={"range_m": 1.0, "half_angle_deg": 3.0}))


def test_a_node_is_one_sensor(site: Site) -> None:
    assert len(nodes_of(site)) == 2
    twice = replace(site.sensors[1], settings=site.sensors[0].settings)
    with pytest.raises(SiteError, match="radar-0 and radar-1 name one node"):
        nodes_of(replace(site, sensors=(site.sensors[0], twice)))
    camera = replace(site.sensors[1], technology="floor-positions", settings={})
    assert len(nodes_of(replace(site, sensors=(camera,)))) == 0
