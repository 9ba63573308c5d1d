"""Everything that has a place for something about people: what is walked for fields of identity.

Read are the values of the model and of every room that keeps or sends something: dataclasses,
tables of settings, messages of the interface, messages of SAPIENT, schemas of recordings and the
tables of a new store and a new audit log.
"""

import importlib
import pkgutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from standex.edges.privacy.identity_fields import (
    Kind,
    SchemaField,
    fields_of_dataclasses,
    fields_of_json_schema,
    fields_of_message,
    fields_of_rows,
)
from standex.edges.store.contract import Contents
from standex.model.errors import StandexError

ROOMS = (
    "standex.model",
    "standex.edges.access",
    "standex.edges.audit",
    "standex.edges.evidence",
    "standex.edges.exercises",
    "standex.edges.incidents",
    "standex.edges.interop",
    "standex.edges.privacy",
    "standex.edges.recording",
    "standex.edges.service",
    "standex.edges.store",
    "standex.edges.web",
)
_EXTRAS = (
    "google", "fastapi", "starlette", "uvicorn", "argon2", "authlib", "joserfc", "httpx",
    "cryptography", "aiomqtt", "paho", "psycopg", "prometheus_client", "takproto", "utm", "lxml",
    "defusedxml", "websockets", "grpc_tools",
)  # fmt: skip

_STAFF = "of somebody who works with the system"
_COMPUTER = "of a computer or program, not of a passer-by"
_THING = "what a thing, kind or file is called"
MEANINGS: Mapping[tuple[str, str], tuple[Kind, str]] = {
    ("AccessEvent", "address"): (Kind.STAFF, "where somebody signed in from"),
    ("Session", "address"): (Kind.STAFF, "where somebody signed in from"),
    ("Person", "account_name"): (Kind.STAFF, _STAFF),
    ("OpenIdSettings", "name_claim"): (Kind.STAFF, "which claim names the account"),
    ("Incident", "owner"): (Kind.STAFF, "who works on an incident"),
    ("IncidentOut", "owner"): (Kind.STAFF, "who works on an incident"),
    ("SignInRules", "per_address"): (Kind.OTHER, "a limit"),
    ("Bound", "fingerprint"): (Kind.OTHER, "of a certificate"),
    ("Issued", "fingerprint"): (Kind.OTHER, "of a certificate"),
    ("Shown", "address"): (Kind.OTHER, _COMPUTER),
    ("Peer", "address"): (Kind.OTHER, _COMPUTER),
    ("Claim", "address"): (Kind.OTHER, _COMPUTER),
    ("Refusal", "address"): (Kind.OTHER, _COMPUTER),
    ("Address", "server_name"): (Kind.OTHER, _COMPUTER),
    ("WebParts", "address"): (Kind.OTHER, _COMPUTER),
    ("MqttSettings", "user"): (Kind.OTHER, "what the service signs in to a broker as"),
    ("MqttSettings", "username"): (Kind.OTHER, "what the service signs in to a broker as"),
    ("OnvifTable", "user"): (Kind.OTHER, "what the service signs in to a broker as"),
    ("MqttOutTable", "user"): (Kind.OTHER, "what the service signs in to a broker as"),
    ("CameraTable", "user"): (Kind.OTHER, "what the service signs in to a camera as"),
    ("OwnNode", "name"): (Kind.OTHER, "of the station"),
    ("CapAlert", "identifier"): (Kind.OTHER, "of the message"),
    ("Migration", "name"): (Kind.OTHER, _THING),
    ("BundleFile", "name"): (Kind.OTHER, _THING),
    ("Blueprint", "name"): (Kind.OTHER, _THING),
    ("Setup", "site_name"): (Kind.OTHER, _THING),
    ("SourceTable", "name"): (Kind.OTHER, _THING),
    ("Folder", "name"): (Kind.OTHER, _THING),
    ("FolderContents", "name"): (Kind.OTHER, _THING),
    ("Recipient", "name"): (Kind.OTHER, _THING),
    ("ItemClasses", "names"): (Kind.OTHER, _THING),
    ("Calibration", "feature_names"): (Kind.OTHER, "what is measured"),
    ("Calibration", "class_names"): (Kind.OTHER, _THING),
    ("SapientTechnology", "class_names"): (Kind.OTHER, _THING),
    ("ExternalLooks", "class_names"): (Kind.OTHER, _THING),
    ("Trajectories", "name"): (Kind.OTHER, "of a recording of volunteers"),
    ("*", "age_s"): (Kind.OTHER, "of air, a record or a picture"),
    ("CrowdTracker", "birth_existence"): (Kind.OTHER, "of a track"),
    ("foxglove.Log", "name"): (Kind.OTHER, "of the program that speaks"),
    ("audit_about", "name"): (Kind.OTHER, _THING),
    ("store_counters", "name"): (Kind.OTHER, _THING),
    ("store_versions", "name"): (Kind.OTHER, _THING),
    ("Registration", "name"): (Kind.OTHER, "of a sensor"),
    ("Registration", "short_name"): (Kind.OTHER, "of a sensor"),
    ("Task", "task_name"): (Kind.OTHER, _THING),
    ("Region", "region_name"): (Kind.OTHER, _THING),
    ("Parameter", "name"): (Kind.OTHER, _THING),
    ("ModeDefinition", "mode_name"): (Kind.OTHER, _THING),
    ("ExtensionSubclass", "Subclass_name"): (Kind.OTHER, _THING),
}
"""What a suspicious field is that may be there, ``*`` in any schema; all others must not be."""


def modules_of(*packages: str) -> tuple[ModuleType, ...]:
    """Return the modules of packages, as far as the optional packages that they need are here.

    Raises:
        ImportError: one cannot be imported for another reason.
    """
    found: list[ModuleType] = []
    for package in packages:
        try:
            root = importlib.import_module(package)
        except ModuleNotFoundError as error:
            if error.name != package:
                raise
            continue
        names = [info.name for info in pkgutil.walk_packages(root.__path__, f"{package}.")]
        for name in names:
            if "generated" in name or ".sensor_template" in name or "make_generated" in name:
                continue
            try:
                found.append(importlib.import_module(name))
            except ModuleNotFoundError as error:
                if (error.name or "").partition(".")[0] not in _EXTRAS:
                    raise
            except StandexError:
                continue  # says which package it wants
    return tuple(found)


def known_fields(*packages: str) -> Iterator[SchemaField]:
    """Yield every field of every value, table and message in the rooms; ``ROOMS`` unless named."""
    modules = modules_of(*(packages or ROOMS))
    classes = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    yield from fields_of_dataclasses(filter(is_dataclass, classes), package="standex.")
    for cls in classes:
        names = getattr(cls, "model_fields", None)  # of pydantic
        if hasattr(cls, "__required_keys__"):  # a TypedDict, of whichever package
            names = cls.__annotations__
        if cls.__module__.startswith("standex.") and isinstance(names, Mapping):
            yield from (SchemaField(where=cls.__name__, field=str(name)) for name in names)
    for module in modules:
        for name, value in vars(module).items():
            if name.endswith("SCHEMA") and isinstance(value, Mapping):
                yield from fields_of_json_schema(value, owner=name)
            if name == "SapientMessage":
                yield from fields_of_message(getattr(value, "DESCRIPTOR", None))


def columns_of(path: Path) -> Iterator[SchemaField]:
    """Yield the columns of every table in a SQLite file."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        rows = [
            (str(table), str(column[1]))
            for (table,) in tables.fetchall()
            for column in connection.execute(f"PRAGMA table_info({table})").fetchall()
        ]
    yield from fields_of_rows(rows)


def keys_of(contents: tuple[Contents, ...]) -> Iterator[SchemaField]:
    """Yield the names of the fields that a store really holds, by stream or collection."""
    for one in contents:
        yield from (SchemaField(where=one.place, field=key) for key in one.keys)


def openapi_fields(document: Mapping[str, Any]) -> Iterator[SchemaField]:
    """Yield the parameters and the properties of an interface."""
    yield from fields_of_json_schema(document)
