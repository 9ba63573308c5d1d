"""Every trouble of the service has words in every language of the console."""

import ast
import inspect
import json
import re
import textwrap
from pathlib import Path

import pytest

from standex.edges import health_codes
from standex.edges.incidents import reason_codes
from standex.edges.privacy.report import ABOUT, MEASURES
from standex.edges.service import (
    day_to_day,
    housekeeping,
    missing_evidence,
    others_told,
    station_service,
    trouble_codes,
)
from standex.edges.service.calibration_watch import TOLD_DAYS
from standex.edges.service.service_health import ServiceHealth
from standex.edges.service.trouble_codes import PARTS, Trouble, part_code, trouble_parts
from standex.edges.store.contract import DataClass

WORDS = Path(__file__).parents[3] / "console/src/i18n"
LANGUAGES = ("en", "fr", "de", "ru")
_ROW = re.compile(r'^    "([^"]+)": ("(?:[^"\\]|\\.)*"),$', re.MULTILINE)


def words_of(name: str) -> dict[str, dict[str, str]]:
    """Return the words of a part of the console, by language and key."""
    text = (WORDS / f"{name}.ts").read_text("utf-8")
    starts = [text.index(f"  {one}: {{\n") for one in LANGUAGES]
    blocks = (text[at:to] for at, to in zip(starts, [*starts[1:], len(text)], strict=True))
    return {
        one: {key: json.loads(value) for key, value in _ROW.findall(block)}
        for one, block in zip(LANGUAGES, blocks, strict=True)
    }


def strings_in(function: object) -> list[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))  # type: ignore[arg-type]
    return [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("file", "prefix", "codes"),
    [
        ("reasons", "why_of", reason_codes.CODES),
        ("health", "health", health_codes.CODES),
        ("troubles", "trouble", trouble_codes.CODES),
        ("troubles", "trouble_part", tuple(map(part_code, PARTS))),
        ("troubles", "trouble_about", tuple(map(part_code, PARTS))),
        ("kept", "data_class", tuple(one.value for one in DataClass)),
    ],
)
def test_every_code_has_words_in_every_language(language, file, prefix, codes) -> None:
    words = words_of(file)[language]
    assert [code for code in codes if not words.get(f"{prefix}.{code}")] == []


@pytest.mark.parametrize(
    ("file", "prefix", "values"),
    [
        ("health", "health", health_codes.VALUES),
        ("troubles", "trouble", trouble_codes.VALUES),
    ],
)
def test_no_sentence_names_a_value_that_its_code_does_not_have(file, prefix, values) -> None:
    english = words_of(file)["en"]
    for code, names in values.items():
        wanted = set(re.findall(r"\{(\w+)\}", english[f"{prefix}.{code}"]))
        assert wanted <= set(names), code


def test_what_the_privacy_report_says_of_every_class_has_words() -> None:
    english = set(words_of("kept")["en"].values())
    assert {*ABOUT.values(), *MEASURES} <= english


def test_every_part_that_can_be_in_trouble_is_known() -> None:
    """Every key of the troubles that the service tells of, read from where it tells them."""
    look = ast.parse(textwrap.dedent(inspect.getsource(station_service.StationService._look)))
    keys = {
        key.value
        for one in ast.walk(look)
        if isinstance(one, ast.Dict)
        for key in one.keys
        if isinstance(key, ast.Constant)
    }
    slow = set(strings_in(day_to_day.DayToDay.look)) & set(PARTS)
    assert "store" in keys
    assert slow == {"walk test", "calibrations"}
    kept = set(strings_in(housekeeping.Housekeeper.tidy)) & set(PARTS)
    assert {"retention", "space", "clock"} <= kept
    assert keys <= set(PARTS)
    told = re.findall(r'problems\["(\w+)"\]', inspect.getsource(others_told))
    assert told
    assert {f"to {name}" for name in told} <= set(PARTS)


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("no walk test was made yet", ["walk_none"]),
        ("4 walks so far; a drift is told from 20 on", ["walk_few"]),
        ("no drift", ["walk_steady"]),
        ("the last walk test failed: 3 of 5 found, 1 false", ["walk_failed"]),
        ("the last walk test was 13.5 h ago; one is due", ["walk_due"]),
        (
            f"mw-1: its calibration runs out in {TOLD_DAYS - 1:.0f} days; "
            "mw-2: its calibration is simulated and counts for nothing",
            ["calibration_ends", "and_then", "calibration_simulated"],
        ),
        ("mw-1: its calibration cal-9 is not there", ["calibration_gone"]),
        (
            "store or audit have not answered for 9 s: look at the database, its disk and the "
            "line to it",
            ["no_answer"],
        ),
        ("the picture of 3.2 s ago is continued with 4 people", ["picture_continued"]),
        ("no picture: there was none", ["picture_none"]),
        (
            "the picture is not continued (it is 90 s old, 30 s are allowed): 2 people were not "
            "screened",
            ["picture_too_old"],
        ),
        ("no picture: cannot read /x: gone", ["picture_unusable"]),
        ("disk I/O error", []),
        ("", []),
    ],
)
def test_sentences_of_the_service(said: str, codes: list[str]) -> None:
    assert [one["code"] for one in trouble_parts(said)] == codes


def test_what_the_housekeeper_says_of_space_and_clock_is_known(monkeypatch, tmp_path) -> None:
    words = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(housekeeping)))
        if isinstance(node, ast.Return) and isinstance(node.value, ast.JoinedStr)
    ]
    assert len(words) == 2  # of space, of the clock
    shown = (
        "12 MiB are free in /var/lib/standex, 512 are wanted: make room before nothing can be kept",
        "the system clock was stepped and is +3.5 s off; the service keeps its own time: find out "
        "which is right, then start it again at a quiet moment",
    )
    for said in shown:
        fixed = [
            one.value
            for node in words
            for one in node.value.values  # type: ignore[union-attr]
            if isinstance(one, ast.Constant)
        ]
        assert any(piece in said for piece in fixed)
        assert trouble_parts(said)


def test_bundles_that_are_missing_are_known(made) -> None:
    words = missing_evidence._words((made.alert(),), ("x.mcap: broken",))
    assert [one["code"] for one in trouble_parts(words)] == ["bundles_missing"]


def test_a_trouble_is_told_by_its_part(clock) -> None:
    health = ServiceHealth(lambda _: None, clock=clock)
    health.update({"walk test": "no walk test was made yet", "store": ""})
    (one,) = health.troubles()
    assert one == Trouble(part="walk test", words="no walk test was made yet")
    assert (one.code, str(one)) == ("walk_test", "walk test: no walk test was made yet")
