"""Reasons of alarms and looks as codes with values: a console says them in its own language.

Sensors and the decision say a reason once, in plain English; that text is what recordings, logs and
the audit hold. What is known here of its form is told beside it. A sentence that is not known, such
as that of a laboratory's own sensor, has no code and is shown as it was said.
"""

from standex.edges.known_sentences import KnownSentences, ReasonPart
from standex.model.zones import ZONES

__all__ = ["CODES", "ReasonPart", "reason_parts"]

_ZONE = "(?P<zone>" + "|".join(one.value.replace("_", " ") for one in ZONES) + ")"
_DB = r"[+-]?\d+"
_N = r"\d+(?:\.\d+)?"

_SENTENCES: tuple[tuple[str, str], ...] = (
    ("prior_alone", "prior alone"),
    ("nothing", rf"{_ZONE}: nothing stands out from (?:the|a bare) body(?: line| surface)?"),
    ("line_metal", rf"{_ZONE}: strong echo before the body line \((?P<db>{_DB}) dB\), metal-like"),
    (
        "line_layer",
        rf"{_ZONE}: echo before \((?P<before>{_DB}) dB\) and behind \((?P<behind>{_DB}) dB\) the "
        "body line, as from a dielectric layer",
    ),
    (
        "surface_metal",
        rf"{_ZONE}: echo before the body surface \((?P<db>{_DB}) dB over that on it\) and little "
        rf"behind, metal-like, about (?P<area>{_N}) cm2",
    ),
    (
        "surface_layer",
        rf"{_ZONE}: dielectric anomaly, echo before and behind the body surface "
        rf"\((?P<db>{_DB}) dB over that on it\), about (?P<area>{_N}) cm2",
    ),
    (
        "thick_layer",
        rf", as a layer (?P<thin>{_N}) to (?P<thick>{_N}) mm thick, permittivity (?P<low>{_N}) to "
        rf"(?P<high>{_N}) \((?P<level>{_N}) %\)",
    ),
    ("fit_metal", rf"{_ZONE}: strong echo before the body and none behind it, metal-like"),
    ("fit_skin", rf"{_ZONE}: echo like the body's own, raised from it"),
    ("fit_unmeasured", rf"{_ZONE}: dielectric anomaly, of no thickness that could be measured"),
    (
        "fit_layer",
        rf"{_ZONE}: dielectric anomaly: (?P<thin>{_N}) to (?P<thick>{_N}) mm, permittivity "
        rf"(?P<low>{_N}) to (?P<high>{_N}) \((?P<level>{_N}) %\)",
    ),
    ("bag_nothing", "bag: nothing between the panels behind the back"),
    (
        "bag_seen",
        rf"bag: (?P<path>-?{_N}) mm of extra path and (?P<loss>-?{_N}) dB of loss behind the back, "
        rf"together (?P<volume>-?{_N}) cm3",
    ),
    (
        "bag_dark",
        rf", (?P<area>{_N}) cm2 let nothing through \(metal-like, water-like, or thick and edge "
        r"on\)",
    ),
    ("bag_only", "; seen behind the back alone, not beside or before the body"),
    ("not_calibrated", "; not calibrated, counts for nothing"),
    (
        "laser_nothing",
        rf"no residue stands out in (?P<shots>\d+) shots? \(largest (?P<z>-?{_N}) sigma\)",
    ),
    ("laser_cloth", "; the cloth is not in the library"),
    (
        "laser_named",
        rf"(?P<substance>[^()]+) \((?P<class>\w+)\) at (?P<z>{_N}) sigma in (?P<shots>\d+) shots?: "
        r"(?P<counts>[-+.\de]+) counts \+- (?P<sigma>[-+.\de]+)",
    ),
    (
        "air_speaks",
        r"air at the inlet is most like (?P<substance>[^,;()]+), which speaks for "
        r"(?P<class>\w+(?: \w+)*)",
    ),
    ("air_like", r"air at the inlet is most like (?P<substance>[^,;()]+)"),
    ("surrogate_nothing", rf"surrogate, simulated: {_ZONE}: nothing stands out"),
    ("surrogate_metal", rf"surrogate, simulated: {_ZONE}: anomaly, metal-like"),
    ("surrogate_layer", rf"surrogate, simulated: {_ZONE}: anomaly, dielectric-like"),
    ("set_down_by", r"person (?P<track>\d+) set it down \((?P<p>\d+)%\)"),
    ("set_down", "nobody known"),
    ("left_alone", rf"; nobody who may have is within (?P<within>{_N}) m"),
    ("looks", r" \((?P<n>\d+) looks?\)"),
)
_KNOWN = KnownSentences(_SENTENCES, named=("zone", "class"))
CODES = _KNOWN.codes


def reason_parts(reason: str) -> list[ReasonPart]:
    """Return a reason as sentences with codes, in their order; nothing where any is not known."""
    return _KNOWN.parts(reason)
