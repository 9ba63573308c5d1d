"""Service files: TOML in, a checked configuration out; every problem is told at once."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar, final
from urllib.parse import urlsplit

from pydantic import ValidationError

from standex.edges.service.tables import (
    NESTED,
    SETTINGS,
    TABLES,
    CameraTable,
    SensorTable,
    ServiceTable,
    SourceTable,
    VideoSettings,
)
from standex.edges.site_problems import problems_of_shape
from standex.edges.table import Table
from standex.edges.toml_text import toml_table
from standex.model.errors import StandexError
from standex.model.site import Site

CREDENTIAL = "credential:"
_SECRET_BYTES = 64 * 1024
_T = TypeVar("_T", bound=Table)


class ServiceFileError(StandexError):
    """A service file cannot be used."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceConfig:
    """A service file, checked.

    Attributes:
        path: of the file.
        table: what it says.
        settings: of each source, by its name.
    """

    path: Path
    table: ServiceTable
    settings: Mapping[str, Table]

    @property
    def folder(self) -> Path:
        """Return where the service keeps its files; relative to the service file."""
        return self.path.parent / self.table.folder

    def place(self, name: str) -> Path:
        """Return a path of the file; a relative one lies in the folder of the service."""
        return self.folder / name

    def settings_of(self, source: SourceTable, cls: type[_T]) -> _T:
        """Return what a source was told.

        Raises:
            TypeError: it is of another kind.
        """
        settings = self.settings[source.name]
        if not isinstance(settings, cls):
            raise TypeError(f"source {source.name} has {type(settings).__name__}")
        return settings

    def sensors_of(self, source: SourceTable, site: Site) -> tuple[str, ...]:
        """Return the sensors that a source serves."""
        return _served(source, self.settings.get(source.name), site)


def load_config(path: Path, site: Site) -> ServiceConfig:
    """Return what a service file says.

    Args:
        path: of the file.
        site: that it is for.

    Raises:
        ServiceFileError: it cannot be found, read or used; the message lists every problem.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceFileError(
            f"service file {path}: cannot be read ({error}); name another with --config"
        ) from error
    return parse_config(text, path=path, site=site)


def parse_config(text: str, *, path: Path, site: Site) -> ServiceConfig:
    """Return what the text of a service file says.

    Args:
        text: TOML.
        path: of the file; other paths are relative to its folder.
        site: that it is for.

    Raises:
        ServiceFileError: it is not TOML or cannot be used; the message lists every problem.
    """
    try:
        data = toml_table(text)
    except ValueError as error:
        raise ServiceFileError(f"service file {path}: not valid TOML: {error}") from error
    tables = TABLES | {("sensors", str(name)): SensorTable for name in _keys(data.get("sensors"))}
    try:
        table = ServiceTable.model_validate(data)
    except ValidationError as error:
        # A source that is wrong is none to pydantic: that there are too few is no problem then.
        few = "too_short" if data.get("sources") else ""
        wrong = [one for one in error.errors(include_url=False) if one["type"] != few]
        raise _refused(path, problems_of_shape(wrong, data, text, tables=tables)) from None
    problems: list[str] = []
    settings: dict[str, Table] = {}
    for row, source in enumerate(table.sources):
        cls = SETTINGS[source.kind]
        try:
            settings[source.name] = cls.model_validate(source.settings)
        except ValidationError as error:
            wrong = error.errors(include_url=False)
            shapes = {(): cls, **NESTED.get(source.kind, {})}
            said = problems_of_shape(wrong, dict(source.settings), text, tables=shapes)
            problems += [f"sources[{row}] ({source.name}).settings.{one}" for one in said]
    problems += [
        *_problems_of_sources(table, settings, site),
        *_problems_of_cameras(table, settings),
        *_problems_between(table, site),
    ]
    config = ServiceConfig(path=path, table=table, settings=settings)
    problems += _problems_of_files(config)
    if problems:
        raise _refused(path, problems)
    return config


def read_secret(name: str, config: ServiceConfig) -> str:
    """Return what a file holds that only this service may read.

    Args:
        name: path, or ``credential:NAME`` for one that systemd hands over.
        config: whose folder a relative path lies in.

    Raises:
        ServiceFileError: it cannot be read, is empty, or others may read it.
    """
    path = secret_path(name, config)
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()[:_SECRET_BYTES].decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceFileError(f"the secret {name} cannot be read from {path}: {error}") from error
    if mode & 0o077 and not name.startswith(CREDENTIAL):
        raise ServiceFileError(
            f"{path} can be read by others (mode {mode & 0o777:o}); chmod 600 it, and change what "
            "it holds"
        )
    if not text:
        raise ServiceFileError(f"{path} is empty; put the secret in it")
    return text


def secret_path(name: str, config: ServiceConfig) -> Path:
    """Return where a secret lies.

    Raises:
        ServiceFileError: it should come from systemd, and the service was not started by it.
    """
    if not name.startswith(CREDENTIAL):
        return config.place(name)
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise ServiceFileError(
            f"{name}: CREDENTIALS_DIRECTORY is not set; start the service by systemd with "
            f"LoadCredential={name.removeprefix(CREDENTIAL)}:/path, or name a file"
        )
    return Path(folder) / name.removeprefix(CREDENTIAL)


def is_loopback(host: str) -> bool:
    """Return whether only this computer can reach a server that listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _served(source: SourceTable, settings: Table | None, site: Site) -> tuple[str, ...]:
    """Return the sensors that a source serves: those it names, else its cameras, else all."""
    if source.sensors:
        return source.sensors
    if isinstance(settings, VideoSettings):
        return tuple(dict.fromkeys(one.sensor for one in settings.cameras))
    return tuple(spec.sensor_id for spec in site.sensors)


def _problems_of_sources(
    table: ServiceTable, settings: Mapping[str, Table], site: Site
) -> Iterator[str]:
    known = [spec.sensor_id for spec in site.sensors]
    names = [source.name for source in table.sources]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"sources: {name!r} is there {names.count(name)} times; it must be unique"
    served: dict[str, list[str]] = {name: [] for name in known}
    for row, source in enumerate(table.sources):
        for sensor_id in _served(source, settings.get(source.name), site):
            if sensor_id in served:
                served[sensor_id].append(source.name)
            else:
                yield (
                    f"sources[{row}] ({source.name}).sensors: the site has no {sensor_id!r}; "
                    f"it has {', '.join(known)}"
                )
    for sensor_id, by in served.items():
        if len(by) != 1:
            told = f"{len(by)} sources serve it ({', '.join(by)})" if by else "no source serves it"
            yield f"sensor {sensor_id!r}: {told}; exactly one must"
    for sensor_id in table.sensors:
        if sensor_id not in served:
            yield f"sensors.{sensor_id}: the site has no such sensor; it has {', '.join(known)}"


def _problems_of_cameras(table: ServiceTable, settings: Mapping[str, Table]) -> Iterator[str]:
    for row, source in enumerate(table.sources):
        own = settings.get(source.name)
        if isinstance(own, VideoSettings):
            for problem in _problems_of_video(source, own):
                yield f"sources[{row}] ({source.name}).settings.cameras: {problem}"


def _problems_of_video(source: SourceTable, settings: VideoSettings) -> Iterator[str]:
    named = [one.sensor for one in settings.cameras]
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield f"{name!r} is there {named.count(name)} times; a sensor has one camera"
    wanted = set(source.sensors or named)
    for name in sorted(wanted - set(named)):
        yield f"{name!r} has none; name its sensor and url"
    for name in sorted(set(named) - wanted):
        yield f"{name!r} is not among the sensors of the source"
    for one in settings.cameras:
        for problem in _problems_of_address(one):
            yield f"{one.sensor!r}: {problem}"


def _problems_of_address(camera: CameraTable) -> Iterator[str]:
    try:
        parts = urlsplit(camera.url)
        host, has_name = parts.hostname, parts.username is not None
    except ValueError as error:
        yield f"url: {error}"
        return
    if has_name:
        yield (
            "url: names and passwords do not belong into a service file; set user, and "
            "password_file to a file that only the service can read"
        )
    if (camera.user is None) != (camera.password_file is None):
        yield "user and password_file go together; one is missing"
    if camera.user is not None and not host:
        yield "a device or a file takes no user"


def _problems_between(table: ServiceTable, site: Site) -> Iterator[str]:
    if table.operation == "live":
        if site.exercise:
            yield "operation: the site is in exercise mode; it cannot be run as live duty"
        for row, source in enumerate(table.sources):
            if source.kind == "twin":
                yield f"sources[{row}] ({source.name}).kind: the twin has no place in live duty"
    if table.watch.reorder_s > site.lag_s:
        yield (
            f"watch.reorder_s: {table.watch.reorder_s:g} is above the site's lag_s "
            f"({site.lag_s:g}): what is held back so long no longer counts"
        )
    needs_anchor = table.outputs.sapient or table.outputs.cursor_on_target
    is_sapient = any(source.kind == "sapient" for source in table.sources)
    if (needs_anchor or is_sapient) and table.anchor is None:
        yield (
            "anchor: missing; SAPIENT and Cursor on Target speak of places on Earth: survey "
            "latitude_deg, longitude_deg, height_m and bearing_deg of the site's origin"
        )


def _problems_of_files(config: ServiceConfig) -> Iterator[str]:
    web = config.table.web
    if web is not None:
        if (web.certificate is None) != (web.key is None):
            yield "web: certificate and key go together; one is missing"
        if web.certificate is None and not is_loopback(web.host):
            yield (
                f"web.host: {web.host} can be reached from outside and there is no certificate; "
                "passwords would cross the network in clear: set certificate and key"
            )
    for where, name in _files_named(config):
        try:
            path = secret_path(name, config)
        except ServiceFileError as error:
            yield f"{where}: {error}"
            continue
        if not path.is_file():
            yield f"{where}: there is no file {path}"


def _files_named(config: ServiceConfig) -> Iterator[tuple[str, str]]:
    """Yield every file that must be there before anything starts, and which key names it."""
    keys = ("certificate", "key", "ca", "clients_ca", "password_file", "client_secret_file", "file")
    table = config.table
    rows: list[tuple[str, Table | None]] = [
        ("web", table.web),
        ("store", table.store),
        ("access.oidc", table.access.oidc),
        ("outputs.sapient", table.outputs.sapient),
        ("outputs.mqtt", table.outputs.mqtt),
        ("outputs.cursor_on_target", table.outputs.cursor_on_target),
        ("outputs.onvif", table.outputs.onvif),
        *((f"sources ({name}).settings", one) for name, one in config.settings.items()),
        *(
            (f"sources ({name}).settings.cameras ({one.sensor})", one)
            for name, settings in config.settings.items()
            if isinstance(settings, VideoSettings)
            for one in settings.cameras
        ),
    ]
    for where, one in rows:
        for key in keys:
            value = getattr(one, key, None)
            if isinstance(value, str):
                yield f"{where}.{key}", value


def _keys(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, Mapping) else ()


def _refused(path: Path, problems: Sequence[str]) -> ServiceFileError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ServiceFileError(
        "\n".join([f"service file {path}: {count}", *(f"  - {problem}" for problem in problems)])
    )
