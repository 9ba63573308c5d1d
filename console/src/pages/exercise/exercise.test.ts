// @vitest-environment node
import { describe, expect, it } from "vitest";
import { readExercise } from "./exercise";

describe("an exercise", () => {
  it("runs until it has ended, and its score is what is a number or a word", () => {
    const said = {
      exercise_id: "e1", exercise: "one passage", by: "anna", begun_utc_ms: 5, ended_utc_ms: 9,
      score: { n_injected: 4, median_acknowledge_s: 3.456, parts: [1] },
    };
    const read = readExercise(said);
    expect(read).toMatchObject({ id: "e1", name: "one passage", by: "anna", isRunning: false });
    expect(read.score).toEqual([["n_injected", "4"], ["median_acknowledge_s", "3.46"]]);
    expect(readExercise({ id: "b", is_running: true }).isRunning).toBe(true);
  });

  it("tells who was injected, where the service does", () => {
    const read = readExercise({ id: "b", injected: [{ track_id: 7, carried: "threat_dielectric", outcome: "alarm" }, 3] });
    expect(read.injected).toEqual([{ trackId: 7, carries: "threat_dielectric", outcome: "alarm" }]);
  });
});
