"""Figures of sessions: perfect, guessed and misled are told apart; drift shows where it should."""

import numpy as np
import pytest

from standex.evaluation.vapour_sessions import (
    Recording,
    features_of,
    rows_of,
    session_figures,
    standardised,
    trained,
)

K, PER, D = 6, 5, 4
GROUP = np.arange(K) < 3


@pytest.fixture
def session(rng):
    mean = 3 * rng.standard_normal((K, D))

    def draw(per: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        substance = np.repeat(np.arange(K), per)
        return mean[substance] + rng.standard_normal((K * per, D)) + shift, substance

    return draw


def recording(label: str, response: np.ndarray) -> Recording:
    return Recording(label=label, name="one", response=response)


def test_features_are_of_the_end_and_of_ratios(rng) -> None:
    response = rng.uniform(100, 200, (50, 3))
    one = recording("a", response)
    early = response.copy()
    early[:30] = 0
    kinds = {kind: features_of([one, recording("a", early)], kind) for kind in ("level", "pattern")}
    for rows in kinds.values():
        np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_allclose(kinds["pattern"].sum(axis=1), 0, atol=1e-12)
    # Ten times as much is the same pattern, and a constant in level: asinh is nearly a logarithm.
    more = features_of([recording("a", 10 * response)], "pattern")
    np.testing.assert_allclose(more, kinds["pattern"][:1], atol=1e-4)
    with pytest.raises(ValueError, match="features are"):
        features_of([one], "colour")


def test_substances_by_row() -> None:
    recordings = [recording("b", np.ones((10, 2))), recording("a", np.ones((10, 2)))]
    assert rows_of(recordings, ("a", "b")).tolist() == [1, 0]
    with pytest.raises(ValueError, match=r"\['b'\] were never trained"):
        rows_of(recordings, ("a",))


def test_a_fresh_session_without_drift_is_as_good_as_held_back(session, rng) -> None:
    model, held = trained(*session(PER))
    features, truth = session(40)
    fresh = session_figures("fresh", model.log_likelihood(features), truth, group=GROUP, rng=rng)
    within = session_figures("within", held, np.repeat(np.arange(K), PER), group=GROUP, rng=rng)
    assert fresh.accuracy.value > 0.85
    assert fresh.cllr.value < 0.35
    assert abs(fresh.cllr.value - within.cllr.value) < 0.15
    for one in fresh.reliability:  # never surer than it is right; the bound makes it less sure
        assert one.stated <= one.right.high + 0.02


def test_drift_shows_and_standardising_takes_it_off(session, rng) -> None:
    model, _ = trained(*session(PER))
    features, truth = session(8, shift=4.0)
    drifted = session_figures("later", model.log_likelihood(features), truth, group=GROUP, rng=rng)
    spent = session_figures(
        "spent", standardised(model, features, truth, rng=rng), truth, group=GROUP, rng=rng
    )
    assert drifted.accuracy.value < 0.6
    assert drifted.cllr.value > 1  # worse than to say nothing
    assert spent.accuracy.value > 0.85
    assert spent.cllr.value < 0.5


def test_likelihoods_are_bounded_by_how_many_recordings_there_are(session) -> None:
    model, held = trained(*session(PER))
    said = model.log_likelihood(np.full((1, D), 1e3))
    for each in (said, held):
        assert each.max() == 0
        assert each.min() >= -np.log(K * PER) - 1e-12


def test_closed_forms(rng) -> None:
    truth = np.arange(4)
    group = np.array([True, True, False, False])
    knows = np.full((4, 4), -50.0)
    knows[truth, truth] = 0.0
    perfect = session_figures("p", knows, truth, group=group, rng=rng)
    assert (perfect.accuracy.value, perfect.group_accuracy.value) == (1, 1)
    assert perfect.auc.value == 1
    assert perfect.cllr.value == pytest.approx(0, abs=1e-9)
    says_nothing = session_figures("n", np.zeros((4, 4)), truth, group=group, rng=rng)
    assert says_nothing.cllr.value == pytest.approx(1.0)
    assert says_nothing.auc.value == 0.5
    (one,) = says_nothing.reliability
    assert one.stated == pytest.approx(0.25)
    assert one.right.k == 1
    misled = session_figures("m", np.roll(knows, 1, axis=1), truth, group=group, rng=rng)
    assert misled.cllr.value > 5
    assert misled.accuracy.value == 0


def test_what_gives_no_figure_is_refused(session, rng) -> None:
    with pytest.raises(ValueError, match="two recordings of each"):
        trained(np.zeros((3, 2)), np.array([0, 0, 1]))
    model, _ = trained(*session(PER))
    with pytest.raises(ValueError, match="cannot be dealt"):
        standardised(model, np.zeros((2, D)), np.array([0, 1]), rng=rng)
    with pytest.raises(ValueError, match="finite"):
        session_figures("x", np.full((1, K), np.nan), np.array([0]), group=GROUP, rng=rng)
