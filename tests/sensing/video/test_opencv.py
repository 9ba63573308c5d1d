import importlib
from types import SimpleNamespace

import pytest

from standex.model.errors import StandexError
from standex.sensing.video.opencv import opencv


@pytest.fixture(autouse=True)
def _forget():
    opencv.cache_clear()
    yield
    opencv.cache_clear()


def test_it_is_kept_to_one_thread() -> None:
    assert opencv().getNumThreads() == 1


def test_a_missing_extra_is_one_clear_error(monkeypatch) -> None:
    def absent(name):
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(StandexError, match=r"cameras need OpenCV.*standex\[video\]"):
        opencv()


def test_a_version_without_gradients_is_named(monkeypatch) -> None:
    five = SimpleNamespace(__version__="5.0.0", resize=1, morphologyEx=1)
    monkeypatch.setattr(importlib, "import_module", lambda name: five)
    with pytest.raises(StandexError, match=r"OpenCV 5\.0\.0 has no HOGDescriptor, connectedComp"):
        opencv()
