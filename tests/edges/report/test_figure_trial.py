import numpy as np

from standex.edges.report.canvas import LIGHT
from standex.edges.report.figure_trial import draw_trial
from standex.evaluation.trial import Submission, TrialTruth
from standex.evaluation.trial_scores import figures_of


def test_curves_and_points_of_those_who_gave_them() -> None:
    is_threat = np.array([True, True, False, False])
    carried = {f"p{k}": "threat_metal" if t else "nothing" for k, t in enumerate(is_threat)}
    truth = TrialTruth(trial_id="t", classes=("nothing", "threat_metal"), item_class=carried)
    both = Submission(
        institute="both",
        score=np.array([3.0, 1.0, 2.0, 0.0]),
        is_alarm=np.array([True, False, False, False]),
        is_screened=np.ones(4, bool),
        is_llr=False,
    )
    decided = Submission(
        institute="decided",
        score=None,
        is_alarm=np.array([True, True, True, False]),
        is_screened=np.ones(4, bool),
        is_llr=False,
    )
    figures = [figures_of(truth, one, pfa_per_passage=0.1) for one in (both, decided)]
    axes = draw_trial(figures, LIGHT).axes[0]
    told = [text.get_text() for text in axes.get_legend().get_texts()]
    assert told == ["both", "both, as decided", "decided, as decided"]
    curve = next(line for line in axes.lines if line.get_label() == "both")
    assert curve.get_xydata()[-1].tolist() == [1, 1]
