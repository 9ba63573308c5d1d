// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { IncidentOut } from "../../api/types";
import { mineOf, shareOf } from "./mine";

function incident(id: string, change: Partial<IncidentOut> = {}): IncidentOut {
  return {
    incident_id: id, state: "new", responder: "", offered_to: "", same_as: "", shelved_until_utc_ms: null, opened_utc_ms: 0,
    ...change,
  } as IncidentOut;
}

describe("what concerns me", () => {
  it("comes first what I accepted, then what is offered to me, then what nobody goes to", () => {
    const all = [
      incident("other", { responder: "ben" }),
      incident("free-2"),
      incident("free-1"),
      incident("offered", { offered_to: "anna" }),
      incident("mine", { responder: "anna", state: "in_progress" }),
      incident("done", { state: "resolved", responder: "anna" }),
    ];
    const found = mineOf(all, ["free-1", "free-2", "offered"], "anna");
    expect(found.map((one) => one.incident.incident_id)).toEqual(["mine", "offered", "free-1", "free-2", "other"]);
  });

  it("is nothing that is put aside or goes on under another number", () => {
    expect(shareOf(incident("a", { shelved_until_utc_ms: 9 }), "anna")).toBeNull();
    expect(shareOf(incident("a", { same_as: "b" }), "anna")).toBeNull();
  });
});
