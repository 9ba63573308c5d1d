"""The rule of two: what one person proposes, another one confirms, in time.

References:
    IEC 62443-4-2, CR 2.1 RE 4 (dual approval).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, final

from standex.edges.access.account import AccessError
from standex.edges.clock import Clock
from standex.edges.store.contract import ConflictError, DataClass, Document, Store

COLLECTION = "proposals"
_KEPT_S = 365 * 86400.0  # like the audit, which has the same in it


class ProposalState(StrEnum):
    """How far it is."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Something that needs two people.

    Attributes:
        proposal_id: unique for ever.
        what: kind of thing, such as ``operating_point``.
        body: what exactly, as plain JSON data.
        proposer: account that asks for it.
        why: in their words.
        proposed_utc_ns: when they did.
        expires_utc_ns: from when on nobody can confirm it.
        state: how far it is.
        decider: account that confirmed or declined it, or withdrew it.
        decided_utc_ns: when; 0 while it is open.
        version: of the document that this was read from; 0 for a new one.
    """

    proposal_id: str
    what: str
    body: Mapping[str, Any]
    proposer: str
    why: str
    proposed_utc_ns: int
    expires_utc_ns: int
    state: ProposalState = ProposalState.OPEN
    decider: str = ""
    decided_utc_ns: int = 0
    version: int = 0

    def __post_init__(self) -> None:
        if not self.proposer:
            raise ValueError("a proposal needs a proposer")
        if self.expires_utc_ns <= self.proposed_utc_ns:
            raise ValueError("a proposal must expire after it was made")

    def at(self, t_utc_ns: int) -> "Proposal":
        """Return it as it stands at a time: an open one may have run out."""
        if self.state is ProposalState.OPEN and t_utc_ns >= self.expires_utc_ns:
            return replace(self, state=ProposalState.EXPIRED)
        return self

    def confirmed(self, *, by: str, t_utc_ns: int) -> "Proposal":
        """Return it confirmed by a second person.

        Raises:
            AccessError: it is the same person, or it is not open any more.
        """
        if not by or by.casefold() == self.proposer.casefold():
            raise AccessError(
                f"{self.proposer!r} proposed this and cannot confirm it; a second person must"
            )
        return self._decided(ProposalState.CONFIRMED, by, t_utc_ns)

    def declined(self, *, by: str, t_utc_ns: int) -> "Proposal":
        """Return it declined, or withdrawn where the proposer does.

        Raises:
            AccessError: it is not open any more.
        """
        is_own = by.casefold() == self.proposer.casefold()
        state = ProposalState.WITHDRAWN if is_own else ProposalState.DECLINED
        return self._decided(state, by, t_utc_ns)

    def _decided(self, state: ProposalState, by: str, t_utc_ns: int) -> "Proposal":
        now = self.at(t_utc_ns)
        if now.state is not ProposalState.OPEN:
            raise AccessError(f"proposal {self.proposal_id} is {now.state}; make a new one")
        return replace(self, state=state, decider=by, decided_utc_ns=t_utc_ns)


@final
class Proposals:
    """Proposals in the store; of two who decide at once, one does."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def put(self, proposal: Proposal) -> Proposal:
        """Keep a new proposal, or one that was decided.

        Raises:
            AccessError: somebody else decided meanwhile.
        """
        try:
            return _proposal_of(self._store.put(_document(proposal)))
        except ConflictError as error:
            raise AccessError(
                f"proposal {proposal.proposal_id} was decided by somebody else meanwhile"
            ) from error

    def get(self, proposal_id: str) -> Proposal:
        """Return a proposal as it stands now.

        Raises:
            AccessError: there is none.
        """
        document = self._store.get(COLLECTION, proposal_id)
        if document is None:
            raise AccessError(f"there is no proposal {proposal_id!r}")
        return _proposal_of(document).at(self._clock.utc_ns())

    def every(self) -> tuple[Proposal, ...]:
        """Return all as they stand now, newest first."""
        now = self._clock.utc_ns()
        found = [_proposal_of(d).at(now) for d in self._store.find(COLLECTION)]
        return tuple(sorted(found, key=lambda p: -p.proposed_utc_ns))


def _document(proposal: Proposal) -> Document:
    names = ("what", "proposer", "why", "decider")
    body: dict[str, Any] = {name: getattr(proposal, name) for name in names}
    times = ("proposed_utc_ns", "expires_utc_ns", "decided_utc_ns")
    body |= {name: getattr(proposal, name) for name in times}
    body |= {"body": dict(proposal.body), "state": proposal.state.value}
    return Document(
        collection=COLLECTION,
        document_id=proposal.proposal_id,
        data_class=DataClass.OPERATION,
        expires_utc_ns=proposal.proposed_utc_ns + round(_KEPT_S * 1e9),
        version=proposal.version,
        body=body,
    )


def _proposal_of(document: Document) -> Proposal:
    body: dict[str, Any] = dict(document.body)
    try:
        state = ProposalState(body.pop("state"))
        return Proposal(
            proposal_id=document.document_id, state=state, version=document.version, **body
        )
    except (KeyError, ValueError, TypeError) as error:
        raise AccessError(
            f"the proposal {document.document_id!r} in the store cannot be read ({error!r})"
        ) from error
