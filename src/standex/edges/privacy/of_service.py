"""The privacy report of a service, from its service file and from what is really there."""

from collections import Counter
from collections.abc import Iterator, Sequence

from standex import __version__
from standex.edges.privacy.folders import Folder, look_into
from standex.edges.privacy.identity_fields import SchemaField, found_in
from standex.edges.privacy.report import (
    ABOUT,
    MEASURES,
    PrivacyReport,
    Recipient,
    Rule,
    findings_of,
)
from standex.edges.privacy.schemas import MEANINGS, keys_of
from standex.edges.service.checkpoint import CHECKPOINT
from standex.edges.service.config import ServiceConfig
from standex.edges.service.tables import OutputsTable, RetentionTable
from standex.edges.store.contract import Contents, DataClass
from standex.edges.store.retention import LONGEST_S
from standex.model.site import Site

_MONTH_S = 30.5 * 86_400.0
_EVENTS = "alerts, verdicts and places of people under passing numbers"
_SLACK_S = 900.0

# The same fields as they stand in the store, under the names of its collections.
_STORED = {
    ("documents/incidents", "owner"): MEANINGS["Incident", "owner"],
    ("documents/sessions", "address"): MEANINGS["Session", "address"],
}


def service_report(
    config: ServiceConfig,
    site: Site,
    *,
    contents: Sequence[Contents],
    known: Sequence[SchemaField],
    t_utc_ns: int,
) -> PrivacyReport:
    """Return what is kept of people, where, how long, and who else is told.

    Args:
        config: of the service.
        site: that it watches.
        contents: of its store; nothing where it was not looked at.
        known: the fields of all values and messages, see ``standex.edges.privacy.schemas``.
        t_utc_ns: now.
    """
    rules = rules_of(config.table.retention)
    recipients = tuple(recipients_of(config.table.outputs))
    folders = tuple(
        look_into(folder, now_utc_ns=t_utc_ns, slack_s=_SLACK_S) for folder in folders_of(config)
    )
    walked = (*known, *keys_of(tuple(contents)))
    found = found_in(walked, {**MEANINGS, **_STORED})
    return PrivacyReport(
        site_id=site.site_id,
        site_title=site.title,
        t_utc_ns=t_utc_ns,
        software_version=__version__,
        operation=config.table.operation,
        rules=rules,
        tables=tuple(contents),
        folders=folders,
        recipients=recipients,
        sensors=dict(Counter(spec.technology for spec in site.sensors)),
        found=found,
        n_fields=len(set(walked)),
        measures=MEASURES,
        findings=findings_of(
            rules=rules,
            tables=contents,
            folders=folders,
            recipients=recipients,
            found=found,
            now_utc_ns=t_utc_ns,
            slack_s=_SLACK_S,
        ),
    )


def rules_of(table: RetentionTable) -> tuple[Rule, ...]:
    """Return how long what stays, and where that is set."""
    keeps = {
        DataClass.RAW: (table.raw_s, "retention.raw_s"),
        DataClass.TRACK: (table.track_minutes * 60, "retention.track_minutes"),
        DataClass.ALARM: (table.alarm_hours * 3600, "retention.alarm_hours"),
        DataClass.AUDIT: (table.audit_months * _MONTH_S, "retention.audit_months"),
        DataClass.ACCOUNT: (None, "standex accounts"),
        DataClass.OPERATION: (table.operation_months * _MONTH_S, "retention.operation_months"),
    }
    return tuple(
        Rule(
            data_class=data_class,
            about=ABOUT[data_class],
            keep_s=keep_s,
            longest_s=LONGEST_S.get(data_class),
            setting=setting,
        )
        for data_class, (keep_s, setting) in keeps.items()
    )


def folders_of(config: ServiceConfig) -> Iterator[Folder]:
    """Yield the folders that a service keeps files in."""
    table = config.table
    track_s = table.retention.track_minutes * 60
    yield Folder(
        name="recordings of steps, no raw records",
        path=config.place(table.recording.folder),
        data_class=DataClass.TRACK,
        keep_s=track_s,
        suffixes=(".mcap",),
    )
    yield Folder(
        name="evidence of alarmed passages",
        path=config.place(table.evidence.folder),
        data_class=DataClass.ALARM,
        keep_s=table.retention.alarm_hours * 3600,
    )
    for name, url, data_class in (
        ("store", table.store.url, DataClass.TRACK),
        ("audit log", table.audit.url, DataClass.AUDIT),
    ):
        if url.startswith("sqlite:"):
            path = url.removeprefix("sqlite:")
            path = "/" + path.lstrip("/") if path.startswith("/") else path
            yield Folder(
                name=f"{name}: entries leave it one by one",
                path=config.place(path),
                data_class=data_class,
                keep_s=None,
            )
    yield Folder(
        name="picture of the last second, for a restart",
        path=config.place(CHECKPOINT),
        data_class=DataClass.TRACK,
        keep_s=track_s,
    )
    for copy in table.audit.copies:
        yield Folder(
            name="copies of signed heads: hashes only",
            path=config.place(copy),
            data_class=DataClass.AUDIT,
            keep_s=None,
        )


def recipients_of(table: OutputsTable) -> Iterator[Recipient]:
    """Yield who else is told what happens."""
    if table.sapient is not None:
        up = table.sapient
        yield Recipient(
            name="higher SAPIENT node",
            where=f"{up.host}:{up.port}",
            what=_EVENTS,
            is_encrypted=up.ca is not None,
        )
    if table.mqtt is not None:
        yield Recipient(
            name="MQTT broker",
            where=f"{table.mqtt.host}:{table.mqtt.port}",
            what=_EVENTS,
            is_encrypted=not table.mqtt.is_plain,
        )
    if table.cursor_on_target is not None:
        cot = table.cursor_on_target
        yield Recipient(
            name="TAK server",
            where=f"{cot.host}:{cot.port}",
            what="alarms and their places",
            is_encrypted=not cot.is_plain,
        )
    if table.onvif is not None:
        yield Recipient(
            name="ONVIF broker",
            where=f"{table.onvif.host}:{table.onvif.port}",
            what=_EVENTS,
            is_encrypted=not table.onvif.is_plain,
        )
    if table.cap is not None:
        yield Recipient(
            name="public warnings (CAP)",
            where=f"files in {table.cap.folder}",
            what="the place of an alarm, when a person decides so",
            is_encrypted=True,  # nothing crosses a network
        )
