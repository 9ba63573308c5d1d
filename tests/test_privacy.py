"""People are pseudonymous by construction: no schema has a place to put who somebody is.

Read are the fields of every dataclass of ``standex.model``, and the properties of every JSON schema
that a recording can hold.
"""

import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, make_dataclass
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest

import standex.model
from standex.model.event import Event
from standex.model.observation import Observation

CODEC = "standex.edges.recording.codec"

# Whole words of a field's name.
WORDS = {
    "face", "faces", "facial", "gait", "stride", "cadence", "iris", "retina", "ear", "ears",
    "voice", "hair", "beard", "skin", "gender", "sex", "male", "female", "race", "age", "birth",
    "birthday", "birthdate", "dob", "nationality", "citizenship", "religion", "disability", "name",
    "names", "surname", "forename", "nickname", "initials", "email", "phone", "mobile", "address",
    "imei", "mac", "ssn", "plate", "licence", "license", "passport", "visa", "badge", "ticket",
    "photo", "portrait", "selfie", "reid", "watchlist", "suspect",
}  # fmt: skip
# Anywhere in it.
STEMS = (
    "identit", "identif", "biometr", "ethnic", "passport", "fingerprint", "firstname", "lastname",
    "fullname", "faceembed", "facial", "gaitcycle", "numberplate", "licenseplate",
    "licenceplate",
)  # fmt: skip
# Owner and field that hold such a word and mean something else.
ALLOWED = {
    ("Calibration", "feature_names"): "what is measured",
    ("Calibration", "class_names"): "kinds of items",
    ("ItemClasses", "names"): "kinds of items",
    ("Trajectories", "name"): "of the recording",
    ("DriftFootprint", "age_s"): "of the air",
    ("foxglove.Log", "name"): "of the program that speaks",
}


def suspicious(name: str) -> bool:
    """Return whether a field's name suggests that it tells who somebody is."""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
    flat = re.sub(r"[^a-z]", "", name.lower())
    return bool(words & WORDS) or any(stem in flat for stem in STEMS)


def dataclasses_of(modules: Iterable[ModuleType]) -> list[type]:
    """Return every dataclass of the modules, and every one reachable from their fields."""
    found: list[type] = []
    todo: list[Any] = [vars(module).values() for module in modules]
    while todo:
        for value in todo.pop():
            if isinstance(value, type) and is_dataclass(value) and value not in found:
                found.append(value)
                todo.append(get_type_hints(value).values())
            todo += [get_args(value)] if get_args(value) else []
    return [cls for cls in found if cls.__module__.startswith(("standex.", "tests", __name__))]


def modules_in(package: ModuleType) -> list[ModuleType]:
    names = [info.name for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")]
    return [importlib.import_module(name) for name in names]


def planted_in_dataclass(cls: type) -> set[tuple[str, str]]:
    named = {(cls.__name__, field.name) for field in fields(cls) if suspicious(field.name)}
    return named - set(ALLOWED)


def properties(schema: Any, owner: str = "") -> Iterator[tuple[str, str]]:
    """Yield owner and name of every property in a JSON schema, however deep."""
    if isinstance(schema, list):
        for entry in schema:
            yield from properties(entry, owner)
    if not isinstance(schema, dict):
        return
    owner = str(schema.get("title", owner)).removeprefix("standex.")
    for key, value in schema.items():
        if key != "properties":
            yield from properties(value, owner)
        elif "anyOf" not in schema:  # else a union, whose members follow, each with its owner
            for name, inner in value.items():
                yield owner, name
                yield from properties(inner, owner)


def planted_in_schema(schema: Any) -> set[tuple[str, str]]:
    return {(owner, name) for owner, name in properties(schema) if suspicious(name)} - set(ALLOWED)


MODEL = dataclasses_of(modules_in(standex.model))


@pytest.mark.parametrize("cls", MODEL, ids=lambda cls: cls.__name__)
def test_no_value_of_the_model_tells_who_somebody_is(cls: type) -> None:
    assert not planted_in_dataclass(cls)


def test_the_whole_model_is_read() -> None:
    names = {cls.__name__ for cls in MODEL}
    assert names >= {cls.__name__ for cls in get_args(Observation) + get_args(Event)}
    assert names >= {"Tracks", "Passage", "LedgerEntry", "Patch", "Picture", "Record", "Site"}


def test_what_is_allowed_is_there_and_needs_to_be_allowed() -> None:
    there = {(cls.__name__, field.name) for cls in MODEL for field in fields(cls)}
    for owner, name in ALLOWED:
        assert suspicious(name)
        assert (owner, name) in there or owner.startswith("foxglove.")


def test_no_schema_of_a_recording_tells_who_somebody_is() -> None:
    # Only its absence is excused; a codec that is there and cannot be imported fails this test.
    if not is_there(CODEC):
        pytest.skip("no recordings yet")
    codec = importlib.import_module(CODEC)
    recording = importlib.import_module("standex.edges.recording")
    modules = [recording, *modules_in(recording)]
    schemas: dict[str, Any] = {}
    for cls in [*MODEL, *dataclasses_of(modules)]:
        try:
            schemas[cls.__name__] = codec.json_schema(cls)
        except TypeError:
            continue  # this one cannot be put into a recording
    for module in modules:
        constants = {name: value for name, value in vars(module).items() if isinstance(value, dict)}
        schemas |= {name: value for name, value in constants.items() if name.endswith("SCHEMA")}
    assert set(schemas) >= {cls.__name__ for cls in get_args(Observation) + get_args(Event)}
    planted = {name: planted_in_schema(schema) for name, schema in schemas.items()}
    assert not {name: found for name, found in planted.items() if found}


def is_there(module: str) -> bool:
    parent, _, _ = module.rpartition(".")
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError as error:
        if error.name == parent:
            return False
        raise


@pytest.mark.parametrize("name", [
    "identity", "person_identity", "face", "face_embedding", "facial_score", "gait_phase", "gender",
    "estimated_age", "age_years", "ethnicity", "person_name", "lastName", "full_name", "name",
    "passport_no", "number_plate", "licensePlate", "biometricTemplate", "iris_code", "identifier",
    "skin_tone", "FaceVector", "watchlist_hit", "mac_address",
])  # fmt: skip
def test_what_identifies_is_seen(name: str) -> None:
    assert suspicious(name)


@pytest.mark.parametrize("name", [
    "track_id", "position_site_m", "surface_m", "interface", "frame", "existence", "coverage",
    "messages", "weight", "image", "average_m", "trace", "sensor_id", "p_threat", "page", "cage_m",
    "template", "voltage_v", "essex_m", "is_identical",
])  # fmt: skip
def test_technical_words_are_not(name: str) -> None:
    assert not suspicious(name)


def test_a_planted_field_is_caught_wherever_it_hides() -> None:
    inner = make_dataclass("Inner", [("gait_phase", float)], namespace={"__module__": __name__})
    outer = make_dataclass(
        "Outer", [("inner", tuple[inner, ...] | None)], namespace={"__module__": __name__}
    )
    holder = ModuleType("holder")
    holder.__dict__["Outer"] = outer
    found = dataclasses_of([holder])
    assert [planted_in_dataclass(cls) for cls in found] == [set(), {("Inner", "gait_phase")}]
    schema = {
        "title": "standex.Outer",
        "properties": {"inner": {"type": "array", "items": {"anyOf": [
            {"title": "standex.Inner", "properties": {"face_id": {"type": "string"}}},
        ], "properties": {"face_id": {"type": "string"}}}}},
    }  # fmt: skip
    assert planted_in_schema(schema) == {("Inner", "face_id")}
