"""Calibrations as JSON files: shipped ones by name, others by path; nothing half understood.

Every key must be there and no other may be: a calibration that is misread turns noise into
evidence.
"""

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from standex.model.calibration import Calibration, Origin
from standex.model.errors import StandexError
from standex.model.site import Site

FORMAT = "standex-calibration-1"
FILE_ENDING = ".json"  # of a calibration that is named by its path
LARGEST = 1e9  # log-likelihood that any weights may give before it is bounded

_Text = Annotated[str, Field(min_length=1)]
_Positive = Annotated[float, Field(gt=0)]
_Share = Annotated[float, Field(ge=0, le=1)]


class _File(BaseModel):
    """The keys of a calibration file, in their order."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    format: _Text
    calibration_id: _Text
    sensor_kind: _Text
    origin: Annotated[Origin, Field(strict=False)]
    made_utc_ns: int
    expires_utc_ns: int
    provenance: _Text
    feature_names: list[_Text]
    class_names: list[_Text]
    center: list[float]
    scale: list[_Positive]
    clip: _Positive
    weights: list[list[float]]
    bound: _Positive
    cllr: Annotated[float, Field(ge=0)]
    correlation: _Share
    n_passages_per_class: dict[str, Annotated[int, Field(ge=0)]]
    p_detect: _Share

    @model_validator(mode="after")
    def _lengths_agree(self) -> "_File":
        n, n_classes = len(self.feature_names), len(self.class_names)
        for name, values in (("center", self.center), ("scale", self.scale)):
            if len(values) != n:
                raise ValueError(f"{name} has {len(values)} entries, there are {n} features")
        if len(self.weights) != n_classes:
            raise ValueError(f"weights has {len(self.weights)} rows, there are {n_classes} classes")
        for row in self.weights:
            if len(row) != 1 + 2 * n:
                raise ValueError(f"a row of weights has {len(row)} terms, {1 + 2 * n} are wanted")
        if self.format != FORMAT:
            raise ValueError(f"format is {self.format!r}, this software reads {FORMAT!r}")
        if not self.expires_utc_ns > self.made_utc_ns:
            raise ValueError("it expires before it was made")
        return self

    @model_validator(mode="after")
    def _likelihoods_are_finite(self) -> "_File":
        for names, what in ((self.feature_names, "feature"), (self.class_names, "class")):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what}_names has {', '.join(twice)} twice")
        unknown = sorted(set(self.n_passages_per_class) - set(self.class_names))
        if unknown:
            raise ValueError(f"n_passages_per_class has unknown classes {', '.join(unknown)}")
        # The farthest that a score can reach; beyond, sums have no finite difference.
        reach = max(1.0, self.clip, self.clip**2)
        if not all(reach * sum(abs(w) for w in row) < LARGEST for row in self.weights):
            raise ValueError(
                f"weights give log-likelihoods beyond {LARGEST:g}: likelihoods are not finite"
            )
        return self


def shipped_calibrations() -> tuple[str, ...]:
    """Return the names of the calibrations that come with the package."""
    folder = resources.files("standex") / "calibrations"
    if not folder.is_dir():
        return ()
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[: -len(".json")] for name in names if name.endswith(".json")))


def load_calibration(name_or_path: str | Path, *, sensor_kind: str | None = None) -> Calibration:
    """Return a shipped calibration by its name, or one from a file.

    Args:
        name_or_path: a name of ``shipped_calibrations()``, or a path.
        sensor_kind: the record kind that it must be for, where the caller knows.

    Raises:
        StandexError: it is not there, cannot be read, is not whole, or is for another kind.
    """
    where = f"calibration {name_or_path}"
    try:
        if str(name_or_path) in shipped_calibrations():
            file = resources.files("standex") / "calibrations" / f"{name_or_path}.json"
            data = json.loads(file.read_text("utf-8"))
        else:
            data = json.loads(Path(name_or_path).read_text("utf-8"))
    except FileNotFoundError:
        shipped = ", ".join(shipped_calibrations()) or "none"
        raise StandexError(f"{where}: there is no such file; shipped: {shipped}") from None
    except (OSError, ValueError) as error:
        raise StandexError(f"{where}: cannot be read as JSON ({error})") from error
    calibration = _parsed(data, where)
    if sensor_kind is not None and calibration.sensor_kind != sensor_kind:
        raise StandexError(
            f"{where} is for records of kind {calibration.sensor_kind!r}, not {sensor_kind!r}; "
            "name another one in the site file"
        )
    return calibration


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration.

    Raises:
        StandexError: it is not whole, or cannot be written there.
    """
    data: dict[str, Any] = {"format": FORMAT}
    for name in _File.model_fields:
        if name != "format":
            value = getattr(calibration, name)
            data[name] = value.tolist() if isinstance(value, np.ndarray) else value
    data["feature_names"] = list(calibration.feature_names)
    data["class_names"] = list(calibration.class_names)
    data["origin"] = calibration.origin.value
    _parsed(data, f"calibration {calibration.calibration_id}")
    try:
        path.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", "utf-8")
    except OSError as error:
        raise StandexError(
            f"calibration {path}: cannot be written ({error.strerror}); choose another folder"
        ) from error


def calibrations_of(site: Site) -> Mapping[str, Calibration]:
    """Return the calibrations that a site's sensors name, by those names.

    A sensor names a shipped one, or a file: whatever ends in ``.json``. Another name that nothing
    is shipped under is left out: the technology then says that its sensor is not calibrated, and
    what it sees weighs nothing.

    Raises:
        StandexError: one of them cannot be used, a file is not there, or two have one id.
    """
    shipped = shipped_calibrations()
    named = {spec.calibration for spec in site.sensors if spec.calibration}
    found = {
        name: load_calibration(name)
        for name in sorted(named)
        if name in shipped or name.endswith(FILE_ENDING)
    }
    by_id: dict[str, str] = {}
    for name, one in found.items():
        other = by_id.setdefault(one.calibration_id, name)
        if other != name:
            # Evidence is trusted by the id alone.
            raise StandexError(
                f"calibrations {other} and {name} have the same id {one.calibration_id}; make one "
                "of them anew"
            )
    return found


def _parsed(data: object, where: str) -> Calibration:
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        problems = [
            f"  - {'.'.join(str(part) for part in one['loc']) or 'file'}: {one['msg']}"
            for one in error.errors(include_url=False)
        ]
        raise StandexError("\n".join([f"{where} cannot be used:", *problems])) from None
    return Calibration(
        calibration_id=file.calibration_id,
        sensor_kind=file.sensor_kind,
        origin=file.origin,
        made_utc_ns=file.made_utc_ns,
        expires_utc_ns=file.expires_utc_ns,
        provenance=file.provenance,
        feature_names=tuple(file.feature_names),
        class_names=tuple(file.class_names),
        center=np.array(file.center),
        scale=np.array(file.scale),
        clip=file.clip,
        weights=np.array(file.weights),
        bound=file.bound,
        cllr=file.cllr,
        correlation=file.correlation,
        n_passages_per_class=file.n_passages_per_class,
        p_detect=file.p_detect,
    )
