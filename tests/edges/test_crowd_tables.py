import math

import numpy as np
import pytest

from standex.edges.settings import load_crowd, parse_crowd, parse_site, shipped_sites, site_text
from standex.model.errors import SiteError
from standex.twin.crowd.ground import ground_of
from standex.twin.crowd.plan import Pauses, Walking

ROME, STADIUM = site_text("rome"), site_text("stadium")


def changed(old: str, new: str, text: str = ROME) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("name", shipped_sites())
def test_crowds_of_shipped_sites_fit_onto_their_floors(name: str) -> None:
    plan = load_crowd(name)
    assert (plan is None) == (name not in ("rome", "stadium"))
    if plan is not None:
        assert ground_of(plan).area.area > 100


def test_a_site_without_a_crowd_has_none_and_loads() -> None:
    assert load_crowd("metro") is None
    assert parse_site(site_text("metro"), where="metro").site_id == "metro"


def test_what_is_left_out_is_as_in_the_twin() -> None:
    plan = parse_crowd(ROME, where="rome")
    assert plan is not None
    assert plan.walking == Walking()
    assert plan.flows[0].least_gap_s == 0
    assert plan.pauses.standing_s == Pauses().standing_s
    assert plan.parties.share == (0.15, 0.04, 0.01)
    assert plan.returns.share == 0.1
    assert plan.returns.within_s == 240.0


def test_all_that_can_be_said_is_read() -> None:
    text = changed(
        "[crowd.parties]",
        '[crowd.walking]\nmodel = "csm"\nspeed_m_per_s = 1.2\n\n[[crowd.platforms]]\n'
        'name = "track-1"\ndoors = [[0.0, -1.5], [5.0, -1.5]]\nwaiting_min_site_m = [-4.0, -1.5]\n'
        "waiting_max_site_m = [8.0, 1.5]\nheadway_s = 120\nfirst_s = 30\ndwell_s = 25\n\n"
        '[[crowd.flows]]\nfrom_name = "track-1"\nto_name = "west"\npeople_per_hour = 60.0\n'
        "least_gap_s = 0.5\nband = [0.0, 0.6]\n\n[crowd.parties]",
    )
    plan = parse_crowd(text, where="here")
    assert plan is not None
    assert plan.walking.model == "csm"
    assert plan.walking.speed_m_per_s == 1.2
    assert plan.walking.radius_m == Walking().radius_m
    np.testing.assert_array_equal(plan.platforms[0].door_site_m, [[0, -1.5], [5, -1.5]])
    assert plan.flows[1].band == (0.0, 0.6)
    assert plan.flows[1].least_gap_s == 0.5


def test_degrees_become_radians() -> None:
    plan = parse_crowd(STADIUM, where="stadium")
    assert plan is not None
    assert plan.turnstiles[0].queue_rad == pytest.approx(math.pi)
    assert len(plan.turnstiles[0].head_site_m) == 6


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[crowd]\nlevel_id = "corridor"', '[crowd]\nlevel_id = "attic"', "unknown level 'attic'"),
        ('to_name = "east"', 'to_name = "moon"', "goes to 'moon', which is none of east, west"),
        ("people_per_hour = 1800.0", "people_per_hour = 90000.0", "cannot come in at 'west'"),
        ("people_per_hour = 1800.0", "people_per_hours = 1800.0", "did you mean 'people_per_hour'"),
        ("share_of_2 = 0.15", "share_of_2 = 1.15", "shares of parties must sum to 1"),
        ("share = 0.10", "shares = 0.10", "did you mean 'share'"),
        ("standing_share = 0.02", 'standing_share = "0.02"', "crowd.pauses.standing_share"),
    ],
)  # fmt: skip
def test_a_crowd_that_cannot_be_is_refused_with_the_site(old: str, new: str, said: str) -> None:
    with pytest.raises(SiteError, match="site here") as error:
        parse_site(changed(old, new), where="here")
    assert said in str(error.value)
