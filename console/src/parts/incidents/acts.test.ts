import { describe, expect, it } from "vitest";
import { DEEDS, deedsFor, Keys, missingOf, nextDeed, requestOf, type Said } from "./acts";
import { incidentOf } from "./testing";

const NOTHING: Said = { text: "", to: "", disposition: "", minutes: 5 };
const ALL = ["work_incidents", "shelve"] as const;
const deed = (act: string) => DEEDS.find((one) => one.act === act) ?? DEEDS[0]!;

describe("what can be done with an incident", () => {
  it("is what the service says, as far as the role may", () => {
    const incident = incidentOf("m-1", { possible: ["acknowledge", "take", "shelve", "accept"] });
    expect(deedsFor(incident, ALL, "anna").map((one) => one.act)).toEqual(["acknowledge", "take", "shelve"]);
    expect(deedsFor(incident, ["work_incidents"], "anna").map((one) => one.act)).toEqual(["acknowledge", "take"]);
    expect(deedsFor(incident, ["see_incidents"], "anna")).toEqual([]);
  });

  it("offers nobody what they have, or what is another's to hand over", () => {
    const incident = incidentOf("m-1", { owner: "anna", possible: ["take", "hand_over"] });
    expect(deedsFor(incident, ALL, "anna").map((one) => one.act)).toEqual(["hand_over"]);
    expect(deedsFor(incident, ALL, "boris").map((one) => one.act)).toEqual(["take"]);
  });

  it("has one next thing to do", () => {
    const possible = DEEDS.map((one) => one.act);
    const next = (change: Parameters<typeof incidentOf>[1]) => {
      const incident = incidentOf("m-1", { possible, ...change });
      return nextDeed(incident, deedsFor(incident, ALL, "anna"), "anna")?.act;
    };
    expect(next({ state: "new" })).toBe("acknowledge");
    expect(next({ state: "acknowledged" })).toBe("take");
    expect(next({ state: "acknowledged", owner: "boris", offered_to: "anna" })).toBe("take");
    expect(next({ state: "in_progress", owner: "anna" })).toBeUndefined();
    expect(next({ state: "resolved", owner: "anna" })).toBe("close");
  });

  it("has a key of its own for each, except for on and off the shelf", () => {
    const keys = DEEDS.filter((one) => one.act !== "unshelve").map((one) => one.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("knows what is missing", () => {
    expect(missingOf(deed("escalate"), NOTHING)).toBe("words");
    expect(missingOf(deed("close"), NOTHING)).toBe("disposition");
    expect(missingOf(deed("dismiss"), { ...NOTHING, disposition: "benign" })).toBe("words");
    expect(missingOf(deed("hand_over"), NOTHING)).toBe("to");
    expect(missingOf(deed("shelve"), { ...NOTHING, text: "no" })).toBe("words");
    expect(missingOf(deed("resolve"), NOTHING)).toBeNull();
  });

  it("asks in the form that the service takes", () => {
    expect(requestOf("m 1", deed("acknowledge"), NOTHING)).toEqual({ path: "/incidents/m%201/actions", body: { act: "acknowledge" } });
    expect(requestOf("m-1", deed("shelve"), { ...NOTHING, text: "a drill", minutes: 10 })).toEqual({
      path: "/incidents/m-1/shelving", body: { for_s: 600, text: "a drill" },
    });
    expect(requestOf("m-1", deed("unshelve"), { ...NOTHING, text: "back" }).body).toEqual({ for_s: 0, text: "back" });
    expect(requestOf("m-1", deed("close"), { ...NOTHING, disposition: "benign" }).body).toEqual({ act: "close", disposition: "benign" });
  });

  it("sends the same again under the same key, and anything else under another", () => {
    const keys = new Keys();
    const one = requestOf("m-1", deed("note"), { ...NOTHING, text: "x" });
    const first = keys.of(one);
    expect(keys.of({ ...one })).toBe(first);
    expect(keys.of(requestOf("m-1", deed("note"), { ...NOTHING, text: "y" }))).not.toBe(first);
    const again = keys.of(one);
    keys.done();
    expect(keys.of(one)).not.toBe(again);
  });
});
