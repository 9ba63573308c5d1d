import socket

from standex.edges.service.systemd import notify


def test_without_systemd_nothing_is_said() -> None:
    assert notify("READY=1", {}) is False
    assert notify("READY=1", {"NOTIFY_SOCKET": "/nowhere/notify"}) is False


def test_systemd_hears_it(tmp_path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(path)
        assert notify("READY=1", {"NOTIFY_SOCKET": path})
        assert listening.recv(99) == b"READY=1"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0standex-test")
        assert notify("WATCHDOG=1", {"NOTIFY_SOCKET": "@standex-test"})
        assert listening.recv(99) == b"WATCHDOG=1"
