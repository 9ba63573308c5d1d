import threading

import pytest

from standex.edges.child_process import start_child
from standex.edges.perceive_pool import _work


@pytest.mark.slow
def test_a_child_ends_when_its_line_is_closed(fakes) -> None:
    child = start_child(_work, None, name="standex-test")
    assert child.line.poll(30)
    assert child.line.recv() == "ready"
    watcher = threading.Timer(20, child.process.kill)
    watcher.start()
    child.stop()
    assert watcher.is_alive()
    watcher.cancel()
    with pytest.raises(ValueError, match="closed"):
        child.process.is_alive()
