import pytest

from standex.edges.store.contract import StoreError
from standex.edges.store.open_store import open_store


@pytest.mark.parametrize("slashes", ["sqlite://", "sqlite:///", "sqlite:"])
def test_a_file_by_its_address(tmp_path, clock, kept, slashes) -> None:
    store = open_store(f"{slashes}{tmp_path}/with%20space.db", clock=clock)
    store.append([kept.entry()])
    store.close()
    assert (tmp_path / "with space.db").stat().st_size > 0


def test_a_file_beside(tmp_path, clock, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:beside.db", clock=clock).close()
    assert (tmp_path / "beside.db").exists()


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "nothing before the colon"),
        ("mysql://h/d", "mysql before the colon"),
        ("sqlite://", "names no file"),
        ("sqlite://host/a.db", "names no file"),
        ("sqlite:///a.db?mode=ro", "names no file"),
        ("postgresql://u:word@h/d", "holds a password"),
        ("postgresql://u@h/d?password=word", "holds a password"),
        ("postgresql://[/d", "cannot be read"),
    ],
)
def test_addresses_that_mean_nothing_are_refused_without_showing_secrets(clock, url, word) -> None:
    with pytest.raises(StoreError, match=word) as refused:
        open_store(url, clock=clock)
    assert "word@" not in str(refused.value)
    assert "=word" not in str(refused.value)


def test_the_password_comes_from_a_file_or_the_environment(tmp_path, clock, monkeypatch) -> None:
    seen = []

    def note(*_, password, **__) -> None:
        seen.append(password)
        raise StoreError("far enough")

    monkeypatch.setattr("standex.edges.store.postgresql_store.open_postgresql", note)

    def asked(**options) -> str | None:
        with pytest.raises(StoreError, match="far enough"):
            open_store("postgresql://u@h/d", clock=clock, **options)
        return seen[-1]

    file = tmp_path / "store-password"
    file.write_text("from a file\n")
    file.chmod(0o600)
    other = tmp_path / "other"
    other.write_text("by name")
    other.chmod(0o640)
    assert asked(environment={}) is None
    everything = {"STANDEX_STORE_PASSWORD": "said"}
    assert asked(environment=everything) == "said"
    everything["CREDENTIALS_DIRECTORY"] = str(tmp_path)
    assert asked(environment=everything) == "from a file"
    everything["STANDEX_STORE_PASSWORD_FILE"] = str(other)
    assert asked(environment=everything) == "by name"
    assert asked(environment=everything, password_file=file) == "from a file"
    file.chmod(0o604)
    other.write_text("\n")
    for wrong, word in (
        (file, "chmod 600"),
        (tmp_path / "nothing", "cannot be read"),
        (other, "no password"),
    ):
        with pytest.raises(StoreError, match=word):
            open_store("postgresql://u@h/d", clock=clock, password_file=wrong)
