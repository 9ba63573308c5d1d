from pathlib import Path

import pytest

from standex.edges.library_recipe import find_recipes
from standex.model.calibration import Origin
from standex.model.errors import StandexError

LEAST = 'name = "a"\nitem_class = "nothing"\nlicence = "MIT"\nsource = "here"\n'


def test_beside_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv.toml").write_text(LEAST + "laser_nm = 785\n")
    ((path, recipe),) = find_recipes([tmp_path / "a.csv"], folder=None)
    assert path == tmp_path / "a.csv"
    assert (recipe.name, recipe.laser_nm, recipe.origin) == ("a", 785, Origin.MEASURED)


def test_one_recipe_for_many(tmp_path: Path) -> None:
    text = f'[[entries]]\n{LEAST}file = "x/1.spc"\n[[entries]]\n{LEAST}file = "2.spc"\n'
    (tmp_path / "all.toml").write_text(text)
    for folder in (None, tmp_path / "data"):
        found = find_recipes([tmp_path / "all.toml"], folder=folder)
        base = folder or tmp_path
        assert [path for path, _ in found] == [base / "x/1.spc", base / "2.spc"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "cannot be read as TOML"),
        ('name = "a"', "item_class: Field required"),
        (LEAST + "colour = 1", "colour"),
        (LEAST + "laser_nm = 0", "laser_nm"),
        (LEAST + "laser_nm = nan", "laser_nm"),
        (LEAST + 'axis_unit = "furlong"', "axis_unit"),
        (LEAST.replace('"a"', '""'), "name"),
    ],
)
def test_broken_descriptions_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.csv.toml").write_text(text)
    with pytest.raises(StandexError, match=message):
        find_recipes([tmp_path / "a.csv"], folder=None)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StandexError, match=r"beside it, b\.csv\.toml must say"):
        find_recipes([tmp_path / "b.csv"], folder=None)
    with pytest.raises(StandexError, match="cannot be read as TOML"):
        find_recipes([tmp_path / "b.toml"], folder=None)
    (tmp_path / "b.toml").write_text(f"[[entries]]\n{LEAST}")
    with pytest.raises(StandexError, match="'a' names no file"):
        find_recipes([tmp_path / "b.toml"], folder=None)
