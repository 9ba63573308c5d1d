import { describe, expect, it } from "vitest";
import type { IncidentOut, OverviewOut } from "../../api/types";
import { listed, shortName, stepFrom, walkOf } from "./listOf";
import { incidentOf } from "./testing";

const mapOf = (...all: IncidentOut[]) => new Map(all.map((one) => [one.incident_id, one]));
const CALM: OverviewOut = { order: [], shelved: [], is_flood: false, n_recent: 0, groups: [] };

describe("the list of incidents", () => {
  it("has the most urgent first, whatever came first", () => {
    const all = mapOf(
      incidentOf("m-1", { priority: "low", opened_utc_ms: 1 }),
      incidentOf("m-2", { priority: "high", state: "acknowledged", opened_utc_ms: 2 }),
      incidentOf("m-3", { priority: "high", opened_utc_ms: 3 }),
    );
    const { lines, nNew } = listed(all, CALM);
    expect(lines.map((line) => line.kind === "one" && line.incident.incident_id)).toEqual(["m-3", "m-2", "m-1"]);
    expect(nNew).toBe(2);
  });

  it("keeps the order of the service, which knows what is an exercise", () => {
    const all = mapOf(incidentOf("m-1", { priority: "high" }), incidentOf("m-2", { priority: "low" }));
    const { lines } = listed(all, { ...CALM, order: ["m-2", "m-1"] });
    expect(lines.map((line) => line.kind === "one" && line.incident.incident_id)).toEqual(["m-2", "m-1"]);
  });

  it("shows an alarm that the order does not know of yet, and without any order", () => {
    const all = mapOf(incidentOf("m-1"), incidentOf("m-2"));
    expect(listed(all, { ...CALM, order: ["m-1"] }).nOpen).toBe(2);
    expect(listed(all, null).nOpen).toBe(2);
  });

  it("groups in a flood, and never hides a high one in a group", () => {
    const all = mapOf(
      incidentOf("m-1", { priority: "low" }),
      incidentOf("m-2", { priority: "low", state: "acknowledged" }),
      incidentOf("m-3", { priority: "high" }),
    );
    const groups = [{ priority: "low" as const, level_id: "hall", incident_ids: ["m-1", "m-2"] }];
    const flood = listed(all, { ...CALM, order: ["m-3", "m-1", "m-2"], is_flood: true, groups });
    expect(flood.lines.map((line) => line.kind)).toEqual(["one", "group"]);
    expect(flood.lines[1]).toMatchObject({ nNew: 1 });
    expect(walkOf(flood.lines, new Set())).toEqual(["m-3"]);
    expect(walkOf(flood.lines, new Set(["low:hall"]))).toEqual(["m-3", "m-1", "m-2"]);
  });

  it("keeps the shelf and what is closed apart", () => {
    const all = mapOf(
      incidentOf("m-1", { shelved_until_utc_ms: 99 }),
      incidentOf("m-2", { state: "closed" }),
      incidentOf("m-3", { same_as: "m-1" }),
    );
    const { lines, shelved, closed } = listed(all, { ...CALM, shelved: ["m-1"] });
    expect([lines.length, shelved.length, closed.length]).toEqual([0, 1, 1]);
  });

  it("is walked through with keys, and stops at its ends", () => {
    expect(stepFrom(["a", "b"], null, 1)).toBe("a");
    expect(stepFrom(["a", "b"], "a", 1)).toBe("b");
    expect(stepFrom(["a", "b"], "b", 1)).toBe("b");
    expect(stepFrom(["a", "b"], "gone", -1)).toBe("b");
    expect(stepFrom([], "a", 1)).toBeNull();
  });

  it("has numbers that can be said aloud", () => {
    expect(shortName("metro-000012")).toBe("12");
    expect(shortName("metro-thing-7")).toBe("7");
    expect(shortName("odd")).toBe("odd");
  });
});
