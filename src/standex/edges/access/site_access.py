"""Everything about access at one site, made together: for the service that lets people in."""

from dataclasses import dataclass
from typing import final

from standex.edges.access.access_event import Tell
from standex.edges.access.account_desk import AccountDesk
from standex.edges.access.accounts import Accounts
from standex.edges.access.admission import SensorAdmission
from standex.edges.access.hashing import HashCost, PasswordHashing
from standex.edges.access.one_time_links import OneTimeLinks, first_link
from standex.edges.access.openid import OpenId
from standex.edges.access.openid_settings import OpenIdSettings
from standex.edges.access.sensor_papers import SensorPapers
from standex.edges.access.sessions import SessionRules, Sessions
from standex.edges.access.sign_in import SignInDesk, SignInRules
from standex.edges.clock import Clock
from standex.edges.store.contract import Store
from standex.model.site import Site


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteAccess:
    """Who may come in at a site, people and sensors; close it.

    Attributes:
        site_id: which site.
        accounts: of the staff.
        links: that work once.
        papers: of sensors.
        sign_in: for the web.
        desk: accounts as the web manages them.
        admission: of sensors.
        hashing: of passwords.
        openid: the site's provider, or None.
    """

    site_id: str
    accounts: Accounts
    links: OneTimeLinks
    papers: SensorPapers
    sign_in: SignInDesk
    desk: AccountDesk
    admission: SensorAdmission
    hashing: PasswordHashing
    openid: OpenId | None

    def first_link(self) -> str | None:
        """Return the token of a link for whoever starts the service first, or None."""
        return first_link(self.accounts, self.links, site_id=self.site_id)

    async def aclose(self) -> None:
        """Let threads and connections go."""
        self.hashing.close()
        if self.openid is not None:
            await self.openid.aclose()


def open_access(
    store: Store,
    *,
    site: Site,
    clock: Clock,
    tell: Tell | None = None,
    session_rules: SessionRules | None = None,
    sign_in_rules: SignInRules | None = None,
    hash_cost: HashCost | None = None,
    openid_settings: OpenIdSettings | None = None,
    client_secret: str = "",
) -> SiteAccess:
    """Return the access of a site.

    Args:
        store: where accounts, sessions and papers are.
        site: which site; roles there count, and only its sensors come in.
        clock: of the service.
        tell: told of what happens; see ``audited.tell_into``.
        session_rules: how long somebody stays signed in.
        sign_in_rules: how often somebody may try.
        hash_cost: of passwords.
        openid_settings: the site's provider; None for none.
        client_secret: that the provider knows this service by.

    Raises:
        StandexError: an optional package is missing.
    """
    accounts, links = Accounts(store, clock=clock), OneTimeLinks(store, clock=clock)
    papers = SensorPapers(store, clock=clock)
    openid = None
    if openid_settings is not None:
        openid = OpenId(openid_settings, client_secret=client_secret, clock=clock)
    hashing = PasswordHashing(hash_cost)
    sign_in = SignInDesk(
        accounts,
        Sessions(store, clock=clock, rules=session_rules),
        links,
        hashing,
        site_id=site.site_id,
        clock=clock,
        openid=openid,
        rules=sign_in_rules,
        tell=tell,
    )
    return SiteAccess(
        site_id=site.site_id,
        accounts=accounts,
        links=links,
        papers=papers,
        sign_in=sign_in,
        desk=AccountDesk(accounts, links, site_id=site.site_id),
        admission=SensorAdmission(papers, site=site, clock=clock, tell=tell),
        hashing=hashing,
        openid=openid,
    )
