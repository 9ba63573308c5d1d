"""The console in headless Chromium: first paint, size, frames a second, alarms, memory.

A server process shows a crowd on the plan of a shipped site, ten pictures a second, and raises
alarms; the browser draws with software alone. Everything is counted inside of the page, on the
machine's one clock. Each case prints one line of JSON.

    python benchmarks/bench_console.py load frames alarms
    python benchmarks/bench_console.py frames --people 500 --seconds 30 --profile
    python benchmarks/bench_console.py memory --seconds 1800 --every 20    # a whole service

Needs Chromium and a built console (``make console``). Say with the figures what else ran.
"""

import argparse
import gzip
import importlib
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import httpx
import numpy as np
from bench_fan_out import TOKEN, Anybody, picture_of
from playwright.sync_api import Browser, Page, sync_playwright

from standex.edges.access.cookies import cookie_name
from standex.edges.audit.sqlite_log import open_sqlite as open_audit
from standex.edges.clock import SystemClock
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.live_status import RunCounts
from standex.edges.settings import load_site, site_text
from standex.edges.store.sqlite_store import open_sqlite as open_store
from standex.edges.web.app import make_app
from standex.edges.web.console_files import packaged_console
from standex.edges.web.server import WebServer
from standex.edges.web.service_view import ServiceView
from standex.model.event import Alert
from standex.model.picture import Outcome, Picture
from standex.model.site import Site
from standex.model.tracks import Snapshot

SITE = "stadium"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SPEED_M_PER_S = 1.3
N_FIRST_ALARMS = 5
S = 10**9
# Of a hundred people so many: an alarm each for the first five, and the states of a busy hall.
STATES = ((10, Outcome.NOT_SCREENED), (50, Outcome.NOTHING_FOUND), (100, Outcome.PENDING))

# Counted in the page: painted frames, plans drawn, and when what came over the line was painted.
COUNTERS = """
window.bench = {frames: [], draws: 0, alarms: [], shown: null};
const frame = (now) => { bench.frames.push(now); requestAnimationFrame(frame); };
requestAnimationFrame(frame);
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...all) {
  bench.draws += 1;
  return clear.apply(this, all);
};
const waiting = new Map();
const known = new Set();
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...all) {
    super(...all);
    this.addEventListener("message", (event) => {
      if (!event.data.startsWith('{"type":"incidents"')) return;
      const message = JSON.parse(event.data);
      for (const one of message.incidents) {
        if (!known.has(one.incident_id) && !message.is_all) {
          const raised = one.opened_utc_ms;
          waiting.set(one.incident_id, {raised, came: Date.now(), n: known.size + 1});
        }
        known.add(one.incident_id);
      }
    });
  }
};
new MutationObserver(() => {
  const has = (what) => document.querySelector(what) !== null;
  if (bench.shown === null && has(".plan-stage") && has(".live-list li")) {
    requestAnimationFrame(() => setTimeout(() => { bench.shown = performance.now(); }));
  }
  if (waiting.size === 0) return;
  const counted = Number(document.querySelector(".live-list h2 .number")?.textContent ?? 0);
  for (const [id, one] of waiting) {
    // In a flood rows are in groups; the number above them tells of each.
    if (counted < one.n && !document.querySelector(`[data-incident="${id}"]`)) continue;
    waiting.delete(id);
    requestAnimationFrame(() => setTimeout(() => bench.alarms.push({...one, painted: Date.now()})));
  }
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


class Crowd:
    """So many people who walk to and fro between two walls of a site."""

    def __init__(self, site: Site, n: int) -> None:
        level = site.levels[0]
        low, high = np.array(level.min_site_m), np.array(level.max_site_m)
        rng = np.random.default_rng(9)
        self._low, self._span = low + 0.5, high - low - 1.0
        self._begin = rng.random((n, 2)) * self._span
        self._speed = SPEED_M_PER_S * rng.uniform(0.6, 1.4, n) * rng.choice((-1, 1), n)
        self._picture = picture_of(n, 0)
        self._passages = {
            number: replace(
                one, last_utc_ns=0, verdict=replace(one.verdict, outcome=_outcome_of(number))
            )
            for number, one in self._picture.passages.items()
        }

    def at(self, t_utc_ns: int) -> Picture:
        """Return where they are."""
        way = self._begin[:, 0] + self._speed * (t_utc_ns % (1000 * S)) / S
        turns, within = np.divmod(way, self._span[0])
        is_back = turns % 2 == 1
        x = np.where(is_back, self._span[0] - within, within) + self._low[0]
        y = self._begin[:, 1] + self._low[1]
        vx = np.where(is_back, -self._speed, self._speed)
        mean = np.stack([x, y, vx, np.zeros_like(x)], axis=1)
        tracks = replace(self._picture.tracks, t_utc_ns=t_utc_ns, mean=mean)
        tracks = replace(tracks, last_seen_utc_ns=np.full(len(x), t_utc_ns))
        snapshot = Snapshot(
            t_utc_ns=t_utc_ns,
            track_id=tracks.track_id,
            position_site_m=mean[:, :2],
            velocity_site_m_per_s=mean[:, 2:],
            covariance_site_m2=self._picture.history[0].covariance_site_m2,
        )
        return replace(
            self._picture,
            t_utc_ns=t_utc_ns,
            tracks=tracks,
            history=(snapshot,),
            passages=self._passages,
        )


def _outcome_of(number: int) -> Outcome:
    if number <= N_FIRST_ALARMS:
        return Outcome.ALARM
    return next(outcome for up_to, outcome in STATES if number % 100 < up_to)


def alert_of(site: Site, picture: Picture, number: int, t_utc_ns: int) -> Alert:
    row = (number - 1) % len(picture.tracks.track_id)
    return Alert(
        alert_id=f"bench-{number:06d}",
        t_utc_ns=t_utc_ns,
        track_id=row + 1,
        level_id=site.levels[0].level_id,
        position_site_m=picture.tracks.mean[row, :2],
        zone=None,
        p_threat=0.7,
        prior=0.05,
        coverage=0.5,
        seconds_in_reach=-1.0,
        sensors=(),
        reason="bench",
    )


def serve(n_people: int, alarm_every_s: float, ready: Any) -> None:
    """Serve the crowd until told that it is over."""
    clock, site = SystemClock(), load_site(SITE)
    crowd, counts = Crowd(site, n_people), RunCounts(site, started_utc_ns=0, is_simulated=True)
    over = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "store.sqlite", clock=clock)
        audit = open_audit(Path(folder) / "audit.sqlite")
        desk = IncidentDesk(site, store=store, clock=clock)

        def status():
            now = clock.utc_ns()
            picture = crowd.at(now)
            desk.offer(picture, ())
            return counts.status(picture, unknown={}, now_utc_ns=now)

        def raise_alarms() -> None:
            number, chance = 0, np.random.default_rng(3)
            while not over.is_set():
                if number >= N_FIRST_ALARMS and (
                    not alarm_every_s or over.wait(alarm_every_s * chance.uniform(0.5, 1.5))
                ):
                    return
                number += 1
                now = clock.utc_ns()
                picture = crowd.at(now)
                desk.offer(picture, (alert_of(site, picture, number, now),))

        view = ServiceView(
            site=site,
            site_toml=site_text(SITE),
            is_simulated=True,
            clock=clock,
            store=store,
            desk=desk,
            status=status,
            order=lambda _: None,
            sign_in=Anybody(),  # type: ignore[arg-type]
            audit=audit,
        )
        server = WebServer(
            make_app(view, is_secure=False, console=packaged_console()), host="127.0.0.1", port=0
        )
        server.start()
        desk.start()
        raising = threading.Thread(target=raise_alarms)
        raising.start()
        ready.send(server.port)
        ready.recv()
        over.set()
        raising.join()
        server.stop()
        desk.close()
        store.close()
        audit.close()


@contextmanager
def serving(n_people: int, alarm_every_s: float = 0.0) -> Iterator[str]:
    """Yield the address of a server in a process of its own."""
    ready, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(n_people, alarm_every_s, theirs)
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.recv()}/"
    finally:
        ready.send("over")
        process.join(30)


@contextmanager
def opened(browser: Browser, url: str, *, counters: bool = True) -> Iterator[Page]:
    """Yield a page in a context of its own, with nothing in its cache, signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.add_cookies([{"name": cookie_name(is_secure=False), "value": TOKEN, "url": url}])
    page = context.new_page()
    if counters:
        page.add_init_script(COUNTERS)
    yield page
    context.close()


def wait_until_shown(page: Page) -> None:
    """Wait for plan and list; by asking, because the page's rules let nobody evaluate words."""
    end = time.monotonic() + 60
    while page.evaluate("bench.shown") is None:
        if time.monotonic() > end:
            raise TimeoutError("the live page does not come")
        page.wait_for_timeout(50)


def bench_load(browser: Browser, args: argparse.Namespace) -> dict[str, Any]:
    """Time from the request to the first paint, and to the live page with people and a list."""
    paints, shown, sizes = [], [], {}

    def weigh(response: Any) -> None:
        if "/assets/" in response.url or response.url.endswith("/"):
            sizes[response.url.rsplit("/", 1)[-1]] = len(gzip.compress(response.body(), 6))

    with serving(args.people) as url:
        for turn in range(args.repeats):
            with opened(browser, url) as page:
                if turn == 0:
                    page.on("response", weigh)
                page.goto(url)
                wait_until_shown(page)
                if turn == 0:
                    page.wait_for_timeout(1000)
                paints.append(
                    page.evaluate(
                        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
                    )
                )
                shown.append(page.evaluate("bench.shown"))
    return {
        "repeats": args.repeats,
        "first_paint_ms": summary(paints),
        "first_paint_of_goal": round(float(np.median(paints)) / 1000, 2),
        "interactive_ms": summary(shown),
        "interactive_of_goal": round(float(np.median(shown)) / 2000, 2),
        "gzip_kb": round(sum(sizes.values()) / 1000, 1),
        "gzip_of_goal": round(sum(sizes.values()) / 1e6, 2),
        "files": {name: round(size / 1000, 1) for name, size in sorted(sizes.items())},
    }


def bench_frames(browser: Browser, args: argparse.Namespace) -> dict[str, Any]:
    """Frames a second of the live page with so many people."""
    with serving(args.people) as url, opened(browser, url) as page:
        page.goto(url)
        wait_until_shown(page)
        page.wait_for_timeout(3000)
        session = page.context.new_cdp_session(page)
        if args.profile:
            session.send("Profiler.enable")
            session.send("Profiler.setSamplingInterval", {"interval": 500})
            session.send("Profiler.start")
        session.send("Performance.enable")
        before = metrics(session)
        page.evaluate("bench.frames.length = 0; bench.draws = 0")
        page.wait_for_timeout(1000 * args.seconds)
        frames = np.array(page.evaluate("bench.frames"))
        draws = page.evaluate("bench.draws")
        after = metrics(session)
        if args.profile:
            tell_profile(session.send("Profiler.stop")["profile"])
        gaps = np.diff(frames)
        per_s = 1000 * (len(frames) - 1) / (frames[-1] - frames[0])
        wall_s = args.seconds
        return {
            "people": args.people,
            "seconds": wall_s,
            "frames_per_s": round(float(per_s), 1),
            "of_goal": round(float(per_s) / 30, 2),
            "plans_drawn_per_s": round(draws / wall_s, 1),
            "gap_ms": summary(gaps),
            "main_thread_busy": {
                name: round((after[f"{name}Duration"] - before[f"{name}Duration"]) / wall_s, 3)
                for name in ("Task", "Script", "Layout", "RecalcStyle")
            },
        }


def bench_alarms(browser: Browser, args: argparse.Namespace) -> dict[str, Any]:
    """From the moment an alarm is raised until it has been painted."""
    with (
        serving(args.people, alarm_every_s=args.every) as url,
        opened(browser, url) as page,
    ):
        page.goto(url)
        wait_until_shown(page)
        page.wait_for_timeout(1000 * args.seconds)
        alarms = page.evaluate("bench.alarms")
    late = [one["painted"] - one["raised"] for one in alarms]
    return {
        "people": args.people,
        "alarms": len(late),
        "raised_to_painted_ms": summary(late),
        "p99_of_goal": round(float(np.percentile(late, 99)) / 300, 2),
        "came_to_painted_ms": summary([one["painted"] - one["came"] for one in alarms]),
    }


def bench_memory(browser: Browser, args: argparse.Namespace) -> dict[str, Any]:
    """Heap of the page after garbage collection, beside a whole service and an operator's work."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
    kills = importlib.import_module("neighbours").loaded("reliability/test_kills.py")
    with tempfile.TemporaryDirectory() as folder:
        running = kills.Running(Path(folder))
        try:
            return _watched(browser, running, args)
        finally:
            running.kill()


def _watched(browser: Browser, running: Any, args: argparse.Namespace) -> dict[str, Any]:
    bearer = {"Authorization": f"Bearer {running.sign_in(str(running.link))}"}
    asked = {"account_id": "watch", "roles": ["operator"]}
    made = running.http.post(
        "api/v1/accounts", json=asked, headers=bearer | {"Idempotency-Key": "watch-account"}
    )
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{running.http.base_url}#link={made.json()['link_token']}")
    page.get_by_role("button", name="Go on").click()
    page.locator(".plan-stage").wait_for(timeout=60_000)
    over = threading.Event()
    worker = threading.Thread(
        target=work, args=(str(running.http.base_url), over, dict(context_headers(page)))
    )
    worker.start()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    rows = []
    began = time.monotonic()
    while (since_s := time.monotonic() - began) < args.seconds:
        # As an operator does: from one to the next, its evidence, and back.
        for key in ("j", "Enter"):
            page.keyboard.press(key)
            page.wait_for_timeout(1500)
        page.get_by_role("link", name="Live", exact=True).click(timeout=300_000)
        page.wait_for_timeout(max(0, 1000 * (args.every - 3)))
        for _ in range(2):
            session.send("HeapProfiler.collectGarbage")
        now = metrics(session)
        rows.append(
            (
                since_s,
                now["JSHeapUsedSize"] / 1e6,
                now["Nodes"],
                now["JSEventListeners"],
                page.locator("[data-incident]").count(),
            )
        )
        print(json.dumps([round(float(one), 2) for one in rows[-1]]), file=sys.stderr, flush=True)
    over.set()
    worker.join()
    context.close()
    table = np.array(rows)
    warm = table[table[:, 0] > args.seconds / 6]
    slope, _ = np.polyfit(warm[:, 0] / 3600, warm[:, 1], 1)
    return {
        "seconds": args.seconds,
        "samples": len(rows),
        "heap_mb": {"first": round(warm[0, 1], 2), "last": round(warm[-1, 1], 2)},
        "slope_mb_per_h": round(float(slope), 2),
        "nodes": [int(warm[0, 2]), int(warm[-1, 2])],
        "listeners": [int(warm[0, 3]), int(warm[-1, 3])],
        "incidents_on_the_list": [int(warm[0, 4]), int(warm[-1, 4])],
    }


def context_headers(page: Page) -> Mapping[str, str]:
    """Return what a request of this page's session carries."""
    me = page.evaluate("fetch('/api/v1/session').then((one) => one.json())")
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    return {"Cookie": cookies, "X-Standex-CSRF": me["csrf_token"]}


def work(url: str, over: threading.Event, headers: dict[str, str]) -> None:
    """Acknowledge and close what is older than half a minute, as people do."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30, headers=headers) as http:
        turn = 0
        while not over.wait(5.0):
            told = http.get("api/v1/incidents").json()
            old = [
                one
                for one in told["incidents"]
                if one["state"] != "closed" and 1000 * time.time() - one["opened_utc_ms"] > 30_000
            ]
            for one in old:
                turn += 1
                asked = {"act": "dismiss", "text": "bench", "disposition": "drill"}
                at = f"api/v1/incidents/{one['incident_id']}/actions"
                key = {"Idempotency-Key": f"bench-{turn:06d}"}
                http.post(at, json=asked, headers=key).raise_for_status()


def metrics(session: Any) -> dict[str, float]:
    return {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}


def summary(values: Any) -> dict[str, float]:
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {
        "p50": round(float(p50), 1),
        "p95": round(float(p95), 1),
        "p99": round(float(p99), 1),
        "worst": round(float(np.max(values)), 1),
    }


def tell_profile(profile: Mapping[str, Any]) -> None:
    """Print where the time of the page's scripts goes, by function, largest first."""
    names = {
        node["id"]: f"{node['callFrame']['functionName'] or '(anonymous)'}"
        f" {node['callFrame']['url'].rsplit('/', 1)[-1]}:{node['callFrame']['lineNumber'] + 1}"
        f":{node['callFrame']['columnNumber']}"
        for node in profile["nodes"]
    }
    spent: Counter[str] = Counter()
    for node, took_us in zip(profile["samples"], profile["timeDeltas"], strict=True):
        spent[names[node]] += took_us
    whole = sum(spent.values())
    for name, took_us in spent.most_common(25):
        print(f"{100 * took_us / whole:6.2f} %  {name}", file=sys.stderr)


CASES: dict[str, Callable[[Browser, argparse.Namespace], dict[str, Any]]] = {
    "load": bench_load,
    "frames": bench_frames,
    "alarms": bench_alarms,
    "memory": bench_memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", choices=tuple(CASES))
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--every", type=float, default=0.5, help="seconds between alarms, samples")
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    found = next((path for one in BROWSERS if (path := shutil.which(one))), None)
    if found is None:
        sys.exit("no Chromium here (Debian: apt install chromium)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        for case in args.cases:
            load_before = os.getloadavg()[0]
            told = CASES[case](browser, args)
            loads = [round(load_before, 1), round(os.getloadavg()[0], 1)]
            print(json.dumps({"case": case, **told, "load_average": loads}), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
