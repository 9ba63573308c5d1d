"""``standex sapient``: check a file, listen, send."""

import argparse
import json
import threading
from pathlib import Path

import pytest

from standex.edges.commands import sapient
from standex.edges.interop.sapient.messages import as_json, new_message
from standex.model.errors import StandexError

NODE = "a8654cdf-4328-47de-81fa-c495589e30c9"


def ran(*words: str) -> int:
    parser = argparse.ArgumentParser()
    sapient.add_arguments(parser)
    return sapient.run(parser.parse_args(words))


@pytest.fixture
def good() -> dict:
    message = new_message(node_id=NODE, t_utc_ns=1_760_000_000_000_000_000)
    message.task_ack.task_id, message.task_ack.task_status = "0" * 26, 1
    return as_json(message)


def test_checks_messages_in_each_form(tmp_path: Path, good: dict, capsys) -> None:
    bad = {**good, "node_id": "x"}
    (tmp_path / "one.json").write_text(json.dumps(good))
    (tmp_path / "list.json").write_text(json.dumps([good, bad]))
    (tmp_path / "lines.json").write_text(f"{json.dumps(good)}\n{json.dumps({'message': bad})}\n")
    assert ran("check", str(tmp_path / "one.json")) == 0
    for name in ("list.json", "lines.json"):
        assert ran("check", str(tmp_path / name), "--json") == 1
    rows = json.loads(capsys.readouterr().out.split("\n", 1)[1].rsplit('{\n "messages"', 1)[0])
    assert rows["messages"][1]["problems"][0].startswith("node_id: 'x'")


@pytest.mark.parametrize("text", ["{", "[3]", '{"nodeId": 4}', "\x00"])
def test_files_that_hold_no_messages_are_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "messages.json"
    path.write_text(text)
    with pytest.raises(StandexError):
        ran("check", str(path))
    with pytest.raises(StandexError, match="cannot be read"):
        ran("check", str(tmp_path / "nothing.json"))


@pytest.mark.slow
def test_sends_to_one_that_listens(tmp_path: Path, good: dict, capsys, monkeypatch) -> None:
    ports: list[int] = []
    found = threading.Event()

    def note(text: str) -> int:
        ports.append(int(text.rsplit(":", 1)[1]))
        found.set()
        return len(text)

    monkeypatch.setattr(sapient.sys.stderr, "write", note)
    listening = threading.Thread(target=ran, args=("listen", "--port", "0", "--seconds", "1.0"))
    listening.start()
    assert found.wait(5.0)
    path = tmp_path / "messages.json"
    path.write_text(json.dumps(good))
    assert ran("send", str(path), "--port", str(ports[0]), "--wait", "0.1", "--gap", "0") == 0
    listening.join()
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (heard,) = (one for one in shown if "message" in one)
    assert heard["problems"] == []
    assert heard["message"]["task_ack"]["task_status"] == "TASK_STATUS_ACCEPTED"
