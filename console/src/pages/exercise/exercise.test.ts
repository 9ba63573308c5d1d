// @vitest-environment node
import { describe, expect, it } from "vitest";
import { readExercise, readKnown } from "./exercise";

describe("an exercise", () => {
  const said = {
    exercise_id: "e1", exercise: "slab-at-chest", by: "anna", begun_utc_ms: 5, ended_utc_ms: 9, is_running: false,
    end: "ended", ended_by: "boris", detail: "", score: { n_injected: 4, median_acknowledge_s: 3.456, median_accept_s: null },
    injected: [{ track_id: 7, carried: "threat_dielectric", zone: "torso_front", outcome: "accepted", acknowledged_s: 4.2, accepted_s: null }, 3],
  };

  it("has a score of numbers alone, and says how it ended", () => {
    const read = readExercise(said);
    expect(read).toMatchObject({ id: "e1", name: "slab-at-chest", by: "anna", isRunning: false, end: "ended", endedBy: "boris" });
    expect(read.score).toEqual([["n_injected", "4"], ["median_acknowledge_s", "3.5"]]);
    expect(readExercise({ exercise_id: "b", is_running: true }).isRunning).toBe(true);
  });

  it("tells what came of each person", () => {
    expect(readExercise(said).injected).toEqual([
      { trackId: 7, carries: "threat_dielectric", zone: "torso_front", outcome: "accepted", acknowledgedS: 4.2, acceptedS: null },
    ]);
  });

  it("can be begun unless the service says why not", () => {
    expect(readKnown({ exercise: "a", n_people: 4, n_carrying: 1, duration_s: 20.5, problem: "" })).toEqual({
      name: "a", nPeople: 4, nCarrying: 1, durationS: 20.5, problem: "",
    });
    expect(readKnown({ exercise: "b", problem: "of another site" }).problem).toBe("of another site");
  });
});
