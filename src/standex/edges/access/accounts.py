"""The accounts of the staff, in the store."""

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import final

from standex.edges.access.account import (
    COLLECTION,
    EVERY_SITE,
    AccessError,
    Account,
    account_id_of,
    account_of,
)
from standex.edges.access.roles import Permission, Role
from standex.edges.clock import Clock
from standex.edges.store.contract import ConflictError, Store

LARGEST = 10_000  # accounts that are looked through; a station has a few dozen


@final
class Accounts:
    """Reads and changes accounts; from any thread.

    Two rules hold for every change: the last account that may manage accounts at a site stays, and
    whoever is named as ``by`` does not change their own roles.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        # Two changes at once could each leave the other as the last manager.
        self._changing = threading.Lock()

    def find(self, account_id: str) -> Account | None:
        """Return an account, or None."""
        document = self._store.get(COLLECTION, account_id)
        return None if document is None else account_of(document)

    def get(self, account_id: str) -> Account:
        """Return an account.

        Raises:
            AccessError: there is none.
        """
        account = self.find(account_id)
        if account is None:
            raise AccessError(f"there is no account {account_id!r}; see standex accounts list")
        return account

    def every(self) -> tuple[Account, ...]:
        """Return all accounts, by name."""
        return tuple(map(account_of, self._store.find(COLLECTION, limit=LARGEST)))

    def of_subject(self, subject: str) -> Account | None:
        """Return the account that is bound to a subject of an OpenID provider, or None."""
        return next((a for a in self.every() if subject and a.subject == subject), None)

    def managers(self, site_id: str) -> tuple[Account, ...]:
        """Return who may manage accounts at a site and can sign in."""
        return tuple(a for a in self.every() if a.may(Permission.MANAGE_ACCOUNTS, site_id=site_id))

    def add(self, name: str, *, roles: Mapping[str, Iterable[Role]], subject: str = "") -> Account:
        """Make an account that has no password yet.

        Raises:
            AccessError: the name cannot be one, or is taken.
        """
        account = Account(
            account_id=account_id_of(name),
            roles={site: frozenset(given) for site, given in roles.items()},
            subject=subject,
            # Of an earlier account of that name no session goes on under this one.
            generation=secrets.randbelow(2**48),
            made_utc_ns=self._clock.utc_ns(),
        )
        try:
            self._store.put(account.document())
        except ConflictError as error:
            raise AccessError(f"there is an account {account.account_id!r} already") from error
        return self.get(account.account_id)

    def set_password_hash(self, account_id: str, password_hash: str) -> Account:
        """Set a new password; every session ends."""
        now = self._clock.utc_ns()
        return self._change(
            account_id,
            lambda a: replace(
                a,
                password_hash=password_hash,
                password_set_utc_ns=now,
                generation=a.generation + 1,
            ),
        )

    def renew_password_hash(self, account_id: str, *, old: str, new: str) -> Account:
        """Keep the same password at a new cost, unless it has been changed meanwhile."""
        return self._change(
            account_id,
            lambda a: replace(a, password_hash=new if a.password_hash == old else a.password_hash),
        )

    def set_roles(
        self, account_id: str, roles: Iterable[Role], *, site_id: str, by: str = ""
    ) -> Account:
        """Set what somebody is at a site.

        Raises:
            AccessError: they would change their own, or nobody could manage accounts any more.
        """
        if by == account_id:
            raise AccessError(f"{by!r} cannot change their own roles; somebody else must")
        given = frozenset(roles)

        def changed(account: Account) -> Account:
            kept = {site: held for site, held in account.roles.items() if site != site_id}
            return replace(account, roles=kept | ({site_id: given} if given else {}))

        return self._change(account_id, changed)

    def set_enabled(self, account_id: str, is_enabled: bool, *, by: str = "") -> Account:
        """Let somebody sign in, or end every session and let them no more."""
        if by == account_id:
            raise AccessError(f"{by!r} cannot switch their own account; somebody else must")
        return self._change(
            account_id,
            lambda a: replace(a, is_enabled=is_enabled, generation=a.generation + 1),
        )

    def of_provider(
        self, name: str, *, subject: str, roles: Iterable[Role], site_id: str
    ) -> Account:
        """Return the account of somebody for whom an OpenID provider vouches, with those roles.

        Made when they come for the first time. The subject decides who it is: a name can be given
        to somebody else later.

        Raises:
            AccessError: the account is switched off, or the name is somebody else's.
        """
        account = self.of_subject(subject)
        if account is None:
            name = account_id_of(name)
            if self.find(name) is not None:
                raise AccessError(
                    f"there is an account {name!r} already that is not bound to this person of "
                    "the OpenID provider; remove it, or have another name given"
                )
            account = self.add(name, roles={site_id: roles}, subject=subject)
        if not account.is_enabled:
            raise AccessError("the account is switched off; ask who manages accounts")
        given = frozenset(roles)

        def changed(before: Account) -> Account:
            return replace(before, roles={**before.roles, site_id: given})

        return self._change(account.account_id, changed, is_watched=False)

    def end_sessions(self, account_id: str) -> Account:
        """End every session of somebody."""
        return self._change(account_id, lambda a: replace(a, generation=a.generation + 1))

    def remove(self, account_id: str, *, by: str = "") -> None:
        """Delete an account; its name stays in the audit."""
        if by == account_id:
            raise AccessError(f"{by!r} cannot remove their own account; somebody else must")
        with self._changing:
            account = self.get(account_id)
            self._leaves_a_manager(account, None)
            self._store.remove(COLLECTION, account_id)

    def _change(
        self, account_id: str, change: Callable[[Account], Account], *, is_watched: bool = True
    ) -> Account:
        with self._changing:
            for _ in range(5):
                before = self.get(account_id)
                after = change(before)
                if after == before:
                    return before
                if is_watched:  # what a provider says of its people is not refused
                    self._leaves_a_manager(before, after)
                try:
                    return account_of(self._store.put(after.document()))
                except ConflictError:
                    continue  # another process changed it: again, on what it is now
        raise AccessError(f"the account {account_id!r} is being changed by others; try again")

    def _leaves_a_manager(self, before: Account, after: Account | None) -> None:
        """Refuse a change after which nobody could manage accounts where somebody could."""
        manage = Permission.MANAGE_ACCOUNTS
        for site in before.roles:
            if not before.may(manage, site_id=site):
                continue
            if after is not None and after.may(manage, site_id=site):
                continue
            others = [a for a in self.managers(site) if a.account_id != before.account_id]
            if not others:
                where = "any site" if site == EVERY_SITE else f"site {site!r}"
                raise AccessError(
                    f"{before.account_id!r} is the last who may manage accounts at {where}; "
                    "give somebody else that role first"
                )
