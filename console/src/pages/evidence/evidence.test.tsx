import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { IncidentOut, Me, PatchOut, Permission, Why } from "../../api/types";
import { setLanguage } from "../../i18n";
import { SessionContext } from "../../parts/session";
import { IncidentEvidence } from "./IncidentEvidence";

const incident = {
  incident_id: "metro-000001", state: "closed", zone: "torso_front", p_threat: 0.9, opened_utc_ms: 0, reason: "a layer",
} as unknown as IncidentOut;
const why: Why = {
  t_utc_ms: 0, outcome: "alarm", reason: "", p_threat: 0.9, prior: 0.01, how_sure: "", zone: "torso_front", coverage: [],
  missing: ["legs"], cued: [],
  steps: [{
    number: 1, sensor_id: "mw", t_utc_ms: 1000, p_after: 0.9,
    said: [{ zone: "torso_front", log10_factor: 1, weight: 1, words: "", attachment: 1, counts: true, reason: "thick layer", carried_from: 0 }],
  }],
};
const patch: PatchOut = {
  sensor_id: "mw", look_id: "mw-1", t_utc_ms: 1000, zone: "torso_front", caption: "echo, dB",
  across_m: [0, 0.1], height_m: [1, 1.1], values: [[1, 2], [3, 4]], excess: null,
};
const manifest = {
  alert_id: "metro-000001", stage: "whole", is_simulated: true, written_utc_ns: 1, expires_utc_ns: 2e18, calibrations: {},
  key_id: "abc", files: ["look-000.png", "crop-000.png"].map((name) => ({ name, n_bytes: 9, sha256: "00" })),
};

let asked: string[];
let images: string[];
let watch: MutationObserver;

function serve(patches: PatchOut[], more: Record<string, unknown> = {}): void {
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    const what = address.split("metro-000001")[1]?.split("?")[0] ?? "";
    const answers: Record<string, unknown> = {
      "/why": why, "/patches": patches, "/evidence": manifest, "/evidence/ledger.json": { entries: [] }, ...more,
    };
    const answer = answers[what];
    return Promise.resolve(new Response(JSON.stringify(answer ?? {}), { status: answer === undefined ? 404 : 200 }));
  });
}

function show(permissions: Permission[]): void {
  const me: Me = { account_id: "anna", roles: ["operator"], permissions, csrf_token: "", expires_utc_ms: 0 };
  render(
    <SessionContext value={me}>
      <IncidentEvidence incident={incident} />
    </SessionContext>,
  );
}

beforeEach(() => {
  setLanguage("en");
  [asked, images] = [[], []];
  watch = new MutationObserver(() => {
    for (const one of document.querySelectorAll("img")) images.push(one.getAttribute("src") ?? "");
  });
  watch.observe(document, { childList: true, subtree: true });
});
afterEach(() => {
  watch.disconnect();
  cleanup();
  vi.unstubAllGlobals();
});

test("no file that was kept is looked at while the sensor's own pictures are there, and no crop unasked", async () => {
  serve([patch]);
  show(["see_incidents", "see_evidence"]);
  await waitFor(() => expect(document.querySelectorAll(".cells rect")).toHaveLength(4), { timeout: 8000 });
  await waitFor(() => expect(screen.getByText(/look-000\.png/)).toBeTruthy(), { timeout: 8000 });
  expect(images).toEqual([]);
  expect(screen.getByText(/written into the audit/)).toBeTruthy();
});

test("kept pictures are shown where the service has none any more", async () => {
  serve([]);
  show(["see_incidents", "see_evidence"]);
  await waitFor(() => expect(images).toContain("/api/v1/incidents/metro-000001/evidence/look-000.png"), { timeout: 8000 });
  expect(images.some((one) => one.includes("crop"))).toBe(false);
});

test("kept pictures are shown with their numbers where the bundle has them, and not in grey", async () => {
  const files = [...manifest.files, { name: "patches.json", n_bytes: 9, sha256: "00" }];
  serve([], { "/evidence": { ...manifest, files }, "/evidence/patches.json": { form: "standex.patches.1", patches: [patch] } });
  show(["see_incidents", "see_evidence"]);
  await waitFor(() => expect(document.querySelectorAll(".cells rect")).toHaveLength(4), { timeout: 8000 });
  expect(images).toEqual([]);
});

test("who may not see evidence is shown why, and asks for nothing else", async () => {
  serve([patch]);
  show(["see_incidents"]);
  expect(await screen.findByText("thick layer")).toBeTruthy();
  expect(asked.every((one) => one.endsWith("/why"))).toBe(true);
});

test("who may see crops sees one when asked for it, under its own address", async () => {
  serve([patch]);
  show(["see_incidents", "see_evidence", "see_crops"]);
  const look = await screen.findByRole("button", { name: /the look is audited/ }, { timeout: 8000 });
  expect(images).toEqual([]);
  look.click();
  await waitFor(() => expect(images).toContain("/api/v1/incidents/metro-000001/crops/0"));
});

test("who may not see crops is told that one is kept, and has neither button nor link to it", async () => {
  serve([patch]);
  show(["see_incidents", "see_evidence"]);
  expect(await screen.findByText(/only a supervisor may look/, {}, { timeout: 8000 })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /the look is audited/ })).toBeNull();
  expect([...document.querySelectorAll("a")].map((one) => one.getAttribute("href")).filter((one) => one?.includes("crop"))).toEqual([]);
});
