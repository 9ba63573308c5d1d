"""A node is one sensor, on one connection, and admitted."""

from dataclasses import replace

import pytest

from standex.edges.interop.sapient.admission import (
    MOST_REFUSALS,
    SILENT_S,
    Claim,
    NodeBook,
    Refusal,
    admit_all,
    ignore_refusal,
)
from standex.edges.interop.sapient.node_settings import nodes_of
from standex.model.site import Site

T0 = 1_760_000_000_000_000_000
NODE = "a8654cdf-4328-47de-81fa-c495589e30c9"


def claim(node_id: str = NODE) -> Claim:
    return Claim(
        node_id=node_id, sensor_id="radar-0", address="here", certificate_der=b"", token=""
    )


@pytest.fixture
def book(site: Site) -> NodeBook:
    return NodeBook(nodes_of(site))


def test_only_the_sites_nodes(book: NodeBook) -> None:
    assert "not of this site" in book.claim(claim("other"), "link", now_utc_ns=T0)
    assert book.claim(claim(), "link", now_utc_ns=T0) == ""
    assert book.holds(NODE, "link")
    assert book.link_of(NODE) == "link"
    assert book.link_of("other") is None


def test_a_second_one_is_refused_while_the_first_is_heard(book: NodeBook) -> None:
    first, second = object(), object()
    book.claim(claim(), first, now_utc_ns=T0)
    later = T0 + round((SILENT_S - 1) * 1e9)
    assert "connected already" in book.claim(claim(), second, now_utc_ns=later)
    book.heard(NODE, now_utc_ns=later)
    assert "connected already" in book.claim(
        claim(), second, now_utc_ns=T0 + round((SILENT_S + 1) * 1e9)
    )
    # Whoever has fallen silent has lost its line, and may come back on another.
    assert book.claim(claim(), second, now_utc_ns=later + round((SILENT_S + 1) * 1e9)) == ""
    assert not book.holds(NODE, first)
    assert book.release(first) == ()
    assert book.release(second) == (NODE,)


def test_the_admission_has_the_last_word(site: Site) -> None:
    asked: list[Claim] = []
    revoked: list[str] = []

    def admit(one: Claim, /) -> str:
        asked.append(one)
        return revoked[0] if revoked else ""

    book = NodeBook(nodes_of(site), admission=admit)
    link = object()
    assert book.claim(claim(), link, now_utc_ns=T0) == ""
    assert book.expelled() == ()
    revoked.append("its token was revoked")
    assert book.expelled() == ((NODE, link, "its token was revoked"),)
    assert asked[-1] == claim()
    book.release(link)
    assert book.claim(claim(), link, now_utc_ns=T0) == "its token was revoked"


def test_refusals_are_told_without_what_could_harm(site: Site) -> None:
    told: list[Refusal] = []
    book = NodeBook(nodes_of(site), on_refusal=told.append)
    book.refuse(t_utc_ns=T0, address="here", node_id="\x1b[2J", reason="no\nway")
    assert (told[0].node_id, told[0].reason) == ("[2J", "no way")
    for _ in range(3 * MOST_REFUSALS):
        book.refuse(t_utc_ns=T0, address="here", node_id="", reason="flood")
    assert book.n_refused == 3 * MOST_REFUSALS + 1
    assert len(told) <= MOST_REFUSALS + 3


def test_defaults() -> None:
    assert admit_all(claim()) == ""
    ignore_refusal(Refusal(t_utc_ns=T0, address="", node_id="", reason=""))
    assert replace(claim(), token="x").token == "x"
