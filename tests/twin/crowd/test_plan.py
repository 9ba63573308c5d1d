from dataclasses import replace

import numpy as np
import pytest

from standex.twin.crowd.plan import Flow, Opening, Parties, Pauses, Returns, Turnstiles, Walking


def test_parties_count_their_people() -> None:
    assert Parties().mean_people == 1
    assert Parties(share=(0.5, 0.2, 0.1)).mean_people == pytest.approx(0.2 + 1.0 + 0.6 + 0.4)


def test_another_rate_keeps_proportions(made) -> None:
    plan = made.corridor(both=True)
    flows = (plan.flows[0], replace(plan.flows[1], people_per_hour=1200.0))
    other = replace(plan, flows=flows).at_rate(2400.0)
    assert other.people_per_hour == pytest.approx(2400)
    assert [f.people_per_hour for f in other.flows] == pytest.approx([1800, 600])


def test_queues_grow_from_the_head_backwards() -> None:
    lanes = Turnstiles(
        name="t", head_site_m=np.array([[1.0, 2.0]]), queue_rad=np.pi, places=3, place_m=0.8,
        service_s=2.0, service_cv=0.3,
    )  # fmt: skip
    np.testing.assert_allclose(lanes.place_site_m(0), [[1, 2], [0.2, 2], [-0.6, 2]], atol=1e-12)
    assert lanes.most_per_hour == 1800


def test_trains_come_and_go(made) -> None:
    (platform,) = made.platform().platforms
    open_s = [t_s for t_s in range(180) if platform.is_open(float(t_s))]
    assert open_s == [*range(45, 70), *range(105, 130), *range(165, 180)]


def test_flows_that_cannot_be_are_refused(made) -> None:
    with pytest.raises(ValueError, match=r"20000 people an hour cannot come in at 'east'.* 18000"):
        made.corridor(per_hour=20000.0)
    with pytest.raises(ValueError, match="serve 4800 people an hour at most, 5000 are to pass"):
        made.lanes(per_hour=5000.0)
    plan = made.corridor()
    with pytest.raises(ValueError, match=r"a party every 1\.00 s, which least_gap_s 1 forbids"):
        replace(plan, flows=(replace(plan.flows[0], least_gap_s=1.0),))
    with pytest.raises(ValueError, match="no flow"):
        replace(plan, flows=())
    with pytest.raises(ValueError, match=r"goes via 'bridge', which is none of east, west"):
        replace(plan, flows=(replace(plan.flows[0], via=("bridge",)),))
    with pytest.raises(ValueError, match="east named more than once"):
        replace(plan, openings=(*plan.openings, plan.openings[1]))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Opening(name="o", from_site_m=np.zeros(2), to_site_m=np.array([0.5, 0.0])),
        lambda: Flow(from_name="a", to_name="b", people_per_hour=0.0),
        lambda: Flow(from_name="a", to_name="b", people_per_hour=1.0, least_gap_s=-1.0),
        lambda: Flow(from_name="a", to_name="b", people_per_hour=1.0, band=(0.6, 0.2)),
        lambda: Walking(speed_m_per_s=3.0),
        lambda: Walking(time_gap_s=0.0),
        lambda: Parties(share=(0.5, 0.5, 0.5)),
        lambda: Parties(abreast_m=0.1),
        lambda: Returns(share=1.5),
        lambda: Returns(share=0.1, least_s=300.0),
        lambda: Pauses(standing_share=0.8, turning_share=0.8),
        lambda: Pauses(standing_s=0.0),
    ],
)
def test_values_out_of_range_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"must|shares"):
        wrong()


def test_a_platform_must_make_sense(made) -> None:
    (platform,) = made.platform().platforms
    with pytest.raises(ValueError, match="dwell_s must be inside"):
        replace(platform, dwell_s=90.0)
    with pytest.raises(ValueError, match="no door"):
        replace(platform, door_site_m=np.zeros((0, 2)))
    with pytest.raises(ValueError, match="empty area"):
        replace(platform, waiting_max_site_m=platform.waiting_min_site_m)
