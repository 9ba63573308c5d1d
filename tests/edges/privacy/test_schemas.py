"""No value, table, message or endpoint of the whole system tells who a passer-by is."""

from pathlib import Path
from typing import get_args

import pytest

from standex.edges.audit.sqlite_log import open_sqlite
from standex.edges.clock import SimulatedClock
from standex.edges.privacy import schemas
from standex.edges.privacy.identity_fields import Kind, SchemaField, found_in, is_suspicious
from standex.edges.privacy.schemas import (
    MEANINGS,
    columns_of,
    keys_of,
    known_fields,
    modules_of,
    openapi_fields,
)
from standex.edges.store.contract import Contents, DataClass
from standex.edges.store.open_store import open_store
from standex.model.event import Event
from standex.model.observation import Observation


@pytest.fixture(scope="session")
def known() -> list[SchemaField]:
    return list(known_fields())


@pytest.fixture
def columns(tmp_path: Path) -> list[SchemaField]:
    open_sqlite(tmp_path / "audit.db").close()
    open_store(f"sqlite://{tmp_path / 'store.db'}", clock=SimulatedClock(1)).close()
    return [field for name in ("audit.db", "store.db") for field in columns_of(tmp_path / name)]


def about_passers_by(fields: list[SchemaField]) -> list[tuple[str, str]]:
    return [
        (one.where, one.field) for one in found_in(fields, MEANINGS) if one.kind is Kind.PASSER_BY
    ]


@pytest.mark.slow
def test_no_value_or_message_tells_who_somebody_is(known: list[SchemaField]) -> None:
    assert about_passers_by(known) == []


@pytest.mark.slow
def test_everything_is_walked(known: list[SchemaField]) -> None:
    walked = {field.where for field in known}
    assert walked >= {cls.__name__ for cls in get_args(Observation) + get_args(Event)}
    assert walked >= {"Picture", "Entry", "AuditRow", "Manifest", "Incident", "ServiceTable"}
    rooms = {module.__name__.rpartition(".")[0] for module in modules_of(*schemas.ROOMS)}
    assert rooms >= set(schemas.ROOMS)


@pytest.mark.slow
def test_messages_of_sapient_are_walked(known: list[SchemaField]) -> None:
    pytest.importorskip("google.protobuf", reason="install standex[sapient]")
    assert {"DetectionReport", "Registration"} <= {field.where for field in known}


def test_no_table_tells_who_somebody_is(columns: list[SchemaField]) -> None:
    assert {"audit_rows", "store_entries", "store_documents"} <= {one.where for one in columns}
    assert about_passers_by(columns) == []


@pytest.mark.slow
def test_no_endpoint_tells_who_somebody_is() -> None:
    pytest.importorskip("fastapi", reason="install standex[service]")
    from standex.edges.web.api_text import openapi_of_everything  # noqa: PLC0415

    fields = list(openapi_fields(openapi_of_everything()))
    assert len(fields) > 50
    assert about_passers_by(fields) == []


@pytest.mark.slow
def test_what_may_be_there_is_there(known: list[SchemaField], columns: list[SchemaField]) -> None:
    there = {(one.where, one.field) for one in (*known, *columns)}
    there |= {("*", field) for _, field in there}
    for where, field in MEANINGS:
        assert is_suspicious(field)
        assert (where, field) in there, f"{where}.{field} need not be allowed any more"


def test_what_a_store_really_holds_is_looked_at() -> None:
    contents = Contents(
        place="log/events",
        data_class=DataClass.TRACK,
        n=1,
        oldest_utc_ns=1,
        newest_utc_ns=1,
        latest_expiry_utc_ns=1,
        keys=("track_id", "passport"),
    )
    assert about_passers_by(list(keys_of((contents,)))) == [("log/events", "passport")]


def test_a_planted_field_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import make_dataclass  # noqa: PLC0415

    from standex.model import event  # noqa: PLC0415

    planted = make_dataclass("Planted", [("face", str)], namespace={"__module__": event.__name__})
    monkeypatch.setattr(event, "Planted", planted, raising=False)
    assert ("Planted", "face") in about_passers_by(list(known_fields("standex.model")))


def test_a_room_that_is_not_there_is_left_out_and_a_broken_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert modules_of("standex.edges.nowhere") == ()
    room = tmp_path / "a_room"
    room.mkdir()
    (room / "__init__.py").touch()
    (room / "needs_an_extra.py").write_text("import fastapi_that_is_not_here\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError):
        modules_of("a_room")
    (room / "needs_an_extra.py").write_text("import google.nothing_here\n")
    assert modules_of("a_room") == ()
    says = "from standex.model.errors import StandexError\nraise StandexError('install it')\n"
    (room / "needs_an_extra.py").write_text(says)
    assert modules_of("a_room") == ()
