"""Another operating point: one person asks for it, another one lets it hold."""

import uuid
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Path

from standex.edges.access.proposal import Proposal, Proposals, ProposalState
from standex.edges.audit.contract import What
from standex.edges.web.deeds import KeyOf
from standex.edges.web.guard import CallerOf
from standex.edges.web.messages import PointAsked, ProposalOut, WhyAsked
from standex.edges.web.permissions import API
from standex.edges.web.service_view import NotThereError
from standex.edges.web.shapes import PointOut
from standex.edges.web.site_plan import point_of
from standex.edges.web.web_parts import Parts, present
from standex.model.site import OperatingPoint
from standex.model.zones import BodyZone

WHAT = "operating_point"
OPEN_S = 3600.0
ProposalId = Annotated[str, Path(min_length=1, max_length=100)]
Json = dict[str, Any]


def add_operating_point_routes(parts: Parts) -> None:
    """Add the endpoints."""
    app, view, deeds = parts.app, parts.view, parts.deeds

    def proposals() -> Proposals:
        return Proposals(view.store, clock=view.clock)

    @app.get(f"{API}/operating-point")
    async def operating_point() -> PointOut:
        """Return when a check is requested."""
        status = view.status()
        return point_of(view.site if status is None else status.site)  # type: ignore[return-value]

    @app.get(f"{API}/operating-point/proposals")
    async def all_proposals() -> list[ProposalOut]:
        """Return what was asked for, newest first."""
        every = await run_sync(proposals().every)
        return [out_of(one) for one in every if one.what == WHAT]

    @app.post(f"{API}/operating-point/proposals")
    async def propose(asked: PointAsked, caller: CallerOf, key: KeyOf) -> ProposalOut:
        """Ask for another operating point; within an hour, somebody else must confirm."""
        point = asked.model_dump(mode="json", exclude={"why"})

        def call() -> Json:
            now = view.clock.utc_ns()
            made = proposals().put(
                Proposal(
                    proposal_id=uuid.uuid4().hex,
                    what=WHAT,
                    body=point,
                    proposer=caller.account_id,
                    why=asked.why,
                    proposed_utc_ns=now,
                    expires_utc_ns=now + round(OPEN_S * 1e9),
                )
            )
            return out_of(made).model_dump(mode="json")

        what = What.OPERATING_POINT_PROPOSED
        answer = await deeds.do(caller, key, what, "", call, why=asked.why, body=point)
        return ProposalOut.model_validate(answer)

    @app.post(f"{API}/operating-point/proposals/{{proposal_id}}/confirm")
    async def confirm(proposal_id: ProposalId, caller: CallerOf, key: KeyOf) -> ProposalOut:
        """Be the second person; from then on it holds."""
        hold = present(view.apply_operating_point, "changes of the operating point while it runs")
        proposal = await run_sync(_get, proposals(), proposal_id)

        def call() -> Json:
            now = view.clock.utc_ns()
            decided = _confirmed(proposals(), proposal, by=caller.account_id, t_utc_ns=now)
            hold(_point_of(proposal))
            return out_of(decided).model_dump(mode="json")

        what = What.OPERATING_POINT_CONFIRMED
        body = dict(proposal.body) | {"proposer": proposal.proposer}
        answer = await deeds.do(caller, key, what, proposal_id, call, body=body)
        return ProposalOut.model_validate(answer)

    @app.post(f"{API}/operating-point/proposals/{{proposal_id}}/decline")
    async def decline(
        proposal_id: ProposalId, asked: WhyAsked, caller: CallerOf, key: KeyOf
    ) -> ProposalOut:
        """Say no, or take one's own back."""
        proposal = await run_sync(_get, proposals(), proposal_id)

        def call() -> Json:
            now = view.clock.utc_ns()
            decided = proposals().put(proposal.declined(by=caller.account_id, t_utc_ns=now))
            return out_of(decided).model_dump(mode="json")

        what = What.OPERATING_POINT_REFUSED
        answer = await deeds.do(caller, key, what, proposal_id, call, why=asked.why)
        return ProposalOut.model_validate(answer)


def out_of(proposal: Proposal) -> ProposalOut:
    """Return a proposal as it is told."""
    return ProposalOut(
        proposal_id=proposal.proposal_id,
        p_alarm=proposal.body["p_alarm"],
        min_coverage=proposal.body["min_coverage"],
        wanted_zones=proposal.body["wanted_zones"],
        proposer=proposal.proposer,
        why=proposal.why,
        proposed_utc_ms=proposal.proposed_utc_ns // 1_000_000,
        expires_utc_ms=proposal.expires_utc_ns // 1_000_000,
        state=proposal.state.value,
        decider=proposal.decider,
    )


def _get(proposals: Proposals, proposal_id: str) -> Proposal:
    for one in proposals.every():
        if one.proposal_id == proposal_id and one.what == WHAT:
            return one
    raise NotThereError(f"there is no proposal {proposal_id!r}")


def _confirmed(proposals: Proposals, proposal: Proposal, *, by: str, t_utc_ns: int) -> Proposal:
    if proposal.state is ProposalState.CONFIRMED and proposal.decider == by:
        return proposal  # it could not be made to hold then: once more
    return proposals.put(proposal.confirmed(by=by, t_utc_ns=t_utc_ns))


def _point_of(proposal: Proposal) -> OperatingPoint:
    return OperatingPoint(
        p_alarm=proposal.body["p_alarm"],
        min_coverage=proposal.body["min_coverage"],
        wanted_zones=tuple(BodyZone(zone) for zone in proposal.body["wanted_zones"]),
    )
