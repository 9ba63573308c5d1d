"""A small certificate authority of one site: for its sensors, and for the service itself.

A sensor's certificate says of which site, level and sensor it is, in one URI; nothing else in it is
ever read. The authority's key is needed to issue certificates only, and can be kept off the machine
that the service runs on.

References:
    RFC 5280; CA/Browser Forum baseline requirements for lengths of time and key usages.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import final
from urllib.parse import quote, unquote

from standex.edges.access.account import AccessError
from standex.edges.access.private_file import read_private, write_private
from standex.edges.access.sensor_papers import check_days
from standex.model.errors import StandexError

try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ImportError as error:
    raise StandexError(
        "certificates need the package cryptography; install it with pip install 'standex[service]'"
    ) from error

CERTIFICATE, KEY = "authority.crt", "authority.key"
_YEARS_OF_AUTHORITY = 10
_BACK = timedelta(minutes=5)  # a sensor's clock may be that late
# What the library raises for a certificate that is damaged, strange or of another purpose.
_NO_SENSOR = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_LONGEST_NAME = 64  # bytes of a common name, which people read and nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate and its key, told once.

    Attributes:
        certificate_pem: the certificate.
        key_pem: its private key, kept by nobody else.
        fingerprint: SHA-256 of the certificate, in hexadecimal.
        expires_utc_ns: from when on it is void.
    """

    certificate_pem: bytes
    key_pem: bytes
    fingerprint: str
    expires_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a sensor's certificate says.

    Attributes:
        site_id: of which site.
        zone: on which level.
        sensor_id: which sensor.
        fingerprint: SHA-256 of the certificate, in hexadecimal.
        expires_utc_ns: from when on it is void.
    """

    site_id: str
    zone: str
    sensor_id: str
    fingerprint: str
    expires_utc_ns: int


@final
class Authority:
    """Signs certificates; see ``make_authority`` and ``load_authority``."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @property
    def certificate_pem(self) -> bytes:
        """Return what sensors and browsers check others by."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def for_sensor(
        self, sensor_id: str, *, site_id: str, zone: str, days: float, now_utc_ns: int
    ) -> Issued:
        """Return a client's certificate that is bound to a sensor and its level.

        Raises:
            AccessError: it would be good for too long.
        """
        uri = x509.UniformResourceIdentifier(_uri(site_id, zone, sensor_id))
        usage = ExtendedKeyUsageOID.CLIENT_AUTH
        return self._issue(sensor_id, [uri], usage=usage, days=days, now_utc_ns=now_utc_ns)

    def for_service(self, hosts: Sequence[str], *, days: float, now_utc_ns: int) -> Issued:
        """Return a server's certificate for host names and addresses.

        Raises:
            AccessError: there is no host, or it would be good for too long.
        """
        if not hosts:
            raise AccessError("a certificate of the service needs at least one host name")
        names: list[x509.GeneralName] = []
        for host in hosts:
            try:
                names.append(x509.IPAddress(ipaddress.ip_address(host)))
            except ValueError:
                names.append(x509.DNSName(host))
        usage = ExtendedKeyUsageOID.SERVER_AUTH
        return self._issue(hosts[0], names, usage=usage, days=days, now_utc_ns=now_utc_ns)

    def _issue(
        self,
        name: str,
        alternatives: Sequence[x509.GeneralName],
        *,
        usage: x509.ObjectIdentifier,
        days: float,
        now_utc_ns: int,
    ) -> Issued:
        check_days(days)
        now = _time(now_utc_ns)
        ends = min(now + timedelta(days=days), self._certificate.not_valid_after_utc)
        if ends <= now:
            raise AccessError(
                f"the authority's own certificate has run out on {ends:%Y-%m-%d}; make a new one"
            )
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(self._certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACK)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(is_authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False
            )
            .sign(self._key, hashes.SHA256())
        )
        return Issued(
            certificate_pem=certificate.public_bytes(serialization.Encoding.PEM),
            key_pem=_pem(key),
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
            expires_utc_ns=_utc_ns(certificate.not_valid_after_utc),
        )


def make_authority(folder: Path, *, site_id: str, now_utc_ns: int) -> Authority:
    """Make a new authority and write its certificate and key; the key for its owner alone.

    Raises:
        AccessError: there is one already, or it cannot be written.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    now = _time(now_utc_ns)
    name = _name(f"Sensors of {site_id}")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACK)
        .not_valid_after(now + timedelta(days=365 * _YEARS_OF_AUTHORITY))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / KEY, _pem(key))
        (folder / CERTIFICATE).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    except OSError as error:
        raise AccessError(f"{folder} cannot be written ({error.strerror})") from error
    return Authority(certificate, key)


def load_authority(folder: Path) -> Authority:
    """Return the authority in a folder.

    Raises:
        AccessError: there is none, or others may read its key.
    """
    key_pem = read_private(folder / KEY, what="the key of the authority")
    try:
        certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
        key = serialization.load_pem_private_key(key_pem, None)
    except (OSError, ValueError, TypeError) as error:
        raise AccessError(f"{folder}: holds no authority ({error})") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise AccessError(f"{folder / KEY}: must be a key of an elliptic curve")
    if key.public_key() != certificate.public_key():
        raise AccessError(f"{folder}: {KEY} does not belong to {CERTIFICATE}")
    return Authority(certificate, key)


def binding_of(certificate_der: bytes) -> Bound:
    """Return what a certificate says of a sensor; whether it is signed, TLS has checked.

    Raises:
        AccessError: it is not a sensor's certificate.
    """
    try:
        certificate = x509.load_der_x509_certificate(certificate_der)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    except _NO_SENSOR as error:
        raise AccessError(f"this is not a certificate of a sensor ({error})") from error
    match [uri.split("/") for uri in uris]:
        case [["urn:standex:site", site, "zone", zone, "sensor", sensor]]:
            return Bound(
                site_id=unquote(site),
                zone=unquote(zone),
                sensor_id=unquote(sensor),
                fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
                expires_utc_ns=_utc_ns(certificate.not_valid_after_utc),
            )
        case _:
            raise AccessError("this certificate is not bound to one sensor of a site")


def _uri(site_id: str, zone: str, sensor_id: str) -> str:
    site, level, sensor = (quote(name, safe="") for name in (site_id, zone, sensor_id))
    return f"urn:standex:site/{site}/zone/{level}/sensor/{sensor}"


def _name(common: str) -> x509.Name:
    short = common.encode()[:_LONGEST_NAME].decode(errors="ignore")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, short)])


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _time(t_utc_ns: int) -> datetime:
    return datetime.fromtimestamp(t_utc_ns // 10**9, UTC)


def _utc_ns(time: datetime) -> int:
    return int(time.timestamp()) * 10**9
