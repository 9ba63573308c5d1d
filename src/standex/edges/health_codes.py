"""What sensors and those who watch them say of a sensor's health, as codes with values.

A sentence that is not known, such as what a device of a laboratory says of itself, has no code and
is shown as it was said.
"""

from standex.edges.known_sentences import (
    NAME,
    NUMBER,
    ROUNDED,
    SIGNED,
    KnownSentences,
    ReasonPart,
)

_CALIBRATION = "(?P<calibration>'[^']*')"
_AGAIN = f"opened again in (?P<again>{ROUNDED}) s"

_WATCH: tuple[tuple[str, str], ...] = (
    ("nothing_heard", "nothing heard yet"),
    ("silent", "no records come; look at its power and its line"),
    (
        "silent_after_loss",
        "no records come, the last ones were going missing; look at its line and at how busy this "
        "computer is",
    ),
    ("source_ended", "the source ended: (?P<error>.+)"),
    (
        "unknown_sensor",
        "the site does not know this sensor: dropped; it knows (?P<known>.+)",
    ),
    ("shed_slow", "records are being left out: this computer is too slow"),
    (
        "shed_slow_n",
        r"records are being left out: this computer is too slow \((?P<n>\d+) so far\)",
    ),
    ("shed_lost", "records are being left out: their numbers never arrived"),
    ("failed_on_record", r"its technology failed on a record \((?P<error>.+)\)"),
    ("no_answer", f"its technology has been at one record for over (?P<s>{ROUNDED}) s"),
    ("said_unusable", r"what it said cannot be used and was dropped \((?P<error>.+)\)"),
    (
        "time_away",
        rf"its time is (?P<s>{SIGNED}) s from this computer's clock, (?P<most>{ROUNDED}) s are "
        "allowed; set both by NTP or PTP",
    ),
    (
        "time_backwards",
        rf"its time runs backwards by (?P<s>{NUMBER}) s; look at the device's clock",
    ),
    (
        "too_many",
        rf"it sends more than (?P<most>{ROUNDED}) records a second \((?P<rate>{ROUNDED}) are "
        r"expected\): (?P<n>\d+) were left out; look at its settings",
    ),
    ("too_large", r"a record of over (?P<mib>\d+) MiB was left out; look at its settings"),
    (
        "came_again",
        r"the same record came again: (?P<n>\d+) records were left out; look at its clock and at "
        "who sends under its name",
    ),
    (
        "left_out_backwards",
        r"its time runs backwards: (?P<n>\d+) records were left out; look at its clock and at who "
        "sends under its name",
    ),
    (
        "says_the_same",
        rf"it has said the very same for (?P<s>{NUMBER}) s: it is frozen, and its records are left "
        "out; restart it",
    ),
    (
        "clock_behind_out",
        rf"its clock is (?P<s>{NUMBER}) s behind, over (?P<most>{ROUNDED}) s: its records are left "
        "out; set it by NTP or PTP",
    ),
    (
        "clock_ahead_out",
        rf"its clock is (?P<s>{NUMBER}) s ahead, over (?P<most>{ROUNDED}) s: its records are left "
        "out; set it by NTP or PTP",
    ),
    (
        "clock_behind",
        rf"its clock is (?P<s>{NUMBER}) s behind and corrected; set it by NTP or PTP",
    ),
    ("clock_ahead", rf"its clock is (?P<s>{NUMBER}) s ahead and corrected; set it by NTP or PTP"),
    (
        "contradicts",
        r"it contradicts the others: of those who are followed where it sees, it places "
        r"(?P<percent>\d+)% of as many as it should; look at its survey, its mounting and at who "
        "sends under its name",
    ),
)
_SOURCES: tuple[tuple[str, str], ...] = (
    ("source_starting", "source (?P<source>.+): it is being started"),
    (
        "source_broke_off",
        rf"source (?P<source>.+): it broke off \((?P<error>.+)\); it is started again in "
        rf"(?P<again>{ROUNDED}) s \(attempt (?P<n>\d+)\)",
    ),
    (
        "source_over",
        rf"source (?P<source>.+): it ended; it is started again in (?P<again>{ROUNDED}) s "
        r"\(attempt (?P<n>\d+)\)",
    ),
    ("source_has_ended", "source (?P<source>.+): it has ended"),
    ("device_ended", "it has ended; it is opened again"),
    ("device_error", "(?P<error>[A-Za-z]+: .+); it is opened again"),
    ("no_broker", r"no MQTT broker at (?P<address>\S+): (?P<error>.+)"),
    ("retained", f"a record of (?P<sensor>{NAME}) was retained by the broker: it is of the past"),
    ("node_not_yet", "its node has not connected yet"),
    ("node_no_status", "no status report has come yet"),
    ("node_goodbye", "its node has said goodbye"),
    ("node_gone", "its connection has ended"),
    ("node_reports", "its node reports: (?P<said>.+)"),
    ("node_blind", "its node does not detect: (?P<said>.+)"),
    ("node_silent", rf"its node has said nothing for (?P<s>{NUMBER}) s"),
    (
        "node_nowhere",
        "places that it sends cannot be used; are latitude and longitude swapped, or is the "
        r"site's anchor wrong\?",
    ),
    (
        "node_wrong_time",
        "reports of it have a wrong time and are left out; set its clock by NTP or PTP",
    ),
    (
        "node_held_up",
        "reports of it come too late and are left out: its line or this computer is too slow",
    ),
    ("node_not_done", "its node did not carry out a task"),
    ("stream_ended", "the stream has ended"),
    ("stream_ended_again", f"the stream has ended; {_AGAIN}"),
    ("video_failed", r"video (?P<address>\S+) failed \((?P<error>.+)\)"),
    ("video_failed_again", rf"video (?P<address>\S+) failed \((?P<error>.+)\); {_AGAIN}"),
    ("video_stalled", r"(?P<address>\S+) has stalled: no frame for (?P<s>\d+) s"),
    ("video_pieces", r"(?P<n>\d+) pieces of its stream were no picture; look at its line"),
    (
        "video_size",
        r"its picture is (?P<size>\d+ x \d+) now, it was calibrated for (?P<wanted>\d+ x \d+); set "
        "the stream back, or calibrate again",
    ),
    ("metadata_ended", "its metadata have ended"),
    ("metadata_broke_off", r"its metadata broke off \((?P<error>.+)\)"),
)
_CAMERAS: tuple[tuple[str, str], ...] = (
    ("frames_late", f"(?P<s>{NUMBER}) s between frames, (?P<wanted>{NUMBER}) s expected"),
    (
        "picture_frozen",
        r"the picture has been frozen for (?P<s>\d+) s; restart the camera or its stream",
    ),
    (
        "picture_black",
        r"the picture is black \(mean grey (?P<grey>\d+) of 255\); is there light, is a cap on\?",
    ),
    (
        "picture_flat",
        "the camera is covered or its lens dirty: the picture has no contrast "
        rf"\(grey levels spread by (?P<spread>{NUMBER})\)",
    ),
    (
        "picture_dark",
        r"the picture is dark \(mean grey (?P<grey>\d+) of 255\); people are missed",
    ),
    (
        "picture_glaring",
        r"the picture is glaring \(mean grey (?P<grey>\d+) of 255\); people are missed",
    ),
    (
        "picture_blurred",
        r"the picture is blurred or partly covered: (?P<percent>\d+)% of its usual detail; clean "
        "the lens, look for fog, focus",
    ),
    (
        "camera_turned",
        r"the camera has been turned: its picture lies (?P<percent>\d+)% of its width off the "
        "reference picture, positions would be wrong; turn it back or calibrate it again",
    ),
    (
        "camera_turned_away",
        rf"the picture is not that of the reference \(edges correlate by (?P<alike>-?{NUMBER})\): "
        "the camera has been turned away or covered; turn it back or calibrate it again",
    ),
    (
        "picture_other_shape",
        r"the picture is (?P<size>\d+ x \d+), the calibration is for (?P<wanted>\d+ x \d+): set "
        "the stream to that shape, or calibrate again",
    ),
    (
        "too_many_at_once",
        rf"(?P<sensor>{NAME}) gives (?P<n>\d+) positions at once after (?P<usual>\d+): the scan is "
        "not used; look what disturbs the sensor",
    ),
    (
        "same_positions",
        rf"(?P<sensor>{NAME}) gives the very same (?P<n>\d+) positions for the (?P<times>\d+)th "
        "time: it is frozen, and its scans are not used; restart it",
    ),
    (
        "positions_unusable",
        rf"(?P<n>\d+) of (?P<all>\d+) positions of (?P<sensor>{NAME}) cannot be used and are left "
        "out: .+",
    ),
    (
        "places_beside",
        rf"(?P<sensor>{NAME}) places people (?P<m>{NUMBER}) m \((?P<east>{SIGNED}) east, "
        rf"(?P<north>{SIGNED}) north, \+- (?P<sigma>{NUMBER})\) from where (?P<other>{NAME}) does: "
        "it is corrected; survey both again",
    ),
    (
        "scan_ahead",
        rf"a scan of (?P<sensor>{NAME}) is (?P<s>{ROUNDED}) s ahead of the others: it is not used; "
        "look at the clock of the sensor",
    ),
    (
        "scan_behind",
        rf"a scan of (?P<sensor>{NAME}) is (?P<s>{ROUNDED}) s behind the others: it is not used; "
        "look at the clock of the sensor",
    ),
)
_LOOKS: tuple[tuple[str, str], ...] = (
    (
        "no_calibration",
        f"no calibration {_CALIBRATION}: its (?:evidence is|confidences are) shown and counts? for "
        r"nothing; see `(?P<command>[^`]+)`",
    ),
    ("no_calibration_at_all", "no calibration: its evidence is shown and counts for nothing"),
    ("no_calibration_laser", "no calibration: what it sees is shown and weighs nothing"),
    (
        "calibration_expired",
        r"calibration (?P<calibration>\S+) has expired(?:; calibrate again)?",
    ),
    (
        "sweeps_late",
        rf"(?P<s>{NUMBER}) s since the last (?:sweep|record), (?P<wanted>{NUMBER}) s expected",
    ),
    ("records_late", rf"(?P<s>{NUMBER}) s between records, (?P<wanted>{NUMBER}) s expected"),
    ("room_learning", "learning the empty room"),
    ("room_not_empty", "learning the empty room; people are in it, keep the lane clear"),
    (
        "room_changed",
        r"(?P<percent>\d+) % of the empty room has changed: something covers or has moved a "
        "(?:panel|pillar); clear it",
    ),
    (
        "reflector_hidden",
        "the reflector is not seen: clear the way to it, or put it back and survey it",
    ),
    (
        "channels_lost",
        r"(?P<n>[\d,]+) of (?P<all>[\d,]+) channels lost (?P<said>\([^)]+\).*?: check .+?)"
        r"(?=$|; \d+ of \d+ frequencies missing|; the reflector is not seen)",
    ),
    (
        "frequencies_missing",
        r"(?P<n>\d+) of (?P<all>\d+) frequencies missing, the first is number (?P<first>\d+): "
        "check the synthesiser's lock",
    ),
    (
        "panels_moved",
        "(?P<said>panel .+): put it back or survey it again, then learn the empty room anew",
    ),
    (
        "some_panel_moved",
        rf"a panel has moved: paths have changed by (?P<mm>{NUMBER}) mm, and the spheres do not "
        "show which panel: survey all, then learn the empty room anew",
    ),
    ("interlock_open", "the hardware interlock is open: nothing is fired; close doors and covers"),
    ("key_off", "the key switch is off: a supervisor has to arm the device itself"),
    ("line_blocked", "somebody stood in the line: nothing was fired"),
    (
        "shots_unusable",
        r"(?P<n>\d+) of (?P<all>\d+) shots cannot be used: (?P<said>.+)",
    ),
    (
        "pump_weak",
        rf"the pump draws (?P<flow>{ROUNDED}) l/min, (?P<least>{ROUNDED}) are needed: it smells "
        "nothing; see to the pump",
    ),
    ("air_learning", "learning what clean air reads"),
    ("plume_stays", "the last plume has not gone: it smells nobody until then"),
    (
        "gas_channels_out",
        r"channels (?P<rows>[\d, ]+) are left out: they do not change or are off their scale"
        r"(?: \([\d, ]+ at its end\))?; replace them if it stays",
    ),
    ("ion_used_up", r"(?P<percent>\d+) % of the reactant ion is left: it is saturated"),
    ("no_ion", "(?P<said>.*reactant ion.*): it smells nothing"),
)
_SHOTS: tuple[tuple[str, str], ...] = (
    ("no_shot", "no shot was fired: check interlock, arming and line of sight"),
    ("axis_descends", "the axis descends: read from the other end"),
    (
        "dark_not_finite",
        r"(?P<n>\d+) of (?P<all>\d+) channels of the dark are not finite: check the camera's link, "
        "then take the dark again",
    ),
    (
        "counts_not_finite",
        r"(?P<n>[\d,]+) of (?P<all>[\d,]+) counts are not finite: check the camera's link",
    ),
    (
        "shots_flat",
        r"(?P<n>\d+) of (?P<all>\d+) shots hold one and the same number in all channels: check the "
        "camera and its trigger",
    ),
    (
        "counts_saturated",
        r"(?P<n>[\d,]+) counts are saturated in (?P<shots>\d+) of (?P<all>\d+) shots: shorten the "
        "gate, lower the pulse energy, or look at strong ambient light",
    ),
    (
        "dark_saturated",
        r"the dark is saturated in (?P<n>\d+) channels: shade the ambient light or shorten the "
        "gate",
    ),
    (
        "counts_negative",
        r"(?P<n>[\d,]+) counts are negative, beyond read noise: raw counts are wanted, with "
        "nothing taken off",
    ),
    (
        "channels_dead",
        r"(?P<dead>\d+) channels are dead and (?P<hot>\d+) hot; the first is number "
        r"(?P<first>\d+): note them in the device's description",
    ),
    (
        "dark_off",
        rf"the dark is (?P<counts>{SIGNED}) counts off its reference: check the camera's "
        "temperature and the shade",
    ),
    (
        "band_missing",
        rf"the band at (?P<band>{NUMBER}) per cm that should be in front is not found: check the "
        "laser's wavelength and what is in front",
    ),
    (
        "band_moved",
        rf"the band at (?P<band>{NUMBER}) per cm lies at (?P<at>{NUMBER}): the laser is at "
        rf"(?P<is>{NUMBER}) nm and not at (?P<said_nm>{NUMBER}), or the axis has moved; calibrate "
        "the spectrometer",
    ),
)
_KNOWN = KnownSentences((*_WATCH, *_SOURCES, *_CAMERAS, *_LOOKS, *_SHOTS), joint="and_then")
CODES = _KNOWN.codes
VALUES = _KNOWN.values


def health_parts(message: str) -> list[ReasonPart]:
    """Return the message of a sensor's health as sentences with codes; nothing if not known."""
    return _KNOWN.parts(message)
