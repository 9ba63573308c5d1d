"""Accounts as the console manages them: plain data without a secret, and links to come in by."""

from collections.abc import Mapping, Sequence
from typing import Any, final

from standex.edges.access.account import AccessError, Account
from standex.edges.access.accounts import Accounts
from standex.edges.access.one_time_links import OneTimeLinks
from standex.edges.access.roles import Permission, Role
from standex.edges.access.sessions import Sessions
from standex.edges.web.service_view import NotThereError, RefusedError


@final
class AccountDesk:
    """The accounts of one site; may block, so call it in a worker thread."""

    def __init__(
        self, accounts: Accounts, links: OneTimeLinks, sessions: Sessions, *, site_id: str
    ) -> None:
        self._accounts = accounts
        self._links = links
        self._sessions = sessions
        self._site_id = site_id

    def all(self) -> Sequence[Mapping[str, Any]]:
        """Return each account that has a role at this site, or none anywhere."""
        return [
            {
                "account_id": account.account_id,
                "roles": sorted(account.roles_at(self._site_id)),
                "is_disabled": not account.is_enabled,
                "has_password": bool(account.password_hash),
                "is_openid": bool(account.subject),
                "made_utc_ns": account.made_utc_ns,
            }
            for account in self._accounts.every()
            if account.roles_at(self._site_id) or not account.roles
        ]

    def add(self, account_id: str, roles: frozenset[Role], /) -> str:
        """Add one, and return the token of a sign-in link that works once.

        Raises:
            RefusedError: there is one of that name, or the name will not do.
        """
        try:
            account = self._accounts.add(account_id, roles={self._site_id: roles})
        except AccessError as error:
            raise RefusedError(str(error)) from error
        return self._links.make(account.account_id)

    def set_roles(self, account_id: str, roles: frozenset[Role], /) -> None:
        """Change what somebody is; they are it from their next request on.

        Raises:
            NotThereError: nobody is called so.
            RefusedError: nobody would be left who can manage accounts.
        """
        self._must_be_there(account_id)
        try:
            self._accounts.set_roles(account_id, roles, site_id=self._site_id)
        except AccessError as error:
            raise RefusedError(str(error)) from error

    def disable(self, account_id: str, /) -> None:
        """Let somebody in no more, and end their sessions.

        Raises:
            NotThereError: nobody is called so.
            RefusedError: nobody would be left who can manage accounts.
        """
        self._must_be_there(account_id)
        try:
            self._accounts.set_enabled(account_id, False)
        except AccessError as error:
            raise RefusedError(str(error)) from error
        self._links.void(account_id)

    def enable(self, account_id: str, /) -> None:
        """Let somebody in again, with the roles and the password that they had.

        Raises:
            NotThereError: nobody is called so.
            RefusedError: somebody else is changing the account.
        """
        self._must_be_there(account_id)
        try:
            self._accounts.set_enabled(account_id, True)
        except AccessError as error:
            raise RefusedError(str(error)) from error

    def present(self, permission: Permission, /) -> Sequence[str]:
        """Return the ids of those who are signed in and may do something here, by name."""
        on = {(one.account_id, one.generation) for one in self._sessions.on()}
        return [
            account.account_id
            for account in self._accounts.every()
            if account.may(permission, site_id=self._site_id)
            and (account.account_id, account.generation) in on
        ]

    def new_link(self, account_id: str, /) -> str:
        """Return the token of a sign-in link that works once, for who forgot a password.

        Raises:
            NotThereError: nobody is called so.
            RefusedError: they cannot sign in by a link.
        """
        account = self._must_be_there(account_id)
        if not account.is_enabled or account.subject:
            raise RefusedError(
                f"{account_id!r} is switched off, or signs in at the OpenID provider"
            )
        return self._links.make(account_id)

    def _must_be_there(self, account_id: str) -> Account:
        account = self._accounts.find(account_id)
        if account is None:
            raise NotThereError(f"there is no account {account_id!r}")
        return account
