import re
from pathlib import Path

import pytest

from standex.edges.settings import parse_site, site_text
from standex.model.errors import SiteError

SURVEY = site_text(Path(__file__).with_name("survey.toml"))


def problem(text: str) -> str:
    with pytest.raises(SiteError) as caught:
        parse_site(text, where="here.toml")
    return str(caught.value)


def changed(old: str, new: str) -> str:
    assert old in SURVEY
    return SURVEY.replace(old, new, 1)


def test_a_typo_is_told_once_with_the_key_the_place_and_what_was_meant() -> None:
    said = problem(changed("rate_hz = 5.0", "rate_hzz = 5.0"))
    line = next(n for n, text in enumerate(SURVEY.splitlines(), 1) if text == "rate_hz = 5.0")
    assert "1 problem\n" in said
    assert (
        f"sensors[0] (mw-entry).rate_hzz: unknown key (line {line}); did you mean 'rate_hz'?"
    ) in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("lag_s", "lag", "lag: unknown key (line 8); did you mean 'lag_s'?"),
        ("[operating_point]", "[operatin_point]", "did you mean 'operating_point'?"),
        ("lag_s = 0.5", "", "lag_s: missing; add it"),
        ("lag_s = 0.5", "lag_s = -1", "lag_s: Input should be greater than or equal to 0, got -1"),
        ("lag_s = 0.5", "lag_s = nan", "lag_s: Input should be a finite number, got nan"),
        ("lag_s = 0.5", 'lag_s = "0.5"', "lag_s: Input should be a valid number, got '0.5'"),
        ("exercise = true", "exercise = 1", "exercise: Input should be a valid boolean, got 1"),
        ("rate_hz = 5.0", "rate_hz = 0", "(mw-entry).rate_hz: Input should be greater than 0"),
        ("rate_hz = 5.0", "rate_hz = inf", "(mw-entry).rate_hz: Input should be a finite number"),
        ("[0.6, 2.5, 0.0]", "[0.6, 2.5]", "(mw-entry).position_site_m[2]: missing"),
        ("[0.6, 2.5, 0.0]", "[0.6, nan, 0.0]", "position_site_m[1]: Input should be a finite"),
        ("yaw_deg = 0.0", "yaw_deg = 700", "(mw-entry).yaw_deg: Input should be less than"),
        ("torso_front = 0.45", "torso_frnt = 0.45", "did you mean 'torso_front'?"),
        ('["torso_front", "waist"]', '["wasit"]', "wanted_zones[0]: unknown value 'wasit'; did "),
        ('["torso_front", "waist"]', "[]", "wanted_zones: "),
        ('["torso_front", "waist"]', '["waist", "waist"]', "'waist' is there 2 times"),
        ("torso_front = 0.45", "torso_front = 0.5", "must sum to 1, they sum to 1.05"),
        ("torso_front = 0.45", "torso_front = -0.45", "zone_share.torso_front: Input should be"),
        ('role = "exit"', 'role = "exist"', "(exit).role: unknown value 'exist'; did you mean 'ex"),
        ('sensor_id = "cam-exit"', 'sensor_id = "cam-entry"', "'cam-entry' is there 2 times"),
        ('line_id = "exit"', 'line_id = "screened"', "line_id: 'screened' is there 2 times"),
        ('level_id = "concourse"\nposition', 'level_id = "concurse"\nposition',
         "sensor 'mw-entry': unknown level 'concurse'; did you mean 'concourse'?"),
        ('level_id = "concourse"\nfrom', 'level_id = "roof"\nfrom',
         "line 'screened': unknown level 'roof'; valid: concourse"),
        ("to_site_m = [1.6, -0.6]", "to_site_m = [1.6, 5.6]", "line 'screened': from_site_m and"),
        ("max_site_m = [4.8, 5.1]", "max_site_m = [4.8, -5.1]", "level 'concourse': min_site_m"),
        ("benign_metal = 0.15", "benign_mtal = 0.15", "unknown class 'benign_mtal'; did you mean"),
        ("benign_metal = 0.15", "", "items.prior_per_person: no prior for benign_metal"),
        ("benign_metal = 0.15", "benign_metal = 1", "benign_metal: Input should be less than 1"),
        ('  "nothing",\n', "", "items.names: must start with 'nothing'"),
        ("p_alarm = 0.5", "p_alarm = 1", "operating_point.p_alarm: Input should be less than 1"),
        ("range_m = 9.0", "range_m = nan", "(cam-entry).settings.range_m: Input should be a fin"),
        ("range_m = 9.0", "range_m = 1e999", "(cam-entry).settings.range_m: Input should be a fin"),
        ("range_m = 9.0", "range_m = " + "9" * 400, "(cam-entry).settings.range_m: Input should"),
        ("range_m = 9.0", "range_m = 2026-01-01", "settings.range_m: a setting is a number, text"),
        ("range_m = 9.0", 'range_m = [1, "a"]', "settings.range_m: a setting is a number, text"),
        ("range_m = 9.0", "range_m = [true]", "settings.range_m: a setting is a number, text"),
        ("[[sensors]]", "[sensors]", "not valid TOML"),
        ("lag_s = 0.5", "lag_s = 0.5\nlevels = 3\n#", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(old: str, new: str, says: str) -> None:
    said = problem(changed(old, new))
    assert said.startswith("site here.toml: ")
    assert says in said


def test_priors_must_leave_room_for_nothing() -> None:
    text = re.sub(r"(benign_metal|benign_dielectric|threat_metal) = .*", r"\1 = 0.99", SURVEY)
    assert "leave nothing for 'nothing'" in problem(text)


def test_all_problems_are_told_at_once() -> None:
    text = changed("lag_s = 0.5", "lag_s = -1").replace("p_alarm = 0.5", "p_alarm = 2")
    said = problem(text)
    assert "2 problems" in said
    assert "lag_s" in said
    assert "p_alarm" in said


@pytest.mark.parametrize("text", ["", "levels = 3", "[[levels]]", "sensors = [1]", "items = []"])
def test_nothing_but_a_site_error_comes_out(text: str) -> None:
    problem(text)


def with_dependence(*rows: str) -> str:
    return SURVEY + "".join(f"\n[[dependence]]\n{row}\n" for row in rows)


def row(first="mw-entry", second="cam-exit", correlation="0.5", reason="wet coats") -> str:
    return f'between = ["{first}", "{second}"]\ncorrelation = {correlation}\nreason = "{reason}"'


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([row(second="cam-exitt")], "dependence[0].between: unknown sensor or technology 'cam-exi"),
        ([row(second="cam-exitt")], "did you mean 'cam-exit'?"),
        ([row(second="zz")], "; valid: cam-entry, cam-exit, floor-positions, microwave, mw-entry"),
        ([row(second="mw-entry")], "dependence[0].between: names no two sensors, got ['mw-entry',"),
        ([row("microwave", "mw-entry")], "dependence[0].between: names no two sensors"),
        ([row(), row("cam-exit", "mw-entry")], "rows 0, 1 all tell of cam-exit and mw-entry"),
        ([row(correlation="1.5")], "dependence[0].correlation: Input should be less than or equal"),
        ([row(correlation="-0.1")], "dependence[0].correlation: Input should be greater than or"),
        ([row(correlation="nan")], "dependence[0].correlation: Input should be a finite number"),
        ([row(reason="")], "dependence[0].reason: String should have at least 1 character"),
        ([row() + "\nreasons = 1"], "dependence[0].reasons: unknown key"),
        (
            ['between = ["mw-entry"]\ncorrelation = 0\nreason = "x"'],
            "dependence[0].between[1]: mis",
        ),
        (["correlation = 0\nreason = 'x'"], "dependence[0].between: missing; add it"),
    ],
)
def test_what_is_wrong_with_a_dependence_is_told(rows: list[str], says: str) -> None:
    assert says in problem(with_dependence(*rows))


def test_a_row_of_a_sensor_and_a_row_of_its_technology_do_not_quarrel() -> None:
    text = with_dependence(row("microwave", "floor-positions", "0.1"), row(correlation="0.4"))
    correlation = parse_site(text, where="here.toml").correlations()
    assert correlation[frozenset(("mw-entry", "cam-exit"))] == 0.4
    assert correlation[frozenset(("mw-entry", "cam-entry"))] == 0.1
