"""The live service: sources in, the watch in the middle, store, audit and console around it.

What is around may fail, stall or be away: that is said, as health and in plain words, and the watch
goes on. What the service knew before it was gone is taken up again, or it is said who was missed.
"""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, final

import anyio
import numpy as np
from anyio.to_thread import run_sync

from standex import __version__
from standex.edges.audit.contract import What
from standex.edges.calibrations import calibrations_of
from standex.edges.clock import Clock, SteadyClock
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.live import run
from standex.edges.live_status import LiveStatus
from standex.edges.perceive_pool import PerceivePool, heavy_sensors
from standex.edges.plugins import build_technologies
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.service.access_parts import AccessParts, access_parts, admits
from standex.edges.service.checkpoint import CheckpointError, CheckpointFile
from standex.edges.service.checkpointer import Checkpointer, digest_of_site
from standex.edges.service.config import ServiceConfig
from standex.edges.service.event_log import EventLog, last_alerts
from standex.edges.service.housekeeping import Housekeeper
from standex.edges.service.kept import Kept, open_kept
from standex.edges.service.merged_source import MergedSource
from standex.edges.service.outside import StationDoor
from standex.edges.service.recovery import Recovery, recovered
from standex.edges.service.rotation import RotatingRecorder
from standex.edges.service.service_health import ServiceHealth
from standex.edges.service.sources import blueprints
from standex.edges.service.systemd import notify
from standex.edges.service.walk_desk import WalkDesk
from standex.edges.single_writer import Outputs
from standex.edges.store.store_writer import StoreWriter
from standex.edges.terminal import View
from standex.model.errors import RecordingError
from standex.model.event import Event
from standex.model.picture import Picture
from standex.model.site import Site
from standex.station import Station
from standex.tracking.tracker import CrowdTracker

CHECKPOINT = "picture.checkpoint"
ALIVE_EVERY_S = 2.0
LOOK_EVERY_S = 0.5
Told = Callable[[str], object]
