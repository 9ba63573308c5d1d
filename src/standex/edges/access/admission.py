"""Whether whoever says to be a sensor is that sensor: by its certificate, or by its token.

A certificate is taken only when TLS has checked it, it was issued here, has not been revoked, and
is bound to the very sensor that speaks, at this site, on the level where the survey has it. A token
likewise. No paper at all is a reason to refuse, not a lower level of trust.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from standex.edges.access.access_event import AccessAction, AccessEvent, Tell
from standex.edges.access.bearer_token import hash_of
from standex.edges.access.rate_limit import Rate, RateLimiter, address_key
from standex.edges.access.sensor_papers import Paper, PaperKind, SensorPapers
from standex.edges.clock import Clock
from standex.model.errors import StandexError
from standex.model.site import Site

_PER_ADDRESS = Rate(burst=60, per_s=1.0)  # refused ones
_TOLD = Rate(burst=5, per_s=1 / 60)
_WRONG = "it shows no paper of that sensor that is good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a connection has shown of itself.

    Attributes:
        certificate_der: as TLS has checked it; None for none.
        token: as it was sent; None for none.
        address: from where.
    """

    certificate_der: bytes | None = None
    token: str | None = None
    address: str = ""


@final
class SensorAdmission:
    """Says of a connection why it may not speak for a sensor, or nothing where it may.

    Args:
        papers: that were made here.
        site: whose sensors there are, and on which level.
        clock: of the service.
        tell: told of each refusal, a few a minute of each sensor; the audit.
    """

    def __init__(
        self, papers: SensorPapers, *, site: Site, clock: Clock, tell: Tell | None = None
    ) -> None:
        self._papers = papers
        self._site_id = site.site_id
        self._zones: Mapping[str, str] = {s.sensor_id: s.level_id for s in site.sensors}
        self._clock = clock
        self._tell = tell
        self._tries = RateLimiter(_PER_ADDRESS, clock=clock)
        self._told = RateLimiter(_TOLD, clock=clock)

    def __call__(self, sensor_id: str, shown: Shown, /) -> str | None:
        """Return None where a connection may speak for a sensor, or why not.

        It may block; what it returns can be logged, and tells the other side no more than that it
        was refused. Ask again now and then of a connection that stays: its paper may be revoked.
        """
        address = address_key(shown.address)
        if self._tries.take(address):
            return "too many tries from this address"
        try:
            reason = self._reason(sensor_id, shown)
        except StandexError as error:
            reason = f"papers cannot be checked: {error}"
        if reason is None:
            self._tries.give_back(address)
        else:
            self._said(sensor_id, shown, reason)
        return reason

    def _reason(self, sensor_id: str, shown: Shown) -> str | None:
        zone = self._zones.get(sensor_id)
        if zone is None:
            return "the site has no such sensor"
        if shown.certificate_der is not None:
            return self._reason_of_certificate(shown.certificate_der, sensor_id, zone)
        if shown.token is not None:
            paper = self._papers.find(hash_of(shown.token))
            return self._reason_of(paper, PaperKind.TOKEN, sensor_id, zone)
        return "it shows neither certificate nor token"

    def _reason_of_certificate(self, der: bytes, sensor_id: str, zone: str) -> str | None:
        # Loaded for a certificate alone: most of it is of no use to a site without any.
        from standex.edges.access.authority import binding_of  # noqa: PLC0415

        bound = binding_of(der)
        if bound.site_id != self._site_id:
            return f"its certificate is of the site {bound.site_id!r}"
        if (bound.sensor_id, bound.zone) != (sensor_id, zone):
            return f"its certificate is of {bound.sensor_id!r} on {bound.zone!r}"
        paper = self._papers.find(bound.fingerprint)
        return self._reason_of(paper, PaperKind.CERTIFICATE, sensor_id, zone)

    def _reason_of(
        self, paper: Paper | None, kind: PaperKind, sensor_id: str, zone: str
    ) -> str | None:
        if paper is None or paper.kind is not kind:
            return _WRONG
        if paper.sensor_id != sensor_id:
            return f"its {kind} is of {paper.sensor_id!r}"
        if paper.zone != zone:
            return f"its {kind} is for {paper.zone!r}, and the sensor stands on {zone!r}"
        if paper.revoked_utc_ns:
            return f"its {kind} was revoked"
        if self._clock.utc_ns() >= paper.expires_utc_ns:
            return f"its {kind} has run out"
        return None

    def _said(self, sensor_id: str, shown: Shown, reason: str) -> None:
        known = sensor_id if sensor_id in self._zones else ""
        if self._tell is None or self._told.take(known):
            return
        event = AccessEvent(
            action=AccessAction.ADMIT_SENSOR,
            t_utc_ns=self._clock.utc_ns(),
            by="service",
            of=known,
            is_done=False,
            detail=reason if known else f"{reason}: {sensor_id[:80]!a}",
            address=shown.address,
        )
        self._tell(event)
