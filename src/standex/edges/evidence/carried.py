"""What the bundle of a whole passage takes over from the one that was written at the alarm.

What a look was told on is in memory only. A service that was killed after the alarm, or a passage
that went on for long, has it no more: then the pictures and curves of the first bundle stay, under
the numbers that their looks have in the ledger now. Crops from cameras are of the alarm's moment,
and stay as they are.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from standex.edges.evidence.bundle import Bundle
from standex.edges.evidence.crop_names import is_crop
from standex.edges.evidence.curves import MAX_CURVES, PATCHES, PATCHES_FORM
from standex.edges.evidence.ledger import MAX_PICTURES
from standex.edges.recording.codec import to_bytes

LEDGER = "ledger.json"
_OF_LOOK = re.compile(r"(look|curves)-(\d{3})\.(png|json)")
_MOST = {"look": MAX_PICTURES, "curves": MAX_CURVES}
_Key = tuple[str, str, str | None]


def carried_over(
    earlier: Bundle, ledger: Mapping[str, Any], made: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the files of looks that are to be in the new bundle, made or taken over.

    Args:
        earlier: the bundle that is replaced; nothing is taken from one that was changed.
        ledger: of the new bundle, as ``ledger_document`` returns it.
        made: files of looks that could be made anew; they go first.
    """
    files = dict(made)
    if not earlier.problems(None) and LEDGER in earlier.contents:
        now = {_key(entry): number for number, entry in enumerate(ledger["entries"])}
        before = [_key(one) for one in json.loads(earlier.contents[LEDGER])["entries"]]
        number_of = {n: now[key] for n, key in enumerate(before) if key in now}
        crops = {name: data for name, data in earlier.contents.items() if is_crop(name)}
        files = {**crops, **_renamed(earlier, number_of), **_patches(earlier, number_of), **files}
    kept = {name: data for name, data in files.items() if is_crop(name)}
    for kind, most in _MOST.items():
        names = sorted(name for name in files if name.startswith(f"{kind}-"))[-most:]
        kept |= {name: files[name] for name in names}
    return kept | ({PATCHES: files[PATCHES]} if PATCHES in files else {})


def _key(entry: Mapping[str, Any]) -> _Key:
    return entry["sensor_id"], entry["look_id"], entry.get("zone")


def _renamed(earlier: Bundle, number_of: Mapping[int, int]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, data in earlier.contents.items():
        found = _OF_LOOK.fullmatch(name)
        if found is not None and int(found[2]) in number_of:
            files[f"{found[1]}-{number_of[int(found[2])]:03d}.{found[3]}"] = data
    return files


def _patches(earlier: Bundle, number_of: Mapping[int, int]) -> dict[str, bytes]:
    if PATCHES not in earlier.contents:
        return {}
    patches = [
        {**one, "entry": number_of[one["entry"]]}
        for one in json.loads(earlier.contents[PATCHES])["patches"]
        if one["entry"] in number_of
    ]
    return {PATCHES: to_bytes({"form": PATCHES_FORM, "patches": patches})} if patches else {}
