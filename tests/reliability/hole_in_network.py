"""A line to a node above on which packets vanish, for real: run in a network namespace of its own.

    unshare --net python hole_in_network.py

Nobody else's network is touched: the namespace has nothing but its own loopback, which is switched
off and on again. Prints one line of JSON.
"""

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))  # a program, not pytest
from neighbours import loaded

network = loaded("reliability/test_network.py")


def loopback(state: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def main() -> None:
    loopback("up")
    rules = network.TimeRules(oldest_s=60.0)
    where = network.Address(host="127.0.0.1", port=0)
    above = network.SapientSource(network.STATION, clock=network.CLOCK, listen=where, rules=rules)
    above.start()
    over, n_scans = threading.Event(), [0]

    def take() -> None:
        for record in above.records():
            n_scans[0] += bool(len(record.arrays["p_person"]))

    uplink = network.SapientUplink(
        network.NODE, replace(where, port=above.port), clock=network.CLOCK
    )

    def watch() -> None:  # never waits, whatever the line does
        while not over.wait(0.1):
            now = network.CLOCK.utc_ns()
            people = replace(network.fan_out.picture_of(3, now), passages={})
            began = time.monotonic()
            uplink.heard(people, ())
            longest[0] = max(longest[0], time.monotonic() - began)

    longest = [0.0]
    threads = [threading.Thread(target=one) for one in (take, watch)]
    for thread in threads:
        thread.start()

    def trouble() -> object:
        return above.troubles().get("radar-00")

    network.until(lambda: n_scans[0] > 3 and not trouble(), for_s=60)
    loopback("down")
    began = time.monotonic()
    below_s = network.until(lambda: uplink.counts().problem, for_s=60)
    problem = uplink.counts().problem
    network.until(trouble, for_s=60)
    above_s = time.monotonic() - began
    loopback("up")
    before = n_scans[0]
    back_s = network.until(lambda: n_scans[0] > before + 3 and not trouble(), for_s=90)
    over.set()
    n_connections = uplink.counts().n_connections
    uplink.close()
    above.close()
    for thread in threads:
        thread.join()
    told = {
        "below_s": below_s,
        "above_s": above_s,
        "back_s": back_s,
        "problem": problem,
        "n_connections": n_connections,
        "longest_heard_s": longest[0],
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
