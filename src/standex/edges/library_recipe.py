"""What goes into a spectral library: TOML beside a measured file, or one recipe for many.

Beside a file (``nylon.csv`` and ``nylon.csv.toml``):

    name = "nylon"
    item_class = "nothing"
    licence = "MIT"
    source = "own measurement, sleeve of a jacket, 2026-11-02"

A recipe has a table ``[[entries]]`` for each, with ``file`` as well.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from standex.edges.spectra.measured import AxisUnit
from standex.edges.table import Table
from standex.model.calibration import Origin
from standex.model.errors import StandexError

_Model = TypeVar("_Model", bound=Table)
_Text = Annotated[str, Field(min_length=1, max_length=2000)]
_Number = Annotated[float, Field(strict=False)]
_Positive = Annotated[float, Field(gt=0, strict=False)]


class EntryRecipe(Table):
    """How one entry is made from a measured file.

    Attributes:
        name: of the entry; unique in its library.
        item_class: one of the site's item classes.
        licence: under which the entry may be used and passed on.
        source: sample, instrument, publication, in words.
        file: path of the measured file; not used beside a file.
        spectrum: part of the name of the one to take, where the file holds several.
        axis_unit: where the file does not say it.
        laser_nm: where the file does not say it, or says it wrongly.
        axis_shift_per_cm: added to the axis, as measured on a standard.
        resolution_per_cm: full width at half maximum of the instrument's own line.
        min_per_cm: the axis is cut off below.
        max_per_cm: and above.
        background_width_per_cm: waves wider than this are taken off; 0 takes nothing off, for
            reflectance, and for spectra that have no background any more.
        origin: measured, or simulated.
    """

    name: _Text
    item_class: _Text
    licence: _Text
    source: _Text
    file: str = ""
    spectrum: str = ""
    axis_unit: AxisUnit | None = None
    laser_nm: _Positive | None = None
    axis_shift_per_cm: _Number = 0.0
    resolution_per_cm: Annotated[float, Field(ge=0, strict=False)] = 0.0
    min_per_cm: _Number = -1e9
    max_per_cm: _Number = 1e9
    background_width_per_cm: Annotated[float, Field(ge=0, strict=False)] = 250.0
    origin: Annotated[Origin, Field(strict=False)] = Origin.MEASURED


class _Recipe(Table):
    entries: Annotated[list[EntryRecipe], Field(min_length=1)]


def find_recipes(paths: Sequence[Path], *, folder: Path | None) -> list[tuple[Path, EntryRecipe]]:
    """Return each measured file with how its entry is made, in the order given.

    Args:
        paths: measured files, each with its TOML beside it, or recipes (``*.toml``).
        folder: what the files of a recipe lie in; by default where the recipe lies.

    Raises:
        StandexError: a TOML file is missing, or says what it must not.
    """
    found: list[tuple[Path, EntryRecipe]] = []
    for path in paths:
        if path.suffix == ".toml":
            recipe = _validated(_Recipe, _toml(path), path)
            for entry in recipe.entries:
                if not entry.file:
                    raise StandexError(f"{path}: the entry {entry.name!r} names no file")
                found.append(((folder or path.parent) / entry.file, entry))
            continue
        beside = path.with_name(path.name + ".toml")
        if not beside.exists():
            raise StandexError(
                f"{path}: beside it, {beside.name} must say at least name, item_class, licence "
                "and source"
            )
        found.append((path, _validated(EntryRecipe, _toml(beside), beside)))
    return found


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StandexError(f"{path}: cannot be read as TOML ({error})") from error


def _validated(model: type[_Model], data: dict[str, Any], path: Path) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [
            f"  - {'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise StandexError("\n".join([f"{path} cannot be used:", *problems])) from None
