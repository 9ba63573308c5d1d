"""Banks of scores as files: shipped ones by name, others by path; arrays only, nothing to run."""

import io
import json
import zipfile
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from standex.model.errors import StandexError
from standex.model.zones import BodyZone
from standex.twin.score_bank import ScoreBank, SensorBank

FORMAT = "standex-score-bank-1"
ORIGIN = "surrogate, simulated"
_ARRAYS = ("person", "x_m", "is_hidden", "score", "share", "spread")
_SMALL = {
    "x_m": np.float32,
    "is_hidden": np.bool_,
    "score": np.float16,
    "share": np.float16,
    "spread": np.float32,
}


def shipped_banks() -> tuple[str, ...]:
    """Return the names of the banks that come with the package."""
    folder = resources.files("standex") / "banks"
    if not folder.is_dir():
        return ()
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[: -len(".npz")] for name in names if name.endswith(".npz")))


def save_bank(bank: ScoreBank, path: Path) -> None:
    """Write a bank; scores are kept to about three digits.

    Raises:
        StandexError: it cannot be written there.
    """
    kinds = list(bank.sensors)
    about: dict[str, Any] = {
        "format": FORMAT,
        "origin": ORIGIN,
        "bank_id": bank.bank_id,
        "provenance": bank.provenance,
        "item_class": bank.item_class,
        "kinds": kinds,
        "score_names": [bank.sensors[kind].score_names for kind in kinds],
        "zones": [[zone.value for zone in bank.sensors[kind].zones] for kind in kinds],
    }
    arrays: dict[str, np.ndarray] = {
        "about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
        "item_zone": bank.item_zone.astype(np.int8),
    }
    for row, kind in enumerate(kinds):
        for name in _ARRAYS:
            values = np.asarray(getattr(bank.sensors[kind], name))
            arrays[f"{name}_{row}"] = values.astype(_SMALL.get(name, np.int32))
    whole = io.BytesIO()
    np.savez_compressed(whole, allow_pickle=False, **arrays)
    try:
        path.write_bytes(whole.getvalue())
    except OSError as error:
        raise StandexError(
            f"bank {path}: cannot be written ({error.strerror}); choose another folder"
        ) from error


def load_bank(name_or_path: str | Path) -> ScoreBank:
    """Return a shipped bank by its name, or one from a file.

    Raises:
        StandexError: it is not there, or cannot be used.
    """
    where = f"bank {name_or_path}"
    try:
        if str(name_or_path) in shipped_banks():
            file = resources.files("standex") / "banks" / f"{name_or_path}.npz"
            data = file.read_bytes()
        else:
            data = Path(name_or_path).read_bytes()
    except FileNotFoundError:
        shipped = ", ".join(shipped_banks()) or "none"
        raise StandexError(f"{where}: there is no such file; shipped: {shipped}") from None
    except OSError as error:
        raise StandexError(f"{where}: cannot be read ({error.strerror})") from error
    try:
        return _parsed(data)
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise StandexError(
            f"{where} cannot be used: {error}; make it again with `standex surrogate build`"
        ) from error


def _parsed(data: bytes) -> ScoreBank:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        if about["format"] != FORMAT:
            raise ValueError(f"format is {about['format']!r}, this software reads {FORMAT!r}")
        item_zone = arrays["item_zone"].astype(np.int64)
        if len(item_zone) != len(about["item_class"]):
            raise ValueError(f"{len(item_zone)} places of {len(about['item_class'])} people")
        sensors: dict[str, SensorBank] = {}
        for row, kind in enumerate(about["kinds"]):
            zones = tuple(BodyZone(zone) for zone in about["zones"][row])
            names = tuple(about["score_names"][row])
            score = arrays[f"score_{row}"].astype(float)
            share = arrays[f"share_{row}"].astype(float)
            person = arrays[f"person_{row}"].astype(np.int64)
            spread = arrays[f"spread_{row}"].astype(float)
            n = len(person)
            if (
                score.shape != (n, len(zones), len(names))
                or share.shape != (n, len(zones))
                or spread.shape != score.shape[1:]
                or arrays[f"x_m_{row}"].shape != (n,)
                or arrays[f"is_hidden_{row}"].shape != (n,)
                or (n and not 0 <= person.min() <= person.max() < len(item_zone))
            ):
                raise ValueError(f"the arrays of {kind} do not fit each other")
            sensors[kind] = SensorBank(
                score_names=names,
                zones=zones,
                person=person,
                x_m=arrays[f"x_m_{row}"].astype(float),
                is_hidden=arrays[f"is_hidden_{row}"].astype(bool),
                score=score,
                share=share,
                spread=spread,
            )
    return ScoreBank(
        bank_id=about["bank_id"],
        provenance=about["provenance"],
        item_class=tuple(about["item_class"]),
        item_zone=item_zone,
        sensors=sensors,
    )
