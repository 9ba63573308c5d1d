import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ActionAsked, IncidentOut } from "../../api/types";
import { forgetLive, liveState } from "../../live/state";
import { Doing } from "./Doing";

const incident = {
  incident_id: "metro-000041", version: 1, state: "new", responder: "", possible: ["accept"], history: [],
} as unknown as IncidentOut;
const mine: IncidentOut = {
  ...incident, version: 2, state: "in_progress", responder: "anna", possible: ["reached", "nothing_found", "found", "lost"],
};

function listen(answer: IncidentOut): ActionAsked[] {
  const asked: ActionAsked[] = [];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    asked.push(JSON.parse(String(init.body)) as ActionAsked);
    return Promise.resolve(new Response(JSON.stringify(answer)));
  });
  return asked;
}

afterEach(() => {
  cleanup();
  forgetLive();
  vi.unstubAllGlobals();
});

describe("what a responder can say", () => {
  it("is first that they go, and the answer is shown at once", async () => {
    const asked = listen(mine);
    render(<Doing incident={incident} me="anna" />);
    fireEvent.click(screen.getByRole("button", { name: /Accept/ }));
    await waitFor(() => expect(liveState().incidents.get("metro-000041")?.responder).toBe("anna"));
    expect(asked).toEqual([{ act: "accept", text: "" }]);
  });

  it("is asked twice before it ends the search", async () => {
    const asked = listen({ ...mine, version: 3, state: "resolved" });
    render(<Doing incident={mine} me="anna" />);
    fireEvent.click(screen.getByRole("button", { name: /Nothing found/ }));
    expect(asked).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: /Press again/ }));
    await waitFor(() => expect(asked.map((one) => one.act)).toEqual(["nothing_found"]));
  });

  it("is nothing while somebody else is on the way", () => {
    render(<Doing incident={{ ...mine, responder: "ben" }} me="anna" />);
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("ben is on the way")).toBeTruthy();
  });
});
