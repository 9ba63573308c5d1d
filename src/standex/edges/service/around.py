"""What stands around the watch and may fail without it: recording, evidence, other systems."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from standex import __version__
from standex.edges.audit.contract import What
from standex.edges.clock import Clock
from standex.edges.evidence.keeper import EvidenceKeeper, EvidenceRule
from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.live_status import LiveStatus
from standex.edges.recording.layout import Profile, origin_of
from standex.edges.recording.reader import origin_of_file
from standex.edges.recording.writer import RecordingWriter
from standex.edges.service.config import ServiceConfig
from standex.edges.service.kept import Kept
from standex.edges.service.others_told import OthersTold, others_told
from standex.edges.service.rotation import RotatingRecorder
from standex.edges.service.tables import LabRecordingSettings, SourceTable
from standex.model.errors import RecordingError
from standex.model.ports import Technology
from standex.model.site import Site


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setup:
    """What is to be run.

    Attributes:
        config: the service file.
        site: where.
        site_name: shipped site or path.
        site_toml: the same as text.
        clock: of the service.
        say: told, in lines, what a person at the terminal should know.
        show: shown how it goes, a few times a second.
    """

    config: ServiceConfig
    site: Site
    site_name: str
    site_toml: str
    clock: Clock
    say: Callable[[str], object]
    show: Callable[[LiveStatus], object]

    @property
    def is_simulated(self) -> bool:
        """Return whether any record comes from the twin, now or when it was recorded."""
        return any(
            source.kind == "twin"
            or (source.kind == "lab-recording" and _was_simulated(self.config, source))
            for source in self.config.table.sources
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Around:
    """What is around the watch.

    Attributes:
        recorder: of the steps, or None.
        evidence: of alarmed passages.
        others: systems that are told.
    """

    recorder: RotatingRecorder | None
    evidence: EvidenceKeeper
    others: OthersTold


def make_around(
    setup: Setup,
    kept: Kept,
    shelf: EvidenceShelf,
    stack: ExitStack,
    *,
    technologies: Mapping[str, Technology] | None = None,
) -> Around:
    """Return what is around a watch; the stack ends it.

    The technologies of the station are asked what a look of an alarm is made of.

    Raises:
        StandexError: a setting cannot be used.
    """
    evidence = EvidenceKeeper(
        shelf,
        rule=evidence_rule(setup, kept),
        clock=setup.clock,
        technologies=technologies,
    )
    stack.enter_context(evidence)
    recorder = _recorder(setup)
    if recorder is not None:
        stack.callback(_close, recorder)

    def tell(act: str, by: str, draft_id: str) -> None:
        if act == "confirm":  # what nobody confirmed has told nobody anything
            kept.notes.say_now(What.PUBLIC_ALERT_CONFIRMED, draft_id, "goes out", {"by": by})

    others = others_told(
        setup.config,
        setup.site,
        stack,
        clock=setup.clock,
        is_simulated=setup.is_simulated,
        tell=tell,
    )
    return Around(recorder=recorder, evidence=evidence, others=others)


def _was_simulated(config: ServiceConfig, source: SourceTable) -> bool:
    file = config.place(config.settings_of(source, LabRecordingSettings).file)
    return _origin(file) == origin_of(is_simulated=True)


@lru_cache(maxsize=16)
def _origin(file: Path) -> str:
    try:
        return origin_of_file(file)
    except RecordingError:
        return ""  # the source that is to play it says what is wrong with it


def evidence_rule(setup: Setup, kept: Kept) -> EvidenceRule:
    """Return what is kept of an alarmed passage."""
    table = setup.config.table.evidence
    return EvidenceRule(
        site_id=setup.site.site_id,
        site_toml=setup.site_toml,
        software_version=__version__,
        is_simulated=setup.is_simulated,
        keep_s=kept.retention.alarm_s,
        ring_s=table.ring_s,
        after_s=table.after_s,
        open_s=table.open_s,
        has_pictures=table.has_pictures,
        has_curves=table.has_curves,
        has_crops=table.has_crops,
    )


def _recorder(setup: Setup) -> RotatingRecorder | None:
    table = setup.config.table.recording
    if not table.is_on:
        return None

    def begin(path: Path, t_utc_ns: int) -> RecordingWriter:
        return RecordingWriter(
            path,
            site_id=setup.site.site_id,
            profile=Profile.LIVE,
            software_version=__version__,
            site_toml=setup.site_toml,
            started_utc_ns=t_utc_ns,
            is_simulated=setup.is_simulated,
        )

    return RotatingRecorder(
        setup.config.place(table.folder),
        begin=begin,
        name=setup.site.site_id,
        clock=setup.clock,
        minutes_per_file=table.minutes_per_file,
    )


def _close(recorder: RotatingRecorder) -> None:
    with suppress(RecordingError):  # its steps are there; only the index is missing
        recorder.close()
