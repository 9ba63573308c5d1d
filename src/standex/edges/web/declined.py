"""Who chose another way of screening: counted by day; never a suspicion, nothing else is kept."""

from datetime import UTC, datetime

from standex.edges.store.contract import ConflictError, DataClass, Document, Store

COLLECTION = "declined"
KEPT_S = 366 * 86_400.0
_TRIES = 5
OTHERWISE, NOT_AT_ALL = "screened_otherwise", "not_screened"


def note_declined(store: Store, *, now_utc_ns: int, is_screened_otherwise: bool) -> None:
    """Count one more.

    Raises:
        StoreError: it could not be counted.
    """
    day = datetime.fromtimestamp(now_utc_ns // 10**9, UTC).strftime("%Y-%m-%d")
    for left in reversed(range(_TRIES)):
        there = store.get(COLLECTION, day)
        counts = {OTHERWISE: 0, NOT_AT_ALL: 0} | ({} if there is None else dict(there.body))
        counts[OTHERWISE if is_screened_otherwise else NOT_AT_ALL] += 1
        document = Document(
            collection=COLLECTION,
            document_id=day,
            data_class=DataClass.OPERATION,
            expires_utc_ns=now_utc_ns + round(KEPT_S * 1e9),
            version=0 if there is None else there.version,
            body=counts,
        )
        try:
            store.put(document)
        except ConflictError:
            if not left:
                raise
        else:
            return


def declined_by_day(store: Store) -> dict[str, dict[str, int]]:
    """Return the counts by day (UTC).

    Raises:
        StoreError: the store cannot be read.
    """
    return {
        one.document_id: {name: int(n) for name, n in one.body.items()}
        for one in store.find(COLLECTION)
    }
