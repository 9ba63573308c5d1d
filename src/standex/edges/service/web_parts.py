"""The web around a service: what it is shown, and the server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, final

from standex.edges.access.tls import server_context
from standex.edges.audit.verify import verify
from standex.edges.clock import Clock
from standex.edges.evidence.shelf import EvidenceShelf, NoBundleError
from standex.edges.exercises.desk import ExerciseDesk, orders_through
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.interop.metrics import metrics_text
from standex.edges.live_status import LiveStatus
from standex.edges.privacy.identity_fields import SchemaField
from standex.edges.privacy.of_service import service_report
from standex.edges.privacy.schemas import known_fields
from standex.edges.service.access_parts import AccessParts
from standex.edges.service.config import ServiceConfig, is_loopback, secret_path
from standex.edges.service.day_to_day import DayToDay
from standex.edges.service.kept import Kept
from standex.edges.service.others_told import OthersTold
from standex.edges.service.outside import StationDoor
from standex.edges.service.trouble_codes import Trouble
from standex.edges.web.app import make_app
from standex.edges.web.console_files import packaged_console
from standex.edges.web.recordings_shelf import RecordingsShelf
from standex.edges.web.server import WebServer
from standex.edges.web.service_view import NotThereError, ServiceView
from standex.model.site import Site

_MOST_FINDINGS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WebParts:
    """A server that serves.

    Attributes:
        server: in a thread of its own.
        address: of its first page.
        recordings: that it shows.
    """

    server: WebServer
    address: str
    recordings: RecordingsShelf

    def stop(self) -> None:
        """End it."""
        self.server.stop()
        self.recordings.close()


@final
class ShownEvidence:
    """Bundles as the web asks for them; that somebody looks is in the audit before."""

    def __init__(self, shelf: EvidenceShelf) -> None:
        self._shelf = shelf

    def of(self, alert_id: str, /) -> Mapping[str, Any]:
        """Return the manifest of a bundle.

        Raises:
            NotThereError: there is none.
        """
        try:
            return self._shelf.of(alert_id)
        except NoBundleError as error:
            raise NotThereError(str(error)) from error

    def content(self, alert_id: str, name: str, /) -> tuple[bytes, str]:
        """Return one file of a bundle and its media type.

        Raises:
            NotThereError: there is none of that name.
        """
        try:
            return self._shelf.content(alert_id, name)
        except NoBundleError as error:
            raise NotThereError(str(error)) from error


def web_server(
    config: ServiceConfig,
    kept: Kept,
    access: AccessParts,
    *,
    shelf: EvidenceShelf,
    others: OthersTold,
    door: StationDoor,
    desk: IncidentDesk,
    day: DayToDay,
    exercises: ExerciseDesk,
    site: Site,
    site_toml: str,
    is_simulated: bool,
    clock: Clock,
    troubles: Callable[[], tuple[Trouble, ...]],
) -> WebParts | None:
    """Return a server that has begun, or None where the service file wants none.

    Raises:
        StandexError: it cannot be started.
    """
    table = config.table.web
    if table is None:
        return None

    def verified() -> Mapping[str, Any]:
        found = verify(kept.audit, keys=kept.key.public())
        return {
            "is_whole": found.is_whole,
            "n_rows": found.n_rows,
            "problems": [str(finding) for finding in found.findings[:_MOST_FINDINGS]],
        }

    def metrics(status: LiveStatus) -> bytes:
        return metrics_text(status, outputs={k: count() for k, count in others.counts.items()})

    @cache
    def known() -> tuple[SchemaField, ...]:
        return tuple(known_fields())  # imports whatever has a schema: once

    def privacy() -> Mapping[str, Any]:
        now = clock.utc_ns()
        contents = kept.store.contents()
        report = service_report(config, site, contents=contents, known=known(), t_utc_ns=now)
        return report.document()

    recordings = RecordingsShelf(
        config.place(config.table.recording.folder), walks=day.walks.walks_between
    )
    view = ServiceView(
        site=site,
        site_toml=site_toml,
        is_simulated=is_simulated,
        clock=clock,
        store=kept.store,
        desk=desk,
        status=door.status,
        order=orders_through(exercises, door.order),
        sign_in=access.sign_in,
        audit=kept.audit,
        accounts=access.accounts,
        evidence=ShownEvidence(shelf),
        walk_tests=day.walks,
        calibrations=day.calibrations.charts,
        exercises=exercises,
        exercise_shown=exercises.shown,
        recordings=recordings,
        public_alert=others.public_alert,
        apply_operating_point=door.apply_operating_point,
        verify_audit=verified,
        privacy_report=privacy,
        metrics=metrics,
        troubles=troubles,
    )
    tls = None
    if table.certificate is not None and table.key is not None:
        tls = server_context(config.place(table.certificate), secret_path(table.key, config))
    console = config.place(table.console) if table.console else packaged_console()
    hosts = ("127.0.0.1", "localhost", "::1") if is_loopback(table.host) else ()
    app = make_app(view, is_secure=tls is not None, hosts=hosts, console=console)
    server = WebServer(app, host=table.host, port=table.port, tls=tls)
    server.start()
    scheme = "http" if tls is None else "https"
    host = f"[{table.host}]" if ":" in table.host else table.host
    return WebParts(
        server=server, address=f"{scheme}://{host}:{server.port}/", recordings=recordings
    )
