"""Ed25519 keys: what heads, seals and evidence are signed with.

The private half is a PEM file that nobody but its owner may read; whoever verifies needs the public
half only, from somebody they trust. A key is called by the first 16 hexadecimal digits of the
SHA-256 of its 32 public bytes.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, final

from standex.model.errors import StandexError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

PRIVATE_NAME, PUBLIC_NAME = "audit.key", "audit.pub"
_NEEDED = "signatures need the package cryptography; install standex[service]"


class KeyFileError(StandexError):
    """A key cannot be made, read or trusted."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SigningKey:
    """The private half.

    Attributes:
        key_id: what the key is called.
    """

    key_id: str
    _private: "Ed25519PrivateKey" = field(repr=False)

    def sign(self, message: bytes) -> str:
        """Return the signature, hexadecimal."""
        return self._private.sign(message).hex()

    def public(self) -> "PublicKeys":
        """Return the other half."""
        return PublicKeys(by_id={self.key_id: self._private.public_key()})


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublicKeys:
    """The public halves of the keys that are trusted, by what they are called."""

    by_id: "Mapping[str, Ed25519PublicKey]"

    def is_signed(self, message: bytes, *, key_id: str, signature: str) -> bool:
        """Return whether a trusted key of that name signed the message."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an optional extra

        key = self.by_id.get(key_id)
        if key is None:
            return False
        try:
            key.verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def pem(self) -> str:
        """Return them as text, to be kept with what they verify."""
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return "".join(
            key.public_bytes(serialization.Encoding.PEM, form).decode()
            for key in self.by_id.values()
        )


def make_key(folder: Path) -> SigningKey:
    """Make a key, and write both halves to a folder.

    Raises:
        KeyFileError: there is one already, or the files cannot be written.
    """
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    except ImportError as error:
        raise KeyFileError(_NEEDED) from error
    private = ed25519.Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = SigningKey(key_id=_key_id(private.public_key()), _private=private)
    path = folder / PRIVATE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(path, pem, mode=0o600)
        _write_new(folder / PUBLIC_NAME, key.public().pem().encode(), mode=0o644)
    except FileExistsError as error:
        raise KeyFileError(
            f"{error.filename} exists; a key is never overwritten: what it signed could not be "
            "verified any more. Name another folder"
        ) from error
    except OSError as error:
        raise KeyFileError(f"cannot write a key to {folder}: {error.strerror}") from error
    return key


def read_key(path: Path) -> SigningKey:
    """Return the private key in a file.

    Raises:
        KeyFileError: it cannot be read, is no such key, or others may read it.
    """
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    except ImportError as error:
        raise KeyFileError(_NEEDED) from error
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        pem = path.read_bytes()
    except OSError as error:
        raise KeyFileError(
            f"cannot read the key {path}: {error.strerror}; make one with standex audit key"
        ) from error
    if mode & 0o077:
        raise KeyFileError(f"others may read the key {path} ({mode:o}): chmod 600 {path}")
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path} is no private key in PEM form") from error
    if not isinstance(private, ed25519.Ed25519PrivateKey):
        raise KeyFileError(f"{path} is a key of another kind; make one with standex audit key")
    return SigningKey(key_id=_key_id(private.public_key()), _private=private)


def read_public_keys(paths: Iterable[Path]) -> PublicKeys:
    """Return the public keys in files; a file may hold several, after a change of keys.

    Raises:
        KeyFileError: one cannot be read, or holds no such key.
    """
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    except ImportError as error:
        raise KeyFileError(_NEEDED) from error
    by_id: dict[str, Ed25519PublicKey] = {}
    end = "-----END PUBLIC KEY-----"
    for path in paths:
        try:
            texts = path.read_text("ascii").split(end)[:-1]
            keys = [serialization.load_pem_public_key((text + end).encode()) for text in texts]
        except OSError as error:
            raise KeyFileError(f"cannot read the public key {path}: {error.strerror}") from error
        except ValueError as error:
            raise KeyFileError(f"{path} is no public key in PEM form") from error
        if not keys:
            raise KeyFileError(f"{path} holds no public key in PEM form")
        for key in keys:
            if not isinstance(key, ed25519.Ed25519PublicKey):
                raise KeyFileError(f"{path} holds a key of another kind than Ed25519")
            by_id[_key_id(key)] = key
    return PublicKeys(by_id=by_id)


def _key_id(public: "Ed25519PublicKey") -> str:
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def _write_new(path: Path, data: bytes, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
