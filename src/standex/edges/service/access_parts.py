"""Who may sign in and which sensor may speak: the parts of access, put together."""

from contextlib import ExitStack
from dataclasses import dataclass

from standex.edges.access.account_desk import AccountDesk
from standex.edges.access.accounts import Accounts
from standex.edges.access.admission import SensorAdmission, Shown
from standex.edges.access.hashing import PasswordHashing
from standex.edges.access.one_time_links import OneTimeLinks, first_link
from standex.edges.access.openid_settings import OpenIdSettings, Provider
from standex.edges.access.sensor_papers import SensorPapers
from standex.edges.access.sessions import SessionRules, Sessions
from standex.edges.access.sign_in import SignInDesk
from standex.edges.clock import Clock
from standex.edges.service.config import ServiceConfig, read_secret
from standex.edges.service.kept import Kept
from standex.model.site import Site


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccessParts:
    """Access, ready for use.

    Attributes:
        sign_in: of people.
        accounts: of people, for the console.
        admission: of sensors.
        first_link: token of a link for whoever starts the service first, or None.
    """

    sign_in: SignInDesk
    accounts: AccountDesk
    admission: SensorAdmission
    first_link: str | None


def access_parts(
    config: ServiceConfig, kept: Kept, site: Site, stack: ExitStack, *, clock: Clock
) -> AccessParts:
    """Return access of a site.

    Args:
        config: of the service.
        kept: store and audit.
        site: whose roles and sensors.
        stack: closes what must be closed.
        clock: of the service.

    Raises:
        StandexError: a setting or a secret cannot be used.
    """
    table = config.table.access
    accounts = Accounts(kept.store, clock=clock)
    links = OneTimeLinks(kept.store, clock=clock)
    rules = SessionRules(idle_s=table.idle_minutes * 60, absolute_s=table.longest_hours * 3600)
    hashing = PasswordHashing()
    stack.callback(hashing.close)
    sessions = Sessions(kept.store, clock=clock, rules=rules)
    sign_in = SignInDesk(
        accounts,
        sessions,
        links,
        hashing,
        site_id=site.site_id,
        clock=clock,
        openid=_openid(config, clock),
        tell=kept.notes.told,
    )
    papers = SensorPapers(kept.store, clock=clock)
    return AccessParts(
        sign_in=sign_in,
        accounts=AccountDesk(accounts, links, sessions, site_id=site.site_id),
        admission=SensorAdmission(papers, site=site, clock=clock, tell=kept.notes.told),
        first_link=first_link(accounts, links, site_id=site.site_id),
    )


def admits(admission: SensorAdmission, sensor_id: str, address: str, der: bytes, token: str) -> str:
    """Return why a connection may not speak for a sensor, or nothing."""
    shown = Shown(certificate_der=der or None, token=token or None, address=address)
    return admission(sensor_id, shown) or ""


def _openid(config: ServiceConfig, clock: Clock) -> Provider | None:
    table = config.table.access.oidc
    if table is None:
        return None
    # Its packages are of no use to a site without such a provider.
    from standex.edges.access.openid import OpenId  # noqa: PLC0415

    settings = OpenIdSettings(
        issuer=table.issuer,
        client_id=table.client_id,
        redirect_uri=table.redirect_uri,
        role_claim=table.role_claim,
        roles=table.roles,
    )
    named = table.client_secret_file
    return OpenId(settings, client_secret=read_secret(named, config) if named else "", clock=clock)
