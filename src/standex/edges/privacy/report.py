"""The privacy report: what is kept of people, where, how long, why, and who else is told.

Material for a site's data protection impact assessment; the assessment itself, and whether the
processing is lawful, is for whoever runs the site to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from standex.edges.privacy.folders import FolderContents
from standex.edges.privacy.identity_fields import Found, Kind
from standex.edges.store.contract import Contents, DataClass

ABOUT = {
    DataClass.RAW: "what devices delivered, and anything that shows a body",
    DataClass.TRACK: "where people were, under a number that means nothing outside the site, and "
    "what was known about them",
    DataClass.ALARM: "the evidence of an alarmed passage (pictures on a generic figure, spectra of "
    "cloth and residues, traces of air; camera crops with the face and everybody else masked, only "
    "where the site has switched them on), and the incident",
    DataClass.AUDIT: "who did what: staff, sensors and the service itself",
    DataClass.ACCOUNT: "who may sign in: staff",
    DataClass.OPERATION: "the state of the system itself: walk tests, operating points, health, "
    "and counts by shift of what each sensor said of people without an alarm, ten or more of them",
}
MEASURES = (
    "Nobody is identified: no face, gait, document, telephone or ticket is read, and no field of "
    "any schema has a place for it; a test walks all schemas.",
    "Outcomes are 'nothing found', 'alarm' and 'not screened'; nobody is called safe or guilty, "
    "and every consequence is decided by a person.",
    "Raw records are worked on in memory and are not written by a live service; pictures are "
    "drawn on a generic figure. Of an alarmed passage alone, the mean spectrum of a laser's look "
    "and what an inlet drew in are kept with the evidence, and go with it; a masked camera crop "
    "only where the site has switched that on, and for supervisors alone.",
    "Clothing descriptors join two tracks within minutes; they are never written.",
    "What is kept has its time of deletion written into it; deleting follows the clock and is "
    "proven in the audit.",
    "Every look at the evidence of a person is written into the audit first; the audit shows "
    "every change to it.",
    "Those who decline are screened another way; that is counted, and is no ground of suspicion.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How long a class of data stays.

    Attributes:
        data_class: which.
        about: what is in it.
        keep_s: how long; None for until somebody removes it.
        longest_s: the most that can be set; None for no limit.
        setting: where it is set.
    """

    data_class: DataClass
    about: str
    keep_s: float | None
    longest_s: float | None
    setting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody else who is told.

    Attributes:
        name: what it is.
        where: host and port.
        what: they are told.
        is_encrypted: on the way.
    """

    name: str
    where: str
    what: str
    is_encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyReport:
    """All that can be said of what is kept.

    Attributes:
        site_id: where.
        site_title: where, in words.
        t_utc_ns: when the report was made.
        software_version: that made it.
        operation: ``exercise`` or ``live``.
        rules: how long what stays.
        tables: what is in the store, by place.
        folders: files.
        recipients: who else is told.
        sensors: what looks at people, by kind.
        found: fields whose names could tell who somebody is; staff and other meanings among them.
        n_fields: fields that were looked at.
        measures: what protects people.
        findings: what is not as it must be; nothing when all is well.
    """

    site_id: str
    site_title: str
    t_utc_ns: int
    software_version: str
    operation: str
    rules: tuple[Rule, ...]
    tables: tuple[Contents, ...]
    folders: tuple[FolderContents, ...]
    recipients: tuple[Recipient, ...]
    sensors: Mapping[str, int]
    found: tuple[Found, ...]
    n_fields: int
    measures: tuple[str, ...]
    findings: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return asdict(self)


def findings_of(
    *,
    rules: Sequence[Rule],
    tables: Sequence[Contents],
    folders: Sequence[FolderContents],
    recipients: Sequence[Recipient],
    found: Sequence[Found],
    now_utc_ns: int,
    slack_s: float,
) -> tuple[str, ...]:
    """Return what is not as it must be, in words.

    Args:
        rules: how long what stays.
        tables: what is in the store.
        folders: files.
        recipients: who else is told.
        found: suspicious fields.
        now_utc_ns: the time.
        slack_s: how much later than on time something may be deleted.
    """
    keep_s = {rule.data_class: rule.keep_s for rule in rules}
    findings = [
        f"{rule.data_class.value} data stay longer than the {rule.longest_s:.0f} s that are "
        f"allowed: change {rule.setting}"
        for rule in rules
        if rule.longest_s is not None and (rule.keep_s is None or rule.keep_s > rule.longest_s)
    ]
    for table in tables:
        limit_s = keep_s.get(table.data_class)
        age_s = (now_utc_ns - table.oldest_utc_ns) * 1e-9
        if table.n and limit_s is not None and age_s > limit_s + slack_s:
            findings.append(
                f"{table.place} holds {table.data_class.value} data of {age_s:.0f} s ago, and "
                f"they may stay {limit_s:.0f} s: is the deletion running?"
            )
    for folder in folders:
        if folder.n_overdue:
            findings.append(f"{folder.n_overdue} files in {folder.path} should be gone")
        if folder.n_raw and keep_s.get(DataClass.RAW, 0.0) == 0.0:
            findings.append(
                f"{folder.n_raw} recordings in {folder.path} hold raw data of bodies: they are of "
                "the lab profile, which is for volunteers and the twin only"
            )
        if folder.n_unreadable:
            findings.append(f"{folder.n_unreadable} files in {folder.path} cannot be looked at")
    findings += [
        f"{one.name} at {one.where} is told in the clear: turn TLS on"
        for one in recipients
        if not one.is_encrypted
    ]
    findings += [
        f"the field {one.field} of {one.where} {one.meaning}"
        for one in found
        if one.kind is Kind.PASSER_BY
    ]
    return tuple(findings)
