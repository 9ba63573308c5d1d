"""Does the evidence turn when the object, and only the object, is taken away?

One person of the recorded corridor walks between the pillars of the reference site: once with a
generic dielectric slab under the clothes, once without. Same body, same noise, same way. Simulated.
"""

# %%
import sys

from standex.edges.calibrations import calibrations_of
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import load_site
from standex.edges.trajectories.shipped import load_shipped
from standex.evaluation.closed_loop import closed_loop
from standex.model.event import Alert, PassageClosed
from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone
from standex.station import Station
from standex.twin.scene import Scene

SEED = 11
PERSON = 4  # walks in the middle of a lane; near a pillar the stripes miss the chest

# %% One person of the recording, alone, from two seconds before they come in.
recorded = load_shipped("corridor")
rows = recorded.person == PERSON
alone = Trajectories(
    name="one person",
    person=recorded.person[rows],
    frame=recorded.frame[rows] - recorded.frame[rows].min() + 50,
    position_m=recorded.position_m[rows],
    height_m=recorded.height_m[rows],
    frame_rate_hz=recorded.frame_rate_hz,
)
slab = CarriedItem(
    person=PERSON,
    item_class="threat_dielectric",
    zone=BodyZone.TORSO_FRONT,
    width_m=0.16,
    height_m=0.18,
    thickness_m=0.03,
    permittivity=2.9,
    loss_tangent=0.01,
)

# %% The same site, with the object and without.
site = load_site("metro")
calibrations = calibrations_of(site)
station = Station.of(site, build_technologies(site, calibrations), calibrations)


def walk(truth: Truth) -> float:
    """Return the highest posterior of the passage, and print how it came about."""
    scene = Scene(trajectories=alone, truth=truth, start_utc_ns=0)
    highest = 0.0
    loop = closed_loop(
        station,
        scene,
        build_instruments(site, SEED),
        start_utc_ns=0,
        end_utc_ns=scene.end_utc_ns + 4_000_000_000,
    )
    for step in loop:
        for event in step.events:
            if isinstance(event, Alert):
                print(
                    f"  {event.t_utc_ns * 1e-9:5.1f} s  ALARM, check requested: {event.reason}; "
                    f"P {event.prior:.2f} -> {event.p_threat:.2f}, "
                    f"{event.seconds_in_reach:.1f} s in reach"
                )
            if isinstance(event, PassageClosed):
                highest = max(highest, event.p_threat)
                print(f"  {event.outcome}: {event.n_looks} looks, {event.reason}")
    return highest


print("with the slab:")
with_slab = walk(Truth(seed=SEED, items=(slab,)))
print("without it, nothing else changed:")
without = walk(Truth(seed=SEED, items=()))
print(f"posterior {with_slab:.2f} with, {without:.2f} without (simulated)")
sys.exit(0 if with_slab > without else 1)
