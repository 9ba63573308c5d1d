"""Months of retention: old rows leave as one segment, and a signed seal stays in their place."""

from standex.edges.audit.contract import AuditEntry, AuditLog, Seal, What
from standex.edges.audit.heads import sign_seal
from standex.edges.audit.keys import SigningKey

_PAGE = 5000


def seal_expired(
    log: AuditLog, key: SigningKey, *, t_utc_ns: int, keep_s: int, who: str = "service"
) -> Seal | None:
    """Delete the rows whose time is over, and say so in the log; None when there are none.

    A segment ends before the first row that must stay; a row with a clock that ran ahead keeps
    those after it longer, and never shorter. The last row always stays: the log has an end.

    Args:
        log: of which.
        key: that the seal is signed with.
        t_utc_ns: now.
        keep_s: how long a row must stay.
        who: has it done.

    Raises:
        AuditError: the log cannot be used; nothing was deleted.
        ValueError: ``keep_s`` is not positive.
    """
    if keep_s <= 0:
        raise ValueError(f"keep_s must be positive, got {keep_s}")
    if earlier := log.seals():
        _say(log, earlier[-1], who=who)  # again, in case that nobody could before the end
    seal = _next_seal(log, t_utc_ns=t_utc_ns, keep_s=keep_s)
    if seal is None:
        return None
    seal = sign_seal(seal, key)
    log.drop(seal)
    _say(log, seal, who=who)
    return seal


def _say(log: AuditLog, seal: Seal, *, who: str) -> None:
    n_rows = seal.last_seq - seal.first_seq + 1
    log.append(
        [
            AuditEntry(
                t_utc_ns=seal.t_utc_ns,
                who=who,
                role="",
                what=What.AUDIT_SEALED,
                of_what=f"rows {seal.first_seq} to {seal.last_seq}",
                why=f"kept for {seal.keep_s} s, as set",
                request_id=f"seal-{log.log_id}-{seal.last_seq}",
                body={"n_rows": n_rows, "last_hash": seal.last_hash, "keep_s": seal.keep_s},
            )
        ]
    )


def _next_seal(log: AuditLog, *, t_utc_ns: int, keep_s: int) -> Seal | None:
    over_utc_ns = t_utc_ns - keep_s * 10**9
    last_seq, _ = log.last()
    first = ended = None
    newest_utc_ns = after = 0
    is_over = False
    while not is_over and (page := log.rows(after=after, limit=_PAGE)):
        for row in page:
            if row.t_utc_ns > over_utc_ns or row.seq == last_seq:
                is_over = True
                break
            first, ended, after = first or row, row, row.seq
            newest_utc_ns = max(newest_utc_ns, row.t_utc_ns)
    if first is None or ended is None:
        return None
    return Seal(
        log_id=log.log_id,
        first_seq=first.seq,
        last_seq=ended.seq,
        prev_hash=first.prev_hash,
        last_hash=ended.row_hash,
        newest_utc_ns=newest_utc_ns,
        t_utc_ns=t_utc_ns,
        keep_s=keep_s,
        key_id="",
        signature="",
    )
