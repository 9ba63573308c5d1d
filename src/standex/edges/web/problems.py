"""What went wrong, as ``application/problem+json``: the same form for every error.

References:
    RFC 9457.
"""

import logging
import math
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from standex.edges.access.account import AccessError
from standex.edges.audit.contract import AuditError, RequestClashError
from standex.edges.incidents.incident import ActionRefusedError
from standex.edges.store.contract import ConflictError, StoreError
from standex.edges.web.service_view import NotThereError, RefusedError
from standex.model.errors import StandexError

MEDIA_TYPE = "application/problem+json"
RETRY_S = 2
_LOG = logging.getLogger("standex.web")


class Problem(BaseModel):
    """What went wrong.

    Attributes:
        title: the kind, in a word or two.
        status: of HTTP.
        detail: what it is and what to do, for people.
        where: of a request that cannot be understood: which fields.
    """

    title: str
    status: int
    detail: str
    where: list[str] = Field(default_factory=list)


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    # By reference, not as a model: FastAPI would build one for each status of each endpoint, which
    # is what a start would wait for longest. The schema itself is added with the live messages.
    status: {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 501, 503)
}
"""What every endpoint can answer beside what it is for."""


def problem(
    status: int, detail: str, *, retry_after_s: float = 0.0, where: tuple[str, ...] = ()
) -> JSONResponse:
    """Return a response that says what went wrong."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, where=list(where))
    headers = {"Retry-After": str(max(1, math.ceil(retry_after_s)))} if retry_after_s else None
    return JSONResponse(
        body.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers=headers
    )


def response_to(error: Exception) -> JSONResponse:  # noqa: PLR0911 - one for each kind
    """Return what to answer where something was raised."""
    match error:
        case RefusedError() if error.retry_after_s > 0:
            return problem(429, str(error), retry_after_s=error.retry_after_s)
        case NotThereError():
            return problem(404, str(error))
        case ConflictError() | RefusedError() | ActionRefusedError() | AccessError():
            return problem(409, str(error))
        case RequestClashError():
            return problem(422, "this Idempotency-Key was used for something else")
        case StoreError() | AuditError():
            return problem(503, str(error), retry_after_s=RETRY_S)
        case StandexError():
            return problem(400, str(error))
        case _:
            # What is unforeseen may hold anything: it goes to the log of the service alone.
            _LOG.error("unforeseen", exc_info=error)
            return problem(500, "the service has failed on this; it is in its log")


def add_handlers(app: FastAPI) -> None:
    """Let every error be answered in the one form."""

    async def standex_error(_: Request, error: Exception) -> JSONResponse:
        return response_to(error)

    async def http_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - for the types
        answer = problem(error.status_code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    async def not_understood(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - for the types
        # Never what was sent: it may be a password.
        where = tuple(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()
        )
        return problem(422, "the request cannot be understood", where=where[:20])

    app.add_exception_handler(StandexError, standex_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, not_understood)
    app.add_exception_handler(Exception, standex_error)
