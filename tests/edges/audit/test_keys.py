"""Keys: who may read them, and what they sign."""

from pathlib import Path

import pytest

from standex.edges.audit.keys import KeyFileError, make_key, read_key, read_public_keys


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = make_key(tmp_path / "keys")
    path = tmp_path / "keys" / "audit.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path).key_id == key.key_id
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        make_key(tmp_path / "keys")
    assert path.read_bytes() == before
    assert str(before) not in repr(key)
    assert "private" not in repr(key)


def test_what_a_key_signed_its_other_half_knows(tmp_path: Path) -> None:
    key, other = make_key(tmp_path / "a"), make_key(tmp_path / "b")
    public = read_public_keys([tmp_path / "a" / "audit.pub"])
    signature = key.sign(b"message")
    assert public.is_signed(b"message", key_id=key.key_id, signature=signature)
    assert not public.is_signed(b"massage", key_id=key.key_id, signature=signature)
    assert not public.is_signed(b"message", key_id=other.key_id, signature=other.sign(b"message"))
    assert not public.is_signed(b"message", key_id=key.key_id, signature=other.sign(b"message"))
    for nonsense in ("", "zz", "00", signature[:-2]):
        assert not public.is_signed(b"message", key_id=key.key_id, signature=nonsense)


def test_several_keys_may_be_trusted(tmp_path: Path) -> None:
    keys = [make_key(tmp_path / name) for name in "ab"]
    both = tmp_path / "both.pub"
    both.write_text("".join((tmp_path / name / "audit.pub").read_text() for name in "ab"))
    public = read_public_keys([both])
    assert set(public.by_id) == {key.key_id for key in keys}
    again = tmp_path / "again.pub"
    again.write_text(public.pem())
    assert set(read_public_keys([again]).by_id) == set(public.by_id)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path)
    (tmp_path / "audit.key").chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key(tmp_path / "audit.key")


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    nonsense.chmod(0o600)
    elliptic = ec.generate_private_key(ec.SECP256R1())
    private, public = tmp_path / "private", tmp_path / "public"
    private.touch(mode=0o600)
    private.write_bytes(
        elliptic.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        elliptic.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    for path in (nonsense, private, tmp_path / "missing"):
        with pytest.raises(KeyFileError):
            read_key(path)
    for path in (nonsense, public, tmp_path / "missing", private):
        with pytest.raises(KeyFileError):
            read_public_keys([path])
    with pytest.raises(KeyFileError, match="cannot write"):
        make_key(nonsense / "under-a-file")
