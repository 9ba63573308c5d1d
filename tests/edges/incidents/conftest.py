"""What tests of incidents share: a store in memory, alerts, and pictures made by hand."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.store.contract import ConflictError, Stored, StoreError
from standex.model.event import Alert, PassageClosed
from standex.model.picture import LedgerEntry, Outcome, Passage, Picture, Verdict
from standex.model.tracks import no_tracks
from standex.model.zones import ZONES, BodyZone

T0 = 1_760_000_000_000_000_000
S = 10**9


class MemoryStore:
    """A store without a disk, which can be told to fail."""

    def __init__(self) -> None:
        self.documents, self.entries = {}, {}
        self.error = None
        self._lock = threading.RLock()

    def append(self, entries, /):
        self._fail()
        with self._lock:
            for entry in entries:
                known = entry.entry_id in self.entries
                if not known:
                    self.entries[entry.entry_id] = Stored(
                        sequence=len(self.entries) + 1, entry=entry
                    )
            return tuple(self.entries[entry.entry_id].sequence for entry in entries)

    def read(self, stream, /, *, after=0, key=None, limit=1000):
        self._fail()
        found = [
            one
            for one in self.entries.values()
            if one.entry.stream == stream and one.sequence > after and key in (None, one.entry.key)
        ]
        return tuple(found[:limit])

    def newest(self, stream, /, *, key=None, limit=100):
        return tuple(reversed(self.read(stream, key=key)))[:limit]

    def put(self, document, /):
        return self.put_with(document, ())

    def put_with(self, document, entries, /):
        self._fail()
        name = (document.collection, document.document_id)
        with self._lock:
            old = self.documents.get(name)
            if (0 if old is None else old.version) != document.version:
                raise ConflictError("another version is stored")
            self.documents[name] = replace(document, version=document.version + 1)
            self.append(entries)
            return self.documents[name]

    def get(self, collection, document_id, /):
        self._fail()
        return self.documents.get((collection, document_id))

    def find(self, collection, /, *, limit=1000):
        self._fail()
        with self._lock:
            found = [d for (c, _), d in sorted(self.documents.items()) if c == collection]
        return iter(found[:limit])

    def remove(self, collection, document_id, /):
        return self.documents.pop((collection, document_id), None) is not None

    def delete_expired(self, *, now_utc_ns):
        return ()

    def contents(self):
        return ()

    def check(self) -> None: ...
    def backup(self, path, /) -> None: ...
    def close(self) -> None: ...

    def _fail(self) -> None:
        if self.error is not None:
            raise StoreError(self.error)


class Made:
    """Values made by hand, for tests here and of the web: imports between test files fail."""

    T0, S = T0, S
    MemoryStore = MemoryStore

    @staticmethod
    def alert(number=1, *, track_id=None, t_utc_ns=T0, p_threat=0.7, **changes) -> Alert:
        values = {
            "alert_id": f"survey-{number:06d}",
            "t_utc_ns": t_utc_ns,
            "track_id": number if track_id is None else track_id,
            "level_id": "concourse",
            "position_site_m": np.array([1.0, 2.0]),
            "zone": BodyZone.TORSO_FRONT,
            "p_threat": p_threat,
            "prior": 0.1,
            "coverage": 0.8,
            "seconds_in_reach": 6.0,
            "sensors": ("cam-entry",),
            "reason": "thick layer (3 looks)",
        }
        return Alert(**values | changes)

    @staticmethod
    def closed(number=1, *, t_utc_ns=T0, **changes) -> PassageClosed:
        values = {
            "t_utc_ns": t_utc_ns,
            "track_id": number,
            "first_utc_ns": T0,
            "last_utc_ns": t_utc_ns,
            "outcome": Outcome.ALARM,
            "p_threat": 0.7,
            "zone": BodyZone.TORSO_FRONT,
            "covered": np.full(len(ZONES), 0.8),
            "n_looks": 3,
            "alert_id": f"survey-{number:06d}",
            "reason": "crossed the exit",
        }
        return PassageClosed(**values | changes)

    @staticmethod
    def passage(site, number=1, *, t_utc_ns=T0, p_threat=0.7, alert=True, **changes) -> Passage:
        n_classes = len(site.items.names)
        entry = LedgerEntry(
            sensor_id="cam-entry",
            look_id="look-1",
            t_utc_ns=t_utc_ns,
            zone=BodyZone.TORSO_FRONT,
            log_likelihood=np.where(site.items.is_threat, 3.0, 0.0),
            attachment=1.0,
            correlation=0.0,
            counts=True,
            reason="thick layer",
            score={"layer_m": 0.02},
            patch=None,
        )
        values = {
            "track_id": number,
            "first_utc_ns": T0,
            "last_utc_ns": t_utc_ns,
            "position_site_m": np.array([1.0 + number, 2.0]),
            "velocity_site_m_per_s": np.array([-1.2, 0.0]),
            "is_past_screening": False,
            "covered": np.full(len(ZONES), 0.8),
            "entries": (entry,),
            "log_posterior": np.zeros((len(ZONES), n_classes)),
            "verdict": Verdict(
                outcome=Outcome.ALARM if alert else Outcome.PENDING,
                p_threat=p_threat,
                zone=BodyZone.TORSO_FRONT,
                coverage=0.8,
                reason="above the threshold",
            ),
            "alert_id": f"survey-{number:06d}" if alert else "",
        }
        return Passage(**values | changes)

    @staticmethod
    def picture(passages=(), *, t_utc_ns=T0, **changes) -> Picture:
        passages = tuple(passages)
        n = len(passages)
        mean = np.array(
            [[*one.position_site_m, *one.velocity_site_m_per_s] for one in passages]
        ).reshape(n, 4)
        tracks = replace(
            no_tracks(t_utc_ns),
            track_id=np.array([one.track_id for one in passages], dtype=np.int64),
            mean=mean,
            covariance=np.tile(0.01 * np.eye(4), (n, 1, 1)),
            existence=np.full(n, 0.99),
            is_confirmed=np.ones(n, dtype=bool),
            last_seen_utc_ns=np.full(n, t_utc_ns, dtype=np.int64),
            descriptor=np.zeros((n, 0)),
            p_object=np.zeros(n),
        )
        values = {
            "t_utc_ns": t_utc_ns,
            "tracks": tracks,
            "history": (),
            "passages": {one.track_id: one for one in passages},
            "health": {},
            "coverage": {},
            "n_alerts": n,
        }
        return Picture(**values | changes)


@pytest.fixture
def made() -> type[Made]:
    return Made


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


@pytest.fixture
def site(fakes):
    return fakes.site()


@pytest.fixture
def desk(site, store, clock) -> IncidentDesk:
    return IncidentDesk(site, store=store, clock=clock)
