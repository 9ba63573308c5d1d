import { describe, expect, it } from "vitest";
import { Alarms, PATTERNS } from "./sounds";
import { incidentOf } from "./testing";

describe("sounds", () => {
  it("sounds once for what is new, and again while nobody acknowledges", () => {
    const alarms = new Alarms();
    const one = incidentOf("m-1", { priority: "high" });
    expect(alarms.next([one], false, 0)).toBe("high");
    expect(alarms.next([one], false, 1000)).toBeNull();
    expect(alarms.next([one], false, 4000)).toBe("high");
    expect(alarms.next([{ ...one, state: "acknowledged" }], false, 9000)).toBeNull();
  });

  it("sounds for the most urgent of several", () => {
    const alarms = new Alarms();
    expect(alarms.next([incidentOf("m-1", { priority: "low" }), incidentOf("m-2", { priority: "high" })], false, 0)).toBe("high");
  });

  it("stays silent on this seat until something new comes, or the old becomes more urgent", () => {
    const alarms = new Alarms();
    const one = incidentOf("m-1", { priority: "medium" });
    alarms.next([one], false, 0);
    alarms.silence([one]);
    expect(alarms.next([one], false, 60_000)).toBeNull();
    const raised = { ...one, priority: "high" as const };
    expect(alarms.next([raised], false, 61_000)).toBe("high");
    alarms.silence([raised]);
    expect(alarms.next([raised, incidentOf("m-2", { priority: "low" })], false, 70_000)).toBe("low");
  });

  it("says that the link is lost, over and over, and stops when it is back", () => {
    const alarms = new Alarms();
    expect(alarms.next([], true, 0)).toBe("lost");
    expect(alarms.next([], true, 5000)).toBeNull();
    expect(alarms.next([], true, 15_000)).toBe("lost");
    expect(alarms.next([], false, 16_000)).toBeNull();
    expect(alarms.next([], true, 17_000)).toBe("lost");
  });

  it("leaves the shelf in peace, and sounds when the time there is over", () => {
    const alarms = new Alarms();
    const one = incidentOf("m-1", { priority: "high", shelved_until_utc_ms: 5 });
    expect(alarms.next([one], false, 0)).toBeNull();
    expect(alarms.next([{ ...one, shelved_until_utc_ms: null }], false, 1000)).toBe("high");
  });

  it("has a rhythm of its own for each", () => {
    const rhythms = Object.values(PATTERNS).map((pattern) => pattern.map((beep) => [beep.atS, beep.hz]).join());
    expect(new Set(rhythms).size).toBe(4);
  });
});
