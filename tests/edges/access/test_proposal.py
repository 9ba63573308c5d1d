from dataclasses import replace

import pytest

from standex.edges.access.account import AccessError
from standex.edges.access.proposal import Proposal, Proposals, ProposalState

HOUR_NS = 3600 * 10**9


def proposal(t_utc_ns: int = 0) -> Proposal:
    return Proposal(
        proposal_id="p1",
        what="operating_point",
        body={"alarms_per_hour": 2.0},
        proposer="kim",
        why="too many alarms by the lifts",
        proposed_utc_ns=t_utc_ns,
        expires_utc_ns=t_utc_ns + HOUR_NS,
    )


def test_another_one_confirms() -> None:
    done = proposal().confirmed(by="lee", t_utc_ns=1)
    assert (done.state, done.decider, done.decided_utc_ns) == (ProposalState.CONFIRMED, "lee", 1)


@pytest.mark.parametrize("by", ["kim", "KIM", ""])
def test_nobody_confirms_their_own(by: str) -> None:
    with pytest.raises(AccessError, match="second person"):
        proposal().confirmed(by=by, t_utc_ns=1)


def test_what_was_not_confirmed_in_time_is_void() -> None:
    with pytest.raises(AccessError, match="expired"):
        proposal().confirmed(by="lee", t_utc_ns=HOUR_NS)
    assert proposal().at(HOUR_NS - 1).state is ProposalState.OPEN
    assert proposal().at(HOUR_NS).state is ProposalState.EXPIRED


def test_it_is_decided_once() -> None:
    for decided in (
        proposal().confirmed(by="lee", t_utc_ns=1),
        proposal().declined(by="lee", t_utc_ns=1),
    ):
        assert decided.at(HOUR_NS) == decided
        with pytest.raises(AccessError):
            decided.confirmed(by="max", t_utc_ns=2)
        with pytest.raises(AccessError):
            decided.declined(by="max", t_utc_ns=2)


def test_the_proposer_withdraws_and_others_decline() -> None:
    assert proposal().declined(by="Kim", t_utc_ns=1).state is ProposalState.WITHDRAWN
    assert proposal().declined(by="lee", t_utc_ns=1).state is ProposalState.DECLINED


def test_one_without_proposer_or_time_is_no_proposal() -> None:
    with pytest.raises(ValueError, match="proposer"):
        replace(proposal(), proposer="")
    with pytest.raises(ValueError, match="expire"):
        replace(proposal(), expires_utc_ns=0)


def test_of_two_who_decide_at_once_one_does(store, clock) -> None:
    proposals = Proposals(store, clock=clock)
    now = clock.utc_ns()
    proposals.put(proposal(now))
    first, second = proposals.get("p1"), proposals.get("p1")
    proposals.put(first.confirmed(by="lee", t_utc_ns=now))
    with pytest.raises(AccessError, match="meanwhile"):
        proposals.put(second.declined(by="max", t_utc_ns=now))
    assert proposals.get("p1").decider == "lee"
    assert proposals.get("p1").body == {"alarms_per_hour": 2.0}


def test_the_store_tells_what_ran_out(store, clock) -> None:
    proposals = Proposals(store, clock=clock)
    proposals.put(proposal(clock.utc_ns()))
    proposals.put(replace(proposal(clock.utc_ns() + 1), proposal_id="p2"))
    assert [p.proposal_id for p in proposals.every()] == ["p2", "p1"]
    clock.advance(7200.0)
    assert {p.state for p in proposals.every()} == {ProposalState.EXPIRED}
    with pytest.raises(AccessError, match="no proposal"):
        proposals.get("p3")


def test_one_that_cannot_be_read_says_so(store, clock) -> None:
    proposals = Proposals(store, clock=clock)
    proposals.put(proposal(clock.utc_ns()))
    document = store.get("proposals", "p1")
    store.put(replace(document, body={**document.body, "state": "odd"}))
    with pytest.raises(AccessError, match="cannot be read"):
        proposals.get("p1")
