"""What people do: once for each key, in the audit before it is done, refused ones too.

A client that gets no answer sends the same request again, with the same ``Idempotency-Key``: it is
carried out once, and answered alike.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import Annotated, Any, final

from anyio.to_thread import run_sync
from fastapi import Header
from starlette.exceptions import HTTPException

from standex.edges.audit.chain import checked
from standex.edges.audit.contract import AuditEntry, What
from standex.edges.store.contract import DataClass, Document
from standex.edges.web.guard import role_words
from standex.edges.web.service_view import Caller, RefusedError, ServiceView
from standex.model.errors import StandexError

COLLECTION = "requests"
KEPT_S = 86_400.0

KeyOf = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9_-]{8,64}$",
        description="made by the client, one for each action; the same one is done once",
    ),
]
Json = dict[str, Any]


@final
class Deeds:
    """Carries out what people ask for."""

    def __init__(self, view: ServiceView) -> None:
        self._view = view
        self._lock = threading.Lock()
        self._under_way: set[str] = set()

    async def do(
        self,
        caller: Caller,
        key: str,
        what: What,
        of_what: str,
        call: Callable[[], Json],
        *,
        why: str = "",
        body: Mapping[str, Any] | None = None,
        told_once: str = "",
    ) -> Json:
        """Do something that somebody may answer for, and return the answer.

        Args:
            caller: who.
            key: of the request.
            what: kind of deed, as the audit has it.
            of_what: to what.
            call: does it; may block.
            why: in their words.
            body: what exactly; the same key with another one is refused.
            told_once: name of the field of the answer that is told once and never kept.

        Raises:
            HTTPException: the key was used for something else.
            StandexError: it was not done; the audit says so.
        """
        entry = self.entry(caller, key, what, of_what, why=why, body=body)
        return await run_sync(self._once, entry, call, told_once)

    def entry(
        self,
        caller: Caller,
        key: str,
        what: What,
        of_what: str,
        *,
        why: str = "",
        body: Mapping[str, Any] | None = None,
    ) -> AuditEntry:
        """Return what the audit is told.

        Raises:
            HTTPException: 422; it cannot be told that.
        """
        entry = AuditEntry(
            t_utc_ns=self._view.clock.utc_ns(),
            who=caller.account_id,
            role=role_words(caller),
            what=what,
            of_what=of_what,
            why=why,
            request_id=f"{caller.account_id}:{key}",
            body=dict(body or {}),
        )
        try:
            return checked(entry)
        except ValueError as error:  # such as a text that not every store can hold
            raise HTTPException(422, f"this cannot be kept in the audit: {error}") from error

    async def note(self, entry: AuditEntry) -> None:
        """Keep something in the audit, such as who looked at what.

        Raises:
            AuditError: it could not be kept, and so nothing may be shown.
        """
        await run_sync(self._view.audit.append, (entry,))

    async def looked(self, caller: Caller, what: What, of_what: str) -> None:
        """Keep who looked at what, once an hour for each.

        Raises:
            AuditError: it could not be kept, and so nothing may be shown.
        """
        hour = self._view.clock.utc_ns() // (3600 * 10**9)
        key = f"look:{role_words(caller)}:{what}:{of_what}:{hour}"
        await self.note(self.entry(caller, key, what, of_what))

    def _once(self, entry: AuditEntry, call: Callable[[], Json], told_once: str) -> Json:
        name, digest = entry.request_id, _digest(entry)
        with self._lock:
            if name in self._under_way:
                raise RefusedError("this request is being carried out", retry_after_s=1.0)
            self._under_way.add(name)
        try:
            known = self._view.store.get(COLLECTION, name)
            if known is not None:
                if known.body["digest"] != digest:
                    raise HTTPException(422, "this Idempotency-Key was used for something else")
                return dict(known.body["answer"])
            self._view.audit.append((entry,))
            answer = self._tried(entry, call)
            kept = {**answer, told_once: ""} if told_once else answer
            self._view.store.put(self._document(name, {"digest": digest, "answer": kept}))
            return answer
        finally:
            with self._lock:
                self._under_way.discard(name)

    def _tried(self, entry: AuditEntry, call: Callable[[], Json]) -> Json:
        try:
            return call()
        except StandexError as error:
            refused = AuditEntry(
                t_utc_ns=self._view.clock.utc_ns(),
                who=entry.who,
                role=entry.role,
                what=What.REFUSED,
                of_what=entry.of_what,
                why=str(error)[:500],
                request_id=f"{entry.request_id}:refused:{_short(str(error))}",
                body={"asked": entry.what.value},
            )
            self._view.audit.append((refused,))
            raise

    def _document(self, name: str, body: Json) -> Document:
        return Document(
            collection=COLLECTION,
            document_id=name,
            data_class=DataClass.OPERATION,
            expires_utc_ns=self._view.clock.utc_ns() + round(KEPT_S * 1e9),
            version=0,
            body=body,
        )


def _digest(entry: AuditEntry) -> str:
    said = [entry.who, entry.what.value, entry.of_what, entry.why, dict(entry.body)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _short(words: str) -> str:
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[:12]
