import argparse
import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from standex.edges.commands import demo, demo_console
from standex.edges.commands.demo_console import (
    Shown,
    address_lines,
    run_console,
    service_file,
    why_no_console,
)
from standex.edges.live_status import RunCounts
from standex.edges.service.config import parse_config
from standex.edges.settings import load_site
from standex.edges.web import console_files
from standex.testing.examples import example_picture

SITE = load_site("metro")
START_S = 180.0
STOP_S = 60.0


def arguments(*words) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def console_demo(*words):
    args = arguments(*words)
    return demo._console_demo(args, args.site or demo.SITE), args


@pytest.mark.parametrize(
    ("words", "people", "on_end"),
    [
        ((), "people.txt", "restart"),
        (("--duration", "5", "--fault", "mw-south:obscured:1-3"), "people.txt", "stop"),
        (("stadium", "--people-per-hour", "2000"), None, "restart"),
    ],
)
def test_the_service_file_says_what_was_asked_for(tmp_path, words, people, on_end) -> None:
    shown, args = console_demo(*words)
    text = service_file(shown, args)
    config = parse_config(text, path=tmp_path / "service.toml", site=shown.site)
    (source,) = config.table.sources
    settings = config.settings["twin"]
    assert source.on_end == on_end
    assert settings.people == people
    assert settings.duration_s == args.duration
    assert list(settings.faults) == args.fault
    assert settings.people_per_hour == args.people_per_hour
    assert config.table.web.host == "127.0.0.1"


def test_without_packages_or_page_there_is_a_word_for_it(monkeypatch) -> None:
    assert console_files.packaged_console() is None or why_no_console() == ""
    monkeypatch.setattr(console_files, "packaged_console", lambda: None)
    assert "make console" in why_no_console()
    find = importlib.util.find_spec
    monkeypatch.setattr(
        demo_console, "find_spec", lambda name: find(name) if name != "fastapi" else None
    )
    assert "fastapi" in why_no_console()
    assert "standex[service]" in why_no_console()


@pytest.mark.parametrize("option", [["--terminal"], ["--lab"], ["--json"], ["--out", "x"], []])
def test_what_leaves_files_or_has_no_page_is_a_run_in_the_terminal(
    monkeypatch, capsys, option
) -> None:
    monkeypatch.setattr(demo, "why_no_console", lambda: "no console: reasons" if not option else "")
    monkeypatch.setattr(demo, "run_console", lambda *_: pytest.fail("a console was shown"))
    monkeypatch.setattr(demo, "twin_session", lambda *_, **__: "session")
    monkeypatch.setattr(demo, "conduct", lambda session, _: 0 if session == "session" else 1)
    assert demo.run(arguments(*option)) == 0
    assert ("no console: reasons" in capsys.readouterr().err) == (not option)


def test_it_is_shown_a_few_times_a_second_however_often_it_is_told() -> None:
    class Clock:
        now = 0

        def utc_ns(self):
            return self.now

        def wait_until_utc_ns(self, t_utc_ns, /): ...

        async def sleep_until_utc_ns(self, t_utc_ns, /): ...

    class View:
        seen = 0

        def show(self, status, /):
            self.seen += 1

        def __enter__(self):
            return self

        def __exit__(self, kind, error, traceback): ...

    clock, view = Clock(), View()
    status = RunCounts(SITE, started_utc_ns=0, is_simulated=True).status(
        example_picture(SITE), unknown={}, now_utc_ns=0
    )
    shown = Shown(clock)
    shown.show(status)  # before anybody looks
    shown.begin(view)
    for clock.now in range(0, 1_000_000_000, 40_000_000):
        shown.show(status)
    assert 6 <= view.seen <= 9


def test_both_seats_are_told_and_that_it_is_simulated() -> None:
    lines = address_lines("http://127.0.0.1:1/", {"demo": "aaa", "second": "bbb"})
    text = "\n".join(lines)
    assert "http://127.0.0.1:1/#link=aaa" in text
    assert "http://127.0.0.1:1/#link=bbb" in text
    assert "SIMULATED" in text


@pytest.mark.slow
def test_it_runs_for_a_while_and_leaves_nothing(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # the test run's own stays
    shown, args = console_demo("--duration", "3", "--plain")
    assert run_console(shown, args) == 0
    out = capsys.readouterr().out
    assert re.search(r"sign in +http://127\.0\.0\.1:\d+/#link=", out)
    assert "SIMULATED" in out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_somebody_signs_in_and_an_interrupt_ends_it_all(tmp_path) -> None:
    if why_no_console():
        pytest.skip(why_no_console())
    log = tmp_path / "log"
    (tmp_path / "tmp").mkdir()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("standex"), "demo", "--plain"],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "TMPDIR": str(tmp_path / "tmp")},
        )
    try:
        link = _wait_for(log, process, r"sign in +(http://\S+)#link=(\S+)")
        with httpx.Client(base_url=link[1], trust_env=False, timeout=30.0) as http:
            body = {"link_token": link[2]}
            answer = http.post("api/v1/session/link", json=body)
            assert answer.status_code == 200, answer.text
            may = set(answer.json()["permissions"])
            assert {"see_picture", "work_incidents", "see_audit", "edit_site", "see_replay"} <= may
            assert http.post("api/v1/session/link", json=body).status_code in (401, 403)
            assert "<title>" in http.get("/").text
        _wait_for(log, process, r"\d\d:\d\d .*EXERCISE.* people")  # it runs, not only starts
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_S) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert list((tmp_path / "tmp").glob("standex-demo-*")) == []
    assert "nothing of it was kept" in log.read_text()


def _wait_for(log: Path, process, pattern: str):
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        found = re.search(pattern, log.read_text())
        if found:
            return found
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())
