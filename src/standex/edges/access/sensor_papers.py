"""Papers of sensors in the store: which certificate or token speaks for which sensor, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, final

from standex.edges.access.account import AccessError
from standex.edges.access.bearer_token import hash_of, new_token
from standex.edges.clock import Clock
from standex.edges.store.contract import ConflictError, DataClass, Document, Store

COLLECTION = "sensor_papers"
_DAY_S = 86400.0
LONGEST_DAYS = 397.0  # a certificate or token is renewed within 13 months


class PaperKind(StrEnum):
    """What a sensor shows."""

    CERTIFICATE = "certificate"
    TOKEN = "token"  # noqa: S105 - the word, not one


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One certificate or token.

    Attributes:
        paper_id: SHA-256 of it, in hexadecimal; never itself.
        kind: which of the two.
        sensor_id: whom it speaks for.
        zone: level of the site on which that sensor stands.
        made_utc_ns: when it was made.
        expires_utc_ns: from when on it is void.
        revoked_utc_ns: when it was revoked; 0 for not.
        version: of the document that this was read from.
    """

    paper_id: str
    kind: PaperKind
    sensor_id: str
    zone: str
    made_utc_ns: int
    expires_utc_ns: int
    revoked_utc_ns: int = 0
    version: int = 0


@final
class SensorPapers:
    """Keeps and finds papers; from any thread."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keep(
        self, paper_id: str, *, kind: PaperKind, sensor_id: str, zone: str, expires_utc_ns: int
    ) -> Paper:
        """Keep a new paper."""
        paper = Paper(
            paper_id=paper_id,
            kind=kind,
            sensor_id=sensor_id,
            zone=zone,
            made_utc_ns=self._clock.utc_ns(),
            expires_utc_ns=expires_utc_ns,
        )
        self._store.put(_document(paper))
        return paper

    def new_token(self, sensor_id: str, *, zone: str, days: float) -> tuple[str, Paper]:
        """Return a new token, told this once, and its paper; earlier ones stay good.

        Raises:
            AccessError: it would last for too long.
        """
        check_days(days)
        token = new_token()
        paper = self.keep(
            hash_of(token),
            kind=PaperKind.TOKEN,
            sensor_id=sensor_id,
            zone=zone,
            expires_utc_ns=self._clock.utc_ns() + round(days * _DAY_S * 1e9),
        )
        return token, paper

    def find(self, paper_id: str) -> Paper | None:
        """Return a paper, or None."""
        document = self._store.get(COLLECTION, paper_id) if paper_id else None
        return None if document is None else _paper_of(document)

    def every(self) -> tuple[Paper, ...]:
        """Return all papers, by sensor, the newest first."""
        found = map(_paper_of, self._store.find(COLLECTION, limit=100_000))
        return tuple(sorted(found, key=lambda p: (p.sensor_id, -p.made_utc_ns)))

    def revoke(self, sensor_id: str, *, paper_id: str = "") -> tuple[Paper, ...]:
        """Make a sensor's papers void at once: all, or those whose id begins so.

        Raises:
            AccessError: there is none to revoke.
        """
        now = self._clock.utc_ns()
        revoked: list[Paper] = []
        for paper in self.every():
            is_meant = paper.sensor_id == sensor_id and paper.paper_id.startswith(paper_id)
            if not is_meant or paper.revoked_utc_ns:
                continue
            try:
                stored = self._store.put(_document(replace(paper, revoked_utc_ns=now)))
            except ConflictError:
                continue  # somebody else revoked it at the same time
            revoked.append(_paper_of(stored))
        if not revoked:
            raise AccessError(f"sensor {sensor_id!r} has no such paper that is still good")
        return tuple(revoked)


def check_days(days: float) -> None:
    """Refuse a paper that would be good for too long.

    Raises:
        AccessError: it would.
    """
    if not 0 < days <= LONGEST_DAYS:
        raise AccessError(f"--days {days}: must be above 0 and at most {LONGEST_DAYS:.0f}")


def _document(paper: Paper) -> Document:
    body: dict[str, Any] = {
        "kind": paper.kind.value,
        "sensor_id": paper.sensor_id,
        "zone": paper.zone,
        "made_utc_ns": paper.made_utc_ns,
        "good_until_utc_ns": paper.expires_utc_ns,
        "revoked_utc_ns": paper.revoked_utc_ns,
    }
    return Document(
        collection=COLLECTION,
        document_id=paper.paper_id,
        data_class=DataClass.OPERATION,
        # Kept for a year after it ran out: the audit speaks of it.
        expires_utc_ns=paper.expires_utc_ns + round(365 * _DAY_S * 1e9),
        version=paper.version,
        body=body,
    )


def _paper_of(document: Document) -> Paper:
    body: Mapping[str, Any] = document.body
    try:
        return Paper(
            paper_id=document.document_id,
            kind=PaperKind(body["kind"]),
            sensor_id=str(body["sensor_id"]),
            zone=str(body["zone"]),
            made_utc_ns=int(body["made_utc_ns"]),
            expires_utc_ns=int(body["good_until_utc_ns"]),
            revoked_utc_ns=int(body["revoked_utc_ns"]),
            version=document.version,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise AccessError(
            f"the paper {document.document_id!r} in the store cannot be read ({error!r}); "
            "revoke the sensor's papers and make new ones"
        ) from error
