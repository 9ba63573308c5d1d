"""The report of a service says what its file says and what is there."""

from pathlib import Path

import pytest

from standex.edges.privacy.identity_fields import SchemaField
from standex.edges.privacy.of_service import folders_of, recipients_of, rules_of, service_report
from standex.edges.service.config import ServiceConfig, parse_config
from standex.edges.service.tables import OutputsTable
from standex.edges.store.contract import Contents, DataClass

T0 = 1_760_000_000_000_000_000
FILE = """
[[sources]]
name = "people"
kind = "twin"
[retention]
alarm_hours = 24
[audit]
copies = ["elsewhere"]
[outputs.mqtt]
host = "broker"
is_plain = true
"""


@pytest.fixture
def config(tmp_path: Path, fakes) -> ServiceConfig:
    return parse_config(FILE, path=tmp_path / "service.toml", site=fakes.site())


def test_what_is_set_is_said(config: ServiceConfig) -> None:
    rules = {rule.data_class: rule for rule in rules_of(config.table.retention)}
    assert set(rules) == set(DataClass)
    assert rules[DataClass.ALARM].keep_s == 24 * 3600
    assert rules[DataClass.RAW].keep_s == 0
    assert rules[DataClass.ACCOUNT].keep_s is None
    assert all(
        rule.longest_s is None or (rule.keep_s or 0) <= rule.longest_s for rule in rules.values()
    )


def test_all_places_are_looked_at(config: ServiceConfig, tmp_path: Path) -> None:
    folders = {str(folder.path.relative_to(tmp_path)): folder for folder in folders_of(config)}
    kept = {"recordings", "evidence", "store.db", "audit.db", "elsewhere", "picture.checkpoint"}
    assert set(folders) == kept
    assert folders["evidence"].keep_s == 24 * 3600
    assert folders["recordings"].data_class is DataClass.TRACK


def test_all_outputs_are_recipients() -> None:
    table = OutputsTable.model_validate(
        {
            "sapient": {"host": "up", "port": 1, "node_id": "x"},
            "mqtt": {"host": "broker"},
            "cursor_on_target": {"host": "tak"},
            "onvif": {"host": "broker", "is_plain": True},
            "cap": {"sender": "room", "restriction": "staff", "area": "hall", "instruction": "go"},
        }
    )
    told = {one.name: one.is_encrypted for one in recipients_of(table)}
    assert told == {
        "higher SAPIENT node": False,
        "MQTT broker": True,
        "TAK server": True,
        "ONVIF broker": False,
        "public warnings (CAP)": True,
    }
    assert len(told) == len(OutputsTable.model_fields)


def test_the_report_is_of_this_service(config: ServiceConfig, fakes) -> None:
    contents = Contents(
        place="log/events",
        data_class=DataClass.TRACK,
        n=1,
        oldest_utc_ns=T0 - 3600 * 10**9,
        newest_utc_ns=T0,
        latest_expiry_utc_ns=T0,
        keys=("gender",),
    )
    report = service_report(
        config,
        fakes.site(),
        contents=[contents],
        known=[SchemaField(where="Alert", field="alert_id")],
        t_utc_ns=T0,
    )
    assert (report.site_id, report.operation, report.n_fields) == ("survey", "exercise", 2)
    assert len(report.findings) == 3
    assert "deletion running" in report.findings[0]
    assert "MQTT broker at broker:8883 is told in the clear" in report.findings[1]
    assert "gender" in report.findings[2]
    assert sum(report.sensors.values()) == len(fakes.site().sensors)
    assert report.document()["rules"][0]["data_class"] == "raw"


def test_who_of_the_staff_does_what_is_no_finding_and_a_passer_by_would_be(
    config: ServiceConfig, fakes
) -> None:
    def findings(place: str, key: str) -> tuple[str, ...]:
        kept = Contents(
            place=place,
            data_class=DataClass.ALARM,
            n=1,
            oldest_utc_ns=T0,
            newest_utc_ns=T0,
            latest_expiry_utc_ns=T0 + 3600 * 10**9,
            keys=(key,),
        )
        report = service_report(config, fakes.site(), contents=[kept], known=[], t_utc_ns=T0)
        return tuple(one for one in report.findings if key in one)

    assert not findings("documents/incidents", "owner")
    assert not findings("documents/sessions", "address")
    assert findings("documents/incidents", "address")
