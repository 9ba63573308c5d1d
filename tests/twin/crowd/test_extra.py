import sys
from types import SimpleNamespace

import pytest

from standex.model.errors import StandexError
from standex.twin.crowd import extra


def test_what_is_installed_is_found() -> None:
    assert extra.jupedsim().Simulation
    assert extra.shapely().box


@pytest.mark.parametrize("name", ["jupedsim", "shapely"])
def test_what_is_missing_is_said_with_what_to_do(name: str, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(StandexError, match=r"pip install 'standex\[crowd\]'.*--no-deps"):
        getattr(extra, name)()


@pytest.mark.parametrize("version", ["2.0.1", "1.3.0", ""])
def test_other_versions_are_refused(version: str, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "jupedsim", SimpleNamespace(__version__=version))
    with pytest.raises(StandexError, match=r">= 1\.4 and < 2"):
        extra.jupedsim()
