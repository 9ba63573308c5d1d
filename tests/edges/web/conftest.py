"""A whole service behind the web, made of memory: sign-in by role, a station that stands still."""

from dataclasses import dataclass, field, fields, replace

import anyio
import httpx
import numpy as np
import pytest

from neighbours import loaded
from standex.edges.access.roles import Role
from standex.edges.audit.chain import canonical
from standex.edges.audit.contract import AuditError, AuditRow
from standex.edges.live_status import LiveStatus, SensorStatus
from standex.edges.web.app import make_app
from standex.edges.web.service_view import Begun, Caller, NotThereError, RefusedError, ServiceView
from standex.model.observation import Coverage, Health, HealthReason, HealthState
from standex.model.zones import ZONES

_module = loaded("edges/incidents/conftest.py")
Made, T0, S = _module.Made, _module.T0, _module.S
made, store, clock, site, desk = (
    _module.made, _module.store, _module.clock, _module.site, _module.desk
)  # fmt: skip

ONE = "survey-000001"
ABOUT = {"started_utc_ms": 1, "duration_s": 2.0, "is_simulated": True, "is_replay": True}
COLUMNS = "track_id x_m y_m vx_m_per_s vy_m_per_s spread_m state is_thing level"
NOBODY = {name: [] for name in COLUMNS.split()}
PICTURE = {
    "type": "picture",
    "t_utc_ms": 1,
    "now_utc_ms": 1,
    "age_s": 0.1,
    "is_stale": False,
    "is_simulated": True,
    "lag_s": None,
    "n_updates": 1,
    "n_closed": {},
    "people": NOBODY,
    "cards": [],
    "exercise": None,
}
API = "/api/v1"


class MemoryAudit:
    """Rows in a list; can be told to fail."""

    log_id = "memory"

    def __init__(self) -> None:
        self.of_request, self.error = {}, None

    def append(self, entries, /):
        if self.error is not None:
            raise AuditError(self.error)
        for one in entries:
            if one.request_id not in self.of_request:
                self.of_request[one.request_id] = one
        return ()

    @property
    def entries(self):
        return list(self.of_request.values())

    def newest(self, *, before=0, limit=100, who="", what="", of_what=""):
        rows = [
            AuditRow(
                seq=n,
                t_utc_ns=one.t_utc_ns,
                who=one.who,
                role=one.role,
                what=one.what.value,
                of_what=one.of_what,
                why=one.why,
                request_id=one.request_id,
                body=canonical(dict(one.body)),
                prev_hash="",
                row_hash=f"{n:064x}",
            )
            for n, one in enumerate(self.entries, start=1)
            if who in ("", one.who) and what in ("", one.what.value)
        ]
        return tuple(row for row in reversed(rows) if not before or row.seq < before)[:limit]

    def last(self):
        return 0, ""

    def rows(self, *, after=0, limit=1000):
        return ()

    def keep_head(self, head, /) -> None: ...
    def heads(self):
        return ()

    seals = heads

    def drop(self, seal, /):
        return 0

    def check(self):
        return ""

    def close(self) -> None: ...


class FakeSignIn:
    """Everybody's password is ``right``; the token says which roles."""

    def __init__(self) -> None:
        self.ended, self.roles, self.is_closed = set(), {}, False

    async def with_password(self, account_id, password, /, *, address):
        if password == "slow":
            raise RefusedError("too many", retry_after_s=7.0)
        if password != "right":
            raise RefusedError("wrong name or password")
        return self.begun(f"token-{account_id}")

    async def with_link(self, link_token, /, *, address):
        return await self.with_password("operator", link_token, address=address)

    async def oidc_begin(self):
        return "https://accounts.example/authorize?state=123.abc.mac"

    async def oidc_finish(self, query, /, *, address):
        if query.get("code") != "good":
            raise RefusedError("not what was asked for")
        return self.begun("token-operator")

    def begun(self, token):
        return Begun(token=token, caller=self.caller(token))

    def caller(self, token, /):
        _, _, name = token.partition("token-")
        if not name or token in self.ended:
            return None
        roles = self.roles.get(name, {Role(name)} if name in set(Role) else {Role.SUPERVISOR})
        return Caller(
            account_id=name,
            roles=frozenset(roles),
            session_id=f"session-{name}",
            csrf_token=f"csrf-{name}",
            expires_utc_ns=T0 + 3600 * S,
        )

    def end(self, token, /) -> None:
        self.ended.add(token)

    async def aclose(self) -> None:
        self.is_closed = True

    async def change_password(self, account_id, old, new, /) -> None:
        if old != "right":
            raise RefusedError("the old password is wrong")


class FakeAccounts:
    def __init__(self) -> None:
        self.known, self.disabled = {"anna": ["operator"]}, {}

    def all(self):
        return [
            {"account_id": name, "roles": roles, "is_disabled": False}
            for name, roles in self.known.items()
        ]

    def add(self, account_id, roles, /):
        if account_id in self.known:
            raise RefusedError("there is one of that name")
        self.known[account_id] = sorted(roles)
        return "link-once"

    def set_roles(self, account_id, roles, /) -> None:
        self._there(account_id)
        self.known[account_id] = sorted(roles)

    def disable(self, account_id, /) -> None:
        self._there(account_id)
        self.disabled[account_id] = self.known.pop(account_id)

    def enable(self, account_id, /) -> None:
        if account_id in self.disabled:
            self.known[account_id] = self.disabled.pop(account_id)
        self._there(account_id)

    def present(self, permission, /):
        return sorted(self.known)

    def new_link(self, account_id, /):
        self._there(account_id)
        return "another-link"

    def _there(self, account_id) -> None:
        if account_id not in self.known:
            raise NotThereError("nobody is called so")


class FakePart:
    """Stands for bundles, walk tests, recordings and exercises alike."""

    def __init__(self) -> None:
        self.calls = []

    def all(self):
        return [{"id": "a"}]

    def known(self):
        return self.all()

    def chart(self):
        return {"tests": [{"id": "a"}], "drifts": False}

    def control(self):
        return {"n_base_wanted": 20, "false_signal_every_tests": 1095.0, "charts": []}

    def calibrations(self):
        numbers = dict.fromkeys(("n_base_wanted", "least_people", "now_utc_ms"), 30)
        hours = {"shift_hours": 8.0, "false_signal_every_shifts": 1095.0, "told_days_before": 30.0}
        return {**numbers, **hours, "edges": [0.0], "charts": []}

    def begin(self, *args, by):
        self.calls.append((*args, by))
        return {"id": "b", "by": by}

    def end(self, name, /, *, by):
        if name != "b":
            raise NotThereError("none of that id is under way")
        return {"id": name, "score": 1.0}

    def of(self, name, /):
        if name != ONE:
            raise NotThereError("there is no bundle")
        return {"files": [{"name": "alert.json"}]}

    def content(self, name, file, /):
        if file == "crop-000.png":
            return b"\x89PNG", "image/png"
        if file != "alert.json":
            raise NotThereError("there is no such file")
        return b"{}", "application/json"

    def timeline(self, name, /):
        return {**ABOUT, "marks": []}

    def pictures(self, name, /, *, from_s, to_s, step_s):
        return [{**PICTURE, "is_replay": False, "at_s": from_s}]

    def highest(self, name, /):
        return {**ABOUT, "p_alarm": 0.2, "people": []}


class FakeRecordings(FakePart):
    def all(self):
        return [{**ABOUT, "recording_id": "a", "site_id": "survey", "n_bytes": 10}]


@dataclass
class Service:
    """The service behind the app, as tests see it."""

    view: ServiceView
    audit: MemoryAudit
    sign_in: FakeSignIn
    orders: list = field(default_factory=list)
    points: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    walk_tests: FakePart = field(default_factory=FakePart)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    state: dict = field(default_factory=dict)

    @property
    def what(self) -> list[str]:
        return [one.what.value for one in self.audit.entries]


def status_of(picture, site, *, now_utc_ns=T0, n=0) -> LiveStatus:
    ok = Health(
        sensor_id="cam-entry",
        t_utc_ns=T0,
        state=HealthState.OK,
        reason=HealthReason.NONE,
        message="",
    )
    sensors = tuple(
        SensorStatus(
            sensor_id=spec.sensor_id,
            technology=spec.technology,
            health=ok if number == 0 else None,
            nominal_hz=spec.rate_hz,
            rate_hz=spec.rate_hz,
            n_records=n,
            n_shed=0,
            n_lost=0,
            n_refused=0,
            n_errors=0,
            age_s=0.1 if number == 0 else float("inf"),
        )
        for number, spec in enumerate(site.sensors)
    )
    return LiveStatus(
        t_utc_ns=now_utc_ns,
        started_utc_ns=T0,
        site=site,
        is_simulated=True,
        picture=picture,
        sensors=sensors,
        unknown={},
        alerts=(),
        events=(),
        n_closed={},
        update_p50_ms=1.0,
        update_p95_ms=2.0,
        lag_s=0.1,
        n_updates=n,
        n_dropped_batches=0,
    )


def coverage_of(site) -> Coverage:
    return Coverage(
        sensor_id="cam-entry",
        t_utc_ns=T0,
        level_id="concourse",
        origin_site_m=np.zeros(2),
        cell_m=1.0,
        p_report=np.full((2, 3), 0.9),
        p_detect=np.full((len(ZONES), 2, 3), 0.25),
    )


@pytest.fixture
def helpers():
    """What is in this file, for tests."""
    return type(
        "Helpers",
        (),
        {"status_of": staticmethod(status_of), "coverage_of": staticmethod(coverage_of)},
    )


@pytest.fixture
def service(site, store, clock, desk, made, fakes) -> Service:
    """Return a service with one alarm and two people on the plan."""
    audit, sign_in = MemoryAudit(), FakeSignIn()
    picture = made.picture(
        [made.passage(site), made.passage(site, 2, alert=False, p_threat=0.1)],
        coverage={"cam-entry": coverage_of(site)},
    )
    desk.offer(picture, (made.alert(),))
    desk.step()
    service = Service(view=None, audit=audit, sign_in=sign_in)
    service.state["status"] = status_of(picture, site)
    part = service.walk_tests
    service.view = ServiceView(
        site=site,
        site_toml=fakes.site_toml(),
        is_simulated=True,
        clock=clock,
        store=store,
        desk=desk,
        status=lambda: service.state["status"],
        order=service.orders.append,
        sign_in=sign_in,
        audit=audit,
        accounts=service.accounts,
        evidence=part,
        walk_tests=part,
        calibrations=part.calibrations,
        recordings=FakeRecordings(),
        exercises=part,
        apply_operating_point=service.points.append,
        public_alert=lambda *args: service.warnings.append(args),
        verify_audit=lambda: {"is_whole": True, "n_rows": len(audit.entries), "problems": []},
        privacy_report=lambda: {"kept": []},
        metrics=lambda status: b"standex_updates_total 1\n",
        troubles=lambda: service.state.get("troubles", ()),
    )
    return service


@pytest.fixture(scope="session")
def shared():
    """Holds the one app of all tests, since making one takes half a second."""
    return {}


@pytest.fixture
def app(service, shared):
    """Return an app in front of this test's service."""
    view = service.view
    if not shared:
        shared["view"] = replace(view)
        shared["app"] = make_app(shared["view"], is_secure=False)
    for one in fields(view):
        object.__setattr__(shared["view"], one.name, getattr(view, one.name))
    return shared["app"]


class AppClient:
    """Talks to an app without a socket."""

    n_made = 0

    def __init__(self, app, who) -> None:
        # Every test from an address of its own: the app counts how often each one asks.
        AppClient.n_made += 1
        self.app, self.address = app, f"10.1.{self.n_made // 250}.{self.n_made % 250}"
        self.headers = {"idempotency-key": "key-00000001"}
        if who is not None:
            self.headers["authorization"] = f"Bearer token-{who}"

    def request(self, method, path, *, headers=None, **more):
        async def ask():
            transport = httpx.ASGITransport(
                self.app, raise_app_exceptions=False, client=(self.address, 1)
            )
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                return await client.request(
                    method, path, headers={**self.headers, **(headers or {})}, **more
                )

        return anyio.run(ask)

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, *, key=None, **more):
        headers = {} if key is None else {"idempotency-key": key}
        more = {"json": {} if body is None else body} | more
        return self.request("POST", path, headers={**headers, **more.pop("headers", {})}, **more)


@pytest.fixture
def client(app):
    """Return a function that gives a client signed in by role; None for nobody."""
    return lambda who=None, app=app: AppClient(app, who)


@pytest.fixture
def replaced(service):
    """Return the service's view with other parts."""
    return lambda **changes: replace(service.view, **changes)
