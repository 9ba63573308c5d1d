"""Finds fields that could tell who somebody is, in whatever has a schema.

A field is found by its name: dataclasses, JSON schemas (OpenAPI among them), tables of a database
and protobuf messages. What staff need an account for is found as well, and listed as such; what has
such a word and means something else is listed with its meaning. Free text can hold anything and is
found by no name: its fields are listed, too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, get_args, get_type_hints

# Whole words of a field's name.
_WORDS = frozenset({
    "face", "faces", "facial", "gait", "stride", "cadence", "iris", "retina", "ear", "ears",
    "voice", "hair", "beard", "skin", "gender", "sex", "male", "female", "race", "age", "birth",
    "birthday", "birthdate", "dob", "nationality", "citizenship", "religion", "disability", "name",
    "names", "surname", "forename", "nickname", "initials", "email", "mail", "phone", "mobile",
    "telephone", "address", "imei", "imsi", "mac", "ssn", "plate", "licence", "license", "passport",
    "visa", "badge", "ticket", "photo", "portrait", "selfie", "reid", "watchlist", "suspect",
    "holder", "owner", "user", "username",
})  # fmt: skip
# Anywhere in it.
_STEMS = (
    "identit", "identif", "biometr", "ethnic", "passport", "fingerprint", "firstname", "lastname",
    "fullname", "faceembed", "facial", "gaitcycle", "numberplate", "licenseplate",
    "licenceplate",
)  # fmt: skip
_FREE = frozenset({"why", "note", "notes", "comment", "text", "reason", "message", "detail"})


class Kind(StrEnum):
    """What a field that was found is.

    Attributes:
        PASSER_BY: it could tell who somebody is; there must be none.
        STAFF: of those who work with the system.
        OTHER: the word means something else there.
    """

    PASSER_BY = "passer_by"
    STAFF = "staff"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaField:
    """A field of something that can be kept or sent.

    Attributes:
        where: the schema, table or message.
        field: its name.
    """

    where: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A field whose name could tell who somebody is."""

    where: str
    field: str
    kind: Kind
    meaning: str


def is_suspicious(name: str) -> bool:
    """Return whether a field's name suggests that it tells who somebody is."""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
    flat = re.sub(r"[^a-z]", "", name.lower())
    return bool(words & _WORDS) or any(stem in flat for stem in _STEMS)


def is_free_text(name: str) -> bool:
    """Return whether people may write into a field what they like."""
    return bool(set(name.lower().split("_")) & _FREE)


def found_in(
    schema_fields: Iterable[SchemaField], meanings: Mapping[tuple[str, str], tuple[Kind, str]]
) -> tuple[Found, ...]:
    """Return the suspicious fields, each with what it is.

    Args:
        schema_fields: all there are.
        meanings: of those that may be there, by schema and field; ``*`` stands for any schema.
    """
    found: dict[tuple[str, str], Found] = {}
    for one in schema_fields:
        if is_suspicious(one.field):
            nobody = (Kind.PASSER_BY, "could tell who somebody is")
            kind, meaning = meanings.get(
                (one.where, one.field), meanings.get(("*", one.field), nobody)
            )
            found[one.where, one.field] = Found(
                where=one.where, field=one.field, kind=kind, meaning=meaning
            )
    return tuple(found.values())


def fields_of_dataclasses(roots: Iterable[Any], *, package: str) -> Iterator[SchemaField]:
    """Yield the fields of dataclasses, and of all that are reached from them.

    Args:
        roots: classes, unions of them or anything with arguments.
        package: classes of other packages are left out.
    """
    seen: set[type] = set()
    todo: list[Any] = list(roots)
    while todo:
        value = todo.pop()
        todo += get_args(value)
        if not isinstance(value, type) or value in seen or not is_dataclass(value):
            continue
        seen.add(value)
        if value.__module__.startswith(package):
            for field in fields(value):
                yield SchemaField(where=value.__name__, field=field.name)
            try:
                todo += get_type_hints(value).values()
            except NameError:  # of a package that is imported for type checking only
                todo += [field.type for field in fields(value)]


def fields_of_json_schema(schema: Any, *, owner: str = "") -> Iterator[SchemaField]:
    """Yield every property in a JSON schema or an OpenAPI document, however deep."""
    if isinstance(schema, list):
        for entry in schema:
            yield from fields_of_json_schema(entry, owner=owner)
    if not isinstance(schema, Mapping):
        return
    title = schema.get("title", owner)
    owner = title.removeprefix("standex.") if isinstance(title, str) else owner
    if "in" in schema and "schema" in schema:  # a parameter of OpenAPI
        yield SchemaField(where=f"parameter in {schema['in']}", field=str(schema["name"]))
    for key, value in schema.items():
        if key == "schemas" and isinstance(value, Mapping):
            for name, inner in value.items():
                yield from fields_of_json_schema(inner, owner=str(name))
        elif key != "properties" or not isinstance(value, Mapping):
            yield from fields_of_json_schema(value, owner=owner)
        elif "anyOf" not in schema:  # else a union, whose members follow, each by itself
            yield from _properties(value, owner)


def _properties(schemas: Mapping[Any, Any], owner: str) -> Iterator[SchemaField]:
    for name, inner in schemas.items():
        yield SchemaField(where=owner, field=str(name))
        yield from fields_of_json_schema(inner, owner=owner)


def fields_of_message(descriptor: Any) -> Iterator[SchemaField]:
    """Yield the fields of a protobuf message and of those in it; takes its descriptor."""
    seen: set[str] = set()
    todo = [descriptor]
    while todo:
        one = todo.pop()
        if one is None or one.full_name in seen:
            continue
        seen.add(one.full_name)
        for field in one.fields:
            yield SchemaField(where=one.name, field=field.name)
            todo.append(field.message_type)


def fields_of_rows(columns: Iterable[tuple[str, str]]) -> Iterator[SchemaField]:
    """Yield the columns of tables, given as table and column."""
    for table, column in columns:
        yield SchemaField(where=table, field=column)
