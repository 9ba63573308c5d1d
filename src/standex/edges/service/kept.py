"""All that the service keeps and may not start without: store, audit, key, retention."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from standex.edges.audit.contract import AuditError
from standex.edges.audit.keys import PRIVATE_NAME, SigningKey, make_key, read_key
from standex.edges.audit.open_audit import open_audit
from standex.edges.audit.sqlite_log import open_sqlite as open_sqlite_audit
from standex.edges.audit.writer import AuditWriter, HeadRule
from standex.edges.clock import Clock
from standex.edges.service.config import ServiceConfig, ServiceFileError, read_secret, secret_path
from standex.edges.service.notes import Notes
from standex.edges.service.store_watch import StoreWatch
from standex.edges.service.tables import RetentionTable
from standex.edges.store.contract import Store
from standex.edges.store.open_store import open_store
from standex.edges.store.retention import Retention
from standex.edges.store.sqlite_store import open_sqlite as open_sqlite_store

SQLITE = "sqlite:"
_MONTH_S = 30.5 * 86400.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """What is open for as long as the service runs.

    Attributes:
        store: everything but files and audit.
        audit: who did what.
        key: that heads and bundles are signed with.
        notes: the service's own words in the audit.
        retention: for how long what stays.
        watch: whether store and audit are there.
    """

    store: Store
    audit: AuditWriter
    key: SigningKey
    notes: Notes
    retention: Retention
    watch: StoreWatch


def retention_of(table: RetentionTable) -> Retention:
    """Return for how long what stays."""
    return Retention(
        raw_s=table.raw_s,
        track_s=table.track_minutes * 60,
        alarm_s=table.alarm_hours * 3600,
        audit_s=table.audit_months * _MONTH_S,
        operation_s=table.operation_months * _MONTH_S,
    )


def open_kept(config: ServiceConfig, stack: ExitStack, *, clock: Clock) -> Kept:
    """Open everything; the stack closes it in the right order.

    Args:
        config: where what is.
        stack: that ends with the service.
        clock: of the service.

    Raises:
        StandexError: something cannot be used; says what to do.
    """
    try:
        config.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceFileError(
            f"cannot make the folder {config.folder} of the service: {error.strerror}"
        ) from error
    table = config.table
    store = opened_store(config, clock=clock)
    stack.callback(store.close)
    store.check()
    key = signing_key(config)
    url = table.audit.url
    if url.startswith(SQLITE):
        log = open_sqlite_audit(sqlite_path(config, url))
    else:
        named = table.store.password_file
        log = open_audit(url, password=read_secret(named, config) if named else "")
    stack.callback(log.close)
    damage = log.check()
    if damage:
        raise AuditError(f"the audit log is damaged: {damage}; standex audit verify says more")
    copies = [config.place(name) for name in table.audit.copies]
    rule = HeadRule(every_rows=table.audit.sign_every_rows, every_s=table.audit.sign_every_s)
    audit = stack.enter_context(AuditWriter(log, clock=clock, key=key, copies=copies, rule=rule))
    return Kept(
        store=store,
        audit=audit,
        key=key,
        notes=Notes(audit, clock=clock),
        retention=retention_of(table.retention),
        watch=stack.enter_context(StoreWatch(store, audit, clock=clock)),
    )


def opened_store(config: ServiceConfig, *, clock: Clock) -> Store:
    """Open the store that a service file names.

    Raises:
        StandexError: it cannot be used.
    """
    url, named = config.table.store.url, config.table.store.password_file
    if url.startswith(SQLITE):
        return open_sqlite_store(sqlite_path(config, url), clock=clock)
    password = secret_path(named, config) if named else None
    return open_store(url, clock=clock, password_file=password)


def signing_key(config: ServiceConfig) -> SigningKey:
    """Return the key of the service; made where there is none and the site is in exercise.

    Raises:
        StandexError: there is none in live duty, or it cannot be used.
    """
    folder = config.place(config.table.audit.key_folder)
    path = folder / PRIVATE_NAME
    if path.exists():
        return read_key(path)
    if config.table.operation == "live":
        raise ServiceFileError(
            f"there is no key {path}; make one with standex audit key, keep its public half "
            "elsewhere, and name its folder under audit.key_folder"
        )
    return make_key(folder)


def sqlite_path(config: ServiceConfig, url: str) -> Path:
    """Return the file of a store or log; a relative path lies in the folder of the service."""
    name = url.removeprefix(SQLITE)
    return config.place("/" + name.lstrip("/") if name.startswith("/") else name)
