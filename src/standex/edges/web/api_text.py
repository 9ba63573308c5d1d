"""The description of the API without a service: made from the endpoints themselves."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

from standex.edges.audit.sqlite_log import open_sqlite as open_audit
from standex.edges.clock import SystemClock
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.settings import load_site, shipped_sites, site_text
from standex.edges.store.sqlite_store import open_sqlite as open_store
from standex.edges.web.app import make_app
from standex.edges.web.openapi_text import with_live_messages
from standex.edges.web.service_view import Begun, Caller, RefusedError, ServiceView


def openapi_of_everything() -> dict[str, Any]:
    """Return OpenAPI of all endpoints, the same text for the same software."""
    name = shipped_sites()[0]
    site, clock = load_site(name), SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "store.sqlite", clock=clock)
        audit = open_audit(Path(folder) / "audit.sqlite")
        try:
            view = ServiceView(
                site=site,
                site_toml=site_text(name),
                is_simulated=True,
                clock=clock,
                store=store,
                desk=IncidentDesk(site, store=store, clock=clock),
                status=lambda: None,
                order=lambda _: None,
                sign_in=_Nobody(),
                audit=audit,
            )
            return with_live_messages(make_app(view).openapi())
        finally:
            store.close()
            audit.close()


@final
class _Nobody:
    """Lets nobody in; a ``SignIn``."""

    async def with_password(self, account_id: str, password: str, /, *, address: str) -> Begun:
        del account_id, password, address
        raise RefusedError("nobody signs in here")

    async def with_link(self, link_token: str, /, *, address: str) -> Begun:
        del link_token, address
        raise RefusedError("nobody signs in here")

    async def oidc_begin(self) -> str:
        raise RefusedError("nobody signs in here")

    async def oidc_finish(self, query: Mapping[str, str], /, *, address: str) -> Begun:
        del query, address
        raise RefusedError("nobody signs in here")

    def caller(self, token: str, /) -> Caller | None:
        del token
        return None

    def end(self, token: str, /) -> None:
        del token

    async def aclose(self) -> None:
        """Do nothing: there is nothing to close."""

    async def change_password(self, account_id: str, old: str, new: str, /) -> None:
        del account_id, old, new
        raise RefusedError("nobody signs in here")
