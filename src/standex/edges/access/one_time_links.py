"""Links that sign somebody in once: how the first of the staff comes in, and any new one.

So there is no default password, and nobody ever chooses a password for somebody else.
"""

from typing import final

from standex.edges.access.account import EVERY_SITE, AccessError
from standex.edges.access.accounts import Accounts
from standex.edges.access.bearer_token import hash_of, new_token
from standex.edges.access.roles import Role
from standex.edges.clock import Clock
from standex.edges.store.contract import DataClass, Document, Store

COLLECTION = "sign_in_links"
FIRST_ACCOUNT = "first"
FIRST_ROLES = frozenset({Role.SUPERVISOR, Role.ENGINEER, Role.AUDITOR})
_LONGEST_S = 7 * 86400.0


@final
class OneTimeLinks:
    """Makes and takes the tokens of such links; from any thread."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def make(self, account_id: str, *, lifetime_s: float = 86400.0) -> str:
        """Return the token of a new link; earlier ones of the account are void.

        Raises:
            AccessError: it would last for too long.
        """
        check_lifetime(lifetime_s)
        self.void(account_id)
        token = new_token()
        document = Document(
            collection=COLLECTION,
            document_id=hash_of(token),
            data_class=DataClass.ACCOUNT,
            expires_utc_ns=self._clock.utc_ns() + round(lifetime_s * 1e9),
            version=0,
            body={"account_id": account_id},
        )
        self._store.put(document)
        return token

    def take(self, token: str) -> str | None:
        """Return whose link it is, and make it void; None where it lets nobody in."""
        name = hash_of(token)
        document = self._store.get(COLLECTION, name) if name else None
        # Two at once may both have read it: only who deletes it has it.
        if document is None or not self._store.remove(COLLECTION, name):
            return None
        if self._clock.utc_ns() >= document.expires_utc_ns:
            return None
        return str(document.body.get("account_id", "")) or None

    def void(self, account_id: str) -> None:
        """Make every link of an account void."""
        for document in list(self._store.find(COLLECTION, limit=10_000)):
            if document.body.get("account_id") == account_id:
                self._store.remove(COLLECTION, document.document_id)


def check_lifetime(lifetime_s: float) -> None:
    """Refuse a link that would work for too long.

    Raises:
        AccessError: it would.
    """
    if not 0 < lifetime_s <= _LONGEST_S:
        longest_h = _LONGEST_S / 3600
        raise AccessError(f"a link must last up to {longest_h:.0f} h, not {lifetime_s / 3600:g} h")


def first_link(
    accounts: Accounts, links: OneTimeLinks, *, site_id: str, lifetime_s: float = 3600.0
) -> str | None:
    """Return a link's token for whoever starts the service first; None where somebody manages it.

    The account is named ``first`` and may manage accounts: its holder adds the others.
    """
    managers = accounts.managers(site_id)
    # Somebody who never came in is no manager yet: their link has run out, or was lost.
    if any(m.account_id != FIRST_ACCOUNT or m.password_hash or m.subject for m in managers):
        return None
    if accounts.find(FIRST_ACCOUNT) is None:
        accounts.add(FIRST_ACCOUNT, roles={EVERY_SITE: FIRST_ROLES})
    elif not managers:
        return None  # the first account was switched off or demoted on purpose
    return links.make(FIRST_ACCOUNT, lifetime_s=lifetime_s)
