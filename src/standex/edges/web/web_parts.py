"""What every group of endpoints works with."""

from dataclasses import dataclass
from typing import TypeVar

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from standex.edges.web.deeds import Deeds
from standex.edges.web.fan_out import FanOut
from standex.edges.web.guard import Guard
from standex.edges.web.service_view import ServiceView

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """The app and what its endpoints share.

    Attributes:
        app: that the endpoints are added to.
        view: the service.
        guard: who asks.
        deeds: what people do.
        fan_out: the live picture.
    """

    app: FastAPI
    view: ServiceView
    guard: Guard
    deeds: Deeds
    fan_out: FanOut


def present(part: T | None, what: str) -> T:
    """Return a part of the service.

    Raises:
        HTTPException: 501; this service runs without it.
    """
    if part is None:
        raise HTTPException(501, f"this service runs without {what}")
    return part
