"""TLS of the service and of its sensors: what each side must show, and what it accepts.

References:
    RFC 8446; RFC 9325 (recommendations for the secure use of TLS).
"""

import ssl
from pathlib import Path

from standex.edges.access.account import AccessError
from standex.edges.access.private_file import read_private

# What TLS 1.2 may use beside 1.3: forward secrecy and authenticated encryption only.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


def server_context(certificate: Path, key: Path, *, clients: Path | None = None) -> ssl.SSLContext:
    """Return what the service shows, and what it wants to see of others.

    Args:
        certificate: of the service and whoever signed it, as PEM.
        key: of that certificate.
        clients: authority whose certificates clients must have; None where none is asked for.

    Raises:
        AccessError: a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _modern(context)
    _load_chain(context, certificate, key)
    if clients is not None:
        _load_authority(context, clients)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(
    authority: Path | None = None, *, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """Return what a client accepts, and what it shows.

    Args:
        authority: who must have signed the server's certificate; None for those of this system.
        certificate: of the client; None for none.
        key: of that certificate.

    Raises:
        AccessError: a file cannot be used, or one of certificate and key is missing.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _modern(context)
    if authority is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        _load_authority(context, authority)
    if (certificate is None) != (key is None):
        raise AccessError("a certificate needs its key, and a key its certificate")
    if certificate is not None and key is not None:
        _load_chain(context, certificate, key)
    return context


def peer_certificate(connection: "ssl.SSLObject | ssl.SSLSocket | None") -> bytes | None:
    """Return what the other side has shown, as DER; None for nothing, or without TLS."""
    return None if connection is None else connection.getpeercert(binary_form=True)


def _modern(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION


def _load_chain(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    read_private(key, what="the private key")
    try:
        # A key with a password would wait for somebody to type it: a service has nobody.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ssl.SSLError, ValueError) as error:
        raise AccessError(
            f"{certificate} and {key} cannot be used for TLS ({error}); both must be PEM, the key "
            "without a password, and belong together"
        ) from error


def _load_authority(context: ssl.SSLContext, authority: Path) -> None:
    try:
        context.load_verify_locations(authority)
    except (OSError, ssl.SSLError) as error:
        raise AccessError(f"{authority} is no certificate of an authority ({error})") from error
    # RFC 5280 as it is written: OpenSSL is more lenient unless asked.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
