import ssl
import warnings
from contextlib import suppress

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.access.account import AccessError
from standex.edges.access.authority import (
    CERTIFICATE,
    KEY,
    Authority,
    binding_of,
    load_authority,
    make_authority,
)

NOW_UTC_NS = 1_800_000_000_000_000_000
DAY_NS = 86400 * 10**9
SHARED: list[Authority] = []  # examples of hypothesis cannot have a fixture each


@pytest.fixture
def authority(tmp_path) -> Authority:
    return make_authority(tmp_path / "ca", site_id="rome", now_utc_ns=NOW_UTC_NS)


def der(pem: bytes) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem.decode())


def for_sensor(authority: Authority, sensor_id: str = "s1", days: float = 30.0):
    return authority.for_sensor(
        sensor_id, site_id="rome", zone="hall", days=days, now_utc_ns=NOW_UTC_NS
    )


def test_a_certificate_says_which_sensor_where(authority: Authority) -> None:
    issued = for_sensor(authority)
    bound = binding_of(der(issued.certificate_pem))
    assert (bound.site_id, bound.zone, bound.sensor_id) == ("rome", "hall", "s1")
    assert bound.fingerprint == issued.fingerprint
    assert bound.expires_utc_ns == issued.expires_utc_ns == NOW_UTC_NS + 30 * DAY_NS


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=80)


@pytest.mark.slow
@given(NAMES, NAMES)
def test_names_are_bound_whatever_is_in_them(sensor_id: str, zone: str) -> None:
    authority = SHARED[0]
    issued = authority.for_sensor(
        sensor_id, site_id="a/b c", zone=zone, days=1.0, now_utc_ns=NOW_UTC_NS
    )
    bound = binding_of(der(issued.certificate_pem))
    assert (bound.site_id, bound.zone, bound.sensor_id) == ("a/b c", zone, sensor_id)


@pytest.fixture(autouse=True, scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ca")
    SHARED.append(make_authority(folder, site_id="rome", now_utc_ns=NOW_UTC_NS))


def test_it_is_for_clients_and_signs_nothing(authority: Authority) -> None:
    certificate = x509.load_pem_x509_certificate(for_sensor(authority).certificate_pem)
    extension = certificate.extensions.get_extension_for_class
    assert not extension(x509.BasicConstraints).value.ca
    assert list(extension(x509.ExtendedKeyUsage).value) == [
        x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    assert not extension(x509.KeyUsage).value.key_cert_sign
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.certificate_pem))


def test_the_service_has_names_and_addresses(authority: Authority) -> None:
    issued = authority.for_service(
        ["station.example", "192.0.2.7"], days=30.0, now_utc_ns=NOW_UTC_NS
    )
    certificate = x509.load_pem_x509_certificate(issued.certificate_pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["station.example"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.7"]
    with pytest.raises(AccessError, match="not bound"):
        binding_of(der(issued.certificate_pem))
    with pytest.raises(AccessError, match="host"):
        authority.for_service([], days=30.0, now_utc_ns=NOW_UTC_NS)


def test_the_key_is_its_owners_and_is_found_again(tmp_path, authority: Authority) -> None:
    assert (tmp_path / "ca" / KEY).stat().st_mode & 0o777 == 0o600
    assert load_authority(tmp_path / "ca").certificate_pem == authority.certificate_pem
    with pytest.raises(AccessError, match="already"):
        make_authority(tmp_path / "ca", site_id="rome", now_utc_ns=NOW_UTC_NS)
    (tmp_path / "ca" / KEY).chmod(0o644)
    with pytest.raises(AccessError, match="chmod 600"):
        load_authority(tmp_path / "ca")


def test_another_ones_key_is_refused(tmp_path, authority: Authority) -> None:
    make_authority(tmp_path / "other", site_id="rome", now_utc_ns=NOW_UTC_NS)
    (tmp_path / "ca" / CERTIFICATE).write_bytes((tmp_path / "other" / CERTIFICATE).read_bytes())
    with pytest.raises(AccessError, match="does not belong"):
        load_authority(tmp_path / "ca")
    (tmp_path / "ca" / CERTIFICATE).write_text("odd")
    with pytest.raises(AccessError, match="no authority"):
        load_authority(tmp_path / "ca")
    with pytest.raises(AccessError, match="cannot be read"):
        load_authority(tmp_path / "nowhere")


@pytest.mark.parametrize("days", [0.0, -3.0, 400.0, float("nan")])
def test_nothing_is_signed_for_ever(authority: Authority, days: float) -> None:
    with pytest.raises(AccessError, match="days"):
        for_sensor(authority, days=days)


def test_an_authority_that_has_run_out_signs_nothing(authority: Authority) -> None:
    late = NOW_UTC_NS + 3660 * DAY_NS
    with pytest.raises(AccessError, match="run out"):
        authority.for_sensor("s1", site_id="rome", zone="hall", days=1.0, now_utc_ns=late)
    just_before = NOW_UTC_NS + 3640 * DAY_NS
    issued = authority.for_sensor(
        "s1", site_id="rome", zone="hall", days=100.0, now_utc_ns=just_before
    )
    assert issued.expires_utc_ns == NOW_UTC_NS + 3650 * DAY_NS


@given(st.binary(max_size=200))
def test_what_is_no_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(AccessError):
        binding_of(content)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16, 32, 64, 128, 255])
def test_a_certificate_with_any_byte_changed_is_no_crash(authority: Authority, bits: int) -> None:
    intact = der(for_sensor(authority).certificate_pem)
    for at in range(len(intact)):
        content = bytearray(intact)
        content[at] ^= bits
        with suppress(AccessError), warnings.catch_warnings(action="ignore"):
            binding_of(bytes(content))
