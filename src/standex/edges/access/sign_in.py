"""Signing in: by password, by a link that works once, or by the site's OpenID provider.

Every way ends in a session with a new token. A refusal reads the same and takes the same time
whatever was wrong. Tries are counted by address, and wrong ones by account; from an address where
somebody has signed in before they are counted apart, so that a stranger who guesses passwords
cannot lock the staff out.

References:
    OWASP ASVS 5.0, chapters 6 and 7; NIST SP 800-63B-4, section 3.2.2.
"""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import final

from anyio.to_thread import run_sync

from standex.edges.access.access_event import AccessAction, AccessEvent, Method, Tell
from standex.edges.access.account import AccessError, Account, account_id_of
from standex.edges.access.accounts import Accounts
from standex.edges.access.bearer_token import csrf_of
from standex.edges.access.hashing import BusyError, PasswordHashing
from standex.edges.access.one_time_links import OneTimeLinks
from standex.edges.access.openid_settings import Provider
from standex.edges.access.passwords import PasswordRules, problems_of
from standex.edges.access.rate_limit import Rate, RateLimiter, address_key
from standex.edges.access.sessions import Session, Sessions
from standex.edges.clock import Clock
from standex.edges.web.service_view import Begun, Caller, RefusedError

WRONG = "this name and password do not go together, or the account cannot sign in"
_LINK = "this link does not work, or not any more; ask for a new one"
_N_KNOWN = 10_000
_PER_ADDRESS = Rate(burst=20, per_s=1 / 6)
_PER_ACCOUNT = Rate(burst=10, per_s=1 / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRules:
    """How often somebody may try.

    Attributes:
        per_address: tries from one address.
        per_account: wrong passwords for one account.
        passwords: which are good enough.
    """

    per_address: Rate = _PER_ADDRESS
    per_account: Rate = _PER_ACCOUNT
    passwords: PasswordRules = field(default_factory=PasswordRules)


@final
class SignInDesk:
    """Lets people in at one site; close ``hashing`` when done with it.

    Args:
        accounts: who there is.
        sessions: who is in.
        links: that work once.
        hashing: of passwords.
        site_id: roles at this site count.
        clock: of the service.
        openid: the site's provider; None for none.
        rules: how often.
        tell: told of each try; the audit.
    """

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        links: OneTimeLinks,
        hashing: PasswordHashing,
        *,
        site_id: str,
        clock: Clock,
        openid: Provider | None = None,
        rules: SignInRules | None = None,
        tell: Tell | None = None,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._links = links
        self._hashing = hashing
        self._site_id = site_id
        self._clock = clock
        self._openid = openid
        self._rules = rules or SignInRules()
        self._tell = tell
        self._addresses = RateLimiter(self._rules.per_address, clock=clock)
        self._failures = RateLimiter(self._rules.per_account, clock=clock)
        self._known: OrderedDict[str, None] = OrderedDict()

    async def with_password(self, account_id: str, password: str, /, *, address: str) -> Begun:
        """Begin a session.

        Raises:
            RefusedError: in the same words and time whatever was wrong.
        """
        # A name that cannot be one is looked up as nobody's, and costs as much as any other.
        try:
            name = account_id_of(account_id)
        except AccessError:
            name = ""
        await self._limited(address)
        account = await self._checked(name, password, address=address)
        if account is None:
            await self._said(name, address, "wrong name or password")
            raise RefusedError(WRONG)
        with suppress(BusyError):  # another time, then
            await self._renewed(account, password)
        return await self._begun(account, Method.PASSWORD, address)

    async def with_link(self, link_token: str, /, *, address: str) -> Begun:
        """Begin a session by a link that works once.

        Raises:
            RefusedError: it does not work, or not any more.
        """
        await self._limited(address)
        account_id = await run_sync(self._links.take, link_token)
        account = await run_sync(self._accounts.find, account_id) if account_id else None
        if account is None or not account.is_enabled:
            await self._said(account_id or "", address, "link that does not work")
            raise RefusedError(_LINK)
        return await self._begun(account, Method.LINK, address)

    async def oidc_begin(self) -> str:
        """Return where to send the browser.

        Raises:
            RefusedError: the site has no such provider, or it does not answer.
        """
        if self._openid is None:
            raise RefusedError("this site has no OpenID provider; sign in with a password")
        try:
            return await self._openid.begin()
        except AccessError as error:
            raise RefusedError(str(error)) from error

    async def oidc_finish(self, query: Mapping[str, str], /, *, address: str) -> Begun:
        """Begin a session with what the provider sent back.

        Raises:
            RefusedError: it is not what was asked for, or the person has no role here.
        """
        if self._openid is None:
            raise RefusedError("this site has no OpenID provider; sign in with a password")
        await self._limited(address)
        try:
            person = await self._openid.finish(query)
            account = await run_sync(
                partial(
                    self._accounts.of_provider,
                    person.account_name,
                    subject=person.subject,
                    roles=person.roles,
                    site_id=self._site_id,
                )
            )
        except AccessError as error:
            await self._said("", address, f"OpenID: {error}")
            raise RefusedError(str(error)) from error
        return await self._begun(account, Method.OPENID, address)

    def caller(self, token: str, /) -> Caller | None:
        """Return whose token it is, and count it as a sign of life; None when it is nobody's."""
        session = self._sessions.find(token)
        if session is None:
            return None
        account = self._accounts.find(session.account_id)
        # A generation that has passed: password, roles of a provider or the account itself changed.
        if account is None or not account.is_enabled or account.generation != session.generation:
            self._sessions.end(session.session_id)
            return None
        return self._caller(account, session, token)

    def end(self, token: str, /) -> None:
        """End a session."""
        session = self._sessions.find(token)
        if session is not None and self._sessions.end(session.session_id):
            event = self._event(AccessAction.SIGN_OUT, session.account_id, session.address)
            self._told(event)

    async def aclose(self) -> None:
        """Close the connections to the OpenID provider, where the site has one."""
        if self._openid is not None:
            await self._openid.aclose()

    async def change_password(self, account_id: str, old: str, new: str, /) -> None:
        """Change a password; every session of the account ends.

        Somebody who came by a link and has no password yet gives an empty old one.

        Raises:
            RefusedError: the old one is wrong, or the new one is too weak.
        """
        account = await run_sync(self._accounts.get, account_id)
        if account.subject:
            raise RefusedError("this account signs in at the OpenID provider; change it there")
        if account.password_hash:
            account = await self._checked(account_id, old, address="", is_signed_in=True)
            if account is None:
                raise RefusedError("the old password is wrong")
        elif old:
            raise RefusedError("there is no old password; leave it empty")
        problems = problems_of(new, account_id=account_id, rules=self._rules.passwords)
        if problems:
            raise RefusedError(f"a password needs {', '.join(problems)}")
        try:
            new_hash = await self._hashing.hash(new)
        except BusyError as error:
            raise RefusedError(str(error), retry_after_s=5.0) from error
        # Told before it is done: what the audit does not know does not happen.
        self._told(self._event(AccessAction.SET_PASSWORD, account_id, ""))
        await run_sync(self._accounts.set_password_hash, account_id, new_hash)

    async def _checked(
        self, name: str, password: str, *, address: str, is_signed_in: bool = False
    ) -> Account | None:
        """Return the account if the password is its own; count it where it is not."""
        pair = f"{name} {'signed in' if is_signed_in else address_key(address)}"
        is_known = is_signed_in or pair in self._known
        key = pair if is_known else name
        # Taken before the work and given back after: many at once get no more than one by one.
        wait_s = self._failures.take(key)
        if wait_s:
            await self._said(name, address, "too many wrong passwords")
            raise RefusedError("too many wrong passwords; wait", retry_after_s=wait_s)
        account = await run_sync(self._accounts.find, name) if name else None
        usable = account if account is not None and account.is_enabled else None
        try:
            password_hash = "" if usable is None else usable.password_hash
            is_right = await self._hashing.is_right(password, password_hash, is_known=is_known)
        except BusyError as error:
            self._failures.give_back(key)
            raise RefusedError(str(error), retry_after_s=5.0) from error
        if not is_right or usable is None:
            return None
        self._failures.give_back(key)
        return usable

    async def _renewed(self, account: Account, password: str) -> None:
        """Hash a password again where the settings ask for another cost than it was hashed at."""
        old = account.password_hash
        if self._hashing.is_outdated(old):
            new = await self._hashing.hash(password)
            renew = self._accounts.renew_password_hash
            await run_sync(partial(renew, account.account_id, old=old, new=new))

    async def _limited(self, address: str) -> None:
        wait_s = self._addresses.take(address_key(address))
        if wait_s:
            # Not audited one by one: a flood of tries must not become a flood of the audit.
            raise RefusedError("too many tries from this address; wait", retry_after_s=wait_s)

    async def _begun(self, account: Account, method: Method, address: str) -> Begun:
        if not account.roles_at(self._site_id):
            await self._said(account.account_id, address, "no role at this site")
            raise RefusedError("this account has no role at this site; ask who manages accounts")
        event = self._event(AccessAction.SIGN_IN, account.account_id, address)
        await run_sync(self._told, replace(event, detail=method.value))
        token, session = await run_sync(
            partial(self._sessions.begin, account, method=method, address=address)
        )
        self._known[f"{account.account_id} {address_key(address)}"] = None
        while len(self._known) > _N_KNOWN:
            self._known.popitem(last=False)
        return Begun(token=token, caller=self._caller(account, session, token))

    def _caller(self, account: Account, session: Session, token: str) -> Caller:
        return Caller(
            account_id=account.account_id,
            roles=account.roles_at(self._site_id),
            session_id=session.session_id,
            csrf_token=csrf_of(token),
            expires_utc_ns=session.expires_utc_ns,
        )

    async def _said(self, account_id: str, address: str, why: str) -> None:
        event = self._event(AccessAction.SIGN_IN, account_id, address)
        await run_sync(self._told, replace(event, is_done=False, detail=why[:300]))

    def _told(self, event: AccessEvent) -> None:
        if self._tell is not None:
            self._tell(event)

    def _event(self, action: AccessAction, account_id: str, address: str) -> AccessEvent:
        return AccessEvent(
            action=action,
            t_utc_ns=self._clock.utc_ns(),
            by=account_id,
            of=account_id,
            is_done=True,
            address=address,
        )
