from pathlib import Path

import pytest

from standex.edges.assessment_file import read_assessment
from standex.model.errors import DataFileError, SiteError

EXAMPLE = Path(__file__).parents[2] / "docs" / "how-to" / "threat-assessment.toml"


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = EXAMPLE.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "a.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_example_is_read() -> None:
    read = read_assessment(EXAMPLE)
    assert read.site.site_id == "metro"
    assert len(read.elicitation.experts) == 4


E1_SEEDS = """fines = [60, 120, 260]
bags-left = [25, 55, 140]
closures = [3, 8, 22]
rush-share = [16, 24, 33]
phones = [35, 55, 75]
coats = [15, 30, 45]
walk = [17, 23, 32]
reports = [300, 700, 2000]
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("overshoot =", "overshot =", "overshot: unknown key (line 9); did you mean 'overshoot'?"),
        ('place_id = "lift"', 'place_ids = "lift"', "place_ids: unknown key"),
        ("carried = 412", "caried = 412", "did you mean 'carried'?"),
        ("D-corridor-rush = 0.40", "D-corridor-rush = 0.30", "must sum to 1, they sum to 0.9"),
        ("[0.002, 0.02, 0.2]", "[0.02, 0.002, 0.2]", "'E1': attempts_per_year: quantiles must asc"),
        ("[0.002, 0.02, 0.2]", "[0.0, 0.02, 0.2]", "must be above 0"),
        ("[0.002, 0.02, 0.2]", "[0.02, 0.2]", "'E1': attempts_per_year: 3 quantiles wanted, got 2"),
        (E1_SEEDS, "", "expert 'E1': answered no seed question"),
        ('"threat_dielectric"', '"threat_dielectrik"', "did you mean 'threat_dielectric'?"),
        ("[everyday.benign_metal]", "[everyday.metal]", "everyday: unknown item class 'metal'"),
        ("carried = 412", "carried = 812", "812 carried one, of 800 looked at"),
        ("fines = [60", "fine = [60", "seeds: unknown seed 'fine'; did you mean 'fines'?"),
        ("M-corridor-rush = 0.30", "M-coridor-rush = 0.30", "did you mean 'M-corridor-rush'?"),
        ('expert_id = "E2"', 'expert_id = "E1"', "expert_id: 'E1' is there 2 times"),
        ("people_share = 0.8", "people_share = 0.7", "places: the shares of people must be > 0"),
        ("quantiles = [0.05, 0.5, 0.95]", "quantiles = [0.5, 0.05, 0.95]", "quantiles: must asc"),
        ("realisation = 142.0", "realisation = nan", "got nan"),
        ('scenario_id = "D-lift-rush"', 'scenario_id = "D-roof"', "nothing for 'D-roof'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path, old, new, said) -> None:
    with pytest.raises(DataFileError) as caught:
        read_assessment(changed(tmp_path, (old, new)))
    assert said in str(caught.value)


def test_one_expert_alone_is_refused(tmp_path) -> None:
    text = EXAMPLE.read_text("utf-8")
    first, second, *_ = text.split("[[experts]]\n")
    path = tmp_path / "a.toml"
    path.write_text(f"{first}[[experts]]\n{second}", "utf-8")
    with pytest.raises(DataFileError, match="1 expert: a joint assessment needs two"):
        read_assessment(path)


def test_equal_weights_need_no_seeds(tmp_path) -> None:
    path = changed(tmp_path, (E1_SEEDS, ""), ('weighting = "classical"', 'weighting = "equal"'))
    assert len(read_assessment(path).elicitation.experts) == 4


def test_classes_that_another_site_does_not_have_are_refused() -> None:
    with pytest.raises(DataFileError, match="unknown item class 'benign_residue'"):
        read_assessment(EXAMPLE, site="gate")


def test_a_site_that_is_not_there_is_refused(tmp_path) -> None:
    with pytest.raises(SiteError, match="no site"):
        read_assessment(changed(tmp_path, ('site = "metro"', 'site = "metron.toml"')))


@pytest.mark.parametrize("content", [b"a = [", b"\xff\xfe"])
def test_what_is_no_toml_is_refused(tmp_path, content) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(DataFileError, match=r"a\.toml"):
        read_assessment(path)
    with pytest.raises(DataFileError, match="no such file"):
        read_assessment(tmp_path / "b.toml")
