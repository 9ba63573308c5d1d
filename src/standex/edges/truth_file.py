"""Truth about a recording: who walked where and carried what, as JSON, apart from the recording.

The twin leaves such a file (``truth.json``) beside each of its recordings. For volunteers it is
written by hand; the same keys, with ``ways`` naming a file of trajectories in the site frame.
Unknown keys are refused: a misspelt truth would make misses of hits.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from standex.edges.trajectories.read import read_trajectories
from standex.edges.trajectories.shipped import load_shipped, shipped_names
from standex.edges.trajectories.stated import Unit
from standex.evaluation.score import check_truth
from standex.model.errors import StandexError
from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone

EMPTY_S = 2.0  # in a run on the twin the room is empty so long, for the sensors to learn it

_Size = Annotated[float, Field(ge=0)]


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    person: int
    item_class: Annotated[str, Field(min_length=1)]
    zone: BodyZone
    width_m: _Size = 0.0
    height_m: _Size = 0.0
    thickness_m: _Size = 0.0
    permittivity: float = 0.0
    loss_tangent: float = 0.0
    residue: str = ""
    residue_ug_per_cm2: _Size = 0.0
    residue_spread_ug_per_cm2: tuple[tuple[BodyZone, float], ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    simulated: bool = False
    seed: int = 0
    site: str = ""
    trajectories: str = ""
    ways: str = ""
    ways_unit: Unit | None = None
    ways_frame_rate_hz: float | None = None
    first_enters_s: _Size | None = None
    ways_start_utc_ns: int | None = None
    items: list[_Item]
    factors: dict[int, dict[str, str]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownTruth:
    """Who walked where and carried what.

    Attributes:
        truth: who carried what.
        trajectories: everybody's ways, frame zero at the start of the recording.
        start_utc_ns: time of frame zero; None for when the recording begins.
        is_simulated: whether the twin made it.
        factors: coarse groups of people, as far as they are stated.
    """

    truth: Truth
    trajectories: Trajectories
    start_utc_ns: int | None
    is_simulated: bool
    factors: Mapping[int, Mapping[str, str]]


def read_truth(path: Path, *, ways: Path | None = None) -> KnownTruth:
    """Read the truth about a recording.

    Args:
        path: the file.
        ways: trajectories in place of those it names.

    Raises:
        StandexError: it cannot be read, is not whole, names people who are not in the ways, or
            says nothing of the ways.
    """
    file = _checked(path)
    trajectories = _ways(file, path, ways)
    people = [int(person) for person in trajectories.people]
    items = tuple(CarriedItem(**_fields(one)) for one in file.items)
    twice = sorted({a.person for a in items if sum(b.person == a.person for b in items) > 1})
    if twice:
        raise StandexError(f"{path}: person {twice[0]} is listed with more than one item; one each")
    truth = Truth(seed=file.seed, items=items)
    unknown = sorted(set(file.factors) - set(people))
    try:
        check_truth(truth, people)
    except StandexError as error:
        raise StandexError(f"{path}: {error}") from None
    if unknown:
        raise StandexError(f"{path}: factors of person {unknown[0]}, who is not in the recording")
    return KnownTruth(
        truth=truth,
        trajectories=trajectories,
        start_utc_ns=file.ways_start_utc_ns,
        is_simulated=file.simulated,
        factors=file.factors,
    )


def _fields(item: _Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in type(item).model_fields}


def _checked(path: Path) -> _File:
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise StandexError(f"{path}: there is no such truth file") from None
    except (OSError, ValueError) as error:
        raise StandexError(f"{path}: cannot be read as JSON ({error})") from error
    try:
        return _File.model_validate(data)
    except ValidationError as error:
        problems = [
            f"  - {'.'.join(str(part) for part in one['loc']) or 'file'}: {one['msg']}"
            for one in error.errors(include_url=False)
        ]
        raise StandexError("\n".join([f"{path} is no truth:", *problems])) from None


def _ways(file: _File, path: Path, ways: Path | None) -> Trajectories:
    if ways is None and file.ways:
        ways = path.parent / file.ways
    if ways is not None:
        read = read_trajectories(ways, unit=file.ways_unit, frame_rate_hz=file.ways_frame_rate_hz)
        return read if file.first_enters_s is None else entering_after(read, file.first_enters_s)
    if file.trajectories in shipped_names():
        lead_s = EMPTY_S if file.first_enters_s is None else file.first_enters_s
        return entering_after(load_shipped(file.trajectories), lead_s)
    what = f"names the trajectories {file.trajectories!r}, which do not come with the package"
    raise StandexError(
        f"{path}: {what if file.trajectories else 'names no trajectories'}: where people were is "
        "not known; name a file of them with --ways"
    )


def entering_after(trajectories: Trajectories, lead_s: float) -> Trajectories:
    """Return the same ways, the first person entering after ``lead_s``."""
    if not len(trajectories.frame):
        return trajectories
    shift = round(lead_s * trajectories.frame_rate_hz) - int(trajectories.frame.min())
    return replace(trajectories, frame=trajectories.frame + shift)
