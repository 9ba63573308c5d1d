import argparse
import json
from math import inf
from pathlib import Path

import pytest

from standex import __version__
from standex.edges.commands.evaluation_arguments import (
    add_stated_arguments,
    manifest_of,
    seconds_words,
    sha256_of,
    stated_of,
    stated_words,
)
from standex.model.errors import StandexError


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_stated_arguments(parser, out=Path("out"))
    return parser.parse_args(words)


def test_what_is_stated_can_be_typed_again():
    words = ["--pfa", "0.02", "--prior", "1e-05", "--operators", "3", "--flow", "600",
             "--by-factor"]  # fmt: skip
    args = parsed(*words)
    assert stated_words(args) == words
    stated = stated_of(args)
    assert (stated.pfa_per_passage, stated.prior) == (0.02, 1e-5)
    assert (stated.people_per_hour, stated.operators) == (600.0, 3)
    assert stated_of(parsed()).people_per_hour is None
    with pytest.raises(StandexError, match="somebody must answer"):
        stated_of(parsed("--operators", "0"))


def test_a_manifest_has_all_that_it_takes():
    made = manifest_of(["standex", "evaluate"], site_files={"a": "text"}, about={"seeds": [1]})
    assert made["command"] == "standex evaluate"
    assert made["software"] == f"standex {__version__}"
    assert made["site_files"] == {"a": "text"}
    assert made["site_sha256"]["a"] == sha256_of(b"text")
    assert set(made["packages"]) == {"numpy", "scipy"}
    json.dumps(made)


def test_intervals_of_times_in_words():
    assert seconds_words(1.0, 2.26) == "1.0 s to 2.3 s"
    assert seconds_words(-inf, 2.0) == "up to 2.0 s"
    assert seconds_words(1.0, inf) == "from 1.0 s"
    assert seconds_words(-inf, inf) == "too few for an interval"
