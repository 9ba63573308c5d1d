"""A folder to start a sensor from: what to fill in, a place to try it, and its checks."""

import re
from collections.abc import Iterator
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from standex.model.errors import StandexError

_SUFFIX = ".txt"  # templates are no modules of this package
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class SensorKind(StrEnum):
    """What a new sensor delivers, and how.

    Attributes:
        POSITIONS: where people are; in Python, in process.
        LOOKS: scores of looks at people; in Python, in process.
        RAW: raw samples, read by a technology of its own; in Python, in process.
        MQTT: where people are, from any language over MQTT.
    """

    POSITIONS = "positions"
    LOOKS = "looks"
    RAW = "raw"
    MQTT = "mqtt"


_TECHNOLOGY = {
    SensorKind.POSITIONS: "floor-positions",
    SensorKind.LOOKS: "external-looks",
    SensorKind.MQTT: "floor-positions",
}


def write_sensor(name: str, kind: SensorKind, folder: Path) -> tuple[Path, ...]:
    """Write the files of a new sensor, and return them.

    Args:
        name: of the sensor, of its package and of the entry points: small letters, digits, dashes.
        kind: what it delivers, and how.
        folder: to write to; made here.

    Raises:
        StandexError: the name cannot be used, or the folder holds something already.
    """
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise StandexError(
            f"{name!r} cannot be the name of a sensor: small letters, digits and dashes, such as "
            "my-sensor-1"
        )
    template = resources.files("standex") / "edges" / "interop" / "sensor_template"
    package = name.replace("-", "_")
    technology = _TECHNOLOGY.get(kind, name)
    entry = (
        f'\n[project.entry-points."standex.technologies"]\n{name} = "{package}.technology:build"\n'
    )
    words = {
        "@SETTINGS@": (template / kind.value / "settings").read_text("utf-8").strip(),
        "@TECHNOLOGY_ENTRY@": entry if technology == name else "",
        "@SENSOR@": name,
        "@PACKAGE@": package,
        "@TECHNOLOGY@": technology,
    }
    groups = ["common", kind.value, *([] if kind is SensorKind.MQTT else ["python"])]
    files = {
        folder / _place(source.name.removesuffix(_SUFFIX), package): source.read_text("utf-8")
        for group in groups
        for source in _templates(template / group)
    }
    if kind is not SensorKind.MQTT:
        files[folder / "src" / package / "__init__.py"] = f'"""The sensor {name}."""\n'
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StandexError(f"{folder} holds something already; name an empty or a new folder")
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(text, words), "utf-8")
    except OSError as error:
        raise StandexError(f"cannot write to {folder}: {error.strerror}") from error
    return tuple(files)


def _templates(group: Traversable) -> Iterator[Traversable]:
    for entry in sorted(group.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(_SUFFIX):
            yield entry


def _place(name: str, package: str) -> Path:
    if name.startswith("test_"):
        return Path("tests") / name
    if name in {"adapter.py", "technology.py"}:
        return Path("src") / package / name
    return Path(name)


def _filled(text: str, words: dict[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text
