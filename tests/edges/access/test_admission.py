import ssl
from types import SimpleNamespace

import pytest

from standex.edges.access.admission import SensorAdmission, Shown
from standex.edges.access.authority import make_authority
from standex.edges.access.sensor_papers import PaperKind, SensorPapers
from standex.edges.settings import load_site
from standex.edges.store.contract import StoreError

DAY_S = 86400.0


@pytest.fixture
def site():
    return load_site("metro")


@pytest.fixture
def papers(store, clock) -> SensorPapers:
    return SensorPapers(store, clock=clock)


@pytest.fixture
def told() -> list:
    return []


@pytest.fixture
def admission(papers, site, clock, told) -> SensorAdmission:
    return SensorAdmission(papers, site=site, clock=clock, tell=told.append)


@pytest.fixture
def certified(tmp_path, papers, site, clock):
    """Issue and keep a certificate; return what a connection with it shows."""
    authority = make_authority(tmp_path / "ca", site_id=site.site_id, now_utc_ns=clock.utc_ns())

    def issue(sensor_id: str, zone: str, *, site_id: str = site.site_id, is_kept: bool = True):
        issued = authority.for_sensor(
            sensor_id, site_id=site_id, zone=zone, days=30.0, now_utc_ns=clock.utc_ns()
        )
        if is_kept:
            papers.keep(
                issued.fingerprint,
                kind=PaperKind.CERTIFICATE,
                sensor_id=sensor_id,
                zone=zone,
                expires_utc_ns=issued.expires_utc_ns,
            )
        der = ssl.PEM_cert_to_DER_cert(issued.certificate_pem.decode())
        return Shown(certificate_der=der, address="192.0.2.1")

    return issue


@pytest.fixture
def own(site) -> SimpleNamespace:
    """Return two sensors of the site, and the level of the first."""
    first, second = site.sensors[:2]
    return SimpleNamespace(one=first.sensor_id, two=second.sensor_id, zone=first.level_id)


def test_a_sensor_comes_in_with_its_own_papers(admission, papers, certified, own, told) -> None:
    assert admission(own.one, certified(own.one, own.zone)) is None
    token, _ = papers.new_token(own.one, zone=own.zone, days=30.0)
    assert admission(own.one, Shown(token=token)) is None
    assert told == []


def test_nothing_shown_is_nobody(admission, own, told) -> None:
    assert "neither" in admission(own.one, Shown())
    assert "no such sensor" in admission("elsewhere", Shown())
    assert [(event.is_done, event.of) for event in told] == [(False, own.one), (False, "")]
    assert admission("\ud800\x00\n", Shown())
    assert told[-1].detail.isprintable()


def test_a_paper_speaks_for_its_own_sensor_only(admission, papers, certified, own) -> None:
    token, _ = papers.new_token(own.one, zone=own.zone, days=30.0)
    assert own.one in admission(own.two, Shown(token=token))
    assert own.one in admission(own.two, certified(own.one, own.zone))


def test_a_paper_is_of_one_level_and_site(admission, papers, certified, own) -> None:
    token, _ = papers.new_token(own.one, zone="attic", days=30.0)
    assert "attic" in admission(own.one, Shown(token=token))
    assert "attic" in admission(own.one, certified(own.one, "attic"))
    assert "elsewhere" in admission(own.one, certified(own.one, own.zone, site_id="elsewhere"))


def test_a_paper_that_was_not_kept_here_is_none(admission, certified, own) -> None:
    assert admission(own.one, certified(own.one, own.zone, is_kept=False))
    assert admission(own.one, Shown(token="x" * 43))
    assert admission(own.one, Shown(token=""))
    assert admission(own.one, Shown(certificate_der=b"odd"))


def test_a_revoked_paper_and_one_that_ran_out_are_refused(
    admission, papers, certified, own, clock
) -> None:
    shown = certified(own.one, own.zone)
    token, _ = papers.new_token(own.two, zone=own.zone, days=30.0)
    papers.revoke(own.one)
    assert "revoked" in admission(own.one, shown)
    clock.advance(30 * DAY_S)
    assert "run out" in admission(own.two, Shown(token=token))


def test_the_kinds_are_not_mixed_up(admission, certified, own) -> None:
    """The name under which a certificate is kept is no secret: it must not do as a token."""
    shown = certified(own.one, own.zone)
    assert admission(own.one, Shown(token=shown.certificate_der.hex()[:64]))
    assert admission(own.one, shown) is None


def test_who_guesses_is_slowed_down_and_who_belongs_is_not(
    admission, papers, own, clock, told
) -> None:
    token, _ = papers.new_token(own.one, zone=own.zone, days=30.0)
    for _ in range(200):
        assert admission(own.one, Shown(token=token, address="192.0.2.1")) is None
    reasons = [admission(own.one, Shown(token="x", address="192.0.2.2")) for _ in range(200)]
    assert "too many tries" in reasons[-1]
    assert len(told) <= 5  # a flood of tries is no flood of the audit
    assert admission(own.one, Shown(token=token, address="192.0.2.1")) is None
    clock.advance(60.0)
    assert admission(own.one, Shown(token=token, address="192.0.2.2")) is None


def test_a_store_that_fails_lets_nobody_in(admission, papers, own, store) -> None:
    token, _ = papers.new_token(own.one, zone=own.zone, days=30.0)

    def fails(*_):
        raise StoreError("the disk is gone")

    store.get = fails
    assert "the disk is gone" in admission(own.one, Shown(token=token))
