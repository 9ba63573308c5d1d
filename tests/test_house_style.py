"""The rules of the house that a machine can check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from standex.model.calibration import quadratic_terms
from standex.model.hints import Hints

SRC = Path(__file__).parents[1] / "src" / "standex"
TESTS = Path(__file__).parent
MODULES = sorted(path for path in SRC.rglob("*.py") if not path.name.startswith("__"))
MAX_LINES = 400
UNITS = (
    "_m", "_m2", "_per_m2", "_m_per_s", "_m_per_s2", "_kg", "_s", "_ns", "_hz", "_rad",
    "_rad_per_m", "_rad_per_s", "_db", "_w", "_v", "_k", "_per_cm", "_ug_per_cm2",
)  # fmt: skip
# Probabilities, natural logarithms and pure numbers.
DIMENSIONLESS = {
    "attachment", "bound", "center", "clip", "cllr", "correlation", "coverage", "covered",
    "descriptor", "existence", "log_clutter", "log_likelihood", "log_posterior", "loss_tangent",
    "min_coverage", "n_fresh", "n_left", "need", "nobody", "own_covered", "p_alarm", "p_detect",
    "p_false", "p_object", "p_report", "p_same", "p_threat", "pair_weight", "permittivity", "prior",
    "prior_per_person", "probability", "rotation", "scale", "score", "set_down_by", "weight",
    "weights", "zone_share",
}  # fmt: skip
# Units per component, or as the caption says; the docstring gives them.
MIXED = {"arrays", "at", "covariance", "figures", "mean", "values", "x"}
# The unit is a word of the name.
SPELT_OUT = {"seconds_in_reach"}
CLOCKS = re.compile(
    r"^(time\.(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|sleep)"
    r"|(datetime\.)?(datetime|date)\.(now|utcnow|today))$"
)


def has_code(tree: ast.Module) -> bool:
    """Whether any function does more than declare itself, as in a Protocol."""
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(ast.unparse(function.body[-1]) != "..." for function in functions)


def float_fields(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the fields of classes that hold numbers with a possible unit."""
    for owner in ast.walk(tree):
        for node in owner.body if isinstance(owner, ast.ClassDef) else ():
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                annotation = ast.unparse(node.annotation)
                if re.search(r"\bfloat\b|\bFloat\[|\bComplex\[|\bcomplex\b", annotation):
                    yield node.target.id


def clocks_read(tree: ast.Module) -> Iterator[str]:
    """Yield every use of a clock, and every import of one by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and CLOCKS.match(ast.unparse(node)):
            yield f"{ast.unparse(node)} in line {node.lineno}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield f"from time import ... in line {node.lineno}"


def bare_fields(tree: ast.Module) -> set[str]:
    """Return the fields that have neither a unit nor a place in a list above."""
    fields = {field for field in float_fields(tree) if not field.endswith(UNITS)}
    return fields - DIMENSIONLESS - MIXED - SPELT_OUT


def parametrized(modules: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("module", modules, ids=lambda path: str(path.relative_to(SRC)))


@parametrized(MODULES)
def test_modules_are_short(module: Path) -> None:
    n_lines = len(module.read_text().splitlines())
    assert n_lines <= MAX_LINES, f"{n_lines} lines: split it by subject"


@parametrized(MODULES)
def test_modules_with_code_have_a_test_module(module: Path) -> None:
    name = module.relative_to(SRC)
    if has_code(ast.parse(module.read_text())):
        test = TESTS / name.parent / f"test_{name.name}"
        assert test.exists(), f"{name} has no {test.relative_to(TESTS.parent)}"


@parametrized([module for module in MODULES if module.parent == SRC / "model"])
def test_numbers_of_the_model_say_their_unit(module: Path) -> None:
    bare = bare_fields(ast.parse(module.read_text()))
    assert not bare, f"fields without a unit: {sorted(bare)}"


@parametrized([module for module in MODULES if module != SRC / "edges" / "clock.py"])
def test_only_one_module_reads_a_clock(module: Path) -> None:
    assert not list(clocks_read(ast.parse(module.read_text())))


def test_array_shapes_are_checked_in_tests() -> None:
    with pytest.raises(TypeError, match="Type-check error"):
        quadratic_terms(np.zeros(3), np.zeros(3), np.ones(3), 1.0)
    with pytest.raises(TypeError, match="Type-check error"):
        Hints(
            t_utc_ns=0,
            position_site_m=np.zeros((2, 2)),
            velocity_site_m_per_s=np.zeros((3, 2)),
            spread_m=np.ones(2),
            need=np.ones(2),
        )


def test_the_checks_here_can_fail() -> None:
    tree = ast.parse(
        "class A:\n  speed: float\n  length_m: float\n  n: int\n  gain: Float[np.ndarray, 'n']\n"
        "def f() -> int:\n  local: float = 0.0\n  return time.monotonic_ns() + datetime.now()\n"
    )
    assert bare_fields(tree) == {"speed", "gain"}
    assert len(list(clocks_read(tree))) == 2
    assert has_code(tree)
    assert not has_code(ast.parse("class P(Protocol):\n  def f(self):\n    '''Do.'''\n    ..."))
