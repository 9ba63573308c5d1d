// @vitest-environment node
import { describe, expect, it } from "vitest";
import { readHighest, readRecordings, readTimeline } from "./recording";
import { spanText } from "./usePlayback";

const [recording] = readRecordings([
  { recording_id: "a.mcap", started_utc_ms: 10_000, duration_s: 60, is_simulated: true },
]);
if (recording === undefined) throw new Error("no recording");

describe("what the service says of a recording", () => {
  it("has marks in order, by seconds or by the clock", () => {
    const { marks, plan } = readTimeline(
      {
        marks: [
          { t_utc_ms: 31_000, kind: "alarm", track_id: 7, reason: "thick layer" },
          { t_s: 3, kind: "passage_closed", text: "nothing found" },
          { t_s: 9, kind: "sensor_health", message: "cam degraded" },
          "not a mark",
        ],
      },
      recording,
    );
    const untold = { sensorId: "", outcome: "", parts: [] };
    expect(marks).toEqual([
      { atS: 3, kind: "end", text: "nothing found", trackId: null, ...untold },
      { atS: 9, kind: "health", text: "cam degraded", trackId: null, ...untold },
      { atS: 21, kind: "alarm", text: "thick layer", trackId: 7, ...untold },
    ]);
    expect(plan).toBeNull();
  });

  it("is told with codes, so that it can be said in every language", () => {
    const health_parts = [{ code: "silent", values: {} }];
    const { marks } = readTimeline(
      {
        marks: [
          { at_s: 1, kind: "HealthChanged", of: "cam-1", text: "failed: no records come", state: "failed", health_parts },
          { at_s: 2, kind: "PassageClosed", of: "7", text: "not_screened", outcome: "not_screened" },
        ],
      },
      recording,
    );
    expect(marks[0]).toMatchObject({ sensorId: "cam-1", outcome: "failed", parts: health_parts });
    expect(marks[1]).toMatchObject({ outcome: "not_screened", sensorId: "" });
  });

  it("is told by events of the station, and by their length", () => {
    const kinds = ["Alert", "PassageClosed", "HealthChanged", "TaskClosed"].map((kind, n) => ({ at_s: n, kind, text: "x" }));
    const timeline = readTimeline({ duration_s: 119.8, marks: kinds }, recording);
    expect(timeline.marks.map((one) => one.kind)).toEqual(["alarm", "end", "health", "other"]);
    expect(timeline.durationS).toBe(119.8);
    expect(readTimeline({ marks: [] }, recording).durationS).toBe(60);
    expect([spanText(119.8), spanText(59.96, 1), spanText(3599.9)]).toEqual(["02:00", "01:00.0", "1:00:00"]);
  });

  it("has people with and without truth", () => {
    const { people, durationS } = readHighest(
      {
        people: [
          { p_highest: 0.4, t_s: 1, is_threat: true },
          { p_highest: 0.2, t_s: 2, carried: ["benign_metal"] },
          { p_highest: 0.3, t_s: 2, carried: "threat_metal" },
          { p_highest: 0.1, t_s: 3 },
          { t_s: 4 },
        ],
      },
      recording,
    );
    expect(people.map((one) => one.isThreat)).toEqual([true, false, true, null]);
    expect(durationS).toBe(60);
  });
});
