import json
from collections.abc import Callable
from pathlib import Path

import pytest

from standex.edges import cli
from standex.edges.audit.contract import AuditEntry, What
from standex.edges.audit.open_audit import open_audit

T0 = 1_760_000_000_000_000_000


@pytest.fixture
def standex(monkeypatch: pytest.MonkeyPatch, capsys, tmp_path: Path) -> Callable:
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str]:
        code = cli.main(["audit", *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return call


@pytest.fixture
def filled(standex: Callable, tmp_path: Path) -> Path:
    assert standex("key", "keys")[0] == 0
    path = tmp_path / "audit.db"
    log = open_audit(f"sqlite:{path}")
    log.append(
        [
            AuditEntry(
                t_utc_ns=T0 + n,
                who="anna\x1b[31m",
                role="operator",
                what=What.INCIDENT_NOTED,
                of_what=f"demo-{n}",
                why=f"note {n}",
                request_id=str(n),
            )
            for n in range(5)
        ]
    )
    log.close()
    return path


def test_a_whole_log_is_whole(standex: Callable, filled: Path) -> None:
    code, told = standex("sign", "audit.db", "--key", "keys/audit.key", "--copy", "elsewhere")
    assert code == 0
    assert "signed at row 5" in told
    trust = ["--public-key", "keys/audit.pub", "--heads", "elsewhere"]
    for name in ("audit.db", "sqlite:audit.db", f"sqlite:///{filled}"):
        code, told = standex("verify", name, *trust, "--newest-head-hours", "1")
        assert code == 0, told
        assert "whole: nothing was changed" in told
    code, told = standex("verify", "audit.db", "--json")
    document = json.loads(told)
    assert (document["is_whole"], document["n_rows"]) == (True, 5)
    assert not document["are_signatures_checked"]


def test_a_log_that_was_cut_is_not(standex: Callable, filled: Path) -> None:
    standex("sign", "audit.db", "--key", "keys/audit.key", "--copy", "elsewhere")
    filled.unlink()
    open_audit(f"sqlite:{filled}").close()
    trust = ["--public-key", "keys/audit.pub", "--heads", "elsewhere"]
    code, told = standex("verify", "audit.db", *trust)
    assert code == 1
    assert "NOT WHOLE" in told


def test_what_was_done_is_shown_without_what_a_terminal_obeys(
    standex: Callable, filled: Path
) -> None:
    del filled
    code, told = standex("show", "audit.db", "-n", "2")
    assert code == 0
    assert [line.split()[0] for line in told.splitlines()] == ["5", "4"]
    assert "\x1b" not in told
    _, told = standex("show", "audit.db", "--of", "demo-1", "--json")
    assert [row["seq"] for row in json.loads(told)["rows"]] == [2]


def test_an_export_says_so_in_the_log_and_verifies(standex: Callable, filled: Path) -> None:
    del filled
    arguments = ["--out", "out.jsonl", "--key", "keys/audit.key", "--why", "for the authority"]
    assert standex("export", "audit.db", *arguments)[0] == 0
    code, told = standex("verify", "out.jsonl", "--public-key", "keys/audit.pub")
    assert code == 0, told
    assert "6 rows" in told
    assert "for the authority" in standex("show", "audit.db", "-n", "1")[1]


def test_old_rows_leave_under_a_seal(standex: Callable, filled: Path) -> None:
    del filled
    seal = ["seal", "audit.db", "--key", "keys/audit.key", "--keep-days"]
    assert "no row is old enough" in standex(*seal, "100000")[1]
    assert "rows 1 to 4 deleted" in standex(*seal, "0.001")[1]
    assert standex("verify", "audit.db", "--public-key", "keys/audit.pub")[0] == 0
    assert standex(*seal, "0")[0] == 2


def test_errors_are_told_in_a_line(standex: Callable, filled: Path) -> None:
    del filled
    for words in (
        ["verify", "missing.db"],
        ["show", "missing.db"],
        ["verify", "mysql://a/b"],
        ["verify", "audit.db", "--heads", "nowhere"],
        ["key", "keys"],
        ["sign", "audit.db", "--key", "keys/audit.pub"],
    ):
        code, told = standex(*words)
        assert (code, told.count("\n")) == (2, 1), words
