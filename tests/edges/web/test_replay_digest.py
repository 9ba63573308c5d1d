import json
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.incidents.reason_codes import reason_parts
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.web.replay_digest import begin_as_a_guest, digest_of, head_of
from standex.model.errors import RecordingError
from standex.model.observation import Coverage, Positions
from standex.model.zones import ZONES

T0 = 1_760_000_000_000_000_000
STEP_NS = 100_000_000


def observations(site, n, t_utc_ns):
    spec, level = site.sensors[0], site.levels[0]
    place = np.array([[1.0 - 0.1 * n, 2.0]])
    seen = Positions(
        sensor_id=spec.sensor_id,
        t_utc_ns=t_utc_ns,
        level_id=spec.level_id,
        position_site_m=place + 1e-3 * np.sin(n),
        covariance_site_m2=0.01 * np.eye(2)[None],
        existence=np.array([0.95]),
        descriptor=np.zeros((1, 0)),
        clutter_per_m2=0.004,
    )
    cells = tuple(int(c) for c in np.ceil(level.max_site_m - level.min_site_m))
    covered = Coverage(
        sensor_id=spec.sensor_id,
        t_utc_ns=t_utc_ns,
        level_id=spec.level_id,
        origin_site_m=level.min_site_m,
        cell_m=1.0,
        p_report=np.full(cells, 0.9),
        p_detect=np.zeros((len(ZONES), *cells)),
    )
    return covered, seen


@pytest.fixture
def recording(tmp_path, fakes, made):
    """Return a file in which one person walks for three seconds, and an alarm is raised."""
    site, path = fakes.site(), tmp_path / "shift" / "one.mcap"
    path.parent.mkdir()
    writer = RecordingWriter(
        path,
        site_id=site.site_id,
        profile=Profile.LIVE,
        software_version="0",
        site_toml=fakes.site_toml(),
        started_utc_ns=T0,
        is_simulated=True,
    )
    with writer:
        for n in range(30):
            t_utc_ns = T0 + n * STEP_NS
            events = (replace(made.alert(), t_utc_ns=t_utc_ns),) if n == 20 else ()
            writer.publish(t_utc_ns, observations(site, n, t_utc_ns), events)
    return path


def write_truth(recording, name: str, items: list[dict], *, off_m: float = 0.0) -> None:
    """Somebody walks where the recorded one does, and another one 4 m beside."""
    rows = [
        f"{person} {n} {1.0 - 0.1 * n + off_m} {2.0 + 4.0 * (person - 7)}\n"
        for person in (7, 8)
        for n in range(30)
    ]
    (recording.parent / "ways.txt").write_text("".join(rows))
    truth = {
        "simulated": True, "ways": "ways.txt", "ways_unit": "m", "ways_frame_rate_hz": 10.0,
        "items": items,
    }  # fmt: skip
    (recording.parent / name).write_text(json.dumps(truth))


THREAT = {
    "person": 7, "item_class": "threat_dielectric", "zone": "waist", "width_m": 0.1,
    "height_m": 0.1, "thickness_m": 0.02, "permittivity": 3.0, "loss_tangent": 0.01,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["one.truth.json", "truth.json"])
@pytest.mark.parametrize(
    ("items", "carried", "is_threat"),
    [([THREAT], "threat_dielectric", True), ([], "nothing", False)],
)
def test_truth_is_joined_by_where_people_were(
    recording, name: str, items: list[dict], carried: str, is_threat: bool
) -> None:
    write_truth(recording, name, items)
    highest = digest_of(recording).highest
    assert highest["has_truth"]
    (person,) = highest["people"]
    assert (person["carried"], person["is_threat"]) == (carried, is_threat)
    assert not {"person", "name"} & set(person), "what was carried, never by whom"


@pytest.mark.slow
def test_who_was_nobody_of_the_truth_is_not_judged(recording) -> None:
    write_truth(recording, "truth.json", [THREAT], off_m=2.0)
    (person,) = digest_of(recording).highest["people"]
    assert not {"carried", "is_threat"} & set(person)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "is_told"),
    [("{}", True), ("no json", True), ('{"format": "standex-trial-1", "passages": []}', False)],
)
def test_a_truth_that_cannot_be_used_is_told_unless_it_is_sealed(
    recording, text: str, is_told: bool
) -> None:
    (recording.parent / "truth.json").write_text(text)
    highest = digest_of(recording).highest
    assert not highest["has_truth"]
    assert "is_threat" not in highest["people"][0]
    assert highest["truth_problem"].startswith("truth.json") is is_told
    assert bool(highest["truth_problem"]) is is_told


@pytest.mark.slow
def test_when_each_person_was_first_followed_goes_with_the_recording(recording) -> None:
    digest = digest_of(recording)
    (person,) = digest.highest["people"]
    assert digest.began_utc_ns.keys() == {person["track_id"]}
    assert T0 <= digest.began_utc_ns[person["track_id"]] < digest.ended_utc_ns
    assert (digest.ended_utc_ns - digest.started_utc_ns) * 1e-9 == pytest.approx(2.9)
    assert digest.highest["truth_problem"] == ""


@pytest.mark.slow
def test_the_plan_of_then_goes_with_the_marks(recording, site) -> None:
    plan = digest_of(recording).timeline["plan"]
    assert plan["site_id"] == site.site_id
    assert plan["is_simulated"]


@pytest.mark.slow
def test_a_recording_is_played_again_and_marked_as_such(recording) -> None:
    digest = digest_of(recording)
    assert digest.timeline["duration_s"] == pytest.approx(2.9)
    assert [mark["kind"] for mark in digest.timeline["marks"]] == ["Alert"]
    (mark,) = digest.timeline["marks"]
    assert mark["at_s"] == 2.0
    # As the incident itself has it: in words that a console may know.
    assert mark["reason_parts"] == reason_parts(mark["text"])
    pictures = digest.between(2.0, 2.9, 0.3)
    assert [one["at_s"] for one in pictures] == [2.0, 2.3, 2.6]
    assert all(one["is_replay"] and one["is_simulated"] for one in pictures)
    assert len(pictures[-1]["people"]["track_id"]) == 1
    assert pictures[-1]["people"]["x_m"][0] == pytest.approx(-1.5, abs=0.3)
    assert pictures[-1]["cards"][0]["incident_id"] == "survey-000001"
    (person,) = digest.highest["people"]
    assert 0 < person["p_highest"] < 1
    assert digest.between(5.0, 5.0, 0.1) == []


@pytest.mark.slow
def test_only_the_head_is_needed_to_say_what_it_is(recording, tmp_path) -> None:
    assert head_of(recording)["site_id"] == "survey"
    other = tmp_path / "other.mcap"
    other.write_bytes(b"no recording")
    assert head_of(other) == {}
    assert head_of(tmp_path / "none.mcap") == {}
    with pytest.raises(RecordingError):
        digest_of(other)


def test_a_guest_steps_back(monkeypatch) -> None:
    steps = []
    monkeypatch.setattr("os.nice", steps.append)
    begin_as_a_guest()
    assert steps == [10]
