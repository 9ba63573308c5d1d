import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Me, Permission, PictureMessage, Plan, SensorOut, Why } from "../../api/types";
import { type Language, LANGUAGES, setLanguage } from "../../i18n";
import { forgetLive, setLive } from "../../live/state";
import { incidentOf } from "../../parts/incidents/testing";
import { SessionContext } from "../../parts/session";
import { AlarmSounds } from "../../parts/incidents/AlarmSounds";
import LivePage from "./LivePage";

const POINT = { p_alarm: 0.3, min_coverage: 0.2, wanted_zones: ["waist"] };
const PLAN: Plan = {
  site_id: "hall", title: "Hall", is_exercise: false, is_simulated: true, zones: [], operating_point: POINT,
  levels: [{ level_id: "hall", min_site_m: [0, 0], max_site_m: [10, 5], walls_site_m: [[[0, 0], [10, 0]]] }],
  lines: [{ line_id: "out", role: "exit", level_id: "hall", from_site_m: [9, 0], to_site_m: [9, 5] }],
  sensors: [],
};
const SENSOR: SensorOut = {
  sensor_id: "mw", state: "failed", reason: "disconnected", message: "check the cable", message_parts: [], since_utc_ms: 0, is_stale: false,
  age_s: null, rate_hz: null, nominal_hz: 5, n_records: 0, n_shed: 0, n_lost: 0, n_refused: 0, n_errors: 0,
};
const PICTURE: PictureMessage = {
  type: "picture", t_utc_ms: 1000, now_utc_ms: 1000, age_s: 0.1, is_stale: false, is_simulated: true, lag_s: 0.1, n_updates: 1,
  n_closed: {}, people: {
    track_id: [1, 2], x_m: [1, 2], y_m: [1, 2], vx_m_per_s: [1, 0], vy_m_per_s: [0, 0], spread_m: [0.1, 0.1], state: [2, 3], is_thing: [0, 0], level: [0, 0],
  },
  exercise: null, cards: [{
    incident_id: "m-1", track_id: 1, reach: "followed", x_m: 1, y_m: 1, vx_m_per_s: 1, vy_m_per_s: 0, seen_s_ago: 0.1,
    seconds_in_reach: 8.4, p_threat: 0.87, next_line: "out", next_line_s: 8.4, cued: [{ sensor_id: "mw", t_look_utc_ms: 2_000_000_000_000 }],
  }],
};
const WHY: Why = {
  t_utc_ms: 900, outcome: "alarm", reason: "why", p_threat: 0.87, prior: 0.001, how_sure: "", zone: "waist",
  coverage: [{ zone: "waist", covered: 0.1, is_wanted: true }], missing: [], cued: [],
  steps: [{ number: 1, sensor_id: "mw", t_utc_ms: 0, p_after: 0.87, said: [] }],
};
const OPERATOR: readonly Permission[] = ["see_picture", "see_incidents", "work_incidents", "see_evidence"];

const me = (permissions: readonly Permission[]): Me => ({
  account_id: "anna", roles: ["operator"], permissions: [...permissions], csrf_token: "", expires_utc_ms: 0,
});

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} });
  vi.stubGlobal("fetch", (path: string) => {
    const body = path.endsWith("/site") ? PLAN : path.endsWith("/why") ? WHY : [];
    return Promise.resolve(new Response(JSON.stringify(body)));
  });
  HTMLCanvasElement.prototype.getContext = () => null;
  const now = performance.now();
  setLive({
    link: "open", heardAt: now, pictureAt: now, healthAt: now, picture: PICTURE,
    hello: { type: "hello", version: 1, site_id: "hall", account_id: "anna", now_utc_ms: 0, is_simulated: true, is_exercise: false },
    health: {
      type: "health", now_utc_ms: 0, is_watching: true, troubles: [], sensors: [SENSOR], unknown_sensors: {}, armed: [],
      operating_point: POINT, update_p95_ms: 1, n_dropped_batches: 0,
    },
    incidents: new Map([
      ["m-1", incidentOf("m-1", { priority: "high", p_threat: 0.87, prior: 0.001 })],
      ["m-2", incidentOf("m-2", { priority: "low", state: "acknowledged", zone: "bag", track_id: 7 })],
    ]),
    overview: { order: ["m-1", "m-2"], shelved: [], is_flood: false, n_recent: 2, groups: [] },
  });
});
afterEach(() => {
  cleanup();
  forgetLive();
  setLanguage("en");
  vi.unstubAllGlobals();
});

async function show(permissions: readonly Permission[] = OPERATOR) {
  const shown = render(
    <SessionContext value={me(permissions)}>
      <AlarmSounds />
      <LivePage />
    </SessionContext>,
  );
  await screen.findByRole("application");
  return shown;
}

describe("the live page", () => {
  it("opens on the most urgent, and says where, why, how sure, what is missing, who looks next", async () => {
    const { container } = await show();
    await screen.findByText(/looked at 10 %/);
    const card = container.querySelector(".incident-card")?.textContent ?? "";
    for (const words of ["HIGH", "No 1", "seconds left in reach", "waist", "87 %", "About 87 in 100", "1 in 1000", "simulated figures", "exit, out of reach"]) {
      expect(card).toContain(words);
    }
    expect(card).toMatch(/[5-8]\.\d seconds left/);
    expect(card).toContain("mw looks in");
  });

  it("is walked through with j and k, and left with Escape", async () => {
    const { container } = await show();
    const title = () => container.querySelector("#incident-title")?.textContent;
    expect(title()).toContain("No 1");
    fireEvent.keyDown(document.body, { key: "j" });
    expect(title()).toContain("No 2");
    fireEvent.keyDown(document.body, { key: "k" });
    expect(title()).toContain("No 1");
    fireEvent.keyDown(document.body, { key: "Escape" });
    expect(title()).toBeUndefined();
  });

  it("never puts a new alarm in the place of what is looked at", async () => {
    const { container } = await show();
    fireEvent.keyDown(document.body, { key: "j" });
    act(() => {
      const before = incidentOf("m-2", { priority: "low", state: "acknowledged", zone: "bag", track_id: 7 });
      setLive({ incidents: new Map([["m-2", before], ["m-3", incidentOf("m-3", { priority: "high" })]]) });
    });
    expect(container.querySelector("#incident-title")?.textContent).toContain("No 2");
    expect(screen.getByText(/alarm, check requested, number 3/)).toBeTruthy();
  });

  it("says that it is old, on the plan and on the card, and no time left any more", async () => {
    const { container } = await show();
    act(() => setLive({ link: "lost", heardAt: performance.now() - 7000, pictureAt: performance.now() - 7000 }));
    await screen.findByText(/OLD PICTURE: [78] s/, {}, { timeout: 4000 });
    expect(container.querySelector(".incident-where")?.textContent).toContain("time left not known");
    expect(container.querySelector(".incident-row")?.textContent).not.toContain("s left");
  });

  it("tells which sensor is silent or failed", async () => {
    await show();
    fireEvent.click(screen.getByRole("button", { name: /Sensors: 0 of 1 work/ }));
    expect(screen.getByText(/FAILED/).textContent).toContain("no connection");
  });

  it("shows a viewer the plan and nobody's incidents", async () => {
    const { container } = await show(["see_picture"]);
    expect(container.querySelector(".incident-list, .incident-card")).toBeNull();
  });

  it("has a list of what is on the plan, for who cannot see it", async () => {
    await show();
    fireEvent.click(screen.getByRole("button", { name: /2 people/ }));
    expect(screen.getAllByRole("row").some((row) => row.textContent?.includes("not screened"))).toBe(true);
  });

  it("calls nobody safe or clear, in any language", async () => {
    for (const language of Object.keys(LANGUAGES) as Language[]) {
      setLanguage(language);
      const { container } = await show();
      expect(container.textContent).not.toMatch(/\b(safe|all clear|sûr et|sicher ist|безопас)/i);
      cleanup();
    }
  });

  it("has no finding of axe", async () => {
    const { container } = await show();
    await waitFor(() => expect(container.querySelector(".waterfall")).not.toBeNull());
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
    expect(found.violations.map((one) => `${one.id}: ${one.nodes[0]?.html ?? ""}`)).toEqual([]);
  }, 20_000);
});
