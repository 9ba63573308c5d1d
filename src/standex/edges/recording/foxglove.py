"""The people and the alerts as messages that Foxglove-compatible viewers draw by themselves.

Only the parts of the well-known schemas that are used here are spelled out; the other primitives
of a scene entity are declared, and always empty.

References:
    https://docs.foxglove.dev/docs/sdk/schemas/scene-update and .../log
"""

from typing import Any

from standex.edges.recording.codec import Schema
from standex.model.event import Alert
from standex.model.picture import Outcome, Picture

FRAME_ID = "site"
PERSON_DIAMETER_M = 0.5
PERSON_HEIGHT_M = 1.75
LIFETIME_S = 1
"""A person who is not drawn again for so long is gone from the picture."""

# From the palette of Okabe and Ito, told apart by colour-blind people too. Nobody is drawn in
# green: nobody is ever declared safe.
_COLOR: dict[Outcome, tuple[float, float, float]] = {
    Outcome.PENDING: (0.6, 0.6, 0.6),
    Outcome.NOTHING_FOUND: (0.0, 0.447, 0.698),
    Outcome.ALARM: (0.835, 0.369, 0.0),
    Outcome.NOT_SCREENED: (0.941, 0.894, 0.259),
}
_LOG_LEVEL_WARNING = 3
_UNUSED = ("arrows", "cubes", "spheres", "lines", "triangles", "models")


def scene_update(picture: Picture) -> dict[str, Any]:
    """Return the confirmed people as upright cylinders, coloured by their outcome."""
    tracks = picture.tracks
    entities: list[dict[str, Any]] = []
    for row in range(len(tracks.track_id)):
        track_id = int(tracks.track_id[row])
        passage = picture.passages.get(track_id)
        if not tracks.is_confirmed[row] or passage is None:
            continue
        x_m, y_m = float(tracks.mean[row, 0]), float(tracks.mean[row, 1])
        entities.append(_person(picture.t_utc_ns, track_id, passage.verdict.outcome, x_m, y_m))
    return {"deletions": [], "entities": entities}


def alert_log(alert: Alert, *, is_simulated: bool = False) -> dict[str, Any]:
    """Return an alert in words; what the twin made says so."""
    x_m, y_m = (float(value) for value in alert.position_site_m)
    where = f" at the {alert.zone.value.replace('_', ' ')}" if alert.zone else ""
    message = (
        ("SIMULATED: " if is_simulated else "")
        + f"check person {alert.track_id} at x {x_m:.1f} m, y {y_m:.1f} m{where}: "
        f"p {alert.p_threat:.3f} (prior {alert.prior:.2g}, coverage {alert.coverage:.2f}); "
        f"{alert.reason}"
    )
    return {
        "timestamp": _time(alert.t_utc_ns),
        "level": _LOG_LEVEL_WARNING,
        "message": message,
        "name": "standex",
        "file": "",
        "line": 0,
    }


def _person(
    t_utc_ns: int, track_id: int, outcome: Outcome, x_m: float, y_m: float
) -> dict[str, Any]:
    red, green, blue = _COLOR[outcome]
    color = {"r": red, "g": green, "b": blue}
    cylinder = {
        "pose": _pose(x_m, y_m, PERSON_HEIGHT_M / 2),
        "size": {"x": PERSON_DIAMETER_M, "y": PERSON_DIAMETER_M, "z": PERSON_HEIGHT_M},
        "bottom_scale": 1.0,
        "top_scale": 1.0,
        "color": color | {"a": 0.8},
    }
    text = {
        "pose": _pose(x_m, y_m, PERSON_HEIGHT_M + 0.25),
        "billboard": True,
        "font_size": 0.3,
        "scale_invariant": False,
        "color": color | {"a": 1.0},
        "text": str(track_id),
    }
    return {
        "timestamp": _time(t_utc_ns),
        "frame_id": FRAME_ID,
        "id": f"person-{track_id}",
        "lifetime": {"sec": LIFETIME_S, "nsec": 0},
        "frame_locked": False,
        "metadata": [{"key": "outcome", "value": outcome.value}],
        **{name: [] for name in _UNUSED},
        "cylinders": [cylinder],
        "texts": [text],
    }


def _pose(x_m: float, y_m: float, z_m: float) -> dict[str, Any]:
    return {
        "position": {"x": x_m, "y": y_m, "z": z_m},
        "orientation": {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0},
    }


def _time(t_utc_ns: int) -> dict[str, int]:
    sec, nsec = divmod(max(t_utc_ns, 0), 10**9)
    return {"sec": sec, "nsec": nsec}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_NUMBER: Schema = {"type": "number"}
_INTEGER: Schema = {"type": "integer"}
_STRING: Schema = {"type": "string"}
_BOOLEAN: Schema = {"type": "boolean"}
_STAMP = _object(sec=_INTEGER, nsec=_INTEGER)
_VECTOR = _object(x=_NUMBER, y=_NUMBER, z=_NUMBER)
_POSE = _object(position=_VECTOR, orientation=_object(x=_NUMBER, y=_NUMBER, z=_NUMBER, w=_NUMBER))
_RGBA = _object(r=_NUMBER, g=_NUMBER, b=_NUMBER, a=_NUMBER)

SCENE_SCHEMA: Schema = {"title": "foxglove.SceneUpdate"} | _object(
    deletions=_list(_object(timestamp=_STAMP, type=_INTEGER, id=_STRING)),
    entities=_list(
        _object(
            timestamp=_STAMP,
            frame_id=_STRING,
            id=_STRING,
            lifetime=_STAMP,
            frame_locked=_BOOLEAN,
            metadata=_list(_object(key=_STRING, value=_STRING)),
            **{name: _list(_object()) for name in _UNUSED},
            cylinders=_list(
                _object(
                    pose=_POSE, size=_VECTOR, bottom_scale=_NUMBER, top_scale=_NUMBER, color=_RGBA
                )
            ),
            texts=_list(
                _object(
                    pose=_POSE,
                    billboard=_BOOLEAN,
                    font_size=_NUMBER,
                    scale_invariant=_BOOLEAN,
                    color=_RGBA,
                    text=_STRING,
                )
            ),
        )
    ),
)
LOG_SCHEMA: Schema = {"title": "foxglove.Log"} | _object(
    timestamp=_STAMP, level=_INTEGER, message=_STRING, name=_STRING, file=_STRING, line=_INTEGER
)
