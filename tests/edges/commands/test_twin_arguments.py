import argparse

import pytest

from standex.edges.commands.twin_arguments import faults_of, natural, positive
from standex.edges.settings import load_site
from standex.model.errors import StandexError
from standex.twin.faults import Fault

SITE = load_site("metro")


def test_faults_are_gathered_by_sensor() -> None:
    faults = faults_of(["cam-exit:dead:3-6", "cam-exit:nan:7.5-8"], SITE)
    assert faults == {
        "cam-exit": (
            Fault(kind="dead", from_s=3, to_s=6),
            Fault(kind="nan", from_s=7.5, to_s=8),
        )
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cam-exit", "SENSOR:KIND:FROM-TO"),
        ("cam-exit:tired:1-2", "kinds are dead, obscured, nan"),
        ("ghost:dead:1-2", "has no sensor 'ghost'"),
        ("cam-exit:dead:2-1", "ends before it begins"),
        ("cam-exit:dead:1.2.3-4", "could not convert"),
    ],
)
def test_other_faults_are_refused(text: str, words: str) -> None:
    with pytest.raises(StandexError, match=words):
        faults_of([text], SITE)


def test_numbers_are_checked() -> None:
    assert natural("0") == 0
    assert positive("0.5") == 0.5
    for text in ("0", "-1", "nan", "inf"):
        with pytest.raises(argparse.ArgumentTypeError):
            positive(text)
