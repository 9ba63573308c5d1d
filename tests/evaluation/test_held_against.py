import numpy as np
import pytest

from standex.evaluation.held_against import Counted, counts_of, held
from standex.evaluation.score import PersonOutcome
from standex.model.picture import Outcome


def test_newcombes_example() -> None:
    # Newcombe 1998, table II, (a) 56/70 against 48/80: 0.2, from 0.0524 to 0.3339 (method 10).
    found = held("x", Counted(k=48, n=80), Counted(k=56, n=70))
    assert found.surrogate.value - found.raw.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert not found.agrees
    assert "DIFFERS" in str(found)


@pytest.mark.slow
def test_equal_rates_agree_as_often_as_stated(rng: np.random.Generator) -> None:
    raw, drawn = rng.binomial(200, 0.3, 2000), rng.binomial(600, 0.3, 2000)
    agree = sum(
        held("x", Counted(k=int(a), n=200), Counted(k=int(b), n=600)).agrees
        for a, b in zip(raw, drawn, strict=True)
    )
    assert 0.93 <= agree / 2000 <= 0.97


def test_nobody_is_no_rate() -> None:
    with pytest.raises(ValueError, match="no passages"):
        held("x", Counted(k=0, n=0), Counted(k=1, n=2))
    with pytest.raises(ValueError, match="outside"):
        Counted(k=3, n=2)


def test_misses_of_carriers_and_people_not_screened_are_counted() -> None:
    def one(item_class: str, outcome: Outcome) -> PersonOutcome:
        return PersonOutcome(
            person=1,
            item_class=item_class,
            outcome=outcome,
            p_threat=0.1,
            n_looks=1,
            n_tracks=1,
            alert_s=1.0,
            seconds_in_reach=1.0,
        )

    counts = counts_of(
        [
            one("threat_metal", Outcome.ALARM),
            one("threat_dielectric", Outcome.NOT_SCREENED),
            one("nothing", Outcome.NOTHING_FOUND),
            one("benign_metal", Outcome.ALARM),
        ]
    )
    assert counts["PD per passage, both"] == Counted(k=1, n=2)
    assert counts["PD per passage, metal"] == Counted(k=1, n=1)
    assert counts["PFA per passage, nothing carried"] == Counted(k=0, n=1)
    assert counts["PFA per passage, benign object"] == Counted(k=1, n=1)
    assert counts["not screened, of all passages"] == Counted(k=1, n=4)
