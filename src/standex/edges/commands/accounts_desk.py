"""What every action of ``standex accounts`` works with: the store, and the audit before it."""

import argparse
import getpass
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import final

from standex.edges.access.access_event import AccessAction, AccessEvent, Tell
from standex.edges.access.account import AccessError
from standex.edges.clock import Clock, SystemClock
from standex.edges.store.contract import Store
from standex.model.errors import StandexError

STORE, AUDIT = "STANDEX_STORE", "STANDEX_AUDIT"
AUDIT_PASSWORD = "STANDEX_AUDIT_PASSWORD"  # noqa: S105 - the name of a variable


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desk:
    """What an action has to work with.

    Attributes:
        args: of the command line.
        store: where accounts and papers are.
        clock: of this computer.
        tell: into the audit; None where nobody is told.
    """

    args: argparse.Namespace
    store: Store
    clock: Clock
    tell: Tell | None

    @contextmanager
    def deed(self, action: AccessAction, of: str, detail: str) -> Generator[None]:
        """Tell of something before it is done, and again when it could not be."""
        self._told(action, of, detail, is_done=True)
        try:
            yield
        except StandexError as error:
            self._told(action, of, str(error)[:500], is_done=False)
            raise

    def _told(self, action: AccessAction, of: str, detail: str, *, is_done: bool) -> None:
        if self.tell is not None:
            event = AccessEvent(
                action=action,
                t_utc_ns=self.clock.utc_ns(),
                by=_user(),
                of=of,
                is_done=is_done,
                detail=detail,
            )
            self.tell(event)


def add_desk_arguments(part: argparse.ArgumentParser) -> None:
    """Add the arguments that say where the store and the audit are."""
    part.add_argument(
        "--store",
        default=os.environ.get(STORE),
        metavar="ADDRESS",
        help=f"sqlite:///PATH or postgresql://USER@HOST/DATABASE; by default ${STORE}",
    )
    part.add_argument("--password-file", type=Path, help="of the database")
    part.add_argument(
        "--audit",
        default=os.environ.get(AUDIT),
        metavar="ADDRESS",
        help=f"of the audit log, as for the store; by default ${AUDIT}",
    )
    part.add_argument(
        "--unaudited", action="store_true", help="change it without a line in the audit"
    )
    # Said before or behind the action; without a default here, that of the command stays.
    for flag in ("--json", "--debug"):
        part.add_argument(
            flag, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )


@contextmanager
def open_desk(args: argparse.Namespace, *, is_change: bool) -> Generator[Desk]:
    """Open the store and the audit, and close them.

    Args:
        args: of the command line.
        is_change: whether something is changed, and so must be audited.

    Raises:
        StandexError: one of them is not named, or cannot be used.
    """
    # Optional packages: other commands must start without them.
    from standex.edges.access.audited import tell_into  # noqa: PLC0415
    from standex.edges.audit.open_audit import open_audit  # noqa: PLC0415
    from standex.edges.store.open_store import open_store  # noqa: PLC0415

    if not args.store:
        raise AccessError(f"which store? name it with --store, or set {STORE}")
    if is_change and not args.audit and not args.unaudited:
        raise AccessError(
            f"which audit log? name it with --audit, or set {AUDIT}; --unaudited for none"
        )
    clock = SystemClock()
    with ExitStack() as stack:
        tell: Tell | None = None
        if is_change and not args.unaudited:
            # Opened first: what cannot be audited is not done.
            log = open_audit(args.audit, password=os.environ.get(AUDIT_PASSWORD, ""))
            stack.callback(log.close)
            tell = tell_into(log)
        store = open_store(
            args.store, clock=clock, create=is_change, password_file=args.password_file
        )
        stack.callback(store.close)
        yield Desk(args=args, store=store, clock=clock, tell=tell)


def _user() -> str:
    """Return who may read the service's files, as the system calls them."""
    try:
        return f"console:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"console:{os.getuid()}"
