"""A line to a database that goes silent: closed when nobody is at work, and only then."""

import time

import pytest

pytest.importorskip("psycopg", reason="psycopg is not installed")

import psycopg

from neighbours import loaded
from standex.edges import postgresql_line
from standex.edges.postgresql_line import LINE, Line

proxies = loaded("reliability/fault_proxy.py")
pytestmark = pytest.mark.slow


@pytest.fixture
def proxy(postgresql):
    with proxies.FaultProxy(postgresql.folder / ".s.PGSQL.5432") as one:
        yield one


def line_through(proxy) -> Line:
    return Line.to(f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres")


def test_a_statement_that_is_only_slow_is_waited_for(proxy, monkeypatch) -> None:
    monkeypatch.setattr(postgresql_line, "SILENT_S", 0.2)
    line = line_through(proxy)
    before = proxy.n_connections
    assert line.execute("SELECT 7 FROM pg_sleep(1.5)").fetchone() == (7,)
    assert proxy.n_connections > before, "nobody has asked: the test has no power"
    line.close()


def test_a_server_that_answers_no_more_is_noticed(proxy) -> None:
    line = line_through(proxy)
    proxy.faults.is_black_hole = True
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match="does not answer"):
        line.execute("SELECT 1")
    waited_s = time.monotonic() - began
    assert line.closed
    assert waited_s > postgresql_line.SILENT_S, "it did not even wait for an answer"


def test_an_answer_that_was_swallowed_is_not_waited_for_ever(proxy, monkeypatch) -> None:
    """The server is well and has answered; the line has eaten it, and new lines work."""
    monkeypatch.setattr(postgresql_line, "SILENT_S", 0.5)
    line = line_through(proxy)
    proxy.faults.is_black_hole = True
    closer = proxies.threading.Timer(0.3, setattr, (proxy.faults, "is_black_hole", False))
    closer.start()
    with pytest.raises(psycopg.OperationalError, match="does not answer"):
        line.execute("SELECT 1")
    assert line.closed
    again = line_through(proxy)
    assert again.execute("SELECT 1").fetchone() == (1,)
    again.close()


def test_what_somebody_chose_goes_before_what_is_usual(postgresql) -> None:
    line = Line.to(postgresql.url, application_name="mine", connect_timeout="9")
    said = line.info.get_parameters()
    assert (said["application_name"], said["connect_timeout"]) == ("mine", "9")
    assert said["tcp_user_timeout"] == LINE["tcp_user_timeout"]
    line.close()


def test_a_lock_that_was_held_behind_a_hole_is_let_go_by_the_server(proxy, postgresql) -> None:
    line, other = line_through(proxy), Line.to(postgresql.url)
    other.execute("SET lock_timeout = '60s'")
    line.execute("BEGIN")
    line.execute("SELECT pg_advisory_xact_lock(11)")
    proxy.faults.is_black_hole = True
    try:
        # Without a word from us: the connection of the proxy to the server stands as before.
        assert other.execute("SELECT pg_advisory_lock(11)").fetchone() is not None
    finally:
        line.close()
        other.close()
