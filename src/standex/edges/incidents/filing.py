"""Incidents and why, in the store and back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from standex.edges.incidents.incident import Happening, Incident, Rules
from standex.edges.recording.codec import decode, encode
from standex.edges.store.contract import DataClass, Document, Entry, Store
from standex.model.event import Alert, PassageClosed, ThingLeft

COLLECTION = "incidents"
LEDGERS = "ledgers"
STREAM = "incidents"
EVENTS = "events"
_PAGE = 500


def document_of(incident: Incident, *, version: int, rules: Rules) -> Document:
    """Return an incident as it is kept.

    Args:
        incident: to keep.
        version: of the document that it takes the place of; 0 for none.
        rules: for how long.
    """
    return Document(
        collection=COLLECTION,
        document_id=incident.incident_id,
        data_class=DataClass.ALARM,
        expires_utc_ns=expiry(incident, rules),
        version=version,
        body=encode(incident),
    )


def ledger_document(
    incident: Incident, ledger: Mapping[str, Any], *, version: int, rules: Rules
) -> Document:
    """Return the ledger behind an incident as it is kept."""
    return Document(
        collection=LEDGERS,
        document_id=incident.incident_id,
        data_class=DataClass.ALARM,
        expires_utc_ns=expiry(incident, rules),
        version=version,
        body=ledger,
    )


def expiry(incident: Incident, rules: Rules) -> int:
    """Return when an incident must be gone."""
    return incident.opened_utc_ns + round(rules.kept_s * 1e9)


def entries_of(before: Incident | None, after: Incident, rules: Rules) -> tuple[Entry, ...]:
    """Return the lines of history that ``after`` has more than ``before``, for the log."""
    known = set(before.history) if before is not None else set[Happening]()
    return tuple(
        Entry(
            entry_id=f"{after.incident_id}/{line.request_id or f'{line.t_utc_ns}-{line.what}'}",
            stream=STREAM,
            kind=line.what,
            key=after.incident_id,
            t_utc_ns=line.t_utc_ns,
            data_class=DataClass.ALARM,
            expires_utc_ns=expiry(after, rules),
            body={"by": line.by, "text": line.text, "state": after.state.value}
            | ({"exercise": after.exercise} if after.exercise else {}),
        )
        for line in after.history
        if line not in known
    )


def stored_incidents(store: Store) -> Iterator[tuple[Incident, int]]:
    """Yield every incident that is kept, and the version of its document.

    Raises:
        StoreError: the store cannot be read.
        ValueError: what is kept is no incident.
    """
    for document in store.find(COLLECTION, limit=100_000):
        yield decode(Incident, document.body), document.version


def stored_events(store: Store) -> Iterator[Alert | ThingLeft | PassageClosed]:
    """Yield what the station said that opens or ends incidents, oldest first.

    Raises:
        StoreError: the store cannot be read.
    """
    kinds = {cls.__name__: cls for cls in (Alert, ThingLeft, PassageClosed)}
    after = 0
    while page := store.read(EVENTS, after=after, limit=_PAGE):
        after = page[-1].sequence
        for stored in page:
            cls = kinds.get(str(stored.entry.body.get("type")))
            if cls is not None:
                yield decode(cls, stored.entry.body)


def known_expired(
    incidents: Iterable[Incident], *, now_utc_ns: int, rules: Rules
) -> frozenset[str]:
    """Return the ids of incidents whose time is over."""
    return frozenset(one.incident_id for one in incidents if 0 < expiry(one, rules) <= now_utc_ns)
