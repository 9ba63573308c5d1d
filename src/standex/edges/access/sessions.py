"""Sessions: who has signed in, kept in the store under the hash of their token."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, final

from standex.edges.access.access_event import Method
from standex.edges.access.account import Account
from standex.edges.access.bearer_token import hash_of, new_token
from standex.edges.clock import Clock
from standex.edges.store.contract import ConflictError, DataClass, Document, Store

COLLECTION = "sessions"
_S = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """For how long somebody stays signed in.

    Attributes:
        idle_s: without a request; an open live picture counts as one.
        absolute_s: in any case; a shift.
        touch_s: a request is written down when the last one was so long ago.
        max_per_account: sessions of one account; the oldest ends when there is one more.
    """

    idle_s: float = 3600.0
    absolute_s: float = 12 * 3600.0
    touch_s: float = 60.0
    max_per_account: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who has signed in.

    Attributes:
        session_id: hash of the token; shows nothing that lets anybody in.
        account_id: who.
        generation: of the account when they signed in; when that has changed, this is over.
        method: how they showed who they are.
        address: from where.
        begun_utc_ns: when they signed in.
        seen_utc_ns: their last request that was written down.
        expires_utc_ns: when it is over in any case.
        version: of the document that this was read from.
    """

    session_id: str
    account_id: str
    generation: int
    method: Method
    address: str
    begun_utc_ns: int
    seen_utc_ns: int
    expires_utc_ns: int
    version: int = 0


@final
class Sessions:
    """Begins, finds and ends sessions; from any thread."""

    def __init__(self, store: Store, *, clock: Clock, rules: SessionRules | None = None) -> None:
        self._store = store
        self._clock = clock
        self.rules = rules or SessionRules()

    def begin(self, account: Account, *, method: Method, address: str) -> tuple[str, Session]:
        """Return the token of a new session, which nobody else ever sees, and the session."""
        now = self._clock.utc_ns()
        token = new_token()
        session = Session(
            session_id=hash_of(token),
            account_id=account.account_id,
            generation=account.generation,
            method=method,
            address=address,
            begun_utc_ns=now,
            seen_utc_ns=now,
            expires_utc_ns=now + round(self.rules.absolute_s * _S),
        )
        others = sorted(self.of_account(account.account_id), key=lambda s: s.begun_utc_ns)
        for old in others[: max(0, len(others) + 1 - self.rules.max_per_account)]:
            self.end(old.session_id)
        self._store.put(_document(session))
        return token, session

    def find(self, token: str) -> Session | None:
        """Return the session of a token that is still on, and write down that it was used."""
        session_id = hash_of(token)
        document = self._store.get(COLLECTION, session_id) if session_id else None
        session = None if document is None else _session_of(document)
        if session is None:
            return None
        now = self._clock.utc_ns()
        if self._is_over(session, now):
            self.end(session.session_id)
            return None
        if now - session.seen_utc_ns >= self.rules.touch_s * _S:
            session = replace(session, seen_utc_ns=now)
            with suppress(ConflictError):  # another request of it wrote the same thing
                self._store.put(_document(session))
        return session

    def of_account(self, account_id: str) -> tuple[Session, ...]:
        """Return the sessions of somebody, the ended ones that are still kept left out."""
        return tuple(one for one in self.on() if one.account_id == account_id)

    def on(self) -> tuple[Session, ...]:
        """Return everybody's sessions, the ended ones that are still kept left out.

        One of an earlier generation of its account is over, too: who asks must hold them together.
        """
        now = self._clock.utc_ns()
        found = (_session_of(d) for d in self._store.find(COLLECTION, limit=100_000))
        return tuple(s for s in found if s and not self._is_over(s, now))

    def end(self, session_id: str) -> bool:
        """End a session; return whether it was there."""
        return self._store.remove(COLLECTION, session_id)

    def _is_over(self, session: Session, now_utc_ns: int) -> bool:
        idle_ns = now_utc_ns - session.seen_utc_ns
        return now_utc_ns >= session.expires_utc_ns or idle_ns >= self.rules.idle_s * _S


def _document(session: Session) -> Document:
    body: dict[str, Any] = {
        "account_id": session.account_id,
        "generation": session.generation,
        "method": session.method.value,
        "address": session.address,
        "begun_utc_ns": session.begun_utc_ns,
        "seen_utc_ns": session.seen_utc_ns,
    }
    return Document(
        collection=COLLECTION,
        document_id=session.session_id,
        data_class=DataClass.ACCOUNT,
        expires_utc_ns=session.expires_utc_ns,
        version=session.version,
        body=body,
    )


def _session_of(document: Document) -> Session | None:
    """Return the session in a document; None of one that cannot be read: it lets nobody in."""
    body: Mapping[str, Any] = document.body
    try:
        return Session(
            session_id=document.document_id,
            account_id=str(body["account_id"]),
            generation=int(body["generation"]),
            method=Method(body["method"]),
            address=str(body["address"]),
            begun_utc_ns=int(body["begun_utc_ns"]),
            seen_utc_ns=int(body["seen_utc_ns"]),
            expires_utc_ns=document.expires_utc_ns,
            version=document.version,
        )
    except (KeyError, ValueError, TypeError):
        return None
