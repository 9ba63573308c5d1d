"""A store by its address; the password comes from a file or the environment, never with it."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from standex.edges.clock import Clock
from standex.edges.store.contract import StoreError
from standex.edges.store.sql_store import SqlStore
from standex.edges.store.sqlite_store import open_sqlite

PASSWORD = "STANDEX_STORE_PASSWORD"  # noqa: S105 - the name of a variable
PASSWORD_FILE = "STANDEX_STORE_PASSWORD_FILE"  # noqa: S105
CREDENTIAL = "store-password"
_OTHERS = 0o007


def open_store(
    url: str,
    *,
    clock: Clock,
    create: bool = True,
    upgrade: bool = False,
    password_file: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> SqlStore:
    """Open the store at an address.

    Args:
        url: ``sqlite:///var/lib/standex/store.db`` (from the root; ``sqlite:store.db`` from the
            folder that the program runs in), or ``postgresql://user@host:port/database``.
        clock: says when documents are made.
        create: make a store where there is none.
        upgrade: bring an older one to the version of this software.
        password_file: holds the password; without it, the file that ``STANDEX_STORE_PASSWORD_FILE``
            names, systemd's credential ``store-password``, or ``STANDEX_STORE_PASSWORD``.
        environment: read in place of that of the process.

    Raises:
        StoreError: the address means nothing or holds a password, or the store cannot be used.
    """
    parts = _split(url)
    if parts.scheme == "sqlite":
        if parts.netloc or parts.query or not parts.path.strip("/"):
            raise StoreError(
                f"{url} names no file: write sqlite:///var/lib/standex/store.db, or sqlite:store.db"
            )
        # Four slashes, as some write them, mean no more than three.
        path = "/" + parts.path.lstrip("/") if parts.path.startswith("/") else parts.path
        return open_sqlite(Path(unquote(path)), clock=clock, create=create, upgrade=upgrade)
    # Its package is large, and a site with SQLite never needs it.
    from standex.edges.store.postgresql_store import open_postgresql  # noqa: PLC0415

    environment = os.environ if environment is None else environment
    password = _password(password_file, environment)
    return open_postgresql(url, password=password, clock=clock, create=create, upgrade=upgrade)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        has_password = parts.password is not None or "password" in parse_qs(parts.query)
    except ValueError as error:
        raise StoreError(f"the address of the store cannot be read: {error}") from error
    if parts.scheme not in {"sqlite", "postgresql"}:
        raise StoreError(
            f"no store has an address with {parts.scheme or 'nothing'} before the colon: write "
            "sqlite:///PATH or postgresql://USER@HOST/DATABASE"
        )
    if has_password:
        raise StoreError(
            "the address of the store holds a password, which must not be there: put it into a "
            f"file for the owner alone and name that file, or set {PASSWORD_FILE}"
        )
    return parts


def _password(file: Path | None, environment: Mapping[str, str]) -> str | None:
    named = environment.get(PASSWORD_FILE)
    if file is None and named:
        file = Path(named)
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if file is None and folder and (Path(folder) / CREDENTIAL).exists():
        file = Path(folder) / CREDENTIAL
    if file is None:
        return environment.get(PASSWORD) or None
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"the password of the store cannot be read: {error}") from error
    if mode & _OTHERS:
        raise StoreError(f"{file} holds a password that everybody can read: chmod 600 {file}")
    if not text:
        raise StoreError(f"{file} holds no password")
    return text
