import pytest

from standex.edges.web.app import make_app
from standex.edges.web.console_files import FOREVER, packaged_console


@pytest.fixture
def console(tmp_path):
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>page</title>")
    (folder / "assets" / "a.js").write_text("1")
    (folder / "assets" / "a.map").write_text("source")
    (tmp_path / "secret.json").write_text("{}")
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    return folder


@pytest.mark.slow
def test_files_of_the_folder_and_nothing_beside_it(console, service, client) -> None:
    one = client(None, make_app(service.view, is_secure=False, console=console))
    page = one.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert one.get("/incidents/survey-000001").content == page.content
    script = one.get("/assets/a.js")
    assert script.headers["cache-control"] == FOREVER
    assert script.headers["x-content-type-options"] == "nosniff"
    for path in ("/../secret.json", "/%2e%2e/secret.json", "/link.json", "/assets/a.map",
                 "/none.js", "/a%00b.js", "/api/v1/none", "/assets"):  # fmt: skip
        answer = one.get(path)
        assert answer.status_code == 404 or answer.content == page.content
        assert answer.content != b"{}"


@pytest.mark.slow
def test_without_a_console_there_is_nothing(client) -> None:
    assert client().get("/").status_code == 404


def test_the_packaged_console_has_a_first_page() -> None:
    folder = packaged_console()
    assert folder is None or (folder / "index.html").is_file()
