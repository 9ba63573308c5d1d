from dataclasses import replace

import pytest

from standex.edges.access.account import AccessError
from standex.edges.access.bearer_token import hash_of
from standex.edges.access.sensor_papers import COLLECTION, SensorPapers

DAY_NS = 86400 * 10**9


@pytest.fixture
def papers(store, clock) -> SensorPapers:
    return SensorPapers(store, clock=clock)


def test_a_token_is_told_once(papers: SensorPapers, store, clock) -> None:
    token, paper = papers.new_token("s1", zone="hall", days=30.0)
    assert token not in store.everything()
    assert papers.find(hash_of(token)) == replace(paper, version=1)
    assert paper.expires_utc_ns == clock.utc_ns() + 30 * DAY_NS
    assert papers.find("") is None
    assert papers.find(hash_of("x")) is None


def test_papers_overlap_so_that_a_sensor_can_change_them(papers: SensorPapers, clock) -> None:
    old = papers.new_token("s1", zone="hall", days=1.0)[1]
    clock.advance(1.0)
    new = papers.new_token("s1", zone="hall", days=1.0)[1]
    papers.new_token("s2", zone="hall", days=1.0)
    assert [p.paper_id for p in papers.every()][:2] == [new.paper_id, old.paper_id]
    assert [p.paper_id for p in papers.revoke("s1", paper_id=old.paper_id[:16])] == [old.paper_id]
    assert [bool(p.revoked_utc_ns) for p in papers.every()] == [False, True, False]
    assert len(papers.revoke("s1")) == 1
    with pytest.raises(AccessError, match="still good"):
        papers.revoke("s1")


@pytest.mark.parametrize("days", [0.0, -1.0, 398.0, float("nan"), float("inf")])
def test_no_paper_is_for_ever(papers: SensorPapers, days: float) -> None:
    with pytest.raises(AccessError, match="days"):
        papers.new_token("s1", zone="hall", days=days)


def test_one_that_cannot_be_read_says_so(papers: SensorPapers, store) -> None:
    _, paper = papers.new_token("s1", zone="hall", days=1.0)
    store.put(replace(store.get(COLLECTION, paper.paper_id), body={}))
    with pytest.raises(AccessError, match="cannot be read"):
        papers.find(paper.paper_id)
