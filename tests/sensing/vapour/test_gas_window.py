import numpy as np

from standex.sensing.vapour.gas_window import Window


def window(*t_s: float) -> Window:
    n = len(t_s)
    return Window(
        t_s=np.array(t_s),
        log_response=np.arange(2.0 * n).reshape(n, 2) + t_s[0],
        relative_humidity=np.linspace(0.3, 0.4, n),
        temperature_c=np.linspace(20.0, 21.0, n),
    )


def test_samples_follow_on_each_other() -> None:
    both = window(0.0, 1.0).and_then(window(2.0, 3.0, 4.0))
    assert both.t_s.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert both.log_response.shape == (5, 2)
    assert len(both.relative_humidity) == len(both.temperature_c) == 5


def test_rows_keep_what_belongs_together() -> None:
    whole = window(0.0, 1.0, 2.0, 3.0)
    late = whole.rows(whole.t_s >= 2.0)
    assert late.t_s.tolist() == [2.0, 3.0]
    np.testing.assert_array_equal(late.log_response, whole.log_response[2:])
    np.testing.assert_array_equal(late.temperature_c, whole.temperature_c[2:])
