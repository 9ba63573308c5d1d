"""Opens an audit log by its address."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from standex.edges.audit.contract import AuditError
from standex.edges.audit.postgresql_log import open_postgresql
from standex.edges.audit.sql_log import SqlAuditLog
from standex.edges.audit.sqlite_log import open_sqlite


def open_audit(url: str, *, password: str = "", read_only: bool = False) -> SqlAuditLog:
    """Open an audit log; make it where there is none.

    Args:
        url: ``sqlite:///var/lib/standex/audit.db`` (from the root; ``sqlite:audit.db`` from the
            folder that the program runs in), or ``postgresql://user@host:port/database``.
        password: of the PostgreSQL user, from a file or the environment; never in the address.
        read_only: change nothing; there must be a log.

    Raises:
        AuditError: the address is another one, or the log cannot be used.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and parts.path.strip("/"):
        # Four slashes, as some write them, mean no more than three.
        path = "/" + parts.path.lstrip("/") if parts.path.startswith("/") else parts.path
        return open_sqlite(Path(unquote(path)), read_only=read_only)
    if parts.scheme not in ("postgresql", "postgres"):
        raise AuditError(
            f"no audit log has the address {url.partition('?')[0]}: write sqlite:///PATH or "
            "postgresql://USER@HOST/DATABASE"
        )
    if parts.password or "password" in parse_qs(parts.query):
        raise AuditError("the address of the audit log holds a password: put it into a file")
    return open_postgresql(url, password=password, read_only=read_only)
