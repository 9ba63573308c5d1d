import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Me } from "../../api/types";
import { SessionContext } from "../../parts/session";
import { WhatIf } from "./WhatIf";

const me = { account_id: "eva", roles: ["evaluator"], permissions: ["see_figures", "see_replay"] } as unknown as Me;
const simulated = { id: "a", title: "a", startedUtcMs: 0, durationS: 600, isSimulated: true };
const people = [
  { p_highest: 0.9, t_s: 1, is_threat: true },
  { p_highest: 0.4, t_s: 2, is_threat: false },
  { p_highest: 0.01, t_s: 3, is_threat: false },
];

function answer(body: unknown): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(body))));
}

beforeEach(() => answer({ people, duration_s: 600 }));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(isSimulated: boolean): void {
  render(
    <SessionContext value={me}>
      <WhatIf recording={{ ...simulated, isSimulated }} />
    </SessionContext>,
  );
}

describe("what if the threshold were another one", () => {
  it("changes alarms per hour beside the slider, with PD and PFA labelled as simulated", async () => {
    show(true);
    const slider = await screen.findByRole("slider");
    expect(screen.getByRole("status").textContent).toContain("6.0 alarms per hour");
    expect(screen.getByText(/SIMULATED/)).toBeTruthy();
    fireEvent.change(slider, { target: { value: "-1" } });
    expect(screen.getByRole("status").textContent).toContain("12 alarms per hour");
    expect(screen.getByText(/1\.000 \(1 of 1; 95 % interval 0\.025 to 1\.000\)/)).toBeTruthy();
    expect(screen.getByText(/0\.500 \(1 of 2;/)).toBeTruthy();
  });

  it("tells no PD where nobody knows what people carried", async () => {
    answer({ people: [{ p_highest: 0.9, t_s: 1 }] });
    show(false);
    await screen.findByRole("slider");
    expect(screen.getByText(/Nobody knows/)).toBeTruthy();
    expect(screen.queryByText(/SIMULATED/)).toBeNull();
  });

  it("tells PD and PFA of walk tests apart from those of the truth", async () => {
    const walked = [
      { p_highest: 0.8, t_s: 4, carried_reference: true },
      { p_highest: 0.3, t_s: 5, carried_reference: true },
      { p_highest: 0.02, t_s: 6, carried_reference: false },
    ];
    answer({ people: [...people, ...walked], duration_s: 600, has_walk_tests: true });
    show(true);
    await screen.findByRole("slider");
    expect(screen.getByRole("region", { name: /known to have carried/ }).textContent).toContain("1 of 1");
    const walks = screen.getByRole("region", { name: /walk tests/ });
    expect(walks.textContent).toContain("0.500 (1 of 2;");
    expect(walks.textContent).toContain("0.000 (0 of 1;");
    expect(screen.queryByText(/Nobody knows/)).toBeNull();
  });

  it("says of a truth that cannot be used that it cannot, and why", async () => {
    answer({ people: [{ p_highest: 0.9, t_s: 1 }], truth_problem: "truth.json: cannot be read as JSON" });
    show(false);
    await screen.findByRole("slider");
    expect(screen.getByText(/cannot be used/)).toBeTruthy();
    expect(screen.getByText(/cannot be read as JSON/)).toBeTruthy();
    expect(screen.queryByText(/Nobody knows/)).toBeNull();
  });
});
