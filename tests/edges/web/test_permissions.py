from standex.edges.web.permissions import ASKED, Open, unlisted


def test_what_is_served_and_what_is_in_the_table_are_the_same() -> None:
    assert unlisted(ASKED) == []
    (first, second) = unlisted([*list(ASKED)[1:], ("POST", "/new")])
    assert first.endswith("in the table, and not served")
    assert second == "POST /new: served, and not in the table"


def test_nothing_but_signing_in_and_the_page_is_public() -> None:
    public = {path for (_, path), asked in ASKED.items() if asked is Open.PUBLIC}
    assert {p for p in public if "/session" not in p} == {"/{path:path}", "/api/v1/alive"}
