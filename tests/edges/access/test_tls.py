import ssl
import time

import pytest

from standex.edges.access.account import AccessError
from standex.edges.access.authority import binding_of, make_authority
from standex.edges.access.private_file import write_private
from standex.edges.access.tls import client_context, peer_certificate, server_context

NOW_UTC_NS = time.time_ns()  # TLS itself asks the clock of this computer


@pytest.fixture
def papers(tmp_path):
    """Return a folder with authorities ``ca`` and ``other``, a server, and sensors of both."""
    for name in ("ca", "other"):
        authority = make_authority(tmp_path / name, site_id="rome", now_utc_ns=NOW_UTC_NS)
        server = authority.for_service(["localhost"], days=1.0, now_utc_ns=NOW_UTC_NS)
        sensor = authority.for_sensor(
            "s1", site_id="rome", zone="hall", days=1.0, now_utc_ns=NOW_UTC_NS
        )
        for kind, issued in (("server", server), ("sensor", sensor)):
            (tmp_path / f"{name}-{kind}.crt").write_bytes(issued.certificate_pem)
            write_private(tmp_path / f"{name}-{kind}.key", issued.key_pem)
    return tmp_path


def shake(server: ssl.SSLContext, client: ssl.SSLContext, host: str = "localhost"):
    """Return both ends after shaking hands in memory, with one message through."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    waiting = list(ends)
    for _ in range(10):
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
        if not waiting:
            break
    ends[0].write(b"hello")
    assert ends[1].read(5) == b"hello"
    return ends


def server_of(papers, name: str = "ca") -> ssl.SSLContext:
    return server_context(
        papers / f"{name}-server.crt",
        papers / f"{name}-server.key",
        clients=papers / "ca" / "authority.crt",
    )


def sensor_of(papers, name: str = "ca", kind: str = "sensor") -> ssl.SSLContext:
    return client_context(
        papers / "ca" / "authority.crt",
        certificate=papers / f"{name}-{kind}.crt",
        key=papers / f"{name}-{kind}.key",
    )


def test_both_sides_know_each_other(papers) -> None:
    client, server = shake(server_of(papers), sensor_of(papers))
    shown = peer_certificate(server)
    assert shown is not None
    assert binding_of(shown).sensor_id == "s1"
    assert client.version() == "TLSv1.3"
    assert peer_certificate(None) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("other", "sensor"), ("ca", "server")],
    ids=["of another authority", "of a server, not of a sensor"],
)
def test_a_certificate_of_somebody_else_is_refused(papers, name: str, kind: str) -> None:
    with pytest.raises(ssl.SSLError):
        shake(server_of(papers), sensor_of(papers, name, kind))


def test_no_certificate_is_refused(papers) -> None:
    with pytest.raises(ssl.SSLError):
        shake(server_of(papers), client_context(papers / "ca" / "authority.crt"))


def test_a_sensor_refuses_another_service(papers) -> None:
    with pytest.raises(ssl.SSLError):
        shake(server_of(papers, "other"), sensor_of(papers))
    with pytest.raises(ssl.SSLError):
        shake(server_of(papers), sensor_of(papers), "elsewhere.example")


def test_a_sensor_cannot_be_the_service(papers) -> None:
    server = server_context(papers / "ca-sensor.crt", papers / "ca-sensor.key")
    with pytest.raises(ssl.SSLError):
        shake(server, client_context(papers / "ca" / "authority.crt"))


def test_people_need_no_certificate(papers) -> None:
    server = server_context(papers / "ca-server.crt", papers / "ca-server.key")
    _, end = shake(server, client_context(papers / "ca" / "authority.crt"))
    assert peer_certificate(end) is None


def test_old_tls_is_refused(papers) -> None:
    client = sensor_of(papers)
    assert client.minimum_version == server_of(papers).minimum_version == ssl.TLSVersion.TLSv1_2
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    ends = shake(server_of(papers), client)
    cipher = ends[0].cipher()
    assert cipher is not None
    assert cipher[0].startswith("ECDHE-")


def test_files_that_do_not_do_are_told(papers) -> None:
    crt, key = papers / "ca-server.crt", papers / "ca-server.key"
    with pytest.raises(AccessError, match="belong together"):
        server_context(crt, papers / "other-server.key")
    with pytest.raises(AccessError, match="cannot be read"):
        server_context(crt, papers / "none.key")
    with pytest.raises(AccessError, match="no certificate of an authority"):
        server_context(crt, key, clients=papers / "none.crt")
    with pytest.raises(AccessError, match="no certificate of an authority"):
        client_context(key)
    with pytest.raises(AccessError, match="needs its key"):
        client_context(certificate=crt)
    key.chmod(0o644)
    with pytest.raises(AccessError, match="chmod 600"):
        server_context(crt, key)


def test_the_roots_of_this_system_are_the_default() -> None:
    assert client_context().verify_mode == ssl.CERT_REQUIRED
