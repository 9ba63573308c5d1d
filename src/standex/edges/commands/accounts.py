"""``standex accounts``: who may sign in, as what, and which sensors may speak.

There is no password that somebody else has chosen: whoever is added gets a link that works once,
and sets a password of their own. Every change goes into the audit log.
"""

import argparse
import getpass
import sys
from collections.abc import Callable, Collection
from pathlib import Path

from standex.edges.access.access_event import AccessAction
from standex.edges.access.account import EVERY_SITE, AccessError, Account, account_id_of
from standex.edges.access.accounts import Accounts
from standex.edges.access.one_time_links import OneTimeLinks, check_lifetime
from standex.edges.access.passwords import problems_of
from standex.edges.access.private_file import read_private
from standex.edges.access.roles import Role
from standex.edges.commands.accounts_desk import Desk, add_desk_arguments, open_desk
from standex.edges.commands.accounts_sensors import SENSOR_ACTS, add_sensor_arguments
from standex.edges.commands.console import say
from standex.edges.settings import load_site

_ACTIONS = {
    "list": "accounts and what they are",
    "add": "make an account, and a link by which its holder comes in once",
    "link": "make another such link: for who forgot a password",
    "password": "set a password here, for a machine or an emergency",
    "roles": "change what somebody is at a site",
    "enable": "let somebody sign in again",
    "disable": "let somebody in no more, and end their sessions",
    "sign-out": "end every session of somebody",
    "remove": "delete an account",
}
_NAMED = tuple(name for name in _ACTIONS if name != "list")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    parts = {name: actions.add_parser(name, help=what) for name, what in _ACTIONS.items()}
    for name in _NAMED:
        parts[name].add_argument("name", help="of the account")
    for name in ("add", "roles"):
        part = parts[name]
        where = part.add_mutually_exclusive_group(required=True)
        where.add_argument("--site", help="shipped site or a site file; roles are of that site")
        where.add_argument("--every-site", action="store_true", help="roles are of every site")
        part.add_argument(
            "--role",
            nargs="*" if name == "roles" else "+",
            default=[],
            choices=[str(role) for role in Role],
            required=name == "add",
            help="one or several; for roles: none takes them away",
        )
    for name in ("add", "link"):
        parts[name].add_argument("--hours", type=float, default=24.0, help="that the link works")
        parts[name].add_argument(
            "--address", help="of the service, such as https://station.example:8443"
        )
    parts["password"].add_argument("--from-file", type=Path, help="read it there; - is stdin")
    parts |= add_sensor_arguments(actions.add_parser)
    for part in parts.values():
        add_desk_arguments(part)


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    with open_desk(args, is_change=args.action not in _READING) as desk:
        return _ACTS[args.action](desk)


def _list(desk: Desk) -> int:
    every = Accounts(desk.store, clock=desk.clock).every()
    rows = [
        {
            "account_id": account.account_id,
            "roles": {site: sorted(roles) for site, roles in account.roles.items()},
            "is_enabled": account.is_enabled,
            "has_password": bool(account.password_hash),
            "is_openid": bool(account.subject),
        }
        for account in every
    ]
    lines = [_line(account) for account in every] or ["no accounts; standex accounts add NAME"]
    say(desk.args, {"accounts": rows}, *lines)
    return 0


def _add(desk: Desk) -> int:
    args = desk.args
    accounts, links = (
        Accounts(desk.store, clock=desk.clock),
        OneTimeLinks(desk.store, clock=desk.clock),
    )
    name, site_id = account_id_of(args.name), _site_id(args)
    check_lifetime(args.hours * 3600.0)
    roles = {Role(word) for word in args.role}
    with desk.deed(AccessAction.ADD_ACCOUNT, name, f"{site_id}: {_words(roles)}"):
        accounts.add(name, roles={site_id: roles})
        token = links.make(name, lifetime_s=args.hours * 3600.0)
    return _say_link(desk, name, token)


def _link(desk: Desk) -> int:
    accounts, links = (
        Accounts(desk.store, clock=desk.clock),
        OneTimeLinks(desk.store, clock=desk.clock),
    )
    account = accounts.get(desk.args.name)
    if not account.is_enabled:
        raise AccessError(f"{account.account_id!r} is switched off: standex accounts enable")
    if account.subject:
        raise AccessError(f"{account.account_id!r} signs in at the OpenID provider")
    with desk.deed(AccessAction.MAKE_LINK, account.account_id, ""):
        token = links.make(account.account_id, lifetime_s=desk.args.hours * 3600.0)
    return _say_link(desk, account.account_id, token)


def _password(desk: Desk) -> int:
    from standex.edges.access.hashing import PasswordHashing  # noqa: PLC0415 - an optional package

    accounts = Accounts(desk.store, clock=desk.clock)
    account = accounts.get(desk.args.name)
    if account.subject:
        raise AccessError(f"{account.account_id!r} signs in at the OpenID provider")
    password = _read_password(desk.args.from_file)
    problems = problems_of(password, account_id=account.account_id)
    if problems:
        raise AccessError(f"a password needs {', '.join(problems)}")
    hashing = PasswordHashing()
    try:
        password_hash = hashing.hash_now(password)
    finally:
        hashing.close()
    with desk.deed(AccessAction.SET_PASSWORD, account.account_id, ""):
        accounts.set_password_hash(account.account_id, password_hash)
    OneTimeLinks(desk.store, clock=desk.clock).void(account.account_id)
    return _said(desk, account.account_id, "has a new password; its sessions have ended")


def _roles(desk: Desk) -> int:
    accounts, site_id = Accounts(desk.store, clock=desk.clock), _site_id(desk.args)
    name = accounts.get(desk.args.name).account_id
    roles = {Role(word) for word in desk.args.role}
    with desk.deed(AccessAction.SET_ROLES, name, f"{site_id}: {_words(roles)}"):
        accounts.set_roles(name, roles, site_id=site_id)
    return _said(desk, name, f"is {_words(roles)} at {site_id}")


def _switch(desk: Desk) -> int:
    accounts = Accounts(desk.store, clock=desk.clock)
    name, is_on = accounts.get(desk.args.name).account_id, desk.args.action == "enable"
    action = AccessAction.ENABLE_ACCOUNT if is_on else AccessAction.DISABLE_ACCOUNT
    with desk.deed(action, name, ""):
        accounts.set_enabled(name, is_on)
        if not is_on:
            OneTimeLinks(desk.store, clock=desk.clock).void(name)
    return _said(desk, name, "may sign in" if is_on else "is switched off")


def _sign_out(desk: Desk) -> int:
    accounts = Accounts(desk.store, clock=desk.clock)
    name = accounts.get(desk.args.name).account_id
    with desk.deed(AccessAction.END_SESSIONS, name, ""):
        accounts.end_sessions(name)
    return _said(desk, name, "is signed out everywhere")


def _remove(desk: Desk) -> int:
    accounts = Accounts(desk.store, clock=desk.clock)
    # Also one that cannot be read any more can be removed.
    name = account_id_of(desk.args.name)
    with desk.deed(AccessAction.REMOVE_ACCOUNT, name, ""):
        accounts.remove(name)
        OneTimeLinks(desk.store, clock=desk.clock).void(name)
    return _said(desk, name, "is removed")


_ACTS: dict[str, Callable[[Desk], int]] = {
    "list": _list,
    "add": _add,
    "link": _link,
    "password": _password,
    "roles": _roles,
    "enable": _switch,
    "disable": _switch,
    "sign-out": _sign_out,
    "remove": _remove,
    **SENSOR_ACTS,
}
_READING = frozenset({"list", "sensors"})


def _site_id(args: argparse.Namespace) -> str:
    return EVERY_SITE if args.every_site else load_site(args.site).site_id


def _read_password(path: Path | None) -> str:
    """Return a password from a file, from stdin, or from whoever types it twice."""
    if path is not None and str(path) != "-":
        return read_private(path, what="the password").decode(errors="replace").strip("\r\n")
    if path is not None or not sys.stdin.isatty():
        return sys.stdin.readline(2000).strip("\r\n")
    first = getpass.getpass("new password: ")
    if getpass.getpass("once more: ") != first:
        raise AccessError("the two are not the same; nothing was changed")
    return first


def _line(account: Account) -> str:
    how = "OpenID" if account.subject else "password" if account.password_hash else "link only"
    sites = "; ".join(f"{site}: {_words(held)}" for site, held in sorted(account.roles.items()))
    state = "" if account.is_enabled else ", switched off"
    return f"{account.account_id}  {sites or 'no role'}  ({how}{state})"


def _words(roles: Collection[Role]) -> str:
    return ", ".join(sorted(roles)) or "nothing"


def _say_link(desk: Desk, name: str, token: str) -> int:
    args = desk.args
    address = None if args.address is None else f"{args.address.rstrip('/')}/#link={token}"
    say(
        args,
        {"account_id": name, "link_token": token, "address": address, "hours": args.hours},
        f"{name} comes in once, within {args.hours:g} h, with:",
        address or token,
        "it is shown this once: hand it over by a way that nobody else reads",
    )
    return 0


def _said(desk: Desk, name: str, what: str) -> int:
    say(desk.args, {"account_id": name, "done": what}, f"{name} {what}")
    return 0
