from types import SimpleNamespace

import numpy as np

from standex.evaluation.whose import NEAREST_M, nearest_person

NOW = SimpleNamespace(person=np.array([4, 9]), position_site_m=np.array([[0.0, 0.0], [1.0, 0.0]]))


def test_the_nearest_person_and_nobody_further_off():
    assert nearest_person(NOW, np.array([0.4, 0.0])) == 4
    assert nearest_person(NOW, np.array([0.6, 0.0])) == 9
    assert nearest_person(NOW, np.array([1.0, NEAREST_M - 0.01])) == 9
    assert nearest_person(NOW, np.array([1.0, NEAREST_M + 0.01])) is None


def test_where_nobody_is_it_is_nobodys():
    empty = SimpleNamespace(person=np.zeros(0, dtype=int), position_site_m=np.zeros((0, 2)))
    assert nearest_person(empty, np.zeros(2)) is None
