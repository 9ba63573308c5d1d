"""Fields that could tell who somebody is are found wherever they hide."""

from dataclasses import make_dataclass

import pytest

from standex.edges.privacy.identity_fields import (
    Kind,
    SchemaField,
    fields_of_dataclasses,
    fields_of_json_schema,
    fields_of_message,
    fields_of_rows,
    found_in,
    is_free_text,
    is_suspicious,
)


@pytest.mark.parametrize("name", [
    "identity", "person_identity", "face", "face_embedding", "facial_score", "gait_phase", "gender",
    "estimated_age", "ethnicity", "person_name", "lastName", "full_name", "name", "passport_no",
    "number_plate", "licensePlate", "biometricTemplate", "iris_code", "identifier", "skin_tone",
    "watchlist_hit", "mac_address", "email", "phone_number", "mail", "owner", "username", "IMSI",
])  # fmt: skip
def test_what_identifies_is_seen(name: str) -> None:
    assert is_suspicious(name)


@pytest.mark.parametrize("name", [
    "track_id", "position_site_m", "surface_m", "interface", "existence", "messages", "image",
    "average_m", "trace", "sensor_id", "p_threat", "page", "template", "voltage_v", "is_identical",
    "alert_id", "prior_per_person", "emailing_s",
])  # fmt: skip
def test_technical_words_are_not(name: str) -> None:
    assert not is_suspicious(name)


def test_free_text_is_known() -> None:
    assert is_free_text("why")
    assert is_free_text("shift_note")
    assert not is_free_text("context_id")


def test_a_field_in_a_dataclass_is_found_however_deep() -> None:
    here = {"__module__": __name__}
    inner = make_dataclass("Inner", [("gait_phase", float)], namespace=here)
    other = make_dataclass("Other", [("face_id", str)], namespace={"__module__": "elsewhere"})
    outer = make_dataclass(
        "Outer", [("inner", tuple[inner, ...] | None), ("more", dict[str, other])], namespace=here
    )
    found = found_in(fields_of_dataclasses([outer, int], package=__name__), {})
    assert [(one.where, one.field, one.kind) for one in found] == [
        ("Inner", "gait_phase", Kind.PASSER_BY)
    ]


def test_a_type_that_is_not_there_is_no_excuse() -> None:
    inner = make_dataclass("Inner", [("face_id", str)], namespace={"__module__": __name__})
    outer = make_dataclass(
        "Outer", [("a", "Unknown"), ("inner", inner)], namespace={"__module__": __name__}
    )
    found = found_in(fields_of_dataclasses([outer], package=__name__), {})
    assert [one.field for one in found] == ["face_id"]


def test_a_property_in_a_schema_or_an_interface_is_found() -> None:
    document = {
        "paths": {"/people/{passport}": {"get": {"parameters": [
            {"name": "passport", "in": "path", "schema": {"type": "string"}},
        ]}}},
        "components": {"schemas": {
            "Someone": {"type": "object", "properties": {
                "inner": {"type": "object", "title": "Inner", "properties": {"iris": {}}},
            }},
            "Either": {"anyOf": [{"title": "One", "properties": {"gender": {}}}],
                       "properties": {"gender": {}}},
        }},
    }  # fmt: skip
    found = {(one.where, one.field) for one in found_in(fields_of_json_schema(document), {})}
    assert found == {("parameter in path", "passport"), ("Inner", "iris"), ("One", "gender")}


def test_a_column_and_a_message_field_are_found() -> None:
    pool = pytest.importorskip("google.protobuf.struct_pb2", reason="install standex[sapient]")
    fields = list(fields_of_message(pool.Struct.DESCRIPTOR))
    assert SchemaField(where="Value", field="string_value") in fields
    assert list(fields_of_message(None)) == []
    rows = fields_of_rows([("people", "surname"), ("people", "track_id")])
    assert [one.field for one in found_in(rows, {})] == ["surname"]


def test_what_may_be_there_says_what_it_is() -> None:
    fields = [SchemaField(where=where, field="owner") for where in ("Incident", "Bag")]
    meanings = {("Incident", "owner"): (Kind.STAFF, "who works on it")}
    assert [one.kind for one in found_in(fields, meanings)] == [Kind.STAFF, Kind.PASSER_BY]
    anywhere = {("*", "owner"): (Kind.OTHER, "of a thing")}
    assert {one.kind for one in found_in(fields, anywhere)} == {Kind.OTHER}
