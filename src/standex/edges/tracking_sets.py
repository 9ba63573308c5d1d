"""Recorded crowds that trackers are held against: shipped ones, and those in a folder of data."""

from dataclasses import dataclass, replace
from pathlib import Path

from standex.edges.trajectories import load_shipped, read_trajectories
from standex.model.errors import StandexError
from standex.model.trajectories import Trajectories


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSet:
    """One recording of people, or a part of it.

    Attributes:
        name: to choose it by.
        title: of what and how many, in a few words.
        path: below the folder ``trajectories`` of the data; empty: it comes with the package.
        homography: from pixels to the floor, likewise.
        frame_rate_hz: where the file does not say it.
        unit_m: whether positions are stated to be metres, where no file says it.
        from_s: start of the part.
        lasts_s: its length; None: to the end.
        terms: what has to be known before a figure of it is shown to others.
    """

    name: str
    title: str
    path: str = ""
    homography: str = ""
    frame_rate_hz: float | None = None
    unit_m: bool = False
    from_s: float = 0.0
    lasts_s: float | None = None
    terms: str = ""


SETS = (
    RecordedSet(name="lyon-square-1a", title="public square, Lyon, 85 people"),
    RecordedSet(name="lyon-square-2a", title="public square, Lyon, 77 people"),
    RecordedSet(name="corridor", title="one-way corridor, 148 people"),
    RecordedSet(
        name="entrance-bottleneck",
        title="entrance bottleneck, up to 5 people per m2, 75 people",
        path="juelich/entrance_bottleneck_040_c_56_h-.txt",
        terms="cite doi 10.34735/ped.2018.1",
    ),
    RecordedSet(
        name="bottleneck-ao-300",
        title="bottleneck, up to 6 people per m2, 348 people",
        path="juelich/AO_300_bottleneck_16fps.txt",
        terms="cite the Pedestrian Dynamics Data Archive",
    ),
    RecordedSet(
        name="two-way-corridor",
        title="two-way corridor, 480 people",
        path="juelich/bi_corr_400_b_03_unit_cm.txt",
        terms="cite the Pedestrian Dynamics Data Archive",
    ),
    RecordedSet(
        name="campus-square",
        title="campus square, 428 people",
        path="ucy/students03/obsmat.txt",
        frame_rate_hz=25,
        terms="credit: Lerner, Chrysanthou, Lischinski, Crowds by Example, Eurographics 2007",
    ),
    RecordedSet(
        name="shopping-street",
        title="shopping street, 148 people",
        path="ucy/zara01/obsmat.txt",
        frame_rate_hz=25,
        terms="credit: Lerner, Chrysanthou, Lischinski, Crowds by Example, Eurographics 2007",
    ),
    RecordedSet(
        name="station-concourse",
        title="station concourse, the fullest two minutes of forty",
        path="grand_central/tracks_px.csv.gz",
        homography="grand_central/H_px_to_m.json",
        frame_rate_hz=25,
        unit_m=True,
        from_s=2160,
        lasts_s=120,
        terms=(
            "no licence was issued with the positions: for tests, never to be passed on; its floor "
            "was fitted by hand, and some steps are faster than people walk"
        ),
    ),
)
SET_NAMES = tuple(one.name for one in SETS)


def chosen_sets(
    names: tuple[str, ...] | None, data: Path | None
) -> tuple[tuple[RecordedSet, ...], dict[str, str]]:
    """Return the sets to run, and why others are left out.

    Args:
        names: that were asked for; None: all that are there.
        data: folder of the data, with ``trajectories`` in it; None: none is named.

    Raises:
        StandexError: a set that was asked for is not known or not there.
    """
    unknown = [name for name in names or () if name not in SET_NAMES]
    if unknown:
        raise StandexError(f"no set {unknown[0]!r}; there are {', '.join(SET_NAMES)}")
    wanted = [one for one in SETS if names is None or one.name in names]
    absent = {one.name: why for one in wanted if (why := _absent(one, data))}
    if names is not None and absent:
        name, why = next(iter(absent.items()))
        raise StandexError(f"set {name}: {why}")
    return tuple(one for one in wanted if one.name not in absent), absent


def _absent(one: RecordedSet, data: Path | None) -> str:
    if not one.path:
        return ""
    if data is None:
        return "no folder of data is named (--data, or STANDEX_DATA)"
    missing = [
        path
        for part in (one.path, one.homography)
        if part and not (path := _below(data, part)).exists()
    ]
    return f"{missing[0]} is not there" if missing else ""


def load_set(one: RecordedSet, data: Path | None) -> Trajectories:
    """Read the recording of a set, all of it.

    Raises:
        StandexError: it cannot be read.
    """
    if not one.path:
        return load_shipped(one.name)
    if data is None:
        raise StandexError(f"set {one.name}: no folder of data is named (--data, or STANDEX_DATA)")
    trajectories = read_trajectories(
        _below(data, one.path),
        unit="m" if one.unit_m else None,
        frame_rate_hz=one.frame_rate_hz,
        homography_path=_below(data, one.homography) if one.homography else None,
    )
    return replace(trajectories, name=one.name)


def _below(data: Path, part: str) -> Path:
    return data / "trajectories" / part
