"""Goes through an audit log and says whether anything in it was changed.

What is found: a row that was edited, deleted, inserted or moved (the chain of hashes), a log that
was written anew or cut off at its end (the signed heads, above all those copied to another place),
a segment that was deleted without a seal or before its time (the seals). What cannot be found: rows
that were cut off after the last head that a trusted place holds; how many there are is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, final, runtime_checkable

from standex.edges.audit.chain import beginning, hash_of, head_message, seal_message
from standex.edges.audit.contract import AuditError, AuditRow, Seal, SignedHead
from standex.edges.audit.keys import PublicKeys

_PAGE = 5000
_MOST = 100


@runtime_checkable
class Readable(Protocol):
    """What can be verified: a log, or an export of one."""

    @property
    def log_id(self) -> str:
        """Return what the log is called."""
        ...

    def rows(self, *, after: int = 0, limit: int = 1000) -> tuple[AuditRow, ...]:
        """Return the first rows with a number above ``after``, in order."""
        ...

    def heads(self) -> tuple[SignedHead, ...]:
        """Return the signed heads."""
        ...

    def seals(self) -> tuple[Seal, ...]:
        """Return the seals, in order."""
        ...

    def check(self) -> str:
        """Return what is wrong with the files or tables themselves, or nothing."""
        ...


class Fault(StrEnum):
    """What can be wrong with a log.

    Attributes:
        EDITED: a row is not what was hashed.
        MISSING: rows are not there, and no seal says why.
        BROKEN: a row does not continue the one before: something was inserted, moved or replaced.
        CUT: the log ended later once.
        REWRITTEN: a row has another hash than the one that was signed.
        SIGNATURE: a head or a seal was not signed by a trusted key.
        EARLY: a segment was deleted before its time.
        DAMAGED: the files themselves are.
        BAD_COPY: a copy of the heads has lines that are none.
        STALE: the newest head is too old.
    """

    EDITED = "edited"
    MISSING = "missing"
    BROKEN = "broken"
    CUT = "cut"
    REWRITTEN = "rewritten"
    SIGNATURE = "signature"
    EARLY = "early"
    DAMAGED = "damaged"
    BAD_COPY = "bad_copy"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        fault: of which kind.
        seq: at which row; 0 where it is at none.
        text: in plain words.
    """

    fault: Fault
    seq: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What came of verifying a log.

    Attributes:
        log_id: which log.
        n_rows: rows that are there.
        first_seq: of the first row that is there; 0 when there is none.
        last_seq: of the last row; of the last sealed one when there is none.
        n_sealed: rows that were deleted under a seal.
        n_heads: heads whose signature is good.
        signed_seq: up to which row a trusted head vouches.
        n_unsigned: rows after that one: cutting them off would not be found.
        are_signatures_checked: whether any public key was given.
        findings: what is wrong, the first hundred.
    """

    log_id: str
    n_rows: int
    first_seq: int
    last_seq: int
    n_sealed: int
    n_heads: int
    signed_seq: int
    n_unsigned: int
    are_signatures_checked: bool
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing wrong was found."""
        return not self.findings


def verify(
    log: Readable,
    *,
    keys: PublicKeys | None = None,
    copies: Sequence[SignedHead] = (),
    n_bad_lines: int = 0,
    newest_head_after_utc_ns: int = 0,
) -> Verification:
    """Go through a whole log.

    Args:
        log: or an export of one.
        keys: that are trusted; None to check the chain only.
        copies: heads from another place.
        n_bad_lines: lines of those copies that could not be read.
        newest_head_after_utc_ns: the newest head must not be older than that; 0 for any.
    """
    walk = _Walk(log)
    if damage := log.check():
        walk.find(Fault.DAMAGED, 0, damage)
    if n_bad_lines:
        walk.find(Fault.BAD_COPY, 0, f"{n_bad_lines} lines of a copy of the heads are none")
    seals: tuple[Seal, ...] = ()
    heads: tuple[SignedHead, ...] = tuple(copies)
    try:
        seals = log.seals()
        heads = tuple(dict.fromkeys((*log.heads(), *copies)))
        if keys is not None:
            walk.check_seals(seals, keys)
            heads = walk.trusted(heads, keys)
        walk.begin_after(seals)
        walk.go(heads)
    except AuditError as error:
        walk.find(Fault.DAMAGED, walk.last_seq, str(error))
    newest_utc_ns = max((head.t_utc_ns for head in heads), default=0)
    if newest_utc_ns < newest_head_after_utc_ns:
        walk.find(Fault.STALE, 0, "the newest signed head is older than it must be")
    signed_seq = max((head.seq for head in heads), default=0) if keys is not None else 0
    return Verification(
        log_id=log.log_id,
        n_rows=walk.n_rows,
        first_seq=walk.first_seq,
        last_seq=walk.last_seq,
        n_sealed=sum(seal.last_seq - seal.first_seq + 1 for seal in seals),
        n_heads=len(heads) if keys is not None else 0,
        signed_seq=signed_seq,
        n_unsigned=max(walk.last_seq - signed_seq, 0),
        are_signatures_checked=keys is not None,
        findings=tuple(walk.findings[:_MOST]),
    )


@final
class _Walk:
    """From the first row to the last."""

    def __init__(self, log: Readable) -> None:
        self.findings: list[Finding] = []
        self.n_rows = self.first_seq = self.last_seq = 0
        self._log = log
        self._prev_hash = beginning(log.log_id)
        self._hashes: dict[int, str] = {}

    def find(self, fault: Fault, seq: int, text: str) -> None:
        if len(self.findings) < _MOST:
            self.findings.append(Finding(fault=fault, seq=seq, text=text))

    def check_seals(self, seals: Iterable[Seal], keys: PublicKeys) -> None:
        for seal in seals:
            span = f"rows {seal.first_seq} to {seal.last_seq}"
            good = keys.is_signed(seal_message(seal), key_id=seal.key_id, signature=seal.signature)
            if not good:
                self.find(
                    Fault.SIGNATURE,
                    seal.first_seq,
                    f"the seal of {span} is not signed by a trusted key",
                )
            if seal.t_utc_ns - seal.newest_utc_ns < seal.keep_s * 10**9:
                self.find(
                    Fault.EARLY, seal.first_seq, f"{span} were deleted before their time was over"
                )

    def trusted(self, heads: Sequence[SignedHead], keys: PublicKeys) -> tuple[SignedHead, ...]:
        good: list[SignedHead] = []
        for head in heads:
            if keys.is_signed(head_message(head), key_id=head.key_id, signature=head.signature):
                good.append(head)
            else:
                self.find(
                    Fault.SIGNATURE,
                    head.seq,
                    f"the head at row {head.seq} is not signed by a trusted key "
                    f"(it names {head.key_id})",
                )
        return tuple(good)

    def begin_after(self, seals: Sequence[Seal]) -> None:
        for seal in seals:
            fits = (
                seal.log_id == self._log.log_id
                and seal.first_seq == self.last_seq + 1
                and seal.last_seq >= seal.first_seq
                and seal.prev_hash == self._prev_hash
            )
            if not fits:
                self.find(
                    Fault.BROKEN,
                    seal.first_seq,
                    f"the seal of rows {seal.first_seq} to {seal.last_seq} does not continue what "
                    "is before it",
                )
            self.last_seq, self._prev_hash = seal.last_seq, seal.last_hash
            self._hashes[seal.last_seq] = seal.last_hash

    def go(self, heads: Sequence[SignedHead]) -> None:
        sealed_seq = self.last_seq
        signed = {head.seq for head in heads}
        if not self.last_seq:
            self._hashes[0] = self._prev_hash
        while page := self._log.rows(after=self.last_seq, limit=_PAGE):
            for row in page:
                self._take(row)
                if row.seq in signed:
                    self._hashes[row.seq] = row.row_hash
        for head in heads:
            self._hold_against(head, sealed_seq=sealed_seq)

    def _take(self, row: AuditRow) -> None:
        if not self.n_rows:
            self.first_seq = row.seq
        self.n_rows += 1
        if row.seq <= self.last_seq:
            self.find(Fault.BROKEN, row.seq, f"row {row.seq} comes again, or out of its order")
        elif row.seq != self.last_seq + 1:
            gone = f"row {self.last_seq + 1}"
            if row.seq > self.last_seq + 2:
                gone = f"rows {self.last_seq + 1} to {row.seq - 1}"
            self.find(Fault.MISSING, row.seq, f"{gone}: not there, and no seal says why")
        elif row.prev_hash != self._prev_hash:
            self.find(Fault.BROKEN, row.seq, f"row {row.seq} does not continue the one before it")
        if hash_of(row) != row.row_hash:
            self.find(Fault.EDITED, row.seq, f"row {row.seq} is not what was written")
        self.last_seq, self._prev_hash = max(row.seq, self.last_seq + 1), row.row_hash

    def _hold_against(self, head: SignedHead, *, sealed_seq: int) -> None:
        if head.log_id != self._log.log_id:
            self.find(Fault.REWRITTEN, head.seq, f"a head is of another log, {head.log_id[:40]}")
        elif head.seq > self.last_seq:
            self.find(
                Fault.CUT,
                head.seq,
                f"the log ends with row {self.last_seq}, and once ended with row {head.seq}: "
                "its end was cut off",
            )
        elif head.seq not in self._hashes:
            if head.seq > sealed_seq:
                self.find(Fault.MISSING, head.seq, f"row {head.seq} was signed, and is not there")
        elif self._hashes[head.seq] != head.row_hash:
            self.find(
                Fault.REWRITTEN,
                head.seq,
                f"row {head.seq} has another hash than was signed: it was written anew",
            )
