"""A broker of its own for each test that needs one, and something to wait with."""

import datetime
import ipaddress
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def wait_for(condition, *, timeout_s: float = 8.0):
    """Return what ``condition`` says as soon as it is true."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.01)
    pytest.fail("waited in vain")


@dataclass
class Broker:
    """A mosquitto on a port that was free a moment ago."""

    folder: Path
    lines: tuple[str, ...] = ("allow_anonymous true",)
    port: int = 0
    process: subprocess.Popen | None = field(default=None)

    def start(self) -> "Broker":
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join([f"listener {self.port} 127.0.0.1", *self.lines]) + "\n")
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self.is_up)
        return self

    def is_up(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def make_broker(tmp_path: Path):
    pytest.importorskip("paho.mqtt", reason="pip install paho-mqtt")
    if MOSQUITTO is None:
        pytest.skip("no mosquitto here: apt-get install mosquitto")
    made: list[Broker] = []

    def make(*lines: str) -> Broker:
        folder = tmp_path / f"broker{len(made)}"
        folder.mkdir(mode=0o755)
        broker = Broker(folder, lines or ("allow_anonymous true",))
        made.append(broker)
        return broker.start()

    yield make
    for broker in made:
        broker.kill()


@pytest.fixture
def broker(make_broker) -> Broker:
    return make_broker()


@pytest.fixture
def waits():
    return wait_for


class Certificates:
    """A small authority, and what it has signed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(self._signed("tests", self.key.public_key(), is_ca=True))

    def of(self, name: str) -> tuple[Path, Path]:
        """Return certificate and key of a name, made when first asked for."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        if not key.exists():
            private = ec.generate_private_key(ec.SECP256R1())
            certificate.write_bytes(self._signed(name, private.public_key(), is_ca=False))
            key.write_bytes(
                private.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        return certificate, key

    def _signed(self, name: str, public, *, is_ca: bool) -> bytes:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if name == "127.0.0.1":
            address = x509.IPAddress(ipaddress.ip_address(name))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        signed = builder.sign(self.key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    folder = tmp_path / "certificates"
    folder.mkdir()
    return Certificates(folder)
